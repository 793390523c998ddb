"""Types, chooses, ticks and attaches, control after control, and looks again for what the answers made appear."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from diagnostics.forms.browser.filling import Control, Deed, Typist, deed_for, file_content
from diagnostics.forms.browser.gone import gone

if TYPE_CHECKING:
    from diagnostics.forms.browser.sight import Sight

DEED_MS = 1_500
ROUNDS = 3  # of fields that appear because others were filled
MOST_ALTERNATIVES = 24


async def fill(
    sight: Sight, typist: Typist, chosen: set[str], take_in: Callable[[dict[str, Any]], list[Control]]
) -> list[str]:
    """The names of the fields that were filled. *chosen*: groups to tick in that are done, kept from step to step."""
    done: set[str] = set()
    names: list[str] = []
    for _ in range(ROUNDS):
        new = False
        for control in take_in(await sight.ask("facts")):
            known = f"{control.name}|{control.id}|{control.index if not control.name else ''}|{control.type}"
            if known in done and control.type not in ("radio", "checkbox"):
                continue
            done.add(known)
            deed = deed_for(control, typist, chosen)
            if deed.what == "leave":
                continue
            new = True
            if await _do(sight, control, deed):
                names.append(control.name or control.id)
            if control.type in ("radio", "checkbox"):
                chosen.add(control.name)
        if not new:
            break
    return [name for name in names if name]


async def _do(sight: Sight, control: Control, deed: Deed) -> bool:
    try:
        match deed.what:
            case "tick":
                return bool(await sight.ask("tick", control.index))
            case "set":
                return bool(await sight.ask("set", control.index, deed.value))
        element = await sight.element("control", control.index)
        if element is None:
            return False
        if deed.what == "choose":
            await element.select_option(value=deed.value, timeout=DEED_MS)
        elif deed.what == "attach":
            kind, content = file_content(deed.value)
            await element.set_input_files({"name": deed.value, "mimeType": kind, "buffer": content}, timeout=DEED_MS)
        else:
            await _type(sight, control, deed, element)
    except gone():
        if deed.what != "type":
            return False
        # What takes no typing (a picker over it, a mask) still takes a value.
        return bool(await sight.ask("set", control.index, deed.value))
    return True


async def _type(sight: Sight, control: Control, deed: Deed, element: Any) -> None:
    await element.fill(deed.value, timeout=DEED_MS)
    if _types_by_script(sight):
        await element.dispatch_event("change")
    if not (control.pattern or control.minlength or control.type == "number"):
        return
    for other in deed.others[:MOST_ALTERNATIVES]:
        if not await sight.ask("mismatch", control.index):
            return
        await element.fill(other, timeout=DEED_MS)
        if _types_by_script(sight):
            await element.dispatch_event("change")


def _types_by_script(sight: Sight) -> bool:
    """Whether what is typed is put there by a script: no change is told then when the field is left, as it is else."""
    browser = sight.frame.page.context.browser
    return browser is not None and browser.browser_type.name == "firefox"

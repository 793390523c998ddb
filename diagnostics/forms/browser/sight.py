"""The eyes on one frame of a page: `look.js` put into it, asked, and put in again after the page went on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnostics.forms.browser.filling import Control
from diagnostics.forms.browser.markup import ANY_MESSAGE, Markup, all_messages
from diagnostics.printable import printable

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, JSHandle

LOOK = Path(__file__).with_name("look.js").read_text("utf-8")
_TEXT = frozenset({"tag", "type", "name", "id", "label", "placeholder", "autocomplete", "pattern", "min", "max", "step",
                   "accept", "inputmode", "value", "classes"})  # fmt: skip


@dataclass(frozen=True)
class Now:
    """What a visitor sees at one moment (look.js: now)."""

    there: bool = False  # the form
    messages: tuple[tuple[str, bool, bool], ...] = ()  # text, thanks, wrong: by the plugin's own class
    tips: tuple[str, ...] = ()  # at single fields
    fresh: tuple[str, ...] = ()  # lines that were not there before
    invalid: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()  # those of them that the page marks, and nobody sees
    native: tuple[tuple[str, bool, bool], ...] = ()  # what the browser itself refuses: name, seen, required and empty
    aria: bool = False
    described: bool = False
    alerting: bool = False
    focus: bool = False
    busy: bool = False
    status: str = ""
    heading: str = ""
    ready: bool = True  # its document is whole
    complete: bool = True  # and what it loads too


@dataclass
class Sight:
    """One frame. What it is asked raises playwright's Error where the page is gone."""

    frame: Frame
    markup: Markup | None
    scripts: bool = True  # the page's own may run
    _kit: JSHandle | None = None
    _messages: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.markup:
            also = {"message": self.markup.message, "thanks": self.markup.thanks, "wrong": self.markup.wrong}
        else:
            also = {part: all_messages(part) for part in ("message", "thanks", "wrong")}
        self._messages = {
            "message": ", ".join(filter(None, (also["message"], ANY_MESSAGE))),
            "thanks": also["thanks"] or ":not(*)",
            "wrong": also["wrong"] or ":not(*)",
            "scripts": self.scripts,
        }

    @property
    def next(self) -> str:
        """Selectors of the button to the next step."""
        return self.markup.next if self.markup else all_next()

    async def ask(self, what: str, *given: Any) -> Any:
        """The answer of look.js's *what*, in plain types."""
        return await (await self.kit()).evaluate(f"(kit, given) => kit.{what}(...given)", list(given))

    async def element(self, what: str, *given: Any) -> ElementHandle | None:
        """As `ask`, for an answer that is an element."""
        kit = await self.kit()
        return (await kit.evaluate_handle(f"(kit, given) => kit.{what}(...given)", list(given))).as_element()

    async def kit(self) -> JSHandle:
        """look.js in this document."""
        if self._kit is None:
            self._kit = await self.frame.evaluate_handle(LOOK)
        return self._kit

    def anew(self) -> None:
        """The document has changed: what was known of it is not known any more."""
        self._kit = None

    async def remember(self) -> None:
        """What can be read now is not new later."""
        await self.ask("remember", self._messages["message"])

    async def now(self) -> Now:
        """What a visitor sees."""
        raw = await self.ask("now", self._messages)
        return Now(
            there=bool(raw["there"]),
            messages=tuple((_shown(m["text"], 300), bool(m["thanks"]), bool(m["wrong"])) for m in raw["messages"]),
            tips=tuple(_shown(each, 120) for each in raw["tips"]),
            fresh=tuple(_shown(each, 300) for each in raw["fresh"]),
            invalid=tuple(_shown(each, 80) for each in raw["invalid"]),
            hidden=tuple(_shown(each, 80) for each in raw["hidden"]),
            native=tuple((_shown(n["name"], 80), bool(n["seen"]), bool(n["required"])) for n in raw["native"]),
            aria=bool(raw["aria"]),
            described=bool(raw["described"]),
            alerting=bool(raw["alerting"]),
            focus=bool(raw["focus"]),
            busy=bool(raw["busy"]),
            status=_shown(raw["status"], 40),
            heading=_shown(raw["heading"], 200),
            ready=bool(raw["ready"]),
            complete=bool(raw["complete"]),
        )


def all_next() -> str:
    """Every plugin's button to the next step."""
    return all_messages("next")


def control_of(raw: dict[str, Any]) -> Control:
    """A control as look.js describes it."""
    own = {name: raw[name] for name in Control.__dataclass_fields__ if name != "options"}
    for name in _TEXT:
        own[name] = str(own[name])
    options = tuple((str(o["value"]), str(o["text"]), bool(o["disabled"])) for o in raw["options"])
    return Control(**own, options=options)


def _shown(text: object, most: int) -> str:
    return printable(str(text), most)

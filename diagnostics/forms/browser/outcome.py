"""Reads what a visitor reads after a press, moment by moment, until it has come to rest: words, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.forms.browser.message import kind_of
from diagnostics.forms.browser.sight import Now

# Contact Form 7 says its outcome beside its words (includes/js: data-status).
_BY_STATUS = {"sent": "thanks", "invalid": "invalid", "unaccepted": "invalid", "spam": "spam", "failed": "error",
              "aborted": "error"}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """The visitor's message. *sure*: the form plugin's own class says what kind it is."""

    text: str = ""
    kind: str = "none"
    sure: bool = False


def read(now: Now, dialogs: tuple[str, ...] = ()) -> Read:
    """The message among what a visitor sees: the plugin's own first, then what is new on the page."""
    if dialogs:
        return Read(dialogs[-1], kind_of(dialogs[-1]))
    status = _BY_STATUS.get(now.status, "")
    for text, thanks, wrong in now.messages:
        if thanks and not wrong:
            return Read(text, status or "thanks", True)
    for text, _, wrong in now.messages:
        if wrong:
            said = kind_of(text)
            return Read(text, status or (said if said in ("invalid", "spam") else "error"), True)
    told = [(text, kind_of(text)) for text, _, _ in now.messages]
    if told:
        text, kind = next((each for each in told if each[1] != "none"), told[0])
        return Read(text, status or kind, bool(status))
    if now.tips:
        return Read(now.tips[0], "invalid", True)
    for text in now.fresh:
        if (kind := kind_of(text)) != "none":
            return Read(text, kind)
    # The form gave way to other words: they are the answer, whatever they mean.
    if not now.there and now.fresh:
        return Read(max(now.fresh[:12], key=len), "none")
    return Read()


def how_refused(now: Now) -> tuple[str, ...]:
    """By what a screen reader hears of a refusal (WCAG 2.2: 3.3.1, 4.1.3)."""
    if now.native:
        return ("native",) if all(seen for _, seen, _ in now.native) else ()
    said = (("aria-invalid", now.aria), ("described", now.described), ("alert", now.alerting), ("focus", now.focus))
    return tuple(name for name, there in said if there)


def is_accessible(how: tuple[str, ...]) -> bool:
    """Whether one who does not see the page learns that and where it was refused."""
    return bool({"native", "alert", "described"} & set(how)) or {"aria-invalid", "focus"} <= set(how)

"""What the site answers of a test entry: the command `form.canary` (docs/protocol.md), read without trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import as_facts
from diagnostics.printable import printable

STATES = ("armed", "spent", "expired", "unknown")


@dataclass(frozen=True)
class Mail:
    """One mail that belongs to the entry."""

    mail: str  # its correlation id
    to: tuple[str, ...]  # domains
    outcome: str  # sent | failed | hung | held | unknown (a mailer that never says)
    error: str = ""
    host: str = ""
    port: int = 0
    mailer: str = ""  # smtp | mail | sendmail | qmail | api | none
    reply: str = ""  # what the relay answered to the whole message
    dialogue: tuple[str, ...] = ()  # of one that was not sent
    seconds: float = 0.0


@dataclass(frozen=True)
class Answer:
    """How the test entry ended at the site, as far as it had ended when it was asked."""

    state: str  # of STATES
    spent_at: str = ""
    event: str = ""  # the form event that a visitor's entry would have told: form.submitted, ...
    invalid: tuple[str, ...] = ()
    status: str = ""  # the form plugin's own word
    mails: tuple[Mail, ...] = ()
    kept: bool | None = None
    entry: str = ""
    forgotten: bool = False
    spam_by: str = ""
    held: tuple[str, ...] = ()
    http_status: int = 0
    fatal: str = ""  # the error's class
    fatal_in: str = ""  # whose code it lies in: "plugin shop-filter, filter.php line 12"
    seconds: float = 0.0
    ended: bool = False  # the request that brought it is over: nothing more is to come

    @property
    def arrived(self) -> bool:
        return self.state == "spent"

    def to_json(self) -> dict[str, Any]:
        """For evidence."""
        return as_facts(self)


def read_answer(raw: Mapping[str, Any]) -> Answer:
    """The answer of `form.canary`; a part of another kind than in the protocol is left out."""
    told = raw.get("event")
    event: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    data = event.get("data")
    said: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    kept = raw.get("kept")
    state = _text(raw.get("state"), 20)
    return Answer(
        state=state if state in STATES else "unknown",
        spent_at=_text(raw.get("spent_at"), 40),
        event=_text(event.get("type"), 40),
        invalid=_texts(said.get("invalid"), 60),
        status=_text(said.get("status"), 60),
        mails=tuple(_mail(each) for each in _list(raw.get("mails"))[:50] if isinstance(each, Mapping)),
        kept=kept if type(kept) is bool else None,
        entry=_text(raw.get("entry"), 64),
        forgotten=raw.get("forgotten") is True,
        spam_by=_text(raw.get("spam_by") or said.get("spam_by"), 80),
        held=_texts(raw.get("held"), 80),
        http_status=_number(raw.get("http_status")),
        fatal=_text(raw.get("fatal"), 200),
        fatal_in=_place(raw.get("fatal_in")),
        seconds=_seconds(raw.get("seconds")),
        # An older plugin does not say: then an outcome is the end.
        ended=raw.get("ended") is True or ("ended" not in raw and bool(event or raw.get("fatal"))),
    )


def _mail(raw: Mapping[str, Any]) -> Mail:
    return Mail(
        mail=_text(raw.get("mail"), 64),
        to=_texts(raw.get("to"), 253),
        outcome=_text(raw.get("outcome"), 20),
        error=_text(raw.get("error"), 2000),
        host=_text(raw.get("host"), 253),
        port=_number(raw.get("port")),
        mailer=_text(raw.get("mailer"), 20),
        reply=_text(raw.get("reply"), 300),
        dialogue=_texts(raw.get("dialogue"), 600),
        seconds=_seconds(raw.get("seconds")),
    )


def _place(raw: object) -> str:
    if not isinstance(raw, Mapping):
        return ""
    kind, slug, file = (_text(raw.get(each), 120) for each in ("kind", "slug", "file"))
    line = _number(raw.get("line"))
    where = f"{file} line {line}" if file and line else file
    return ", ".join(filter(None, [f"{kind} {slug}".strip(), where]))


def _text(raw: object, most: int) -> str:
    return printable(raw, most) if isinstance(raw, str) else ""


def _texts(raw: object, most: int) -> tuple[str, ...]:
    return tuple(_text(each, most) for each in _list(raw)[:50] if isinstance(each, str))


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _seconds(raw: object) -> float:
    return round(float(raw), 3) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else 0.0


def _number(raw: object) -> int:
    return int(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else 0

"""What each event type may carry (docs/protocol.md, Events): only these fields pass, each within its limits.

A field that is not listed is dropped: what the protocol does not know is not stored. One of
another kind than listed refuses its event. Texts that are too long are cut, never refused:
a long error is still an error. Whoever stores the outcome scrubs it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from sidecar.scrub import cut_dialogue

Clean = Callable[[Any], Any]
CUT = "…"


class WrongKind(ValueError):
    """A field is of another kind than the protocol has it."""

    def __init__(self, problem: str, field: str = "") -> None:
        super().__init__(f"{field} {problem}" if field else problem)
        self.problem = problem
        self.field = field


def text(limit: int) -> Clean:
    """Text of at most *limit* characters; a number is written out."""

    def clean(value: Any) -> str:
        if type(value) is str:
            return value if len(value) <= limit else value[: limit - 1] + CUT
        if type(value) in (int, float):
            return str(value)
        raise WrongKind("is not text")

    return clean


def number(value: Any) -> int | float:
    """A finite number; digits in a text are one, as PHP often has it."""
    if type(value) is int:
        if -(2**53) <= value <= 2**53:
            return value
        raise WrongKind("is too large a number")
    if type(value) is float:
        if math.isfinite(value):
            return value
        raise WrongKind("is not a finite number")
    if type(value) is str and re.fullmatch(r"-?\d{1,15}", value.strip(), re.ASCII):
        return int(value)
    raise WrongKind("is not a number")


def flag(value: Any) -> bool:
    """True or false; 0 and 1 count."""
    if type(value) is bool:
        return value
    if type(value) is int and value in (0, 1):
        return bool(value)
    raise WrongKind("is neither true nor false")


def each(item: Clean, most: int) -> Clean:
    """A list; what is beyond *most* is dropped. PHP writes a list with holes as an object."""

    def clean(value: Any) -> list[Any]:
        if type(value) is dict:
            value = list(value.values())
        if type(value) is not list:
            raise WrongKind("is not a list")
        return [item(entry) for entry in value[:most] if entry is not None]

    return clean


def record(**fields: Clean) -> Clean:
    """An object of these fields; PHP writes an empty one as an empty list."""

    def clean(value: Any) -> dict[str, Any]:
        if value == []:
            return {}
        if type(value) is not dict:
            raise WrongKind("is not an object")
        return cleaned(value, fields)

    return clean


def scalar(value: Any) -> Any:
    """A setting's value: text, number, true or false."""
    return value if type(value) is bool else number(value) if type(value) in (int, float) else text(500)(value)


def dialogue(value: Any) -> list[str]:
    """The lines of an SMTP dialogue. The last ones say most: the first are dropped."""
    return cut_dialogue(each(_line, 10_000)(value))[-200:]


def _line(value: Any) -> str:
    if type(value) is not str:
        raise WrongKind("is not text")
    return value[:600]


def cleaned(data: Mapping[str, Any], fields: Mapping[str, Clean]) -> dict[str, Any]:
    """Those of *fields* that *data* has. Raises WrongKind, which names the field."""
    kept = {}
    for name, clean in fields.items():
        value = data.get(name)
        if value is None:
            continue
        try:
            kept[name] = clean(value)
        except WrongKind as error:
            raise WrongKind(error.problem, f"{name}.{error.field}".rstrip(".")) from None
    return kept


NAME, SHORT, HOST, INSTANT, ERROR = text(120), text(64), text(255), text(40), text(8_000)

_MAIL: dict[str, Clean] = {
    "mail": SHORT,
    "kind": NAME,
    "form": NAME,
    "caller": NAME,
    "host": HOST,
    "port": number,
    "encryption": SHORT,
    "mailer": NAME,
    "owner": NAME,
}
_SENT: dict[str, Clean] = {
    **_MAIL,
    "from_domain": HOST,
    "to": each(record(domain=HOST, hash=SHORT), 50),
    "seconds": number,
    "size": number,
    "canary": NAME,
    "short_circuit": each(NAME, 20),
}
_FORM: dict[str, Clean] = {
    "plugin": NAME,
    "form": NAME,
    "title": text(200),
    "invalid": each(NAME, 100),
    "status": NAME,
    "spam_by": NAME,
    "mails": each(SHORT, 50),
    "mails_failed": each(SHORT, 50),
    "kept": flag,
    "safe": flag,
    "entry": SHORT,
    "http_status": number,
    "error": text(200),
}

_SEEN_BY_VISITORS: dict[str, Clean] = {  # what a page's own script counts: anybody can forge it
    "plugin": NAME,
    "form": NAME,
    "title": text(200),
    "page": text(500),
    "count": number,
}

FIELDS: dict[str, dict[str, Clean]] = {
    "mail.sent": _SENT,
    "mail.failed": {
        **_SENT,
        "error": ERROR,
        "dialogue": dialogue,
        "auth": scalar,
        "http_code": number,
        "basic_code": number,
    },
    "mail.hung": {**_MAIL, "began_at": INSTANT, "last_line": text(600)},
    "form.submitted": _FORM,
    "form.rejected": _FORM,
    "form.failed": _FORM,
    "form.spam": _FORM,
    "form.lost": _FORM,
    "form.stalled": _SEEN_BY_VISITORS,
    "form.struggled": _SEEN_BY_VISITORS,
    "js.error": {
        **_SEEN_BY_VISITORS,
        "class": SHORT,
        "hash": SHORT,
        "component": record(kind=SHORT, slug=NAME, version=SHORT),
        "file": text(500),
        "line": number,
    },
    "php.error": {
        "level": SHORT,
        "class": text(200),
        "component": record(kind=SHORT, slug=NAME, version=SHORT),
        "file": text(500),
        "line": number,
        "count": number,
        "message": text(2_000),
        "where": SHORT,
    },
    "config.changed": {
        "what": text(200),
        "group": SHORT,
        "from": scalar,
        "to": scalar,
        "secret": flag,
        "by": SHORT,
    },
    "plugin.changed": {
        "what": SHORT,
        "kind": SHORT,
        "slug": NAME,
        "name": text(200),
        "from": SHORT,
        "to": SHORT,
        "automatic": flag,
    },
    "cron.late": {"oldest_due_at": INSTANT, "late_s": number, "disabled": flag},
}

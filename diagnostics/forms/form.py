"""A form as the site's plugin describes it: the command `forms.list` (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any


@dataclass(frozen=True)
class Field:
    """One field. `label` is its author's word for it, never a visitor's."""

    name: str  # as the event's `invalid` names it
    type: str  # email, text, textarea, tel, url, number, date, select, radio, checkbox, file, consent, hidden, …
    label: str = ""
    required: bool = False


@dataclass(frozen=True)
class Address:
    """An address as it may leave the site: its domain, and a hash whose key stays there."""

    domain: str
    hash: str = ""


@dataclass(frozen=True)
class Notification:
    """One mail that the form sends."""

    id: str
    title: str = ""
    on: bool = True
    to: tuple[Address, ...] = ()
    to_field: str = ""  # the visitor's field that it goes to
    sender: Address | None = None
    sender_field: str = ""  # the visitor's field that it claims to come from
    problem: str = ""  # what the form plugin itself finds wrong with it


@dataclass(frozen=True)
class Deed:
    """What else runs on a submission: a CRM, a payment, a newsletter."""

    what: str  # crm, newsletter, payment, webhook, stock, advertising, other
    name: str
    held: bool  # whether a test entry does not reach it


@dataclass(frozen=True)
class Form:
    """One form of a site."""

    plugin: str
    id: str
    title: str = ""
    on: bool = True  # it takes entries
    keeps: bool | None = None  # whether entries go into the site's database; None: not known
    sent_by: str = "page"  # rest, ajax, page
    pages: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    notifications: tuple[Notification, ...] = ()
    captchas: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    tried: str = ""  # "" a test entry may be sent; else why not: excluded, payment, not_held, checkout, no_page

    @property
    def key(self) -> str:
        """`plugin:id`, as events name it."""
        return f"{self.plugin}:{self.id}"


@dataclass(frozen=True)
class Wishes:
    """What the site's admin chose for tests of its forms."""

    mails: str = "mailbox"  # where a test entry's mails go: to the canary's mailbox, or marked to the form's recipient
    quiet_from: time | None = None  # the site's own time; between the two no form is tried by itself
    quiet_until: time | None = None
    timezone: str = "UTC"
    conflict: bool = False  # the plugins may be halved for a signed request
    unexempted: bool = False  # one more try without exemption from the spam filters


@dataclass(frozen=True)
class Forms:
    """The site's forms and what its admin wishes."""

    forms: tuple[Form, ...]
    wishes: Wishes
    more: int = 0  # forms beyond the list's limit

    def by_key(self, key: str) -> Form | None:
        """The form that events name *key*."""
        return next((form for form in self.forms if form.key == key), None)


def read_forms(answer: Mapping[str, Any]) -> Forms:
    """The answer of `forms.list`. A part of another kind than in the protocol is left out."""
    forms = [_form(each) for each in _maps(answer.get("forms"))]
    more = answer.get("more")
    return Forms(
        tuple(form for form in forms if form.plugin and form.id),
        _wishes(answer.get("wishes")),
        more if type(more) is int and more > 0 else 0,
    )


def _form(raw: Mapping[str, Any]) -> Form:
    keeps = raw.get("keeps")
    return Form(
        plugin=_text(raw.get("plugin"), 64),
        id=_text(raw.get("form"), 64),
        title=_text(raw.get("title")),
        on=raw.get("on") is not False,
        keeps=keeps if type(keeps) is bool else None,
        sent_by=_text(raw.get("by"), 10) or "page",
        pages=tuple(_text(each, 2000) for each in _list(raw.get("pages")) if _text(each, 2000)),
        fields=tuple(
            Field(
                _text(each.get("name")),
                _text(each.get("type"), 40),
                _text(each.get("label")),
                each.get("required") is True,
            )
            for each in _maps(raw.get("fields"))
        ),
        notifications=tuple(_notification(each) for each in _maps(raw.get("notifications"))),
        captchas=tuple(_text(each, 40) for each in _list(raw.get("captcha"))),
        deeds=tuple(
            Deed(_text(each.get("what"), 40), _text(each.get("name")), each.get("held") is True)
            for each in _maps(raw.get("does"))
        ),
        tried=_text(raw.get("not_tried"), 40),
    )


def _notification(raw: Mapping[str, Any]) -> Notification:
    senders = _addresses([raw.get("from")])
    return Notification(
        id=_text(raw.get("id"), 64),
        title=_text(raw.get("title")),
        on=raw.get("on") is not False,
        to=_addresses(raw.get("to")),
        to_field=_text(raw.get("to_field")),
        sender=senders[0] if senders else None,
        sender_field=_text(raw.get("from_field")),
        problem=_text(raw.get("problem")),
    )


def _wishes(raw: object) -> Wishes:
    given: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    quiet = given.get("quiet")
    hours: Mapping[str, Any] = quiet if isinstance(quiet, Mapping) else {}
    return Wishes(
        mails="marked" if given.get("mails") == "marked" else "mailbox",
        quiet_from=_time(hours.get("from")),
        quiet_until=_time(hours.get("until")),
        timezone=_text(given.get("timezone"), 64) or "UTC",
        conflict=given.get("conflict") is True,
        unexempted=given.get("unexempted") is True,
    )


def _addresses(raw: object) -> tuple[Address, ...]:
    return tuple(Address(_text(each.get("domain"), 253), _text(each.get("hash"), 64)) for each in _maps(raw))


def _time(raw: object) -> time | None:
    try:
        return time.fromisoformat(_text(raw, 8))
    except ValueError:
        return None


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _maps(raw: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(raw) if isinstance(each, Mapping)]


def _text(raw: object, limit: int = 200) -> str:
    return raw[:limit] if isinstance(raw, str) else ""

"""What a try of a form is given (`Job`), and what came of it (`Tried`): plain data that crosses a process as JSON.

Guide: Form Not Submitting (console errors, required fields and validation, different browsers and users).
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from diagnostics.forms.form import Form

DESKTOP, PHONE = 1280, 390  # CSS pixels
CHROMIUM, FIREFOX = "chromium", "firefox"
TIMEOUT_S = 60.0
PATIENCE_S = 8.0
# How far a try came, in order.
STAGES = ("nothing", "page", "form", "filled", "pressed", "sent", "answered")


@dataclass(frozen=True)
class Job:
    """One form to be tried on one page.

    *token* goes, as the header `Aftercare-Canary`, with the form's own POST and with nothing else. *empty_token* is a
    second one for the press with a required field left empty: without it that press stays in the browser, for what
    the site would make of it could not be taken back.
    """

    url: str
    form: Form | None = None  # None: the page's best contact-like form
    token: str = ""
    empty_token: str = ""
    send: bool = True  # False: looked at and filled, not sent
    empty_first: bool = True  # press once with a required field left empty
    width: int = DESKTOP
    scripts: bool = True
    cookies: bool = True  # False: refused, in the browser and in the page's own consent banner
    pictures: bool = True
    timeout_s: float = TIMEOUT_S
    patience_s: float = PATIENCE_S  # after a press that nothing followed
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # beside, to the page's own origin alone
    browser: str = CHROMIUM  # or FIREFOX, at desktop size, with scripts and cookies

    @property
    def phone(self) -> bool:
        """Whether the page is seen as a phone sees it: narrow, by touch."""
        return self.width < 600


@dataclass(frozen=True)
class Request:
    """One network call of the page."""

    url: str  # without its query's values
    method: str
    status: int  # 0: no answer
    failed: str  # why there was none, in the browser's words
    kind: str  # document, script, stylesheet, xhr, fetch …
    took_ms: int
    ours: bool  # it carried the form
    said: str = ""  # how its answer begins, of ours alone
    type: str = ""  # the answer's media type


@dataclass(frozen=True)
class ConsoleError:
    """What the browser complained of, and whose script it was."""

    text: str
    url: str
    line: int
    component: str  # "plugin:slug" | "theme:slug" | "core" | "third-party:host" | "page"
    thrown: bool = False  # an exception that nobody caught: that script ended there


@dataclass(frozen=True)
class Tried:
    """What came of a try. Texts are the page's own: bounded and printable, never to be trusted."""

    url: str
    browser: str = ""  # "Chromium 156.0"
    width: int = DESKTOP
    scripts: bool = True
    cookies: bool = True
    reached: str = "nothing"  # one of STAGES
    why: str = ""  # why no further, in words; "" when answered
    form_seen: int = 0  # how many forms fit
    message: str = ""  # what the visitor reads after
    message_kind: str = "none"  # "thanks" | "error" | "invalid" | "spam" | "none"
    refused_empty: bool | None = None  # the required field left empty (None: not tried)
    said_accessibly: bool | None = None
    invalid: tuple[str, ...] = ()  # fields that were refused although filled
    hidden_required: tuple[str, ...] = ()  # required, and no visitor can see or fill them
    errors: tuple[ConsoleError, ...] = ()
    requests: tuple[Request, ...] = ()
    posted_at: datetime | None = None
    posted_status: int = 0
    picture_before: bytes = field(default=b"", repr=False)  # PNG cut to the form; b"" where none
    picture_after: bytes = field(default=b"", repr=False)
    took_ms: int = 0
    peak_mib: int = 0
    # -- beside the figures above: what only a closer reader asks for
    # Why it could not be looked at: no_browser, not_allowed, unreachable, limit, foreign, broke; "" where it could.
    code: str = ""
    page_status: int = 0
    title: str = ""  # the page's
    fields: tuple[str, ...] = ()  # names of the fields that were filled
    required: tuple[str, ...] = ()  # names of those marked as required
    steps: int = 1  # pages of a multi-step form that were gone through
    where: str = "page"  # where the form was: "page" | "frame" | "shadow" | "pop-up"
    method: str = ""  # the form's own: get, post
    elsewhere: str = ""  # another host that it posts to; the test entry was not let through
    covered: str = ""  # what lay over the form
    refused_how: tuple[str, ...] = ()  # how the empty press was answered: native, aria-invalid, alert, described, focus
    dialogs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # refused downloads, closed pop-ups, trackers held back
    sandbox: str = ""  # what held the browser

    @property
    def came_to(self) -> int:
        """`reached` as a number, to compare."""
        return STAGES.index(self.reached)

    def came_as_far_as(self, stage: str) -> bool:
        """Whether *stage*, one of STAGES, was reached."""
        return self.came_to >= STAGES.index(stage)


def job_to_json(job: Job) -> dict[str, Any]:
    """*job* for the browser's process; the form as it was read."""
    return dataclasses.asdict(job)


def job_from_json(raw: Mapping[str, Any]) -> Job:
    """The other way. Raises TypeError, KeyError for what `job_to_json` did not write."""
    given = dict(raw)
    form = given.pop("form")
    return Job(**given, form=_form(form) if form else None)


def tried_to_json(tried: Tried) -> dict[str, Any]:
    """*tried* in JSON's types: pictures in base64, the time in ISO 8601."""
    told = dataclasses.asdict(tried)
    for name in ("picture_before", "picture_after"):
        told[name] = base64.b64encode(told[name]).decode("ascii")
    told["posted_at"] = tried.posted_at.isoformat() if tried.posted_at else None
    return told


def tried_from_json(raw: Mapping[str, Any]) -> Tried:
    """The other way. Raises TypeError, KeyError, ValueError for what `tried_to_json` did not write."""
    told = dict(raw)
    for name in ("picture_before", "picture_after"):
        told[name] = base64.b64decode(told[name])
    told["posted_at"] = datetime.fromisoformat(told["posted_at"]) if told["posted_at"] else None
    told["errors"] = tuple(ConsoleError(**each) for each in told["errors"])
    told["requests"] = tuple(Request(**each) for each in told["requests"])
    for name in ("invalid", "hidden_required", "fields", "required", "refused_how", "dialogs", "notes"):
        told[name] = tuple(told[name])
    return Tried(**told)


def _form(raw: Mapping[str, Any]) -> Form:
    # The browser needs which form it is and what its fields are called: the rest stays with who asked.
    from diagnostics.forms.form import Field

    return Form(
        plugin=raw["plugin"],
        id=raw["id"],
        title=raw["title"],
        sent_by=raw["sent_by"],
        fields=tuple(Field(**each) for each in raw["fields"]),
    )

"""What every part of a try knows: the job, the page and its recorder, how far it came, and why no further."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from diagnostics.forms.browser.bidi import BidiCarrier
from diagnostics.forms.browser.carrier import Carrier, origin_of
from diagnostics.forms.browser.filling import Typist
from diagnostics.forms.browser.markup import markup_of
from diagnostics.forms.browser.recorder import Recorder
from diagnostics.forms.browser.sight import Sight
from diagnostics.forms.browser.tried import STAGES, Job, Tried
from diagnostics.printable import printable

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

    from diagnostics.forms.browser.relay import Relay

PRESS_MS = 4_000  # for the button to be there, still, and free


class Stopped(Exception):
    """The try ends here; the text says why."""


@dataclass
class Trying:
    """The state of one try; `tried` is what is known of it at any moment."""

    job: Job
    context: BrowserContext
    relay: Relay | None = None  # to a Firefox; a Chromium is spoken to by DevTools
    reached: str = "nothing"
    why: str = ""
    code: str = ""
    doing: str = "the browser was being started"
    facts: dict[str, Any] = field(default_factory=dict)  # fields of Tried

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.page: Page = self.context.pages[0]
        self.markup = markup_of(self.job.form)
        self.typist = Typist(secrets.token_hex(4), datetime.now(UTC).date())
        self.carrier = self._carrier()
        self.recorder = Recorder(self.page, self.carrier.names_the_form, self.carrier.stopped)
        self.sight = Sight(self.page.main_frame, self.markup, self.job.scripts)
        self.lines_before: frozenset[str] = frozenset()
        self.went_before = self.complaints_before = 0
        self.press_ms = min(PRESS_MS, self.job.patience_s * 1000)

    def _carrier(self) -> Carrier:
        given: dict[str, Any] = {
            "named": self.markup.named if self.markup else "",
            "token": self.job.token,
            "empty_token": self.job.empty_token,
            "headers": self.job.headers,
        }
        origin, mark = origin_of(self.job.url), self.typist.mark
        return BidiCarrier(origin, mark, **given, relay=self.relay) if self.relay else Carrier(origin, mark, **given)

    def _stop(self, why: str, code: str) -> None:
        self.why, self.code = self.why or why, self.code or code

    def _reach(self, stage: str) -> None:
        if STAGES.index(stage) > STAGES.index(self.reached):
            self.reached = stage

    def tried(self, browser: str, sandbox: str) -> Tried:
        """What came of it, as far as it came."""
        held = [f"what was typed was kept from {each}" for each in sorted(self.carrier.kept)[:10]]
        if self.carrier.stopped_again:
            held.append("a second POST of the form was held back")
        facts = {"where": "page", **self.facts}
        return Tried(
            url=self.job.url,
            browser=browser,
            width=self.job.width,
            scripts=self.job.scripts,
            cookies=self.job.cookies,
            reached=self.reached,
            why=self.why,
            code=self.code,
            errors=tuple(self.recorder.errors),
            requests=self.recorder.requests,
            dialogs=tuple(self.recorder.dialogs),
            notes=(*self.recorder.notes, *held),
            took_ms=round((time.monotonic() - self.began) * 1000),
            sandbox=sandbox,
            **facts,
        )


def first_line(error: Exception) -> str:
    line = str(error).split("\n", 1)[0]
    return printable(line.partition(" at http")[0].removeprefix("Page.goto: "), 200)

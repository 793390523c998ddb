"""One form, tried as a visitor would: open the page, find the form, press it empty, fill it, send it, read the answer.

Guide: Form Not Submitting. Each step says how far it came; whatever stops it is kept with what was seen so far.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from diagnostics.forms.browser import consent
from diagnostics.forms.browser.carrier import EMPTY, SEND, STEP, Carrier, origin_of
from diagnostics.forms.browser.chromium import as_a_visitors
from diagnostics.forms.browser.filler import fill
from diagnostics.forms.browser.filling import Control, Typist
from diagnostics.forms.browser.gone import gone, slow
from diagnostics.forms.browser.markup import markup_of
from diagnostics.forms.browser.outcome import Read, how_refused, is_accessible, read
from diagnostics.forms.browser.picture import picture_of
from diagnostics.forms.browser.recorder import Recorder, without_values
from diagnostics.forms.browser.sight import Now, Sight, control_of
from diagnostics.forms.browser.tried import STAGES, Job, Tried
from diagnostics.printable import printable

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

OPEN_S = 25.0  # for the page's answer to begin
WHOLE_S = 8.0  # more for its document
LOAD_S = 6.0  # more for its scripts and styles
OPENER_S = 1.0  # after which what may open a pop-up is pressed
DRAWN_S = 4.0  # more for a form that a script draws
PRESS_MS = 4_000  # for the button to be there, still, and free
EMPTY_S = 2.0  # for a press with an empty field to be answered
AGAIN_S = 1.2  # after which a press that nothing followed is made once more, as people do
ANSWERED_S = 4.0  # for words to appear after the site's answer
ANSWER_S = 25.0
POLL_S = 0.05
MOST_STEPS = 8
MOST_NAVIGATIONS = 12  # of a page that reloads itself


class Stopped(Exception):
    """The try ends here; the text says why."""


@dataclass
class Visit:
    """The state of one try; `tried` is what is known of it at any moment."""

    job: Job
    context: BrowserContext
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
        self.carrier = Carrier(
            origin_of(self.job.url),
            self.typist.mark,
            named=self.markup.named if self.markup else "",
            token=self.job.token,
            empty_token=self.job.empty_token,
            headers=self.job.headers,
        )
        self.recorder = Recorder(self.page, self.carrier.names_the_form, self.carrier.stopped)
        self.sight = Sight(self.page.main_frame, self.markup, self.job.scripts)
        self.lines_before: frozenset[str] = frozenset()
        self.press_ms = min(PRESS_MS, self.job.patience_s * 1000)

    # -- the whole --------------------------------------------------------

    async def go(self) -> None:
        """The whole try; never raises for what a page does."""
        try:
            async with asyncio.timeout(self.job.timeout_s):
                await self._go()
        except TimeoutError:
            self._stop(f"its time of {self.job.timeout_s:g} s was over while {self.doing}", "limit")
        except Stopped as stopped:
            self.why = self.why or str(stopped)
        except gone() as error:
            self._stop(f"the page went away while {self.doing}: {_first_line(error)}", "broke")

    async def _go(self) -> None:
        await self._open()
        await self._find()
        self._reach("form")
        await self._clear_the_view()
        if self.job.empty_first:
            await self._press_empty()
        await self._fill()
        self._reach("filled")
        if self.job.pictures:
            self.facts["picture_before"] = await picture_of(self.sight, "")
        if not self.job.send:
            raise Stopped("it was only looked at: nothing was sent")
        await self._send()

    def _stop(self, why: str, code: str) -> None:
        self.why, self.code = self.why or why, self.code or code

    def _reach(self, stage: str) -> None:
        if STAGES.index(stage) > STAGES.index(self.reached):
            self.reached = stage

    # -- the page ---------------------------------------------------------

    async def _open(self) -> None:
        self.doing = "the page was being opened"
        await self.carrier.ride(self.page)
        await self.carrier.be_called(as_a_visitors(await self._user_agent(), phone=self.job.phone))
        try:
            answer = await self.page.goto(self.job.url, wait_until="commit", timeout=OPEN_S * 1000)
            self.facts["page_status"] = answer.status if answer else 0
        except slow():
            self._stop(f"the page did not open within {OPEN_S:g} s", "unreachable")
            raise Stopped(self.why) from None
        except gone() as error:
            self._stop(f"the page could not be opened: {_first_line(error)}", "unreachable")
            raise Stopped(self.why) from error
        try:
            await self.page.wait_for_load_state("domcontentloaded", timeout=WHOLE_S * 1000)
            await self.page.wait_for_load_state("load", timeout=LOAD_S * 1000)
        except slow():
            self.recorder.note("the page was still loading when the form was looked for")
        if self.recorder.went[self.page.main_frame] > MOST_NAVIGATIONS:
            self._stop("the page reloads itself again and again", "limit")
            raise Stopped(self.why)
        self._reach("page")
        self.facts["title"] = printable(await self.page.title(), 200)
        # A redirect may have led to another origin: what is the form's own is told by where the page is now.
        self.carrier.origin = origin_of(self.page.url)
        if urlsplit(self.page.url).hostname != urlsplit(self.job.url).hostname:
            self.recorder.note(f"the page leads on to {without_values(self.page.url)}")
        await self._answer_banner()

    async def _user_agent(self) -> str:
        return str(await self.page.evaluate("navigator.userAgent"))

    async def _answer_banner(self) -> None:
        button = await Sight(self.page.main_frame, None).element("banner", consent.buttons(accept=self.job.cookies))
        if button is not None:
            self.recorder.note(f"a consent banner was answered: cookies {'taken' if self.job.cookies else 'refused'}")
            try:
                await button.click(timeout=2_000)
            except gone():
                self.recorder.note("the consent banner could not be answered")

    # -- the form ---------------------------------------------------------

    async def _find(self) -> None:
        self.doing = "the form was being looked for"
        began, looked_behind = time.monotonic(), False
        while not await self._found(hidden_too=False):
            waited = time.monotonic() - began
            if waited > OPENER_S and not looked_behind:
                looked_behind = True
                if await self._opened_pop_up():
                    self.facts["where"] = "pop-up"
                    return
            if waited > (DRAWN_S if self.job.scripts else OPENER_S):
                break
            await asyncio.sleep(POLL_S * 3)
        else:
            return
        if await self._found(hidden_too=True):
            return
        self.facts["picture_before"] = b""
        raise Stopped("no form was found on the page" if self.markup is None else "the form is not on the page")

    async def _found(self, *, hidden_too: bool) -> bool:
        """Take the best fitting form of all frames."""
        best: tuple[int, int, Sight] | None = None
        seen = 0
        for frame in self.page.frames[:30]:
            sight = Sight(frame, self.markup, self.job.scripts)
            try:
                found = await sight.ask("find", self.markup.form if self.markup else "")
            except gone():
                continue  # a frame that is going or whose document is no page
            seen += len(found["forms"])
            for form in found["forms"]:
                better = best is None or form["score"] > best[0]
                if better and (form["visible"] or hidden_too) and (form["controls"] or self.markup):
                    best = (form["score"], form["index"], sight)
        self.facts["form_seen"] = seen
        if best is None:
            return False
        _, index, self.sight = best
        facts = await self.sight.ask("take", index)
        if not facts["controls"]:
            return False  # a container whose form a script has yet to draw
        self._take_in(facts)
        if self.sight.frame != self.page.main_frame:
            self.facts["where"] = "frame"
            if origin_of(self.sight.frame.url) not in (self.carrier.origin, ""):
                self.facts["elsewhere"] = origin_of(self.sight.frame.url)
        elif facts["shadow"]:
            self.facts["where"] = "shadow"
        return True

    def _take_in(self, facts: dict[str, Any]) -> list[Control]:
        # What the plugin demands and the page marks nowhere is required all the same.
        demanded = {each.name for each in self.job.form.fields if each.required} if self.job.form else set()
        controls = [
            replace(each, required=each.required or each.name.removesuffix("[]") in demanded)
            for each in map(control_of, facts["controls"])
        ]
        self.native = bool(facts["native"])
        self.typist = Typist(self.typist.mark, self.typist.today, self.typist.email, str(facts["lang"])[:5] or "en")
        self.facts["method"] = printable(str(facts["method"]), 10)
        self.facts["required"] = tuple(
            dict.fromkeys(
                printable(each.name, 80) for each in controls if each.required and each.name and each.type != "hidden"
            )
        )
        self.carrier.fields = tuple(dict.fromkeys(
            each.name for each in controls if each.name and each.visible and not each.disabled and not each.trap
            and each.type not in ("submit", "button", "image")
        ))  # fmt: skip
        host = urlsplit(self.page.url).netloc
        if facts["goes"] and facts["goes"] != host and self.facts.get("where") != "frame":
            self.facts["elsewhere"] = f"{facts['scheme']}//{printable(str(facts['goes']), 100)}"
        elif facts["scheme"] == "http:" and self.page.url.startswith("https:"):
            self.facts["elsewhere"] = f"http://{host}"
        return controls

    async def _opened_pop_up(self) -> bool:
        if not self.job.scripts:
            return False
        self.doing = "a pop-up with the form was being opened"
        sight = Sight(self.page.main_frame, self.markup)
        for at in range(5):
            sight.anew()
            opener = await sight.element("opener", at)
            if opener is None:
                return False
            try:
                await opener.click(timeout=1_500)
            except gone():
                continue
            ends_at = time.monotonic() + 1.5
            while time.monotonic() < ends_at:
                if await self._found(hidden_too=False):
                    return True
                await asyncio.sleep(POLL_S * 2)
        return False

    async def _clear_the_view(self) -> None:
        """Close what lies over the form, as a visitor would; what stays there is kept as a fact."""
        self.doing = "the form was being looked at"
        if (cover := await self.sight.ask("cover", self.sight.next)) is None:
            return
        await self.page.keyboard.press("Escape")
        if (still := await self.sight.ask("cover", self.sight.next)) is None:
            self.recorder.note(f"something lay over the form and was closed: {printable(str(cover['what']), 120)}")
            return
        covered = printable(str(still["what"]), 160)
        if still["asks"]:
            covered += " with fields of its own"
            goes = printable(str(still["goes"]), 100)
            if goes and goes != urlsplit(self.page.url).netloc:
                covered += f", which go to {goes}"
                self.facts["elsewhere"] = f"{goes}"
            self.facts["covered"] = covered
            raise Stopped(f"something lies over the form: {covered}")
        self.facts["covered"] = covered

    # -- pressing ---------------------------------------------------------

    async def _press(self, phase: str, which: str = "submit") -> bool:
        """Press the form's button. False where there is none to press."""
        button = await self.sight.element("button", self.sight.next, which)
        if button is None:
            return False
        await self.sight.ask("leave")
        await self.sight.remember()
        self.lines_before = frozenset(await self.sight.ask("said", 400))
        self.heard = len(self.recorder.dialogs)
        self.sent_before = len(self.recorder.own)
        self.complaints_before = len(self.recorder.errors)
        self.went_before = self.recorder.went[self.sight.frame]
        self.carrier.press(phase)
        self.recorder.pressing = True
        for again in (True, False):
            try:
                await button.click(timeout=self.press_ms, no_wait_after=True)
                return True
            except slow() as error:
                self._cannot_press(str(error))
                return False
            except gone():
                # Leaving a field may have had the button drawn anew (Ninja Forms).
                button = await self.sight.element("button", self.sight.next, which)
                if button is None or not again:
                    raise
        return False

    def _cannot_press(self, said: str) -> None:
        if "intercepts pointer events" in said:
            line = next((each for each in said.splitlines() if "intercepts pointer events" in each), "")
            what = printable(line.strip(" -").partition(" intercepts")[0].partition(" from ")[0], 160)
            self.facts["covered"] = self.facts.get("covered") or what
            self.why = f"the button cannot be pressed: {what} lies over it"
        elif "not enabled" in said or "disabled" in said:
            self.why = "the button is switched off (disabled) and stays so with every field filled"
        else:
            self.why = "the button cannot be pressed: it is not visible, or never comes to rest"

    async def _press_empty(self) -> None:
        self.doing = "the form was pressed with required fields left empty"
        if not self.facts.get("required") or await self.sight.ask("button", self.sight.next, "kind") != "submit":
            return
        if not await self._press(EMPTY):
            self.why = ""  # what hinders the press is said where it is filled
            return
        now = await self._came_of_empty()
        how = how_refused(now)
        answered = read(now, tuple(self.recorder.dialogs[self.heard :]))
        if self.carrier.stopped_empty:
            await self._begin_again()  # the browser would have sent it: only the site could refuse it
            return
        if now.native:
            self.facts["refused_empty"] = True
            self.facts["hidden_required"] = tuple(name for name, seen, required in now.native if required and not seen)
        elif answered.kind == "thanks" and len(self.recorder.own) > self.sent_before:
            self.facts["refused_empty"] = False
        elif answered.kind == "thanks":
            await self._begin_again()  # thanks for nothing: whether it comes again must be seen
            return
        elif answered.kind in ("invalid", "error", "spam") or now.tips or now.invalid:
            self.facts["refused_empty"] = True
            if answered.sure and answered.text and not how and now.alerting:
                how = ("alert",)
        elif len(self.recorder.own) == self.sent_before:
            self.refused_in_silence = True
        if self.facts.get("refused_empty"):
            self.facts["refused_how"] = how
            self.facts["said_accessibly"] = is_accessible(how)
        if self._went_on_to_another_page():
            self.refused_in_silence = False
            await self._begin_again()

    refused_in_silence = False

    async def _came_of_empty(self) -> Now:
        ends_at = time.monotonic() + EMPTY_S
        last = Now()
        while True:
            try:
                now = await self.sight.now()
            except gone():
                await self._look_again()
                now = Now()
            # After a page's own answer its scripts have yet to mark the fields.
            whole = now.complete or not self._went_on_to_another_page()
            waiting = self.recorder.waiting or now.busy or not whole
            if not now.there and self._went_on_to_another_page():
                await self._take_again()
            settled = now == last and (now.native or now.messages or now.tips or now.invalid or now.fresh)
            if self.carrier.stopped_empty or (settled and not waiting):
                return now
            if time.monotonic() > (ends_at + ANSWER_S if waiting else ends_at):
                return now
            last = now
            await asyncio.sleep(POLL_S)

    async def _begin_again(self) -> None:
        """Open the page anew, so that what the empty press left behind does not stand in the way."""
        self.carrier.press("open")
        self.recorder.pressing = False
        del self.recorder.errors[self.complaints_before :]  # of scripts that were denied their answer by us
        await self.page.goto(self.job.url, wait_until="load", timeout=OPEN_S * 1000)
        await self._find()

    def _went_on_to_another_page(self) -> bool:
        return self.recorder.went[self.sight.frame] > self.went_before

    async def _look_again(self) -> None:
        """After the page went on: look at the new document."""
        if self.sight.frame.is_detached():
            self.sight = Sight(self.page.main_frame, self.markup, self.job.scripts)
            self.went_before = 0
        self.sight.anew()
        with contextlib.suppress(gone()):
            await self.sight.frame.wait_for_load_state("domcontentloaded", timeout=5_000)

    async def _take_again(self) -> None:
        """Look at the form on the new document, where it is there again."""
        with contextlib.suppress(gone()):
            found = await self.sight.ask("find", self.markup.form if self.markup else "")
            shown = [each for each in found["forms"] if each["visible"] and each["controls"]]
            if shown:
                await self.sight.ask("take", max(shown, key=lambda each: each["score"])["index"])

    # -- filling ----------------------------------------------------------

    async def _fill(self) -> None:
        self.doing = "the form was being filled"
        if not await self.sight.ask("alive"):
            await self._find()  # its script drew it anew (Gravity Forms does after a refusal)
        chosen: set[str] = set()
        filled: list[str] = []
        steps = 1
        while True:
            filled += await fill(self.sight, self.typist, chosen, self._take_in)
            self.facts["fields"] = tuple(dict.fromkeys(printable(each, 80) for each in filled))
            kind = await self.sight.ask("button", self.sight.next, "kind")
            if kind != "next" or steps >= MOST_STEPS:
                break
            before = await self._visible_fields()
            if not await self._press(STEP, "next"):
                raise Stopped(self.why or "the form's next step cannot be reached")
            self.doing = f"step {steps + 1} of the form was awaited"
            if not await self._went_on(before):
                now = await self.sight.now()
                self.facts["invalid"] = now.invalid
                said = read(now)
                self.facts["message"], self.facts["message_kind"] = said.text, said.kind
                raise Stopped(
                    f"step {steps + 1} of the form does not come: {said.text or 'nothing follows the button'}"
                )
            steps += 1
            self.facts["steps"] = steps
        self.carrier.press("open")
        self.recorder.pressing = False
        if not filled and not self.facts.get("required"):
            self.recorder.note("the form has no field that a visitor could fill")

    async def _visible_fields(self) -> list[str]:
        facts = await self.sight.ask("facts")
        return [f"{each['index']}:{each['name']}" for each in facts["controls"] if each["seen"]]

    async def _went_on(self, before: list[str]) -> bool:
        ends_at = time.monotonic() + self.job.patience_s
        while time.monotonic() < ends_at:
            try:
                if await self._visible_fields() != before:
                    return True
            except gone():
                await self._look_again()
                await self._find()
                return True
            await asyncio.sleep(POLL_S)
        return False

    # -- sending ----------------------------------------------------------

    async def _send(self) -> None:
        self.doing = "the form's button was pressed"
        elsewhere = self.facts.get("elsewhere")
        if elsewhere and self.facts.get("where") == "frame":
            raise Stopped(f"the form is another site's, in a frame: {elsewhere}")
        await self.sight.ask("stay")
        if not await self._press(SEND):
            raise Stopped(self.why or "the form has no button that sends it")
        self._reach("pressed")
        self.doing = "the answer was awaited"
        now, said = await self._came_of_it()
        await self.recorder.settled()
        sent = self.recorder.own[self.sent_before :]
        self.facts["message"], self.facts["message_kind"] = said.text, said.kind
        self.facts["invalid"] = now.invalid if said.kind != "thanks" else ()
        if sent and self.carrier.posted_at:
            self._reach("sent")
            self.facts["posted_at"] = self.carrier.posted_at
            self.facts["posted_status"] = next((each.status for each in reversed(sent) if each.status), 0)
            if self.facts["posted_status"]:
                self._reach("answered")
        if self.refused_in_silence and sent:
            self.facts["refused_empty"], self.facts["said_accessibly"] = True, False
        self._explain(now, said, sent)
        if self.job.pictures:
            self.facts["picture_after"] = await picture_of(self.sight, said.text)

    def _explain(self, now: Now, said: Read, sent: list[Any]) -> None:
        if not self.carrier.carried and self.carrier.kept and said.kind != "thanks":
            self.carrier.elsewhere = sorted(self.carrier.kept)[0]
        if self.carrier.elsewhere:
            self.facts["elsewhere"] = self.carrier.elsewhere
            self.why = f"the form posts to {self.carrier.elsewhere}: the test entry was not let through"
        elif self.carrier.by_get:
            self.why = "the form sends by GET, in the address: a test entry cannot be told from a visitor's there"
        elif self.reached == "sent":
            failed = next((each.failed for each in reversed(sent) if each.failed), "")
            self.why = f"the form's POST got no answer: {failed or 'none came in time'}"
        elif self.reached == "pressed":
            hidden = [name for name, seen, _ in now.native if not seen]
            if hidden:
                self.facts["hidden_required"] = tuple(hidden)
                self.why = f"the browser holds it back for a field that nobody can see: {', '.join(hidden[:5])}"
            elif now.native or now.tips or now.invalid:
                self.why = "the page refuses what was filled in and sends nothing"
            else:
                self.why = "nothing was sent after the button was pressed"

    async def _came_of_it(self) -> tuple[Now, Read]:
        began = time.monotonic()
        answered_at, pressed_again = 0.0, False
        last: Now | None = None
        while True:
            try:
                now = await self.sight.now()
            except gone():
                await self._look_again()
                continue_at = time.monotonic()
                if continue_at - began > ANSWER_S:
                    return Now(), Read()
                await asyncio.sleep(POLL_S)
                continue
            now = self._anew(now)
            if not now.there and self._went_on_to_another_page():
                await self._take_again()
            said = read(now, tuple(self.recorder.dialogs[self.heard :]))
            sent = len(self.recorder.own) > self.sent_before
            waiting = self.recorder.waiting
            if sent and not waiting and not answered_at:
                answered_at = time.monotonic()
            elapsed = time.monotonic() - began
            if self.carrier.elsewhere or self.carrier.by_get:
                return Now(), Read()
            if self.page.url.startswith("chrome-error:"):  # the browser's own words are none of the site's
                return Now(), Read()
            settled = now == last and not now.busy and not waiting and now.ready
            if not sent and not pressed_again and settled and elapsed > AGAIN_S and said.kind == "none":
                pressed_again = True
                await self._press_again()
            if settled and (said.kind != "none" or now.native or (not sent and (now.tips or now.invalid))):
                return now, said
            if answered_at and not now.busy and time.monotonic() - answered_at > ANSWERED_S:
                return now, said
            if not sent and not waiting and elapsed > self.job.patience_s and not now.busy:
                return now, said
            if elapsed > ANSWER_S:
                return now, said
            last = now
            await asyncio.sleep(POLL_S)

    async def _press_again(self) -> None:
        """A word of refusal that goes when its field is left moves the button away from under the first press."""
        button = await self.sight.element("button", self.sight.next, "submit")
        if button is not None:
            with contextlib.suppress(gone()):
                await button.click(timeout=self.press_ms, no_wait_after=True)

    def _anew(self, now: Now) -> Now:
        """After the page went on everything on it looks new: what stood on the one before is not."""
        if not self._went_on_to_another_page():
            return now
        if now.fresh:
            return replace(now, fresh=tuple(each for each in now.fresh if each not in self.lines_before))
        return now

    # -- the end ----------------------------------------------------------

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


def _first_line(error: Exception) -> str:
    line = str(error).split("\n", 1)[0]
    return printable(line.partition(" at http")[0].removeprefix("Page.goto: "), 200)

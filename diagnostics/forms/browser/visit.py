"""One form, tried as a visitor would: open the page, find the form, press it empty, fill it, send it, read the answer.

Guide: Form Not Submitting. Each step says how far it came; whatever stops it is kept with what was seen so far.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from typing import Any

from diagnostics.forms.browser.arrival import POLL_S, Arrival
from diagnostics.forms.browser.carrier import EMPTY, SEND, STEP
from diagnostics.forms.browser.filler import fill
from diagnostics.forms.browser.gone import gone, slow
from diagnostics.forms.browser.outcome import Read, how_refused, is_accessible, read
from diagnostics.forms.browser.picture import picture_of
from diagnostics.forms.browser.sight import Now
from diagnostics.forms.browser.trying import Stopped, first_line
from diagnostics.printable import printable

EMPTY_S = 2.0  # for a press with an empty field to be answered
AGAIN_S = 1.2  # after which a press that nothing followed is made once more, as people do
ANSWERED_S = 4.0  # for words to appear after the site's answer
ANSWER_S = 25.0
MOST_STEPS = 8


class Visit(Arrival):
    """The whole try: `go`, then `tried` is what is known of it."""

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
            self._stop(f"the page went away while {self.doing}: {first_line(error)}", "broke")

    async def _go(self) -> None:
        await self._open()
        await self._find()
        self._reach("form")
        if self.code == "foreign":
            raise Stopped(self.why)
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
        await self.sight.ask("stay")
        if not await self._press(SEND):
            raise Stopped(self.why or "the form has no button that sends it")
        self._reach("pressed")
        self.doing = "the answer was awaited"
        now, said = await self._came_of_it()
        await self.recorder.settled()
        sent = self.recorder.own[self.sent_before :]
        led_back = self.markup is not None and self.markup.leads_back and any(300 <= each.status < 400 for each in sent)
        if led_back and said.kind == "none":
            said = Read("led back to the page", "thanks", True)
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
        elif said.kind == "invalid" and now.hidden:
            self.facts["hidden_required"] = now.hidden
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
            if self.page.url.startswith(
                ("chrome-error:", "about:neterror")
            ):  # the browser's own words are none of the site's
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

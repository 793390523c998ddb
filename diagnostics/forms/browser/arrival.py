"""The way to the form: page opened, consent banner answered, the form found wherever it is, the view cleared."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from diagnostics.forms.browser import consent
from diagnostics.forms.browser.carrier import origin_of
from diagnostics.forms.browser.chromium import as_a_visitors
from diagnostics.forms.browser.filling import Control, Typist
from diagnostics.forms.browser.gone import gone, slow
from diagnostics.forms.browser.recorder import without_values
from diagnostics.forms.browser.sight import Sight, control_of
from diagnostics.forms.browser.trying import Stopped, Trying, first_line
from diagnostics.printable import printable

OPEN_S = 25.0  # for the page's answer to begin
WHOLE_S = 8.0  # more for its document
LOAD_S = 6.0  # more for its scripts and styles
OPENER_S = 1.0  # after which what may open a pop-up is pressed
DRAWN_S = 4.0  # more for a form that a script draws
POLL_S = 0.05
MOST_NAVIGATIONS = 12  # of a page that reloads itself


class Arrival(Trying):
    """From the address to the form, and back to it after the page went on."""

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
            self._stop(f"the page could not be opened: {self._why_not_opened(first_line(error))}", "unreachable")
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
        await self._stir()

    async def _stir(self) -> None:
        """Move as every visitor does: optimisers hold scripts back until then (WP Rocket, Perfmatters, LiteSpeed)."""
        with contextlib.suppress(gone()):
            await self.page.mouse.move(20, 20)
            await self.page.mouse.move(self.job.width / 2, 200)

    def _why_not_opened(self, said: str) -> str:
        """Chromium says it itself; of Firefox the network log knows."""
        failed = [each.failed for each in self.recorder.calls.values() if each.failed]
        return failed[-1] if failed and said.startswith("Protocol error") else said

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
                # Its requests pass by other doors of the browser's than ours: nothing is pressed in it.
                self._stop(f"the form is another site's, in a frame: {origin_of(self.sight.frame.url)}", "foreign")
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

    # -- again -------------------------------------------------------------

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

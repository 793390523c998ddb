"""One Chromium for many tries of forms: each in a window of its own, without the process and the proxy around it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.async_api import Browser, async_playwright

from diagnostics.forms.browser.chromium import find_chromium
from diagnostics.forms.browser.tried import Job, Tried
from diagnostics.forms.browser.visit import Visit
from tests.servers.process import MissingPart


class Visiting:
    """Tries forms, one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, browser: Browser) -> None:
        self._loop, self._browser = loop, browser

    def __call__(self, url: str, **wishes: Any) -> Tried:
        return self._loop.run_until_complete(
            self._try(Job(url, **{"token": "tok", "timeout_s": 30.0, "patience_s": 2.0, **wishes}))
        )

    async def _try(self, job: Job) -> Tried:
        context = await self._browser.new_context(
            viewport={"width": job.width, "height": 900}, java_script_enabled=job.scripts, accept_downloads=False
        )
        await context.new_page()
        visit = Visit(job, context)
        try:
            await visit.go()
            return visit.tried("Chromium", "the test's")
        finally:
            await context.close()


@contextmanager
def visiting() -> Iterator[Visiting]:
    """The browser, as long as it is needed. Raises MissingPart without one."""
    program = find_chromium()
    if not program:
        raise MissingPart("Chromium is not installed: apt-get install chromium")
    loop = asyncio.new_event_loop()

    async def begin() -> tuple[Any, Browser]:
        playwright = await async_playwright().start()
        return playwright, await playwright.chromium.launch(executable_path=program)

    playwright, browser = loop.run_until_complete(begin())
    try:
        yield Visiting(loop, browser)
    finally:
        loop.run_until_complete(browser.close())
        loop.run_until_complete(playwright.stop())
        loop.close()

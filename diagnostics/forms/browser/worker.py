"""The browser's own process: reads one job from standard input, tries it, writes what came of it, ends.

`run.try_form` starts it as a user without rights, in a folder of its own, with none of our environment. What it is
told is in the job; what it hands back is judged by nobody here.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NoReturn

from diagnostics.forms.browser.chromium import HELD_BY_ITSELF, HELD_BY_US, may_make_namespaces, start_chromium
from diagnostics.forms.browser.confine import Tree, confine, drop_rights
from diagnostics.forms.browser.firefox import HELD_BY_FIREFOX, start_firefox
from diagnostics.forms.browser.gone import gone
from diagnostics.forms.browser.relay import Refused, Relay
from diagnostics.forms.browser.tried import FIREFOX, Job, Tried, job_from_json, tried_to_json
from diagnostics.forms.browser.visit import Visit
from diagnostics.printable import printable


async def work(job: Job, program: str, proxy: dict[str, str]) -> None:
    """One try, told. Whatever a page does ends in a `Tried`; a browser that does not start too."""
    from playwright.async_api import async_playwright

    profile = Path(os.environ["HOME"]) / "profile"
    async with async_playwright() as playwright, AsyncExitStack() as open_till_the_end:
        relay = None
        try:
            if job.browser == FIREFOX:
                held_by, name = HELD_BY_FIREFOX, "Firefox"
                relay = await open_till_the_end.enter_async_context(
                    Relay(profile, proxy["username"], proxy["password"])
                )
                context = await start_firefox(playwright, program, job, relay, proxy)
            else:
                sandbox = may_make_namespaces()
                held_by, name = HELD_BY_ITSELF if sandbox else HELD_BY_US, "Chromium"
                context = await start_chromium(playwright, program, job, profile, proxy, sandbox=sandbox)
        except (gone(), Refused) as error:
            why = f"{name} did not start: {why_not(str(error))}"
            told(Tried(job.url, width=job.width, scripts=job.scripts, cookies=job.cookies, why=why, code="no_browser"))
        visit = Visit(job, context, relay)
        await visit.go()
        browser = context.browser
        tried = visit.tried(f"{name} {browser.version if browser else ''}".strip(), held_by)
        # What the browser is owed is an end, not a farewell: its folder goes with it.
        told(tried)


def why_not(error: str) -> str:
    """Playwright's reason, and the last that the browser itself complained of."""
    lines = error.strip().splitlines() or [""]
    said = [each.partition("[err]")[2].strip() for each in lines if "[err]" in each]
    last = next((each for each in reversed(said) if each and not each.endswith("mode.") and " on ws" not in each), "")
    first = lines[0].removeprefix("BrowserType.launch_persistent_context: ")
    return printable(f"{first} ({last})" if last else first, 300)


def told(tried: Tried) -> NoReturn:
    """Hand it back, and end this process with all that it started."""
    json.dump(tried_to_json(tried), sys.stdout)
    sys.stdout.flush()
    Tree(os.getpid()).end()
    os._exit(0)  # where there is no /proc: the parent ends what is left


def main() -> None:
    given: dict[str, Any] = json.load(sys.stdin)
    job = job_from_json(given["job"])
    importlib.import_module("playwright.async_api")
    if job.browser == FIREFOX:
        importlib.import_module("websockets.asyncio.client")
        importlib.import_module("websockets.asyncio.server")
    confine(job.timeout_s)
    drop_rights()  # before anything of the page is read, and after all that is ours is loaded
    asyncio.run(work(job, given["program"], given["proxy"]))


if __name__ == "__main__":
    main()

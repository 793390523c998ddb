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
from pathlib import Path
from typing import Any, NoReturn

from diagnostics.forms.browser.chromium import HELD_BY_ITSELF, HELD_BY_US, may_make_namespaces, start_chromium
from diagnostics.forms.browser.confine import Tree, confine, drop_rights
from diagnostics.forms.browser.gone import gone
from diagnostics.forms.browser.tried import Job, Tried, job_from_json, tried_to_json
from diagnostics.forms.browser.visit import Visit


async def work(job: Job, program: str, proxy: dict[str, str]) -> None:
    """One try, told. Whatever a page does ends in a `Tried`; a browser that does not start too."""
    from playwright.async_api import async_playwright

    sandbox = may_make_namespaces()
    held_by = HELD_BY_ITSELF if sandbox else HELD_BY_US
    async with async_playwright() as playwright:
        try:
            profile = Path(os.environ["HOME"]) / "profile"
            context = await start_chromium(playwright, program, job, profile, proxy, sandbox=sandbox)
        except gone() as error:
            why = f"Chromium did not start: {str(error).strip().splitlines()[0][:200]}"
            told(Tried(job.url, width=job.width, scripts=job.scripts, cookies=job.cookies, why=why, code="no_browser"))
        visit = Visit(job, context)
        await visit.go()
        browser = context.browser
        tried = visit.tried(f"Chromium {browser.version if browser else ''}".strip(), held_by)
        # What the browser is owed is an end, not a farewell: its folder goes with it.
        told(tried)


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
    confine(job.timeout_s)
    drop_rights()  # before anything of the page is read, and after all that is ours is loaded
    asyncio.run(work(job, given["program"], given["proxy"]))


if __name__ == "__main__":
    main()

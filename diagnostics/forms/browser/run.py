"""Tries a form in a process of its own: started without our environment and rights, watched, and ended whole.

Its only way to the network is a proxy of ours with the door's egress policy, open for this one try.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import diagnostics
from diagnostics.forms.browser import trackers
from diagnostics.forms.browser.chromium import find_chromium
from diagnostics.forms.browser.confine import Tree, give_away
from diagnostics.forms.browser.firefox import find_firefox
from diagnostics.forms.browser.tried import CHROMIUM, Job, Tried, job_to_json, tried_from_json
from diagnostics.network import Network
from diagnostics.network.proxy import EgressProxy
from diagnostics.printable import printable

MEMORY_BYTES = 900 * 1024 * 1024
GRACE_S = 10.0  # after the try's own time: for the start and the end
LOOK_S = 0.5
REMOVE_S = 3.0
MOST_ANSWER = 24 * 1024 * 1024
NOT_INSTALLED = "no Chromium is installed: on Debian and Ubuntu, apt-get install chromium"
NO_FIREFOX = "no Firefox is installed: on Debian and Ubuntu, apt-get install firefox-esr"
NO_WEBSOCKETS = "websockets is not installed: pip install 'aftercare[browser]'"
NO_PLAYWRIGHT = "Playwright is not installed: pip install 'aftercare[browser]'"


def missing_parts(browser: str = CHROMIUM) -> str:
    """What has to be installed before a form can be tried in *browser*; "" where all is there."""
    if importlib.util.find_spec("playwright") is None:
        return NO_PLAYWRIGHT
    if browser == CHROMIUM:
        return "" if find_chromium() else NOT_INSTALLED
    if importlib.util.find_spec("websockets") is None:
        return NO_WEBSOCKETS
    return "" if find_firefox() else NO_FIREFOX


async def try_form(job: Job, network: Network) -> Tried:
    """What came of *job*. A page's misdeeds, a browser that breaks and a missing part are answers, not exceptions."""
    if why := missing_parts(job.browser):
        return _nothing(job, why, "no_browser")
    if urlsplit(job.url).scheme not in ("http", "https") or not urlsplit(job.url).hostname:
        return _nothing(job, f"{printable(job.url, 200)} is not the address of a web page", "unreachable")
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="aftercare-browser-"))
    give_away(folder)
    try:
        async with EgressProxy(network, held_back=trackers.whose) as proxy:
            tried = await _in_its_process(job, folder, proxy)
            tried = _with_the_proxys_word(job, tried, proxy)
    finally:
        await asyncio.to_thread(_remove, folder)
    return dataclasses.replace(tried, took_ms=round((time.monotonic() - began) * 1000))


def _remove(folder: Path) -> None:
    """Away with *folder*: a process that was just killed may still finish a file in it."""
    ends_at = time.monotonic() + REMOVE_S
    while folder.exists() and time.monotonic() < ends_at:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.05)


async def _in_its_process(job: Job, folder: Path, proxy: EgressProxy) -> Tried:
    given = {
        "job": job_to_json(job),
        "program": find_chromium() if job.browser == CHROMIUM else find_firefox(),
        "proxy": {"server": proxy.url, "username": proxy.username, "password": proxy.password},
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-B", "-m", "diagnostics.forms.browser.worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        limit=MOST_ANSWER, cwd=folder, env=_environment(folder), start_new_session=True,
    )  # fmt: skip
    tree = Tree(process.pid)
    watch = asyncio.create_task(_watch(tree))
    talk = asyncio.create_task(process.communicate(json.dumps(given).encode()))
    try:
        await asyncio.wait({talk, watch}, timeout=job.timeout_s + GRACE_S, return_when=asyncio.FIRST_COMPLETED)
        if not talk.done():
            over = watch.done()
            why = (
                f"the page took more than {MEMORY_BYTES // 2**20} MiB of memory, and the browser was ended"
                if over
                else f"the browser came to no end in {job.timeout_s + GRACE_S:g} s and was ended"
            )
            return _nothing(job, why, "limit", tree)
        answer, trouble = talk.result()
    finally:
        watch.cancel()
        tree.end()
        await asyncio.gather(talk, watch, return_exceptions=True)
        await process.wait()
    try:
        tried = tried_from_json(json.loads(answer))
    except (ValueError, KeyError, TypeError):
        last = printable(trouble.decode("utf-8", "replace").strip().rpartition("\n")[2], 300)
        return _nothing(job, f"the browser's process broke: {last or 'it said nothing'}", "broke", tree)
    return dataclasses.replace(tried, peak_mib=tree.peak // 2**20)


async def _watch(tree: Tree) -> None:
    while await asyncio.to_thread(tree.look) <= MEMORY_BYTES:  # noqa: ASYNC110 - /proc tells nobody of a change
        await asyncio.sleep(LOOK_S)


def _environment(folder: Path) -> dict[str, str]:
    """What the browser needs to know of this machine, and nothing that it could give away."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(diagnostics.__file__).parents[1]),
        "NODE_OPTIONS": "--max-semi-space-size=1 --max-old-space-size=192",  # of Playwright's driver: a third less
        "PW_TEST_SCREENSHOT_NO_FONTS_READY": "1",  # a font that never comes is no reason for no picture
    }


def _with_the_proxys_word(job: Job, tried: Tried, proxy: EgressProxy) -> Tried:
    """The proxy knows why a host was not reached; the browser only that it was not."""
    parts = urlsplit(job.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    notes = [f"{host} was held back: {why}" for host, why in list(proxy.held.items())[:10]]
    why, code = tried.why, tried.code
    failure = proxy.failure(parts.hostname or "", port)
    if failure and not tried.came_as_far_as("page"):
        not_allowed = type(failure).__name__ == "NotAllowed"
        why, code = f"{failure.host}: {failure.detail}", "not_allowed" if not_allowed else "unreachable"
    elif proxy.over:
        notes.append(
            f"more than {proxy.received // 2**20} MiB came, the last of it from {proxy.over}: no more was taken"
        )
        if not tried.came_as_far_as("form"):
            why, code = f"the page is larger than {proxy.received // 2**20} MiB", "limit"
    reasons = {f"{each.host}:{each.port}": each.detail for each in proxy.failures.values()}
    requests = tuple(
        dataclasses.replace(each, failed=printable(reasons[where], 200))
        if each.failed and (where := _where(each.url)) in reasons
        else each
        for each in tried.requests
    )
    return dataclasses.replace(tried, why=why, code=code, requests=requests, notes=(*tried.notes, *notes))


def _where(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _nothing(job: Job, why: str, code: str, tree: Tree | None = None) -> Tried:
    return Tried(
        job.url,
        width=job.width,
        scripts=job.scripts,
        cookies=job.cookies,
        why=why,
        code=code,
        peak_mib=tree.peak // 2**20 if tree else 0,
    )

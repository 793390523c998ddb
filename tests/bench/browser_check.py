"""What a form tried in the browser costs: time against a bare Playwright script, and memory with four at once.

Time: one form of a real WordPress, found, pressed empty, filled, sent and judged with pictures, in a process of its own
behind the proxy, against a script that only fills and submits the same form (`bare_form`), in turn, each from the start
of its process to its end. `ratio` is of the medians, the bar is 2.

Memory: 20 forms, 4 at once; the highest sum of what all processes below this one hold (PSS: shared pages are shared out
among those who share them), looked at all the time. The bar is 1.5 GiB.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from diagnostics.forms.browser.chromium import find_chromium
from diagnostics.forms.browser.run import try_form
from diagnostics.forms.browser.tried import Job, Tried
from diagnostics.forms.form import Field, Form
from diagnostics.network import EgressPolicy, Network
from tests.bench.paired import take_turns
from tests.bench.report import report, spread
from tests.servers.lab import LabSite, MailWorld

BAR, MEMORY_BAR_MIB = 2.0, 1536
PAIRS, FORMS, AT_ONCE = 7, 20, 4
BARE = Path(__file__).with_name("bare_form.py")
LOOPBACK = Network(EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),)))


def job_of(site: LabSite) -> Job:
    form = site.wp("post", "list", "--post_type=wpcf7_contact_form", "--field=ID").split()[0]
    fields = tuple(Field(f"your-{name}", required=True, type="text") for name in ("name", "email", "subject"))
    # Tokens that nobody armed: the plugin takes the entries for a visitor's, and the work is the same.
    return Job(f"{site.url}/contact/", Form("contact-form-7", form, fields=fields), token="bench", empty_token="bench")


def ours(job: Job) -> float:
    began = time.perf_counter()
    tried = asyncio.run(try_form(job, LOOPBACK))
    took = time.perf_counter() - began
    whole = tried.message_kind == "thanks" and tried.refused_empty and tried.picture_before and tried.picture_after
    assert whole, f"{tried.reached}: {tried.why}; {tried.message}; empty refused: {tried.refused_empty}"
    return took


def bare(job: Job) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, str(BARE), find_chromium(), job.url], check=True, timeout=90)
    return time.perf_counter() - began


def time_of_one(job: Job, chance: random.Random) -> bool:
    ours(job), bare(job)  # both warm: files in the page cache, opcache filled
    measured, baseline = take_turns(lambda: ours(job), lambda: bare(job), PAIRS, chance)
    ratio = median(measured) / median(baseline)
    return report(
        "browser_check",
        ratio=ratio,
        bar=BAR,
        ok=ratio <= BAR,
        what="one form, end to end",
        pairs=PAIRS,
        ours_s=spread(measured),
        bare_s=spread(baseline),
    )


async def four_at_once(job: Job) -> list[Tried]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one() -> Tried:
        async with slots:
            return await try_form(job, LOOPBACK)

    return list(await asyncio.gather(*(one() for _ in range(FORMS))))


class Memory:
    """The highest sum of PSS of all processes below this one, in MiB."""

    def __init__(self) -> None:
        self.peak = 0
        self.looks = 0
        self._stop = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        # The lab's servers were started before: what they hold is not the browsers'.
        self._before = below(os.getpid())
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            pids = below(os.getpid()) - self._before
            self.peak = max(self.peak, sum(pss_kib(pid) for pid in pids) // 1024)
            self.looks += 1


def below(root: int) -> set[int]:
    """The processes below *root*, with those whose parents ended."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, wave = set(), {root}
    while wave := {pid for pid, parent in parents.items() if parent in wave} - found:
        found |= wave
    return found


def pss_kib(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def memory_of_four(job: Job) -> bool:
    memory = Memory()
    began = time.perf_counter()
    with memory.watching():
        all_tried = asyncio.run(four_at_once(job))
    seconds = time.perf_counter() - began
    thanked = sum(each.message_kind == "thanks" for each in all_tried)
    return report(
        "browser_check",
        ratio=memory.peak / MEMORY_BAR_MIB,
        bar=1.0,
        ok=memory.peak <= MEMORY_BAR_MIB and thanked == FORMS,
        what=f"{FORMS} forms, {AT_ONCE} at once",
        peak_mib=memory.peak,
        bar_mib=MEMORY_BAR_MIB,
        looks=memory.looks,
        thanked=thanked,
        why_not=sorted({each.why for each in all_tried if each.message_kind != "thanks"}),
        one_s=spread([each.took_ms / 1000 for each in all_tried]),
        all_s=seconds,
    )


def main() -> bool:
    chance = random.Random(20261124)
    with MailWorld() as world, LabSite(world) as site:
        job = job_of(site)
        fine = [time_of_one(job, chance), memory_of_four(job)]
    return all(fine)

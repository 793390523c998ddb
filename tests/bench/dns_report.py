"""The whole report of a sending domain: 1,000 domains against a DNS server that answers after 20 ms, and one alone.

Ours is `diagnose domains --dns-only` in a process of its own; the baseline is checkdmarc 6 on 30 of the same domains.
They take turns on one processor, the DNS server has the other. Neither asks by SMTP or HTTPS; both look at SPF, DMARC,
MX and their addresses, MTA-STS, TLS-RPT, BIMI, DS, SOA and NS; ours at some sixty DKIM selectors besides, and it
proves its remedies.

One domain alone is held against the longest chain of questions that depend on each other: its report is replayed on a
clock that only answers move, and what that clock shows at the end is the chain. `ratio` is the median of the seven
shapes of domains; the worst is one with five faults, whose remedies are proven too.

AFTERCARE_CHECKDMARC names a Python that has checkdmarc; without it a virtual environment is made for the run.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from diagnostics.mail.domain import Subject, World
from diagnostics.mail.domain.inspect import inspect
from diagnostics.mail.domain.together import together
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, RecordType, Resolver, SharedDNS
from diagnostics.network.shared import folded
from tests.bench.report import report, spread
from tests.servers.many_domains import domain
from tests.servers.process import MissingPart, server_directory
from tests.servers.slow_dns import SlowDns

BAR = 20.0
MEMORY_BAR_MIB = 300.0
MOST_ASKED = 2
ALONE_BAR = 1.3
DOMAINS = 1_000
THEIR_DOMAINS = 30
ROUNDS = 3
DELAY_MS = 20.0
SHAPES = 7
ALONE_ROUNDS = 9
CHECKDMARC = "checkdmarc>=6,<7"
OURS_CPU, SERVER_CPU = 0, 1


@dataclass
class Round:
    """One run of `diagnose domains`."""

    seconds: float  # a domain
    processor_s: float  # a domain: what is left of it where other programs take no time
    peak_mib: float
    lines: int
    questions: float  # a domain
    most: tuple[str, int]  # the question that was asked most often


def ours(server: SlowDns, folder: Path) -> Round:
    names = folder / "domains.txt"
    names.write_text("".join(f"{domain(number)}\n" for number in range(DOMAINS)))
    words = ["-m", "diagnostics.cli", "domains", str(names), "--dns-only", "--nameserver", server.nameserver]
    server.counts()
    with (folder / "report.jsonl").open("wb") as lines:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, *words], stdout=lines)
        pin(process.pid, OURS_CPU)
        _, _, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
    told = server.counts()
    written = (folder / "report.jsonl").read_bytes().count(b"\n")
    peak_mib = usage.ru_maxrss / 1024
    processor_s = (usage.ru_utime + usage.ru_stime) / DOMAINS
    return Round(took / DOMAINS, processor_s, peak_mib, written, told["questions"] / DOMAINS, tuple(told["most"][0]))


def theirs(server: SlowDns, python: Path) -> list[float]:
    """Seconds of each of the first domains."""
    script = Path(__file__).with_name("checkdmarc_report.py")
    words = [str(python), str(script), str(server.port), *(domain(number) for number in range(THEIR_DOMAINS))]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    pin(process.pid, OURS_CPU)
    output, _ = process.communicate()
    assert process.returncode == 0, "checkdmarc failed"
    seconds: list[float] = json.loads(output)
    return seconds


@dataclass
class Watched:
    """A front whose answers are kept for a replay."""

    front: SharedDNS
    came: dict[tuple[str, RecordType], DNSAnswer | DNSUnavailable] = field(default_factory=dict)

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        try:
            answer = await self.front.query(name, kind)
        except DNSUnavailable as error:
            self.came[folded(name), kind] = error
            raise
        self.came[folded(name), kind] = answer
        return answer


class Replay(Resolver):
    """Gives the answers that came, each after one tick of the loop's clock."""

    def __init__(self, came: dict[tuple[str, RecordType], DNSAnswer | DNSUnavailable]) -> None:
        super().__init__(("127.0.0.1",))
        self.came = came

    def ask(self, name: str, kind: RecordType, form: Any, done: Callable[[Any], None]) -> Any:
        return asyncio.get_running_loop().call_later(1.0, done, self.came[folded(name), kind])


class QuestionClock(asyncio.SelectorEventLoop):
    """A loop whose time passes only where everybody waits: for answers, a tick each."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        waiting = [each for each in self._scheduled if not each.cancelled()]
        if not self._ready and waiting:
            self.now = max(self.now, min(each.when() for each in waiting))
        super()._run_once()


def longest_chain(name: str, came: dict[tuple[str, RecordType], DNSAnswer | DNSUnavailable]) -> int:
    """How many questions of the report had to wait for one another, whatever else it costs."""
    with asyncio.Runner(loop_factory=QuestionClock) as runner:
        runner.run(looked_at(name, SharedDNS(Replay(came))))
        return round(runner.get_loop().time())


async def alone(nameserver: str, name: str) -> tuple[list[float], Watched]:
    """The seconds of one domain's report by fronts that know nothing, and what was asked."""
    resolver = Resolver((nameserver,))
    watched = Watched(SharedDNS(resolver))
    await looked_at(name, watched)
    seconds = []
    for _ in range(ALONE_ROUNDS):
        front = SharedDNS(resolver)
        began = time.perf_counter()
        await looked_at(name, front)
        seconds.append(time.perf_counter() - began)
    return seconds, watched


async def looked_at(name: str, dns: DNS) -> None:
    """What `diagnose domain --dns-only` does."""
    subject, world = Subject(name), World(dns, None, datetime.now(UTC))
    await together(await inspect(subject, world), subject, world, timeout_s=60.0)


def pin(process: int, cpu: int) -> None:
    """To one processor, where there is more than one."""
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(process, {cpu})


@contextmanager
def checkdmarc(folder: Path) -> Iterator[Path]:
    """A Python that has it. Raises MissingPart."""
    if named := os.environ.get("AFTERCARE_CHECKDMARC"):
        yield Path(named)
        return
    venv.create(folder / "checkdmarc", with_pip=True)
    python = folder / "checkdmarc" / "bin" / "python"
    made = subprocess.run([python, "-m", "pip", "install", "--quiet", CHECKDMARC], check=False)
    if made.returncode:
        raise MissingPart(
            f"checkdmarc cannot be installed: AFTERCARE_CHECKDMARC=PYTHON names a Python with {CHECKDMARC}"
        )
    yield python


def batch(server: SlowDns, python: Path, folder: Path) -> bool:
    rounds: list[Round] = []
    baseline: list[list[float]] = []
    for number in range(ROUNDS):
        for side in ("ours", "theirs") if number % 2 else ("theirs", "ours"):
            if side == "ours":
                rounds.append(ours(server, folder))
            else:
                baseline.append(theirs(server, python))
        print(
            f"  {rounds[-1].seconds:.4f} s a domain, theirs {sum(baseline[-1]) / THEIR_DOMAINS:.3f} s", file=sys.stderr
        )
    their_seconds = [sum(each) / len(each) for each in baseline]
    ratio = median(their_seconds) / median(each.seconds for each in rounds)
    peak_mib, most = (
        max(each.peak_mib for each in rounds),
        max((each.most for each in rounds), key=lambda each: each[1]),
    )
    whole = all(each.lines == DOMAINS for each in rounds)
    return report(
        "dns_report",
        ratio=ratio,
        bar=BAR,
        ok=ratio >= BAR and peak_mib < MEMORY_BAR_MIB and most[1] <= MOST_ASKED and whole,
        domains=DOMAINS,
        ours_s_a_domain=spread([each.seconds for each in rounds]),
        ours_processor_s_a_domain=spread([each.processor_s for each in rounds]),
        theirs_s_a_domain=spread(their_seconds),
        peak_mib=peak_mib,
        questions_a_domain=rounds[-1].questions,
        asked_most_often=most,
    )


def one_by_one(server: SlowDns) -> bool:
    pin(0, OURS_CPU)
    measured: dict[str, tuple[float, int, float]] = {}
    for name in map(domain, range(SHAPES)):
        seconds, watched = asyncio.run(alone(server.nameserver, name))
        chain = longest_chain(name, watched.came)
        measured[name] = median(seconds), chain, median(seconds) / (chain * DELAY_MS / 1000)
    ratios = [ratio for _, _, ratio in measured.values()]
    ratio = median(ratios)
    return report(
        "dns_report",
        ratio=ratio,
        bar=ALONE_BAR,
        ok=ratio <= ALONE_BAR,
        worst=max(ratios),
        load="one domain alone, against its longest chain of questions",
        seconds_chain_ratio=measured,
    )


def main() -> bool:
    folder = server_directory("bench-dns")
    affinity = os.sched_getaffinity(0)
    try:
        with (
            checkdmarc(folder) as python,
            SlowDns(DOMAINS, DELAY_MS, cpu=SERVER_CPU if len(affinity) > 1 else None) as dns,
        ):
            fine = batch(dns, python, folder)
            return one_by_one(dns) and fine
    finally:
        os.sched_setaffinity(0, affinity)
        shutil.rmtree(folder, ignore_errors=True)

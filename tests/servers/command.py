"""One command as a process of its own: how it ended, what it said, how long it took, how much memory it had."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

Name = TypeVar("Name")

# A small process starts the command and measures it: Linux counts what a process was before its exec into its
# peak of memory, and that would be the test's own. The time is the command's own too: what it waited for a processor,
# with the rest of the suite on the same two, is taken off (proc(5), schedstat).
_LAUNCH = """
import os, sys, time
report, *command = sys.argv[1:]
began, waited = time.monotonic(), 0
child = os.fork()
if not child:
    os.execv(command[0], command)
while True:
    try:
        waited = int(open(f"/proc/{child}/schedstat").read().split()[1])
    except (OSError, IndexError, ValueError):
        pass
    ended, status, usage = os.wait4(child, os.WNOHANG)
    if ended:
        break
    time.sleep(0.02)
seconds = time.monotonic() - began - waited / 1e9
open(report, "w").write(f"{usage.ru_maxrss} {seconds}")
sys.exit(os.waitstatus_to_exitcode(status) % 256)
"""
LONGEST_S = 60.0  # then it is killed, and the test fails
START_S = 3.0  # for Python to start and to write the answer
MOST_MIB = 200.0
AT_ONCE = 6  # most of them only wait


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float  # without what it waited for a processor
    peak_mib: float

    @property
    def answer(self) -> dict[str, Any]:
        """Its one JSON object; what is beside it fails the test."""
        told = json.loads(self.stdout)
        assert isinstance(told, dict), self.stdout
        return told

    @property
    def codes(self) -> list[str]:
        """Of the findings in its answer, in order."""
        return [each["code"] for each in self.answer["findings"]]

    def words(self, code: str) -> str:
        """The summary of its first finding with *code*."""
        return next(str(each["summary"]) for each in self.answer["findings"] if each["code"] == code)

    def assert_settled(self, timeout_s: float) -> None:
        """It ended by itself, in time, within its memory, and wrote nothing that a terminal would obey."""
        assert self.code in (0, 1, 2, 3), self.stderr
        assert "Traceback" not in self.stderr, self.stderr
        assert self.seconds < timeout_s + START_S
        assert self.peak_mib < MOST_MIB
        for line in (self.stdout + self.stderr).splitlines():
            assert line.isprintable(), line[:200]


async def all_of(commands: Mapping[Name, Callable[[], Coroutine[Any, Any, Ended]]]) -> dict[Name, Ended]:
    """Every one of *commands*, a few at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(command: Callable[[], Coroutine[Any, Any, Ended]]) -> Ended:
        async with turn:
            return await command()

    return dict(zip(commands, await asyncio.gather(*map(one, commands.values())), strict=True))


async def diagnose(*arguments: str, environment: Mapping[str, str] = {}) -> Ended:
    """`diagnose` with *arguments*, as a user starts it."""
    with TemporaryDirectory() as folder:
        report, out, err = (Path(folder) / each for each in ("report", "out", "err"))
        command = [sys.executable, "-m", "diagnostics.cli", *arguments]
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-SEIc", _LAUNCH, str(report), *command,
                stdin=asyncio.subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                env={**os.environ, **environment}, start_new_session=True,
            )  # fmt: skip
            try:
                async with asyncio.timeout(LONGEST_S):
                    await process.wait()
            finally:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()
        peak, seconds = report.read_text().split()
        said, wrong = (each.read_bytes().decode("utf-8", "surrogateescape") for each in (out, err))
        assert process.returncode is not None
        return Ended(process.returncode, said, wrong, float(seconds), int(peak) / 1024)

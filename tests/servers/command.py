"""One command as a process of its own: how it ended, what it said, how long it took, how much memory it had."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

Name = TypeVar("Name")

# Linux counts what the process was before its exec into its peak: so a small one starts it and not the test's own.
_LAUNCH = """
import os, sys
report, *command = sys.argv[1:]
child = os.fork()
if not child:
    os.execv(command[0], command)
_, status, usage = os.wait4(child, 0)
open(report, "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status) % 256)
"""
LONGEST_S = 60.0  # then it is killed, and the test fails
START_S = 4.0  # for Python to start, with other processes on the same two processors
MOST_MIB = 200.0
AT_ONCE = 6  # most of them only wait


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float
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
        started = time.monotonic()
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
        seconds = time.monotonic() - started
        said, wrong = (each.read_bytes().decode("utf-8", "surrogateescape") for each in (out, err))
        assert process.returncode is not None
        return Ended(process.returncode, said, wrong, seconds, int(report.read_text()) / 1024)

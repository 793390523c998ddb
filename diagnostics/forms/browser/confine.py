"""What the browser's process takes from itself before it reads a page, and what its parent watches over.

Limits of the kernel (setrlimit) for what they can hold: files, open files, processes, processor time, no cores. Not
the address space: a browser reserves terabytes and uses little. So memory is watched from outside (`Tree`).
"""

from __future__ import annotations

import ctypes
import os
import pwd
import resource
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

USER, OVERFLOW = "nobody", 65534
FILE_BYTES = 256 * 1024 * 1024  # a browser's shared memory is files too
OPEN_FILES = 4096
PROCESSES = 4096  # of the user without rights, threads too: 20 browsers at once
_SUBREAPER = 36  # prctl(2)
_PAGE = os.sysconf("SC_PAGE_SIZE")


def confine(timeout_s: float) -> None:
    """Lower this process's limits, for it and all that it starts."""
    seconds = int(timeout_s * 2) + 20  # of processor time, each process
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NPROC, PROCESSES),
    ):
        _, hard = resource.getrlimit(what)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lowest, lowest))
    os.umask(0o077)
    if os.uname().sysname == "Linux":
        libc = ctypes.CDLL(None, use_errno=True)
        # A browser's orphans come to this process, so that its parent finds them all below it.
        libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def give_away(folder: Path) -> None:
    """*folder* becomes that of the user whom `drop_rights` makes of us."""
    if os.geteuid() == 0:
        os.chown(folder, *_nobody())


def drop_rights() -> None:
    """Where we are root, be `nobody` from here on. What is imported by now needs no right to be read any more."""
    if os.geteuid() == 0:
        user, group = _nobody()
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def _nobody() -> tuple[int, int]:
    """The number of the user and of the group; small containers have no such name, and the number all the same."""
    try:
        known = pwd.getpwnam(USER)
    except KeyError:
        return OVERFLOW, OVERFLOW
    return known.pw_uid, known.pw_gid


@dataclass
class Tree:
    """A process and all below it, as /proc shows them. Where there is no /proc nothing is seen."""

    root: int
    peak: int = 0  # bytes
    _known: dict[int, str] = field(default_factory=dict)  # pid -> when it was started

    def look(self) -> int:
        """The bytes that all of them hold now: what is their own, and what they share once."""
        parents, started = _processes()
        below, wave = {self.root}, {self.root}
        while wave := {pid for pid, parent in parents.items() if parent in wave} - below:
            below |= wave
        self._known.update({pid: started[pid] for pid in below if pid in started})
        own, shared = 0, 0
        for pid in below:
            resident, common = _memory(pid)
            own += resident - common
            shared = max(shared, common)
        self.peak = max(self.peak, own + shared)
        return own + shared

    def end(self) -> None:
        """Kill whatever is left of them. A number that was given away meanwhile is left alone."""
        self.look()
        _, started = _processes()
        left = [pid for pid, since in self._known.items() if started.get(pid) == since]
        _kill(sorted(left, key=lambda pid: pid == self.root))  # the root last: it may be who does this


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _processes() -> tuple[dict[int, int], dict[int, str]]:
    parents: dict[int, int] = {}
    started: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        pid = int(entry.parent.name)
        parents[pid], started[pid] = int(after_name[1]), after_name[19]
    return parents, started


def _memory(pid: int) -> tuple[int, int]:
    try:
        _, resident, shared = (Path("/proc") / str(pid) / "statm").read_text().split()[:3]
    except (OSError, ValueError):
        return 0, 0
    return int(resident) * _PAGE, int(shared) * _PAGE

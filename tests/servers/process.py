"""One server as a process group of its own: started, waited for, its log kept, killed whole at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self


class MissingPart(Exception):
    """A real part is not on this machine, or may not be used here. Says which, and how to get it."""


class DidNotStart(Exception):
    """A server was started and did not answer. Carries the end of its log."""


def need(program: str, package: str) -> str:
    """The path of *program*, looked for in the system's own folders too. Raises MissingPart naming *package*."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/sbin:/usr/bin:/bin"
    if found := shutil.which(program, path=path):
        return found
    raise MissingPart(f"{program} is not installed: apt-get install {package}")


def need_root(what: str) -> None:
    """Raises MissingPart unless we are root."""
    if os.geteuid() != 0:
        raise MissingPart(f"{what} needs root: run it with sudo")


def server_directory(name: str, parent: Path | None = None) -> Path:
    """A new folder that servers of other users (www-data, mysql, postfix) may enter."""
    directory = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    directory.chmod(0o755)
    return directory


def wait_until(ready: Callable[[], bool], timeout_s: float, what: str, pause_s: float = 0.02) -> None:
    """Poll *ready*. Raises DidNotStart when it stays false."""
    end = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > end:
            raise DidNotStart(f"{what}: not after {timeout_s:g} s")
        time.sleep(pause_s)


def lives(pid: int) -> bool:
    """Is there such a process? A dead one stays listed where process 1 takes no orphans, as in some containers."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def log_tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for error messages."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    return "(no log)"


class Server(ABC):
    """What `with` does with a server: start it, hand it over, remove it. A start that fails leaves nothing behind."""

    @abstractmethod
    def start(self) -> Self: ...

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def remove(self) -> None:
        """Stop it and delete its files."""

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *failure: object) -> None:
        self.remove()


class ServerProcess:
    """A program in a session of its own, so that its children go with it."""

    def __init__(self, name: str, command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environ or {})},
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_ready(self, ready: Callable[[], bool], timeout_s: float = 20.0) -> None:
        """Raises DidNotStart with the log's end when the server dies first or stays silent."""

        def answered() -> bool:
            if not self.alive():
                raise DidNotStart(f"{self.name} ended at once")
            return ready()

        try:
            wait_until(answered, timeout_s, f"{self.name} did not answer")
        except DidNotStart as error:
            self.stop()
            raise DidNotStart(f"{error}:\n{log_tail(self.log)}") from None
        except BaseException:  # Ctrl-C while it starts: nothing may stay behind
            self.stop()
            raise

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self, patience_s: float = 5.0) -> None:
        """SIGTERM to the group, then SIGKILL to what is left of it."""
        self.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
        self.signal(signal.SIGKILL)
        self._process.wait()

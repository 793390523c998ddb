"""What the demo stands on, started in order and torn down in reverse: DNS, relay, sidecar, WordPress, their pairing."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.teller import Teller
from tests.servers.lab import LabSite, MailWorld, lab_sidecar
from tests.servers.loopback import listens
from tests.servers.parts import sqlite_drop_in, wordpress_tree, wp_cli
from tests.servers.process import MissingPart, need_root
from tests.servers.sidecar import Sidecar

LOCK = "aftercare-demo.lock"
RECHECK_S = 20  # the design's 15 minutes between two looks at a mended fault; nobody watches a demo that long


class CannotStart(Exception):
    """The demo cannot run here and now; the text says why and what to do."""


@dataclass(frozen=True)
class Running:
    """The demo's parts, all up, the site paired."""

    world: MailWorld
    sidecar: Sidecar
    site: LabSite


def fetch_parts(version: str, teller: Teller) -> None:
    """Bring WordPress onto this machine, if it is not here yet. Raises MissingPart."""
    wordpress_tree(version, teller.aside)
    wp_cli(teller.aside)
    sqlite_drop_in(teller.aside)


@contextmanager
def the_only_demo() -> Iterator[None]:
    """Raises CannotStart while another demo runs on this machine."""
    path = Path(tempfile.gettempdir()) / LOCK
    try:  # a folder that all may write to, and we are root: a link that somebody laid there is not followed
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise CannotStart(f"{path} cannot be opened ({error.strerror}): delete it, then start again.") from None
    with os.fdopen(handle, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read().strip() or "unknown"
            words = f"A demo runs already (process {who}). End it with Ctrl-C, then start this one."
            raise CannotStart(words) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_port(port: int) -> None:
    """Raises CannotStart when the port that the sidecar is to have is taken."""
    if port and listens("127.0.0.1", port):
        raise CannotStart(
            f"Port {port} on 127.0.0.1 is taken: another program listens there, perhaps an Aftercare. "
            f'Stop it, or choose another: make demo ARGS="--port {port + 1}"'
        )


@contextmanager
def running(version: str, port: int, teller: Teller) -> Iterator[Running]:
    """Everything up; all of it gone when the block ends. Raises MissingPart, CannotStart, DidNotStart."""
    with ExitStack() as stack:
        stack.enter_context(the_only_demo())
        check_port(port)
        need_root("the demo (a relay on port 587, a resolver of the site's own)")
        fetch_parts(version, teller)
        with teller.step("DNS, certificates and a mail relay (NSD, Postfix)"):
            world = stack.enter_context(MailWorld())
        with teller.step("the sidecar on embedded SQLite"):
            sidecar = stack.enter_context(lab_sidecar(world, port=port, RECHECK_S=str(RECHECK_S)))
        with teller.step(f"WordPress {version} with MariaDB, nginx, php-fpm, a contact form and the plugin"):
            site = stack.enter_context(LabSite(world, version, say=teller.aside))
        with teller.step("pairing the site with the sidecar (aftercare site, wp aftercare pair)"):
            site.id = sidecar.pair(site)
        yield Running(world, sidecar, site)
        teller.say("\nCleaning up.")


__all__ = ["CannotStart", "MissingPart", "Running", "check_port", "fetch_parts", "running", "the_only_demo"]

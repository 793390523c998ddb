"""Free places on loopback: a port on 127.0.0.1, or an address of 127.0.0.0/8 where the wanted ports are all free.

A relay on a loopback address of its own can listen on the real ports (465, 587), so that
what is judged by port number is judged as on a real host.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator, Sequence

from tests.servers.process import MissingPart


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def free_address(tcp: Sequence[int] = (), udp: Sequence[int] = ()) -> str:
    """An address of 127.0.0.0/8 on which all these ports are free. Raises MissingPart when there is none."""
    trouble = ""
    for address in _candidates():
        try:
            for port in tcp:
                _try_bind(address, port, socket.SOCK_STREAM)
            for port in udp:
                _try_bind(address, port, socket.SOCK_DGRAM)
        except PermissionError:
            raise MissingPart(f"the ports {[*tcp, *udp]} need root: run it with sudo") from None
        except OSError as error:
            trouble = str(error)
            continue
        return address
    raise MissingPart(f"no loopback address has the ports {[*tcp, *udp]} free ({trouble}): stop what listens on them")


def listens(address: str, port: int) -> bool:
    """Does something take TCP connections there?"""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address, port)) == 0


def _candidates() -> Iterator[str]:
    chooser = random.SystemRandom()  # runs beside each other must not walk the same way
    for _ in range(20):
        yield f"127.{chooser.randint(64, 250)}.{chooser.randint(1, 250)}.{chooser.randint(1, 250)}"


def _try_bind(address: str, port: int, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))

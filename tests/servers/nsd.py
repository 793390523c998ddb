"""A real authoritative DNS server (NSD) with zones written in the test."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import dns.exception
import dns.message
import dns.query

from tests.servers.loopback import free_address, free_port
from tests.servers.process import Server, ServerProcess, need, server_directory, wait_until

ANSWERS_BELIEVED = 5
_CONFIG = """\
server:
  ip-address: {address}@{port}
  port: {port}
  username: ""
  zonesdir: "{directory}"
  database: ""
  pidfile: "{directory}/nsd.pid"
  xfrdfile: "{directory}/xfrd.state"
  xfrdir: "{directory}"
  zonelistfile: "{directory}/zone.list"
  server-count: 1
  hide-version: yes
  verbosity: 1
  log-only-syslog: no
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""

_ZONE = """\
$ORIGIN {origin}.
$TTL 1
@ IN SOA ns.{origin}. hostmaster.{origin}. {serial} 3600 600 86400 1
@ IN NS ns.{origin}.
ns IN A {address}
{records}
"""


class Nsd(Server):
    """NSD with `zones`: origin -> records in zone file notation. Use it as a context manager."""

    def __init__(self, zones: Mapping[str, str], *, real_port: bool = False, directory: Path | None = None) -> None:
        """*real_port*: port 53 on a loopback address of its own, as resolv.conf can say no port (needs root)."""
        self._program = need("nsd", "nsd")
        self.address = free_address(tcp=[53], udp=[53]) if real_port else "127.0.0.1"
        self.port = 53 if real_port else free_port()
        self.directory = directory or server_directory("nsd")
        self._own_directory = directory is None
        self._zones = dict(zones)
        self._serial = 1
        self._process: ServerProcess | None = None

    @property
    def nameserver(self) -> str:
        """As the sidecar's settings write it."""
        return f"{self.address}:{self.port}"

    def start(self) -> Self:
        config = _CONFIG.format(address=self.address, port=self.port, directory=self.directory)
        for origin in self._zones:
            config += f'zone:\n  name: "{origin}"\n  zonefile: "{origin}.zone"\n'
        self._write_zones()
        (self.directory / "nsd.conf").write_text(config)
        command = [self._program, "-d", "-c", str(self.directory / "nsd.conf")]
        self._process = ServerProcess("nsd", command, self.directory / "nsd.log")
        self._process.wait_ready(lambda: self._serial_seen() == self._serial)
        return self

    def set_zone(self, origin: str, records: str) -> None:
        """Replace a zone's records and wait until the server answers from the new ones."""
        self._zones[origin] = records
        self._serial += 1
        self._write_zones()
        assert self._process
        self._process.signal(signal.SIGHUP)
        # A process with the old zones may answer a little longer beside the new one.
        taken = lambda: all(self._serial_seen() == self._serial for _ in range(10))  # noqa: E731
        wait_until(taken, 10.0, "nsd did not take the new zone")

    def stop(self) -> None:
        if self._process:
            self._process.stop()

    def remove(self) -> None:
        self.stop()
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _write_zones(self) -> None:
        for origin, records in self._zones.items():
            text = _ZONE.format(origin=origin, serial=self._serial, address=self.address, records=records)
            (self.directory / f"{origin}.zone").write_text(text)

    def _serial_seen(self, origin: str = "") -> int | None:
        question = dns.message.make_query(origin or next(iter(self._zones)), "SOA")
        try:
            answer = dns.query.udp(question, self.address, timeout=0.3, port=self.port)
            return int(answer.answer[0][0].serial)
        except (dns.exception.DNSException, OSError, IndexError):
            return None

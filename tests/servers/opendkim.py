"""A real signer (OpenDKIM) as a mail server's milter, with keys that opendkim-genkey makes.

It signs what its mail server hands it, for one domain, with one selector.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Self

from tests.servers.loopback import free_port, listens
from tests.servers.process import Server, ServerProcess, need, server_directory

_CONFIG = """\
Mode s
Syslog no
Domain {domain}
Selector {selector}
KeyFile {directory}/{selector}.private
Canonicalization {canonicalization}
OversignHeaders From
InternalHosts {directory}/hosts
RequireSafeKeys no
Socket inet:{port}@127.0.0.1
PidFile {directory}/opendkim.pid
{more}
"""


class OpenDkim(Server):
    """Signs for *domain* with *selector*. Use it as a context manager."""

    def __init__(self, domain: str, selector: str, *, canonicalization: str = "relaxed/simple", more: str = "") -> None:
        """*more*: further lines of opendkim.conf."""
        self._program = need("opendkim", "opendkim")
        self._genkey = need("opendkim-genkey", "opendkim-tools")
        self.domain, self.selector = domain, selector
        self.port = free_port()
        self.directory = server_directory("opendkim")
        self._canonicalization, self._more = canonicalization, more
        self._process: ServerProcess | None = None
        self.make_key(selector)

    @property
    def milter(self) -> str:
        """As Postfix's smtpd_milters takes it."""
        return f"inet:127.0.0.1:{self.port}"

    def make_key(self, selector: str, *, bits: int = 2048) -> str:
        """A new key; its record as a line of the domain's zone file."""
        command = [self._genkey, "-b", str(bits), "-d", self.domain, "-s", selector, "-D", str(self.directory)]
        subprocess.run(command, check=True, capture_output=True)
        return self.record(selector)

    def record(self, selector: str = "") -> str:
        """The key's record, as opendkim-genkey wrote it for the zone file."""
        return (self.directory / f"{selector or self.selector}.txt").read_text()

    def value(self, selector: str = "") -> str:
        """The text of that record, its strings joined."""
        return "".join(re.findall(r'"([^"]*)"', self.record(selector)))

    def start(self) -> Self:
        (self.directory / "hosts").write_text("0.0.0.0/0\n")
        (self.directory / "opendkim.conf").write_text(
            _CONFIG.format(
                domain=self.domain,
                selector=self.selector,
                directory=self.directory,
                canonicalization=self._canonicalization,
                port=self.port,
                more=self._more,
            )
        )
        command = [self._program, "-f", "-x", str(self.directory / "opendkim.conf")]
        self._process = ServerProcess("opendkim", command, self.directory / "opendkim.log")
        self._process.wait_ready(lambda: listens("127.0.0.1", self.port))
        return self

    def stop(self) -> None:
        if self._process:
            self._process.stop()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

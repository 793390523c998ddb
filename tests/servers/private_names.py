"""Names of our own for one process: it sees another resolv.conf and nsswitch.conf, the machine does not.

PHP has no resolver of its own, it asks the system's. A mount namespace (unshare(1)) puts ours
over /etc/resolv.conf for that process alone, so a site under test asks our DNS server.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.servers.process import MissingPart, need, need_root

# $0 and $1 are our files. /etc/resolv.conf may be a link: mount(8) follows it.
_BIND = 'mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/nsswitch.conf && shift && exec "$@"'


class PrivateNames:
    """Runs commands so that they resolve names by *nameserver* (port 53)."""

    def __init__(self, directory: Path, nameserver: str) -> None:
        need_root("a resolver of its own for the site")
        self._unshare = need("unshare", "util-linux")
        self._resolv_conf = directory / "resolv.conf"
        self._resolv_conf.write_text(f"nameserver {nameserver}\noptions timeout:2 attempts:1\n")
        self._nsswitch = directory / "nsswitch.conf"
        self._nsswitch.write_text("passwd: files\ngroup: files\nhosts: files dns\n")
        for file in (self._resolv_conf, self._nsswitch):
            file.chmod(0o644)
        trial = subprocess.run(self.command(["true"]), capture_output=True, text=True)
        if trial.returncode:
            raise MissingPart(
                "mount namespaces are not allowed here, so the site cannot have a resolver of its own: "
                f"run it on a machine or container that allows unshare(1) ({trial.stderr.strip()})"
            )

    def command(self, argv: Sequence[str]) -> list[str]:
        """*argv*, wrapped."""
        own = [str(self._resolv_conf), str(self._nsswitch)]
        return [self._unshare, "--mount", "--propagation", "private", "--", "/bin/sh", "-c", _BIND, *own, *argv]

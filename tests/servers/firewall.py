"""A web host's firewall: drops what one user (www-data) sends to one relay's port, and nobody else's.

So the site cannot reach the relay while the sidecar can: the shared host that blocks SMTP.
One iptables rule with a comment of ours, taken away at the end.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from tests.servers.process import MissingPart, need, need_root

COMMENT = "aftercare-lab"


@dataclass(frozen=True)
class BlockedPort:
    """The rule while it is in force."""

    rule: tuple[str, ...]

    def lift(self) -> None:
        subprocess.run([need("iptables", "iptables"), "-w", "-D", *self.rule], check=False, capture_output=True)


def block(address: str, ports: list[int], user: str = "www-data") -> BlockedPort:
    """Drop *user*'s packets to these ports. Raises MissingPart where the kernel or the rights lack."""
    need_root("a host that blocks a port")
    iptables = need("iptables", "iptables")
    target = ["-p", "tcp", "-d", address, "-m", "multiport", "--dports", ",".join(map(str, ports))]
    owner = ["-m", "owner", "--uid-owner", user, "-m", "comment", "--comment", COMMENT, "-j", "DROP"]
    rule = ("OUTPUT", *target, *owner)
    made = subprocess.run([iptables, "-w", "-I", *rule], capture_output=True, text=True)
    if made.returncode:
        raise MissingPart(f"iptables cannot block a port by user here: {made.stderr.strip()}")
    return BlockedPort(rule)

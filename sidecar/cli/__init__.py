"""The command `aftercare`: the sidecar itself, and everything that staff can do without a browser.

Exit codes: 0 fine, 1 a fault was found, 2 wrong usage or an impossible setting,
3 not everything could be looked at, 4 not found or not available.
Every command takes --json; colours only on a terminal, never with NO_COLOR.
"""

from __future__ import annotations

from sidecar.cli.group import main

__all__ = ["main"]

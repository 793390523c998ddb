"""How the transport is looked at: the ports and trust anchors of the real world, other ones in a laboratory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.mail.ports import LOOK_S
from diagnostics.network.dnssec import ROOT_ANCHORS


@dataclass(frozen=True)
class Ways:
    """Where mail servers and policies are asked, and what proves a signature."""

    smtp_port: int = 25
    https_port: int = 443
    anchors: Sequence[tuple[str, str]] = ROOT_ANCHORS
    look_s: float = LOOK_S  # for the whole conversation with one mail server


REAL = Ways()

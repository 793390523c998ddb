"""What runs are carried out with: one bundle, handed to everything in this room."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from diagnostics.check import Check, Relay
from diagnostics.check import Site as AskedSite
from diagnostics.network import Network
from sidecar.config import Settings
from sidecar.guide import Guide
from sidecar.keys import PairingKey, SealingKey
from sidecar.playbooks import Playbook
from sidecar.runs.logins import Logins
from sidecar.store.database import Database
from sidecar.store.sites import Site


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


@dataclass
class Equipment:
    """Everything that a run needs and may not make for itself."""

    settings: Settings
    db: Database
    sealing: SealingKey
    guide: Guide
    playbooks: Mapping[str, Playbook]
    checks: Mapping[str, Check]
    network: Network
    ask: Callable[[Site, str], AskedSite]  # (site, run id) -> the way to ask that site in that run
    relay: Relay | None = None  # the alternative one, its password opened
    now: Callable[[], datetime] = utc_now
    pairing_key: PairingKey = field(kw_only=True)
    logins: Logins = field(init=False, repr=False)
    _bells: list[threading.Event] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.logins = Logins(self.pairing_key.open_sealed, lambda: self.now())

    def bell(self) -> threading.Event:
        """An event of one's own that `wake` sets."""
        bell = threading.Event()
        self._bells.append(bell)
        return bell

    def wake(self) -> None:
        """Something is to be done now: whoever sleeps until the next sweep looks at once."""
        for bell in self._bells:
            bell.set()

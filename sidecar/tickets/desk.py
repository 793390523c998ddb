"""What the ticket functions are handed: the store, the guide, the settings, the time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sidecar.config import Settings
from sidecar.guide import Guide
from sidecar.store.database import Database


class Desk(Protocol):
    """Anything that carries these four; the sidecar's services do."""

    @property
    def db(self) -> Database: ...

    @property
    def guide(self) -> Guide: ...

    @property
    def settings(self) -> Settings: ...

    def now(self) -> datetime:
        """This instant, in UTC."""

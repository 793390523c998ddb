"""What a report on a sending domain is about: the domain, the streams of mail in its name, what may be looked with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from diagnostics.finding import RecordChange
from diagnostics.mail.domain.views import Once, Views
from diagnostics.network import DNS, Network, Overlay

T = TypeVar("T")
KnownBy = Literal["message", "site", "given"]


@dataclass(frozen=True)
class Signature:
    """A DKIM signature as a real message carried it (RFC 6376 §3.5)."""

    domain: str  # d=
    selector: str  # s=
    verified: bool | None = None  # None: it could not be verified


@dataclass(frozen=True)
class Sender:
    """One stream of mail as receivers see it. An empty field is not known. Domains are ASCII."""

    header_from: str  # domain of the From header (RFC 5322 §3.6.2)
    mail_from: str = ""  # domain of the envelope sender (RFC 5321 §4.1.1.2)
    ip: str = ""  # the address that hands the mail to receivers
    helo: str = ""  # the name that this machine says in EHLO
    relay: str = ""  # the host that the site submits to
    signatures: tuple[Signature, ...] = ()
    known_by: KnownBy = "given"
    messages_day: int = 0  # the busiest day that the site counted


@dataclass(frozen=True)
class Subject:
    """One domain and who sends in its name."""

    domain: str
    senders: tuple[Sender, ...] = ()
    selectors: tuple[str, ...] = ()  # given by hand


@dataclass(frozen=True)
class World:
    """What one report is looked at with, within one event loop. Without a network, only DNS is asked."""

    dns: DNS
    network: Network | None
    now: datetime  # aware, UTC
    blocklists: tuple[str, ...] = ()
    once: Once = field(default_factory=Once, compare=False, repr=False)  # of servers: the same over any records
    views: Views = field(default_factory=Views, compare=False, repr=False)  # of these records
    _laid: dict[tuple[RecordChange, ...], World] = field(init=False, default_factory=dict, compare=False, repr=False)

    def over(self, changes: Sequence[RecordChange]) -> World:
        """This world with *changes* made in DNS, one and the same for the same changes.

        Raises ValueError for a record that no name server would load.
        """
        key = tuple(changes)
        if key not in self._laid:
            self._laid[key] = dataclasses.replace(
                self, dns=Overlay(self.dns, changes), views=Views(self.views, changes)
            )
        return self._laid[key]

    def through(self, dns: DNS) -> World:
        """This world, asked through *dns*."""
        return dataclasses.replace(self, dns=dns)

"""What was seen of a domain's DKIM keys: one `Looked` for each selector that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from diagnostics.mail.dkim.key import Key
from diagnostics.mail.senders import SendingService, Suspect


class Why(IntEnum):
    """Why a selector was asked for, the weightiest first."""

    SEEN = 1  # a real message names it
    GIVEN = 2  # by hand
    SUGGESTED = 3  # its service shows in the domain's records, or is the site's relay
    USUAL = 4  # many use it


@dataclass(frozen=True)
class Misplaced:
    """A key that stands at a name at which no receiver looks."""

    name: str
    type: str  # "TXT", or "CNAME" where it leads to the key
    text: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Looked:
    """One name asked for a key, and what came."""

    key: Key
    why: Why
    texts: tuple[bytes, ...] = field(default=(), repr=False)  # as they are, for a change that replaces them
    ttl: int = 0
    chain: tuple[str, ...] = ()  # of CNAMEs, the asked name first
    service: SendingService | None = None
    trouble: str = ""  # why there was no answer; then nothing is known
    proxied: tuple[str, ...] = ()  # addresses that it answers, where a CNAME was to be
    elsewhere: Misplaced | None = None

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def exists(self) -> bool:
        """Whether a record stands there, sound or not."""
        return self.key.exists and not self.trouble

    @property
    def usable(self) -> bool:
        return self.key.usable and not self.trouble

    @property
    def leads_nowhere(self) -> bool:
        """A CNAME whose end has no TXT record."""
        return bool(self.chain) and not self.key.exists and not self.trouble

    @property
    def wanted(self) -> bool:
        """Whether somebody says that it is in use."""
        return self.why in (Why.SEEN, Why.GIVEN)

    @property
    def owner(self) -> str:
        """The name at which its record stands."""
        return self.chain[-1] if self.chain else self.key.name

    @property
    def is_own(self) -> bool:
        """Whether the domain's owner keeps the record, CNAME or not."""
        owner, domain = self.owner.lower(), self.key.domain
        return owner == domain or owner.endswith("." + domain)

    @property
    def lost_its_dot(self) -> bool:
        """Whether a panel appended the domain to its CNAME's target."""
        return self.leads_nowhere and self.owner.lower().endswith("." + self.key.domain)


@dataclass(frozen=True)
class Wildcard:
    """A record that answers for every selector. *name* is "" where no `*` stands above the selectors."""

    name: str = ""
    texts: tuple[bytes, ...] = field(default=(), repr=False)
    tail: tuple[str, ...] = ()  # where its CNAME leads
    ttl: int = 0

    def is_all_of(self, texts: tuple[bytes, ...], chain: tuple[str, ...]) -> bool:
        """Whether an answer has nothing that is not the wildcard's."""
        return bool(self.texts or self.tail) and set(texts) == set(self.texts) and chain[1:] == self.tail


@dataclass(frozen=True)
class Facts:
    """All that was looked at for one domain."""

    domain: str
    looked: tuple[Looked, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    wildcard: Wildcard = Wildcard()
    nothing_below: bool = False  # NXDOMAIN at _domainkey: no selector can exist (RFC 8020)
    sends_no_mail: bool = False  # SPF is -all alone, and no mail is received
    unanswered: tuple[tuple[str, str], ...] = ()  # (question, what came instead), beside those of *looked*

    @property
    def tried(self) -> tuple[str, ...]:
        """The selectors of the domain itself that were answered for."""
        return tuple(each.key.selector for each in self.looked if each.key.domain == self.domain and not each.trouble)

    def of(self, service: SendingService) -> tuple[Looked, ...]:
        """What was looked at for *service*: found to be its, or asked at a selector of its."""
        return tuple(
            each
            for each in self.looked
            if each.service is service or (each.service is None and each.key.selector in service.selectors)
        )

    def signs(self, service: SendingService) -> bool:
        """Whether a usable key of *service* was found."""
        return any(each.usable and each.service is service for each in self.looked)

"""DKIM of one domain, looked at and judged; and which of its keys would sign which of its senders' mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from diagnostics.finding import Finding
from diagnostics.mail import senders
from diagnostics.mail.dkim.facts import Facts
from diagnostics.mail.dkim.judge import judge
from diagnostics.mail.dkim.key import Key
from diagnostics.mail.dkim.look import gather_facts
from diagnostics.mail.dkim.repair import targets_of
from diagnostics.mail.domain.subject import Sender, Subject, World


class Signing(NamedTuple):
    """A signature that a sender's mail has, or would have."""

    domain: str  # d=
    selector: str
    usable: bool  # receivers can verify it


@dataclass(frozen=True)
class DKIMView:
    """What was seen of a domain's keys, and what it means."""

    facts: Facts
    findings: tuple[Finding, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key that stands in DNS, sound or not; those in use first."""
        return tuple(each.key for each in self.facts.looked if each.exists)

    def signing(self, sender: Sender) -> list[Signing]:
        """The signatures of *sender*'s mail: those of a real message; without one, what its relay would sign with.

        The latter is an inference from the keys: that signing is switched on at the relay, no record says.
        """
        if sender.signatures or sender.known_by == "message":
            return [self._of(each.domain, each.selector, each.verified) for each in sender.signatures]
        service = senders.by_relay(sender.relay) if sender.relay else None
        own_server = service is None and senders.ends_with(sender.relay, self.facts.domain)
        return [
            Signing(each.key.domain, each.key.selector, True)
            for each in self.facts.looked
            if each.usable and (each.service is service if service else own_server and each.service is None)
        ]

    def _of(self, domain: str, selector: str, verified: bool | None) -> Signing:
        name = f"{selector}._domainkey.{domain}".lower()
        # A message shows what was; the key may have gone since.
        now = [each.usable for each in self.facts.looked if each.name == name]
        return Signing(domain.lower(), selector, verified is not False and (any(now) if now else bool(verified)))


async def look_at_dkim(subject: Subject, world: World) -> DKIMView:
    """Find *subject*'s keys and judge them. DNS alone is asked."""
    facts = await gather_facts(subject, world)
    targets = await targets_of(world.dns, facts)
    findings: Sequence[Finding] = judge(facts, targets, world.now)
    return DKIMView(facts, tuple(findings))

"""What every finding about a domain's DMARC record shows, and where a record is kept that has to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diagnostics.finding import RecordChange
from diagnostics.mail.dmarc.discovery import Discovery
from diagnostics.mail.dmarc.suffixes import registered_domain
from diagnostics.mail.dmarc.walk import PREFIX, Found
from diagnostics.printable import printable


@dataclass(frozen=True)
class Spot:
    """The `_dmarc` name of *domain*, where its record is really kept, and what stands there."""

    domain: str
    leads_to: str = ""  # where a CNAME leads; "" without

    @property
    def name(self) -> str:
        return PREFIX + self.domain

    @property
    def kept_at(self) -> str:
        """The name whose TXT record is read."""
        return self.leads_to or self.name

    @property
    def foreign(self) -> bool:
        """Whether a CNAME leads out of the owner's own domain, as services that host DMARC records have it."""
        return bool(self.leads_to) and registered_domain(self.leads_to) != registered_domain(self.domain)

    def words(self) -> dict[str, str]:
        """What remedies say about the place."""
        place = f"At the DNS host of {registered_domain(self.domain)}"
        if self.foreign:
            place = (
                f"In the panel of the service that keeps {printable(self.leads_to)} ({self.name} is a CNAME that "
                "leads there)"
            )
        return {
            "place": place,
            "where": place[0].lower() + place[1:],
            "name": printable(self.kept_at),
            "name_field": name_field(self.kept_at),
            "at": registered_domain(self.domain),
        }

    def change(self, value: str, *replaced: str) -> tuple[RecordChange, ...]:
        """The change that puts *value* there; none where somebody else keeps the record."""
        return () if self.foreign else (RecordChange(self.kept_at, "TXT", value, tuple(replaced)),)


def spot(discovery: Discovery, domain: str) -> Spot:
    """Where *domain*'s record is kept."""
    found = discovery.walk.at(domain)
    return Spot(domain, _led(found))


def name_field(name: str) -> str:
    """The name as a panel takes it that appends the registered domain."""
    return name.removesuffix("." + registered_domain(name))


def ground(discovery: Discovery) -> dict[str, Any]:
    """The evidence that belongs to every finding of the record: walk, records, both policies, both organizations."""
    organization = discovery.organization
    return {
        "walk": [each.to_json() for each in discovery.walk.reached],
        "records": discovery.records(),
        "rfc9989": discovery.policy.to_json(),
        "rfc7489": discovery.policy_7489.to_json(),
        "organizational_domain": organization.by_walk,
        "organizational_domain_rfc7489": organization.by_list,
        "organizational_domain_without_private_suffixes": organization.by_list_without_private,
        "public_suffix_list": str(discovery.list_date or ""),
    }


def _led(found: Found | None) -> str:
    return found.leads_to if found else ""

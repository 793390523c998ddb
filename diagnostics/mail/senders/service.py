"""What is known of one service that sends mail for other people's domains: its selectors, keys, includes and panel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

IncludePlace = Literal["domain", "bounce", ""]


@dataclass(frozen=True)
class KeyForm:
    """Where this selector's CNAME leads, for every customer alike.

    *target* may say {domain} and {dashed}, the domain with dashes for its dots.
    """

    selector: str
    target: str

    def target_for(self, domain: str) -> str:
        """The CNAME's value for *domain*."""
        return self.target.format(domain=domain, dashed=domain.replace(".", "-"))


@dataclass(frozen=True)
class SendingService:
    """One row of the table. Names are lower case, without final dot; "ends" match whole labels."""

    name: str  # as in `providers.PROVIDERS`, where that table has it
    title: str
    selectors: tuple[str, ...] = ()  # worth a question, where something points to this service
    rule: str = ""  # a pattern of selectors that are made up by a rule, and so cannot be guessed
    telling: str = ""  # a pattern of selectors that nobody else uses
    fixed: bool = False  # it has no selectors but *selectors*: without a key there, it does not sign as the domain
    cname_only: bool = False  # a TXT record at its selectors is somebody else's
    renewal: str = ""  # how its customer makes a 2048-bit key; "" where the service chooses
    key_targets: tuple[str, ...] = ()  # ends of the names that its keys' CNAMEs lead to
    key_forms: tuple[KeyForm, ...] = ()  # only where the whole CNAME is known
    include: str = ""  # the SPF include to propose now; may say {domain}
    includes: tuple[str, ...] = ()  # ends of those that it has or had, *include* too
    include_for: tuple[tuple[str, str], ...] = ()  # (end of the relay's host, the include of that region)
    include_at: IncludePlace = ""
    signs_below: bool = False  # its setup page asks for a subdomain of its own (mg.), which it signs and bounces as
    bounce_labels: tuple[str, ...] = ()  # subdomains that it takes for bounces
    bounce_targets: tuple[str, ...] = ()  # ends of the names that these lead to
    mx: tuple[str, ...] = ()  # ends of MX hosts
    verifications: tuple[str, ...] = ()  # beginnings of TXT records that prove an account for the domain
    relays: tuple[str, ...] = ()  # ends of its hosts that `providers` does not list
    private_relays: tuple[str, ...] = ()  # hosts of these that private mailboxes, at its own domain, submit to as well
    where: str = ""  # the page of its panel that shows a domain's records
    known: bool = False  # common knowledge of the field, not read in an own source
    forwards_only: bool = False  # it receives and forwards, and sends nothing of its own

    @property
    def panel(self) -> str:
        """Where in its panel the domain's DNS records are shown; in general words where the page is not known."""
        return self.where or f"{self.title} → the settings of your sending domain (authentication, DKIM)"

    @property
    def aligns_by_spf(self) -> bool:
        """Whether its include at the From domain counts for DMARC: the envelope has that domain too."""
        return self.include_at == "domain"

    def include_of(self, domain: str, relay: str = "") -> str:
        """The include to propose to *domain*, by the region of its *relay*; "" where there is none to propose."""
        for end, include in self.include_for:
            if ends_with(relay, end):
                return include
        return self.include.format(domain=domain)

    def key_target(self, selector: str, domain: str) -> str:
        """What the CNAME of *selector* has to say at *domain*, where that is known; else ""."""
        return next((each.target_for(domain) for each in self.key_forms if each.selector == selector.lower()), "")

    def makes(self, selector: str) -> bool:
        """Whether *selector* has the form of those that it makes up by a rule."""
        return bool(self.rule and re.fullmatch(self.rule, selector.lower(), re.ASCII))

    def is_told_by(self, selector: str) -> bool:
        """Whether *selector* alone tells of this service."""
        return bool(self.telling and re.fullmatch(self.telling, selector.lower(), re.ASCII))


def ends_with(name: str, end: str) -> bool:
    """Whether *name* is *end* or lies below it."""
    name = name.strip().lower().removesuffix(".")
    return name == end or name.endswith("." + end)

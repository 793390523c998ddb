"""From what was seen of an address's names to findings: the reverse name, and the one that it says in HELO."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import Code, Finding, RecordChange, UnknownReason
from diagnostics.mail.address import codes, letters
from diagnostics.mail.address.names import IPAddress, is_generic, why_no_helo
from diagnostics.mail.address.reverse import MOST_NAMES, Led, Reverse, first_of, forward_type
from diagnostics.mail.providers import Provider
from diagnostics.printable import printable


@dataclass(frozen=True)
class Machine:
    """The address that hands mail to receivers, and what is known of who keeps it."""

    address: IPAddress
    domain: str  # the domain that the report is about
    own_zones: tuple[str, ...]  # domains whose DNS the reader keeps
    provider: Provider | None = None  # a mail provider whose address it is
    name: str = ""  # the name that it bears, or should bear: to be said in HELO, to stand in the PTR
    known_by: str = "given"

    @property
    def ip(self) -> str:
        return str(self.address)

    @property
    def owner(self) -> str:
        """Who can change what stands behind the address, in words."""
        return f"the support of {self.provider.title}" if self.provider else "the host of the server or line"

    def owns(self, name: str) -> bool:
        """Whether the reader can write records for *name*."""
        return any(name == zone or name.endswith("." + zone) for zone in self.own_zones)

    @property
    def facts(self) -> dict[str, Any]:
        """What stands in the evidence of each finding."""
        return {
            "ip": self.ip,
            "domain": self.domain,
            "owner": self.owner,
            "family": forward_type(self.address),
            "provider": self.provider.name if self.provider else "",
            "provider_title": self.provider.title if self.provider else "",
            "known_by": self.known_by,
        }


def judge_reverse(machine: Machine, reverse: Reverse) -> Finding:
    """What the PTR records of the address come to: one finding."""
    names = [printable(each) for each in reverse.names]
    facts = {
        **machine.facts,
        "pointer": reverse.pointer,
        "names": names[:MOST_NAMES],
        "names_count": len(names),
        "confirmed": [printable(each) for each in reverse.confirmed],
        "wanted": machine.name,
        "records": reverse.records,
        "advice": "",
        "letter": "",
    }
    failed = [each for each in (reverse.error, *(led.error for led in reverse.unseen)) if each]
    if reverse.confirmed:
        generic = not machine.provider and all(is_generic(each, machine.address) for each in reverse.confirmed)
        if not generic:
            return codes.PTR_CONFIRMED.finding(machine.ip, facts)
        facts["advice"] = _panel(machine)
        facts["letter"] = _letter(machine, f"it is the numbered name {facts['confirmed'][0]}")
        return codes.PTR_GENERIC.finding(machine.ip, facts)
    if failed:
        facts["failed"] = "; ".join(failed[:3])
        return codes.PTR_UNSEEN.finding(machine.ip, facts, reason=UnknownReason.UNAVAILABLE)
    if not names:
        facts["advice"] = _panel(machine)
        facts["letter"] = _letter(machine, "")
        return codes.PTR_MISSING.finding(machine.ip, facts)
    return _mismatch(machine, reverse, facts)


def judge_helo(machine: Machine, helo: str, seen: tuple[Led, ...], exchangers: bool) -> Finding:
    """The name in HELO: *seen* is where it leads, *exchangers* whether it has MX records."""
    shown = printable(helo, 253)
    at_provider = (
        f" It is a machine of {machine.provider.title}: send the words below there." if machine.provider else ""
    )
    facts = {**machine.facts, "helo": shown, "wanted": machine.name, "at_provider": at_provider, "letter": ""}
    facts["alternative"] = ""
    if why := why_no_helo(helo):
        facts |= {"why": why, "letter": letters.helo_name(machine.ip, shown, machine.name, machine.domain, why)}
        return codes.HELO_INVALID.finding(shown or "an empty name", facts)
    addresses = sorted({each for led in seen for each in led.addresses})
    facts |= {"addresses": first_of(addresses), "matches": machine.ip in addresses, "records": _records(shown, seen)}
    if addresses or exchangers:
        facts["leads"] = (
            "leads to this address"
            if machine.ip in addresses
            else f"exists and leads to {', '.join(addresses[:4])}"
            if addresses
            else "exists and has MX records"
        )
        return codes.HELO_SOUND.finding(shown, facts)
    if failed := [led.error for led in seen if led.error]:
        facts["failed"] = failed[0]
        return codes.HELO_UNSEEN.finding(shown, facts, reason=UnknownReason.UNAVAILABLE)
    exists = any(each.exists for each in seen)
    facts["leads"] = "has no address" if exists else "does not exist in DNS"
    name = _plain(helo)
    records: tuple[RecordChange, ...] = ()
    if machine.owns(name) and not machine.provider and not any(each.aliased for each in seen):
        records = (RecordChange(name, forward_type(machine.address), machine.ip),)
    else:
        facts["letter"] = letters.helo_name(machine.ip, shown, machine.name, machine.domain, f"it {facts['leads']}")
        if machine.name != name:
            facts["alternative"] = f"; or set the mail server's name (Postfix `myhostname`) to {machine.name}"
    return _shown(codes.HELO_UNRESOLVED, shown, facts, records)


def _mismatch(machine: Machine, reverse: Reverse, facts: dict[str, Any]) -> Finding:
    """No name leads back. Whose turn it is depends on whose zone the name stands in."""
    facts["leads"] = _leads(reverse)
    own = [each for each in reverse.led if machine.owns(each.name) and not machine.provider]
    free = next((each for each in own if not each.addresses and not each.aliased), None)
    family = forward_type(machine.address)
    if free:
        facts["wanted"] = free.name
        facts["advice"] = (
            f"At the DNS host of {machine.domain}, add an {family} record with the name {free.name} and the value "
            f"{machine.ip}."
        )
        record = RecordChange(free.name, family, machine.ip)
        return _shown(codes.PTR_MISMATCH, machine.ip, facts, (record,))
    several = " and ".join(facts["names"][:3])
    facts["letter"] = _letter(machine, f"it is {several}, and {facts['leads']}")
    if machine.provider:
        facts["advice"] = f"Send the words below to {machine.owner}: the address and its names are theirs to mend."
    elif own:
        facts["advice"] = (
            f"{printable(own[0].name)} is the name of another machine: send the words below to {machine.owner}, which "
            f"alone can set the reverse name, and have it set to {facts['wanted']}, with its {family} record "
            f"{machine.ip} at the DNS host of {machine.domain}."
        )
    else:
        facts["advice"] = (
            f"Send the words below to {machine.owner}, which alone can set the reverse name, and add the {family} "
            f"record {machine.ip} for {facts['wanted']} at that name's DNS host."
        )
    return codes.PTR_MISMATCH.finding(machine.ip, facts)


def _shown(code: Code, subject: str, facts: dict[str, Any], records: tuple[RecordChange, ...]) -> Finding:
    """The finding; where the reader's own record mends it, its value is what to copy."""
    finding = code.finding(subject, facts, records=records)
    if records and finding.remedy:
        return dataclasses.replace(finding, remedy=dataclasses.replace(finding.remedy, copy=records[0].value))
    return finding


def _leads(reverse: Reverse) -> str:
    elsewhere = sorted({address for each in reverse.led for address in each.addresses})
    several = len(reverse.names) > 1
    if not elsewhere:
        return "none of these names leads anywhere" if several else "that name leads nowhere"
    shown = ", ".join(elsewhere[:4]) + ("…" if len(elsewhere) > 4 else "")
    told = "none of these names leads back" if several else "that name does not lead back"
    beyond = f"; only the first {MOST_NAMES} were followed, as receivers do" if len(reverse.names) > MOST_NAMES else ""
    return f"{told}: found {shown}{beyond}"


def _letter(machine: Machine, seen: str) -> str:
    if machine.provider:
        told = f"whose PTR record is wrong: {seen}" if seen else "which has no PTR record"
        return letters.relay_reverse_name(machine.ip, told, machine.domain, machine.provider.title)
    return letters.reverse_name(machine.ip, machine.name, seen or "it has none", machine.domain)


def _panel(machine: Machine) -> str:
    """Where the owner of the address sets its name."""
    if machine.provider:
        return "Send the words below there, and ask for another sending address until it is mended."
    return (
        "In the panel of many hosts it stands at the server or its address as “Reverse DNS”, “rDNS” or “PTR”: set it "
        f"to {machine.name}, or send the words below to the host. At the DNS host of that name it needs an "
        f"{forward_type(machine.address)} record with {machine.ip}."
    )


def _records(name: str, seen: tuple[Led, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "type": "AAAA" if ":" in each.addresses[0] else "A",
            "values": first_of(each.addresses),
            "ttl": each.ttl,
        }
        for each in seen
        if each.addresses
    ]


def _plain(name: str) -> str:
    return name.strip().rstrip(".").lower()


def distinct(helos: Iterator[str]) -> list[str]:
    """Each HELO name once, whatever its case."""
    return list({_plain(each): each for each in reversed(list(helos)) if each}.values())[::-1]

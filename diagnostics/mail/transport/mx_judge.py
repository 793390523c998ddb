"""What the MX records of a domain come to, and the records that mend them (RFC 5321 §5.1, RFC 2181 §10.3, RFC 7505)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.domain.subject import Subject
from diagnostics.mail.transport.codes import mx as codes
from diagnostics.mail.transport.facts import listed, record_facts
from diagnostics.mail.transport.mx import MailHost, MailRoute, receiver, repeats
from diagnostics.printable import printable


def judge_route(route: MailRoute, subject: Subject, *, sends_none: bool = False) -> Iterator[Finding]:
    """Nothing where the domain does not exist: that is another finding's. *sends_none*: it says so by its SPF."""
    domain = route.domain
    if route.trouble:
        yield codes.UNSEEN.finding(domain, {"detail": route.trouble}, reason=UnknownReason.UNAVAILABLE)
    elif route.exists:
        yield from _null(route, "" if sends_none else used_as(domain, subject))
        if route.hosts:
            yield from _hosts(route)
        elif not (route.null or sends_none):
            yield from _without_mx(route, subject)


def used_as(domain: str, subject: Subject) -> str:
    """In which places of a mail *domain* stands as sender; "" for none. A domain given alone is a From domain."""
    places = []
    if not subject.senders or any(each.header_from == domain for each in subject.senders):
        places.append("the From address")
    if any(each.mail_from == domain for each in subject.senders):
        places.append("the envelope sender")
    return " and ".join(places)


def _null(route: MailRoute, places: str) -> Iterator[Finding]:
    domain = route.domain
    if not route.null:
        return
    evidence: dict[str, Any] = {"records": record_facts([route.answer])}
    removal = RecordChange(domain, "MX", "", (route.null,))
    if route.hosts:
        evidence |= {"others": listed(dict.fromkeys(host.name for host in route.hosts))}
        yield codes.NULL_BESIDE_OTHERS.finding(domain, evidence, records=[removal])
    elif places:
        # Without the null MX mail goes to the domain's own address; where there is none, only the provider knows.
        records = [removal] if route.own and route.own.addresses else []
        yield codes.NULL_AT_SENDER.finding(domain, {**evidence, "used_as": places}, records=records)
    else:
        yield codes.RECEIVES_NONE.finding(domain, evidence)


def _without_mx(route: MailRoute, subject: Subject) -> Iterator[Finding]:
    domain, own = route.domain, route.own
    if own is None or own.trouble:
        detail = own.trouble if own else "its address was not asked for"
        yield codes.UNSEEN.finding(domain, {"detail": detail}, reason=UnknownReason.UNAVAILABLE)
    elif own.addresses:
        value = f"10 {domain}"
        evidence = {
            "addresses": listed(own.addresses),
            "proposed": f"{domain}  MX  {value}",
            "records": record_facts(own.answers),
        }
        # An MX must not name an alias, so there is nothing to propose where the domain itself is one.
        records = [RecordChange(domain, "MX", value)] if not own.canonical else []
        yield codes.IMPLICIT.finding(domain, evidence, records=records)
    elif places := used_as(domain, subject):
        evidence = {"used_as": places, "asked": [f"{kind} {domain}" for kind in ("MX", "A", "AAAA")], "records": []}
        yield codes.MISSING.finding(domain, evidence)


def _hosts(route: MailRoute) -> Iterator[Finding]:
    facts = _facts(route)
    bad = [host for host in route.hosts if host.fault]
    for host in {host.name: host for host in bad}.values():
        yield _target(host, route, facts)
    for name, several in repeats(route.hosts).items():
        extra = several[1:]
        evidence = {
            "domain": route.domain,
            "preferences": listed(str(each.preference) for each in several),
            "repeats": ", ".join(printable(each.value) for each in extra),
            **facts,
        }
        records = [RecordChange(route.domain, "MX", "", tuple(each.value for each in extra))]
        yield codes.DUPLICATE.finding(printable(name), evidence, records=records)
    unknown = [host for host in route.hosts if host.address.trouble]
    if unknown:
        detail = f"{listed(host.name for host in unknown)}: {unknown[0].address.trouble}"
        yield codes.UNSEEN.finding(route.domain, {"detail": detail, **facts}, reason=UnknownReason.UNAVAILABLE)
    elif not bad:
        names = listed(dict.fromkeys(host.name for host in route.hosts))
        said = f"{route.provider} ({names})" if route.provider else names
        yield codes.SOUND.finding(route.domain, {"said": said, **facts})


def _facts(route: MailRoute) -> dict[str, Any]:
    return {
        "provider_title": route.provider,
        "hosts": [
            {
                "preference": host.preference,
                "name": printable(host.name),
                "provider": receiver(host.name),
                "addresses": host.address.addresses,
                "canonical": printable(host.address.canonical),
                "fault": host.fault,
            }
            for host in route.hosts
        ],
        "records": record_facts([route.answer, *(each for host in route.hosts for each in host.address.answers)]),
    }


_WHY = {
    "alias": "which is an alias (CNAME) of {canonical}",
    "missing": "which does not exist",
    "no_address": "which has no address",
    "private": "which has an address that nobody outside can reach: {refused}",
    "literal": "which is an IP address; an MX record must name a host",
}


def _target(host: MailHost, route: MailRoute, facts: dict[str, Any]) -> Finding:
    address = host.address
    why = _WHY[host.fault].format(canonical=printable(address.canonical), refused=", ".join(host.refused))
    records, advice, letter = _mend(host, route)
    evidence = {
        "domain": route.domain,
        "why": why,
        "fault": host.fault,
        "advice": advice,
        "letter": letter,
        "proposed": "; ".join(_line(each) for each in records),
        **facts,
    }
    return codes.TARGET_INVALID.finding(printable(host.name), evidence, records=records)


def _line(change: RecordChange) -> str:
    gone = "; ".join(f"delete {change.name}  {change.type}  {value}" for value in change.replaces)
    return ", ".join(
        part for part in (f"{change.name}  {change.type}  {change.value}" if change.value else "", gone) if part
    )


def _mend(host: MailHost, route: MailRoute) -> tuple[list[RecordChange], str, str]:
    """Records, advice and letter for one bad target; records only where their values are known."""
    domain = route.domain
    mine = tuple(each.value for each in route.hosts if each.name == host.name)
    owner = receiver(host.name)
    who = owner or "your mailbox provider"

    def renamed(target: str) -> list[RecordChange]:
        return [RecordChange(domain, "MX", f"{host.preference} {target}", mine)]

    def dropped(advice: str) -> tuple[list[RecordChange], str, str]:
        return [RecordChange(domain, "MX", "", mine)], advice, ""

    others = [each for each in route.hosts if each.sound and each.name != host.name]
    if host.fault == "alias" and host.address.addresses and not host.refused:
        target = host.address.canonical
        advice = f"name the alias's target in the MX record itself: {host.preference} {target}. Does {who} tell you "
        return renamed(target), advice + "another name, take that.", ""
    if host.fault == "literal" and host.better and not host.better.trouble and not host.refused:
        name, address = host.better.name, host.name.strip("[]")
        if host.better.addresses == (address,):
            return renamed(name), f"name the host that has this address: {name}.", ""
        if not host.better.addresses and not host.better.canonical:
            change = RecordChange(name, "AAAA" if ":" in address else "A", address)
            advice = f"give the address a name (a record {name}), and name that in the MX record."
            return [change, *renamed(name)], advice, ""
    elif host.better is not None and host.better.addresses:
        return renamed(host.better.name), f"correct the name in the MX record to {host.better.name}, which exists.", ""
    public = [each for each in host.address.addresses if not any(f"{each} (" in bad for bad in host.refused)]
    if host.fault == "private" and public and _below(host.name, domain):
        gone = [each for each in host.address.addresses if each not in public]
        changes = [RecordChange(host.name, "AAAA" if ":" in each else "A", "", (each,)) for each in gone]
        return changes, f"delete the addresses that are not public from {host.name}: {', '.join(gone)}.", ""
    if others:
        return dropped(f"delete this MX record ({listed(mine)}); {listed(each.name for each in others)} stays. Or give "
                       f"{printable(host.name)} a public address record.")  # fmt: skip
    advice = (
        f"enter the MX records that the setup page of {who} names in its place, or give {printable(host.name)} an A "
        "record with the mail server's public address."
    )
    letter = (
        f"The MX record of {domain} names {printable(host.name)}, "
        + _WHY[host.fault].format(canonical=printable(host.address.canonical), refused=", ".join(host.refused))
        + f". Which MX records does {domain} need to receive its mail with you?"
    )
    return [], advice, letter


def _below(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")

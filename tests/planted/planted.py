"""A planted domain: its records, who sends in its name, and the one code that must be named as its cause."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.mail.domain import Sender, Signature, Subject
from tests.planted.keys import rsa_key
from tests.planted.providers import PROVIDERS
from tests.servers.zone import Zone

Records = Sequence[tuple[str, str, Any]]  # name, type, value as `Zone.add` takes it

# A web host with a relay of its own: the sender of most planted domains.
HOST_IP = "45.10.20.30"
HOST_NAME = "mail.hoster.test"
OTHER_IP = "45.10.20.99"


@dataclass(frozen=True)
class Planted:
    """One domain. *code* is the expected cause, "" where nothing may be accused."""

    name: str
    domain: str
    records: Records
    senders: tuple[Sender, ...]
    code: str = ""
    selectors: tuple[str, ...] = ()
    remedy: str = "record"  # "record": published, it must mend; "letter": somebody else's; "words": the owner chooses
    blocklists: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        return Subject(self.domain, self.senders, self.selectors)


def sender(
    domain: str,
    *,
    ip: str = HOST_IP,
    helo: str = HOST_NAME,
    mail_from: str = "",
    signed: Iterable[tuple[str, str]] | None = None,
    relay: str = "",
    messages_day: int = 40,
) -> Sender:
    """A stream as a real message showed it; signed as (d=, s=), by default with the domain's own `site` key."""
    signatures = tuple(Signature(d, s, True) for d, s in ([(domain, "site")] if signed is None else signed))
    return Sender(domain, mail_from or domain, ip, helo, relay, signatures, "message", messages_day)


def own(
    domain: str,
    *,
    spf: Any = f"v=spf1 mx ip4:{HOST_IP} ~all",
    dkim: Any = "",
    dmarc: Any = "v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}",
    more: Records = (),
    without: Iterable[str] = (),
) -> Records:
    """A domain at an ordinary web host, sound unless told otherwise; None leaves a record out."""
    found: list[tuple[str, str, Any]] = [
        (domain, "SOA", f"ns.{domain}. hostmaster.{domain}. 1 3600 600 86400 300"),
        (domain, "NS", f"ns.{domain}."),
        (f"ns.{domain}", "A", "45.10.20.53"),
        (domain, "A", "45.10.20.80"),
        (domain, "MX", (10, f"mx.{domain}")),
        (f"mx.{domain}", "A", "45.10.20.25"),
    ]
    if spf is not None:
        found.append((domain, "TXT", spf))
    if dkim is not None:
        found.append((f"site._domainkey.{domain}", "TXT", dkim or rsa_key()))
    if dmarc is not None:
        found.append((f"_dmarc.{domain}", "TXT", dmarc.replace("{domain}", domain)))
    gone = set(without)
    return [*(each for each in found if each[1] not in gone), *more]


def webhost(name: str, **told: Any) -> Planted:
    """A sound domain at an ordinary web host."""
    domain = f"{name}.test"
    told = {key: value.replace("{domain}", domain) if isinstance(value, str) else value for key, value in told.items()}
    return Planted(f"sound: {name}", domain, own(domain, **told), (sender(domain),))


def fault(
    name: str,
    code: str,
    *,
    senders: Callable[[str], tuple[Sender, ...]] | None = None,
    remedy: str = "record",
    blocklists: tuple[str, ...] = (),
    **told: Any,
) -> Planted:
    """A sound domain at a web host, but for what is *told*; its name is made of the fault's."""
    domain = f"{name.replace(' ', '-')}.test"
    more: Records = [(_fill(n, domain), k, _fill(v, domain)) for n, k, v in told.pop("more", ())]
    records = own(domain, **{key: _fill(value, domain) for key, value in told.items()}, more=more)
    streams = senders(domain) if senders else (sender(domain),)
    return Planted(name, domain, records, streams, code, remedy=remedy, blocklists=blocklists)


def _fill(value: Any, domain: str) -> Any:
    if isinstance(value, str):
        return value.replace("{domain}", domain)
    return tuple(_fill(each, domain) for each in value) if isinstance(value, tuple) else value


def world_zone(planted: Iterable[Planted]) -> Zone:
    """All records at once: the providers', the reverse names of the senders' addresses, and those of *planted*."""
    zone = Zone()
    for name, kind, value in PROVIDERS:
        zone.add(name, kind, value)
    zone.add("hoster.test", "SOA", "ns.hoster.test. hostmaster.hoster.test. 1 3600 600 86400 300")
    zone.add(HOST_NAME, "A", HOST_IP)
    zone.add("bounces.hoster.test", "TXT", f"v=spf1 ip4:{HOST_IP} -all")
    reverse = {HOST_IP: HOST_NAME}
    for each in planted:
        for name, kind, value in each.records:
            zone.add(name, kind, value)
    for ip, name in reverse.items():
        zone.add(ipaddress.ip_address(ip).reverse_pointer, "PTR", name)
    return zone

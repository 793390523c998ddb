"""NSD whose zones are signed (DNSSEC): keys of our own, DS records in the parents, faults on demand.

Zones are signed by dnspython when they are written, so that no signing tool has to be installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.dnssec
import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.nsd import Nsd

IN = dns.rdataclass.IN


@dataclass
class Signing:
    """How one zone is signed. `valid_days` below 0: its signatures have expired."""

    valid_days: float = 14
    wrong_ds: bool = False  # the parent's DS is of another key
    unsigned: bool = False  # a DS in the parent, and no signature in the zone
    spoiled: str = ""  # a type whose signatures are taken away: "TLSA"
    nsec3: bool = False  # with opt-out, as most top-level domains have it (RFC 5155 §6)


class SignedNsd(Nsd):
    """*zones*: origin -> records, as for Nsd; *signing*: origin -> how. Zones not named there stay unsigned.

    A zone below another one of this server is delegated from it, with a DS record where it is signed.
    """

    def __init__(self, zones: Mapping[str, str], signing: Mapping[str, Signing], **options: Any) -> None:
        super().__init__(zones, **options)
        self.signing = dict(signing)
        self._keys = {origin: _Key(origin) for origin in zones}

    def anchor(self, origin: str) -> tuple[str, str]:
        """What a validator trusts: the zone and its DS record."""
        return origin, self._keys[origin].ds

    def _write_zones(self) -> None:
        plain = dict(self._zones)
        for origin in plain:
            self._zones[origin] = plain[origin] + self._delegations(origin)
        try:
            super()._write_zones()
        finally:
            self._zones = plain
        for origin, signing in self.signing.items():
            if not signing.unsigned:
                path = self.directory / f"{origin}.zone"
                path.write_text(_signed(path, origin, self._keys[origin], signing))

    def _delegations(self, origin: str) -> str:
        lines = []
        for child in self._zones:
            if child != origin and child.endswith(f".{origin}") and self._parent_of(child) == origin:
                lines.append(f"{child}. IN NS ns.{child}.\nns.{child}. IN A {self.address}")
                if signing := self.signing.get(child):
                    key = _Key(child) if signing.wrong_ds else self._keys[child]
                    lines.append(f"{child}. IN DS {key.ds}")
        return "\n" + "\n".join(lines) + "\n"

    def _parent_of(self, child: str) -> str:
        above = [each for each in self._zones if child != each and child.endswith(f".{each}")]
        return max(above, key=len, default="")


class _Key:
    def __init__(self, origin: str) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.dnskey = dns.dnssec.make_dnskey(self.private.public_key(), "ECDSAP256SHA256", flags=257)
        self.ds = dns.dnssec.make_ds(dns.name.from_text(origin), self.dnskey, "SHA256").to_text()


def _signed(path: Path, origin: str, key: _Key, signing: Signing) -> str:
    zone = dns.zone.from_file(str(path), origin, relativize=False)
    now = datetime.now(UTC)
    ends = now + timedelta(days=signing.valid_days)
    begins = min(now, ends) - timedelta(days=14)
    dns.dnssec.sign_zone(
        zone, keys=[(key.private, key.dnskey)], inception=begins, expiration=ends, add_dnskey=True, dnskey_ttl=60
    )
    if signing.nsec3:
        _use_nsec3(zone, key, begins, ends)
    if signing.spoiled:
        kind = dns.rdatatype.from_text(signing.spoiled)
        for node in zone.nodes.values():
            node.delete_rdataset(IN, dns.rdatatype.RRSIG, kind)
    return zone.to_text(relativize=False)


def _use_nsec3(zone: dns.zone.Zone, key: _Key, begins: datetime, ends: datetime) -> None:
    """Put an NSEC3 chain in the place of the NSEC records; unsigned delegations stay outside (opt-out)."""
    origin, names = zone.origin, set()
    assert origin
    cuts = {name for name, node in zone.nodes.items() if name != origin and node.get_rdataset(IN, dns.rdatatype.NS)}
    for name, node in zone.nodes.items():
        node.delete_rdataset(IN, dns.rdatatype.NSEC)
        node.delete_rdataset(IN, dns.rdatatype.RRSIG, dns.rdatatype.NSEC)
        glue = any(name != cut and name.is_subdomain(cut) for cut in cuts)
        if glue or (name in cuts and not node.get_rdataset(IN, dns.rdatatype.DS)):
            continue
        while name != origin:  # names without records on the way count too
            names.add(name)
            name = name.parent()
    names.add(origin)
    _add_signed(zone, key, origin, "NSEC3PARAM", "1 0 0 -", begins, ends)
    chain = sorted((dns.dnssec.nsec3_hash(name, None, 0, 1), name) for name in names)
    for (hashed, name), (after, _) in zip(chain, [*chain[1:], chain[0]], strict=True):
        node = zone.nodes.get(name)
        kinds = sorted({dns.rdatatype.to_text(each.rdtype) for each in node.rdatasets}) if node else []
        owner = dns.name.from_text(hashed, origin)
        _add_signed(zone, key, owner, "NSEC3", f"1 1 0 - {after} {' '.join(kinds)}", begins, ends)


def _add_signed(
    zone: dns.zone.Zone, key: _Key, name: dns.name.Name, kind: str, value: str, begins: datetime, ends: datetime
) -> None:
    rrset = dns.rrset.from_text(name, 60, "IN", kind, value)
    signature = dns.dnssec.sign(rrset, key.private, zone.origin, key.dnskey, begins, ends)
    zone.replace_rdataset(name, dns.rdataset.from_rdata_list(60, list(rrset)))
    zone.find_rdataset(name, dns.rdatatype.RRSIG, dns.rdatatype.from_text(kind), create=True).add(signature, 60)

"""DNSSEC: is what a name says signed all the way down from the root, and where does the chain break? (RFC 4035)

A validating resolver that refuses an answer says only SERVFAIL. So the chain is walked here: every question goes
out with DO and CD (checking disabled), and each signature, key and DS is verified by ourselves. A resolver's own
word (AD) is taken only where the way to it cannot be forged: on loopback.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import dns.dnssec
import dns.dnssectypes
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rdtypes.ANY.NSEC
import dns.rdtypes.ANY.NSEC3
import dns.rdtypes.ANY.RRSIG
import dns.resolver
import dns.rrset

from diagnostics.network.dnssec_records import (
    MOST_KEYS,
    Break,
    all_shown,
    asked_as,
    covers,
    delegates,
    denials,
    ds_of,
    shown,
    signed_records,
    usable,
    vouches_for,
    why_invalid,
)
from diagnostics.network.errors import DNSUnavailable
from diagnostics.network.query import RecordType, wire_name
from diagnostics.network.resolver import Resolver
from diagnostics.network.shared import SharedDNS

# IANA's trust anchors of the root (data.iana.org/root-anchors): KSK-2017 and KSK-2024.
ROOT_ANCHORS = (
    (".", "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"),
    (".", "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"),
)
MOST_ITERATIONS = 500  # of NSEC3: validators take a zone with more for unsigned (RFC 9276 §3.2)
MOST_ALIASES = 4

_Keys = dict[dns.name.Name, dns.rdataset.Rdataset | dns.node.Node]


class Security(StrEnum):
    """What RFC 4035 §4.3 calls the state of an answer; `unknown` where it could not be told."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SecurityView:
    """How the chain to *name* ended. Where it broke: `zone`, `kind` of record, and in which way."""

    name: str
    state: Security
    zone: str = ""
    broke: Break | None = None
    detail: str = ""
    chain: tuple[str, ...] = ()  # the zones whose keys were verified, from the anchor down
    parent_ds: tuple[str, ...] = ()  # what the parent of `zone` publishes, where that is the matter
    key_ds: tuple[str, ...] = ()  # what it would have to publish for the keys that are there
    by: str = "own validation"


class _Broken(Exception):
    def __init__(
        self,
        zone: dns.name.Name,
        broke: Break,
        detail: str,
        parent_ds: tuple[str, ...] = (),
        key_ds: tuple[str, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.zone, self.broke, self.detail = zone, broke, detail
        self.parent_ds, self.key_ds = parent_ds, key_ds


class Validator:
    """Walks chains of trust through *source*'s name servers. What it asked it keeps: a new look takes a new one."""

    def __init__(
        self,
        source: Resolver | SharedDNS,
        *,
        anchors: Sequence[tuple[str, str]] = ROOT_ANCHORS,
        now: float | None = None,
    ) -> None:
        """*anchors*: (zone, DS in presentation form); *now*: Unix time that signatures are held against."""
        self._source = source
        self._anchors: dict[dns.name.Name, list[dns.rdata.Rdata]] = {}
        for zone, ds in anchors:
            rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, ds)
            self._anchors.setdefault(dns.name.from_text(zone), []).append(rdata)
        self._now = time.time() if now is None else now
        self._asked: dict[tuple[dns.name.Name, str], asyncio.Task[dns.message.Message]] = {}

    async def state(self, name: str, kind: RecordType) -> SecurityView:
        """The state of the records of *kind* at *name*. Raises nothing of the network's: that is `unknown`."""
        asked = wire_name(name)
        try:
            if self._source.trusted and await self._vouched(asked, kind):
                return SecurityView(name, Security.SECURE, by="the resolver on this machine (AD)")
            return await self._walk(asked, kind, name, 0)
        except _Broken as broken:
            if broken.zone == dns.name.root:
                # The root is sound; what reaches us of it is not: a forwarder that strips signatures, a wrong clock.
                detail = f"these name servers hand out no usable DNSSEC records of the root: {broken.detail}"
                return SecurityView(name, Security.UNKNOWN, detail=detail)
            zone = broken.zone.to_text(omit_final_dot=True)
            return SecurityView(
                name,
                Security.BOGUS,
                zone,
                broken.broke,
                broken.detail,
                parent_ds=broken.parent_ds,
                key_ds=broken.key_ds,
            )
        except DNSUnavailable as error:
            return SecurityView(name, Security.UNKNOWN, detail=error.detail)

    # -- the walk ----------------------------------------------------------

    async def _walk(self, name: dns.name.Name, kind: RecordType, asked: str, depth: int) -> SecurityView:
        anchor = max((each for each in self._anchors if name.is_subdomain(each)), key=len, default=None)
        if anchor is None:
            return SecurityView(asked, Security.UNKNOWN, detail="no trust anchor is set above this name")
        below = [dns.name.Name(name.labels[-n:]) for n in range(len(anchor) + 1, len(name) + 1)]
        self._ask_ahead(anchor, below, name, kind)
        zone = anchor
        keys = await self._keys(anchor, self._anchors[anchor])
        chain = [anchor]
        for child in below:
            if child == name and kind == "DS":
                break
            ds = await self._delegation(zone, child, keys)
            if ds is None:
                continue
            trusted = [each for each in ds if usable(each)]
            if not trusted:
                return SecurityView(asked, Security.INSECURE, shown(child), chain=all_shown(chain))
            keys, zone = await self._keys(child, trusted), child
            chain.append(child)
        target = await self._verified(zone, keys, name, kind)
        if target is not None:
            if depth >= MOST_ALIASES:
                return SecurityView(asked, Security.UNKNOWN, detail="too many CNAMEs in a row")
            return await self._walk(target, kind, asked, depth + 1)
        return SecurityView(asked, Security.SECURE, shown(zone), chain=all_shown(chain))

    def _ask_ahead(
        self, anchor: dns.name.Name, below: list[dns.name.Name], name: dns.name.Name, kind: RecordType
    ) -> None:
        """All questions that the walk may need go out together: it costs one round trip and not one a label."""
        self._question(name, kind)
        self._question(anchor, "DNSKEY")
        for child in below:
            self._question(child, "DS")

    async def _keys(self, zone: dns.name.Name, trusted: Sequence[dns.rdata.Rdata]) -> _Keys:
        """The keys of *zone*, verified by one that a DS in *trusted* names (RFC 4035 §5.2)."""
        response = await self._question(zone, "DNSKEY")
        records, signatures = signed_records(response, zone, dns.rdatatype.DNSKEY)
        if records is None:
            raise _Broken(
                zone, Break.DS_MISMATCH, "the parent has a DS record, and the zone has no DNSKEY",
                parent_ds=tuple(each.to_text() for each in trusted),
            )  # fmt: skip
        entry = [key for key in list(records)[:MOST_KEYS] if any(vouches_for(ds, zone, key) for ds in trusted)]
        if not entry:
            raise _Broken(
                zone, Break.DS_MISMATCH, "no DS record of the parent fits any key of the zone",
                parent_ds=tuple(each.to_text() for each in trusted),
                key_ds=tuple(ds_of(zone, key) for key in records if key.flags & 1),
            )  # fmt: skip
        entry_keys: _Keys = {zone: dns.rdataset.from_rdata_list(records.ttl, entry)}
        self._check(zone, records, signatures, entry_keys)
        return {zone: dns.rdataset.from_rdata_list(records.ttl, list(records))}

    async def _delegation(
        self, zone: dns.name.Name, child: dns.name.Name, keys: _Keys
    ) -> Sequence[dns.rdata.Rdata] | None:
        """The verified DS records of *child*; () for a delegation without any; None where *child* is no zone cut."""
        response = await self._question(child, "DS")
        records, signatures = signed_records(response, child, dns.rdatatype.DS)
        if records is not None:
            self._check(zone, records, signatures, keys)
            return list(records)
        if signed_records(response, child, dns.rdatatype.CNAME)[0] is not None:
            return None
        return self._denied(zone, child, response, keys)

    def _denied(
        self, zone: dns.name.Name, child: dns.name.Name, response: dns.message.Message, keys: _Keys
    ) -> Sequence[dns.rdata.Rdata] | None:
        """What the signed proof that there is no DS says about *child* (RFC 4035 §5.2, RFC 5155 §8.6)."""
        proofs = 0
        for owner, proof, signatures in denials(response):
            self._check(zone, proof, signatures, keys)
            proofs += 1
            for record in proof:
                if isinstance(record, dns.rdtypes.ANY.NSEC.NSEC):
                    if owner == child:
                        return () if delegates(record) else None
                elif isinstance(record, dns.rdtypes.ANY.NSEC3.NSEC3):
                    if record.iterations > MOST_ITERATIONS:
                        return ()
                    hashed = dns.dnssec.nsec3_hash(child, record.salt, record.iterations, record.algorithm).lower()
                    first = owner.labels[0].decode("ascii", "replace").lower()
                    if hashed == first:
                        return () if delegates(record) else None
                    if record.flags & 1 and covers(first, base64.b32hexencode(record.next).decode().lower(), hashed):
                        return ()  # opt-out: an unsigned delegation may lie here
        if not proofs:
            raise _Broken(zone, Break.UNSIGNED, f"the zone does not prove that {shown(child)} has no DS record")
        return None

    async def _verified(
        self, zone: dns.name.Name, keys: _Keys, name: dns.name.Name, kind: RecordType
    ) -> dns.name.Name | None:
        """Verify the answer itself; where a CNAME leads on, its target."""
        response = await self._question(name, kind)
        for rdtype in (dns.rdatatype.from_text(kind), dns.rdatatype.CNAME):
            records, signatures = signed_records(response, name, rdtype)
            if records is not None:
                self._check(zone, records, signatures, keys)
                return records[0].target if rdtype == dns.rdatatype.CNAME and kind != "CNAME" else None
        proofs = denials(response)
        for _, proof, signatures in proofs:
            self._check(zone, proof, signatures, keys)
        if not proofs:
            raise _Broken(zone, Break.UNSIGNED, f"the zone does not prove that {shown(name)} has no {kind} record")
        return None

    def _check(
        self, zone: dns.name.Name, records: dns.rrset.RRset, signatures: dns.rrset.RRset | None, keys: _Keys
    ) -> None:
        """At least one signature by a key of *zone* holds. Raises _Broken with the reason that tells most."""
        what = f"{dns.rdatatype.to_text(records.rdtype)} of {shown(records.name)}"
        own = [each for each in (signatures or ()) if each.signer == zone][:MOST_KEYS]
        if not own:
            raise _Broken(zone, Break.UNSIGNED, f"{what} is not signed by {shown(zone)}")
        reasons: list[tuple[Break, str]] = []
        for signature in own:
            try:
                dns.dnssec.validate_rrsig(records, signature, keys, None, self._now)
                return
            except dns.exception.ValidationFailure as error:
                reasons.append(why_invalid(what, signature, str(error)))
            except (dns.exception.DNSException, ValueError, NotImplementedError) as error:
                reasons.append((Break.SIGNATURE, f"the signature of {what} cannot be verified: {error}"))
        broke, detail = min(reasons, key=lambda each: list(Break).index(each[0]))
        raise _Broken(zone, broke, detail)

    # -- the questions -----------------------------------------------------

    def _question(self, name: dns.name.Name, kind: RecordType) -> asyncio.Task[dns.message.Message]:
        key = (name, kind)
        if key not in self._asked:
            self._asked[key] = asyncio.get_running_loop().create_task(self._source.signed(asked_as(name), kind))
            self._asked[key].add_done_callback(_seen)
        return self._asked[key]

    async def _vouched(self, name: dns.name.Name, kind: RecordType) -> bool:
        """Whether the resolver itself says that it validated the answer."""
        try:
            response = await self._source.signed(asked_as(name), kind, validated=True)
        except DNSUnavailable:
            return False  # it refuses what it cannot validate: our own walk tells why
        return bool(response.flags & dns.flags.AD)


def _seen(task: asyncio.Task[dns.message.Message]) -> None:
    """A question that was asked ahead and not needed may fail unheard."""
    if not task.cancelled():
        task.exception()

"""The records that DNSSEC adds to an answer, one by one: signatures, denials, keys, DS (RFC 4034, RFC 5155)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rdtypes.ANY.NSEC
import dns.rdtypes.ANY.NSEC3
import dns.rdtypes.ANY.RRSIG
import dns.rrset

MOST_KEYS = 20  # and signatures tried for one answer: KeyTrap (CVE-2023-50387) lives of having no bound
_ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})  # RFC 9904, what is validated in practice


class Break(StrEnum):
    """In which way a chain is broken."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    DS_MISMATCH = "ds mismatch"
    SIGNATURE = "signature"
    UNSIGNED = "unsigned"


def signed_records(
    response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> tuple[dns.rrset.RRset | None, dns.rrset.RRset | None]:
    """The records of *kind* at *name* in an answer, and their signatures."""
    find = response.get_rrset
    records = find(response.answer, name, dns.rdataclass.IN, kind)
    return records, find(response.answer, name, dns.rdataclass.IN, dns.rdatatype.RRSIG, kind)


def denials(response: dns.message.Message) -> list[tuple[dns.name.Name, dns.rrset.RRset, dns.rrset.RRset | None]]:
    """The NSEC and NSEC3 records of an answer, each with its signatures."""
    kinds = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
    found = [each for each in response.authority if each.rdtype in kinds][:MOST_KEYS]
    return [
        (each.name, each, response.get_rrset(
            response.authority, each.name, dns.rdataclass.IN, dns.rdatatype.RRSIG, each.rdtype
        ))
        for each in found
    ]  # fmt: skip


def delegates(record: dns.rdtypes.ANY.NSEC.NSEC | dns.rdtypes.ANY.NSEC3.NSEC3) -> bool:
    """The bitmap of a zone cut as its parent has it: NS, and no SOA."""
    kinds = {number for window, bits in record.windows for number in _numbers(window, bits)}
    return dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds


def _numbers(window: int, bits: bytes) -> list[int]:
    return [window * 256 + at * 8 + bit for at, octet in enumerate(bits) for bit in range(8) if octet & (0x80 >> bit)]


def covers(first: str, last: str, hashed: str) -> bool:
    """Whether *hashed* lies between an NSEC3's own hash and the next one; the last of a zone leads to its first."""
    return (first < hashed < last) if first < last else (hashed > first or hashed < last)


def usable(ds: dns.rdata.Rdata) -> bool:
    """RFC 4035 §5.2: a DS of an unknown algorithm or digest counts as none."""
    assert isinstance(ds, dns.rdtypes.ANY.DS.DS)
    return bool(dns.dnssec.default_policy.ok_to_validate_ds(ds.digest_type)) and ds.algorithm in _ALGORITHMS


def vouches_for(ds: dns.rdata.Rdata, zone: dns.name.Name, key: dns.rdata.Rdata) -> bool:
    """Whether *ds* names *key*: tag, algorithm and digest (RFC 4034 §5.1)."""
    assert isinstance(ds, dns.rdtypes.ANY.DS.DS)
    assert isinstance(key, dns.rdtypes.ANY.DNSKEY.DNSKEY)
    if dns.dnssec.key_id(key) != ds.key_tag or key.algorithm != ds.algorithm:
        return False
    try:
        return bool(dns.dnssec.make_ds(zone, key, ds.digest_type, validating=True) == ds)
    except (dns.exception.DNSException, ValueError):
        return False


def ds_of(zone: dns.name.Name, key: dns.rdata.Rdata) -> str:
    """The DS record that the parent has to publish for *key*."""
    assert isinstance(key, dns.rdtypes.ANY.DNSKEY.DNSKEY)
    return dns.dnssec.make_ds(zone, key, "SHA256").to_text()


def why_invalid(what: str, signature: dns.rdata.Rdata, said: str) -> tuple[Break, str]:
    """The kind of a failed verification, and its words; *said* is dnspython's word for it."""
    assert isinstance(signature, dns.rdtypes.ANY.RRSIG.RRSIG)
    if said == "expired":
        return Break.EXPIRED, f"the signature of {what} expired on {_day(signature.expiration)}"
    if said == "not yet valid":
        return Break.NOT_YET_VALID, f"the signature of {what} begins only on {_day(signature.inception)}"
    return Break.SIGNATURE, f"no key of the zone fits the signature of {what} (key tag {signature.key_tag}: {said})"


def _day(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))


def shown(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def asked_as(name: dns.name.Name) -> str:
    """*name* as a question has it: nothing escaped."""
    return b".".join(name.labels[:-1]).decode("utf-8", "surrogateescape") or "."


def all_shown(names: Sequence[dns.name.Name]) -> tuple[str, ...]:
    return tuple(shown(each) for each in names)

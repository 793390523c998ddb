"""TLS-RPT: where senders report that encryption failed (RFC 8460). Missing is no fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.transport.codes import tls_rpt as codes
from diagnostics.mail.transport.facts import in_other_hands, listed, own, record_facts
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable
from diagnostics.printable import printable

MOST_READ = 2048  # characters; the search for addresses takes time by the square of it
_RECORD = re.compile(rb"v=TLSRPTv1[ \t]*(?:;|\Z)")
_NEAR = re.compile(rb"[\s\"'\xef\xbb\xbf]*v\s*=\s*tlsrpt", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[^@\s,!;]+@[a-z0-9.-]+\.[a-z0-9-]+(?:\?[^\s,!;]*)?", re.IGNORECASE | re.ASCII)
_HTTPS = re.compile(r"https://[a-z0-9.-]+(?::\d+)?(?:/\S*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z0-9-]+", re.IGNORECASE)


@dataclass(frozen=True)
class ReportView:
    """The TXT records of `_smtp._tls`."""

    domain: str
    answer: DNSAnswer | None = None
    trouble: str = ""
    records: tuple[bytes, ...] = ()
    near: tuple[bytes, ...] = ()


async def look_at_tls_rpt(domain: str, dns: DNS) -> ReportView:
    """Raises nothing of the network's."""
    try:
        answer = await dns.query(f"_smtp._tls.{domain}", "TXT")
    except DNSUnavailable as error:
        return ReportView(domain, trouble=printable(error.detail))
    except ValueError:
        return ReportView(domain)
    records = tuple(each for each in answer.texts if _RECORD.match(each))
    near = tuple(each for each in answer.texts if each not in records and _NEAR.match(each))
    return ReportView(domain, answer, "", records, near)


def judge_tls_rpt(view: ReportView, because: Sequence[str]) -> Iterator[Finding]:
    """*because*: what the domain uses that reports would be about ("MTA-STS", "DANE")."""
    domain = view.domain
    if view.trouble:
        yield codes.UNSEEN.finding(domain, {"detail": view.trouble}, reason=UnknownReason.UNAVAILABLE)
        return
    name = f"_smtp._tls.{domain}"
    facts = {"records": record_facts([view.answer]), "asked": f"TXT {name}"}
    found = (*view.records, *view.near)
    if not found:
        if not because:
            yield codes.NOT_ASKED_FOR.finding(domain, facts)
            return
        value = _record([], domain)
        evidence = {**facts, "because": " and ".join(because), "proposed": value}
        yield codes.NONE.finding(domain, evidence, records=[RecordChange(name, "TXT", value)])
        return
    good, why = _read(view.records[0]) if view.records else ([], "it must begin with v=TLSRPTv1;")
    if len(view.records) > 1 or why:
        addresses = list(dict.fromkeys(uri for each in found for uri in _readable(each)))
        value = _record(addresses, domain)
        change = RecordChange(name, "TXT", value, tuple(printable(each, len(each)) for each in found))
        advice = "" if addresses else f"Put the address of a mailbox that you read in the place of postmaster@{domain}."
        evidence = {**facts, "proposed": value, "why": why, "advice": advice}
        code = codes.MULTIPLE if len(view.records) > 1 else codes.MALFORMED
        yield code.finding(domain, evidence | in_other_hands(view.answer, value), records=own(view.answer, change))
        return
    yield codes.SOUND.finding(domain, {**facts, "said": listed(good), "rua": [printable(each) for each in good]})


def _record(addresses: Sequence[str], domain: str) -> str:
    # RFC 5321 §4.5.1: every domain that receives mail has a postmaster.
    return f"v=TLSRPTv1; rua={','.join(addresses or [f'mailto:postmaster@{domain}'])}"


def _read(record: bytes) -> tuple[list[str], str]:
    """The addresses of a record, and what is wrong with it."""
    try:
        text = record.decode("ascii")
    except UnicodeDecodeError:
        return [], "it has a character that is not ASCII"
    pairs = [part.strip().partition("=") for part in text.split(";")[1:] if part.strip()]
    rua = next((value.strip() for key, _, value in pairs if key.strip() == "rua"), None)
    if rua is None:
        return [], "it names no address (rua=)"
    uris = [each.strip() for each in rua.split(",")]
    bad = next((each for each in uris if not _is_uri(each)), None)
    if bad is not None:
        return [], f"{printable(bad, 100) or 'an empty rua='} is neither mailto: with an address nor https:"
    return uris, ""


def _is_uri(text: str) -> bool:
    return bool(_MAILTO.fullmatch(text) or _HTTPS.fullmatch(text))


def _readable(record: bytes) -> list[str]:
    """Every address in a record, however it was written: the right ones, and those that only lack mailto:."""
    text = record[:MOST_READ].decode("ascii", "replace")
    return [
        *(f"mailto:{each}" for each in _ADDRESS.findall(text)),
        *(each.rstrip(";,") for each in re.findall(r"https://[a-z0-9.-]+(?::\d+)?(?:/[^\s;,]*)?", text, re.IGNORECASE)),
    ]

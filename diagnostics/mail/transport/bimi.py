"""BIMI: the logo that receivers may show beside a mail. A draft, and only ever advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.transport.codes import bimi as codes
from diagnostics.mail.transport.facts import in_other_hands, own, record_facts
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable
from diagnostics.printable import printable

MOST_READ = 2048  # characters: two addresses
_RECORD = re.compile(rb"[\s\"']*v\s*=\s*BIMI", re.IGNORECASE)
_SOUND_VERSION = re.compile(r"v\s*=\s*BIMI1\s*(?:;|\Z)")


@dataclass(frozen=True)
class LogoView:
    """The TXT records of `default._bimi`."""

    domain: str
    answer: DNSAnswer | None = None
    trouble: str = ""
    records: tuple[bytes, ...] = ()


async def look_at_bimi(domain: str, dns: DNS) -> LogoView:
    """Raises nothing of the network's."""
    try:
        answer = await dns.query(f"default._bimi.{domain}", "TXT")
    except DNSUnavailable as error:
        return LogoView(domain, trouble=printable(error.detail))
    except ValueError:
        return LogoView(domain)
    return LogoView(domain, answer, "", tuple(each for each in answer.texts if _RECORD.match(each)))


def judge_bimi(view: LogoView) -> Iterator[Finding]:
    """One finding: published, none, or not usable."""
    domain, name = view.domain, f"default._bimi.{view.domain}"
    if view.trouble:
        yield codes.UNSEEN.finding(domain, {"detail": view.trouble}, reason=UnknownReason.UNAVAILABLE)
        return
    facts = {"records": record_facts([view.answer]), "asked": f"TXT {name}"}
    if not view.records:
        yield codes.NONE.finding(domain, facts)
        return
    logo, certificate, why = _read(view.records)
    if not why:
        said = logo or "a refusal to show any (l= is empty)"
        said += f", with the certificate {certificate}" if certificate else ""
        yield codes.PUBLISHED.finding(domain, {**facts, "said": said, "logo": logo, "certificate": certificate})
        return
    value = _mended(view.records)
    change = RecordChange(name, "TXT", value, tuple(printable(each, len(each)) for each in view.records))
    advice = (
        "The file at l= has to be an SVG of the profile Tiny PS, served over https."
        if "l=https" in value
        else "This one says that no logo is to be shown; with a logo, write its https address after l=."
    )
    evidence = {**facts, "why": why, "proposed": value, "advice": advice, **in_other_hands(view.answer, value)}
    yield codes.MALFORMED.finding(domain, evidence, records=own(view.answer, change))


def _read(records: tuple[bytes, ...]) -> tuple[str, str, str]:
    """Logo, certificate, and what is wrong."""
    if len(records) > 1:
        return "", "", "there is more than one"
    try:
        text = records[0].decode("ascii")
    except UnicodeDecodeError:
        return "", "", "it has a character that is not ASCII"
    if not _SOUND_VERSION.match(text):
        return "", "", "it must begin with v=BIMI1;"
    tags = _tags(text)
    if "l" not in tags:
        return "", "", "it names no logo (l=)"
    logo, certificate = tags["l"], tags.get("a", "")
    if logo and not _is_https(logo):
        return "", "", f"the logo {printable(logo, 100)} is no https address"
    if logo and not urlsplit(logo).path.lower().endswith((".svg", ".svgz")):
        return "", "", f"the logo {printable(logo, 100)} is no .svg file"
    if certificate and not _is_https(certificate):
        return "", "", f"the certificate {printable(certificate, 100)} (a=) is no https address"
    return printable(logo), printable(certificate), ""


def _tags(text: str) -> dict[str, str]:
    tags: dict[str, str] = {}
    for part in text.split(";")[1:]:
        key, equals, value = part.partition("=")
        if equals:
            tags.setdefault(key.strip().lower(), value.strip())
    return tags


def _is_https(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and text.isprintable() and " " not in text


def _mended(records: tuple[bytes, ...]) -> str:
    """The first logo and certificate that can be used; without a logo, the record that declines (l= empty)."""
    found = [_tags(each[:MOST_READ].decode("ascii", "replace").strip(" \"'")) for each in records]
    logos = [re.sub(r"\Ahttp:", "https:", tags.get("l", ""), flags=re.IGNORECASE) for tags in found]
    logo = next((each for each in logos if _is_https(each) and urlsplit(each).path.lower().endswith(".svg")), "")
    certificate = next((each for tags in found if _is_https(each := tags.get("a", ""))), "") if logo else ""
    return f"v=BIMI1; l={logo};" + (f" a={certificate};" if certificate else "" if logo else " a=;")

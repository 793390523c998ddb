"""What findings about DKIM say and show: the evidence of one key, and the letters to those who must act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from diagnostics.mail.dkim.facts import Looked, Why
from diagnostics.mail.dkim.key import made_on
from diagnostics.mail.senders import SendingService
from diagnostics.printable import printable

SIGNER = "the program that signs the mail (in cPanel: Email → Email Deliverability; else the server's OpenDKIM)"
_WHY = {
    Why.SEEN: "a real message is signed with it",
    Why.GIVEN: "given by hand",
    Why.SUGGESTED: "its service shows in the domain's records",
    Why.USUAL: "a usual name",
}


def key_facts(looked: Looked, now: datetime) -> dict[str, Any]:
    """The evidence that each finding about a key carries."""
    key, service = looked.key, looked.service
    day = made_on(key.selector, now.date())
    return {
        "domain": key.domain,
        "selector": printable(key.selector, 100),
        "name": printable(key.name, 260),
        "name_field": f"{printable(key.selector, 100)}._domainkey (in full {printable(key.name, 260)})",
        "asked_because": _WHY[looked.why],
        "key_type": key.type,
        "bits": key.bits,
        "testing": key.testing,
        "strict": key.strict,
        "hashes": key.hashes,
        "services": key.services,
        "selector_says": day.isoformat() if day else "",
        "age_days": (now.date() - day).days if day else None,
        "provider": service.name if service else "",
        "provider_title": service.title if service else "",
        "panel": maker(looked),
        "led": [printable(each, 260) for each in looked.chain],
        "records": records(looked),
    }


def records(looked: Looked) -> list[dict[str, Any]]:
    """Every record that the finding rests on, as found."""
    found: list[dict[str, Any]] = []
    for at, target in zip(looked.chain, looked.chain[1:], strict=False):
        found.append(
            {
                "name": printable(at, 260),
                "type": "CNAME",
                "values": [printable(target, 260)],
                "ttl": looked.ttl,
            }
        )
    if looked.key.texts:
        found.append(
            {"name": printable(looked.owner, 260), "type": "TXT", "values": list(looked.key.texts), "ttl": looked.ttl}
        )
    return found


def panel(service: SendingService | None) -> str:
    """Where the key is made."""
    return service.panel if service else SIGNER


def key_said(looked: Looked, now: datetime) -> str:
    """As "RSA with 2048 bits, t=s, made in 2023-06 by its name"."""
    key = looked.key
    said = "Ed25519" if key.type == "ed25519" else f"{key.type.upper() or 'RSA'} with {key.bits} bits"
    if key.strict:
        said += ", for the domain itself and not for subdomains (t=s)"
    if day := made_on(key.selector, now.date()):
        said += f", by its name of {day:%Y-%m-%d}"
    return said


def tried_said(selectors: tuple[str, ...]) -> str:
    """As "67 selectors", "the selector s1"."""
    return f"the selector {printable(selectors[0], 60)}" if len(selectors) == 1 else f"{len(selectors)} selectors"


def maker(looked: Looked) -> str:
    """Where this key is made."""
    if looked.service is None and not looked.is_own:
        return f"the panel of the service that keeps {printable(looked.owner, 260)}"
    return panel(looked.service)


def letter_for_key(looked: Looked, what: str, *, new: bool = False) -> str:
    """To the service or the keeper of the mail server: which record is wanted; *new*: of another key."""
    key = looked.key
    name, domain = printable(key.name, 260), printable(key.domain, 260)
    wanted = f"Please tell us the complete record to publish at {name} (type, name and value), with a key of 2,048 bits"
    if new:
        wanted = "Please make a new key of 2,048 bits with another selector, tell us its complete record"
    return (
        f"Mail with the From domain {domain} is signed with DKIM by you, selector {printable(key.selector, 100)}. "
        f"{what} {wanted}, and check on your side that signing with it is switched on."
    )


def letter_for_service(domain: str, title: str) -> str:
    """To a service that has no key for the domain yet."""
    return (
        f"We send mail with the From domain {printable(domain, 260)} through {title}. DNS has no DKIM key of yours for "
        "it. Please tell us the complete DNS records that let you sign as this domain (type, name and value of each), "
        "with a key of 2,048 bits, and switch signing on once they are published."
    )


def letter_for_left_over(looked: Looked) -> str:
    """To a service whose CNAME stands in DNS and leads nowhere: nobody here knows whether it is still in use."""
    domain = printable(looked.key.domain, 260)
    return (
        f"In the DNS of {domain}, {printable(looked.name, 260)} is a CNAME to {printable(looked.owner, 260)}, where "
        f"you have no DKIM key. Is {domain} still set up for sending in an account with you? If so, please tell us "
        "what is missing for signing as this domain; if not, we delete the record."
    )

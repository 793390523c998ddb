"""Where RFC 9989's tree walk and RFC 7489's public suffix list come to different answers about one domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diagnostics.finding import Finding, RecordChange
from diagnostics.mail.dmarc import codes, mend
from diagnostics.mail.dmarc.alignment import Alignment
from diagnostics.mail.dmarc.discovery import Discovery, Organization
from diagnostics.mail.dmarc.evidence import ground, spot
from diagnostics.mail.dmarc.policy import Effective
from diagnostics.mail.dmarc.reports import Destination
from diagnostics.mail.dmarc.suffixes import is_public_suffix


def judge_discovery(discovery: Discovery, alignments: Sequence[Alignment]) -> list[Finding]:
    """Nothing where no record is in force by either, for then nothing hangs on it."""
    new, old = discovery.policy, discovery.policy_7489
    if not new.known or not old.known or not (new.record or old.record):
        return []
    organization = discovery.organization
    differs = []
    if (new.declared, new.domain) != (old.declared, old.domain):
        differs.append(f"RFC 9989 finds {_said(new)}, RFC 7489 finds {_said(old)}")
    if organization.known and organization.differs:
        differs.append(
            f"the organizational domain is {organization.by_walk} by RFC 9989 and {organization.by_list} by RFC 7489"
        )
    differs += [f"{each.stream} passes by one of them only" for each in alignments if each.both == "differs"]
    if not differs:
        return []
    differs += [
        f"reports to {each.uri.text} need a record at {each.asked} by RFC 9989 only"
        for each in discovery.destinations
        if needless(each, discovery)
    ]
    how, proposed, changes = _remedy(discovery, organization)
    streams = [
        {"stream": each.stream, "identifiers": [one.to_json() for one in each.identifiers]} for each in alignments
    ]
    facts = {"streams": streams, "differs": "; ".join(differs), "how": how, "proposed": proposed, **ground(discovery)}
    return [codes.DISCOVERY_DIFFERS.finding(discovery.domain, facts, records=changes)]


def needless(destination: Destination, discovery: Discovery) -> bool:
    """Whether an address is foreign only because the walk ends too early, so that mending that mends this too."""
    deliberate = any(each.record and each.record.psd == "n" for each in discovery.walk.reached)
    return destination.agreed == "no" and destination.own and discovery.organization.differs and not deliberate


def _said(policy: Effective) -> str:
    if policy.declared is None:
        return f"no policy ({policy.why})" if policy.why else "no policy"
    return f"{policy.tag or 'p'}={policy.declared} at _dmarc.{policy.domain}"


def _remedy(discovery: Discovery, organization: Organization) -> tuple[str, str, tuple[RecordChange, ...]]:
    """Where the walk has to end: a record at the registered domain; with psd=n where something above it has one."""
    own = organization.by_list
    found = discovery.walk.at(own)
    meant = next((each for each in discovery.walk.reached if each.record and each.record.psd == "n"), None)
    if meant and meant.domain != own:
        how = (
            f"The record _dmarc.{meant.domain} says psd=n: {meant.domain} is an organization of its own. Is that "
            f"meant, publish a record at _dmarc.{discovery.domain} for each From domain below it, and let envelope and "
            "signatures have the same domain as the From address; is it not, take psd=n out of it at the DNS host."
        )
        return how, mend.changed(meant.record, without=("psd",)) if meant.record else "", ()
    if is_public_suffix(own) or (found and found.held in ("several records", "no answer")):
        return f"Publish a record at _dmarc.{discovery.domain}, at its DNS host, with the policy that you want.", "", ()
    above = organization.by_walk != own and not organization.by_walk.endswith("." + own)
    tags: dict[str, Any] = {"psd": "n"} if above else {}
    record = found.record if found else None
    proposed = mend.changed(record, **tags) if record else mend.fresh(discovery.report_to) + _written(tags)
    place = spot(discovery, own)
    how = (
        f"{place.words()['place']}, give the TXT record {place.name} this value: both then end at {own}. Or let "
        "envelope and DKIM signature have exactly the From domain, which passes by both."
    )
    return how, proposed, place.change(proposed, *([record.text] if record else []))


def _written(tags: dict[str, Any]) -> str:
    return "".join(f"; {name}={value}" for name, value in tags.items())

"""From alignments to findings: which streams pass, why the others do not, and who has to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.dmarc import codes, mend
from diagnostics.mail.dmarc.alignment import Alignment, DKIMLook, Identifier, SPFLook
from diagnostics.mail.dmarc.discovery import Discovery
from diagnostics.mail.dmarc.evidence import Spot, ground, name_field, spot
from diagnostics.mail.domain import Sender
from diagnostics.mail.free_mailboxes import free_mailbox
from diagnostics.mail.senders import SendingService, by_bounce_target, by_include, by_key_target, by_relay
from diagnostics.network import is_name
from diagnostics.printable import printable

_ASKED = {"none": "change nothing", "quarantine": "put it into spam", "reject": "refuse it"}
_MOST_NAMED = 3  # streams named in one sentence


def judge_streams(discovery: Discovery, alignments: Sequence[Alignment], spf: SPFLook, dkim: DKIMLook) -> list[Finding]:
    """One finding for each stream; before them the policy of the domain above, where that stops any."""
    if not alignments:
        facts = {"stream": "the site's mail", "told": "no sender of this domain is known", **ground(discovery)}
        facts["domain"] = discovery.domain
        return [codes.ALIGNMENT_UNSEEN.finding(discovery.domain, facts, reason=UnknownReason.NOT_CONFIGURED)]
    inherited = [each for each in alignments if _stopped_from_above(each, discovery) and not waits_for(each, spf, dkim)]
    # Where receivers differ about a stream, that is told once, with the reason: dmarc.discovery_differs.
    findings = [_of_stream(each, discovery, spf, dkim) for each in alignments if each.both != "differs"]
    return [_subdomain_policy(discovery, inherited), *findings] if inherited else findings


def _of_stream(alignment: Alignment, discovery: Discovery, spf: SPFLook, dkim: DKIMLook) -> Finding:
    facts = _facts(alignment, discovery)
    if alignment.both == "pass":
        facts["told"] = " and ".join(each.why for each in alignment.passes_by)
        return codes.ALIGNED.finding(alignment.subject, facts)
    if alignment.both == "unknown":
        seen_not = [each for each in alignment.identifiers if "unknown" in (each.outcome(True), each.outcome(False))]
        facts["told"] = "; ".join(_why_unknown(each) for each in seen_not)
        reason = UnknownReason.UNAVAILABLE if _dns_failed(alignment) else UnknownReason.NOT_CONFIGURED
        return codes.ALIGNMENT_UNSEEN.finding(alignment.subject, facts, reason=reason)
    if waits := waits_for(alignment, spf, dkim):
        identifier, cause = waits
        facts |= {"told": identifier.why, "cause": cause}
        return codes.BLOCKED.finding(alignment.subject, facts, reason=UnknownReason.BLOCKED, blocked_by=cause)
    strict = [each for each in alignment.identifiers if each.only_strict and each.authenticated == "pass"]
    if strict and discovery.policy.record:
        return _too_strict(alignment, strict, discovery, facts)
    facts |= {"how": how(alignment, discovery.domain), "letter": _letter(alignment, discovery.domain)}
    return codes.NOT_ALIGNED.finding(alignment.subject, facts)


def _facts(alignment: Alignment, discovery: Discovery) -> dict[str, Any]:
    sender = alignment.sender
    service = service_of(sender)
    return {
        "domain": discovery.domain,
        "stream": alignment.stream,
        "told": "; ".join(each.why for each in alignment.identifiers),
        "identifiers": [each.to_json() for each in alignment.identifiers],
        "outcome": alignment.outcome,
        "outcome_rfc7489": alignment.outcome_7489,
        "sender": {
            "mail_from": printable(sender.mail_from),
            "ip": printable(sender.ip),
            "relay": printable(sender.relay),
            "known_by": sender.known_by,
        },
        "provider": service.name if service else "",
        "provider_title": service.title if service else "",
        **ground(discovery),
    }


def _why_unknown(identifier: Identifier) -> str:
    if identifier.authenticated != "unknown":
        return f"{identifier.why}, and a DNS name that decides whether this is the same organization gave no answer"
    return identifier.why


def _dns_failed(alignment: Alignment) -> bool:
    return any(
        each.domain and (each.aligned(True) is None or (each.mechanism == "SPF" and "DNS gave no" in each.why))
        for each in alignment.identifiers
    )


def waits_for(alignment: Alignment, spf: SPFLook, dkim: DKIMLook) -> tuple[Identifier, str] | None:
    """The identifier that would be aligned if it were authenticated, and the code of what is wrong with it."""
    if alignment.both != "fail":
        return None
    for mechanism, findings in (("DKIM", dkim.findings), ("SPF", spf.findings)):
        fits = [each for each in alignment.identifiers if each.mechanism == mechanism and each.aligned(True)]
        for each in fits:
            cause = _cause(each, alignment.sender, findings) if each.authenticated == "fail" else ""
            if cause:
                return each, cause
    return None


def _cause(identifier: Identifier, sender: Sender, findings: Sequence[Finding]) -> str:
    """The code that says why *identifier* is not authenticated; one about this very sender first."""
    wrong = [each for each in findings if each.verdict in (Verdict.FAIL, Verdict.WARN)]
    clues = {identifier.selector.lower(), f"{identifier.selector}._domainkey.{identifier.domain}".lower()}
    if identifier.mechanism == "SPF":
        clues = {sender.ip}

    def fits(finding: Finding) -> bool:
        told = {str(finding.evidence.get(key, "")).lower() for key in ("ip", "selector", "name")}
        return bool(clues - {""} & (told | {finding.subject.lower()}))

    # One about something else is no cause, unless it breaks the whole record: that is a FAIL of the domain.
    whole = [each for each in wrong if each.verdict is Verdict.FAIL and each.subject == identifier.domain]
    ranked = sorted((each for each in wrong if fits(each)), key=lambda each: each.verdict is not Verdict.FAIL)
    return next((each.code for each in (*ranked, *whole)), "")


def _stopped_from_above(alignment: Alignment, discovery: Discovery) -> bool:
    policy = discovery.policy
    return alignment.both == "fail" and policy.inherited and policy.policy in ("quarantine", "reject")


def _subdomain_policy(discovery: Discovery, alignments: Sequence[Alignment]) -> Finding:
    policy = discovery.policy
    place = Spot(discovery.domain)
    proposed = mend.fresh(discovery.report_to)
    named = [each.stream for each in alignments[:_MOST_NAMED]]
    facts = {
        **_facts(alignments[0], discovery),
        **place.words(),
        "stream": " and ".join(named),
        "streams": [each.stream for each in alignments],
        "from": f"_dmarc.{policy.domain}",
        "tag": policy.tag,
        "declared": policy.declared,
        "asked": _ASKED[policy.policy or "none"],
        "proposed": proposed,
        "name_field": name_field(place.name),
    }
    return codes.SUBDOMAIN_POLICY.finding(discovery.domain, facts, records=place.change(proposed))


def _too_strict(
    alignment: Alignment, strict: Sequence[Identifier], discovery: Discovery, facts: dict[str, Any]
) -> Finding:
    record = discovery.policy.record
    assert record is not None
    place = spot(discovery, discovery.policy.domain)
    tags = sorted({"aspf" if each.mechanism == "SPF" else "adkim" for each in strict})
    proposed = mend.changed(record, without=tags)
    facts |= {**place.words(), "tags": ", ".join(f"{each}=s" for each in tags), "proposed": proposed}
    facts["told"] = " and ".join(each.why for each in strict)
    return codes.TOO_STRICT.finding(alignment.subject, facts, records=place.change(proposed, record.text))


def how(alignment: Alignment, domain: str) -> str:
    """What to do so that this stream is aligned: the place, the thing, the value."""
    sender = alignment.sender
    service = service_of(sender)
    if broken := [each for each in alignment.identifiers if each.aligned(True) and each.authenticated == "fail"]:
        return (
            f"The domain fits, and {broken[0].why}. Give a received message to `diagnose message FILE`, or paste it on "
            "the site's page in the console: it shows what the relay or a plugin changes, and which record of "
            f"{domain} is wrong."
        )
    if private := free_mailbox(sender.mail_from):
        return (
            f"The relay account is a private {private} mailbox at {printable(sender.mail_from)}, which never signs as "
            f"{domain}. In wp-admin, in the mail plugin's settings, send through the mailbox of the From address "
            f"itself, at the provider where {domain} has its mail, or through a relay that signs with d={domain}."
        )
    if service or sender.relay:
        panel = service.panel if service else f"the panel of {printable(sender.relay)} → authenticated domains (DKIM)"
        keys = _known_keys(service, domain)
        shown = f": {keys}" if keys else " that it shows you"
        return (
            f"In {panel}, add {domain} as a sending domain, and publish the DNS records{shown} at the DNS host of "
            f"{domain}. From then on it signs with d={domain}, and DMARC passes by DKIM; an SPF include is not enough, "
            "as the envelope stays the relay's."
        )
    envelope = printable(sender.mail_from) or "another domain"
    return (
        f"This server sends by itself, with the envelope sender at {envelope}. In wp-admin, in the settings of the "
        "mail plugin (WP Mail SMTP: Settings → General → Return Path), let the envelope follow the From address at "
        f"{domain}; {_spf_too(sender, domain)}. Better: send through a relay that signs with d={domain}."
    )


def _spf_too(sender: Sender, domain: str) -> str:
    if not sender.ip:
        return f"the SPF record of {domain} has to name the server's address"
    version = "ip6" if ":" in sender.ip else "ip4"
    return f"the SPF record of {domain} at its DNS host has to have {version}:{printable(sender.ip)}"


def _known_keys(service: SendingService | None, domain: str) -> str:
    forms = service.key_forms if service else ()
    return ", ".join(f"{each.selector}._domainkey.{domain} CNAME {each.target_for(domain)}" for each in forms)


def _letter(alignment: Alignment, domain: str) -> str:
    service = service_of(alignment.sender)
    relay = service.title if service else printable(alignment.sender.relay)
    if not relay or free_mailbox(alignment.sender.mail_from):
        return ""
    signed = [printable(each.domain) for each in alignment.identifiers if each.mechanism == "DKIM" and each.domain]
    now = f"signed with d={', d='.join(signed)} only" if signed else "not signed with our domain"
    return (
        f"Mail that our site sends through {relay} with From addresses at {domain} is {now}, so it fails DMARC.\n"
        f"Please switch on DKIM signing with d={domain} for our account, and send us the DNS records (name, type, "
        "value) that we have to publish for it."
    )


def service_of(sender: Sender) -> SendingService | None:
    """Whose service a stream goes through, by its relay, its envelope or who signs it."""
    names = [sender.mail_from, *(each.domain for each in sender.signatures if each.domain != sender.header_from)]
    if sender.relay and (found := by_relay(sender.relay)):
        return found
    for name in names:
        if name and is_name(name):
            for find in (by_relay, by_bounce_target, by_include, by_key_target):
                if found := find(name):
                    return found
    return None

"""From the addresses of `rua` and `ruf` to findings: does anybody get the reports?"""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.dmarc import codes, mend
from diagnostics.mail.dmarc.discovery import Discovery
from diagnostics.mail.dmarc.evidence import ground, spot
from diagnostics.mail.dmarc.judge_discovery import needless
from diagnostics.mail.dmarc.record import Record
from diagnostics.mail.dmarc.reports import Destination, MailHost
from diagnostics.mail.dmarc.uris import ReportURI

_AUTHORISES = "v=DMARC1"


def judge_reports(discovery: Discovery, *, wanted: bool = True) -> list[Finding]:
    """Nothing where no record of the owner holds: that is told by the record's finding.

    Not *wanted*: a domain that sends nothing can do without reports, but those that it asks for have to arrive.
    """
    applied = discovery.policy
    if applied.record is None or not applied.record.applies or applied.source == "the public suffix":
        return []
    findings = [finding for each in discovery.destinations for finding in _of(each, discovery)]
    if wanted and not applied.record.rua:  # one that is no URI is told with the record
        findings.append(_no_reports(discovery, applied.domain, applied.record))
    reached = [each.uri.text for each in discovery.destinations if each.tag == "rua" and _reaches(each)]
    if reached and not findings:
        facts = {"addresses": ", ".join(reached), "destinations": [each.to_json() for each in discovery.destinations]}
        findings.append(codes.REPORTS_REACH.finding(discovery.domain, {**facts, **ground(discovery)}))
    return findings


def _reaches(destination: Destination) -> bool:
    mail = destination.mail
    return destination.agreed in ("yes", "not needed") and mail is not None and mail.receives == "yes"


def _of(destination: Destination, discovery: Discovery) -> Iterator[Finding]:
    facts = {
        "uri": destination.uri.text,
        "host": destination.uri.host,
        "asked": destination.asked,
        "about": destination.policy_domain,
        "destinations": [destination.to_json()],
        "detail": destination.detail,
        **spot(discovery, destination.policy_domain).words(),
        **ground(discovery),
    }
    mail = destination.mail
    if mail and mail.receives == "no":
        # Cause first: where no mail arrives, whether it agreed does not matter.
        yield _no_mail(destination, mail, discovery, facts)
    elif destination.agreed == "no" and not needless(destination, discovery):
        yield _unauthorised(destination, discovery, facts)
    elif destination.agreed == "no answer" or (mail and mail.receives == "no answer"):
        facts["detail"] = destination.detail or (mail.why if mail else "")
        yield codes.REPORTS_UNSEEN.finding(destination.uri.host, facts, reason=UnknownReason.UNAVAILABLE)


def _unauthorised(destination: Destination, discovery: Discovery, facts: dict[str, object]) -> Finding:
    record = RecordChange(destination.asked, "TXT", _AUTHORISES)
    who = f"Ask who keeps the DNS of {destination.uri.host} to publish a TXT record there"
    letter = (
        f"Please publish this record in the DNS of {destination.uri.host}, so that DMARC reports about "
        f"{destination.policy_domain} may be sent to {destination.uri.text}:\n\n"
        f"    Name:  {destination.asked}\n    Type:  TXT\n    Value: {_AUTHORISES}\n\n"
        "Without it, receivers send no reports to this address (RFC 9990, section 4)."
    )
    if destination.own:
        who = f"At the DNS host of {destination.uri.host}, add a TXT record"
        letter = ""
    facts |= {"who": who, "letter": letter, "proposed": _AUTHORISES}
    return codes.REPORT_UNAUTHORISED.finding(destination.uri.host, facts, records=(record,) if destination.own else ())


def _no_mail(destination: Destination, mail: MailHost, discovery: Discovery, facts: dict[str, object]) -> Finding:
    record = discovery.policy.record
    place = spot(discovery, destination.policy_domain)
    proposed = _without(record, destination, discovery.report_to) if record else ""
    said = f": this value has {discovery.report_to}, make that mailbox first." if proposed else " (rua=mailto:…)."
    facts |= {"detail": mail.why, "proposed": proposed, "value_said": said}
    changes = place.change(proposed, record.text) if proposed and record else ()
    return codes.REPORT_HOST.finding(destination.uri.host, facts, records=changes)


def _without(record: Record, destination: Destination, report_to: str) -> str:
    """The record with an address that takes mail in the place of this one; "" where none is known."""
    if not report_to or report_to.endswith("@" + destination.uri.host):
        return ""
    uris: tuple[ReportURI, ...] = record.rua if destination.tag == "rua" else record.ruf
    kept = [each.mendable for each in uris if each.mendable and each.host != destination.uri.host]
    return mend.changed(record, **{destination.tag: ",".join(dict.fromkeys([*kept, f"mailto:{report_to}"]))})


def _no_reports(discovery: Discovery, domain: str, record: Record) -> Finding:
    place = spot(discovery, domain)
    proposed = mend.changed(record, rua=f"mailto:{discovery.report_to}") if discovery.report_to else ""
    facts = {"proposed": proposed or "rua=mailto:", "text": record.text, **place.words(), **ground(discovery)}
    changes = place.change(proposed, record.text) if proposed else ()
    return codes.NO_REPORTS.finding(discovery.domain, facts, records=changes)

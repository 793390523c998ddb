"""The same mail by another relay: is the site's way at fault, or the recipient?

Guide: Emails Not Sending, Test with an alternative SMTP service. The sidecar sends it
itself, to the same mailbox; the difference between the two mails decides.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from diagnostics.check import Context, Relay, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail import replies
from diagnostics.mail.canary import NO_RECIPIENT, token_of
from diagnostics.mail.site import site_name
from diagnostics.network import NetworkError
from diagnostics.network.smtp import SMTPAccess, Step, send

ACCEPTED = Code(
    "canary.alternative_accepted",
    Verdict.PASS,
    "The alternative relay {subject} accepted the same mail for {evidence.recipient_domain}{evidence.conclusion}.",
    meaning="The recipient can be reached. What the site's own mail met on its way does not come from there.",
    proof="Each step of the conversation with its reply.",
    impact=Impact.ADVICE,
)
RECIPIENT_REFUSED = Code(
    "canary.alternative_refused_too",
    Verdict.WARN,
    "The alternative relay {subject} refuses {evidence.recipient_domain} too: the recipient is at fault, not the site.",
    remedy="In the console, on the site's page, set another mailbox for test mails; or ask the recipient's provider "
    "to mend this one, and send it the reply: {evidence.reply}",
    meaning="Two relays that know nothing of each other give the same answer.",
    proof="The reply to RCPT or to the message, from the alternative relay.",
    kind=CauseKind.RECIPIENT,
    impact=Impact.ADVICE,
)
UNUSABLE = Code(
    "canary.alternative_unusable",
    Verdict.UNKNOWN,
    "The alternative relay {subject} could not be used ({evidence.why}), so it decides nothing.",
    remedy="Mend the sidecar's own setting AFTERCARE_ALTERNATIVE_RELAY or its sealed password (aftercare seal).",
    meaning="This is a fault of the sidecar's settings or of that relay, not of the site.",
    proof="The step that failed and its reply.",
    impact=Impact.ADVICE,
)
NOT_SET = Code(
    "canary.alternative_not_set",
    Verdict.UNKNOWN,
    "No alternative relay is set, so the second test mail was not sent.",
    remedy="Set AFTERCARE_ALTERNATIVE_RELAY as below, and its password with: aftercare seal (it prints what to write "
    "as AFTERCARE_ALTERNATIVE_RELAY_PASSWORD_SEALED).",
    copy="AFTERCARE_ALTERNATIVE_RELAY=smtp://user@smtp.example.net:587?encryption=tls&from=tests@your-domain.example",
    meaning="With a second relay the test tells whether the site's way or the recipient is at fault.",
    proof="The sidecar's settings name none.",
    impact=Impact.ADVICE,
)


@check(
    "canary.by_alternative_relay",
    emits=[ACCEPTED, RECIPIENT_REFUSED, UNUSABLE, NOT_SET, NO_RECIPIENT],
    timeout_s=60,
)
async def by_alternative_relay(context: Context) -> list[Finding]:
    """Send one mail by the sidecar's own relay to the same mailbox, and compare."""
    relay = context.alternative
    if relay is None:
        return [NOT_SET.finding(site_name(context), {"setting": None}, reason=UnknownReason.NOT_CONFIGURED)]
    if not context.recipient:
        evidence = {"recipient": None}
        return [NO_RECIPIENT.finding(site_name(context), evidence, reason=UnknownReason.NOT_CONFIGURED)]
    access = SMTPAccess(relay.host, relay.port, relay.encryption, relay.username, relay.password)
    mail_from = relay.mail_from or relay.username
    try:
        steps = await send(context.network, access, mail_from, context.recipient, message(context, mail_from))
    except NetworkError as error:
        facts = {"why": str(error), **error.facts()}
        return [UNUSABLE.finding(relay.host, facts, reason=UnknownReason.UNAVAILABLE)]
    return [judge(context, relay, steps)]


def message(context: Context, mail_from: str) -> bytes:
    """The mail; its Message-ID is the run's, so that a step that was repeated is seen as one."""
    token = token_of(context)
    mail = EmailMessage()
    mail["From"] = mail_from
    mail["To"] = context.recipient
    mail["Subject"] = f"Aftercare test mail {token} (alternative relay)"
    mail["Date"] = format_datetime(context.now)
    mail["Message-ID"] = f"<{token}.alternative@{mail_from.rpartition('@')[2] or 'aftercare.invalid'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Aftercare-Canary"] = token
    mail.set_content(
        f"Aftercare sent this for {site_name(context)} by its alternative relay, to compare with the site's own mail.\n"
        f"Nothing needs to be done.\n\nToken: {token}\n"
    )
    return mail.as_bytes()


def judge(context: Context, relay: Relay, steps: list[Step]) -> Finding:
    """What the second mail says about the first."""
    last = steps[-1]
    site_mail = site_canary(context)
    domain = context.recipient.rpartition("@")[2]
    evidence: dict[str, Any] = {
        "token": token_of(context),
        "sent_at": context.now.isoformat(),
        "recipient_domain": domain,
        "steps": steps,
        "reply": f"{last.code} {last.text}"[:500],
        "site_mail": site_mail.code if site_mail else None,
    }
    if last.ok and last.stage == "end of data":
        failed = site_mail is not None and site_mail.verdict is Verdict.FAIL
        blames_recipient = failed and site_mail is not None and site_mail.evidence.get("scope") == "recipient"
        if blames_recipient:
            decided, conclusion = "relay", ": the recipient is in order, and the site's relay is at fault"
        elif failed:
            decided, conclusion = "site or its relay", ": the fault lies at the site or its relay, not at the recipient"
        else:
            decided, conclusion = "no difference", ""
        return ACCEPTED.finding(relay.host, {**evidence, "decided": decided, "conclusion": conclusion})
    if last.stage in ("rcpt", "end of data"):
        reading = replies.read(f"{last.code} {last.text}", stage="rcpt" if last.stage == "rcpt" else "end_of_data")
        if reading.code.code.startswith("smtp.recipient."):
            facts = {**evidence, "decided": "recipient", "code": reading.code.code}
            return RECIPIENT_REFUSED.finding(relay.host, facts)
    facts = {**evidence, "why": f"{last.stage}: {last.code} {last.text}"[:300]}
    return UNUSABLE.finding(relay.host, facts, reason=UnknownReason.UNAVAILABLE)


def site_canary(context: Context) -> Finding | None:
    """How the site's own test mail of this run ended: passed or failed; None when there was none."""
    return next(
        (
            finding
            for finding in context.findings
            if finding.evidence.get("seen_by") == "canary" and finding.verdict in (Verdict.PASS, Verdict.FAIL)
        ),
        None,
    )

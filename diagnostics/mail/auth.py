"""The log-in: does the relay offer a way that the site can use?

Guide: Emails Not Sending, Verify. RFC 4954. What is offered is looked at always; whether
the password is taken is tried only when an admin started that (log_in.py).
"""

from __future__ import annotations

from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail import log_in
from diagnostics.mail.codes import CODES
from diagnostics.mail.codes.auth import NOT_OFFERED
from diagnostics.mail.ground import BLOCKED, blocked, broken_ground
from diagnostics.mail.ports import PortView, look_at_port
from diagnostics.mail.site import NOT_ASKED, MailSettings, mail_settings, not_asked, probed

OFFERED = Code(
    "smtp.auth.offered",
    Verdict.PASS,
    "{subject} offers a log-in by {evidence.usable}.",
    meaning="The relay and the site's mailer know a method in common. Whether the password is right is another matter.",
    proof="The EHLO answer on the port in force, before and after TLS.",
    impact=Impact.ADVICE,
)
NOT_USED = Code(
    "smtp.auth.not_used",
    Verdict.PASS,
    "The site does not log in at {subject}.",
    meaning="Authentication is off. A relay that wants a log-in would refuse the recipient, and the replies say so.",
    proof="The settings in force.",
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "smtp.auth.unseen",
    Verdict.UNKNOWN,
    "What log-in {subject} offers could not be seen: {evidence.why}",
    remedy="Run Diagnose again.",
    meaning="Nothing is known about the relay's log-in methods.",
    proof="What each side's look ended with.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)

# What PHPMailer can do (class SMTP, authenticate()).
MAILER_KNOWS = ("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2")


@check(
    "smtp.auth",
    emits=[OFFERED, NOT_USED, UNSEEN, *log_in.OUTCOMES, NOT_ASKED, BLOCKED, *CODES],
    timeout_s=90,
)
async def authentication(context: Context) -> list[Finding]:
    """Compare the log-in that the site wants with what is offered; try it only where an admin asked."""
    try:
        mail = await mail_settings(context)
        if not mail.speaks_smtp or not mail.auth:
            return [NOT_USED.finding(mail.relay, {"auth": mail.auth, "mailer": mail.mailer})]
        if ground := broken_ground(context, also=("smtp.tls.wrong_mode",)):
            return [blocked(mail.relay, ground)]
        side, _ = await probed(context, mail)
    except SiteUnavailable as error:
        return not_asked(context, error)
    there = await look_at_port(context.network, mail.host, mail.port, implicit_tls=mail.implicit_tls)
    offer = judge_offer(mail, side.ports.get(mail.port), there)
    return [offer, await log_in.tried(context, mail)] if offer.verdict is Verdict.PASS else [offer]


def judge_offer(mail: MailSettings, here: PortView | None, there: PortView) -> Finding:
    """Whether a method is offered that the site's mailer knows and its settings allow."""
    encrypted = mail.implicit_tls or ((mail.wants_tls or mail.auto_tls) and (there.starttls or _starttls(here)))
    before = _mechanisms(there, here, after_tls=False)
    after = _mechanisms(there, here, after_tls=True)
    offered = after if encrypted else before
    wanted = (mail.auth_type,) if mail.auth_type in MAILER_KNOWS else MAILER_KNOWS
    usable = [each for each in offered if each in wanted]
    evidence: dict[str, Any] = {
        "seen_by": "probe",
        "scope": "path",
        "host": mail.host,
        "port": mail.port,
        "encrypted": bool(encrypted),
        "before_tls": before,
        "after_tls": after,
        "wanted": wanted,
        "usable": usable,
        "ehlo": {"site": here.ehlo if here else (), "sidecar": there.ehlo_after_tls or there.ehlo},
    }
    if not _saw_ehlo(there) and not (here and here.ehlo):
        why = there.error or (there.tls.error if there.tls else "") or "no EHLO answer was seen"
        return UNSEEN.finding(mail.relay, {**evidence, "why": why}, reason=UnknownReason.UNAVAILABLE)
    return (OFFERED if usable else NOT_OFFERED).finding(mail.relay, evidence)


def _saw_ehlo(view: PortView) -> bool:
    return bool(view.ehlo or view.ehlo_after_tls)


def _starttls(view: PortView | None) -> bool:
    return bool(view and view.starttls)


def _mechanisms(there: PortView, here: PortView | None, *, after_tls: bool) -> tuple[str, ...]:
    """By our look where it got that far; else by the site's, whose list is that of its last EHLO."""
    if there.ehlo_after_tls if after_tls else there.ehlo:
        return there.mechanisms(after_tls=after_tls)
    return here.mechanisms(after_tls=False) if here else ()

"""What providers have announced to end, and this site still uses: said once, before the day on which mail stops.

Guide: Emails Not Sending, Verify (authentication). Its fingerprint (site, code, relay) makes one ticket of it,
however often it is looked at.
"""

from __future__ import annotations

from datetime import date

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, Verdict
from diagnostics.mail.site import MAILERS, NOT_ASKED, MailSettings, mail_settings, not_asked

PASSWORD_ENDING = Code(
    "smtp.auth.password_ending",
    Verdict.FAIL,
    "{subject} takes the site's password {evidence.until}.",
    remedy="Change to OAuth 2.0: in the mail plugin choose the mailer “Outlook / Microsoft 365” (WP Mail SMTP, "
    "FluentSMTP and Post SMTP have one) instead of “Other SMTP”, and grant it access with the sending mailbox's "
    "account; then send a test mail. If that cannot be done in time, an admin can switch the password log-in on again "
    "after the day; today the switches for it stand in Exchange admin center → Settings → Mail flow (SMTP AUTH) and, "
    "for the mailbox, in Microsoft 365 admin center → Users → Active users → Mail → Manage email apps → Authenticated "
    "SMTP. It holds until Microsoft's final date. "
    "For mail without an account: a relay service with SPF and DKIM of your own, or Microsoft's High Volume Email, "
    "which is meant for recipients inside the tenant.",
    meaning="From that day the log-in fails with 535 5.7.139, and no mail leaves by it, unless an admin has switched "
    "it on again. New tenants made after it do not get it at all. As Microsoft's timeline of 2026-01-27 says, known "
    "here from two secondary reports; its final date is to be named in the second half of 2027, so more can change.",
    proof="The mailer in force relays by office365.com, logs in, and does not use OAuth.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
    follow_up="Exchange admin center → Reports → Mail flow → SMTP AUTH clients report: it names each mailbox that "
    "still logs in with a password.",
)
NOTHING_ENDS = Code(
    "smtp.announced.none",
    Verdict.PASS,
    "No announced end is known for the way in which the site's mail leaves by {subject}.",
    meaning="Of the ends that providers have announced and Aftercare knows, none concerns this site's settings.",
    proof="The mailer, relay and kind of log-in in force, in the evidence.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)

PASSWORD_ENDS_ON = date(2026, 12, 31)  # "end of December 2026": no day was named
_HOST = "office365.com"


@check("smtp.announced", emits=[PASSWORD_ENDING, NOTHING_ENDS, NOT_ASKED])
async def announced_ends(context: Context) -> list[Finding]:
    """Warn of what a provider has announced to end, where the site depends on it."""
    try:
        mail = await mail_settings(context)
    except SiteUnavailable as error:
        return not_asked(context, error)
    return [judge(mail, context.now.date())]


def judge(mail: MailSettings, today: date) -> Finding:
    """What is announced for these settings."""
    facts = {
        "mailer": MAILERS.get(mail.mailer, mail.mailer or "none"),
        "host": mail.host,
        "auth": mail.auth,
        "auth_type": mail.auth_type,
        "set_by": mail.set_by_words,
        "ends_on": PASSWORD_ENDS_ON.isoformat(),
    }
    if not logs_in_with_a_password(mail):
        return NOTHING_ENDS.finding(mail.relay, facts)
    facts["days_left"] = max(0, (PASSWORD_ENDS_ON - today).days)
    facts["until"] = (
        "until the end of December 2026: Microsoft 365 then switches this log-in off in every existing tenant"
        if today <= PASSWORD_ENDS_ON
        else "only where an admin has switched it on again: Microsoft 365 was to switch this log-in off in every "
        "existing tenant at the end of December 2026"
    )
    return PASSWORD_ENDING.finding(mail.relay, facts)


def logs_in_with_a_password(mail: MailSettings) -> bool:
    """Whether the site logs in to Microsoft 365 with a user name and a password."""
    host = mail.host.lower().rstrip(".")
    at_microsoft = host == _HOST or host.endswith("." + _HOST)
    return mail.speaks_smtp and at_microsoft and mail.auth and mail.password_set and "OAUTH" not in mail.auth_type

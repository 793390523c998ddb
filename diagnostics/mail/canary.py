"""A test mail by the site's own mailer: how far was it taken?

Guide: Emails Not Sending, Test. What the mailer calls "sent" is not believed: proven is
what a relay, a local queue or an API said yes to. That it arrived is not seen from here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.codes import CODES
from diagnostics.mail.outcomes import data_of, of_type
from diagnostics.mail.reading import SILENT_AFTER_AUTH, UNSURE, read_failure, readable, scope_of, silence, with_facts
from diagnostics.mail.reported import greeted
from diagnostics.mail.settings import SHORT_CIRCUITED, SWITCHED_OFF, answered_by, switched_off
from diagnostics.mail.site import NOT_ASKED, Plugin, ask, mail_settings, not_asked, site_name

ACCEPTED = Code(
    "canary.accepted",
    Verdict.PASS,
    "{subject}'s own test mail was accepted by {evidence.by} ({evidence.seconds} s).",
    meaning="Settings, network, log-in and sender are in order: the site's mail leaves.",
    proof="The relay's 250 to the message, the local queue's yes, or the API's answer; with time and message id.",
    impact=Impact.ADVICE,
)
ARRIVAL_UNSEEN = Code(
    "canary.arrival_unseen",
    Verdict.UNKNOWN,
    "Whether the test mail {evidence.token} arrived at {evidence.recipient_domain} is not seen from here.",
    remedy="Look for the token in the mailbox, in its spam folder too. Is it in neither, ask the relay for its log of "
    "message {evidence.message_id}.",
    copy="{evidence.token}",
    meaning="A relay that says yes has taken the mail, not delivered it.",
    proof="No mailbox is read by Aftercare.",
    kind=CauseKind.RECIPIENT,
    impact=Impact.ADVICE,
)
NO_RECIPIENT = Code(
    "canary.no_recipient",
    Verdict.UNKNOWN,
    "No test mail was sent: no mailbox for test mails is set for {subject}.",
    remedy="Set one in the console under the site's page → Test mailbox, or for all sites by the setting below.",
    copy="AFTERCARE_CANARY_RECIPIENT=tests@your-domain.example",
    meaning="A test mail needs a mailbox that staff chose; Aftercare takes none by itself.",
    proof="Neither the site nor the settings name a mailbox.",
    impact=Impact.ADVICE,
)
NOT_FOLLOWED = Code(
    "canary.not_followed",
    Verdict.UNKNOWN,
    "{subject}'s mailer says that the test mail was sent, and nobody was seen to take it.",
    remedy="Look for the token in the mailbox and in the mail plugin's own log.",
    copy="{evidence.token}",
    meaning="A mail plugin with an engine or queue of its own can send without being heard. It can also be wrong.",
    proof="The mailer returned success; no relay's 250 and no API's answer was seen during the mail.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
BEGUN_NEVER_ENDED = Code(
    "canary.outcome_unknown",
    Verdict.UNKNOWN,
    "{subject} began the test mail, and how it ended is not known.",
    remedy="Run Diagnose again in five minutes: a mail that hangs is reported by the site itself by then.",
    meaning="The request that sent it was cut off, or still waits for the relay.",
    proof="The site's answer: started, outcome unknown.",
    impact=Impact.ADVICE,
)

FAILED = Code(
    "canary.failed",
    Verdict.FAIL,
    "{subject}'s own test mail did not leave: {evidence.error}",
    remedy="Read the mailer's words in the evidence; switch the mail plugin's debug log on and send a test mail there.",
    meaning="The mailer failed in words that no rule knows, so that it failed is all that is sure.",
    proof="The mailer's error and the dialogue of the test mail.",
    kind=CauseKind.RELAY,
)

FATAL_WITHIN = timedelta(minutes=10)
_ACCEPTED_BY = {"relay": "the relay {host}", "local queue": "the web server's own queue", "api": "the provider's API"}


@check(
    "canary.by_site_mailer",
    emits=[
        ACCEPTED, ARRIVAL_UNSEEN, FAILED, NO_RECIPIENT, NOT_FOLLOWED, BEGUN_NEVER_ENDED, NOT_ASKED, SILENT_AFTER_AUTH,
        SHORT_CIRCUITED, SWITCHED_OFF, *CODES,
    ],
    timeout_s=120,
)  # fmt: skip
async def by_site_mailer(context: Context) -> list[Finding]:
    """Let the site send one test mail, and read what came of it."""
    site = site_name(context)
    if not context.recipient:
        return [NO_RECIPIENT.finding(site, {"recipient": None}, reason=UnknownReason.NOT_CONFIGURED)]
    token = token_of(context)
    try:
        result = await ask(context, "mail.test", {"token": token, "recipient": context.recipient})
    except SiteUnavailable as error:
        if "outcome" in str(error) and "unknown" in str(error):
            return [await never_ended(context, token, error)]
        return not_asked(context, error)
    return judge(context, token, result)


async def never_ended(context: Context, token: str, error: SiteUnavailable) -> Finding:
    """A test mail that began and did not end: the relay's silence, unless PHP itself died of something else."""
    evidence = {"seen_by": "canary", "scope": "path", "token": token, "why": str(error)}
    fatal = any(
        data_of(event).get("level") == "fatal" and context.now - at < FATAL_WITHIN
        for at, event in of_type(context.events, "php.error")
    )
    if greeted(context) and not fatal:
        mail = await mail_settings(context)
        return silence(mail.relay, "", evidence, greeted=True)
    return BEGUN_NEVER_ENDED.finding(site_name(context), evidence, reason=UnknownReason.UNAVAILABLE)


def token_of(context: Context) -> str:
    """The same for a run, however often its step is repeated."""
    ground = context.run_id or f"{site_name(context)} {context.now.isoformat()}"
    return "aftercare-" + hashlib.sha256(ground.encode()).hexdigest()[:16]


def judge(context: Context, token: str, result: Mapping[str, Any]) -> list[Finding]:
    """Taken, kept back, refused, or gone silent."""
    site, domain = site_name(context), context.recipient.rpartition("@")[2]
    host, by = str(result.get("host") or ""), str(result.get("accepted") or "none")
    facts = {
        "seen_by": "canary",
        "token": token,
        "sent_at": context.now.isoformat(),
        "recipient_domain": domain,
        "dialogue": readable(result.get("dialogue")),
        **{
            each: result.get(each)
            for each in (
                "sent", "accepted", "error", "host", "port", "encryption", "auth", "mailer", "owner",
                "seconds", "message_id", "silent_after", "http_code",
            )
        },
    }  # fmt: skip
    if result.get("sent"):
        if by in _ACCEPTED_BY:
            taken = ACCEPTED.finding(site, {**facts, "by": _ACCEPTED_BY[by].format(host=host or "of the site")})
            unseen = ARRIVAL_UNSEEN.finding(site, facts, reason=UnknownReason.UNAVAILABLE)
            return [taken, unseen]
        return [kept_back(site, result, facts)]
    if after := str(result.get("silent_after") or ""):
        finding = silence(host or site, f"C: {after}", facts, greeted=greeted(context))
        return [with_facts(finding, scope="path", sure=True, temporary=True)]
    reading, finding = read_failure(
        str(result.get("error") or ""),
        facts["dialogue"],
        host=host,
        mailer=str(result.get("mailer") or ""),
        site=site,
        recipient_domain=domain,
    )
    code = finding.code
    sure = code not in UNSURE
    read = with_facts(finding, **facts, scope=scope_of(code), sure=sure, temporary=reading.temporary)
    if read.verdict is Verdict.FAIL:
        return [read]
    return [
        FAILED.finding(site, {**facts, "scope": "path", "error": str(result.get("error") or "no reason given")}),
        read,
    ]


def kept_back(site: str, result: Mapping[str, Any], facts: Mapping[str, Any]) -> Finding:
    """Success without anybody who took it: a filter, a mode, or a mailer that cannot be heard."""
    by = result.get("short_circuit_by")
    if isinstance(by, Mapping):
        return answered_by(site, Plugin.of(by), str(by.get("callback") or ""), "the test mail ended in it", facts)
    mode = str(result.get("mode") or "normal")
    if mode != "normal":
        return switched_off(site, mode, str(result.get("owner") or "the mail plugin"), mode, facts)
    return NOT_FOLLOWED.finding(site, facts, reason=UnknownReason.UNAVAILABLE)

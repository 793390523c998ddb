"""What relays and mailers said when the site's mails failed, read by the taxonomy.

Guide: Emails Not Sending, Verify. Only failures that still stand count: those that no
later mail has disproved. A fault of the way out is disproved by any mail that left, one
of a recipient or a message only by a later mail to it, or of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.codes import CODES
from diagnostics.mail.outcomes import Event, History, data_of, of_type
from diagnostics.mail.reading import SILENT_AFTER_AUTH, UNSURE, read_failure, scope_of, silence, with_facts
from diagnostics.mail.site import LOCAL_MAILERS, ask, site_name

NONE_STANDING = Code(
    "smtp.replies.none",
    Verdict.PASS,
    "No refusal stands against {subject}: {evidence.words}",
    meaning="Either nothing failed, or mail left again after the last failure.",
    proof="The failures that the site reported, and the mails that left after them.",
    impact=Impact.ADVICE,
)
NOTHING_SENT = Code(
    "smtp.replies.nothing_sent",
    Verdict.UNKNOWN,
    "The site has reported no mail yet, so there is no reply to read.",
    remedy="Send one: press Diagnose with a test mailbox set, or use Lost your password on the site's log-in page.",
    meaning="Replies come from real mails; there was none.",
    proof="No mail event of this site is kept.",
    impact=Impact.ADVICE,
)
QUEUED = Code(
    "mail.deferred_and_queued",
    Verdict.PASS,
    "{subject} put a mail off, and the web server's own queue tries it again.",
    meaning="A temporary refusal behind a queue is normal and heals by itself.",
    proof="A 4xx reply to a mail that was handed to a local mail server.",
    impact=Impact.ADVICE,
)

READ_AT_MOST = 50
REACHES_BACK = timedelta(days=7)  # for one recipient or one kind of message


@dataclass(frozen=True)
class Failure:
    """One failed or hung mail with its finding."""

    at: datetime
    event: Event
    finding: Finding
    temporary: bool

    @property
    def scope(self) -> str:
        return scope_of(self.finding.code)

    @property
    def sure(self) -> bool:
        return self.finding.verdict is Verdict.FAIL and self.finding.code not in UNSURE


@check("smtp.replies", emits=[NONE_STANDING, NOTHING_SENT, QUEUED, SILENT_AFTER_AUTH, *CODES])
async def replies_read(context: Context) -> list[Finding]:
    """Read the failures that still stand; the newest of the way out, and each other kind once."""
    site = site_name(context)
    last_sent_at = await _last_sent_at(context)
    failures = [read(context, at, event, site) for at, event in _newest_failures(context)]
    standing = [each for each in failures if stands(each, context, last_sent_at)]
    if not standing:
        if not failures and last_sent_at is None:
            return [NOTHING_SENT.finding(site, {"events": len(context.events)}, reason=UnknownReason.UNAVAILABLE)]
        words = f"mail left again after {len(failures)} failed." if failures else "none of its mails failed."
        at = last_sent_at.isoformat() if last_sent_at else None
        return [NONE_STANDING.finding(site, {"words": words, "failed": len(failures), "last_sent_at": at})]
    return [_told(each, standing) for each in chosen(standing)]


def read(context: Context, at: datetime, event: Event, site: str) -> Failure:
    """One event's failure, by its own words."""
    data = data_of(event)
    host = str(data.get("host") or "")
    if event.get("type") == "mail.hung":
        facts = {"began_at": at.isoformat(), "mail": data.get("mail"), "port": data.get("port")}
        finding = silence(host or site, str(data.get("last_line") or ""), facts, greeted=greeted(context))
        return Failure(at, event, finding, temporary=True)
    reading, finding = read_failure(
        str(data.get("error") or ""),
        data.get("dialogue"),
        host=host,
        mailer=str(data.get("mailer") or ""),
        site=site,
        recipient_domain=next(iter(_recipients(data, "domain")), ""),
    )
    return Failure(at, event, finding, reading.temporary)


def stands(failure: Failure, context: Context, last_sent_at: datetime | None) -> bool:
    """Whether no later mail has shown that the fault is over."""
    if failure.scope == "path":
        return last_sent_at is None or last_sent_at <= failure.at
    if failure.at < context.now - REACHES_BACK:
        return False
    data = data_of(failure.event)
    for at, event in of_type(context.events, "mail.sent"):
        sent = data_of(event)
        if at <= failure.at or not left(sent):
            continue
        if failure.scope == "recipient" and _recipients(sent, "hash") & _recipients(data, "hash"):
            return False
        big_enough = failure.finding.code != "smtp.content.too_big" or _size(sent) >= _size(data)
        if sent.get("kind") == data.get("kind") and sent.get("kind") and big_enough:
            return False
    return True


def chosen(standing: list[Failure]) -> list[Failure]:
    """The newest failure of the way out, by sure words where there are any, then each other code once."""
    path = [each for each in standing if each.scope == "path"]
    first = next((each for each in path if each.sure), path[0] if path else None)
    others: dict[tuple[str, str], Failure] = {}
    for each in standing:
        if each.scope != "path":
            others.setdefault((each.finding.code, each.finding.subject), each)
    return [*([first] if first else []), *list(others.values())[:5]]


def greeted(context: Context) -> bool | None:
    """Whether this run has seen the relay's greeting."""
    codes = {finding.code for finding in context.findings}
    if "smtp.connect.open" in codes:
        return True
    return False if "smtp.connect.silent" in codes else None


def _told(failure: Failure, standing: list[Failure]) -> Finding:
    same = [each for each in standing if each.finding.code == failure.finding.code]
    data = data_of(failure.event)
    if failure.temporary and data.get("mailer") in LOCAL_MAILERS and 400 <= _basic_code(failure.finding) < 500:
        return QUEUED.finding(
            failure.finding.subject, {"reply": failure.finding.evidence, "at": failure.at.isoformat()}
        )
    return with_facts(
        failure.finding,
        seen_by="reported",
        scope=failure.scope,
        count=len(same),
        first_at=min(each.at for each in same).isoformat(),
        last_at=max(each.at for each in same).isoformat(),
        mail=data.get("mail"),
        kind=data.get("kind"),
        mailer=data.get("mailer"),
        port=data.get("port"),
        temporary=failure.temporary,
        sure=failure.sure,
        also=sorted({each.finding.code for each in standing} - {failure.finding.code}),
    )


def _newest_failures(context: Context) -> list[tuple[datetime, Event]]:
    failures = sorted(of_type(context.events, "mail.failed", "mail.hung"), key=lambda each: each[0], reverse=True)
    return failures[:READ_AT_MOST]


async def _last_sent_at(context: Context) -> datetime | None:
    """When a mail last left: by the events, and by the site's own history where it can be asked."""
    times = [at for at, event in of_type(context.events, "mail.sent") if left(data_of(event))]
    try:
        history = History.of(await ask(context, "mail.history"))
    except SiteUnavailable:
        history = None  # the events alone must do
    if history and history.last_sent_at:
        times.append(history.last_sent_at)
    return max(times, default=None)


def left(sent: Mapping[str, Any]) -> bool:
    """Whether a `mail.sent` was a hand-over at all: WordPress says "sent" of a mail that a plugin kept back, too."""
    return sent.get("mailer") != "none" and not sent.get("short_circuit")


def _recipients(data: Mapping[str, Any], part: str) -> set[str]:
    to = data.get("to")
    return {str(each.get(part)) for each in to if isinstance(each, Mapping) and each.get(part)} if to else set()


def _size(data: Mapping[str, Any]) -> int:
    size = data.get("size")
    return size if isinstance(size, int) else 0


def _basic_code(finding: Finding) -> int:
    code = finding.evidence.get("basic_code")
    return code if isinstance(code, int) else 0

"""Where did the test entry go? What the site says of it, and what DNS says of who should get its mail.

Guide: Missing Form Submissions, Test notification system. The entry was sent by `forms.browser`; this check may be
done again after a crash and sends nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.form import Form, Forms, read_forms
from diagnostics.forms.trace import codes
from diagnostics.forms.trace.answer import Answer, read_answer
from diagnostics.forms.trace.judge import Around, facts_of, judge, judge_settings
from diagnostics.forms.trace.seen import Seen, read_seen
from diagnostics.forms.trace.together import with_all
from diagnostics.forms.trace.way import way_of
from diagnostics.mail.codes import CODES as MAIL_CODES
from diagnostics.mail.dmarc.discovery import discover
from diagnostics.mail.domain import World
from diagnostics.mail.free_mailboxes import free_mailbox
from diagnostics.mail.reading import SILENT_AFTER_AUTH
from diagnostics.mail.site import NOT_ASKED, MailSettings, ask, mail_settings, not_asked, site_name
from diagnostics.mail.transport.mx import MailRoute, look_at_route
from diagnostics.network import SharedDNS

ASKED_AT_MOST = 8  # times for one entry: each waits at the site for its end
PAUSE_S = 2.0
MOST_DOMAINS = 30
OWN = [
    each
    for each in codes.CODES
    if each
    not in (
        codes.NOT_TRIED,
        codes.QUIET,
        codes.NOT_THIS_TIME,
        codes.NO_FORMS,
        codes.UNKNOWN_FORM,
        codes.VISITOR_IS_SPAM,
    )
]


@check("forms.trace", emits=[*OWN, NOT_ASKED, SILENT_AFTER_AUTH, *MAIL_CODES], timeout_s=300)
async def trace(context: Context) -> list[Finding]:
    """Follow each test entry through the site, and name the stage where it was lost."""
    try:
        forms = read_forms(await ask(context, "forms.list"))
    except SiteUnavailable as error:
        return not_asked(context, error)
    chosen = [form for form in forms.forms if form.on and context.form in ("", form.key)]
    around = await _around(context, chosen)
    found: list[Finding] = []
    for form in chosen:
        tried = _tried(context.findings, form.key)
        if tried is None:
            found += judge_settings(form, around)
        else:
            found += await _followed(context, form, tried, around)
    return with_all(site_name(context), _triable(forms), found, context.findings)


def _triable(forms: Forms) -> list[Form]:
    return [form for form in forms.forms if form.on and not form.tried]


def _tried(findings: Sequence[Finding], key: str) -> Mapping[str, Any] | None:
    """What `forms.browser` kept of the form's test entry."""
    for each in findings:
        if each.subject == key and isinstance(canary := each.evidence.get("canary"), Mapping):
            return canary
    return None


async def _followed(context: Context, form: Form, tried: Mapping[str, Any], around: Around) -> list[Finding]:
    seen = read_seen(tried.get("seen")) or Seen()
    try:
        answer = await answer_of(context, str(tried.get("token") or ""), sent=seen.came_as_far_as("sent"))
    except SiteUnavailable as error:
        facts = {**facts_of(form, seen, None, None), "why": f"{error}.", "tried": list(error.tried)}
        return [codes.UNSEEN.finding(form.key, facts, reason=UnknownReason(error.reason))]
    way = way_of(form, seen, answer, exempt=tried.get("exempt") is not False)
    failing = [each for each in context.findings if each.subject == form.key and each.verdict is Verdict.FAIL]
    return judge(form, seen, answer, way, around, failing)


async def answer_of(context: Context, token: str, *, sent: bool = True) -> Answer:
    """How the entry with this token ended; asked again while its request goes on. Raises SiteUnavailable."""
    answer = Answer("unknown")
    for look in range(1, ASKED_AT_MOST + 1):
        answer = read_answer(await ask(context, "form.canary", {"token": token, "look": look}))
        if not sent or answer.state != "spent" or answer.ended:
            return answer
        await asyncio.sleep(PAUSE_S)
    return answer


async def _around(context: Context, forms: Sequence[Form]) -> Around:
    site, mail = site_name(context), None
    with suppress(SiteUnavailable):  # then the site's host name stands in for its settings
        mail = await mail_settings(context)
    dns = context.network.dns
    own = (mail.from_domain if mail else "") or site.removeprefix("www.")
    told = [each for form in forms for each in form.notifications if each.on]
    recipients = _domains(address.domain for each in told for address in each.to)
    senders = _domains(each.sender.domain for each in told if each.sender)
    foreign = [each for each in senders if each != own and not free_mailbox(each)]
    routes = await asyncio.gather(*(look_at_route(each, dns, context.network.policy) for each in recipients))
    policies = await asyncio.gather(*(_policy(each, dns, context) for each in foreign))
    return Around(
        site=site,
        relay=mail.host if mail else "",
        mailer=mail.mailer if mail else "",
        own_domain=own,
        from_forced=_forced(mail),
        dead_domains={domain: why for domain, route in zip(recipients, routes, strict=True) if (why := dead(route))},
        policies=dict(zip(foreign, policies, strict=True)),
        free_mailboxes={each: whose for each in senders if (whose := free_mailbox(each)) and each != own},
    )


def _forced(mail: MailSettings | None) -> bool:
    """Whether a mail plugin puts its own From into every mail, whatever the form says."""
    return mail is not None and mail.set_by.get("from", "").startswith("plugin:")


def dead(route: MailRoute) -> str:
    """Why mail to the domain cannot arrive; "" where it can, or where DNS gave no answer (RFC 5321 §5.1, RFC 7505)."""
    if route.trouble or route.answer is None:
        return ""
    if not route.exists:
        return "the domain does not exist"
    if route.null and not route.hosts:
        return "its null MX record says that it takes no mail"
    if route.hosts:
        lost = all(each.fault in ("missing", "no_address") and not each.address.trouble for each in route.hosts)
        return "none of its MX records leads to a server" if lost else ""
    own = route.own
    return "it has neither an MX record nor an address" if own and not own.addresses and not own.trouble else ""


async def _policy(domain: str, dns: SharedDNS, context: Context) -> str:
    found = await discover(domain, World(dns, None, context.now))
    return (found.policy.policy or "") if found.policy.known else ""


def _domains(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(each.lower() for each in names if each))[:MOST_DOMAINS]

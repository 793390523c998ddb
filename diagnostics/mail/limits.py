"""The site's own volume against what its provider publishes as its limits.

Guide: Emails Not Sending, Verify (sending limits). Counting shows how near a limit
is; that it was reached, only the provider's own refusal proves (`smtp.rate.*`).
The site counts mails: one to several recipients is one of them, so limits on
recipients are reached sooner than these figures say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.outcomes import Count, History
from diagnostics.mail.providers import DAY, HOUR, MINUTE, Limit, Provider, by_host, by_name
from diagnostics.mail.site import NOT_ASKED, ask, mail_settings, not_asked

FITS = Code(
    "smtp.limits.fits",
    Verdict.PASS,
    "The site's busiest {evidence.window} had {evidence.busiest} mails; {subject} allows {evidence.limit}"
    "{evidence.each}.",
    meaning="The volume is well below the strictest limit that the provider publishes.",
    proof="The site's own counts, and the provider's published limits, in the evidence.",
    impact=Impact.ADVICE,
)
NEAR = Code(
    "smtp.limits.near",
    Verdict.WARN,
    "The site's busiest {evidence.window} had {evidence.busiest} mails, and {subject} allows {evidence.limit}"
    "{evidence.each} ({evidence.plan}).",
    remedy="Find out which form or plugin sends so much, move newsletters to a bulk service, or take a larger plan."
    "{evidence.note_said}",
    meaning="At the limit the provider refuses mail until its window has passed.",
    proof="The site's own counts, and the provider's published limit.",
    kind=CauseKind.RELAY,
    impact=Impact.DEGRADED,
)
PASSED = Code(
    "smtp.limits.passed",
    Verdict.WARN,
    "The site's busiest {evidence.window} had {evidence.busiest} mails, more than the {evidence.limit}{evidence.each} "
    "that {subject} allows ({evidence.plan}).",
    remedy="Does the account have this plan, move bulk mail elsewhere or take a larger one; the refusals, if there "
    "are any, stand in the replies.{evidence.note_said}",
    meaning="On this plan part of the mail is refused. On a larger one it is not: the site cannot know the plan.",
    proof="The site's own counts, and the provider's published limit.",
    kind=CauseKind.RELAY,
    impact=Impact.DEGRADED,
)
NOT_PUBLISHED = Code(
    "smtp.limits.not_published",
    Verdict.UNKNOWN,
    "No limit of {subject} is published; the site's busiest day had {evidence.busiest} mails.",
    remedy="Ask the provider for its limits an hour and a day, and compare with the site's busiest hour "
    "({evidence.busiest_hour}) and day ({evidence.busiest}).{evidence.note_said}",
    meaning="Many hosts have limits that stand nowhere, often 50 to 500 mails an hour.",
    proof="The provider is not in our table, or publishes no number.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)

NEAR_SHARE = 0.8
# The window that the site counts, and how many of the limit's own it holds: 30 a minute are 1,800 an hour.
_WINDOWS = {MINUTE: ("hour", HOUR // MINUTE), HOUR: ("hour", 1), DAY: ("day", 1)}
_EACH = {MINUTE: " a minute", HOUR: " an hour", DAY: " a day"}


@check("smtp.limits", emits=[FITS, NEAR, PASSED, NOT_PUBLISHED, NOT_ASKED])
async def volume_against_limits(context: Context) -> list[Finding]:
    """Hold the busiest hour and day against the strictest published limit."""
    try:
        mail = await mail_settings(context)
        history = History.of(await ask(context, "mail.history"))
    except SiteUnavailable as error:
        return not_asked(context, error)
    provider = by_host(mail.host) or by_name(mail.provider)
    return [judge(mail.relay, provider, history)]


def judge(relay: str, provider: Provider | None, history: History) -> Finding:
    """The limit that the site is nearest to decides."""
    limits = [each for each in provider.limits if each.window_s in _WINDOWS] if provider else []
    busiest = {"hour": _busiest(history.hours), "day": _busiest(history.days)}
    facts = {
        "provider": provider.title if provider else "",
        "note": provider.note if provider else "",
        "note_said": f" {provider.note}" if provider and provider.note else "",
        "busiest_hour": busiest["hour"].begun,
        "busiest_day": busiest["day"].begun,
        "days": history.days,
        "hours": history.hours,
    }
    if not provider or not limits:
        facts["busiest"] = busiest["day"].begun
        return NOT_PUBLISHED.finding(relay, facts, reason=UnknownReason.UNAVAILABLE)
    share, limit = max(((_share(each, busiest), each) for each in limits), key=lambda found: found[0])
    window, _ = _WINDOWS[limit.window_s]
    evidence = {
        **facts,
        "window": window,
        "busiest": busiest[window].begun,
        "when": busiest[window].label,
        "limit": limit.count,
        "each": _EACH[limit.window_s],
        "plan": limit.plan or provider.title,
        "published": provider.limits,
    }
    code = PASSED if share > 1 else NEAR if share >= NEAR_SHARE else FITS
    return code.finding(relay, evidence)


def _share(limit: Limit, busiest: Mapping[str, Count]) -> float:
    """How much of *limit* the busiest hour or day used."""
    window, times = _WINDOWS[limit.window_s]
    return busiest[window].begun / (limit.count * times)


def _busiest(counts: Sequence[Count]) -> Count:
    return max(counts, key=lambda each: each.begun, default=Count("", 0, 0, 0))

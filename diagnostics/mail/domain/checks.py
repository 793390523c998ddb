"""The areas of a sending domain as checks of a playbook: each looks at all From domains of the site.

Guide: Poor Email Deliverability: check the sender's reputation, verify its SPF and DKIM records.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Code, Finding
from diagnostics.mail import dns_codes, spf
from diagnostics.mail.address import codes as address_codes
from diagnostics.mail.address import list_codes
from diagnostics.mail.dkim import codes as dkim_codes
from diagnostics.mail.dmarc import codes as dmarc_codes
from diagnostics.mail.domain import codes
from diagnostics.mail.domain.history import changes
from diagnostics.mail.domain.inspect import AREAS, existing, look, of_report
from diagnostics.mail.domain.of_site import subjects_of, world_of
from diagnostics.mail.domain.proof import proven
from diagnostics.mail.domain.subject import Subject, World
from diagnostics.mail.domain.together import about, together
from diagnostics.mail.receivers import codes as receiver_codes
from diagnostics.mail.receivers import rules
from diagnostics.mail.site import NOT_ASKED, not_asked
from diagnostics.mail.transport import codes as transport_codes

LOOK_S = 60.0
_AREA = {area.name: area for area in AREAS}
_ANY: tuple[Code, ...] = (NOT_ASKED, *codes.CODES, *dns_codes.CODES)


async def _area(name: str, context: Context) -> list[Finding]:
    try:
        subjects = await subjects_of(context)
    except SiteUnavailable as error:
        return not_asked(context, error)
    world, area = world_of(context), _AREA[name]
    ends_at = asyncio.get_running_loop().time() + LOOK_S

    async def of(subject: Subject) -> list[Finding]:
        found = await look(area, subject, world, ends_at=ends_at)
        return await proven(found, lambda laid: look(area, subject, laid, ends_at=ends_at), world)

    return [each for found in await asyncio.gather(*(of(subject) for subject in subjects)) for each in found]


@check("mail.spf", emits=[*_ANY, *spf.CODES], timeout_s=90)
async def sender_policy(context: Context) -> list[Finding]:
    """Read the SPF record, count what it costs, and see which of the site's senders pass."""
    return await _area("spf", context)


@check("mail.dkim", emits=[*_ANY, *dkim_codes.CODES], timeout_s=90)
async def signing_keys(context: Context) -> list[Finding]:
    """Read the DKIM keys of the selectors that were seen, and of those that the provider uses."""
    return await _area("dkim", context)


@check("mail.dmarc", emits=[*_ANY, *spf.CODES, *dkim_codes.CODES, *dmarc_codes.CODES], timeout_s=90)
async def domain_policy(context: Context) -> list[Finding]:
    """Find the DMARC policy in force, and say what it does to the site's own mail."""
    return await _area("dmarc", context)


@check("mail.transport", emits=[*_ANY, *transport_codes.CODES], timeout_s=90)
async def receiving(context: Context) -> list[Finding]:
    """Look at the domain's mail exchangers, their encryption, and what the domain promises about it."""
    return await _area("transport", context)


@check("mail.address", emits=[*_ANY, *address_codes.CODES, *list_codes.CODES], timeout_s=90)
async def sending_address(context: Context) -> list[Finding]:
    """Look at the address that sends: its reverse name, its greeting, and the blocklists that may be asked."""
    return await _area("address", context)


@check("mail.receivers", emits=[*_ANY, *receiver_codes.CODES])
async def demands_of_receivers(context: Context) -> list[Finding]:
    """Hold the run's findings against what Gmail, Yahoo and Microsoft demand."""
    try:
        subjects = await subjects_of(context)
    except SiteUnavailable as error:
        return not_asked(context, error)
    return [
        of_report(each, subject.domain)
        for subject in subjects
        for each in rules(subject, [each for each in context.findings if about(each, subject.domain)]).findings
    ]


@check("mail.records", emits=[*_ANY], timeout_s=120)
async def what_changed(context: Context) -> list[Finding]:
    """Compare the records with those of the last look, and see what all proposed ones together would do."""
    try:
        subjects = await subjects_of(context)
    except SiteUnavailable as error:
        return not_asked(context, error)
    world = world_of(context)
    found: list[Finding] = []
    for subject in subjects:
        own = await existing(subject, world, ends_at=asyncio.get_running_loop().time() + LOOK_S)
        own += await _since_the_last_look(subject, world, context.previous)
        own += await together(context.findings, subject, world, timeout_s=LOOK_S)
        found += [of_report(each, subject.domain) for each in own]
    return found


async def _since_the_last_look(subject: Subject, world: World, previous: Sequence[Finding]) -> list[Finding]:
    async def again(laid: World) -> list[Finding]:
        found = await changes(previous, subject.domain, laid.dns)
        return [of_report(each, subject.domain) for each in found]

    return await proven(await again(world), again, world)

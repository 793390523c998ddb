"""Which roads lead to the site: its REST API, XML-RPC, or only its own plugin's fetch?

DESIGN, Commands: which roads work is itself a finding. A blocked road breaks no mail, but
answers come slower, and other things on the site use the REST API too (the editor, forms).
"""

from __future__ import annotations

from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, Verdict
from diagnostics.mail.site import NOT_ASKED, ask, not_asked, site_name

OPEN = Code(
    "site.roads.open",
    Verdict.PASS,
    "{subject} takes commands by its REST API.",
    meaning="The sidecar reaches the plugin directly.",
    proof="A signed command was answered, signed, by the plugin.",
    impact=Impact.ADVICE,
)
REST_BLOCKED = Code(
    "site.rest_blocked",
    Verdict.WARN,
    "The REST API of {subject} is blocked ({evidence.why}); commands go by {evidence.by}.",
    remedy="In the security plugin, firewall or CDN that blocks it, allow POST to the path below, from the sidecar's "
    "address. Aftercare works without it; the block editor and many forms do not.",
    copy="/wp-json/aftercare/v1/command",
    meaning="Something before or in WordPress answers REST requests instead of the plugin. Another road leads there.",
    proof="What answered on each road, when it was last tried.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)
ONLY_FETCH = Code(
    "site.roads.only_fetch",
    Verdict.WARN,
    "No road leads to {subject} ({evidence.why}); its plugin fetches commands, up to a minute later.",
    remedy="Where the site can be reached from outside, allow POST to the path below for the sidecar's address, in "
    "the settings of the firewall or security plugin that blocks it. Where it cannot (an intranet, a staging "
    "lock), nothing has to change: keep WordPress's cron running.",
    copy="/wp-json/aftercare/v1/command",
    meaning="REST and XML-RPC are both closed to the sidecar. The plugin asks for its commands once a minute, and "
    "at once while the screen Aftercare is open.",
    proof="What answered on each road, when it was last tried.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)
WORDS = {"rest": "REST", "rest_route": "the REST API's plain address", "xmlrpc": "XML-RPC"}


@check("site.roads", emits=[OPEN, REST_BLOCKED, ONLY_FETCH, NOT_ASKED])
async def roads_to_the_site(context: Context) -> list[Finding]:
    """Say which roads work, from what the last commands met."""
    try:
        await ask(context, "snapshot")  # kept, where an earlier check asked: at least one road was tried
    except SiteUnavailable as error:
        return not_asked(context, error)
    roads = context.site.roads if context.site else {}
    tried = {road: {"works": bool(known["works"]), "why": str(known["why"])} for road, known in roads.items()}
    works = [road for road, known in tried.items() if known["works"]]
    evidence: dict[str, Any] = {"roads": tried, "by": ", ".join(WORDS.get(road, road) for road in works)}
    closed = [f"{WORDS.get(road, road)}: {known['why']}" for road, known in tried.items() if not known["works"]]
    evidence["why"] = "; ".join(closed)
    site = site_name(context)
    if not tried or "rest" in works:
        return [OPEN.finding(site, evidence)]
    return [(REST_BLOCKED if works else ONLY_FETCH).finding(site, evidence)]

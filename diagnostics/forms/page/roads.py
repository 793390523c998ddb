"""fetch_page: the page, once more past its cache, and the roads and scripts that its forms need."""

from __future__ import annotations

from urllib.parse import urlsplit

from diagnostics.forms.page.fetch import FetchedPage, Visit, ask, origin, past_cache, visit, web_address
from diagnostics.forms.page.holders import own_scripts
from diagnostics.forms.page.seen import Seen, joined, see
from diagnostics.network import Network, NetworkError

MOST_ROADS = 6  # of one page
# No plugin has this action: WordPress answers 400 with "0" (wp-admin/admin-ajax.php), and nothing runs.
NOBODYS_ACTION = b"action=aftercare_nobody"


async def fetch_page(network: Network, url: str) -> FetchedPage:
    """*url* as a visitor gets it. What went wrong on the way is in the answer. Raises ValueError for no web address."""
    page = await visit(network, url)
    if page.answer is None:
        return FetchedPage(page)
    seen = see(page)
    if seen is None:
        return FetchedPage(page)
    fresh = await visit(network, past_cache(page.answer.url))
    roads: dict[str, Visit] = {}
    for road in _roads(seen)[:MOST_ROADS]:
        if road.endswith("/admin-ajax.php"):
            roads[road] = await _posted(network, road)
        else:
            headers = {"Origin": origin(urlsplit(page.answer.url)), "Accept": "application/json, */*;q=0.1"}
            roads[road] = await visit(network, road, headers=headers)
    return FetchedPage(page, fresh, roads)


def _roads(seen: Seen) -> list[str]:
    """The addresses to be asked, the site's own only: www or not, http or https."""
    asked = [road for each in seen.forms for road in each.roads]
    for maker in {each.maker.slug: each.maker for each in seen.forms}.values():
        own = [each.src for each in own_scripts(seen.document, maker) if each.src]
        asked += [joined(seen.url, address) for address in own[-1:]]  # what it builds on comes before it
    here = _bare(urlsplit(seen.url).hostname or "")
    return [
        road
        for road in dict.fromkeys(asked)
        if (parts := web_address(road)) is not None and _bare(parts.hostname or "") == here
    ]


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


async def _posted(network: Network, url: str) -> Visit:
    try:
        answer = await ask(network, url, body=NOBODYS_ACTION)
        if "/wp-admin/" in urlsplit(answer.location).path:
            # A plugin that was just activated leads its next request, whoever's, to its welcome page; only that one.
            answer = await ask(network, url, body=NOBODYS_ACTION)
        return Visit(url, (), answer)
    except NetworkError as trouble:
        return Visit(url, (), None, trouble)

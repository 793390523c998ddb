"""Which roads lead to the site is a finding of its own."""

from datetime import UTC, datetime

import pytest

from diagnostics.check import Context, SiteUnavailable
from diagnostics.network import EgressPolicy, Network
from diagnostics.site.roads import roads_to_the_site

SHUT = {"works": False, "at": "2026-11-24T10:00:00Z", "why": "answered with status 403"}
OPEN = {"works": True, "at": "2026-11-24T10:00:00Z", "why": ""}


class Site:
    """What SiteRoads shows of itself."""

    url = "https://shop.example"

    def __init__(self, roads, answers=True):
        self.roads = roads
        self.answers = answers

    async def command(self, name, args=None):
        if not self.answers:
            raise SiteUnavailable("no road leads to the site", tried=["rest"])
        return {}


async def look(site):
    [finding] = await roads_to_the_site(Context(Network(EgressPolicy()), site, datetime.now(UTC)))
    return finding


@pytest.mark.parametrize(
    ("roads", "code", "said"),
    [
        ({"rest": OPEN}, "site.roads.open", "by its REST API"),
        ({"rest": OPEN, "xmlrpc": SHUT}, "site.roads.open", "by its REST API"),
        ({"rest": SHUT, "rest_route": SHUT, "xmlrpc": OPEN}, "site.rest_blocked", "commands go by XML-RPC"),
        ({"rest": SHUT, "rest_route": OPEN}, "site.rest_blocked", "REST: answered with status 403"),
        ({"rest": SHUT, "rest_route": SHUT, "xmlrpc": SHUT}, "site.roads.only_fetch", "its plugin fetches commands"),
    ],
)
async def test_the_roads_that_work_are_named_with_why_the_others_do_not(roads, code, said):
    finding = await look(Site(roads))
    assert finding.code == code and said in finding.summary
    assert finding.evidence["roads"].keys() == roads.keys()
    if code != "site.roads.open":
        assert finding.remedy is not None and finding.remedy.copy == "/wp-json/aftercare/v1/command"


async def test_a_site_that_cannot_be_asked_is_unknown():
    finding = await look(Site({}, answers=False))
    assert finding.verdict.value == "unknown" and finding.evidence["tried"] == ["rest"]

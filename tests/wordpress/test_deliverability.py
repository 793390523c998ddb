"""“Mail lands in spam” on a real WordPress: a real zone is looked at, and what the report says to publish mends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.servers.lab import DOMAIN, LabSite, MailWorld
from tests.servers.sidecar import Sidecar
from tests.servers.visitor import Visitor, forms_of
from tests.servers.wordpress import poll

SCREEN = "/wp-admin/admin.php?page=aftercare"
PLAYBOOK = "poor-email-deliverability"
BROKEN = '{label} IN TXT "v=spf1 include:gone.{label}.test ip4:{relay} -all"'


@pytest.fixture
def dns(world: MailWorld) -> Iterator[MailWorld]:
    """The lab's zone, put right after the test."""
    yield world
    world.publish()


def words(html: str) -> str:
    body = html.partition('<div class="wrap aftercare">')[2].partition('<div class="clear">')[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def press(admin: Visitor, page: str) -> str:
    """Press the button of our playbook, as a browser without JavaScript does; the page that comes."""
    form = next(each for each in forms_of(page) if each.fields.get("playbook") == PLAYBOOK)
    return admin.post(form.action, form.fields).text


def ended(admin: Visitor, page: str) -> str:
    """The page of the run once it has ended; each load carries out what waits for the site."""

    def look() -> str:
        nonlocal page
        again = re.search(r'http-equiv="refresh" content="3;url=([^"]+)"', page)
        if not again:
            return page
        page = admin.get(unescape(again[1])).text
        return ""

    return poll(look, 120.0, "the run does not end")


def run_of(sidecar: Sidecar, site: LabSite) -> dict[str, Any]:
    """The last run of our playbook that a button started."""
    runs = sidecar.api("GET", "/runs", site=site.id)["items"]
    run = next(each for each in runs if each["playbook"] == PLAYBOOK and each["trigger"]["kind"] == "button")
    return dict(sidecar.api("GET", f"/runs/{run['id']}"))


def codes(run: dict[str, Any], verdict: str) -> set[str]:
    return {found["code"] for step in run["steps"] for found in step["findings"] if found["verdict"] == verdict}


def zone_file(line: dict[str, Any]) -> str:
    """A record of the report, as a DNS host's panel would write it."""
    return f'{line["name"]}. IN {line["type"]} "{line["value"]}"'


def test_what_the_report_says_to_publish_is_published_and_the_fault_is_gone(
    paired_site: LabSite, sidecar: Sidecar, dns: MailWorld
) -> None:
    dns.publish(BROKEN)
    admin, known = paired_site.admin(), sidecar.openings(paired_site.id)
    screen = admin.get(SCREEN).text
    assert "Diagnose: Mail lands in spam Poor Email Deliverability." in words(screen)
    said = words(ended(admin, press(admin, screen)))
    run = run_of(sidecar, paired_site)
    assert run["cause"]["code"] == "spf.include_broken"
    [section] = run["report"]["sections"]
    assert section["domain"] == DOMAIN
    assert section["grade"] in ("D", "F")
    assert f"Grade {section['grade']} {DOMAIN}" in said
    assert "What others have to do" not in said or section["letters"]
    lines = {line["name"]: line for line in section["records"]}
    assert set(lines) == {DOMAIN, f"_dmarc.{DOMAIN}"}
    spf = lines[DOMAIN]
    assert spf["replaces"] == [f"v=spf1 include:gone.{DOMAIN} ip4:{dns.relay.address} -all"]
    assert spf["proof"] == "pass"
    for line in lines.values():
        assert f"Type {line['type']} Name {line['name_field']} Copy" in said
        assert f"In full: {line['name']}" in said
        assert f"Value {line['value']} Copy" in said
    assert f"In place of {spf['replaces'][0]}" in said
    assert "✓ With this change: pass." in said
    assert "Check again" in said
    assert sidecar.openings(paired_site.id) == known, "nobody is told of one look from outside"
    dns.publish(*(zone_file(line) for line in lines.values()))
    page = ended(admin, press(admin, admin.get(SCREEN).text))
    after = run_of(sidecar, paired_site)
    assert after["id"] != run["id"]
    assert not codes(after, "fail"), words(page)
    assert "spf.include_broken" not in words(page)
    assert after["report"]["sections"][0]["grade"] in ("A", "B", "C", "?")
    assert {"dns.record_changed"} <= codes(after, "pass"), "the next look says what was changed"


def test_a_sound_domain_of_a_real_site_is_accused_of_nothing(
    paired_site: LabSite, sidecar: Sidecar, dns: MailWorld
) -> None:
    admin = paired_site.admin()
    page = ended(admin, press(admin, admin.get(SCREEN).text))
    run = run_of(sidecar, paired_site)
    assert not codes(run, "fail"), words(page)

"""The console on sending domains: the report and its files, the box for a raw message, the warm-up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from sidecar import warm_up
from sidecar.store import events, grounds, runs, sites, warm_ups
from sidecar.store.database import instant
from tests.servers.looked_at import DOMAIN, PLAYBOOK, faulty_zone, looked_at
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.staffed import Browser, Staffed, staffed, with_history
from tests.servers.zone import Zone

MESSAGE = """\
Return-Path: <shop@mail.example.com>
Received: from mx.example.com (mx.example.com [198.51.100.9]) by mx.receiver.example with ESMTPS; {date}
From: "Vera's <b>shop</b>" <vera.secret@shop.example.com>
To: private.person@receiver.example
Subject: A private matter
Date: {date}
Message-ID: <1@mail.example.com>

The secret words.
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    with (
        ScriptedDns(Zone()) as dns,
        staffed(tmp_path_factory.mktemp("domains"), nameservers=(dns.nameserver,)) as running,
    ):
        with_history(running)
        yield running


@pytest.fixture(scope="module")
def browser(full: Staffed) -> Browser:
    return full.browser()


def words(html: str) -> str:
    body = html.partition("<main")[2] or html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def message() -> str:
    return MESSAGE.format(date=f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000")


# -- the report ------------------------------------------------------------


def test_a_runs_page_shows_the_grade_the_records_and_what_they_rest_on(full: Staffed, browser: Browser) -> None:
    page = browser.get(f"/runs/{full.named['report']}").text
    said = words(page)
    assert re.search(rf"Grade [DF] {re.escape(DOMAIN)}", said)
    assert "Receivers refuse" in said or "Some mail" in said, "what the grade means"
    assert "Type TXT Name _dmarc Copy where the panel adds example.com by itself. In full: _dmarc.example.com" in said
    assert "Value v=spf1 include:_spf.google.com -all Copy" in said
    assert "In place of v=spf1 include:_spf.google.com include:gone.example.net -all" in said
    assert "With this change: pass" in said
    assert "include:_spf.google.com lookup 1 costs 2 Google Workspace" in said
    assert f"s1._domainkey.{DOMAIN} rsa, 1024 bits" in said
    assert "p=quarantine mail through smtp.example.net" in said
    assert "_dmarc.com no record" in said
    assert "_netblocks.google.com TXT v=spf1 ip4:203.0.113.0/24 ~all" in said
    assert "The mail is handed over by TLS everybody Could not look" in said
    assert "The text to send them Please set the reverse DNS name" in said
    assert "To forward to whoever keeps the DNS" in said


def test_a_runs_page_says_what_changed_since_the_last_one(full: Staffed, browser: Browser) -> None:
    said = words(browser.get(f"/runs/{full.named['report']}").text).partition("Since the last run")[2]
    assert f"The TXT record of {DOMAIN} was changed since the look before. Was: v=spf1" in said
    assert "No fault came, and none went." in said
    first = words(browser.get("/runs/run_seedreport1").text)
    assert "This is the first run: the next one is compared with it." in first


def test_faults_that_came_and_went_are_told_apart(full: Staffed, browser: Browser) -> None:
    zone = faulty_zone().add("_dmarc.example.com", "TXT", "v=DMARC1; p=none")
    zone.records[f"s1._domainkey.{DOMAIN}"] = [("TXT", "v=DKIM1; p=")]
    shop = full.named["shop"]
    looked_at(full.services, "run_seedreport3", shop, zone, datetime.now(UTC) - timedelta(minutes=5))
    said = words(browser.get("/runs/run_seedreport3").text).partition("Since the last run")[2]
    assert f"Gone {DOMAIN} has no DMARC record." in said
    assert f"New The DKIM key s1._domainkey.{DOMAIN}" in said
    full.services.db.execute("DELETE FROM runs WHERE id = 'run_seedreport3'")


def test_the_report_stands_alone_as_page_file_and_text(full: Staffed, browser: Browser) -> None:
    base = f"/sites/{full.named['shop']}/runs/{full.named['report']}/report"
    page, file, text = browser.get(base), browser.get(f"{base}.html"), browser.get(f"{base}.txt")
    for each in (words(page.text), words(file.text), text.text):
        assert "v=DMARC1; p=none" in each
        assert "_dmarc.example.com" in each
        assert "Please set the reverse DNS name (PTR record) of 203.0.113.7" in each
        assert "dig +short TXT _dmarc.example.com" in each
    for answer, ending in ((file, "html"), (text, "txt")):
        named = answer.headers["Content-Disposition"]
        assert re.fullmatch(rf'attachment; filename="mail-of-shop\.example\.com-\d{{4}}-\d\d-\d\d\.{ending}"', named)
    assert not re.search(r"<script|src=|href=", file.text), "a file that somebody else opens loads nothing"
    assert browser.get(f"{base}.pdf").status_code == 404


def test_a_report_is_only_there_for_its_own_site_and_for_runs_that_have_one(full: Staffed, browser: Browser) -> None:
    named = full.named
    assert browser.get(f"/sites/{named['quiet']}/runs/{named['report']}/report").status_code == 404
    for run in (named["run"], named["live"], "run_none"):
        assert browser.get(f"/sites/{named['shop']}/runs/{run}/report").status_code == 404
    assert "The report" not in words(browser.get(f"/runs/{named['run']}").text)


def test_text_from_dns_is_shown_and_does_nothing(full: Staffed, browser: Browser) -> None:
    zone = faulty_zone()
    zone.records[DOMAIN] = [each for each in zone.records[DOMAIN] if each[0] != "TXT"]
    zone.add(DOMAIN, "TXT", "v=spf1 include:<script>alert(1)</script>.example ~all")
    zone.add("_dmarc.example.com", "TXT", 'v=DMARC1; p="><img src=x onerror=alert(1)>; rua=mailto:a@b.example')
    shop = full.named["shop"]
    looked_at(full.services, "run_hostile", shop, zone, datetime.now(UTC))
    base = f"/sites/{shop}/runs/run_hostile/report"
    for path in ("/runs/run_hostile", base, f"{base}.html"):
        page = browser.get(path).text
        assert "alert(1)" in page, path
        assert "<script>alert" not in page
        assert "<img" not in page
    full.services.db.execute("DELETE FROM runs WHERE id = 'run_hostile'")


# -- the box for a raw message ---------------------------------------------


def test_a_pasted_message_starts_the_look_and_only_its_ground_is_kept(full: Staffed, browser: Browser) -> None:
    shop, db = full.named["shop"], full.services.db
    said = words(browser.post(f"/sites/{shop}/message", f"/sites/{shop}", message=message()).text)
    assert "From domain shop.example.com" in said
    assert "Handed over by 198.51.100.9" in said
    assert "Watch the look at its domain" in said
    [run] = runs.open_runs(db, shop, PLAYBOOK)
    assert run.trigger["by"] == full.user.email
    kept = grounds.grounds_of(db, shop)[0]
    assert (kept.ground["ip"], kept.ground["known_by"]) == ("198.51.100.9", "message")
    dump = "\n".join(str(row) for row in _everything(db))
    for private in ("private.person", "vera.secret", "A private matter", "secret words", "<b>shop"):
        assert private not in dump
    again = words(browser.post(f"/sites/{shop}/message", f"/sites/{shop}", message=message()).text)
    assert "Watch the look at its domain" in again
    assert len(runs.open_runs(db, shop, PLAYBOOK)) == 1


def _everything(db: object) -> list[tuple[object, ...]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(db.path)) as file:  # type: ignore[attr-defined]
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [row for table in tables for row in file.execute(f"SELECT * FROM {table}")]


def test_a_message_can_be_a_file(full: Staffed, browser: Browser) -> None:
    shop = full.named["shop"]
    page = browser.get(f"/sites/{shop}/message").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = browser.session.post(
        f"{full.url}/sites/{shop}/message",
        data={"csrf_token": token[1], "message": ""},
        files={"file": ("mail.eml", message().encode(), "message/rfc822")},
        timeout=30,
    )
    assert "Handed over by 198.51.100.9" in words(answer.text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Paste the message first"),
        ("Hello, my mail does not arrive.", "Take it from the mailbox that received it"),
        ("Received: from a by b; now\nSubject: no From\n\nwords\n", "Take it from the mailbox that received it"),
    ],
)
def test_what_is_no_message_is_refused_with_what_to_do(full: Staffed, browser: Browser, typed: str, said: str) -> None:
    shop, before = full.named["shop"], len(grounds.grounds_of(full.services.db, full.named["shop"]))
    answer = browser.post(f"/sites/{shop}/message", f"/sites/{shop}", message=typed)
    assert answer.status_code == 400
    assert said in words(answer.text)
    assert len(grounds.grounds_of(full.services.db, shop)) == before


def test_too_large_a_message_is_refused(full: Staffed, browser: Browser) -> None:
    shop = full.named["shop"]
    answer = browser.post(f"/sites/{shop}/message", f"/sites/{shop}", message=message() + "x" * (2 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_site_that_is_not_paired_keeps_the_ground_and_says_why_nothing_began(full: Staffed, browser: Browser) -> None:
    never = full.named["never"]
    said = words(browser.post(f"/sites/{never}/message", f"/sites/{never}", message=message()).text)
    assert "No look began. This site is not paired" in said


def test_what_messages_showed_can_be_forgotten(full: Staffed, browser: Browser) -> None:
    never = full.named["never"]
    browser.post(f"/sites/{never}/message", f"/sites/{never}", message=message())
    assert "198.51.100.9" in words(browser.get(f"/sites/{never}/message").text)
    browser.post(f"/sites/{never}/message/forget", f"/sites/{never}/message")
    assert "None was read yet." in words(browser.get(f"/sites/{never}/message").text)


# -- the warm-up -----------------------------------------------------------


def sent(staffed: Staffed, site: str, day: date, count: int, *, deferred: int = 0, lost: int = 0) -> None:
    """Mails of one day, as the site's events told of them; *lost* left nowhere though WordPress calls them sent."""
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
    kinds = [("mail.sent", '{"mailer": "smtp"}')] * count
    kinds += [("mail.failed", '{"basic_code": 451}')] * deferred + [("mail.sent", '{"mailer": "none"}')] * lost
    new = [
        events.NewEvent(f"{day}-{number}-{count}", kind, instant(at), data) for number, (kind, data) in enumerate(kinds)
    ]
    events.insert_events(staffed.services.db, site, new, at)


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[tuple[Staffed, str]]:
    """A site that is paired since a month."""
    with staffed(tmp_path) as running:
        month = datetime.now(UTC) - timedelta(days=30)
        site = sites.add_site(running.services.db, "Corner shop", "https://shop.example.com", month)
        sites.paired(running.services.db, site.id, url=site.url, rest_url="", xmlrpc_url="", plugin_version="1",
                     secret_sealed="x", now=month)  # fmt: skip
        sites.seen(running.services.db, site.id, datetime.now(UTC), plugin_version="1", clock_offset_s=0)
        yield running, site.id


def test_a_warm_up_begins_is_held_against_the_sites_days_and_ends(warm: tuple[Staffed, str]) -> None:
    running, site = warm
    browser, path, today = running.browser(), f"/sites/{site}/warm-up", datetime.now(UTC).date()
    assert "No warm-up was begun for this site." in words(browser.get(path).text)
    begun = today - timedelta(days=3)
    page = browser.post(path, path, target="400", start="", begun_on=begun.isoformat(), table="").text
    assert "The warm-up has begun." in words(page)
    sent(running, site, begun, 48, lost=30)
    sent(running, site, begun + timedelta(days=1), 69)
    sent(running, site, begun + timedelta(days=2), 60, deferred=20)
    said = words(browser.get(path).text)
    assert "warm_up.hold Hold the warm-up of Corner shop" in said
    figures = said.partition("How it went")[2]
    assert f"{begun} 50 48 Done" in figures, "what nothing sent is not counted"
    assert f"{begun + timedelta(days=1)} 70 69 Done" in figures
    assert f"{begun + timedelta(days=2)} 98 60 20 20 Held" in figures
    assert f"{today} 98 0 Today" in figures
    assert words(browser.get(f"/sites/{site}").text).count("To 400 mails a day") == 1
    again = browser.post(path, path, target="500")
    assert again.status_code == 409
    assert "under way" in words(again.text)
    assert "The warm-up is over." in words(browser.post(f"{path}/end", path).text)
    assert "The plan that is over" in words(browser.get(path).text)
    assert browser.post(f"{path}/end", path).status_code == 409


def test_days_before_the_pairing_are_not_counted_as_idle(warm: tuple[Staffed, str]) -> None:
    running, site = warm
    running.services.db.execute("UPDATE sites SET paired_at = :at", at=datetime.now(UTC) - timedelta(days=2))
    now = datetime.now(UTC)
    shown = warm_up.begin(
        running.services, site, target=400, begun_on=now.date() - timedelta(days=5), by="Ada", now=now
    )
    assert [day["state"] for day in shown.days[:5]] == ["not counted"] * 3 + ["idle"] * 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"target": "many"}, "How many mails a day is it to reach?"),
        ({"target": "0"}, "How many mails a day is it to reach?"),
        ({"target": "400", "begun_on": "soon"}, "Write the first day as 2026-11-24."),
        ({"target": "400", "begun_on": "2020-01-01"}, "at most 90 days from today"),
        ({"target": "400", "start": "-3"}, "The first day's mails are a whole number."),
        ({"target": "400", "table": "fast"}, "no table is called fast"),
        ({"target": "400", "start": "1"}, "begin with more"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(warm: tuple[Staffed, str], typed: dict[str, str], said: str) -> None:
    running, site = warm
    answer = running.browser().post(f"/sites/{site}/warm-up", f"/sites/{site}/warm-up", **typed)
    assert answer.status_code == 400
    assert said in words(answer.text)
    assert warm_ups.last_warm_up(running.services.db, site) is None


# -- many sites ------------------------------------------------------------


def test_a_playbook_is_started_at_every_paired_site_from_the_list_of_sites(warm: tuple[Staffed, str]) -> None:
    running, site = warm
    sites.add_site(running.services.db, "Bakery", "https://bakery.example.net", datetime.now(UTC))
    browser = running.browser()
    assert "At every paired site (1)" in words(browser.get("/sites").text)
    said = words(browser.post("/sites/runs", "/sites", playbook=PLAYBOOK).text)
    assert "It runs at 1 site, one after the other at each." in said
    assert [(run.site_id, run.playbook) for run in runs.runs(running.services.db)] == [(site, PLAYBOOK)]
    assert browser.post("/sites/runs", "/sites", playbook="nothing").status_code == 409

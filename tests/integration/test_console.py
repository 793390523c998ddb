"""The console's pages: what each shows, empty and full, and what its forms do; on the real server."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from sidecar import upkeep
from sidecar.store import incidents, runs, sites, tickets
from tests.servers.plugin_client import PluginClient, event
from tests.servers.staffed import PASSWORD, Browser, Staffed, colleague, staffed, with_history


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """A sidecar with a history, for tests that only read."""
    with staffed(tmp_path_factory.mktemp("full"), notify=("ntfy://user:s3cret-word@ntfy.invalid/topic",)) as running:
        with_history(running)
        yield running


@pytest.fixture(scope="module")
def reader(full: Staffed) -> Browser:
    """Somebody who is logged in there; once, as log-ins are limited in rate."""
    return full.browser()


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[Staffed]:
    with staffed(tmp_path) as running:
        yield running


PAGES = ("/", "/tickets", "/runs", "/sites", "/events", "/replies", "/staff", "/account", "/settings", "/codes")


@pytest.mark.parametrize("page", PAGES)
def test_each_page_has_an_empty_state_that_says_what_to_do(sidecar: Staffed, page: str) -> None:
    answer = sidecar.browser().get(page)
    assert answer.status_code == 200
    if page in ("/", "/sites", "/events"):
        assert "/sites/new" in answer.text
    elif page in ("/tickets", "/runs"):
        assert 'class="empty"' in answer.text


def test_no_page_holds_inline_script_or_style(full: Staffed, reader: Browser) -> None:
    named = full.named
    details = (
        f"/runs/{named['run']}",
        f"/runs/{named['live']}",
        f"/tickets/{named['ticket']}",
        f"/sites/{named['shop']}",
    )
    for page in (*PAGES, *details, "/nothing-here"):
        html = reader.get(page).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son\w+=|javascript:", html), page
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), (page, sorted(each for each in ids if ids.count(each) > 1))
        for wanted in re.findall(r'(?:aria-labelledby|aria-describedby|for)="([^"]+)"', html):
            assert wanted in ids, (page, wanted)


def test_the_first_page_names_what_needs_somebody(reader: Browser) -> None:
    page = reader.get("/").text
    assert "Dead channel" in page
    assert "Channel 1 (ntfy)" in page
    assert "The channel answered 404." in page
    assert re.search(r"Not heard from.*Choir", page, re.S)
    assert re.search(r"Never paired.*Bakery", page, re.S)
    assert "refused this site" in page


def test_one_cause_at_many_sites_is_one_notice_that_leads_to_its_tickets(sidecar: Staffed) -> None:
    with_history(sidecar)
    db = sidecar.services.db
    incident = incidents.begin_incident(
        db, "smtp.auth.rejected", "smtp.example.net", "The relay is down", datetime.now(UTC)
    )
    tickets.change(db, sidecar.named["ticket"], incident_id=incident)
    browser = sidecar.browser()
    page = browser.get("/").text
    link = re.search(r'At many sites</span> <a href="([^"]+)">The relay is down', page)
    assert link
    listed = browser.get(link[1]).text
    assert "refused this site" in listed
    assert "refused this site" not in browser.get(link[1].replace(str(incident), "999")).text
    assert "the same at many sites" in browser.get(f"/tickets/{sidecar.named['ticket']}").text


def test_a_sidecar_where_all_is_well_says_so(sidecar: Staffed) -> None:
    site = sites.add_site(sidecar.services.db, "Shop", "https://shop.example", datetime.now(UTC))
    assert "Nothing needs you now" in sidecar.browser().get("/").text
    assert "Shop" in sidecar.browser().get("/").text, "a site that never paired is named"
    sidecar.services.db.execute("DELETE FROM sites WHERE id = :id", id=site.id)


def test_a_run_shows_the_cause_first_then_steps_with_their_proof_and_the_month(full: Staffed, reader: Browser) -> None:
    page = reader.get(f"/runs/{full.named['run']}").text
    order = [
        page.index(words)
        for words in ("What to do.", "app-password", "Check:", "How we looked", "Verify:", "Test:", "Mails of 30 days")
    ]
    assert order == sorted(order)
    assert "535 5.7.8" in page
    assert page.count('class="failed"') == 3
    assert page.count("<tr>") >= 31, "the table beside the chart has every day"
    assert "Just before" in page


def test_a_run_under_way_refreshes_itself_without_a_script(full: Staffed, reader: Browser) -> None:
    page = reader.get(f"/runs/{full.named['live']}").text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "The settings in force" in page
    ended = reader.get(f"/runs/{full.named['run']}").text
    assert "http-equiv" not in ended


def test_the_stream_of_a_run_tells_of_changes_and_of_its_end(sidecar: Staffed) -> None:
    with_history(sidecar)
    db, run_id = sidecar.services.db, sidecar.named["live"]
    seen: list[str] = []

    def listen() -> None:
        with sidecar.browser().get(f"/runs/{run_id}/live", stream=True) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event: "):
                    seen.append(line.removeprefix("event: "))
                    heard.set()

    heard = threading.Event()
    listener = threading.Thread(target=listen)
    listener.start()
    assert heard.wait(10)
    runs.end_run(db, run_id, "sound", None, None, datetime.now(UTC))
    listener.join(10)
    assert not listener.is_alive()
    assert seen[0] == "changed"
    assert seen[-1] == "ended"


def test_when_every_stream_is_taken_the_page_is_told_to_poll(sidecar: Staffed) -> None:
    with_history(sidecar)
    browser, path = sidecar.browser(), f"/runs/{sidecar.named['live']}/live"
    streams = [browser.get(path, stream=True) for _ in range(6)]
    try:
        assert [each.status_code for each in streams] == [200] * 6
        assert browser.get(path).status_code == 204
    finally:
        for each in streams:
            each.close()


def test_a_site_is_added_and_its_code_shown_once(sidecar: Staffed) -> None:
    browser = sidecar.browser()
    answer = browser.post("/sites/new", "/sites/new", name="Shop", url="https://shop.example/")
    assert answer.status_code == 201
    assert re.search(r'id="code">aftercare-[\w-]{40,}<', answer.text)
    [site] = sites.sites(sidecar.services.db)
    assert (site.name, site.url, site.state) == ("Shop", "https://shop.example", "waiting")
    assert "aftercare-" not in browser.get(f"/sites/{site.id}").text


def test_a_plugin_pairs_by_the_code_of_the_page_and_its_events_are_seen_there(sidecar: Staffed) -> None:
    browser = sidecar.browser()
    page = browser.post("/sites/new", "/sites/new", name="Shop", url="https://shop.example").text
    [site] = sites.sites(sidecar.services.db)
    plugin = PluginClient(sidecar.url)
    assert plugin.pair(page.split('id="code">')[1].split("<")[0]).status == 201
    plugin.send(event("mail.failed", error="535 5.7.8 no"))
    plugin.fetch(heartbeat={"waiting": 3})
    shown = browser.get(f"/sites/{site.id}").text
    assert "Paired</span>" in shown
    assert "535 5.7.8 no" in shown
    assert "<dt>waiting</dt>" in shown
    again = browser.post(f"/sites/{site.id}/code", f"/sites/{site.id}")
    assert again.status_code == 409
    assert "Unpair it first" in again.text


@pytest.mark.parametrize(
    "url", ["shop.example", "ftp://shop.example", "https://user:pw@shop.example", "https://", "https://a b"]
)
def test_an_address_that_is_none_is_refused_in_words_and_what_was_typed_stays(sidecar: Staffed, url: str) -> None:
    answer = sidecar.browser().post("/sites/new", "/sites/new", name="Shop & Sons", url=url)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "Shop &amp; Sons" in answer.text
    assert not sites.sites(sidecar.services.db)


def test_unpairing_asks_first_and_then_forgets_the_secret_though_the_site_cannot_be_told(
    sidecar: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "REACHED_S", 1.0)
    with_history(sidecar)
    shop, browser = sidecar.named["shop"], sidecar.browser()
    page = f"/sites/{shop}/unpair"
    assert "Leave it as it is" in browser.get(page).text
    assert sites.site(sidecar.services.db, shop).state == "paired"
    assert "press Unpair in its wp-admin too" in browser.post(page, page).text
    after = sites.site(sidecar.services.db, shop)
    assert (after.state, after.secret_sealed) == ("unpaired", None)


def test_running_a_playbook_queues_a_run_and_joins_it_the_second_time(sidecar: Staffed) -> None:
    with_history(sidecar)
    shop, browser = sidecar.named["shop"], sidecar.browser()
    first = browser.post(f"/sites/{shop}/runs", f"/sites/{shop}", playbook="emails-not-sending")
    again = browser.post(f"/sites/{shop}/runs", f"/sites/{shop}", playbook="emails-not-sending")
    assert first.url == again.url
    assert "Waiting" in first.text
    run = runs.run(sidecar.services.db, first.url.rpartition("/")[2])
    assert run.trigger["by"] == "ada@example.com"


def test_a_finding_is_looked_at_again_by_a_new_run(sidecar: Staffed) -> None:
    with_history(sidecar)
    page = f"/runs/{sidecar.named['run']}"
    answer = sidecar.browser().post(f"{page}/again", page, check="smtp.replies")
    assert answer.status_code == 200
    assert runs.run(sidecar.services.db, answer.url.rpartition("/")[2]).trigger["look"] == "smtp.replies"


def test_an_unpaired_site_cannot_be_diagnosed_and_the_answer_says_why(sidecar: Staffed) -> None:
    with_history(sidecar)
    never = sidecar.named["never"]
    answer = sidecar.browser().post(f"/sites/{never}/runs", f"/sites/{never}", playbook="emails-not-sending")
    assert answer.status_code == 409
    assert "not paired" in answer.text


def test_events_are_filtered_and_leafed_through_by_their_address_alone(reader: Browser) -> None:
    seen = []
    address = "/events?type=mail.failed"
    while address:
        html = reader.get(address).text
        seen += re.findall(r"<tr>", html)[1:]
        older = re.search(r'rel="next" href="([^"]+)"', html)
        address = older[1].replace("&amp;", "&") if older else ""
        assert "config.changed</code>" not in html
    assert len(seen) == 20
    everything = reader.get("/events").text
    assert everything.count("<tr>") == 51
    assert reader.get("/events?after=nonsense").status_code == 400


def test_what_a_site_sends_is_shown_as_text_and_never_as_markup(reader: Browser) -> None:
    page = reader.get("/events?type=form.failed").text
    assert "Contact &lt;b&gt;us&lt;/b&gt;" in page
    assert "<b>us" not in page


def test_a_ticket_reads_as_the_guides_template(full: Staffed, reader: Browser) -> None:
    page = reader.get(f"/tickets/{full.named['ticket']}").text
    order = [
        page.index(f">{words}<")
        for words in ("Environment", "Steps to Reproduce", "Expected Result", "Actual Result", "Screenshots/Logs")
    ]
    assert order == sorted(order)
    assert "The channel answered 404." in page
    markdown = reader.get(f"/tickets/{full.named['ticket']}.md")
    assert markdown.headers["Content-Type"].startswith("text/markdown")
    assert "### Environment" in markdown.text


def test_what_people_do_with_a_ticket_stands_in_its_timeline(sidecar: Staffed) -> None:
    with_history(sidecar)
    ticket, browser = sidecar.named["ticket"], sidecar.browser()
    page = f"/tickets/{ticket}"
    for deed, typed in (
        ("take", {}),
        ("comment", {"text": "Asked the <host>."}),
        ("mute", {"for": "1d"}),
        ("unmute", {}),
        ("resolve", {"text": "New password."}),
    ):
        assert browser.post(f"{page}/{deed}", page, **typed).status_code == 200, deed
    entries = tickets.entries(sidecar.services.db, ticket)
    assert [entry.kind for entry in entries] == ["opened", "taken", "comment", "muted", "unmuted", "resolved"]
    assert {entry.actor for entry in entries[1:]} == {"ada@example.com"}
    assert "Asked the &lt;host&gt;." in browser.get(page).text
    assert tickets.ticket(sidecar.services.db, ticket).state == "resolved"


def test_a_colleague_cannot_take_a_ticket_that_is_taken_and_hears_by_whom(sidecar: Staffed) -> None:
    with_history(sidecar)
    colleague(sidecar.services, "bob@example.com", "Bob")
    page = f"/tickets/{sidecar.named['ticket']}"
    sidecar.browser().post(f"{page}/take", page)
    answer = sidecar.browser("bob@example.com").post(f"{page}/take", page)
    assert answer.status_code == 409
    assert "ada@example.com has taken it already" in answer.text


@pytest.mark.parametrize(
    ("deed", "typed"), [("comment", {"text": " "}), ("not-a-fault", {"reason": ""}), ("mute", {"for": "9y"})]
)
def test_an_action_without_what_it_needs_changes_nothing(sidecar: Staffed, deed: str, typed: dict[str, str]) -> None:
    with_history(sidecar)
    page = f"/tickets/{sidecar.named['ticket']}"
    assert sidecar.browser().post(f"{page}/{deed}", page, **typed).status_code == 400
    assert len(tickets.entries(sidecar.services.db, sidecar.named["ticket"])) == 1


def test_not_a_fault_closes_with_its_reason(sidecar: Staffed) -> None:
    with_history(sidecar)
    page = f"/tickets/{sidecar.named['ticket']}"
    sidecar.browser().post(f"{page}/not-a-fault", page, reason="They moved to paper.")
    assert tickets.ticket(sidecar.services.db, sidecar.named["ticket"]).state == "not_a_fault"
    assert "They moved to paper." in sidecar.browser().get(page).text


def test_a_pasted_error_is_read(sidecar: Staffed) -> None:
    page = sidecar.browser().post(
        "/replies", "/replies", text="SMTP ERROR: 535 5.7.8 Authentication failed", stage="auth"
    )
    assert page.status_code == 200
    assert "smtp.auth.rejected" in page.text
    assert sidecar.browser().post("/replies", "/replies", text="  ").status_code == 400


def test_secrets_in_the_settings_are_only_said_to_be_set(reader: Browser) -> None:
    page = reader.get("/settings").text
    assert "s3cret-word" not in page
    assert "ntfy.invalid" not in page
    assert re.search(r"AFTERCARE_NOTIFY</code></th>\s*<td><span[^>]*>set<", page)


def test_every_code_has_its_page(reader: Browser) -> None:
    codes = re.findall(r'href="(/codes/[\w.]+)"', reader.get("/codes").text)
    assert "/codes/smtp.auth.rejected" in codes
    assert "/codes/aftercare.blocked" in codes
    assert {reader.get(code).status_code for code in codes[::12]} == {200}


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nothing", 404, "There is nothing here"),
        ("GET", "/runs/run_unknown", 404, "There is nothing here"),
        ("GET", "/tickets/99999", 404, "There is nothing here"),
        ("GET", f"/tickets/{2**70}", 404, "There is nothing here"),
        ("GET", f"/tickets?incident={2**70}", 404, "There is nothing here"),
        ("GET", "/codes/no.such_code", 404, "No check of this version"),
        ("DELETE", "/tickets", 405, "That cannot be done here"),
        ("POST", "/replies", 400, "out of date"),
    ],
)
def test_what_fails_is_said_in_words_on_a_page_and_in_json(
    full: Staffed, reader: Browser, method: str, path: str, status: int, words: str
) -> None:
    session = reader.session
    page = session.request(method, full.url + path, timeout=10)
    assert page.status_code == status
    assert words in page.text
    assert "Traceback" not in page.text
    answer = session.request(method, full.url + path, headers={"Accept": "application/json"}, timeout=10)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}


def test_a_stranger_who_posts_is_refused_rather_than_redirected(full: Staffed) -> None:
    answer = requests.post(f"{full.url}/tickets/1/take", timeout=10)
    assert answer.status_code in (400, 401)
    assert requests.get(f"{full.url}/", headers={"Accept": "application/json"}, timeout=10).status_code == 401


def test_too_large_a_form_is_refused_in_words(reader: Browser) -> None:
    answer = reader.post("/replies", "/replies", text="x" * 1_200_000)
    assert answer.status_code == 413
    assert "1 MiB" in answer.text


def test_a_page_as_json_leads_to_the_same_in_the_api(full: Staffed, reader: Browser) -> None:
    answer = reader.get(f"/tickets/{full.named['ticket']}.json")
    assert answer.json()["ticket"]["code"] == "smtp.auth.rejected"
    assert [each["type"] for each in reader.get("/events.json?type=mail.failed&limit=2").json()["items"]] == [
        "mail.failed"
    ] * 2


def test_a_locked_database_is_said_in_words_and_not_as_a_fault_of_ours(sidecar: Staffed) -> None:
    browser = sidecar.browser()
    browser.get("/sites/new")
    lock = sqlite3.connect(sidecar.services.db.path, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        answer = browser.post("/sites/new", "/sites/new", name="Shop", url="https://shop.example")
    finally:
        lock.rollback()
        lock.close()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Nothing was stored" in answer.text


def test_health_names_the_part_that_is_not_alive_and_tells_no_secret(full: Staffed) -> None:
    answer = requests.get(f"{full.url}/healthz", timeout=10)
    assert answer.status_code == 503, "the engine of this test is not launched"
    assert answer.json() == {"ok": False, "database": True, "engine": False}


def test_metrics_are_for_this_machine_or_a_token(full: Staffed) -> None:
    here = requests.get(f"{full.url}/metrics", timeout=10)
    assert 'aftercare_tickets_open{priority="P1"} 1.0' in here.text
    assert 'aftercare_events_kept{type="mail.failed"} 20.0' in here.text
    assert "aftercare_engine_alive 0.0" in here.text
    proxied = {"X-Forwarded-For": "198.51.100.7"}
    assert requests.get(f"{full.url}/metrics", headers=proxied, timeout=10).status_code == 401
    for host in ("evil.example", "support.example.org:8470", "[", "127.0.0.1.evil.example"):  # DNS rebinding, a proxy
        assert requests.get(f"{full.url}/metrics", headers={"Host": host}, timeout=10).status_code in (400, 401)
    bearer = {**proxied, "Authorization": f"Bearer {full.token()}"}
    assert requests.get(f"{full.url}/metrics", headers=bearer, timeout=10).status_code == 200


def test_a_browser_that_never_logged_in_is_shown_only_the_door(full: Staffed) -> None:
    stranger = Browser(full.url)
    assert stranger.get("/static/tokens.css").status_code == 200
    assert stranger.log_in(full.user.email, PASSWORD).url == f"{full.url}/"

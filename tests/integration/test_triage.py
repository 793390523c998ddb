"""From event to ticket on the real engine and store: storms, other faults, mending, proof, coming back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sidecar import tickets as deeds
from sidecar.runs import starting, triage
from sidecar.store import messages, runs, tickets
from tests.servers.engine import (
    PLAYBOOK,
    add_site,
    all_ended,
    build,
    failed,
    happen,
    running,
    sent,
    the_ticket,
    until,
)

AUTH = "SMTP Error: Could not authenticate. 535 5.7.8 Error: authentication failed"
TOO_LARGE = "552 5.3.4 Message size exceeds fixed limit"


@pytest.fixture
def services(tmp_path, world):
    with running(build(tmp_path / "data", world, notify=("json://127.0.0.1:9/",))) as services:
        yield services


def kinds(services, ticket):
    return [entry.kind for entry in tickets.entries(services.db, ticket.id)]


def test_a_failed_mail_becomes_a_ticket_titled_by_its_cause(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    assert ticket.title == "smtp.example.net refuses the connection"
    assert (ticket.priority, ticket.tier, ticket.occurrences) == ("P1", 2, 1)
    text = deeds.as_text(ticket, services.guide)
    assert text.startswith(
        "Subject: [P1] smtp.example.net refuses the connection\n\nEnvironment:\n- URL: https://bakery"
    )
    assert f"canary-{ticket.run_id}" in text
    assert "Expected Result:\nThe relay takes every mail that the site sends.\n" in text
    assert "What to do: Set the port" in text
    assert kinds(services, ticket) == ["opened"]


def test_five_hundred_failures_in_a_minute_are_one_ticket_and_few_runs(services, world):
    world.set(relay="refused", slow={"smtp.settings": 1})
    site_id = add_site(services)
    for _ in range(10):
        happen(services, site_id, *[failed() for _ in range(50)])
    ticket = until(the_ticket(services))
    until(lambda: tickets.ticket(services.db, ticket.id).occurrences == 500)
    assert len(tickets.tickets(services.db)) == 1
    assert len(runs.runs(services.db)) <= 2
    assert [message.kind for message in messages.messages_of(services.db, ticket.id)] == ["opened"]
    assert len(kinds(services, ticket)) <= 2  # one line that grows


def test_an_event_of_an_open_fault_starts_no_run(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    until(all_ended(services))
    before = len(runs.runs(services.db))
    happen(services, site_id, failed())
    until(lambda: tickets.ticket(services.db, ticket.id).occurrences == 2)
    assert len(runs.runs(services.db)) == before


def test_the_same_event_counts_once_however_often_triage_sees_it(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    services.db.execute("UPDATE events SET triaged_at = NULL")
    services.wake()
    until(lambda: services.db.value("SELECT COUNT(*) FROM events WHERE triaged_at IS NULL") == 0)
    assert tickets.ticket(services.db, ticket.id).occurrences == 1
    assert len(tickets.tickets(services.db)) == 1


def test_another_fault_starts_a_run_of_its_own(services, world, monkeypatch):
    monkeypatch.setattr(starting, "MAIL_PACE", replace(starting.MAIL_PACE, breath=timedelta(seconds=0.1)))
    world.set(canary="no")
    site_id = add_site(services)
    happen(services, site_id, failed(AUTH))
    until(the_ticket(services))
    happen(services, site_id, sent())  # it let one through: the log-in is no longer what fails
    happen(services, site_id, failed(TOO_LARGE))
    until(lambda: len(tickets.tickets(services.db)) == 2)
    assert {ticket.code for ticket in tickets.tickets(services.db)} == {"smtp.auth.rejected", "smtp.content.too_big"}


def test_a_mended_fault_resolves_by_a_test_mail_and_says_so(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    world.set(relay="up")
    happen(services, site_id, ("config.changed", {"what": "smtp_host", "group": "mail"}))
    mended = until(the_ticket(services, "resolved"))
    assert mended.id == ticket.id
    [said] = [entry for entry in tickets.entries(services.db, ticket.id) if entry.kind == "resolved"]
    assert "went the whole way" in said.text
    assert said.data["proof"] == "canary"
    assert [message.kind for message in messages.messages_of(services.db, ticket.id)] == ["opened", "resolved"]


def test_a_fault_that_comes_back_reopens_its_ticket(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    deeds.resolve(services, ticket.id, "ann@msp.example", "Restarted the relay.")
    happen(services, site_id, failed())
    back = until(the_ticket(services))
    assert (back.id, back.reopened) == (ticket.id, 1)
    assert [m.kind for m in messages.messages_of(services.db, ticket.id)] == ["opened", "resolved", "reopened"]


def test_an_event_from_before_the_fix_does_not_reopen(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed(), ago_s=60)
    ticket = until(the_ticket(services))
    deeds.resolve(services, ticket.id, "ann@msp.example")
    before = len(runs.runs(services.db))
    happen(services, site_id, failed(), ago_s=30)
    until(lambda: tickets.ticket(services.db, ticket.id).occurrences == 2)
    assert tickets.ticket(services.db, ticket.id).state == "resolved"
    assert len(runs.runs(services.db)) == before


def test_a_fault_the_test_mail_cannot_see_waits_for_a_mail_like_the_one_that_failed(services, world):
    site_id = add_site(services)
    happen(services, site_id, failed(TOO_LARGE, size=9_000_000))
    ticket = until(the_ticket(services))
    assert ticket.blind
    until(all_ended(services))
    happen(services, site_id, sent(size=500))
    until(lambda: len(runs.runs(services.db)) > 1 and all_ended(services)())
    assert tickets.ticket(services.db, ticket.id).state == "open"
    happen(services, site_id, sent(size=9_000_000))
    until(the_ticket(services, "resolved"))


def test_without_a_test_mail_two_passes_apart_resolve(tmp_path, world):
    world.set(relay="refused", canary="no")
    with running(build(tmp_path / "data", world, recheck_s=3)) as services:
        site_id = add_site(services)
        happen(services, site_id, failed())
        ticket = until(the_ticket(services))
        world.set(relay="up")
        happen(services, site_id, sent())
        until(lambda: tickets.ticket(services.db, ticket.id).passed_at)
        mended = until(the_ticket(services, "resolved"))
    assert mended.resolved_at - mended.passed_at >= timedelta(seconds=3)
    assert "passed" in kinds(services, ticket)


def test_what_was_told_of_a_fault_that_a_closer_look_named_files_no_second_ticket(services, world):
    world.set(mail="off")
    site_id = add_site(services)
    happen(services, site_id, failed(AUTH))
    ticket = until(the_ticket(services))
    assert ticket.code == "toy.switched_off"
    world.set(mail="on", canary="no")
    happen(services, site_id, ("config.changed", {"what": "mailer", "group": "mail"}))
    until(lambda: len(runs.runs(services.db)) >= 2 and all_ended(services, 2)())
    assert [each.id for each in tickets.tickets(services.db)] == [ticket.id]


def test_an_event_that_breaks_us_holds_up_no_other(services, world, monkeypatch):
    world.set(relay="refused")

    def broken(equipment, event, *rest, well=triage._triage):
        if event.data.get("kind") == "broken":
            raise KeyError("a shape that nobody foresaw")
        well(equipment, event, *rest)

    monkeypatch.setattr(triage, "_triage", broken)
    happen(services, add_site(services, "Broken"), failed(kind="broken"), failed())
    happen(services, add_site(services), failed())
    until(lambda: len(tickets.tickets(services.db, state="open")) == 2)
    assert services.db.value("SELECT COUNT(*) FROM events WHERE triaged_at IS NULL") == 0


@pytest.mark.parametrize("odd", [{"to": "nobody"}, {"size": "large"}, {"host": None, "dialogue": 7}, {"mailer": ["x"]}])
def test_odd_data_of_an_event_harms_nothing(services, world, odd):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed(**odd))
    ticket = until(the_ticket(services))
    world.set(relay="up")
    happen(services, site_id, sent(**odd))
    until(the_ticket(services, "resolved"))
    assert ticket.code == "smtp.connect.refused"
    assert "died" not in {run.outcome for run in runs.runs(services.db)}


def test_our_own_test_mail_starts_nothing(services, world):
    site_id = add_site(services)
    happen(services, site_id, failed(canary="canary-1"), sent(canary="canary-1"))
    until(lambda: services.db.value("SELECT COUNT(*) FROM events WHERE triaged_at IS NULL") == 0)
    assert runs.runs(services.db) == []


def test_a_hung_mail_starts_a_run(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    hung = {"mail": "m", "began_at": datetime.now(UTC).isoformat(), "host": "smtp.example.net", "last_line": ""}
    happen(services, site_id, ("mail.hung", hung))
    assert until(the_ticket(services)).code == "smtp.connect.refused"


def test_what_is_not_a_fault_stays_quiet_until_its_evidence_changes(services, world, monkeypatch):
    monkeypatch.setattr(starting, "MAIL_PACE", replace(starting.MAIL_PACE, cool_down=timedelta(0)))
    world.set(mail="off")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    until(all_ended(services))
    deeds.not_a_fault(services, ticket.id, "ann@msp.example", "A staging copy.")
    happen(services, site_id, failed())  # looked at an hour ago at most: it is the same
    until(lambda: tickets.ticket(services.db, ticket.id).occurrences == 2)
    assert len(runs.runs(services.db)) == 1
    monkeypatch.setattr(triage, "MEANT_SO_FOR", timedelta(0))
    happen(services, site_id, failed())
    until(all_ended(services, 2))
    assert len(tickets.tickets(services.db)) == 1
    world.set(mail="disabled by a new plugin")
    happen(services, site_id, failed())
    again = until(the_ticket(services))
    assert again.previous_id == ticket.id


def test_a_muted_ticket_tells_nobody_and_is_watched_all_the_same(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    ticket = until(the_ticket(services))
    deeds.mute(services, ticket.id, "ann@msp.example", datetime.now(UTC) + timedelta(hours=1))
    world.set(relay="up")
    happen(services, site_id, ("plugin.changed", {"what": "activated", "slug": "x"}))
    until(the_ticket(services, "resolved"))
    assert "resolved" not in [message.kind for message in messages.messages_of(services.db, ticket.id)]


def test_what_only_a_look_from_outside_shows_is_looked_at_three_times_first(services, world):
    from sidecar import runs as engine

    world.set(relay="refused")
    site_id = add_site(services)
    engine.start(services, site_id, PLAYBOOK, {"kind": "person", "by": "Ann"})
    ticket = until(the_ticket(services), 20)
    looked = runs.runs(services.db)
    assert sorted(run.trigger.get("look", 1) for run in looked) == [1, 2, 3]
    assert ticket.occurrences == 1

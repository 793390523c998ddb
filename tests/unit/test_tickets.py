"""What makes one fault, what proves it gone, when it is looked at again, and how a ticket reads."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.finding import Code, Finding, Remedy, UnknownReason, Verdict
from sidecar import tickets as deeds
from sidecar.config import Settings
from sidecar.guide import load_guide
from sidecar.store import incidents, messages, sites, tickets
from sidecar.store.database import Conflict, NotFound
from sidecar.store.events import Event
from sidecar.store.findings import FoundRow
from sidecar.store.migrate import open_store
from sidecar.tickets import Sighting, fingerprint, judge
from sidecar.tickets.fingerprint import evidence_key
from sidecar.tickets.proof import like_the_one_that_failed
from sidecar.tickets.rechecks import recheck_delay

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DOWN = Code("smtp.connect.refused", Verdict.FAIL, "{subject} refuses the connection. It is down.", remedy="Start it.")
ANN, BOB = "ann@msp.example", "bob@msp.example"


class Room:
    """A desk with a clock that a test turns."""

    def __init__(self, tmp_path):
        self.settings = Settings(data_dir=tmp_path, notify=("json://127.0.0.1:9",))
        self.db, self.guide, self.at = open_store(tmp_path), load_guide(), NOON

    def now(self):
        return self.at

    def pass_(self, **time):
        self.at += timedelta(**time)


@pytest.fixture
def desk(tmp_path):
    return Room(tmp_path)


@pytest.fixture
def site_id(desk):
    return sites.add_site(desk.db, "Bakery", "https://bakery.example", NOON).id


def row(finding, check="smtp.connect", number=1):
    return FoundRow(
        number, "run_1", "limits", check, 0, finding.code, finding.verdict, finding.subject, finding.summary,
        dict(finding.evidence), finding.remedy.to_json() if finding.remedy else None, finding.reason, "", NOON,
    )  # fmt: skip


def seen(site_id, *rows, trigger="person", run="run_1", events=(), canary=None, sent=(), **more):
    standing = [each for each in rows if each.verdict is Verdict.FAIL]
    given = {
        "site_id": site_id, "site_url": "https://bakery.example", "server": "None: the server by itself",
        "playbook": "emails-not-sending", "playbook_title": "Emails Not Sending", "expected": "It is taken.",
        "run_id": run, "run_url": "", "trigger": trigger, "rows": rows, "standing": standing,
        "cause": standing[0] if standing else None, "code": DOWN, "confirmed": True, "events": events,
        "readings": (), "canary": canary, "sent": sent,
    }  # fmt: skip
    return Sighting(**{**given, **more})


def down(subject="smtp.example.net", **evidence):
    return row(DOWN.finding(subject, {"port": 587, **evidence}))


def event(site_id, name, at=NOON, type="mail.failed", **data):
    return Event(site_id, name, type, at, at, data, None)


def canary(verdict):
    return Finding("canary", verdict, "the relay", "It took it.", {"token": "aftercare-1"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smtp.example.net", "SMTP.Example.NET."),
        ("smtp.bäckerei.example", "SMTP.XN--BCKEREI-5WA.example"),
    ],
)
def test_hosts_are_compared_as_dns_does(one, other):
    assert fingerprint("site_1", "smtp.connect.refused", one) == fingerprint("site_1", "smtp.connect.refused", other)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_other_codes_or_subjects_never_collide(code, subject, other_code, other_subject):
    same = (code.lower(), subject) == (other_code.lower(), other_subject)
    if fingerprint("s", code, subject) == fingerprint("s", other_code, other_subject):
        assert same or deeds.fingerprint("s", code, subject) == fingerprint("s", code.lower(), other_subject)
    else:
        assert not same


def test_the_evidence_of_a_fault_is_the_same_whatever_its_times_and_ids():
    one = {"host": "a.example", "text": "535 5.7.8 refused (id 4F2B8)", "at": "10:00", "seconds": 0.1, "count": 3}
    two = {"host": "a.example", "text": "535 5.7.8 refused (id 9ZZ1)", "at": "11:00", "seconds": 0.7, "count": 9}
    assert evidence_key(one) == evidence_key(two)
    assert evidence_key(one) != evidence_key({**one, "text": "550 5.1.1 refused (id 4F2B8)"})


def test_a_ticket_reads_as_the_guides_template(desk, site_id):
    told = [event(site_id, "e1")]
    ticket_id = judge(desk, seen(site_id, down(reply="421 4.3.2 closing"), events=told, trigger="event"))
    text = deeds.as_text(tickets.ticket(desk.db, ticket_id), desk.guide)
    assert text == (
        "Subject: [P1] smtp.example.net refuses the connection\n"
        "\n"
        "Environment:\n"
        "- URL: https://bakery.example\n"
        "- Browser/Device: None: the server by itself\n"
        "- User Role: None: the site does it by itself\n"
        "\n"
        "Steps to Reproduce:\n"
        "1. The site sent a mail at 2026-11-24 12:00:00 UTC; it failed.\n"
        "2. To see it again: on https://bakery.example, Aftercare → Emails Not Sending → Diagnose (run_1).\n"
        "\n"
        "Expected Result:\n"
        "It is taken.\n"
        "\n"
        "Actual Result:\n"
        "smtp.example.net refuses the connection. It is down.\n"
        "\n"
        "What to do: Start it.\n"
        "\n"
        "Screenshots/Logs:\n"
        "smtp.connect.refused (fail) smtp.example.net\n"
        "port: 587\n"
        "reply: 421 4.3.2 closing\n"
    )


def test_what_came_from_outside_means_nothing_in_markdown(desk, site_id):
    wild = replace(down(), summary="<script>x</script> [a](javascript:b) `c`", evidence={"text": "```\n# no"})
    ticket = tickets.ticket(desk.db, judge(desk, seen(site_id, wild)))
    shown = deeds.as_markdown(ticket, desk.guide)
    assert "<script>" not in shown
    assert "[a](" not in shown
    assert "````\n" in shown  # a longer fence than the one inside


def test_each_source_counts_once(desk, site_id):
    first = [event(site_id, "e1"), event(site_id, "e2")]
    ticket_id = judge(desk, seen(site_id, down(), events=first, trigger="event"))
    judge(desk, seen(site_id, down(), events=[*first, event(site_id, "e3")], trigger="event", run="run_2"))
    assert tickets.ticket(desk.db, ticket_id).occurrences == 3


def test_a_look_at_an_open_ticket_is_no_new_failure(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    judge(desk, seen(site_id, down(), trigger="ticket", run="run_2"))
    ticket = tickets.ticket(desk.db, ticket_id)
    assert (ticket.occurrences, ticket.rechecks) == (1, 1)
    judge(desk, seen(site_id, down(), trigger="person", run="run_3"))
    assert tickets.ticket(desk.db, ticket_id).occurrences == 1
    assert tickets.entries(desk.db, ticket_id)[-1].text == "Looked again: it is still there."


def test_a_fault_that_was_resolved_long_ago_is_a_new_ticket_linked_to_the_old(desk, site_id):
    old = judge(desk, seen(site_id, down()))
    deeds.resolve(desk, old, ANN)
    desk.pass_(days=15)
    new = judge(desk, seen(site_id, down(), run="run_2"))
    assert new != old
    assert tickets.ticket(desk.db, new).previous_id == old


def test_within_fourteen_days_it_reopens(desk, site_id):
    old = judge(desk, seen(site_id, down()))
    deeds.resolve(desk, old, ANN)
    desk.pass_(days=13)
    assert judge(desk, seen(site_id, down(), run="run_2")) == old
    ticket = tickets.ticket(desk.db, old)
    assert (ticket.state, ticket.reopened, ticket.resolved_at) == ("open", 1, None)


def test_what_was_told_late_of_the_time_before_the_fix_does_not_reopen(desk, site_id):
    old = judge(desk, seen(site_id, down()))
    desk.pass_(minutes=10)
    deeds.resolve(desk, old, ANN)
    desk.pass_(minutes=10)
    late = [event(site_id, "e9", NOON + timedelta(minutes=5))]
    told = down(seen_by="reported")
    assert judge(desk, seen(site_id, told, events=late, trigger="event", run="run_2")) == old
    assert tickets.ticket(desk.db, old).state == "resolved"


def test_a_ticket_that_only_said_that_mail_fails_gives_way_to_the_one_that_says_why(desk, site_id):
    vague = replace(down(), code="mail.failing_since", subject="bakery.example")
    first = judge(desk, seen(site_id, vague))
    second = judge(desk, seen(site_id, down(), vague, run="run_2", consequences=("mail.failing_since",)))
    assert tickets.ticket(desk.db, first).state == "resolved"
    assert tickets.entries(desk.db, first)[-1].text == f"The cause is known now: ticket {second}."
    assert tickets.ticket(desk.db, second).state == "open"


def test_another_subject_is_another_ticket(desk, site_id):
    first = judge(desk, seen(site_id, down("a.example")))
    second = judge(desk, seen(site_id, down("b.example"), run="run_2"))
    assert first != second


def test_many_runs_at_once_make_one_ticket(tmp_path, desk, site_id):
    gate, filed = threading.Barrier(8), []

    def see(number):
        room = Room(tmp_path)
        gate.wait()
        with room.db.transaction():
            filed.append(judge(room, seen(site_id, down(), run=f"run_{number}")))

    threads = [threading.Thread(target=see, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(filed)) == 1
    assert [entry.kind for entry in tickets.entries(desk.db, filed[0])].count("opened") == 1


def test_the_store_itself_refuses_a_second_open_ticket_of_a_fault(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    deeds.resolve(desk, ticket_id, ANN)
    tickets.change(desk.db, ticket_id, state="resolved", resolved_at=NOON - timedelta(days=30))
    judge(desk, seen(site_id, down(), run="run_2"))
    with pytest.raises(Conflict):
        tickets.change(desk.db, ticket_id, state="open")


def test_a_test_mail_that_was_refused_proves_nothing_gone(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    fine = row(Finding("ok", Verdict.PASS, "x", "Fine.", {"a": 1}))
    judge(desk, seen(site_id, fine, canary=canary(Verdict.FAIL), trigger="ticket", run="run_2"))
    assert tickets.ticket(desk.db, ticket_id).state == "open"


def test_one_pass_without_a_test_mail_is_not_enough_and_a_relapse_begins_anew(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    fine = row(Finding("ok", Verdict.PASS, "x", "Fine.", {"a": 1}))
    judge(desk, seen(site_id, fine, trigger="ticket", run="run_2"))
    assert tickets.ticket(desk.db, ticket_id).passed_at == NOON
    desk.pass_(minutes=14)
    judge(desk, seen(site_id, down(), trigger="ticket", run="run_3"))
    assert tickets.ticket(desk.db, ticket_id).passed_at is None
    judge(desk, seen(site_id, fine, trigger="ticket", run="run_4"))
    desk.pass_(minutes=16)
    judge(desk, seen(site_id, fine, trigger="ticket", run="run_5"))
    assert tickets.ticket(desk.db, ticket_id).state == "resolved"


def test_a_check_that_could_not_look_proves_nothing(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    blind = row(Finding("no", Verdict.UNKNOWN, "x", "Not asked.", {"a": 1}, reason=UnknownReason.UNAVAILABLE))
    for number in range(3):
        judge(desk, seen(site_id, blind, trigger="ticket", run=f"run_u{number}"))
        desk.pass_(minutes=20)
    assert tickets.ticket(desk.db, ticket_id).state == "open"


@pytest.mark.parametrize(
    ("sent", "like"),
    [
        ({"to": [{"hash": "b"}], "kind": "form", "size": 10}, True),
        ({"to": [{"hash": "c"}], "kind": "form", "size": 10}, False),
        ({"to": [{"hash": "b"}], "canary": "aftercare-1"}, False),
        ({"to": [{"hash": "b"}], "mailer": "none", "short_circuit": ["mail-blocker"]}, False),
    ],
)
def test_a_refused_recipient_is_proved_mended_by_a_mail_to_them(sent, like):
    failed = {"scope": "recipient", "to": [{"hash": "b"}], "kind": "form", "size": 900}
    assert like_the_one_that_failed(event("s", "e", type="mail.sent", **sent), failed) is like


def test_a_message_that_was_too_large_is_proved_mended_by_one_as_large():
    failed = {"scope": "message", "kind": "form", "size": 900}
    assert like_the_one_that_failed(sent_of("form", 900), failed)
    assert not like_the_one_that_failed(sent_of("form", 899), failed)
    assert not like_the_one_that_failed(sent_of("password_reset", 9000), failed)


def sent_of(kind, size):
    return event("s", "e", type="mail.sent", kind=kind, size=size)


def test_looks_grow_apart_up_to_six_hours():
    minutes = [recheck_delay(n, 900).total_seconds() / 60 for n in range(12)]
    assert minutes[:5] == [1, 2, 4, 8, 16]
    assert minutes[-1] == 360


def test_one_cause_at_many_sites_is_one_incident_told_once(desk):
    bakeries = [sites.add_site(desk.db, f"Bakery {n}", f"https://b{n}.example", NOON).id for n in range(8)]
    filed = [judge(desk, seen(site, down(), run=f"run_{site}")) for site in bakeries]
    told = [[message.kind for message in messages.messages_of(desk.db, ticket_id)] for ticket_id in filed]
    assert told == [["opened"]] * 5 + [["incident"], [], []]
    assert len({tickets.ticket(desk.db, ticket_id).incident_id for ticket_id in filed}) == 1
    [incident] = incidents.incidents(desk.db)
    assert incident.title == "smtp.example.net refuses the connection"
    for ticket_id in filed:
        assert incidents.incidents(desk.db)[0].ended_at is None
        deeds.resolve(desk, ticket_id, ANN)
    assert incidents.incidents(desk.db)[0].ended_at is not None
    ends = [messages.messages_of(desk.db, ticket_id)[-1:] for ticket_id in filed]
    assert [message.kind for last in ends for message in last if "over" in message.kind] == ["incident_over"]
    assert "resolved" not in [message.kind for last in ends for message in last]


def test_the_same_cause_at_other_times_or_of_another_relay_is_no_incident(desk):
    for number in range(8):
        site = sites.add_site(desk.db, f"Bakery {number}", f"https://b{number}.example", NOON).id
        judge(desk, seen(site, down("a.example" if number % 2 else "b.example"), run=f"run_{number}"))
    assert incidents.incidents(desk.db) == []
    for number in range(8, 16):
        desk.pass_(minutes=4)
        site = sites.add_site(desk.db, f"Bakery {number}", f"https://b{number}.example", NOON).id
        judge(desk, seen(site, down("c.example"), run=f"run_{number}"))
    assert incidents.incidents(desk.db) == []


def test_two_people_cannot_take_one_ticket(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    deeds.take(desk, ticket_id, ANN)
    deeds.take(desk, ticket_id, ANN)
    with pytest.raises(Conflict, match=f"{ANN} has taken it"):
        deeds.take(desk, ticket_id, BOB)
    assert [entry.kind for entry in tickets.entries(desk.db, ticket_id)] == ["opened", "taken"]


def test_what_is_closed_cannot_be_closed_again(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    deeds.resolve(desk, ticket_id, ANN)
    with pytest.raises(Conflict, match="it is resolved already"):
        deeds.not_a_fault(desk, ticket_id, ANN, "")


def test_deeds_on_no_ticket_are_refused(desk):
    for deed in (lambda: deeds.take(desk, 7, ANN), lambda: deeds.comment(desk, 7, ANN, "x")):
        with pytest.raises(NotFound):
            deed()


def test_a_comment_needs_words_and_a_silence_an_end_to_come(desk, site_id):
    ticket_id = judge(desk, seen(site_id, down()))
    with pytest.raises(ValueError, match="words"):
        deeds.comment(desk, ticket_id, ANN, "  ")
    with pytest.raises(ValueError, match="past"):
        deeds.mute(desk, ticket_id, ANN, NOON)


def test_a_remedy_stands_in_the_ticket_with_what_to_type(desk, site_id):
    finding = replace(DOWN.finding("a.example", {"x": 1}), remedy=Remedy("Start it:", "systemctl start postfix"))
    ticket = tickets.ticket(desk.db, judge(desk, seen(site_id, row(finding))))
    assert "What to do: Start it:\nsystemctl start postfix\n" in deeds.as_text(ticket, desk.guide)

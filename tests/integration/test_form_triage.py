"""From what forms tell to runs about them: one form or all, few of them in a storm, none for what is open already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.trace.codes import CODES
from sidecar import runs as rooms
from sidecar.runs import starting
from sidecar.runs.context import context_of
from sidecar.runs.triage import triage
from sidecar.services import Services
from sidecar.store import runs, tickets
from tests.servers.engine import PLAYBOOK, World, add_site, all_ended, build, happen, running, the_ticket, until

SUBMITTING, MISSING = "form-not-submitting", "missing-form-submissions"
CONTACT, QUOTE = "contact-form-7:12", "wpforms:7"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Not started: what triage decides is read from the store."""
    built = build(tmp_path / "data", World(tmp_path / "world.json"), playbooks=(SUBMITTING, MISSING))
    yield built
    built.db.close()


def told(kind: str, form: str = CONTACT, **data: Any) -> tuple[str, dict[str, Any]]:
    plugin, _, number = form.partition(":")
    return f"form.{kind}", {"plugin": plugin, "form": number, "title": "Contact", **data}


def triaged(services: Services, site: str, *events: tuple[str, dict[str, Any]]) -> list[runs.Run]:
    happen(services, site, *events)
    triage(services)
    return runs.runs(services.db, site)


def test_a_run_is_about_the_form_that_told(services: Services) -> None:
    site = add_site(services)
    [failed] = triaged(services, site, told("failed"))
    assert (failed.playbook, failed.trigger["form"]) == (MISSING, CONTACT)
    assert context_of(services, failed.id).form == CONTACT and not context_of(services, failed.id).by_hand
    lost = next(run for run in triaged(services, site, told("lost", QUOTE)) if run.playbook == SUBMITTING)
    assert lost.trigger["form"] == QUOTE
    assert triaged(services, site, told("submitted"), told("rejected"), told("spam"))[2:] == []


def test_a_storm_of_one_form_is_one_run_and_of_many_forms_few_that_look_at_all(services: Services) -> None:
    site = add_site(services)
    assert len(triaged(services, site, *[told("failed") for _ in range(300)])) == 1
    many = triaged(services, site, *[told("failed", f"wpforms:{number}") for number in range(40)])
    assert len(many) == 3, "at most three wait"
    assert {run.trigger["form"] for run in many} == {CONTACT, "wpforms:0", ""}


def test_what_a_page_tells_again_and_again_waits_its_time(services: Services) -> None:
    site = add_site(services)
    [first] = triaged(services, site, told("stalled", count=1))
    runs.end_run(services.db, first.id, "sound", None, None, datetime.now(UTC))
    second = next(run for run in triaged(services, site, told("stalled", count=1)) if run.state == "queued")
    assert second.due_at - first.due_at >= starting.FORM_PACE.cool_down > starting.MAIL_PACE.cool_down


def test_after_a_change_all_forms_are_looked_at_also_where_one_has_failed_meanwhile(services: Services) -> None:
    site = add_site(services)
    assert triaged(services, site, ("config.changed", {"what": "smtp", "group": "mail"})) == [], "the mail's own look"
    [after] = triaged(services, site, ("plugin.changed", {"slug": "x", "name": "X", "what": "updated"}))
    assert "form" not in after.trigger and after.due_at > after.created_at
    [same] = triaged(services, site, told("lost"))
    assert same.id == after.id and same.trigger["form"] == "" and same.due_at < after.due_at


def test_people_may_look_at_one_form_while_another_is_looked_at(services: Services) -> None:
    site = add_site(services)
    by = {"kind": "person", "by": "Ada"}
    one = rooms.start(services, site, SUBMITTING, by, form=CONTACT)
    with pytest.raises(rooms.Running):
        rooms.start(services, site, SUBMITTING, by, form=CONTACT)
    other = rooms.start(services, site, SUBMITTING, by, form=QUOTE)
    every = rooms.start(services, site, SUBMITTING, by)
    assert len({one, other, every}) == 3 and context_of(services, one).by_hand
    with pytest.raises(rooms.Running):
        rooms.start(services, site, SUBMITTING, by, form="ninja-forms:1")


# -- what a run comes to ---------------------------------------------------


def fault(code: str, form: str, verdict: Verdict = Verdict.FAIL, **evidence: Any) -> Finding:
    told = {"form": form, "title": form, "seen_by": "canary", "lost_at": "kept", **evidence}
    reason = UnknownReason.NOT_ALLOWED if verdict is Verdict.UNKNOWN else None
    return Finding(code, verdict, form, f"{form}: {code}.", told, reason=reason)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[tuple[Services, dict[str, list[Finding]]]]:
    """The engine, with a `forms.trace` that finds what the test says."""
    found: dict[str, list[Finding]] = {"": []}
    built = build(tmp_path / "data", World(tmp_path / "world.json"), playbooks=(SUBMITTING, MISSING), recheck_s=300)

    async def trace(context: Any) -> list[Finding]:
        return [each for each in found[""] if context.form in ("", each.subject)]

    built.checks = {**built.checks, "forms.trace": replace(built.checks["forms.trace"], look=trace, emits=CODES)}
    with running(built) as services:
        yield services, found


def look(services: Services, site: str, form: str = "") -> runs.Run:
    run = rooms.start(services, site, SUBMITTING, {"kind": "person", "by": "Ada"}, form=form)
    until(lambda: runs.run(services.db, run).state == "ended")
    return runs.run(services.db, run)


def test_each_broken_form_has_its_ticket_and_a_test_entry_resolves_only_its_own(
    at_work: tuple[Services, dict[str, list[Finding]]],
) -> None:
    services, found = at_work
    site = add_site(services)
    sound = fault("form.trace.sound", QUOTE, Verdict.PASS, accepted=True)
    found[""] = [fault("form.trace.not_kept", CONTACT), fault("form.trace.no_mail", QUOTE)]
    look(services, site)
    by_form = {each.subject: each for each in tickets.tickets(services.db, state="open")}
    assert {form: each.code for form, each in by_form.items()} == {
        CONTACT: "form.trace.not_kept",
        QUOTE: "form.trace.no_mail",
    }
    assert by_form[CONTACT].body["form"] == CONTACT
    found[""] = [fault("form.trace.not_kept", CONTACT), sound]
    assert look(services, site, QUOTE).outcome == "sound"
    assert [each.subject for each in tickets.tickets(services.db, state="open")] == [CONTACT]
    entry = tickets.entries(services.db, by_form[QUOTE].id)[-1]
    assert entry.text.startswith(f"Mended: a test entry in {QUOTE} went the whole way.")
    look(services, site)
    assert len(tickets.tickets(services.db)) == 2, "the same fault again is the same ticket"


def test_in_quiet_hours_the_look_follows_when_they_end(at_work: tuple[Services, dict[str, list[Finding]]]) -> None:
    services, found = at_work
    site = add_site(services)
    ends = datetime.now(UTC) + timedelta(hours=3)
    found[""] = [fault("form.trace.quiet_hours", CONTACT, Verdict.UNKNOWN, until=ends.isoformat())]
    happen(services, site, told("lost"))
    until(lambda: len(runs.runs(services.db)) == 2)
    later = next(run for run in runs.runs(services.db) if run.state == "queued")
    assert later.due_at == ends and later.trigger["form"] == CONTACT
    happen(services, site, told("lost"))
    until(all_ended(services))
    assert len([run for run in runs.runs(services.db) if run.due_at == ends]) == 1
    assert the_ticket(services)() is None


def test_a_form_whose_mail_fails_has_the_sites_mail_looked_at_and_its_own_ticket_only_where_that_is_sound(
    tmp_path: Path,
) -> None:
    world = World(tmp_path / "world.json")
    built = build(tmp_path / "data", world, playbooks=(SUBMITTING, PLAYBOOK), recheck_s=300)

    async def trace(context: Any) -> list[Finding]:
        return [fault("form.trace.mail_failed", CONTACT, lost_at="accepted", mail_code="smtp.unclassified")]

    built.checks = {**built.checks, "forms.trace": replace(built.checks["forms.trace"], look=trace, emits=CODES)}
    with running(built) as services:
        site = add_site(services)
        world.set(relay="refused", site="answers")
        look(services, site, CONTACT)
        ticket = until(the_ticket(services))
        assert (ticket.code, ticket.playbook) == ("smtp.connect.refused", PLAYBOOK), "it is the mail's fault"
        world.set(relay="up")
        other = add_site(services, "Choir")
        look(services, other, CONTACT)
        own = until(lambda: next(iter(tickets.tickets(services.db, site_id=other, state="open")), None))
        assert (own.code, own.subject) == ("form.trace.mail_failed", CONTACT), "its mail alone fails"


def test_a_form_that_broke_with_an_update_says_so_in_its_ticket(
    at_work: tuple[Services, dict[str, list[Finding]]],
) -> None:
    services, found = at_work
    site = add_site(services)

    def tried(code: str, verdict: Verdict = Verdict.FAIL) -> Finding:
        return fault(code, CONTACT, verdict, canary={"token": "t"}, at=datetime.now(UTC).isoformat(), accepted=True)

    found[""] = [tried("form.trace.sound", Verdict.PASS)]
    assert look(services, site, CONTACT).outcome == "sound"
    updated = {"what": "updated", "kind": "plugin", "slug": "x", "name": "X", "from": "1.2", "to": "1.3"}
    happen(services, site, ("plugin.changed", updated))
    found[""] = [tried("form.trace.not_kept")]
    look(services, site, CONTACT)
    ticket = until(the_ticket(services))
    assert re.search(r"It broke (with|after) the update of X from 1.2 to 1.3 at ", ticket.body["actual"])
    view = rooms.view(services.db, ticket.run_id or "", "")
    assert view["since"]["after"]["what"] == "the update of X from 1.2 to 1.3"

"""Runs on the real engine and store: order, ground, outcomes, what breaks, who may start one."""

import asyncio
import dataclasses

import pytest

from sidecar import runs
from sidecar.store.database import NotFound
from tests.servers import engine
from tests.servers.engine import PLAYBOOK, add_site, build, ended, running, until


@pytest.fixture
def services(tmp_path, world):
    with running(build(tmp_path / "data", world)) as services:
        yield services


def diagnose(services, site_id):
    run_id = runs.start(services, site_id, PLAYBOOK, {"kind": "button", "by": "Ann"})
    until(ended(services, run_id))
    return runs.view(services.db, run_id, "https://care.example")


def test_a_healthy_site_is_sound_and_no_ticket_is_filed(services):
    shown = diagnose(services, add_site(services))
    assert shown["outcome"] == "sound"
    assert shown["ticket"] is None
    assert [step["state"] for step in shown["steps"]] == ["done", "done", "done"]
    assert shown["steps"][2]["verdict"] == "unknown"  # no alternative relay is set: said, and no alarm


def test_checks_look_in_the_order_of_the_playbook(services, world):
    diagnose(services, add_site(services))
    assert world.looks == [name for step in services.playbooks[PLAYBOOK].steps for name in step.run]


def test_a_step_whose_ground_is_broken_names_what_blocks_it_and_does_not_look(services, world):
    world.set(mail="off")
    shown = diagnose(services, add_site(services))
    assert shown["outcome"] == "faults"
    assert [step["state"] for step in shown["steps"]] == ["done", "blocked", "blocked"]
    blocked = shown["steps"][1]["findings"][0]
    assert (blocked["verdict"], blocked["reason"], blocked["blocked_by"]) == ("unknown", "blocked", "toy.switched_off")
    assert "smtp.connect" not in world.looks


def test_the_alternative_is_tested_although_the_relay_is_down(services, world):
    world.set(relay="refused")
    shown = diagnose(services, add_site(services))
    assert [step["state"] for step in shown["steps"]] == ["done", "done", "done"]
    assert shown["cause"]["code"] == "smtp.connect.refused"


def test_a_check_that_breaks_is_our_bug_and_the_others_go_on(services, world):
    world.set(breaks=["smtp.connect"])
    shown = diagnose(services, add_site(services))
    [broken] = [f for step in shown["steps"] for f in step["findings"] if f["code"] == "aftercare.check_failed"]
    assert broken["verdict"] == "unknown"
    assert broken["evidence"]["type"] == "RuntimeError"
    assert "swordfish" not in str(shown)
    assert "canary.by_site_mailer" in world.looks


def test_a_check_without_an_answer_is_given_up_and_said_so(services, world):
    services.checks["smtp.connect"] = dataclasses.replace(services.checks["smtp.connect"], timeout_s=0.2)
    world.set(slow={"smtp.connect": 30})
    shown = diagnose(services, add_site(services))
    assert "aftercare.check_timed_out" in [f["code"] for step in shown["steps"] for f in step["findings"]]


def test_a_site_that_takes_its_time_is_waited_for(services):
    class SlowSite:
        url = "https://bakery.example"

        async def command(self, name, args=None):
            await asyncio.sleep(1)
            return {"asked": name}

    async def ask(context):
        said = await context.site.command("snapshot")
        return [engine.SOUND.finding(context.site.url, said)]

    services.ask = lambda site, run_id: SlowSite()
    services.checks["smtp.connect"] = dataclasses.replace(services.checks["smtp.connect"], look=ask, timeout_s=0.3)
    shown = diagnose(services, add_site(services))
    assert shown["steps"][1]["findings"][0]["code"] == "toy.sound"


def test_the_live_page_sees_what_is_being_looked_at(services, world):
    world.set(slow={"smtp.tls": 1.5})
    site_id = add_site(services)
    run_id = runs.start(services, site_id, PLAYBOOK, {"kind": "button", "by": "Ann"})

    def live():
        shown = runs.view(services.db, run_id, "")
        return shown if shown["steps"] and shown["steps"][1]["doing"] == "smtp.tls" else None

    shown = until(live)
    assert shown["state"] == "running"
    assert [step["state"] for step in shown["steps"]] == ["done", "looking", "waiting"]
    assert shown["steps"][0]["findings"]


def test_a_second_press_is_told_to_watch_the_first(services, world):
    world.set(slow={"smtp.settings": 1})
    site_id = add_site(services)
    run_id = runs.start(services, site_id, PLAYBOOK, {"kind": "button", "by": "Ann"})
    with pytest.raises(runs.Running) as refused:
        runs.start(services, site_id, PLAYBOOK, {"kind": "button", "by": "Bob"})
    assert refused.value.run_id == run_id


def test_an_unknown_playbook_or_site_starts_nothing(services):
    with pytest.raises(NotFound):
        runs.start(services, add_site(services), "emails-not-snding", {"kind": "person", "by": "Ann"})
    with pytest.raises(NotFound):
        runs.start(services, "site_none", PLAYBOOK, {"kind": "person", "by": "Ann"})


def test_one_slow_site_does_not_hold_up_another(services, world):
    world.set(slow={"smtp.settings": 25})
    slow = runs.start(services, add_site(services), PLAYBOOK, {"kind": "person", "by": "Ann"})
    until(lambda: world.looks)
    world.set(slow={})
    quick = runs.start(services, add_site(services, "Florist"), PLAYBOOK, {"kind": "person", "by": "Ann"})
    until(ended(services, quick))
    assert runs.view(services.db, slow, "")["state"] == "running"


def test_look_again_runs_the_playbook_once_more(services):
    site_id = add_site(services)
    first = diagnose(services, site_id)
    again = runs.look_again(services, first["id"], "smtp.connect", "Ann")
    assert again != first["id"]
    until(ended(services, again))
    with pytest.raises(NotFound):
        runs.look_again(services, first["id"], "smtp.konnect", "Ann")


def test_a_run_keeps_the_text_it_began_with(services, world):
    site_id = add_site(services)
    shown = diagnose(services, site_id)
    from sidecar.store import runs as store

    assert store.run(services.db, shown["id"]).playbook_text == services.playbooks[PLAYBOOK].text


def test_a_run_that_cannot_be_carried_out_dies_and_says_so(services):
    from datetime import UTC, datetime

    from sidecar.store import runs as store

    site_id, now = add_site(services), datetime.now(UTC)
    kept = {"playbook": PLAYBOOK, "title": "Old", "playbook_text": "steps: [", "trigger": {}, "reading": ""}
    store.add_run(services.db, "run_old", site_id=site_id, now=now, due_at=now, **kept)
    until(ended(services, "run_old"))
    assert runs.view(services.db, "run_old", "")["outcome"] == "died"


def test_the_overview_lists_buttons_last_run_and_open_tickets(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    engine.happen(services, site_id, engine.failed())
    until(engine.the_ticket(services))
    seen = runs.overview(services.db, site_id, services.playbooks, "https://care.example")
    assert [each["id"] for each in seen["playbooks"]] == [PLAYBOOK]
    assert seen["tickets"][0]["url"] == f"https://care.example/tickets/{seen['tickets'][0]['id']}"
    assert seen["last"]["playbook"] == PLAYBOOK

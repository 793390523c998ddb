"""Runs of the deliverability playbook on the real engine, at a domain in memory: when a ticket is filed, and which."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from diagnostics.check import Context, all_checks
from sidecar import runs
from sidecar.runs.context import context_of
from sidecar.services import Services
from sidecar.store import grounds, sites, tickets
from sidecar.store import runs as store
from tests.servers.engine import PLAYBOOK as MAIL
from tests.servers.engine import World, add_site, build, ended, happen, running, sent, the_ticket, until
from tests.servers.looked_at import DOMAIN, PLAYBOOK, faulty_zone, sender
from tests.servers.zone import Zone

SPF = "mail.spf"
ANNOUNCED = "smtp.announced"
SOUND = "v=spf1 include:_spf.google.com -all"


class ShopSite:
    """A site that answers what its mail settings are: so it had its say in each run."""

    mail: ClassVar[dict[str, Any]] = {
        "mailer": "smtp",
        "host": "smtp.example.net",
        "port": 587,
        "from": {"domain": DOMAIN},
    }

    def __init__(self, of: Any) -> None:
        self._toy = of
        self.url = f"https://{DOMAIN}"
        self.roads: dict[str, Any] = {}

    async def command(self, name: str, args: Any = None) -> dict[str, Any]:
        await self._toy.command(name, args)
        return {"mail": self.mail, "days": [], "hours": []}


class Network:
    """A network with DNS from a zone."""

    def __init__(self, zone: Zone) -> None:
        self.dns = zone

    def allowing(self, networks: Any) -> Network:
        return self


@pytest.fixture
def zone() -> Zone:
    return faulty_zone()


@pytest.fixture
def services(tmp_path: Path, world: World, zone: Zone) -> Iterator[Services]:
    """Only SPF is really looked at; the other checks are sound."""
    world.set(site="answers")
    made = build(tmp_path / "data", world, playbooks=[PLAYBOOK])
    toy = made.ask
    made.ask = lambda site, run_id: ShopSite(toy(site, run_id))
    made.network = Network(zone)  # type: ignore[assignment]
    made.checks[SPF] = all_checks()[SPF]
    with running(made) as services:
        yield services


@pytest.fixture
def site(services: Services) -> str:
    made = add_site(services)
    now = datetime.now(UTC)
    sites.paired(services.db, made, url=f"https://{DOMAIN}", rest_url="", xmlrpc_url="", plugin_version="1",
                 secret_sealed="x", now=now)  # fmt: skip
    grounds.keep_ground(services.db, made, dataclasses.asdict(sender("198.51.100.200")), "Ada", now)
    return made


def looks(services: Services) -> list[store.Run]:
    return [run for run in store.runs(services.db) if run.trigger["kind"] == "look"]


def test_a_fault_of_dns_is_looked_at_three_times_before_a_ticket_is_filed(services: Services, site: str) -> None:
    first = runs.start(services, site, PLAYBOOK, {"kind": "button", "by": "Ann"})
    until(ended(services, first))
    shown = runs.view(services.db, first, "")
    assert shown["outcome"] == "faults"
    assert shown["report"]["grade"] in ("D", "F")
    assert shown["ticket"] is None, "one look from outside tells nobody, though the site answered"
    ticket = until(the_ticket(services))
    assert [run.trigger["look"] for run in sorted(looks(services), key=lambda run: run.created_at)] == [2, 3]
    assert ticket.code == shown["report"]["cause"]["code"] == shown["cause"]["code"]
    assert ticket.code.startswith("spf.")
    assert ticket.priority in ("P1", "P2", "P3")
    assert ticket.tier == 2


def test_a_fault_that_is_gone_at_the_second_look_is_told_to_nobody(services: Services, site: str, zone: Zone) -> None:
    first = runs.start(services, site, PLAYBOOK, {"kind": "button", "by": "Ann"})
    until(ended(services, first))
    _publish(zone, SOUND.replace("-all", "ip4:198.51.100.200 -all"))
    [second] = until(lambda: [run for run in looks(services) if run.state == "ended"])
    assert second.outcome == "sound", "what only advises may be unknown"
    assert tickets.tickets(services.db) == []
    assert not store.open_runs(services.db, site, PLAYBOOK)


def test_a_log_in_whose_end_is_announced_is_one_ticket_however_often_it_is_looked_at(
    services: Services, site: str, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = {"host": "smtp.office365.com", "auth": True, "username_set": True, "password_set": True}
    monkeypatch.setattr(ShopSite, "mail", {**ShopSite.mail, **password})
    services.checks[ANNOUNCED] = all_checks()[ANNOUNCED]  # type: ignore[index]
    _publish(zone, SOUND.replace("-all", "ip4:198.51.100.200 -all"))
    runs.start(services, site, PLAYBOOK, {"kind": "button", "by": "Ann"})
    ticket = until(the_ticket(services))
    assert (ticket.code, ticket.priority) == ("smtp.auth.password_ending", "P3")
    assert "December 2026" in ticket.title
    _looked_at_again(services, site)
    assert [each.id for each in tickets.tickets(services.db)] == [ticket.id]


def test_a_ticket_resolves_when_two_looks_find_its_own_subject_sound_whatever_nobody_can_know(
    services: Services, site: str, zone: Zone
) -> None:
    grounds.forget_grounds(services.db, site)  # no message: whether DKIM passes nobody can know
    services.settings = dataclasses.replace(services.settings, recheck_s=3)
    _publish(zone, "v=spf1 include:gone.example.net -all")
    runs.start(services, site, PLAYBOOK, {"kind": "button", "by": "Ann"})
    ticket = until(the_ticket(services))
    assert (ticket.check_name, ticket.subject) == (SPF, DOMAIN)
    zone.fail(DOMAIN, "servfail")
    zone.records.pop(DOMAIN)
    _looked_at_again(services, site)
    assert tickets.ticket(services.db, ticket.id).passed_at is None, "no answer is no proof"
    zone.troubles.clear()
    _publish(zone, SOUND)
    _looked_at_again(services, site)
    resolved = until(the_ticket(services, "resolved"), 30)
    assert resolved.id == ticket.id
    last = runs.view(services.db, store.runs(services.db, site)[0].id, "")
    unknown = {each["code"] for step in last["steps"] for each in step["findings"] if each["verdict"] == "unknown"}
    assert "spf.sender_unknown" in unknown


def _looked_at_again(services: Services, site: str) -> None:
    try:
        run = runs.start(services, site, PLAYBOOK, {"kind": "person", "by": "Ann"})
    except runs.Running as under_way:
        run = under_way.run_id
    until(ended(services, run))


def test_the_next_run_knows_the_last_and_what_messages_and_settings_say(services: Services, site: str) -> None:
    seen: list[Context] = []
    look = services.checks[SPF].look

    async def watching(context: Context) -> Any:
        seen.append(context)
        return await look(context)

    services.checks[SPF] = dataclasses.replace(services.checks[SPF], look=watching)  # type: ignore[index]
    services.settings = dataclasses.replace(services.settings, blocklists=("psbl",))
    first = runs.start(services, site, PLAYBOOK, {"kind": "person", "by": "Ann"})
    until(ended(services, first))
    second = runs.start(services, site, PLAYBOOK, {"kind": "person", "by": "Ann"})
    until(ended(services, second))
    before, after = seen[0], next(context for context in seen if context.run_id == second)
    assert before.previous == []
    assert any(finding.code.startswith("spf.") for finding in after.previous)
    assert after.messages[0]["ip"] == "198.51.100.200"
    assert after.messages[0]["read_at"]
    assert after.blocklists == ("psbl",)
    assert after.warm_up is None


def test_a_remedy_comes_out_of_the_store_as_the_check_gave_it(services: Services, site: str) -> None:
    run = runs.start(services, site, PLAYBOOK, {"kind": "person", "by": "Ann"})
    until(ended(services, run))
    kept = [each for each in context_of(services, run).findings if each.remedy and each.remedy.records]
    assert kept
    [change] = kept[0].remedy.records  # type: ignore[union-attr]
    assert isinstance(change.replaces, tuple)
    assert change.replaces[0].startswith("v=spf1")
    assert kept[0].to_json()["remedy"]["proof"] in ("pass", "fail", "unknown")


def test_changed_mail_settings_are_looked_at_and_a_sent_mail_is_not(services: Services, site: str) -> None:
    services.settings = dataclasses.replace(services.settings, recheck_s=30)
    happen(services, site, sent(), ("config.changed", {"what": "wp_mail_from", "group": "mail", "secret": False}))
    [run] = until(lambda: store.runs(services.db))
    assert (run.playbook, run.trigger["type"]) == (PLAYBOOK, "config.changed")


def _publish(zone: Zone, spf: str) -> None:
    zone.records[DOMAIN] = [each for each in zone.records.get(DOMAIN, []) if each[0] != "TXT"]
    zone.add(DOMAIN, "TXT", spf)


def test_slow_name_servers_do_not_hold_up_a_mail_that_fails(tmp_path: Path, world: World) -> None:
    world.set(slow={"mail.address": 20})
    with running(build(tmp_path / "data", world, playbooks=[PLAYBOOK, MAIL])) as services:
        site = add_site(services)
        slow = runs.start(services, site, PLAYBOOK, {"kind": "button", "by": "Ann"})
        until(lambda: "mail.address" in world.looks)
        quick = runs.start(services, site, MAIL, {"kind": "button", "by": "Ann"})
        until(ended(services, quick), 15)
        assert store.run(services.db, slow).state == "running"

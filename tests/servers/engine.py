"""The sidecar's engine with a small world to look at: real store, real DBOS, the shipped playbook,
and checks that read their answers from one file, so that a test, or another process, plants a fault by writing it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from diagnostics.check import Check, Context, SiteUnavailable
from diagnostics.finding import Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.canary import ACCEPTED
from diagnostics.mail.codes import CODES
from diagnostics.mail.codes.connect import REFUSED
from diagnostics.mail.reading import SILENT_AFTER_AUTH
from diagnostics.mail.reported import NONE_STANDING, NOTHING_SENT, replies_read
from diagnostics.network import EgressPolicy, Network
from sidecar import services as rooms
from sidecar.config import Settings
from sidecar.guide import load_guide
from sidecar.keys import PairingKey, SealingKey
from sidecar.playbooks import load_playbooks
from sidecar.store import commands, events, runs, sites, tickets
from sidecar.store.database import Database
from sidecar.store.events import NewEvent
from sidecar.store.migrate import open_store

SOUND = Code("toy.sound", Verdict.PASS, "{subject} is in order.", impact=Impact.ADVICE)
SWITCHED_OFF = Code("toy.switched_off", Verdict.FAIL, "Mail of {subject} is switched off.", remedy="Switch it on.")
NOT_LOOKED = Code("toy.not_looked", Verdict.UNKNOWN, "{subject} was not looked at.")
EVERY = [SOUND, SWITCHED_OFF, NOT_LOOKED, ACCEPTED, NONE_STANDING, NOTHING_SENT, SILENT_AFTER_AUTH]

RELAY = "smtp.example.net"
PLAYBOOK = "emails-not-sending"


class World:
    """What is true, in one file. `relay`: up, refused; `mail`: on, off; `canary`: yes, no; `slow`: {check: seconds};
    `site`: mute, answers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            sound = {"relay": "up", "mail": "on", "canary": "yes", "slow": {}, "breaks": [], "site": "mute"}
            self.path.write_text(json.dumps(sound))

    def set(self, **facts: Any) -> None:
        draft = self.path.with_suffix(".part")
        draft.write_text(json.dumps({**self.facts, **facts}))
        draft.replace(self.path)

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found

    @property
    def looks(self) -> list[str]:
        """Every look that was begun, in order."""
        log = self.path.with_suffix(".looks")
        return log.read_text().split() if log.exists() else []

    async def look(self, check: str) -> dict[str, Any]:
        facts = self.facts
        with self.path.with_suffix(".looks").open("a") as log:
            log.write(f"{check}\n")
        if check in facts["breaks"]:
            raise RuntimeError("the password is swordfish")
        await asyncio.sleep(facts["slow"].get(check, 0))
        return facts


def toy_checks(world: World) -> dict[str, Check]:
    """The shipped playbooks' checks, looking at *world*."""

    async def settings(context: Context) -> list[Finding]:
        facts = await world.look("smtp.settings")
        if facts["site"] == "answers":
            await context.site.command("snapshot")
        code = SOUND if facts["mail"] == "on" else SWITCHED_OFF
        return [code.finding("the site", {"mail": facts["mail"]})]

    async def connect(context: Context) -> list[Finding]:
        facts = await world.look("smtp.connect")
        code = SOUND if facts["relay"] == "up" else REFUSED
        return [code.finding(RELAY, {"relay": facts["relay"], "seen_by": "probe", "scope": "path"})]

    async def told(context: Context) -> list[Finding]:
        await world.look("smtp.replies")
        return await replies_read(context)

    async def canary(context: Context) -> list[Finding]:
        facts = await world.look("canary.by_site_mailer")
        if facts["canary"] == "no":
            return [NOT_LOOKED.finding(RELAY, {"why": "no mailbox"}, reason=UnknownReason.NOT_CONFIGURED)]
        token = f"canary-{context.run_id}"
        if facts["relay"] == "up" and facts["mail"] == "on":
            return [ACCEPTED.finding(RELAY, {"token": token, "sent_at": context.now})]
        lost = {"token": token, "seen_by": "canary", "scope": "path", "stage": "connect"}
        return [REFUSED.finding(RELAY, lost)]

    async def unset(context: Context) -> list[Finding]:
        await world.look("canary.by_alternative_relay")
        return [NOT_LOOKED.finding("another relay", {"why": "none set"}, reason=UnknownReason.NOT_CONFIGURED)]

    def sound(name: str) -> Callable[[Context], Any]:
        async def look(context: Context) -> list[Finding]:
            await world.look(name)
            return [SOUND.finding(name, {"looked": True})]

        return look

    ours = {"smtp.settings": settings, "smtp.connect": connect, "smtp.replies": told, "canary.by_site_mailer": canary,
            "canary.by_alternative_relay": unset}  # fmt: skip
    names = _names()
    codes = (*EVERY, *CODES)
    return {name: Check(name, codes, ours.get(name, sound(name)), 30.0, "") for name in names}


@dataclass
class ToySite:
    """A site that answers nothing, or whose answer is kept as one that came by a road."""

    url: str
    id: str
    run_id: str
    db: Database
    answers: bool

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if not self.answers:
            raise SiteUnavailable("no road leads there")
        now, asked = datetime.now(UTC), f"{self.run_id}-{name}"
        commands.add_command(
            self.db, command_id=asked, site_id=self.id, run_id=self.run_id, name=name, args={}, now=now, expires_at=now
        )
        told = {"wordpress": "7.1.1"}
        commands.finish(self.db, asked, state="done", result=told, error="", road="rest", now=now, site_id=self.id)
        return told


def build(data_dir: Path, world: World, *, playbooks: Sequence[str] = (PLAYBOOK,), **settings: Any) -> rooms.Services:
    """The services, not started, with these of the shipped playbooks."""
    chosen = Settings(data_dir=data_dir, **{"recheck_s": 30, "page_looks_s": 2, **settings})
    db = open_store(data_dir)
    sealing = SealingKey.load(chosen)
    checks = toy_checks(world)
    return rooms.Services(
        settings=chosen,
        db=db,
        sealing=sealing,
        guide=load_guide(),
        playbooks={name: load_playbooks(checks=checks)[name] for name in playbooks},
        checks=checks,
        network=Network(EgressPolicy(())),
        ask=lambda site, run_id: ToySite(site.url, site.id, run_id, db, world.facts["site"] == "answers"),
        pairing_key=PairingKey.load(chosen, sealing),
    )


@contextmanager
def running(services: rooms.Services) -> Iterator[rooms.Services]:
    """The engine at work."""
    rooms.start(services)
    try:
        yield services
    finally:
        rooms.stop(services)


def add_site(services: rooms.Services, name: str = "Bakery") -> str:
    """A paired site's id."""
    site = sites.add_site(services.db, name, "https://bakery.example", datetime.now(UTC))
    return site.id


def happen(services: rooms.Services, site_id: str, *what: tuple[str, dict[str, Any]], ago_s: float = 0) -> list[str]:
    """Events arrive, as ingest commits them; their ids."""
    now = datetime.now(UTC)
    ids, new = [], []
    for number, (kind, data) in enumerate(what):
        ids.append(f"e{time.monotonic_ns()}-{number}")
        at = (now - timedelta(seconds=ago_s)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        new.append(NewEvent(ids[-1], kind, at, json.dumps(data)))
    events.insert_events(services.db, site_id, new, now)
    services.wake()
    return ids


def failed(
    error: str = "SMTP Error: Could not connect to SMTP host. Connection refused", **data: Any
) -> tuple[str, dict[str, Any]]:
    """A `mail.failed`, as the plugin sends it."""
    to = [{"domain": "example.org", "hash": "0" * 12}]
    base = {"mail": "m1", "kind": "form", "host": RELAY, "port": 587, "mailer": "smtp", "from_domain": "bakery.example",
            "to": to, "size": 900, "canary": "", "error": error, "dialogue": []}  # fmt: skip
    return ("mail.failed", {**base, **data})


def sent(**data: Any) -> tuple[str, dict[str, Any]]:
    """A `mail.sent` of the same mail."""
    _, base = failed(**data)
    return ("mail.sent", {key: value for key, value in base.items() if key not in ("error", "dialogue")})


def until(found: Callable[[], Any], patience_s: float = 20.0) -> Any:
    """What *found* returns as soon as that is something; AssertionError after *patience_s*."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"nothing after {patience_s} s")


def ended(services: rooms.Services, run_id: str) -> Callable[[], runs.Run | None]:
    def look() -> runs.Run | None:
        run = runs.run(services.db, run_id)
        return run if run.state == "ended" else None

    return look


def all_ended(services: rooms.Services, at_least: int = 1) -> Callable[[], list[runs.Run]]:
    """Every run, once that many have ended and none goes on."""

    def look() -> list[runs.Run]:
        found = runs.runs(services.db)
        done = [run for run in found if run.state == "ended"]
        under_way = [run for run in found if run.state == "running"]
        return found if len(done) >= at_least and not under_way else []

    return look


def the_ticket(services: rooms.Services, state: str = "open") -> Callable[[], tickets.Ticket | None]:
    return lambda: next(iter(tickets.tickets(services.db, state=state)), None)


def _names() -> list[str]:
    """The checks of all shipped playbooks."""
    import yaml

    files = (Path(rooms.__file__).parent / "playbooks").glob("*.yaml")
    steps = [step for file in files for step in yaml.safe_load(file.read_text())["steps"]]
    return sorted({name for step in steps for name in step["run"]})


def main(data_dir: str, world: str) -> None:
    """The engine as a process of its own, until it is killed."""
    with running(build(Path(data_dir), World(Path(world)))):
        print("started", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The sidecar's real doors with scripted runs behind them: what the plugin's screen shows, state by state.

For tests of the screen alone: pairing, signatures, events, fetch and results are the
sidecar's own; only the run that a button starts is read from a list.
"""

from __future__ import annotations

import dataclasses
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from waitress import wasyncore
from waitress.server import create_server

from sidecar.app import create_app
from sidecar.config import Settings
from sidecar.ingest import door as doorway
from sidecar.ingest.refusal import Refusal
from sidecar.services import build_services
from sidecar.store import commands
from tests.servers.doors import Doors
from tests.servers.lab import LabSite

PLAYBOOK = {
    "id": "emails-not-sending",
    "title": "Emails Not Sending",
    "summary": "Why does no mail leave, and what has to be changed?",
}

CAUSE = {
    "code": "smtp.auth.rejected",
    "verdict": "fail",
    "subject": "smtp.example.net",
    "summary": "smtp.example.net refused this site's password (535 5.7.8). No mail leaves until it is mended.",
    "evidence": {"reply": "535 5.7.8 Error: authentication failed", "dialogue": ["C: AUTH LOGIN", "S: 535 5.7.8"]},
    "remedy": {
        "text": "Make a new app password at smtp.example.net, enter it under Settings → Mail, press Test.",
        "copy": "define( 'WPMS_SMTP_PASS', '…' );",
    },
    "reason": None,
    "blocked_by": "",
}


def step(step_id: str, sentence: str, state: str, verdict: str | None = None, *findings: Any) -> dict[str, Any]:
    """One step of a run, as `/runs/show` tells it."""
    doing = "asks the site for its settings" if state == "looking" else ""
    return {
        "id": step_id,
        "verb": "check",
        "sentence": sentence,
        "state": state,
        "verdict": verdict,
        "doing": doing,
        "findings": list(findings),
    }


@dataclass
class ScriptedRuns:
    """The doors, and the run they tell of."""

    doors: Doors
    site: str = ""
    started: list[dict[str, Any]] = field(default_factory=list)
    shown: int = 0
    command: str = ""  # one that waits for the site to fetch it
    overview: dict[str, Any] = field(default_factory=lambda: {"playbooks": [PLAYBOOK], "last": None, "tickets": []})
    forms: dict[str, Any] = field(default_factory=lambda: {"forms": [], "more": 0, "listed_at": None, "running": []})
    report: dict[str, Any] | None = None  # what the run comes to
    refuses: Refusal | None = None  # what a press is answered with
    under_way: bool = False  # a press is told to watch the run that goes on already

    @property
    def url(self) -> str:
        return self.doors.url

    def ask(self, name: str, args: dict[str, Any] | None = None) -> str:
        """A command that no road leads to: it waits for the site's own fetch."""
        now = datetime.now(UTC)
        command_id = f"cmd_{secrets.token_hex(8)}"
        commands.add_command(
            self.doors.db,
            command_id=command_id,
            site_id=self.site,
            run_id=None,
            name=name,
            args=args or {},
            now=now,
            expires_at=now + timedelta(minutes=5),
        )
        commands.leave_waiting(self.doors.db, command_id)
        return command_id

    def run(self) -> dict[str, Any]:
        """The run as it is now: it ends when the site brought the snapshot that it waits for."""
        self.shown += 1
        kept = commands.command(self.doors.db, self.command)
        done = kept is not None and kept.ended
        settings = step("settings", "SMTP settings and logs", "looking")
        limits = step("limits", "Sending limits and authentication", "waiting")
        if done:
            settings = step("settings", "SMTP settings and logs", "done", "pass")
            limits = step("limits", "Sending limits and authentication", "done", "fail", CAUSE)
        return {
            "id": "run_scripted",
            "playbook": PLAYBOOK["id"],
            "title": PLAYBOOK["title"],
            "state": "ended" if done else "running",
            "outcome": "faults" if done else None,
            "created_at": datetime.now(UTC).isoformat(),
            "ended_at": None,
            "waits_for_site": not done,
            "steps": [settings, limits],
            "cause": CAUSE if done else None,
            "since": {
                "at": "2026-11-24T05:00:00Z",
                "after": {"type": "config.changed", "what": "smtp password", "at": "2026-11-24T04:58:00Z"},
            },
            "report": self.report if done else None,
            "ticket": {"id": 12, "title": CAUSE["summary"], "state": "open", "url": ""} if done else None,
        }


def routes(scripted: ScriptedRuns) -> Blueprint:
    """The `runs` door."""
    bp = Blueprint("scripted", __name__, url_prefix="/api/v1")
    doors = doorway.Doors(scripted.doors.services)

    @bp.post("/runs")
    @doors.door("runs")
    def start(call: doorway.Call) -> doorway.Answer:
        if scripted.refuses:
            raise scripted.refuses
        scripted.started.append(call.json())
        scripted.site = call.site.id
        scripted.command = scripted.ask("snapshot")
        if scripted.under_way:
            raise Refusal("running", "Watch that run.", run="run_scripted")
        return 202, {"run": "run_scripted"}

    @bp.post("/runs/show")
    @doors.door("runs")
    def show(call: doorway.Call) -> doorway.Answer:
        return 200, scripted.run()

    @bp.post("/runs/overview")
    @doors.door("runs")
    def overview(call: doorway.Call) -> doorway.Answer:
        return 200, {**scripted.overview, "time": datetime.now(UTC).isoformat()}

    @bp.post("/runs/forms")
    @doors.door("runs")
    def forms(call: doorway.Call) -> doorway.Answer:
        return 200, {**scripted.forms, "time": datetime.now(UTC).isoformat()}

    @bp.post("/replies")
    @doors.door("runs")
    def replies(call: doorway.Call) -> doorway.Answer:
        text = str(call.json()["text"])
        return 200, {
            "code": "smtp.auth.rejected",
            "meaning": f"The relay refused the password: {text}",
            "fault": "site settings",
            "temporary": False,
            "remedy": {"text": "Enter the right password.", "copy": None},
            "follow_up": "Log in with the same password elsewhere.",
        }

    return bp


def unpaired(site: LabSite) -> None:
    """The site as if it had never been paired; who needs it paired pairs it anew (`paired_site`)."""
    site.php_eval("Aftercare\\Pairing::forget(); Aftercare\\Overview::forget(); Aftercare\\Command_Ledger::clear();")
    site.id = ""


@contextmanager
def scripted_runs(data_dir: Path) -> Iterator[ScriptedRuns]:
    """The sidecar's web side with scripted runs in front of its own, open until the block ends."""
    services = build_services(Settings(data_dir=data_dir))
    scripted = ScriptedRuns(Doors(services, ""))
    app, runs = create_app(services), Flask("scripted")
    runs.register_blueprint(routes(scripted))

    def either(environ: dict[str, Any], start: Any) -> Any:
        ours = environ["PATH_INFO"].startswith(("/api/v1/runs", "/api/v1/replies"))
        return (runs if ours else app)(environ, start)

    server = create_server(either, host="127.0.0.1", port=0, threads=8)
    scripted.doors.url = f"http://127.0.0.1:{server.effective_port}"
    services.settings = dataclasses.replace(services.settings, public_url=scripted.doors.url)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield scripted
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(10)
        server.task_dispatcher.shutdown()
        services.db.close()

"""A sidecar as staff meet it: console and API on waitress, one person who can log in, and sites with a history.

The engine is not launched: runs that are started stay queued.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from diagnostics.finding import Finding, Remedy, Verdict
from sidecar import accounts
from sidecar.app import create_app
from sidecar.cli.serve import make_server
from sidecar.config import Settings
from sidecar.services import Services, build_services
from sidecar.store import events, findings, grounds, messages, runs, sites, tickets, warm_ups
from sidecar.store.database import instant
from sidecar.store.tickets import NewTicket
from sidecar.store.users import User
from sidecar.web import STOPPING
from tests.servers.looked_at import DOMAIN, faulty_zone, looked_at, sender
from tests.servers.looked_forms import looked_at_forms

PASSWORD = "a long enough pass phrase"


@dataclass
class Staffed:
    """The running sidecar and who works there."""

    services: Services
    user: User
    url: str
    named: dict[str, Any] = field(default_factory=dict)  # what `with_history` made, by name

    def browser(self, email: str = "", password: str = PASSWORD) -> Browser:
        """Somebody's browser, logged in."""
        browser = Browser(self.url)
        browser.log_in(email or self.user.email, password)
        return browser

    def token(self) -> str:
        """A fresh API token."""
        return accounts.add_token(self.services.db, self.user, "tests", datetime.now(UTC))[1]


class Browser:
    """Forms as a browser sends them: the page first, then its token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=30, **options)

    def post(self, path: str, form_page: str = "", **typed: str) -> requests.Response:
        """Send the form of *form_page* to *path*."""
        page = self.get(form_page or "/account").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, f"no form on {form_page}"
        return self.session.post(self.url + path, data={**typed, "csrf_token": found[1]}, timeout=30)

    def log_in(self, email: str, password: str) -> requests.Response:
        return self.post("/login", "/login", email=email, password=password)


@contextmanager
def staffed(data_dir: Path, **settings: Any) -> Iterator[Staffed]:
    """Serve until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listen = f"127.0.0.1:{listener.getsockname()[1]}"
    services = build_services(Settings(data_dir=data_dir, listen=listen, **settings))
    app = create_app(services)
    server = make_server(app, listener, threads=12)
    thread = threading.Thread(target=_answer, args=(server, app.extensions[STOPPING]), daemon=True)
    thread.start()
    try:
        yield Staffed(services, colleague(services, "ada@example.com", "Ada"), f"http://{listen}")
    finally:
        app.extensions[STOPPING].set()
        thread.join(10)
        services.db.close()


def _answer(server: Any, stopping: threading.Event) -> None:
    """waitress's own loop, which only a signal could end."""
    while not stopping.is_set():
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=2)
    server.close()


def colleague(services: Services, email: str, name: str) -> User:
    """Somebody who can log in."""
    now = datetime.now(UTC)
    made = accounts.add_user(services.db, email, name, now)
    accounts.take_up(services.db, accounts.new_link(services.db, made, "invitation", now), PASSWORD, now)
    return made


DIALOGUE = ["S: 220 smtp.example.net ESMTP", "C: EHLO shop.example.com", "C: AUTH LOGIN ***", "S: 535 5.7.8 Error"]


def with_history(staffed: Staffed) -> None:
    """Three sites: one whose mail broke, one that is silent, one that never paired."""
    services, db, now = staffed.services, staffed.services.db, datetime.now(UTC)
    shop = _paired(services, "Corner shop", "https://shop.example.com", now - timedelta(seconds=40))
    quiet = _paired(services, "Choir", "https://choir.example.org", now - timedelta(hours=9))
    never = sites.add_site(db, "Bakery", "https://bakery.example.net", now)
    sites.road_tried(db, shop, "rest", {"works": True, "at": instant(now), "why": ""})
    sites.road_tried(db, shop, "xmlrpc", {"works": False, "at": instant(now), "why": "403 from the host's firewall"})
    _forward(services, shop, now)
    run_id, ticket_id = _broken(services, shop, now)
    live = _under_way(services, quiet, now)
    report = _deliverability(services, shop, now)
    staffed.named.update(shop=shop, quiet=quiet, never=never.id, run=run_id, ticket=ticket_id, live=live, report=report)


def with_forms(staffed: Staffed) -> None:
    """And the first site's forms were tried: one is broken, and has a ticket."""
    at = datetime.now(UTC) - timedelta(hours=2)
    forms_run, forms_ticket = looked_at_forms(staffed.services, staffed.named["shop"], at)
    staffed.named.update(forms_run=forms_run, forms_ticket=forms_ticket)


def _deliverability(services: Services, site: str, now: datetime) -> str:
    """Two runs that looked at the shop's domain; between them its SPF record was changed."""
    zone = faulty_zone()
    first = looked_at(services, "run_seedreport1", site, zone, now - timedelta(days=7))
    zone.records[DOMAIN] = [each for each in zone.records[DOMAIN] if each[0] != "TXT"]
    zone.add(DOMAIN, "TXT", "v=spf1 include:_spf.google.com include:gone.example.net -all")
    looked_at(services, "run_seedreport2", site, zone, now - timedelta(minutes=20), before=first)
    grounds.keep_ground(services.db, site, asdict(sender()), "ada@example.com", now)
    begun = (now - timedelta(days=9)).date()
    warm_ups.start_warm_up(
        services.db, site, target=500, start=50, growth=1.4, begun_on=begun, by="ada@example.com", now=now
    )
    return "run_seedreport2"


def _paired(services: Services, name: str, url: str, seen: datetime) -> str:
    site = sites.add_site(services.db, name, url, seen)
    sites.paired(
        services.db,
        site.id,
        url=url,
        rest_url=f"{url}/wp-json/",
        xmlrpc_url=f"{url}/xmlrpc.php",
        plugin_version="0.1.0",
        secret_sealed=services.sealing.seal(b"s" * 32),
        now=seen,
    )
    sites.seen(services.db, site.id, seen, plugin_version="0.1.0", clock_offset_s=2.0)
    return site.id


def _forward(services: Services, site: str, now: datetime) -> None:
    told = [
        (
            "config.changed",
            {"what": "mailserver_url", "group": "mail", "from": "smtp.old.example", "to": "smtp.example.net"},
        ),
        (
            "plugin.changed",
            {"what": "updated", "kind": "plugin", "slug": "wp-mail", "name": "WP Mail", "from": "1", "to": "2"},
        ),
        (
            "mail.failed",
            {"error": "SMTP Error: Could not authenticate.", "host": "smtp.example.net", "dialogue": DIALOGUE},
        ),
        ("form.failed", {"plugin": "contact-form-7", "form": 12, "title": "Contact <b>us</b>", "invalid": []}),
    ]
    new = [
        events.NewEvent(f"seed-{n:03}", type_, instant(now - timedelta(minutes=90 - n)), json.dumps(data))
        for n, (type_, data) in enumerate(told * 20)
    ]
    events.insert_events(services.db, site, new, now)


def _month(now: datetime) -> list[dict[str, Any]]:
    days = []
    for back in range(29, -1, -1):
        day = (now - timedelta(days=back)).date().isoformat()
        broken = back < 3
        days.append(
            {"label": day, "sent": 0 if broken else 20 + back % 7 * 5, "failed": 18 if broken else 0, "hung": 0}
        )
    return days


def _failing(now: datetime) -> dict[str, Any]:
    since = now - timedelta(days=2, hours=1)
    change = {"type": "plugin.changed", "what": "WP Mail updated", "at": instant(since - timedelta(hours=20))}
    return {"days": _month(now), "since_at": instant(since), "after": change}


REJECTED = Finding(
    "smtp.auth.rejected",
    Verdict.FAIL,
    "smtp.example.net",
    "smtp.example.net refused this site's password (535 5.7.8). No mail leaves until it is mended.",
    {"host": "smtp.example.net", "port": 587, "dialogue": DIALOGUE, "seconds": 0.4},
    Remedy("Make a new app password there, enter it under Settings → Mail, press Test.", "app-password"),
)


def _broken(services: Services, site: str, now: datetime) -> tuple[str, int]:
    db, run_id, began = services.db, "run_seedbroken", now - timedelta(minutes=6)
    _plan(services, run_id, site, began, {"kind": "event", "type": "mail.failed"})
    settings = Finding(
        "mail.settings_fit", Verdict.PASS, "shop.example.com", "The settings fit together.", {"host": "a"}
    )
    history = Finding(
        "mail.failing_since", Verdict.WARN, "shop.example.com", "No mail left since 3 days.", _failing(now)
    )
    blocked = Finding(
        "aftercare.blocked",
        Verdict.UNKNOWN,
        "canary",
        "Not looked at: it cannot be right while smtp.auth.rejected stands.",
        {"by": "smtp.auth.rejected"},
    )
    for step, check, found in (
        ("settings", "smtp.settings", [settings]),
        ("settings", "mail.history", [history]),
        ("limits", "smtp.replies", [REJECTED]),
        ("alternative", "canary", [blocked]),
    ):
        findings.keep_findings(db, run_id, step, check, found, began)
    for step, verdict in (("settings", "warn"), ("limits", "fail"), ("alternative", "unknown")):
        runs.end_step(db, run_id, step, "done", verdict, began)
    body = {
        "url": "https://shop.example.com",
        "browser": "WordPress 7.1.1, PHP 8.2, nginx",
        "role": "None: WordPress itself sends the mail",
        "steps": ["The site sent a mail (contact form) at 2026-11-24 06:00:00 UTC; it failed."],
        "expected": "The relay takes the mail.",
        "actual": REJECTED.summary,
        "logs": ["smtp.auth.rejected (fail) smtp.example.net", *DIALOGUE],
        "remedy": REJECTED.remedy.to_json() if REJECTED.remedy else None,
        "cause": REJECTED.to_json(),
        "also": ["mail.failing_since: No mail left since 3 days."],
        "run": run_id,
        "mail": {},
    }
    new = NewTicket(
        site_id=site,
        fingerprint=f"{site}|smtp.auth.rejected|smtp.example.net",
        playbook="emails-not-sending",
        code="smtp.auth.rejected",
        subject="smtp.example.net",
        title="smtp.example.net refused this site's password (535 5.7.8)",
        priority="P1",
        tier=2,
        body=body,
        run_id=run_id,
        check_name="smtp.replies",
        evidence_key="e",
        blind=False,
        previous_id=None,
        seen_at=began,
        recheck_at=now + timedelta(minutes=15),
    )
    ticket_id = tickets.open_ticket(db, new, began)
    tickets.add_entry(
        db, ticket_id, at=began, actor="aftercare", kind="opened", text="Found by a run after mail.failed."
    )
    runs.end_run(db, run_id, "faults", "smtp.auth.rejected", ticket_id, now - timedelta(minutes=5))
    messages.owe_message(db, ticket_id, "opened", 0, "1", began)
    messages.message_failed(db, 1, "The channel answered 404.", None)
    return run_id, ticket_id


def _under_way(services: Services, site: str, now: datetime) -> str:
    run_id = "run_seedlive"
    _plan(services, run_id, site, now, {"kind": "person", "by": "Ada"})
    runs.look(services.db, run_id, "settings", "The settings in force", now)
    return run_id


def _plan(services: Services, run_id: str, site: str, began: datetime, trigger: dict[str, Any]) -> None:
    playbook = services.playbooks["emails-not-sending"]
    runs.add_run(
        services.db,
        run_id,
        site_id=site,
        playbook=playbook.id,
        title=playbook.title,
        playbook_text=playbook.text,
        trigger=trigger,
        reading="",
        now=began,
        due_at=began,
    )
    runs.plan_steps(services.db, run_id, [(step.id, step.verb, step.sentence) for step in playbook.steps])
    runs.begin_run(services.db, run_id, began)

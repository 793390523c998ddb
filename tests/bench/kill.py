"""`kill -9` of the sidecar at random moments while events arrive and runs go on: what is lost, doubled or stuck?

A real site with a healthy relay for the first half (its canaries arrive, so one sent twice would be seen) and a
wrong password for the second (a ticket opens, so a double one would be seen). A sender keeps every event until it
is answered 202, as the plugin's outbox does, and asks for a run whenever none is under way.
"""

from __future__ import annotations

import base64
import random
import secrets
import sqlite3
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import requests

from sidecar.store.migrate import FILE_NAME
from tests.bench.report import report
from tests.servers.lab import LabSite, MailWorld, lab_sidecar
from tests.servers.plugin_client import PluginClient, event
from tests.servers.process import DidNotStart, wait_until
from tests.servers.sidecar import Sidecar

KILLS = 20
ENDS_S = 240.0  # a run that waits for a site that is away ends too, by its commands' expiry
REFUSED = ["S: 220 relay", "C: EHLO site", "C: AUTH LOGIN ***", "S: 535 5.7.8 authentication failed"]


@dataclass
class Sender:
    """Sends events for ever; what was answered 202 is in `taken`."""

    client: PluginClient
    taken: set[str] = field(default_factory=set)
    unanswered: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        waiting: list[dict[str, object]] = []
        while not self.stopped.is_set():
            waiting += [event("mail.sent", mail=secrets.token_hex(6), kind="form", mailer="smtp", owner="core")]
            waiting += [self._failure()] if secrets.randbelow(4) == 0 else []
            try:
                answer = self.client.send(*waiting[:100])
                if answer.status == 202:
                    self.taken.update(str(each["id"]) for each in waiting[:100])
                    del waiting[:100]
                self.client.post("runs", "/runs", {"playbook": "emails-not-sending", "by": "bench"})
            except requests.RequestException:
                self.unanswered += 1
            self.stopped.wait(0.05)

    @staticmethod
    def _failure() -> dict[str, object]:
        return event(
            "mail.failed",
            mail=secrets.token_hex(6),
            kind="form",
            mailer="smtp",
            owner="core",
            host="relay.aftercare.test",
            port=587,
            error="SMTP Error: Could not authenticate.",
            dialogue=REFUSED,
        )


def client_of(sidecar: Sidecar, site: LabSite) -> PluginClient:
    """Speaks with the real site's own secret, beside it."""
    client = PluginClient(sidecar.url, home=site.url)
    client.site = site.id
    kept = site.php_eval("echo get_option( Aftercare\\Pairing::SECRET )['secret'];")
    client.secret = base64.b64decode(kept)
    return client


def kill_often(sidecar: Sidecar, times: int, chance: random.Random) -> None:
    for number in range(times):
        time.sleep(chance.uniform(0.2, 4.0))
        sidecar.kill()
        sidecar.start()
        print(f"  killed and started, {number + 1} of {times}", file=sys.stderr)


def all_ended(database: sqlite3.Connection) -> bool:
    return not database.execute("SELECT 1 FROM runs WHERE state != 'ended' LIMIT 1").fetchone()


def main() -> bool:
    chance = random.Random(20261124)
    with MailWorld() as world, lab_sidecar(world) as sidecar, LabSite(world) as site:
        site.id = sidecar.pair(site)
        sender = Sender(client_of(sidecar, site))
        thread = threading.Thread(target=sender.run)
        thread.start()
        try:
            kill_often(sidecar, KILLS // 2, chance)
            site.set_mail(smtp_password="guess-7")
            kill_often(sidecar, KILLS - KILLS // 2, chance)
        finally:
            sender.stopped.set()
            thread.join()
        database = sqlite3.connect(sidecar.directory / "data" / FILE_NAME)
        stuck = 0
        try:
            wait_until(lambda: all_ended(database), ENDS_S, "runs did not end", 1.0)
        except DidNotStart:
            [(stuck,)] = database.execute("SELECT count(*) FROM runs WHERE state != 'ended'")
        return verdict(database, sender, world, stuck)


def verdict(database: sqlite3.Connection, sender: Sender, world: MailWorld, stuck: int) -> bool:
    kept = Counter(row[0] for row in database.execute("SELECT id FROM events"))
    open_tickets = Counter(row[0] for row in database.execute("SELECT fingerprint FROM tickets"))
    # A run sends two mails with one token: the site's, by a command, and the sidecar's own to compare it with.
    by_command = [mail for mail in world.sink.mails if "alternative relay" not in mail.subject]
    canaries = Counter(mail.message["X-Aftercare-Canary"] for mail in by_command)
    canaries.pop(None, None)
    [(runs, died)] = database.execute("SELECT count(*), sum(outcome = 'died') FROM runs")
    told = {
        "lost": len(sender.taken - set(kept)),
        "double_events": sum(number > 1 for number in kept.values()),
        "double_tickets": sum(number > 1 for number in open_tickets.values()),
        "mails_sent_twice": sum(number > 1 for number in canaries.values()),
        "runs_that_never_end": stuck,
        "runs_that_died": died or 0,
    }
    return report(
        "kill",
        ratio=None,
        bar=None,
        ok=not any(told.values()) and runs > 0 and bool(open_tickets) and bool(canaries),
        kills=KILLS,
        answered_202=len(sender.taken),
        requests_cut=sender.unanswered,
        runs=runs,
        tickets=len(open_tickets),
        canaries=len(canaries),
        **told,
    )

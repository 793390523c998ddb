"""Messages reach a real HTTP receiver and a real mail server; a channel that is away is told later."""

import json
import logging
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sidecar import tickets as deeds
from sidecar.notify import apprise_channel
from sidecar.notify.channel import Refused, Unavailable
from sidecar.runs.sweeps import deliver
from sidecar.store import messages
from tests.servers.engine import add_site, build, failed, happen, running, the_ticket, until
from tests.servers.sink import Sink


@pytest.fixture
def receiver():
    """A real HTTP receiver: `bodies` it got, `status` it answers."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.server.status == 200:
                self.server.bodies.append(json.loads(body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.bodies, server.status = [], 200
    server.address = f"json://ann:swordfish@127.0.0.1:{server.server_port}/hook-of-ann"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox():
    """A real mail server, and `address`, the way to it."""
    with Sink() as sink:
        query = "from=care@msp.example&to=staff@msp.example&smtp=127.0.0.1&mode=insecure"
        sink.address = f"mailto://127.0.0.1:{sink.port}/?{query}"
        yield sink


def test_a_ticket_is_told_once_when_it_opens_and_once_when_it_is_resolved(tmp_path, world, receiver, mailbox):
    world.set(relay="refused")
    with running(build(tmp_path / "data", world, notify=(receiver.address, mailbox.address))) as services:
        site_id = add_site(services)
        happen(services, site_id, *[failed() for _ in range(20)])
        ticket = until(the_ticket(services))
        until(lambda: receiver.bodies and mailbox.mails)
        happen(services, site_id, *[failed() for _ in range(20)])
        world.set(relay="up")
        happen(services, site_id, ("config.changed", {"what": "host", "group": "mail"}))
        until(the_ticket(services, "resolved"))
        until(lambda: len(receiver.bodies) > 1 and len(mailbox.mails) > 1)
    opened, resolved = receiver.bodies
    assert opened["title"] == "New: [P1] smtp.example.net refuses the connection"
    assert "What to do: Set the port" in opened["message"]
    assert f"/tickets/{ticket.id}" in opened["message"]
    assert resolved["title"] == "Mended: [P1] smtp.example.net refuses the connection"
    assert "test mail" in resolved["message"]
    assert mailbox.mails[0].subject == opened["title"]
    assert mailbox.mails[0].recipients == ("staff@msp.example",)


def test_a_channel_that_is_away_is_tried_again_and_the_reason_is_kept_without_the_address(
    tmp_path, world, receiver, caplog
):
    caplog.set_level(logging.INFO)
    world.set(relay="refused")
    receiver.status = 503
    services = build(tmp_path / "data", world, notify=(receiver.address,))
    with running(services):
        happen(services, add_site(services), failed())
        ticket = until(the_ticket(services))
        [waiting] = until(lambda: [m for m in messages.messages_of(services.db, ticket.id) if m.attempts])
        assert waiting.state == "waiting"
        assert "503" in waiting.error
        receiver.status = 200
        services.db.execute("UPDATE messages SET next_at = :now", now=datetime.now(UTC))
        services.wake()
        until(lambda: receiver.bodies)
    [message] = messages.messages_of(services.db, ticket.id)
    assert (message.state, message.attempts) == ("sent", 2)
    with closing(sqlite3.connect(services.db.path)) as file:
        dump = "\n".join(file.iterdump()) + services_log(caplog)
    assert "swordfish" not in dump
    assert "hook-of-ann" not in dump


def test_delays_grow_and_a_channel_that_never_answers_is_given_up_in_the_end(tmp_path, world, receiver):
    receiver.status = 500
    services = build(tmp_path / "data", world, notify=(receiver.address,))
    site_id = add_site(services)
    ticket_id = a_ticket(services, site_id)
    at = datetime.now(UTC)
    messages.owe_message(services.db, ticket_id, "opened", 0, "1", at)
    waits = []
    for _ in range(20):
        services.now = lambda at=at: at
        deliver(services)
        [message] = messages.messages_of(services.db, ticket_id)
        if message.state == "failed":
            break
        waits.append((message.next_at - at).total_seconds())
        at = message.next_at
    assert message.state == "failed"
    assert waits == sorted(waits)
    assert waits[0] == 15
    assert waits[-1] == 3600


def test_a_muted_ticket_owes_no_message(tmp_path, world, receiver):
    services = build(tmp_path / "data", world, notify=(receiver.address,))
    ticket_id = a_ticket(services, add_site(services))
    deeds.mute(services, ticket_id, "ann@msp.example", datetime.now(UTC) + timedelta(hours=1))
    deeds.resolve(services, ticket_id, "ann@msp.example")
    assert messages.messages_of(services.db, ticket_id) == []


def test_an_address_nobody_understands_is_refused_for_good():
    with pytest.raises(Refused):
        apprise_channel.send("nosuch://x", "title", "text")


def test_a_mail_server_that_is_away_is_unavailable_and_its_reason_names_no_address():
    with pytest.raises(Unavailable) as away:
        apprise_channel.send("mailto://ann:swordfish@127.0.0.1:9/?from=a@msp.example&to=staff@msp.example", "t", "b")
    assert "refused" in str(away.value)
    assert "swordfish" not in str(away.value)
    assert "staff@" not in str(away.value)


def test_no_part_of_an_address_stays_in_a_reason():
    address = "mailtos://ann%40msp.example:sword%2Ffish@mail.msp.example/?to=staff@msp.example"
    said = 'Login of ann@msp.example with sword/fish at mail.msp.example failed; "staff@msp.example" not told: 535'
    cleaned = apprise_channel.without_address(said, address)
    assert cleaned.endswith("not told: 535")
    for secret in ("ann", "sword", "fish", "msp", "staff"):
        assert secret not in cleaned


def services_log(caplog):
    return "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("sidecar"))


def a_ticket(services, site_id):
    from sidecar.store.tickets import NewTicket, open_ticket

    now = datetime.now(UTC)
    new = NewTicket(
        site_id=site_id,
        fingerprint="f",
        playbook="emails-not-sending",
        code="smtp.connect.refused",
        subject="smtp.example.net",
        title="It refuses",
        priority="P1",
        tier=2,
        body={},
        run_id="run_x",
        check_name="smtp.connect",
        evidence_key="",
        blind=False,
        previous_id=None,
        seen_at=now,
        recheck_at=now,
    )
    return open_ticket(services.db, new, now)

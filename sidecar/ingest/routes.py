"""The doors of the sidecar, as docs/protocol.md lists them."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from sidecar.ingest import exchange, pairing, running
from sidecar.ingest.door import SEEN_EVERY, Answer, Call, Doors, answer, new_message_id, read_body, refused, store_away
from sidecar.ingest.envelope import OFF_LITTLE, SUPPORTED, read_batch, read_object
from sidecar.ingest.rate import Rate
from sidecar.ingest.refusal import Refusal
from sidecar.store import events, sites
from sidecar.store.database import instant

if TYPE_CHECKING:
    from sidecar.services import Services

PAIR_BYTES = 64 * 1024
STRANGERS_PER_MINUTE = 120  # a nonce has 192 bits: this spares the machine, not the code


def blueprint(services: Services) -> Blueprint:
    """Every door below /api/v1; they guard themselves, by signatures."""
    bp = Blueprint("ingest", __name__, url_prefix="/api/v1")
    doors = Doors(services)
    db = services.db
    strangers = Rate(STRANGERS_PER_MINUTE)

    @bp.post("/events")
    @doors.door("events")
    def take_events(call: Call) -> Answer:
        site = call.site
        batch = read_batch(call.body, call.now, site.clock_offset_s)
        stale = site.last_seen_at is None or call.now - site.last_seen_at > SEEN_EVERY
        off_s = batch.clock_offset_s
        other = off_s is not None and abs(off_s - (site.clock_offset_s or 0.0)) > OFF_LITTLE.total_seconds()
        with db.transaction():
            accepted = events.insert_events(db, site.id, batch.events, call.now)
            if stale or other or batch.plugin != site.plugin_version:
                sites.seen(db, site.id, call.now, plugin_version=batch.plugin, clock_offset_s=off_s)
        if accepted:
            services.wake()
        return 202, {
            "accepted": accepted,
            "duplicates": len(batch.events) - accepted,
            "rejected": batch.rejected,
            "time": instant(call.now),
        }

    @bp.post("/commands/fetch")
    @doors.door("fetch")
    def fetch(call: Call) -> Answer:
        return 200, exchange.fetch(db, call)

    @bp.post("/commands/results")
    @doors.door("results")
    def results(call: Call) -> Answer:
        return 200, exchange.results(db, call)

    @bp.post("/pair/rotate")
    @doors.door("pairing")
    def rotate(call: Call) -> Answer:
        pairing.rotate(services, call.site.id, call.json(), call.now)
        return 200, {"ok": True, "time": instant(call.now)}

    @bp.post("/pair/end")
    @doors.door("pairing")
    def end(call: Call) -> Answer:
        sites.unpaired(db, call.site.id)
        return 200, {"ok": True, "time": instant(call.now)}

    @bp.post("/runs")
    @doors.door("runs")
    def start_run(call: Call) -> Answer:
        return 202, running.start(services, call)

    @bp.post("/runs/show")
    @doors.door("runs")
    def show_run(call: Call) -> Answer:
        return 200, running.show(services, call)

    @bp.post("/runs/overview")
    @doors.door("runs")
    def overview(call: Call) -> Answer:
        return 200, running.overview(services, call)

    @bp.post("/runs/forms")
    @doors.door("runs")
    def show_forms(call: Call) -> Answer:
        return 200, running.forms(services, call)

    @bp.post("/replies")
    @doors.door("runs")
    def read_reply(call: Call) -> Answer:
        return 200, running.read(call)

    @bp.get("/pair/key")
    def key() -> Response:
        try:
            _slow_down(strangers)
            return answer(200, pairing.key_answer(services, SUPPORTED, datetime.now(UTC)), "", None)
        except Refusal as refusal:
            return refused(refusal, "", None)

    @bp.post("/pair")
    def pair() -> Response:
        message_id = request.headers.get("webhook-id", "")[:200] or new_message_id()
        now = datetime.now(UTC)
        try:
            _slow_down(strangers)
            site_id, signing_key = pairing.pair(services, read_object(read_body(request, PAIR_BYTES)), now)
            return answer(201, {"site": site_id, "time": instant(now)}, message_id, signing_key)
        except Refusal as refusal:
            return refused(refusal, message_id, None)
        except sqlite3.OperationalError as error:
            return refused(store_away(error, db), message_id, None)

    return bp


def _slow_down(strangers: Rate) -> None:
    """Who is not known yet is counted by address. Raises Refusal."""
    if wait_s := strangers.wait_s(request.remote_addr or ""):
        raise Refusal("too_many", f"That is too many attempts. Come back in {wait_s} s.", retry_after_s=wait_s)

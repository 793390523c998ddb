"""The open run, live: a stream that says "changed", so that the page fetches what changed.

A stream holds a thread of the server, so there are few; who gets none polls instead.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from sidecar import runs as engine
from sidecar.store import runs as store
from sidecar.web import STOPPING, services

if TYPE_CHECKING:
    from sidecar.services import Services

bp = Blueprint("live", __name__)

STREAMS = 6
LOOK_S = 0.5
HEARTBEAT_S = 15.0  # so that a proxy does not close it, and a lost browser is noticed
LONGEST_S = 300.0

_free = threading.BoundedSemaphore(STREAMS)


@bp.get("/runs/<run_id>/live")
def run(run_id: str) -> ResponseReturnValue:
    """Server-sent events: `changed` with the run's state, `ended` when there is no more to come."""
    store.run(services().db, run_id)  # unknown: 404
    if not _free.acquire(blocking=False):
        return "", 204  # EventSource stops; the page polls
    stopping = current_app.extensions[STOPPING]
    stream = _changes(services(), run_id, request.headers.get("Last-Event-ID", ""), stopping)
    response = Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    response.call_on_close(_free.release)
    return response


def _changes(services: Services, run_id: str, seen: str, stopping: threading.Event) -> Iterator[str]:
    began = spoke = time.monotonic()
    yield "retry: 2000\n\n"
    while time.monotonic() - began < LONGEST_S and not stopping.is_set():
        view = engine.view(services.db, run_id, services.settings.public_url)
        mark = hashlib.sha256(json.dumps(view, sort_keys=True, default=str).encode()).hexdigest()[:16]
        if mark != seen:
            seen, spoke = mark, time.monotonic()
            yield f"id: {mark}\nevent: changed\ndata: {view['state']}\n\n"
        if view["state"] == "ended":
            yield "event: ended\ndata: ended\n\n"
            return
        if time.monotonic() - spoke > HEARTBEAT_S:
            spoke = time.monotonic()
            yield ": still here\n\n"
        stopping.wait(LOOK_S)

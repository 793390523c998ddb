"""The plugin's heartbeat and the third road for commands: it fetches what waits, and brings the results."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from sidecar.ingest.door import Call
from sidecar.ingest.envelope import clock_offset, plugin_version, printable
from sidecar.ingest.refusal import Refusal, shape
from sidecar.ingest.visits import read_hour
from sidecar.scrub import scrub, scrub_all
from sidecar.store import Database, commands, sites, visits
from sidecar.store.database import instant
from sidecar.wordpress.roads import envelope

HEARTBEAT_BYTES = 16 * 1024
RESULTS_A_MESSAGE = 50
NEXT_S, NEXT_WITH_OPEN_PAGE_S = 60, 3
OUTCOMES = ("done", "failed", "unknown")


def fetch(db: Database, call: Call) -> dict[str, Any]:
    """Keeps the heartbeat and an hour's visits; the commands that wait. Raises Refusal.

    A copy of the site at another address gets none, and its visits are not the site's.
    """
    body = call.json()
    version = plugin_version(body)
    home, page_open, said = body.get("home_url"), body.get("page_open", False), body.get("heartbeat", {})
    if not isinstance(home, str) or len(home) > 2_000:
        raise shape("home_url", "it is missing or too long")
    if not isinstance(page_open, bool):
        raise shape("page_open", "it is neither true nor false")
    said = {} if said == [] else said  # PHP writes an empty object as an empty list
    if not isinstance(said, dict) or len(_text(said)) > HEARTBEAT_BYTES:
        raise shape("heartbeat", f"it is not an object of at most {HEARTBEAT_BYTES} bytes")
    at_home = _place(home) == _place(call.site.url)
    offset_s = clock_offset(said.get("clock_offset_s"))
    hour = read_hour(said.pop("visits", None), offset_s or 0.0, call.now)
    with db.transaction():
        sites.seen(db, call.site.id, call.now, plugin_version=version, clock_offset_s=offset_s)
        heard = {**scrub_all(json.loads(printable(_text(said)))), "at": instant(call.now), "page_open": page_open}
        sites.heartbeat(db, call.site.id, heard if at_home else {**heard, "elsewhere": scrub(printable(home))})
        if hour and at_home:
            visits.keep(db, call.site.id, hour.at, hour.one_in, hour.counts)
    waiting = commands.waiting(db, call.site.id, call.now) if at_home else []
    return {
        "commands": [envelope(command) for command in waiting],
        "time": instant(call.now),
        "next_s": NEXT_WITH_OPEN_PAGE_S if page_open else NEXT_S,
    }


def results(db: Database, call: Call) -> dict[str, Any]:
    """Keeps how fetched commands ended. One that is unknown, or ended before, changes nothing. Raises Refusal."""
    given = call.json().get("results")
    if not isinstance(given, list) or len(given) > RESULTS_A_MESSAGE:
        raise shape("results", f"it is not a list of at most {RESULTS_A_MESSAGE}")
    outcomes = [read_outcome(each) for each in given]
    accepted = 0
    with db.transaction():
        for command_id, state, result, error in outcomes:
            accepted += commands.finish(
                db,
                command_id,
                site_id=call.site.id,
                state=state,
                result=result,
                error=error,
                road="fetch",
                now=call.now,
            )
    return {"accepted": accepted, "time": instant(call.now)}


def read_outcome(value: Any) -> tuple[str, str, dict[str, Any], str]:
    """A command's id, state, result and error, as a site answers them; scrubbed. Raises Refusal."""
    if not isinstance(value, dict):
        raise shape("results", "one is not an object")
    command_id, state, result, error = (value.get(name) for name in ("id", "state", "result", "error"))
    if not isinstance(command_id, str) or not 0 < len(command_id) <= 80:
        raise shape("id", "it is no command's id")
    if state not in OUTCOMES:
        raise shape("state", f"it is none of {', '.join(OUTCOMES)}")
    if result is None or result == []:
        result = {}
    if not isinstance(result, dict):
        raise shape("result", "it is not an object")
    if not isinstance(error, (str, type(None))):
        raise shape("error", "it is not text")
    clean = scrub_all(json.loads(printable(_text(result))))
    return printable(command_id), str(state), clean, scrub(printable(error or ""))[:2_000]


def _text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise Refusal("not_json", "A number is not finite.") from error


def _place(url: str) -> tuple[str, str, str]:
    """Host, port and path: http and https are the same place, and so is a slash at the end."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", str(parts.port or ""), parts.path.rstrip("/")
    except ValueError:
        return "", "", ""

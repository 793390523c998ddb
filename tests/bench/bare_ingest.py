"""The baseline of the ingest benchmark: waitress and SQLite with `synchronous=FULL`, and nothing verified.

One transaction a request, as many threads as the sidecar has. `python -m tests.bench.bare_ingest PORT FILE THREADS`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import waitress

SCHEMA = "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT, occurred_at TEXT, data TEXT) WITHOUT ROWID"
INSERT = "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)"

local = threading.local()


def connection(path: str) -> sqlite3.Connection:
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            local.connection.execute(f"PRAGMA {pragma}")
        local.connection.execute(SCHEMA)
    return local.connection


def application(path: str) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        events = json.loads(environ["wsgi.input"].read())["events"]
        db = connection(path)
        db.execute("BEGIN IMMEDIATE")
        db.executemany(INSERT, [(e["id"], e["type"], e["occurred_at"], json.dumps(e["data"])) for e in events])
        db.execute("COMMIT")
        start_response("202 Accepted", [("Content-Type", "application/json")])
        return [json.dumps({"accepted": len(events)}).encode()]

    return answer


if __name__ == "__main__":
    waitress.serve(application(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), threads=int(sys.argv[3]))

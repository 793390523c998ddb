"""The sidecar's doors on a real waitress, a real port and a real store; nothing behind them but a counter."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from sidecar import ingest
from sidecar.config import Settings
from sidecar.keys import PairingKey, SealingKey
from sidecar.store import Database, sites
from sidecar.store.migrate import open_store
from tests.servers.plugin_client import PluginClient


@dataclass
class Doors:
    """What the doors are handed, and where they are."""

    settings: Settings
    db: Database
    sealing: SealingKey
    pairing_key: PairingKey
    url: str = ""
    woken: list[datetime] = field(default_factory=list)

    def wake(self) -> None:
        """The engine's wake-up; here it is counted."""
        self.woken.append(datetime.now(UTC))

    def new_site(self, name: str = "Shop") -> str:
        """A site that waits to be paired."""
        return sites.add_site(self.db, name, "", datetime.now(UTC)).id

    def code(self, site_id: str, now: datetime | None = None) -> str:
        """A pairing code for it."""
        return ingest.make_code(self, site_id, "staff@msp.example", now or datetime.now(UTC))  # type: ignore[arg-type]

    def paired(self, **client: Any) -> PluginClient:
        """A site that was paired before; test_ingest_pairing pairs by the door."""
        plugin = PluginClient(self.url, **client)
        plugin.site, plugin.secret = self.new_site(), secrets.token_bytes(32)
        sites.paired(
            self.db,
            plugin.site,
            url=plugin.home,
            rest_url=plugin.rest_url,
            xmlrpc_url=plugin.xmlrpc_url,
            plugin_version="",
            secret_sealed=self.sealing.seal(plugin.secret),
            now=datetime.now(UTC),
        )
        return plugin


@contextmanager
def open_doors(
    data_dir: Path, *, also: Callable[[Flask, Doors], None] | None = None, **settings: Any
) -> Iterator[Doors]:
    """Doors that are open until the block ends; *also* may add doors of a test's own."""
    first = Settings(data_dir=data_dir, **settings)
    sealing = SealingKey.load(first)
    db = open_store(data_dir)
    doors = Doors(first, db, sealing, PairingKey.load(first, sealing))
    app = Flask("doors")
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    doors.url = f"http://127.0.0.1:{server.effective_port}"
    doors.settings = Settings(data_dir=data_dir, **{"public_url": doors.url, **settings})
    app.register_blueprint(ingest.blueprint(doors))  # type: ignore[arg-type]
    if also is not None:
        also(app, doors)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield doors
    finally:
        # In the loop's own thread: closed from here, it would sit in select() for seconds.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(10)
        server.task_dispatcher.shutdown()
        db.close()

"""The sidecar's web side on a real waitress, a real port and a real store; the engine behind it is not started."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from sidecar import ingest
from sidecar.app import create_app
from sidecar.config import Settings
from sidecar.keys import SealingKey
from sidecar.services import Services, build_services
from sidecar.store import Database, sites
from tests.servers.plugin_client import PluginClient


@dataclass
class Doors:
    """Where the doors are, and what is behind them."""

    services: Services
    url: str

    @property
    def db(self) -> Database:
        return self.services.db

    @property
    def sealing(self) -> SealingKey:
        return self.services.sealing

    @property
    def settings(self) -> Settings:
        return self.services.settings

    def new_site(self, name: str = "Shop") -> str:
        """A site that waits to be paired."""
        return sites.add_site(self.db, name, "", datetime.now(UTC)).id

    def code(self, site_id: str, now: datetime | None = None) -> str:
        """A pairing code for it."""
        return ingest.make_code(self.services, site_id, "staff@msp.example", now or datetime.now(UTC))

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
def open_doors(data_dir: Path, **settings: Any) -> Iterator[Doors]:
    """Doors that are open until the block ends."""
    services = build_services(Settings(data_dir=data_dir, **settings))
    server = create_server(create_app(services), host="127.0.0.1", port=0, threads=8)
    url = f"http://127.0.0.1:{server.effective_port}"
    services.settings = dataclasses.replace(services.settings, **{"public_url": url, **settings})
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Doors(services, url)
    finally:
        # In the loop's own thread: closed from here, it would sit in select() for seconds.
        with contextlib.suppress(OSError):  # the loop was awake, and closed all before it was woken
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(10)
        server.task_dispatcher.shutdown()
        services.db.close()

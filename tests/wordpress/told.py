"""What a real site told the sidecar: pairs it with the sidecar's real doors and reads the events that came in.

Nothing behind the doors acts on them, so that what is read is what the plugin sent.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from sidecar.store import events
from tests.servers.doors import Doors, open_doors
from tests.servers.lab import LabSite
from tests.servers.wordpress import poll
from tests.wordpress.scripted_runs import unpaired

SOON_S = 10.0  # the bar for event, run and ticket together is 15 s


_numbers = itertools.count()


def visit_running(
    site: LabSite, hook: str, code: str, path: str = "/", data: Mapping[str, str] | None = None
) -> requests.Response:
    """A visitor opens a page, or posts *data* to it, while a must-use plugin runs *code* on *hook*; only then."""
    # A name of its own each time: opcache would take the next one for this one.
    name = f"runs-{next(_numbers)}.php"
    site.put_mu_plugin(name, f"<?php add_action( '{hook}', function () {{ {code} }} );")
    try:
        return site.get(path) if data is None else site.visitor().post(path, data)
    finally:
        site.remove_mu_plugin(name)


class Told:
    """One paired site, and what happened there since the last `forget`."""

    def __init__(self, site: LabSite, doors: Doors) -> None:
        self.site = site
        self.doors = doors
        self.id = doors.new_site()
        unpaired(site)  # an earlier test may have paired it elsewhere
        site.wp("aftercare", "pair", doors.code(self.id))
        self.forget()

    def forget(self) -> None:
        """From here on only what happens now counts, whenever it arrives."""
        self._since = datetime.now(UTC)

    def all(self, *types: str) -> list[dict[str, Any]]:
        """The data of what was told, oldest first, with `type`."""
        rows = events.recent(self.doors.db, self.id, types, limit=10_000)
        return [{"type": row.type, **row.data} for row in reversed(rows) if row.occurred_at >= self._since]

    def of_visitors(self) -> list[dict[str, Any]]:
        """What was told of entries and mails; the machine tells other things too (`cron.late`, where it is busy)."""
        return [each for each in self.all() if each["type"].startswith(("form.", "mail."))]

    def wait_for(self, kind: str, within_s: float = SOON_S, **data: Any) -> dict[str, Any]:
        """The first event of this type with this data. Fails when it does not come by itself in time."""

        def come() -> dict[str, Any] | None:
            return next((e for e in self.all(kind) if all(e.get(k) == v for k, v in data.items())), None)

        found: dict[str, Any] = poll(come, within_s, f"no {kind} {data or ''}; came: {self.all()}")
        return found

    def flush(self) -> None:
        """Bring what waits in the outbox now, whatever the delays say."""
        self.site.php_eval(r"Aftercare\Outbox::write(); Aftercare\Sender::flush( 10.0, true );")

    def text(self) -> str:
        """All that arrived, as text: what must not leave the site must not be in it."""
        return json.dumps(self.all())

    def waiting(self) -> int:
        """Events in the site's own outbox."""
        return int(self.site.php_eval(r"echo Aftercare\Outbox::size();"))

    def beat(self) -> None:
        """One heartbeat, as cron runs it."""
        self.site.php_eval(r"Aftercare\Heartbeat::beat();")

    def time_passes(self, seconds: float) -> None:
        """For the mails that are under way: they began so much earlier."""
        self.site.php_eval(
            'global $wpdb; $wpdb->query( "UPDATE {$wpdb->prefix}aftercare_mails '
            f"SET began_at = began_at - {int(seconds)} WHERE outcome = ''\" );"
        )

    @contextmanager
    def sidecar_at(self, url: str) -> Iterator[None]:
        """For the site the sidecar is somewhere else until the block ends."""
        move = (
            "$p = Aftercare\\Options::get( 'pairing' ); $p['sidecar'] = '{}'; "
            "Aftercare\\Options::set( 'pairing', $p ); Aftercare\\Sender::reset();"
        )
        self.site.php_eval(move.format(url))
        try:
            yield
        finally:
            self.site.php_eval(move.format(self.doors.url))

    def unpair(self) -> None:
        self.site.php_eval(
            r"global $wpdb; Aftercare\Pairing::forget(); Aftercare\Sender::reset();"
            "delete_option( 'aftercare_php_errors' );"
            r'$wpdb->query( "DELETE FROM {$wpdb->prefix}aftercare_outbox" );'
        )


class Listeners:
    """Sites and the one sidecar's doors that hear them; each site is paired when it is first asked for."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._told: dict[str, Told] = {}

    def to(self, site: LabSite) -> Told:
        """What *site* tells from now on."""
        if site.url not in self._told:
            self._told[site.url] = Told(site, self._doors)
        self._told[site.url].forget()
        return self._told[site.url]


@contextmanager
def listening(directory: Path) -> Iterator[Listeners]:
    """Doors that are open until the block ends; then the sites are not paired any more."""
    with open_doors(directory) as doors:
        listeners = Listeners(doors)
        try:
            yield listeners
        finally:
            for told in listeners._told.values():
                told.unpair()

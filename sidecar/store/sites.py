"""The sites that are, were or will be paired, with their secrets (sealed) and what was last heard of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sidecar.store.database import Database, NotFound

COLUMNS = """id, name, url, rest_url, xmlrpc_url, state, secret_sealed, next_secret_sealed, next_secret_at,
    plugin_version, recipient, relay_networks, clock_offset_s, roads, heartbeat, created_at, paired_at, last_seen_at"""


@dataclass(frozen=True)
class Site:
    """One row of `sites`."""

    id: str
    name: str
    url: str  # the home URL at pairing
    rest_url: str
    xmlrpc_url: str
    state: str  # waiting | paired | unpaired
    secret_sealed: str | None = field(repr=False)
    next_secret_sealed: str | None = field(repr=False)
    next_secret_at: datetime | None
    plugin_version: str
    recipient: str
    relay_networks: list[str]
    clock_offset_s: float | None
    roads: dict[str, Any]  # road -> {"works": bool, "at": instant, "why": text}
    heartbeat: dict[str, Any]
    created_at: datetime
    paired_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Caller:
    """What a door has to know of a site before it believes a message."""

    id: str
    state: str
    url: str
    secret_sealed: str | None = field(repr=False)
    next_secret_sealed: str | None = field(repr=False)
    next_secret_at: datetime | None
    plugin_version: str
    clock_offset_s: float | None
    last_seen_at: datetime | None


CALLER = """
    SELECT id, state, url, secret_sealed, next_secret_sealed, next_secret_at,
           plugin_version, clock_offset_s, last_seen_at
      FROM sites WHERE id = :id"""


def caller(db: Database, site_id: str) -> Caller | None:
    """The site that says it is *site_id*, or None."""
    return db.row_or_none(Caller, CALLER, id=site_id)


def sites(db: Database) -> list[Site]:
    """Every site, by name."""
    return db.rows(Site, f"SELECT {COLUMNS} FROM sites ORDER BY name COLLATE NOCASE, id")  # noqa: S608 - a constant


def site(db: Database, site_id: str) -> Site:
    """One site. Raises NotFound."""
    found = db.row_or_none(Site, f"SELECT {COLUMNS} FROM sites WHERE id = :id", id=site_id)  # noqa: S608 - a constant
    if found is None:
        raise NotFound(f"there is no site {site_id}")
    return found


def add_site(db: Database, name: str, url: str, now: datetime) -> Site:
    """A new site that waits to be paired; pairing replaces *url* by what the site says of itself."""
    site_id = f"site_{secrets.token_hex(8)}"
    db.execute(
        "INSERT INTO sites (id, name, url, state, created_at) VALUES (:id, :name, :url, 'waiting', :now)",
        id=site_id,
        name=name,
        url=url,
        now=now,
    )
    return site(db, site_id)


def paired(
    db: Database,
    site_id: str,
    *,
    url: str,
    rest_url: str,
    xmlrpc_url: str,
    plugin_version: str,
    secret_sealed: str,
    now: datetime,
    name: str = "",
) -> None:
    """The site brought its secret. A name that staff gave stays. Raises NotFound."""
    changed = db.execute(
        """
        UPDATE sites SET state = 'paired', url = :url, rest_url = :rest_url, xmlrpc_url = :xmlrpc_url,
               plugin_version = :plugin_version, secret_sealed = :secret_sealed,
               next_secret_sealed = NULL, next_secret_at = NULL, roads = '{}', clock_offset_s = NULL,
               name = CASE WHEN name = '' THEN :name ELSE name END, paired_at = :now, last_seen_at = :now
         WHERE id = :id""",
        id=site_id,
        url=url,
        rest_url=rest_url,
        xmlrpc_url=xmlrpc_url,
        plugin_version=plugin_version,
        secret_sealed=secret_sealed,
        name=name,
        now=now,
    )
    _one(changed, site_id)


def unpaired(db: Database, site_id: str) -> None:
    """The site's secrets are gone: from now on it is denied everything. Raises NotFound."""
    changed = db.execute(
        """
        UPDATE sites SET state = 'unpaired', secret_sealed = NULL, next_secret_sealed = NULL, next_secret_at = NULL
         WHERE id = :id""",
        id=site_id,
    )
    _one(changed, site_id)


def rotation_began(
    db: Database,
    site_id: str,
    next_secret_sealed: str,
    now: datetime,
    *,
    url: str = "",
    rest_url: str = "",
    xmlrpc_url: str = "",
) -> None:
    """The site brought a new secret, and says where it is now; the old one lives until the new one is used.

    Raises NotFound.
    """
    changed = db.execute(
        """
        UPDATE sites SET next_secret_sealed = :sealed, next_secret_at = :now,
               url = CASE WHEN :url = '' THEN url ELSE :url END,
               rest_url = CASE WHEN :rest_url = '' THEN rest_url ELSE :rest_url END,
               xmlrpc_url = CASE WHEN :xmlrpc_url = '' THEN xmlrpc_url ELSE :xmlrpc_url END
         WHERE id = :id AND state = 'paired'""",
        id=site_id,
        sealed=next_secret_sealed,
        now=now,
        url=url,
        rest_url=rest_url,
        xmlrpc_url=xmlrpc_url,
    )
    _one(changed, site_id)


def rotation_ended(db: Database, site_id: str, next_secret_sealed: str) -> bool:
    """That new secret is now the only one; False where the site has other secrets by now."""
    changed = db.execute(
        """
        UPDATE sites SET secret_sealed = next_secret_sealed, next_secret_sealed = NULL, next_secret_at = NULL
         WHERE id = :id AND state = 'paired' AND next_secret_sealed = :sealed""",
        id=site_id,
        sealed=next_secret_sealed,
    )
    return changed == 1


def seen(db: Database, site_id: str, now: datetime, *, plugin_version: str, clock_offset_s: float | None) -> None:
    """The site spoke to us, with a clock that is so much off (None: it was not measured)."""
    db.execute(
        """
        UPDATE sites SET last_seen_at = :now, clock_offset_s = COALESCE(:clock_offset_s, clock_offset_s),
               plugin_version = CASE WHEN :plugin_version = '' THEN plugin_version ELSE :plugin_version END
         WHERE id = :id""",
        id=site_id,
        now=now,
        plugin_version=plugin_version,
        clock_offset_s=clock_offset_s,
    )


def heartbeat(db: Database, site_id: str, said: Mapping[str, Any]) -> None:
    """What the site's last heartbeat said."""
    db.execute("UPDATE sites SET heartbeat = :said WHERE id = :id", id=site_id, said=dict(said))


def road_tried(db: Database, site_id: str, road: str, outcome: Mapping[str, Any]) -> None:
    """How *road* to the site went: {"works", "at", "why"}; the other roads stay as they are."""
    with db.transaction():
        roads = {**site(db, site_id).roads, road: dict(outcome)}
        db.execute("UPDATE sites SET roads = :roads WHERE id = :id", id=site_id, roads=roads)


def set_recipient(db: Database, site_id: str, recipient: str) -> None:
    """The mailbox that this site's canaries go to; empty for the settings' own. Raises NotFound."""
    _one(db.execute("UPDATE sites SET recipient = :to WHERE id = :id", id=site_id, to=recipient), site_id)


def set_relay_networks(db: Database, site_id: str, networks: Sequence[str]) -> None:
    """The private networks that this site's relay may lie in. Raises NotFound."""
    changed = db.execute("UPDATE sites SET relay_networks = :nets WHERE id = :id", id=site_id, nets=list(networks))
    _one(changed, site_id)


def _one(changed: int, site_id: str) -> None:
    if changed != 1:
        raise NotFound(f"there is no site {site_id}")

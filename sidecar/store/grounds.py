"""What pasted messages have shown of how a site's mail travels. The messages themselves are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.store.database import Database

KEPT = 10  # of each site: an older one tells of a relay that may be gone


@dataclass(frozen=True)
class Ground:
    """One row of `mail_grounds`."""

    id: int
    ground: dict[str, Any]
    read_by: str
    read_at: datetime


def keep_ground(db: Database, site_id: str, ground: Mapping[str, Any], read_by: str, now: datetime) -> None:
    """One more; the oldest beyond KEPT go. Raises Conflict when there is no such site."""
    with db.transaction():
        db.execute(
            "INSERT INTO mail_grounds (site_id, ground, read_by, read_at) VALUES (:site, :ground, :by, :now)",
            site=site_id,
            ground=dict(ground),
            by=read_by,
            now=now,
        )
        db.execute(
            """
            DELETE FROM mail_grounds WHERE site_id = :site AND id NOT IN
                (SELECT id FROM mail_grounds WHERE site_id = :site ORDER BY id DESC LIMIT :kept)""",
            site=site_id,
            kept=KEPT,
        )


def grounds_of(db: Database, site_id: str) -> list[Ground]:
    """A site's, newest first."""
    return db.rows(
        Ground,
        "SELECT id, ground, read_by, read_at FROM mail_grounds WHERE site_id = :site ORDER BY id DESC",
        site=site_id,
    )


def forget_grounds(db: Database, site_id: str) -> int:
    """The site's relay is another one now: what messages showed of the old one counts no more; how many there were."""
    return db.execute("DELETE FROM mail_grounds WHERE site_id = :site", site=site_id)


def purge(db: Database, before: datetime) -> int:
    """Those that were read before then go; how many."""
    return db.execute("DELETE FROM mail_grounds WHERE read_at < :before", before=before)

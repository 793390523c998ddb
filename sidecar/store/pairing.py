"""Pairing codes at rest: the nonce only as a hash, good once, until it expires."""

from __future__ import annotations

from datetime import datetime

from sidecar.store.database import Database


def add_code(db: Database, *, nonce_hash: str, site_id: str, created_by: str, expires_at: datetime) -> None:
    """Keep a new code for *site_id*; the ones made for it before end. Raises Conflict."""
    with db.transaction():
        db.execute("DELETE FROM pairing_codes WHERE site_id = :site", site=site_id)
        db.execute(
            """
            INSERT INTO pairing_codes (nonce_hash, site_id, created_by, expires_at)
            VALUES (:hash, :site, :by, :expires_at)""",
            hash=nonce_hash,
            site=site_id,
            by=created_by,
            expires_at=expires_at,
        )


def use_code(db: Database, nonce_hash: str, now: datetime) -> str | None:
    """The site that this code pairs, once; None when it is unknown, used or too late."""
    with db.transaction():
        site_id: str | None = db.value(
            "SELECT site_id FROM pairing_codes WHERE nonce_hash = :hash AND used_at IS NULL AND expires_at > :now",
            hash=nonce_hash,
            now=now,
        )
        db.execute(
            "UPDATE pairing_codes SET used_at = :now WHERE nonce_hash = :hash AND used_at IS NULL",
            hash=nonce_hash,
            now=now,
        )
    return site_id

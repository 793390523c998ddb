"""Log-in as rows: sessions, links that are good once, and the attempts that are counted.

Only hashes of tokens are kept, so a copy of the database opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database, NotFound
from sidecar.store.users import User


@dataclass(frozen=True)
class Link:
    """A link that lets somebody set a password, once, until it expires."""

    token_hash: str
    user_id: str | None  # None: the first account is made with it
    purpose: str  # first | invitation | reset
    expires_at: datetime


ADD_SESSION = """
    INSERT INTO sessions (token_hash, user_id, created_at, expires_at)
    VALUES (:token_hash, :user_id, :now, :expires_at)"""
SESSION_USER = """
    SELECT users.id, email, name, password_hash, active, users.created_at, last_login_at
      FROM sessions JOIN users ON users.id = sessions.user_id
     WHERE token_hash = :token_hash AND expires_at > :now AND active = 1"""
ADD_LINK = """
    INSERT INTO login_links (token_hash, user_id, purpose, expires_at)
    VALUES (:token_hash, :user_id, :purpose, :expires_at)"""
OPEN_LINK = """
    SELECT token_hash, user_id, purpose, expires_at FROM login_links
     WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now"""
OPEN_INVITATIONS = """
    SELECT token_hash, user_id, purpose, expires_at FROM login_links
     WHERE user_id IS NOT NULL AND used_at IS NULL AND expires_at > :now"""
USE_LINK = "UPDATE login_links SET used_at = :now WHERE token_hash = :token_hash AND used_at IS NULL"
DROP_LINKS = "DELETE FROM login_links WHERE user_id IS :user_id AND used_at IS NULL"


def add_session(db: Database, token_hash: str, user_id: str, now: datetime, expires_at: datetime) -> None:
    """A browser that logged in."""
    db.execute(ADD_SESSION, token_hash=token_hash, user_id=user_id, now=now, expires_at=expires_at)


def session_user(db: Database, token_hash: str, now: datetime) -> User | None:
    """Whose session it is; None once it ended, expired, or the account was shut out."""
    return db.row_or_none(User, SESSION_USER, token_hash=token_hash, now=now)


def end_session(db: Database, token_hash: str) -> None:
    """Log-out: from now on the cookie, and any copy of it, opens nothing."""
    db.execute("DELETE FROM sessions WHERE token_hash = :token_hash", token_hash=token_hash)


def end_sessions_of(db: Database, user_id: str, keep: str = "") -> None:
    """End every session of an account but *keep*."""
    db.execute("DELETE FROM sessions WHERE user_id = :user_id AND token_hash != :keep", user_id=user_id, keep=keep)


def add_link(db: Database, link: Link) -> None:
    """Keep *link*; an older one for the same account is good no more."""
    with db.transaction():
        db.execute(DROP_LINKS, user_id=link.user_id)
        db.execute(
            ADD_LINK,
            token_hash=link.token_hash,
            user_id=link.user_id,
            purpose=link.purpose,
            expires_at=link.expires_at,
        )


def open_link(db: Database, token_hash: str, now: datetime) -> Link:
    """The link, if it is still good. Raises NotFound."""
    return db.row(Link, OPEN_LINK, token_hash=token_hash, now=now)


def open_links(db: Database, now: datetime) -> list[Link]:
    """Every link to an account that nobody has used yet."""
    return db.rows(Link, OPEN_INVITATIONS, now=now)


def use_link(db: Database, token_hash: str, now: datetime) -> None:
    """Spend the link. Raises NotFound when somebody was faster."""
    if db.execute(USE_LINK, token_hash=token_hash, now=now) != 1:
        raise NotFound("link")


def drop_links_of(db: Database, user_id: str | None) -> None:
    """Make every unused link of an account (None: the first link) worthless."""
    db.execute(DROP_LINKS, user_id=user_id)


def attempts(db: Database, key: str, since: datetime) -> list[datetime]:
    """When *key* tried to log in since then, oldest first."""
    found = db.rows(
        str, "SELECT at FROM login_attempts WHERE key = :key AND at > :since ORDER BY at", key=key, since=since
    )
    return [datetime.fromisoformat(at) for at in found]


def add_attempt(db: Database, key: str, now: datetime) -> None:
    """Count one attempt."""
    db.execute("INSERT INTO login_attempts (key, at) VALUES (:key, :now)", key=key, now=now)


def forget_attempts(db: Database, key: str) -> None:
    """A log-in that worked clears its own count."""
    db.execute("DELETE FROM login_attempts WHERE key = :key", key=key)


def purge_sessions(db: Database, now: datetime, attempts_before: datetime) -> None:
    """Drop what has expired."""
    db.execute("DELETE FROM sessions WHERE expires_at <= :now", now=now)
    db.execute("DELETE FROM login_links WHERE expires_at <= :now", now=now)
    db.execute("DELETE FROM login_attempts WHERE at <= :before", before=attempts_before)

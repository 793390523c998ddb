"""API tokens as rows: a program's key to the staff API, kept as a hash only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database, NotFound
from sidecar.store.users import User


@dataclass(frozen=True)
class Token:
    """A token without its secret: that was shown once, to its owner."""

    id: str
    user_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


ADD = """
    INSERT INTO api_tokens (token_hash, id, user_id, name, created_at)
    VALUES (:token_hash, :token_id, :user_id, :name, :now)"""
OF_USER = """
    SELECT id, user_id, name, created_at, last_used_at FROM api_tokens
     WHERE user_id = :user_id ORDER BY created_at DESC, id"""
ALL = "SELECT id, user_id, name, created_at, last_used_at FROM api_tokens ORDER BY created_at DESC, id"
OWNER = """
    SELECT users.id, email, users.name, password_hash, active, users.created_at, last_login_at
      FROM api_tokens JOIN users ON users.id = api_tokens.user_id
     WHERE token_hash = :token_hash AND active = 1"""
# Once a minute is enough to see whether a token is in use: a read stays a read.
USED = """
    UPDATE api_tokens SET last_used_at = :now
     WHERE token_hash = :token_hash AND (last_used_at IS NULL OR last_used_at < :a_minute_ago)"""


def add_token(db: Database, token_hash: str, token_id: str, user_id: str, name: str, now: datetime) -> Token:
    """Keep a new token's hash."""
    db.execute(ADD, token_hash=token_hash, token_id=token_id, user_id=user_id, name=name, now=now)
    return Token(token_id, user_id, name, now, None)


def tokens_of(db: Database, user_id: str) -> list[Token]:
    """An account's tokens, newest first."""
    return db.rows(Token, OF_USER, user_id=user_id)


def tokens(db: Database) -> list[Token]:
    """Every token, newest first."""
    return db.rows(Token, ALL)


def token_owner(db: Database, token_hash: str) -> User | None:
    """Whose token it is; None for an unknown one and for an account that was shut out."""
    return db.row_or_none(User, OWNER, token_hash=token_hash)


def token_used(db: Database, token_hash: str, now: datetime, a_minute_ago: datetime) -> None:
    """Note that the token is in use."""
    db.execute(USED, token_hash=token_hash, now=now, a_minute_ago=a_minute_ago)


def revoke_token(db: Database, token_id: str, user_id: str | None = None) -> None:
    """End a token, of *user_id* only if one is named. Raises NotFound."""
    sql = "DELETE FROM api_tokens WHERE id = :token_id AND (:user_id IS NULL OR user_id = :user_id)"
    if db.execute(sql, token_id=token_id, user_id=user_id) != 1:
        raise NotFound(f"there is no token {token_id}")


def revoke_tokens_of(db: Database, user_id: str) -> None:
    """End every token of an account."""
    db.execute("DELETE FROM api_tokens WHERE user_id = :user_id", user_id=user_id)

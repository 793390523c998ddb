"""Staff accounts as rows: who may use console, API and command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database


@dataclass(frozen=True)
class User:
    """One of the staff. `password_hash` is empty until an invitation is taken up."""

    id: str
    email: str
    name: str
    password_hash: str | None
    active: bool
    created_at: datetime
    last_login_at: datetime | None


COLUMNS = "id, email, name, password_hash, active, created_at, last_login_at"
ALL = f"SELECT {COLUMNS} FROM users ORDER BY name COLLATE NOCASE, email"  # noqa: S608 - a constant of ours
BY_ID = f"SELECT {COLUMNS} FROM users WHERE id = :user_id"  # noqa: S608
BY_EMAIL = f"SELECT {COLUMNS} FROM users WHERE email = :email"  # noqa: S608
ADD = """
    INSERT INTO users (id, email, name, password_hash, created_at)
    VALUES (:user_id, :email, :name, NULL, :now)"""


def users(db: Database) -> list[User]:
    """Every account, by name."""
    return db.rows(User, ALL)


def user(db: Database, user_id: str) -> User:
    """The account. Raises NotFound."""
    return db.row(User, BY_ID, user_id=user_id)


def user_by_email(db: Database, email: str) -> User | None:
    """The account of that address, however it is capitalised."""
    return db.row_or_none(User, BY_EMAIL, email=email)


def someone_can_log_in(db: Database) -> bool:
    """Whether any active account has a password: until then the first link is needed."""
    return bool(db.value("SELECT 1 FROM users WHERE active = 1 AND password_hash IS NOT NULL LIMIT 1"))


def add_user(db: Database, user_id: str, email: str, name: str, now: datetime) -> User:
    """A new account without a password. Raises Conflict when the address has one."""
    db.execute(ADD, user_id=user_id, email=email, name=name, now=now)
    return user(db, user_id)


def set_password_hash(db: Database, user_id: str, password_hash: str) -> None:
    """Keep the password's hash; the password itself is kept nowhere."""
    db.execute(
        "UPDATE users SET password_hash = :password_hash WHERE id = :user_id",
        user_id=user_id,
        password_hash=password_hash,
    )


def set_active(db: Database, user_id: str, active: bool) -> None:
    """Let an account in, or shut it out."""
    db.execute("UPDATE users SET active = :active WHERE id = :user_id", user_id=user_id, active=active)


def logged_in(db: Database, user_id: str, now: datetime) -> None:
    """Note when the account was last used to log in."""
    db.execute("UPDATE users SET last_login_at = :now WHERE id = :user_id", user_id=user_id, now=now)

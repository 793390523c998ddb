"""Who is let in: passwords, links that are good once, sessions, API tokens, and how often one may try.

Every secret handed out is random, 256 bits, and kept as SHA-256; passwords as Argon2id.
An unknown address and a wrong password cost the same time and get the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sidecar.store import sessions, tokens, users
from sidecar.store.database import Conflict, Database
from sidecar.store.users import User

PASSWORD_LENGTH = range(12, 257)  # NIST SP 800-63B asks for length, not for sorts of characters
SESSION = timedelta(days=7)
FIRST_LINK = timedelta(minutes=15)
RESET_LINK = timedelta(hours=1)
INVITATION = timedelta(days=7)
TOKEN_PREFIX = "aftercare_"  # noqa: S105 - so that a secret scanner can tell one

# Attempts in a quarter of an hour: one address on one account, one address, one account from anywhere.
# The last is wide, so that a stranger cannot easily shut a colleague out.
WINDOW = timedelta(minutes=15)
LIMITS = {"pair": 5, "address": 20, "account": 60}

MAILBOX = re.compile(r"[^\s@<>()\"',;:\\]+@[^\s@<>()\"',;:\\]+\.[^\s@<>()\"',;:\\.]+")

# Argon2id with the least that OWASP accepts (19 MiB, 2 passes): sixteen log-ins at once fit into a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))


class Refused(Exception):
    """What was typed cannot be taken; the text says why, for the person who typed it."""


class WrongLogin(Exception):
    """No active account has that address and password."""


class TooManyAttempts(Exception):
    """Too many attempts; `retry_after_s` says when the next is looked at."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Attempt:
    """Who tries to log in, from where; kept only as keyed hashes."""

    email: str
    address: str
    key: bytes

    def counted_as(self) -> dict[str, str]:
        """limit -> the hash that it is counted under."""
        email, network = self.email.strip().lower(), _network(self.address)
        parts = {"pair": f"{email} {network}", "address": network, "account": email}
        return {name: self._hash(f"{name} {text}") for name, text in parts.items()}

    def _hash(self, text: str) -> str:
        return hmac.digest(self.key, text.encode(), "sha256").hex()


def _network(address: str) -> str:
    """An IPv6 customer has a /64 at least: count it as one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def hashed(secret: str) -> str:
    """How a random secret is kept: it has 256 bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def log_in(db: Database, attempt: Attempt, password: str, now: datetime) -> tuple[User, str]:
    """The account and its new session's token. Raises TooManyAttempts, WrongLogin.

    The attempt is counted before the password is looked at, so that many at once gain nothing.
    """
    keys = attempt.counted_as()
    with db.transaction():
        _within_limits(db, keys, now)
        for key in keys.values():
            sessions.add_attempt(db, key, now)
    found = users.user_by_email(db, attempt.email.strip())
    right = _password_is(password, found.password_hash if found and found.password_hash else _NOBODY)
    if not found or not found.active or not found.password_hash or not right:
        raise WrongLogin
    sessions.forget_attempts(db, keys["pair"])
    if _hasher.check_needs_rehash(found.password_hash):
        users.set_password_hash(db, found.id, _hasher.hash(password))
    return found, begin_session(db, found, now)


def _within_limits(db: Database, keys: dict[str, str], now: datetime) -> None:
    for name, limit in LIMITS.items():
        tried = sessions.attempts(db, keys[name], now - WINDOW)
        if len(tried) >= limit:
            free_at = tried[-limit] + WINDOW
            raise TooManyAttempts(max(1, int((free_at - now).total_seconds()) + 1))


def begin_session(db: Database, user: User, now: datetime) -> str:
    """A new session's token; what has expired is swept on the way."""
    token = secrets.token_urlsafe(32)
    sessions.purge_sessions(db, now, now - WINDOW)
    sessions.add_session(db, hashed(token), user.id, now, now + SESSION)
    users.logged_in(db, user.id, now)
    return token


def _password_is(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def set_password(db: Database, user: User, password: str, *, keep_session: str = "") -> None:
    """Set a password; every other session of the account ends. Raises Refused."""
    _fit_password(password, user.email)
    users.set_password_hash(db, user.id, _hasher.hash(password))
    sessions.end_sessions_of(db, user.id, keep=hashed(keep_session) if keep_session else "")


def change_password(
    db: Database, user: User, old: str, new: str, keep_session: str, attempt: Attempt, now: datetime
) -> None:
    """Change one's own password. Raises TooManyAttempts, WrongLogin (the old one is wrong), Refused."""
    keys = attempt.counted_as()
    with db.transaction():
        _within_limits(db, keys, now)
        for key in keys.values():
            sessions.add_attempt(db, key, now)
    if not user.password_hash or not _password_is(old, user.password_hash):
        raise WrongLogin
    sessions.forget_attempts(db, keys["pair"])
    set_password(db, user, new, keep_session=keep_session)


def _fit_password(password: str, email: str) -> None:
    if len(password) < PASSWORD_LENGTH.start:
        raise Refused(f"A password has {PASSWORD_LENGTH.start} characters or more; this one has {len(password)}.")
    if len(password) not in PASSWORD_LENGTH:
        raise Refused(f"A password has {PASSWORD_LENGTH.stop - 1} characters at most.")
    if len(set(password)) < 5 or password.lower() in (email.lower(), email.lower().partition("@")[0]):
        raise Refused("This password is easy to guess. Take several words that have nothing to do with each other.")


def add_user(db: Database, email: str, name: str, now: datetime) -> User:
    """A new account, not yet able to log in. Raises Refused."""
    email, name = email.strip(), " ".join(name.split())
    if not MAILBOX.fullmatch(email) or len(email) > 254:
        raise Refused("Write the address as name@domain.")
    if not 1 <= len(name) <= 100:
        raise Refused("Write a name of 1 to 100 characters: it stands beside what this person does.")
    try:
        return users.add_user(db, f"user_{secrets.token_hex(8)}", email, name, now)
    except Conflict:
        raise Refused(f"{email} has an account already.") from None


def new_link(db: Database, user: User | None, purpose: str, now: datetime) -> str:
    """The token of a new link; earlier ones for the same account are good no more."""
    token = secrets.token_urlsafe(32)
    life = {"first": FIRST_LINK, "invitation": INVITATION, "reset": RESET_LINK}[purpose]
    sessions.add_link(db, sessions.Link(hashed(token), user.id if user else None, purpose, now + life))
    return token


def open_link(db: Database, token: str, now: datetime) -> sessions.Link:
    """The link, if it is still good. Raises NotFound."""
    link = sessions.open_link(db, hashed(token), now)
    if link.purpose == "first" and users.someone_can_log_in(db):
        sessions.use_link(db, link.token_hash, now)  # somebody is in: whoever else is staff gets invited
        return sessions.open_link(db, link.token_hash, now)
    return link


def take_up(
    db: Database, token: str, password: str, now: datetime, *, email: str = "", name: str = ""
) -> tuple[User, str]:
    """Spend a link: set the password, log in. Raises NotFound, Refused; then the link stays good."""
    with db.transaction():
        link = open_link(db, token, now)
        user = users.user(db, link.user_id) if link.user_id else add_user(db, email, name, now)
        set_password(db, user, password)
        sessions.use_link(db, link.token_hash, now)
        return user, begin_session(db, user, now)


def shut_out(db: Database, user: User) -> None:
    """End an account's access at once: sessions, tokens, links. Raises Refused for the last one."""
    with db.transaction():
        others = [each for each in users.users(db) if each.active and each.password_hash and each.id != user.id]
        if not others:
            raise Refused("This is the last account that can log in. Invite somebody else first.")
        users.set_active(db, user.id, False)
        sessions.end_sessions_of(db, user.id)
        sessions.drop_links_of(db, user.id)
        tokens.revoke_tokens_of(db, user.id)


def add_token(db: Database, user: User, name: str, now: datetime) -> tuple[tokens.Token, str]:
    """A new API token and its secret, which is shown once. Raises Refused."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100:
        raise Refused("Name the token after the program that will use it, in 1 to 100 characters.")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    return tokens.add_token(db, hashed(secret), f"token_{secrets.token_hex(8)}", user.id, name, now), secret


def token_owner(db: Database, secret: str, now: datetime) -> User | None:
    """Whose API token it is."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    owner = tokens.token_owner(db, hashed(secret))
    if owner:
        tokens.token_used(db, hashed(secret), now, now - timedelta(minutes=1))
    return owner

"""What every view stands on: the services, the clock, who asks and from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request
from flask_login import current_user

from sidecar.accounts import Attempt
from sidecar.store.users import User

if TYPE_CHECKING:
    from sidecar.services import Services

EXTENSION = "aftercare"
STOPPING = "aftercare.stopping"  # set when the server goes, so that streams end


@dataclass(frozen=True)
class LoggedIn:
    """A browser's session, as Flask-Login wants it: its id is the session's token, not the account's."""

    user: User
    session_token: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.session_token


def services() -> Services:
    """The bundle that this app was made with."""
    return cast("Services", current_app.extensions[EXTENSION])


def now() -> datetime:
    """The clock of the views."""
    return datetime.now(UTC)


def logged_in() -> LoggedIn | None:
    """The session that this request belongs to."""
    found = current_user._get_current_object()
    return found if isinstance(found, LoggedIn) else None


def staff() -> User:
    """Who asks, by session or API token. Nobody else is let into a view that asks this."""
    if bearer := cast("User | None", g.get("bearer")):
        return bearer
    session = logged_in()
    if session is None:
        raise RuntimeError("a view that is open to strangers asked who is logged in")
    return session.user


def attempt(email: str) -> Attempt:
    """A log-in attempt from the address that this request came from."""
    return Attempt(email, request.remote_addr or "", services().sealing.key_for("log-in attempts"))


def wants_json() -> bool:
    """Whether a program asked: by its path, or because it takes JSON and no page."""
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"

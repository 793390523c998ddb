"""One's own account: password, where one is logged in, API tokens."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import accounts
from sidecar.store import sessions, tokens
from sidecar.web import attempt, logged_in, now, services, staff

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
def show() -> str:
    """The account's page."""
    return _page()


def _page(problem: str = "", token_problem: str = "", secret: str = "") -> str:
    return render_template(
        "account/show.html",
        tokens=tokens.tokens_of(services().db, staff().id),
        problem=problem,
        token_problem=token_problem,
        secret=secret,
    )


@bp.post("/password")
def password() -> ResponseReturnValue:
    """Change the password; other browsers are logged out."""
    user, session, typed = staff(), logged_in(), request.form
    keep = session.session_token if session else ""
    try:
        accounts.change_password(
            services().db, user, typed.get("old", ""), typed.get("new", ""), keep, attempt(user.email), now()
        )
    except accounts.WrongLogin:
        return _page("The present password is another one."), 400
    except accounts.Refused as error:
        return _page(str(error)), 400
    except accounts.TooManyAttempts as error:
        words = f"Too many attempts. Wait {-(-error.retry_after_s // 60)} min, then try again."
        return _page(words), 429, {"Retry-After": str(error.retry_after_s)}
    flash("The password is changed. Other browsers were logged out.", "pass")
    return redirect(url_for("account.show"))


@bp.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """Log every other browser out."""
    session = logged_in()
    sessions.end_sessions_of(services().db, staff().id, keep=accounts.hashed(session.session_token) if session else "")
    flash("Every other browser was logged out.", "pass")
    return redirect(url_for("account.show"))


@bp.post("/tokens")
def add_token() -> ResponseReturnValue:
    """Make an API token; its secret is in this answer and nowhere else."""
    try:
        _, secret = accounts.add_token(services().db, staff(), request.form.get("name", ""), now())
    except accounts.Refused as error:
        return _page(token_problem=str(error)), 400
    return _page(secret=secret), 201


@bp.post("/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> ResponseReturnValue:
    """End a token of one's own."""
    tokens.revoke_token(services().db, token_id, staff().id)
    flash("The token is revoked; programs that use it get 401 from now on.", "pass")
    return redirect(url_for("account.show"))

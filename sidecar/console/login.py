"""The door: log-in, log-out, and the links that let somebody set a password once."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from sidecar import accounts
from sidecar.console.errors import answer
from sidecar.store import sessions, users
from sidecar.store.database import NotFound
from sidecar.web import LoggedIn, attempt, logged_in, now, services

bp = Blueprint("login", __name__)

WRONG = "That address and password do not belong together. Check both; passwords may be pasted."
SPENT = (
    "This link was used already, or its time is over. Ask a colleague for a new one, or type on the server: "
    "aftercare user reset <address>. While nobody has an account, a restart of aftercare serve prints a new first link."
)


@bp.get("/login")
def form() -> ResponseReturnValue:
    """The log-in form."""
    if logged_in():
        return redirect(url_for("home.show"))
    return _form()


def _form(email: str = "", problem: str = "") -> str:
    first = not users.someone_can_log_in(services().db)
    return render_template("login/form.html", email=email, problem=problem, first=first, next=_next())


@bp.post("/login")
def enter() -> ResponseReturnValue:
    """Let somebody in, or say the same to everybody else."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        user, token = accounts.log_in(services().db, attempt(email), password, now())
    except accounts.WrongLogin:
        return _form(email, WRONG), 401
    except accounts.TooManyAttempts as error:
        minutes = -(-error.retry_after_s // 60)
        words = f"Too many attempts. Wait {minutes} min, then try again. A forgotten password: see below."
        return _form(email, words), 429, {"Retry-After": str(error.retry_after_s)}
    _open_session(LoggedIn(user, token))
    return redirect(_next() or url_for("home.show"))


@bp.post("/logout")
def leave() -> ResponseReturnValue:
    """End the session for good: a copy of the cookie is worth nothing either."""
    if current := logged_in():
        sessions.end_session(services().db, accounts.hashed(current.session_token))
    logout_user()
    session.clear()
    return redirect(url_for("login.form"))


@bp.get("/welcome/<token>")
def welcome(token: str) -> ResponseReturnValue:
    """The form behind a link; looking at it does not spend it."""
    try:
        link = accounts.open_link(services().db, token, now())
    except NotFound:
        return answer(404, SPENT)
    return _welcome(token, link)


def _welcome(token: str, link: sessions.Link, problem: str = "") -> str:
    user = users.user(services().db, link.user_id) if link.user_id else None
    return render_template("login/welcome.html", token=token, link=link, user=user, problem=problem, typed=request.form)


@bp.post("/welcome/<token>")
def take_up(token: str) -> ResponseReturnValue:
    """Set the password and go in."""
    db, typed = services().db, request.form
    try:
        link = accounts.open_link(db, token, now())
        if typed.get("password") != typed.get("again"):
            return _welcome(token, link, "The two passwords differ. Type them again."), 400
        user, session_token = accounts.take_up(
            db, token, typed.get("password", ""), now(), email=typed.get("email", ""), name=typed.get("name", "")
        )
    except NotFound:
        return answer(404, SPENT)
    except accounts.Refused as error:
        return _welcome(token, link, str(error)), 400
    _open_session(LoggedIn(user, session_token))
    return redirect(url_for("home.show"))


def _open_session(current: LoggedIn) -> None:
    session.clear()  # nothing of the visitor before survives the log-in
    session.permanent = True
    login_user(current)


def _next() -> str:
    """Where to go after the log-in: a page of ours, or nothing."""
    wanted = request.values.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if ours and wanted != "/" else ""

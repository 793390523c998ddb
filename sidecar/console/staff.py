"""The staff: who may log in, invitations, new links, and shutting somebody out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import accounts
from sidecar.store import sessions, users
from sidecar.web import now, services, staff

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("")
def index() -> str:
    """Everybody with an account."""
    return _page()


def _page(problem: str = "", link: str = "", invited: users.User | None = None) -> str:
    db = services().db
    waiting = {each.user_id: each for each in sessions.open_links(db, now())}
    return render_template(
        "staff/index.html",
        people=users.users(db),
        waiting=waiting,
        problem=problem,
        link=link,
        invited=invited,
        typed=request.form,
    )


@bp.post("")
def invite() -> ResponseReturnValue:
    """Make an account and the link that opens it; the link is shown once."""
    db = services().db
    try:
        invited = accounts.add_user(db, request.form.get("email", ""), request.form.get("name", ""), now())
    except accounts.Refused as error:
        return _page(str(error)), 400
    return _page(link=_link(invited, "invitation"), invited=invited), 201


@bp.post("/<user_id>/link")
def new_link(user_id: str) -> ResponseReturnValue:
    """A new link for somebody who lost theirs, or the password."""
    user = users.user(services().db, user_id)
    if not user.active:
        return _page(f"{user.name} is shut out. Let them in again first."), 400
    return _page(link=_link(user, "reset" if user.password_hash else "invitation"), invited=user), 201


def _link(user: users.User, purpose: str) -> str:
    token = accounts.new_link(services().db, user, purpose, now())
    return services().settings.public_url + url_for("login.welcome", token=token)


@bp.post("/<user_id>/shut-out")
def shut_out(user_id: str) -> ResponseReturnValue:
    """End somebody's access at once."""
    user = users.user(services().db, user_id)
    try:
        accounts.shut_out(services().db, user)
    except accounts.Refused as error:
        return _page(str(error)), 400
    if user.id == staff().id:
        return redirect(url_for("login.form"))
    flash(f"{user.name} is shut out: sessions, tokens and links are worth nothing any more.", "pass")
    return redirect(url_for("staff.index"))


@bp.post("/<user_id>/let-in")
def let_in(user_id: str) -> ResponseReturnValue:
    """Let somebody in again, with the password they had."""
    user = users.user(services().db, user_id)
    users.set_active(services().db, user.id, True)
    flash(f"{user.name} may log in again.", "pass")
    return redirect(url_for("staff.index"))

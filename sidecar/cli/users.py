"""`aftercare user` and `aftercare token`: who may log in, and which programs may."""

from __future__ import annotations

from typing import Any

import click

from sidecar import accounts
from sidecar.cli.ground import Ground, with_ground
from sidecar.store import tokens, users
from sidecar.store.database import NotFound


@click.group()
def user() -> None:
    """Staff accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", default="", help="What colleagues call this person; the address's first part if left out.")
@with_ground
def add(ground: Ground, email: str, name: str) -> None:
    """Make an account for EMAIL and print the link that sets its password (once, 7 days)."""
    made = accounts.add_user(ground.services.db, email, name or email.partition("@")[0], ground.now())
    _print_link(ground, made, "invitation", "7 days")


@user.command("reset")
@click.argument("email")
@with_ground
def reset(ground: Ground, email: str) -> None:
    """Print a link that sets a new password for EMAIL (once, one hour)."""
    _print_link(ground, _by_email(ground, email), "reset", "one hour")


def _print_link(ground: Ground, account: users.User, purpose: str, life: str) -> None:
    token = accounts.new_link(ground.services.db, account, purpose, ground.now())
    link = f"{ground.settings.public_url}/welcome/{token}"
    ground.answer(
        {"user": account.id, "email": account.email, "link": link},
        f"For {account.email}, once, within {life}:\n  {link}",
    )


def _by_email(ground: Ground, email: str) -> users.User:
    found = users.user_by_email(ground.services.db, email.strip())
    if found is None:
        raise NotFound(f"nobody has the address {email}. `aftercare user list` shows all")
    return found


@user.command("list")
@with_ground
def list_users(ground: Ground) -> None:
    """Everybody with an account."""
    known = users.users(ground.services.db)
    ground.table(
        [_facts(each) for each in known],
        ("Name", "Address", "State", "Last log-in"),
        [(each.name, each.email, _state(each), each.last_login_at or "never") for each in known],
        "Nobody has an account yet. `aftercare serve` prints the link for the first.",
    )


def _state(each: users.User) -> str:
    if not each.active:
        return "shut out"
    return "can log in" if each.password_hash else "invited"


def _facts(each: users.User) -> dict[str, Any]:
    return {
        "id": each.id,
        "email": each.email,
        "name": each.name,
        "state": _state(each),
        "last_login_at": each.last_login_at.isoformat() if each.last_login_at else None,
    }


@click.group()
def token() -> None:
    """API tokens: a program's key to the staff API."""


@token.command("add")
@click.argument("email")
@click.argument("name")
@with_ground
def add_token(ground: Ground, email: str, name: str) -> None:
    """Make a token for the program NAME that may do what EMAIL may; it is printed this once."""
    made, secret = accounts.add_token(ground.services.db, _by_email(ground, email), name, ground.now())
    ground.answer({"id": made.id, "name": made.name, "token": secret}, f"{secret}\nIt is shown this once.")


@token.command("list")
@with_ground
def list_tokens(ground: Ground) -> None:
    """Every token, without its secret."""
    db = ground.services.db
    known, names = tokens.tokens(db), {each.id: each.email for each in users.users(db)}
    ground.table(
        [
            {
                "id": each.id,
                "name": each.name,
                "user": names[each.user_id],
                "created_at": each.created_at.isoformat(),
                "last_used_at": each.last_used_at.isoformat() if each.last_used_at else None,
            }
            for each in known
        ],
        ("Id", "Program", "May do what", "Made", "Last used"),
        [
            (each.id, each.name, names[each.user_id], f"{each.created_at:%Y-%m-%d}", each.last_used_at or "never")
            for each in known
        ],
        "There is no token.",
    )


@token.command("revoke")
@click.argument("token_id")
@with_ground
def revoke(ground: Ground, token_id: str) -> None:
    """End a token at once."""
    tokens.revoke_token(ground.services.db, token_id)
    ground.answer({"revoked": token_id}, f"{token_id} is worth nothing any more.")

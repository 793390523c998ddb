"""`aftercare site`: the same as the console's Sites, from a shell."""

from __future__ import annotations

import getpass
from datetime import datetime

import click

from sidecar import attention, upkeep
from sidecar.api.shapes import site_json
from sidecar.cli.ground import Ground, with_ground
from sidecar.store import sites
from sidecar.store.database import NotFound
from sidecar.store.sites import Site


def found(ground: Ground, wanted: str) -> Site:
    """The site of that id, name or address. Raises NotFound, also where two fit."""
    db = ground.services.db
    known = sites.sites(db)
    plain = wanted.strip().rstrip("/").lower()
    fitting = [
        site
        for site in known
        if plain in (site.id, site.name.lower(), site.url.lower(), site.url.lower().partition("://")[2])
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise NotFound(f"{len(fitting)} sites fit {wanted}: name one by its id ({', '.join(s.id for s in fitting)})")
    raise NotFound(f"no site is called {wanted}. `aftercare site list` shows all")


def actor() -> str:
    """Who is at the shell, for the timelines."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container whose user has no name
        return "command line"


@click.group()
def site() -> None:
    """Sites: add, pair, look at, rotate, unpair. SITE is an id, a name or an address."""


@site.command("add")
@click.argument("name")
@click.argument("url")
@with_ground
def add(ground: Ground, name: str, url: str) -> None:
    """Add a site and print its pairing code (once, 10 minutes)."""
    made = upkeep.add_site(ground.services.db, name, url, ground.now())
    code, expires_at = upkeep.pairing_code(ground.services, made.id, actor(), ground.now())
    _tell_code(ground, made, code, expires_at)


@site.command("code")
@click.argument("site")
@with_ground
def code(ground: Ground, site: str) -> None:
    """Print a new pairing code; one made before is good no more."""
    known = found(ground, site)
    made, expires_at = upkeep.pairing_code(ground.services, known.id, actor(), ground.now())
    _tell_code(ground, known, made, expires_at)


def _tell_code(ground: Ground, site: Site, code: str, expires_at: datetime) -> None:
    facts = {"site": site.id, "name": site.name, "url": site.url, "code": code, "expires_at": expires_at.isoformat()}
    words = (
        f"{site.name} ({site.id})\nPairing code, good once until {expires_at:%H:%M:%S} UTC:\n  {code}\n"
        "Paste it on the site under Aftercare, or type there: wp aftercare pair CODE"
    )
    ground.answer(facts, words)


@site.command("list")
@with_ground
def list_sites(ground: Ground) -> None:
    """Every site with its state."""
    now = ground.now()
    known = sites.sites(ground.services.db)
    ground.table(
        [site_json(each, now) for each in known],
        ("Id", "Name", "Address", "State", "Last heard"),
        [(each.id, each.name, each.url, attention.state_of(each, now), _ago(each.last_seen_at, now)) for each in known],
        "No site yet. Add one: aftercare site add NAME URL",
    )


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{moment:%Y-%m-%d %H:%M} UTC"


@site.command("show")
@click.argument("site")
@with_ground
def show(ground: Ground, site: str) -> None:
    """All that is known of one site."""
    ground.facts(site_json(found(ground, site), ground.now()))


@site.command("recipient")
@click.argument("site")
@click.argument("mailbox", default="")
@with_ground
def recipient(ground: Ground, site: str, mailbox: str) -> None:
    """Set the MAILBOX that the site's test mails go to; none: the settings' own."""
    known = found(ground, site)
    upkeep.set_recipient(ground.services.db, known.id, mailbox)
    ground.answer(
        {"site": known.id, "recipient": mailbox}, f"{known.name}: test mails go to {mailbox or 'the default'}."
    )


@site.command("relay-networks")
@click.argument("site")
@click.argument("networks", nargs=-1)
@with_ground
def relay_networks(ground: Ground, site: str, networks: tuple[str, ...]) -> None:
    """Let checks reach this site's relay in private NETWORKS, as 10.0.0.0/8; none: no more."""
    known = found(ground, site)
    upkeep.set_relay_networks(ground.services.db, known.id, networks)
    now_allowed = sites.site(ground.services.db, known.id).relay_networks
    ground.answer(
        {"site": known.id, "relay_networks": now_allowed},
        f"{known.name}: its relay may lie in {', '.join(now_allowed) or 'no private network'}.",
    )


@site.command("rotate")
@click.argument("site")
@with_ground
def rotate(ground: Ground, site: str) -> None:
    """Have the site make a new secret and bring it."""
    known = found(ground, site)
    said = upkeep.rotate(ground.services, known.id, ground.now())
    ground.answer({"site": known.id, "said": said}, said)


@site.command("unpair")
@click.argument("site")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_ground
def unpair(ground: Ground, site: str, yes: bool) -> None:
    """Forget the site's secret: whatever it sends is denied from then on."""
    known = found(ground, site)
    if not yes and not ground.as_json:
        ground.confirm(f"Unpair {known.name}? What breaks there then goes unseen")
    said = upkeep.unpair(ground.services, known.id, ground.now())
    ground.answer({"site": known.id, "said": said}, said)

"""What staff do with a site, the same from console, API and command line: add, pair, run, rotate, unpair.

Raises Refused where the answer is no for a reason that the person can mend.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from diagnostics.check import SiteUnavailable
from sidecar import runs
from sidecar.accounts import MAILBOX
from sidecar.config_values import as_networks
from sidecar.ingest import make_code
from sidecar.ingest.pairing import CODE_LIVES
from sidecar.store import sites, tickets
from sidecar.store.database import Database, NotFound, instant
from sidecar.store.sites import Site
from sidecar.tickets import form_to_look_at

if TYPE_CHECKING:
    from sidecar.services import Services

REACHED_S = 10.0  # so long a person waits for a site to be reached


class Refused(Exception):
    """It cannot be done as things stand; the text says why, and what to do about it."""


class Unfit(Refused):
    """What was typed cannot be taken."""


def add_site(db: Database, name: str, url: str, now: datetime) -> Site:
    """A site that waits to be paired. Raises Unfit."""
    name, url = " ".join(name.split()), url.strip()
    if not 1 <= len(name) <= 100:
        raise Unfit("Give the site a name of 1 to 100 characters.")
    return sites.add_site(db, name, _front_page(url), now)


def _front_page(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Unfit(f"{url} is not an address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", url) or len(url) > 500:
        raise Unfit("Write the address as a browser shows it, as https://example.com.")
    if parts.username is not None or parts.query or parts.fragment:
        raise Unfit("Leave user names, ? and # out of the address.")
    return url.rstrip("/")


def pairing_code(services: Services, site_id: str, by: str, now: datetime) -> tuple[str, datetime]:
    """A new code and when it ends. Raises NotFound, Refused for a site that is paired."""
    if sites.site(services.db, site_id).state == "paired":
        raise Refused("This site is paired. Unpair it first if another WordPress is to take its place.")
    return make_code(services, site_id, by, now), now + CODE_LIVES


def set_recipient(db: Database, site_id: str, recipient: str) -> None:
    """The mailbox that the site's test mails go to; empty for the settings' own. Raises NotFound, Unfit."""
    recipient = recipient.strip()
    if recipient and not MAILBOX.fullmatch(recipient):
        raise Unfit("Write the mailbox as name@domain, or leave it empty.")
    sites.set_recipient(db, site_id, recipient)


def set_relay_networks(db: Database, site_id: str, networks: Sequence[str]) -> None:
    """The private networks that this site's relay may lie in, and no other site's. Raises NotFound, Unfit."""
    try:
        fit = [str(network) for network in as_networks(list(networks))]
    except ValueError as error:
        raise Unfit(f"{error}. Write networks as 10.0.0.0/8 or fd00::/8.") from error
    sites.set_relay_networks(db, site_id, fit)


def run_now(services: Services, site_id: str, playbook: str, by: str, form: str = "") -> str:
    """Start a playbook on a site, or join the run that is under way; of *form* alone. Raises NotFound, Refused."""
    return _start(services, site_id, playbook, {"kind": "person", "by": by}, form)


def run_everywhere(services: Services, playbook: str, by: str) -> tuple[dict[str, str], dict[str, str]]:
    """Start a playbook on every paired site: site -> run, and site -> why not. Raises Refused for no such playbook."""
    started: dict[str, str] = {}
    refused: dict[str, str] = {}
    _known(services, playbook)
    for site in sites.sites(services.db):
        if site.state != "paired":
            continue
        try:
            started[site.id] = run_now(services, site.id, playbook, by)
        except (Refused, NotFound) as error:  # unpaired or deleted just now
            refused[site.id] = str(error)
    return started, refused


def look_again(services: Services, ticket_id: int, by: str) -> str:
    """Run the playbook that filed the ticket, on its site, now. Raises NotFound, Refused."""
    ticket = tickets.ticket(services.db, ticket_id)
    trigger = {"kind": "person", "by": by, "ticket": ticket_id}
    return _start(services, ticket.site_id, ticket.playbook, trigger, form_to_look_at(ticket))


def look_again_at(services: Services, run_id: str, check: str, by: str) -> str:
    """Run that run's playbook once more to see *check* again. Raises NotFound."""
    try:
        return runs.look_again(services, run_id, check, by)
    except runs.Running as under_way:
        return under_way.run_id


def _known(services: Services, playbook: str) -> None:
    if playbook not in services.playbooks:
        known = ", ".join(services.playbooks) or "none"
        raise Refused(f"There is no playbook {playbook}. Known: {known}.")


def _start(services: Services, site_id: str, playbook: str, trigger: dict[str, Any], form: str = "") -> str:
    site = sites.site(services.db, site_id)
    _known(services, playbook)
    if form and not services.playbooks[playbook].about_forms:
        raise Refused(f"{services.playbooks[playbook].title} does not look at forms, so it takes none.")
    if site.state != "paired":
        raise Refused("This site is not paired, so nothing can be asked of it. Make a pairing code first.")
    try:
        return runs.start(services, site_id, playbook, trigger, form=form)
    except runs.Running as under_way:
        return under_way.run_id


def rotate(services: Services, site_id: str, now: datetime) -> str:
    """Have the site make a new secret and bring it; what is to be said. Raises NotFound, Refused."""
    site = sites.site(services.db, site_id)
    if site.state != "paired":
        raise Refused("This site is not paired, so there are no keys to rotate.")
    try:
        _command(services, site, "rotate", now)
    except TimeoutError:
        return "No road leads to the site from here: it makes its new secret when it next fetches what it is asked."
    except SiteUnavailable as error:
        raise Refused(f"The site could not be asked: {error}. Its keys are as they were; try again later.") from error
    return "The site made a new secret; the old one ends when the new one is first used."


def unpair(services: Services, site_id: str, now: datetime) -> str:
    """Tell the site where a road leads there, then forget its secret; what is to be said. Raises NotFound."""
    site = sites.site(services.db, site_id)
    told = "Unpaired."
    if site.state == "paired":
        try:
            _command(services, site, "unpair", now)
            told = "Unpaired on both sides."
        except (SiteUnavailable, TimeoutError):
            told = "Unpaired here. The site could not be told: press Unpair in its wp-admin too."
    sites.unpaired(services.db, site_id)
    return told


def _command(services: Services, site: Site, name: str, now: datetime) -> None:
    """One command outside of a run, under an id of its own for each time that a person asks.

    Raises SiteUnavailable, and TimeoutError where it now waits for the site to fetch it.
    """
    road = services.ask(site, f"person-{name}-{instant(now)}")
    asyncio.run(asyncio.wait_for(road.command(name), REACHED_S))

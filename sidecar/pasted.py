"""A raw message that staff paste: what it shows of the site's mail becomes the ground of a look at its domain.

A site never sees what its relay adds (address, HELO, DKIM signatures); a message as it was received
shows it. Kept is that ground alone: domains, addresses of machines, selectors. The message is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from diagnostics.finding import Finding
from diagnostics.mail.domain import World
from diagnostics.mail.message import MessageView, read_message
from sidecar.store import grounds, sites
from sidecar.upkeep import Refused, Unfit, run_now

if TYPE_CHECKING:
    from sidecar.services import Services

PLAYBOOK = "poor-email-deliverability"
MOST_OCTETS = 1024 * 1024  # what the console's and the API's doors take
READ_S = 20.0


@dataclass(frozen=True)
class Pasted:
    """What a message showed, and the run that looks at its domain."""

    findings: tuple[Finding, ...]
    ground: Mapping[str, Any]  # as it was kept
    run_id: str | None
    no_run: str  # why there is none


def read(services: Services, site_id: str, message: bytes, by: str, now: datetime) -> Pasted:
    """Read *message*, keep its ground for the site, start the look. Raises NotFound, Unfit, Refused."""
    sites.site(services.db, site_id)
    if not message.strip():
        raise Unfit("Paste the message first: the whole of it, from its first header line on.")
    if len(message) > MOST_OCTETS:
        raise Unfit(
            "This message is larger than 1 MiB. Send a short one the same way, without attachments, and take that."
        )
    try:
        view = asyncio.run(asyncio.wait_for(_read(services, message, now), READ_S))
    except TimeoutError:
        raise Refused(
            f"The message could not be read within {READ_S:.0f} s: DNS is silent or slow. Try again."
        ) from None
    if view.sender is None:
        why = view.findings[0].summary if view.findings else "It has no From domain."
        raise Unfit(
            f"{why} Take it from the mailbox that received it: “Show original” in Gmail, “View source” elsewhere."
        )
    ground = asdict(view.sender)
    grounds.keep_ground(services.db, site_id, ground, by, now)
    try:
        return Pasted(view.findings, ground, run_now(services, site_id, PLAYBOOK, by), "")
    except Refused as error:
        return Pasted(view.findings, ground, None, str(error))


async def _read(services: Services, message: bytes, now: datetime) -> MessageView:
    network = services.network
    return await read_message(message, World(network.dns, network, now, services.settings.blocklists))


def forget(services: Services, site_id: str) -> int:
    """What messages have shown of this site counts no more: its relay is another one; how many there were."""
    sites.site(services.db, site_id)
    return grounds.forget_grounds(services.db, site_id)

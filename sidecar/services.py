"""The sidecar's services: built from the settings, started, stopped. The one bundle that all rooms are handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from diagnostics.check import Check, Relay, all_checks
from diagnostics.network import EgressPolicy, Network
from sidecar.config import Settings
from sidecar.guide import load_guide
from sidecar.keys import PairingKey, SealingKey
from sidecar.playbooks import load_playbooks
from sidecar.runs import engine
from sidecar.runs.equipment import Equipment
from sidecar.runs.sweeps import Sweeps
from sidecar.store.migrate import open_store
from sidecar.store.sites import Site
from sidecar.wordpress import SiteRoads


@dataclass
class Services(Equipment):
    """Everything that the doors, the console and the engine share."""

    sweeps: Sweeps | None = field(default=None, repr=False, kw_only=True)


def build_services(
    settings: Settings, *, playbook_folders: Sequence[Path] = (), checks: dict[str, Check] | None = None
) -> Services:
    """Open the store, the keys, the playbooks; start nothing.

    Raises StoreTrouble, BadKey, PlaybookError, each with what to do.
    """
    db = open_store(settings.data_dir)
    sealing = SealingKey.load(settings)
    network = Network(EgressPolicy(settings.allow_private), settings.nameservers)
    known = all_checks() if checks is None else checks

    def ask(site: Site, run_id: str) -> SiteRoads:
        return SiteRoads(db, settings, sealing, site, run_id)

    return Services(
        settings=settings,
        db=db,
        sealing=sealing,
        guide=load_guide(),
        playbooks=load_playbooks(*playbook_folders, checks=known),
        checks=known,
        network=network,
        ask=ask,
        relay=_alternative(settings, sealing),
        pairing_key=PairingKey.load(settings, sealing),
    )


def start(services: Services) -> None:
    """Carry out runs, triage events, keep the timers."""
    engine.launch(services)
    services.sweeps = Sweeps(services)
    services.sweeps.start()


def stop(services: Services) -> None:
    """Stop at once and lose nothing: what is under way goes on after the next start."""
    if services.sweeps is not None:
        services.sweeps.stop()
        services.sweeps = None
    engine.shut()
    services.db.close()


def _alternative(settings: Settings, sealing: SealingKey) -> Relay | None:
    address = settings.relay
    if address is None:
        return None
    sealed = settings.alternative_relay_password_sealed
    return Relay(
        host=address.host,
        port=address.port,
        encryption=address.encryption,
        username=address.username,
        password=sealing.open(sealed).decode() if sealed else "",
        mail_from=address.mail_from,
    )

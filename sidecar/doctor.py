"""`aftercare doctor`: does the sidecar itself have what it needs? Each look with a verdict and what to do.

It looks from beside a running sidecar, changes nothing, and tells no channel
anything unless it is asked to.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests

from diagnostics.finding import Verdict
from diagnostics.network import EgressPolicy, Network, NetworkError
from sidecar.config import Settings
from sidecar.keys import BadKey, PairingKey, SealingKey, sealing_key_file
from sidecar.notify import apprise_channel
from sidecar.notify.channel import Refused, Unavailable
from sidecar.playbooks import PlaybookError, load_playbooks
from sidecar.store import figures, sites
from sidecar.store.database import Database
from sidecar.store.migrate import FILE_NAME, MIGRATIONS, schema_version
from sidecar.store.trouble import explain

ROOM_BYTES = 200 * 1024 * 1024
TRIAGE_LATE = timedelta(minutes=1)
CLOCK_OFF_S = 60.0
PATIENCE_S = 10.0
KEY_REMEDY = "Put it back from the backup. On a new machine `aftercare serve` makes it at its first start."

PASS, WARN, FAIL, UNKNOWN = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.UNKNOWN


@dataclass(frozen=True)
class Look:
    """One look: what at, how it is, what to do."""

    at: str
    verdict: Verdict
    summary: str
    remedy: str = ""


def examine(settings: Settings, now: datetime, *, tell_channels: bool = False) -> Iterator[Look]:
    """Every look, one after the other, so that a slow one does not hide the others."""
    yield _data_dir(settings)
    yield from _keys(settings)
    yield _playbooks()
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        yield Look("database", UNKNOWN, f"{path} is not there yet.", "Start `aftercare serve` once: it makes it.")
    else:
        yield from _store(Database(path), settings, now)
    yield from _channels(settings, tell=tell_channels)
    yield _public_url(settings)
    yield from _relays(settings)
    yield _recipient(settings)


def _data_dir(settings: Settings) -> Look:
    folder = settings.data_dir
    if not folder.is_dir():
        return Look(
            "data folder", FAIL, f"{folder} is not there.", "Start `aftercare serve` once, or mend AFTERCARE_DATA_DIR."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return Look("data folder", FAIL, f"{folder} cannot be written.", f"chown it to the sidecar's user: {folder}")
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        words = f"{folder} has {free // 1024 // 1024} MiB left. At 0 no event is accepted any more."
        return Look("data folder", WARN, words, "Free some room, or lower AFTERCARE_EVENTS_DAYS.")
    return Look("data folder", PASS, f"{folder} can be written; {free // 1024 // 1024} MiB are free.")


def _keys(settings: Settings) -> Iterator[Look]:
    if not settings.sealing_key and not sealing_key_file(settings.data_dir).exists():
        words = f"{sealing_key_file(settings.data_dir)} is not there."
        yield Look("keys", FAIL if (settings.data_dir / FILE_NAME).exists() else UNKNOWN, words, KEY_REMEDY)
        return
    try:
        sealing = SealingKey.load(settings)
        PairingKey.load(settings, sealing)
    except BadKey as error:
        yield Look("keys", FAIL, str(error))
        return
    where = "the environment" if settings.sealing_key else str(sealing_key_file(settings.data_dir))
    yield Look("keys", PASS, f"The sealing key comes from {where} and opens what it sealed.")
    if settings.alternative_relay_password_sealed:
        try:
            sealing.open(settings.alternative_relay_password_sealed)
        except ValueError as error:
            words = f"The alternative relay's password cannot be opened: {error}."
            yield Look("alternative relay's password", FAIL, words, "Seal it again: aftercare seal")


def _playbooks() -> Look:
    try:
        known = load_playbooks()
    except PlaybookError as error:
        return Look("playbooks", FAIL, str(error), "Mend the file at that line.")
    return Look("playbooks", PASS, f"{len(known)} can be carried out: {', '.join(known)}.")


def _store(db: Database, settings: Settings, now: datetime) -> Iterator[Look]:
    try:
        whole = _database(db)
        yield whole
        if whole.verdict is PASS:
            yield _triage(db, now)
            yield _clock(db)
            yield from _dead_channels(db, len(settings.notify))
    except sqlite3.Error as error:
        yield Look("database", FAIL, explain(error, db.path))
    finally:
        db.close()


def _database(db: Database) -> Look:
    newest = max(int(file.name[:4]) for file in MIGRATIONS.glob("*.sql"))
    if (schema := schema_version(db)) != newest:
        words = f"{db.path} has schema {schema}; this Aftercare uses {newest}."
        if schema < newest:
            return Look("database", WARN, words, "Start `aftercare serve`: it copies the file, then migrates it.")
        return Look("database", FAIL, words, "Install the newer Aftercare again, or restore the copy from before.")
    said = str(db.value("PRAGMA quick_check(1)"))
    if said != "ok":
        return Look("database", FAIL, f"{db.path} is damaged: {said}", "Restore a backup: aftercare restore FILE")
    return Look("database", PASS, f"{db.path} is whole; {db.path.stat().st_size // 1024 // 1024} MiB.")


def _triage(db: Database, now: datetime) -> Look:
    oldest = figures.oldest_untriaged(db)
    if oldest and now - oldest > TRIAGE_LATE:
        words = f"An event has waited since {oldest:%Y-%m-%d %H:%M} UTC for somebody to look at it."
        return Look(
            "events", FAIL, words, "Is the sidecar running? Start `aftercare serve`; if it runs, look in its log."
        )
    return Look("events", PASS, "No event waits.")


def _clock(db: Database) -> Look:
    """No clock is asked over the network: paired sites that agree are witnesses enough."""
    offsets = [site.clock_offset_s for site in sites.sites(db) if site.clock_offset_s is not None]
    if len(offsets) < 2:
        return Look("clock", UNKNOWN, "Fewer than two sites were heard from, so there is nothing to compare with.")
    off = statistics.median(offsets)
    if abs(off) > CLOCK_OFF_S:
        words = (
            f"Against {len(offsets)} sites this machine's clock is {abs(off):.0f} s {'behind' if off > 0 else 'ahead'}."
        )
        return Look("clock", FAIL, words, "Set it: timedatectl set-ntp true")
    return Look("clock", PASS, f"It agrees with {len(offsets)} sites.")


def _dead_channels(db: Database, channels: int) -> Iterator[Look]:
    for dead in figures.dead_channels(db, channels):
        words = f"Channel {dead.channel} of AFTERCARE_NOTIFY did not take {dead.failed} messages: {dead.error}"
        yield Look("messages", FAIL, words, "Mend its address, start the sidecar again, then: aftercare doctor --tell")


def _channels(settings: Settings, *, tell: bool) -> Iterator[Look]:
    if not settings.notify:
        words = "Nobody hears of a new ticket: AFTERCARE_NOTIFY is empty."
        yield Look("channels", WARN, words, "Set it to an apprise address, as ntfys://ntfy.example/topic")
    for place, address in enumerate(settings.notify, 1):
        at = f"channel {place} ({address.partition('://')[0]})"
        if not tell:
            yield Look(at, UNKNOWN, "It is set; whether it works only a message can tell.", "aftercare doctor --tell")
            continue
        try:
            apprise_channel.send(address, "Aftercare doctor", "A test: tickets come this way.")
        except (Refused, Unavailable) as error:
            yield Look(at, FAIL, f"It did not take a test message: {error}", "Mend its address in AFTERCARE_NOTIFY.")
        else:
            yield Look(at, PASS, "It took a test message.")


def _public_url(settings: Settings) -> Look:
    url = settings.public_url
    try:
        answer = requests.get(f"{url}/healthz", timeout=PATIENCE_S, allow_redirects=False)
        alive = answer.json()
    except requests.JSONDecodeError:
        words = f"{url} is answered by something that is no sidecar ({answer.status_code})."
        return Look("public URL", FAIL, words, "Point AFTERCARE_PUBLIC_URL, or the reverse proxy, at this sidecar.")
    except requests.RequestException as error:
        words = f"{url} does not answer from here: {type(error).__name__}."
        return Look(
            "public URL", FAIL, words, "Start `aftercare serve`; if it runs, mend AFTERCARE_PUBLIC_URL or the proxy."
        )
    if not alive.get("ok"):
        bad = ", ".join(name for name, fine in alive.items() if not fine and name != "ok")
        return Look("public URL", FAIL, f"The sidecar at {url} says that this is not well: {bad}.", "Look in its log.")
    host = urlsplit(url).hostname or ""
    if url.startswith("http://") and host not in ("localhost", "::1") and not host.startswith("127."):
        words = f"{url} answers, but without TLS: passwords and cookies can be read on the way."
        return Look("public URL", WARN, words, "Put a reverse proxy with a certificate before it (docs).")
    if url.startswith("https://") and not settings.trusted_proxies:
        words = f"{url} is served by a proxy that is not trusted: all visitors look like one, so one can lock out all."
        return Look("public URL", WARN, words, "Set AFTERCARE_TRUSTED_PROXIES to how many stand before it.")
    return Look("public URL", PASS, f"The sidecar answers at {url}, its database and engine too.")


def _relays(settings: Settings) -> Iterator[Look]:
    network = Network(EgressPolicy(settings.allow_private), settings.nameservers)
    if settings.relay is None:
        words = "There is none, so the guide's test “with alternative SMTP service” cannot be made."
        yield Look("alternative relay", UNKNOWN, words, "Set AFTERCARE_ALTERNATIVE_RELAY.")
    else:
        yield _reachable(network, "alternative relay", settings.relay.host, settings.relay.port)
    if settings.control is None:
        words = "There is none, so a blocked port cannot be told from a dead relay as surely."
        yield Look("control target", UNKNOWN, words, "Set AFTERCARE_CONTROL_TARGET.")
    else:
        for port in settings.control.ports:
            yield _reachable(network, "control target", settings.control.host, port)


def _reachable(network: Network, at: str, host: str, port: int) -> Look:
    async def knock() -> None:
        async with await network.connect(host, port, PATIENCE_S):
            return

    try:
        asyncio.run(knock())
    except NetworkError as error:
        return Look(
            at, FAIL, f"{host}:{port} cannot be reached from here: {error}", "Mend the setting or the firewall."
        )
    return Look(at, PASS, f"{host}:{port} can be reached.")


def _recipient(settings: Settings) -> Look:
    if settings.canary_recipient:
        return Look("test mails", PASS, f"They go to {settings.canary_recipient} unless a site has its own mailbox.")
    words = "No mailbox is set, so runs send no test mail on sites without one of their own."
    return Look("test mails", WARN, words, "Set AFTERCARE_CANARY_RECIPIENT, or a mailbox on each site's page.")


def worst(looks: list[Look]) -> Verdict:
    """The verdict over all: a fault, else what could not be looked at, else fine."""
    verdicts = {look.verdict for look in looks}
    return next((verdict for verdict in (FAIL, UNKNOWN) if verdict in verdicts), PASS)

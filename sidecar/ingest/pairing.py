"""Pairing: a code that staff hand out, the secret that the plugin brings, rotating it, ending it.

docs/protocol.md, Doors. The code is good once, for ten minutes; its nonce is kept as a hash.
Whatever is wrong with what the plugin brings is said before the code is spent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sidecar.ingest.envelope import plugin_version, printable
from sidecar.ingest.refusal import Refusal, shape
from sidecar.keys import SECRET_BYTES, TO_SITE, BadSeal, derive
from sidecar.scrub import scrub
from sidecar.store import NotFound, pairing, sites
from sidecar.store.database import instant

if TYPE_CHECKING:
    from sidecar.services import Services

CODE_LIVES = timedelta(minutes=10)
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,128}")


def make_code(services: Services, site_id: str, by: str, now: datetime) -> str:
    """A fresh pairing code for the site; the one made before ends. Raises NotFound."""
    sites.site(services.db, site_id)
    nonce = secrets.token_urlsafe(24)
    pairing.add_code(
        services.db, nonce_hash=_hashed(nonce), site_id=site_id, created_by=by, expires_at=now + CODE_LIVES
    )
    held = {"u": services.settings.public_url, "n": nonce, "f": services.pairing_key.fingerprint}
    return "aftercare-" + base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")


def pair(services: Services, body: dict[str, Any], now: datetime) -> tuple[str, bytes]:
    """Spends the code in *body*: the site's id, and the key that the answer is signed by. Raises Refusal."""
    nonce = body.get("nonce")
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise shape("nonce", "it is missing or no nonce of a pairing code")
    brought = _opened(services, body)
    if brought.get("nonce") != nonce:
        raise shape("sealed", "it was sealed for another pairing code")
    secret = _secret(brought)
    where = _whereabouts(brought)
    version = plugin_version(brought)
    with services.db.transaction():
        site_id = pairing.use_code(services.db, _hashed(nonce), now)
        if site_id is not None:
            sites.paired(
                services.db,
                site_id,
                **where,
                name=_name(brought, where["url"]),
                plugin_version=version,
                secret_sealed=services.sealing.seal(secret),
                now=now,
            )
            offset_s = _clock_offset(brought.get("time"), now)
            sites.seen(services.db, site_id, now, plugin_version=version, clock_offset_s=offset_s)
    if site_id is None:
        raise Refusal(
            "code", "This pairing code is unknown, used already, or older than ten minutes. Ask for a new one."
        )
    return site_id, derive(secret, "pairing", TO_SITE)


def rotate(services: Services, site_id: str, body: dict[str, Any], now: datetime) -> None:
    """Takes the site's next secret, and its address where it moved. Raises Refusal."""
    brought = _opened(services, body)
    if brought.get("site") != site_id:
        raise shape("sealed", "it was sealed for another site")
    secret = _secret(brought)
    where = _whereabouts(brought) if "url" in brought else {}
    try:
        sites.rotation_began(services.db, site_id, services.sealing.seal(secret), now, **where)
    except NotFound:
        raise Refusal("not_paired", "This site is not paired with this sidecar.") from None


def key_answer(services: Services, supported: tuple[str, ...], now: datetime) -> dict[str, Any]:
    """What anybody may know before pairing: our public key, the time, the protocol's versions."""
    return {"public_key": services.pairing_key.public, "time": instant(now), "supported": list(supported)}


def _opened(services: Services, body: dict[str, Any]) -> dict[str, Any]:
    sealed = body.get("sealed")
    if not isinstance(sealed, str) or not 0 < len(sealed) <= 20_000:
        raise shape("sealed", "it is missing or too long")
    try:
        opened: dict[str, Any] = services.pairing_key.open_sealed(sealed)
        return opened
    except BadSeal as error:
        raise shape("sealed", str(error)) from None


def _secret(brought: dict[str, Any]) -> bytes:
    given = brought.get("secret")
    try:
        secret = base64.b64decode(given if isinstance(given, str) else "", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != SECRET_BYTES or not any(secret):
        raise shape("secret", f"it is not {SECRET_BYTES} random bytes in base64")
    return secret


def _whereabouts(brought: dict[str, Any]) -> dict[str, str]:
    where = {name: _address(brought, name) for name in ("url", "rest_url", "xmlrpc_url")}
    if not where["url"]:
        raise shape("url", "the site's address is missing")
    return where


def _address(brought: dict[str, Any], name: str) -> str:
    value = brought.get(name, "")
    if value == "":
        return ""
    if not isinstance(value, str) or len(value) > 2_000 or re.search(r"[\x00-\x20\x7f\ud800-\udfff]", value):
        raise shape(name, "it is no address")
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        raise shape(name, "it is no address") from None
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
        raise shape(name, "it does not begin with http:// or https:// and a host")
    return value


def _name(brought: dict[str, Any], url: str) -> str:
    name = brought.get("name")
    said = scrub(printable(name)).strip()[:200] if isinstance(name, str) else ""
    return said or str(urlsplit(url).hostname)


def _clock_offset(said: Any, now: datetime) -> float | None:
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if at is None:
        return None
    return round(((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds(), 1)


def _hashed(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()

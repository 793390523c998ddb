"""For machines that watch the sidecar: is it alive, and the few figures that tell how it fares."""

from __future__ import annotations

import ipaddress
import sqlite3
from urllib.parse import urlsplit

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from sidecar import accounts, figures
from sidecar.web import now, services

bp = Blueprint("health", __name__)
metrics_bp = Blueprint("metrics", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while the database answers and the engine is alive; 503 names the part that does not."""
    parts = {"database": _database(), "engine": figures.engine_alive(services())}
    alive = all(parts.values())
    return jsonify(ok=alive, **parts), 200 if alive else 503


def _database() -> bool:
    try:
        return bool(services().db.value("SELECT 1") == 1)
    except sqlite3.Error:
        return False


@metrics_bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus text, for this machine itself or for a bearer of an API token."""
    if not (_on_this_machine() or _has_token()):
        abort(401, "Metrics are for this machine itself, or with an API token: Authorization: Bearer …")
    text = figures.exposition(services(), now())
    return text, 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


def _on_this_machine() -> bool:
    """Loopback, asked for as such, and not on behalf of somebody behind a proxy that we were not told of.

    A page elsewhere whose name was turned to 127.0.0.1 (DNS rebinding) asks by that name, as a proxy does.
    """
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        asked = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(request.remote_addr or "") and (asked == "localhost" or _is_loopback(asked))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and accounts.token_owner(services().db, secret.strip(), now()) is not None

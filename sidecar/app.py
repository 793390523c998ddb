"""The Flask factory: blueprints, who is let in, security headers, and what is said when something fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from sidecar import accounts, api, console, ingest
from sidecar.console import errors
from sidecar.store import sessions
from sidecar.web import EXTENSION, STOPPING, LoggedIn, logged_in, now, wants_json

if TYPE_CHECKING:
    from sidecar.services import Services

BODY_BYTES = 1024 * 1024 + 4096  # the largest body that any door takes: a batch of events is 1 MiB
OPEN_TO_STRANGERS = {"static", "login.form", "login.enter", "login.welcome", "login.take_up", "health.healthz"}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # Flask-WTF compares it over TLS; other hosts learn nothing
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(services: Services) -> Flask:
    """The whole sidecar as one WSGI app; it starts nothing."""
    app = Flask("sidecar.console")
    secure = services.settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=services.sealing.key_for("cookies"),
        SESSION_COOKIE_NAME="__Host-aftercare" if secure else "aftercare",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=accounts.SESSION,
        MAX_CONTENT_LENGTH=BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        WTF_CSRF_TIME_LIMIT=None,  # it lives as long as the session that it belongs to
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[EXTENSION] = services
    app.extensions[STOPPING] = threading.Event()
    if proxies := services.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    _let_staff_in(app)
    _protect_forms(app, services)
    app.after_request(_harden(secure))
    errors.register(app)
    app.add_url_rule("/<path:page>.json", "as_json", _as_json)
    return app


def _as_json(page: str) -> ResponseReturnValue:
    """A page's address with `.json` after it leads to the same in the API."""
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"/api/v1/staff/{page}{'?' if query else ''}{query}", 307)


def _let_staff_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the session is a row of ours; addresses change on the way home

    def load(token: str) -> LoggedIn | None:
        services: Services = app.extensions[EXTENSION]
        user = sessions.session_user(services.db, accounts.hashed(token), now())
        return LoggedIn(user, token) if user else None

    manager.user_loader(load)

    @app.before_request
    def only_staff() -> ResponseReturnValue | None:
        """Deny by default: a new view is closed until it is listed as open."""
        if request.endpoint is None or request.endpoint in OPEN_TO_STRANGERS:
            return None
        if request.blueprint in app.config["GUARD_THEMSELVES"] or logged_in():
            return None
        if request.method not in ("GET", "HEAD") or wants_json():
            abort(401)
        session.clear()
        return redirect(url_for("login.form", next=request.full_path.rstrip("?")))


def _protect_forms(app: Flask, services: Services) -> None:
    """Every form carries a token; the doors that sign or carry a bearer token need none."""
    csrf = CSRFProtect(app)
    doors, staff_api = ingest.blueprint(services), api.blueprint()
    for blueprint in (doors, staff_api):
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    app.config["GUARD_THEMSELVES"] = {doors.name, staff_api.name, "metrics"}
    console.register(app)


def _harden(secure: bool) -> Callable[[Response], Response]:
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return harden

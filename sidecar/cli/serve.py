"""`aftercare serve`: the sidecar, until it is told to stop."""

from __future__ import annotations

import dataclasses
import errno
import logging
import signal
import socket
from types import FrameType
from typing import Any

import click
import waitress
from flask import Flask

from sidecar import accounts
from sidecar.backup import serving
from sidecar.cli.ground import UNAVAILABLE, Ground, with_ground
from sidecar.config import Settings
from sidecar.log import set_up
from sidecar.store import users
from sidecar.web import STOPPING

log = logging.getLogger(__name__)

MOST_BODY = 4 * 1024 * 1024  # beyond it the socket is closed; the app itself refuses above 1 MiB, in words


@click.command()
@with_ground
def serve(ground: Ground) -> None:
    """Serve console, API and the plugins' doors, and run playbooks, until SIGTERM or Ctrl-C."""
    with _bound(ground) as listener:
        settings = _settled(ground.settings, listener)
        ground.__dict__["settings"] = settings
        with serving(settings):
            _serve(ground, settings, listener)


def _bound(ground: Ground) -> socket.socket:
    """Take the port before anything else is touched."""
    host, port = ground.settings.host, ground.settings.port
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
        return listener
    except socket.gaierror as error:
        ground.fail(f"{host} in AFTERCARE_LISTEN is not an address of this machine: {error.strerror}.", UNAVAILABLE)
    except OSError as error:
        listener.close()
        ground.fail(_why_not(error, ground.settings.listen), UNAVAILABLE, "listen")


def _why_not(error: OSError, listen: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"{listen} is taken: another program listens there, perhaps an Aftercare that runs already. "
            "Stop it, or set AFTERCARE_LISTEN to another port."
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen on {listen}. Take a port above 1023 and put a reverse proxy before it."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{listen} is no address of this machine. Set AFTERCARE_LISTEN to one that is, as 127.0.0.1:8470."
    return f"Nothing can listen on {listen}: {error.strerror}."


def _settled(settings: Settings, listener: socket.socket) -> Settings:
    """Port 0 means any free one: then the settings say which it became."""
    if settings.port != 0:
        return settings
    listen = f"{settings.listen.rpartition(':')[0]}:{listener.getsockname()[1]}"
    public_url = f"http://{listen}" if settings.public_url == f"http://{settings.listen}" else settings.public_url
    return dataclasses.replace(settings, listen=listen, public_url=public_url)


def _serve(ground: Ground, settings: Settings, listener: socket.socket) -> None:
    from sidecar.app import create_app
    from sidecar.services import start, stop

    set_up(settings.log_level)
    services = ground.services
    app = create_app(services)
    server = make_server(app, listener, settings.threads)
    link = _first_link(ground, settings)
    start(services)

    def leave(number: int, frame: FrameType | None) -> None:
        app.extensions[STOPPING].set()  # streams end, or waitress would wait for them
        raise SystemExit(0)  # waitress closes its loop and lets requests under way end

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    ground.answer(
        {"listening": settings.listen, "public_url": settings.public_url, "first_login": link},
        f"Aftercare listens on {settings.listen}; browsers and plugins use {settings.public_url}"
        + (f"\nThe first account (this link is good once, for 15 minutes):\n  {link}" if link else ""),
    )
    try:
        server.run()
    finally:
        server.close()
        stop(services)
        log.info("stopped")


def make_server(app: Flask, listener: socket.socket, threads: int) -> Any:
    """waitress on a socket that is bound already."""
    return waitress.create_server(
        app,
        sockets=[listener],
        threads=threads,
        ident=None,
        clear_untrusted_proxy_headers=False,  # ProxyFix counts the proxies; the app trusts none by default
        max_request_body_size=MOST_BODY,
        connection_limit=1000,
        channel_timeout=60,
    )


def _first_link(ground: Ground, settings: Settings) -> str:
    """The link for the first account, while nobody can log in."""
    db = ground.services.db
    if users.someone_can_log_in(db):
        return ""
    return f"{settings.public_url}/welcome/{accounts.new_link(db, None, 'first', ground.now())}"

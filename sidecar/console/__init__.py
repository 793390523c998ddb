"""The console: server-rendered pages for staff, a blueprint a subject. It holds no SQL and no rules."""

from __future__ import annotations

from flask import Flask

from sidecar.console import (
    account,
    codes,
    domains,
    events,
    forms,
    health,
    home,
    live,
    login,
    messages,
    replies,
    runs,
    settings,
    sites,
    staff,
    tickets,
    warm_up,
    words,
)

BLUEPRINTS = (
    home,
    tickets,
    runs,
    domains,
    forms,
    live,
    sites,
    messages,
    warm_up,
    events,
    replies,
    staff,
    account,
    settings,
    codes,
    login,
    health,
)

# In the order of the navigation: blueprint, endpoint, words.
SECTIONS = (
    ("home", "home.show", "Now"),
    ("tickets", "tickets.index", "Tickets"),
    ("runs", "runs.index", "Runs"),
    ("sites", "sites.index", "Sites"),
    ("events", "events.index", "Events"),
    ("replies", "replies.form", "Read an error"),
)


def register(app: Flask) -> None:
    """Hang every page into *app*, with the words that the templates use."""
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    app.register_blueprint(health.metrics_bp)
    words.register(app, SECTIONS)

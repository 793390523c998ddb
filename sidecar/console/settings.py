"""The settings in force, as staff may see them: secrets only as "set"."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from sidecar.config import PREFIX, Settings
from sidecar.web import services

bp = Blueprint("settings", __name__, url_prefix="/settings")


@dataclass(frozen=True)
class Shown:
    """One setting on the page."""

    name: str
    variable: str
    about: str
    value: str
    changed: bool


@bp.get("")
def show() -> str:
    """Every setting with its value."""
    return render_template("settings/show.html", settings=shown(services().settings))


def shown(settings: Settings) -> list[Shown]:
    """Each setting with its value in words; a secret's value is never in it."""
    return [
        Shown(
            name=field.name,
            variable=PREFIX + field.name.upper(),
            about=str(field.metadata.get("about", "")),
            value=_in_words(getattr(settings, field.name), secret=bool(field.metadata.get("secret"))),
            changed=getattr(settings, field.name) != field.default,
        )
        for field in dataclasses.fields(settings)
    ]


def _in_words(value: Any, *, secret: bool) -> str:
    if value in ("", (), None):
        return "not set"
    if secret:
        return f"set ({len(value)} entries)" if isinstance(value, tuple) and len(value) > 1 else "set"
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)

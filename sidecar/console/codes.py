"""A page for each finding code, made from its declaration: meaning, proof, remedy."""

from __future__ import annotations

import functools

from flask import Blueprint, abort, render_template

from diagnostics.check import all_checks
from diagnostics.finding import Code
from sidecar.runs.codes import ENGINE_CODES

bp = Blueprint("codes", __name__, url_prefix="/codes")


@functools.cache
def declared() -> dict[str, tuple[Code, tuple[str, ...]]]:
    """code -> its declaration and the checks that emit it."""
    found: dict[str, tuple[Code, tuple[str, ...]]] = {}
    for check in all_checks().values():
        for code in check.emits:
            found[code.code] = (code, (*found.get(code.code, (code, ()))[1], check.name))
    for name, code in ENGINE_CODES.items():
        found.setdefault(name, (code, ("the engine",)))
    return dict(sorted(found.items()))


@bp.get("")
def index() -> str:
    """Every code, by its first word."""
    return render_template("codes/index.html", codes=declared())


@bp.get("/<code>")
def show(code: str) -> str:
    """One code's page."""
    if code not in declared():
        abort(404, f"No check of this version says {code}.")
    declaration, checks = declared()[code]
    return render_template("codes/show.html", code=declaration, checks=checks)

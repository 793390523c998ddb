"""The staff API below /api/v1/staff: the console's rights for programs, described by its OpenAPI document."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from flask import Blueprint, abort, g, jsonify, request
from flask.typing import ResponseReturnValue

from sidecar import accounts, upkeep
from sidecar.api import calls
from sidecar.api.operations import OPERATIONS, PREFIX, STAFF, Operation, asked, document
from sidecar.web import logged_in, now, services

__all__ = ["blueprint", "calls"]


def blueprint() -> Blueprint:
    """The API's routes; it guards itself."""
    bp = Blueprint("api", __name__, url_prefix=PREFIX)
    bp.before_request(only_staff)
    bp.add_url_rule("/openapi.json", "document", openapi)
    for each in OPERATIONS:
        bp.add_url_rule(each.path, each.name, _view(each), methods=[each.method])
    bp.add_url_rule(f"{STAFF}/<path:rest>", "nothing", nothing, methods=["GET", "POST"])
    return bp


def openapi() -> ResponseReturnValue:
    """The OpenAPI document."""
    return jsonify(document(services().settings.public_url, version("aftercare")))


def nothing(rest: str) -> ResponseReturnValue:
    """Answer as the API where it has no such route."""
    abort(404, f"The API has no {request.method} {request.path}. See {PREFIX}/openapi.json.")


def only_staff() -> None:
    """A bearer token, or, for reading, a browser's session: a form of another site cannot read the answer."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        g.bearer = accounts.token_owner(services().db, secret.strip(), now())
        if g.bearer is None:
            abort(401, "This token is unknown or was revoked.")
    elif request.method not in ("GET", "HEAD") or not logged_in():
        abort(401, "Send an API token: Authorization: Bearer …")


def _view(each: Operation) -> Callable[..., ResponseReturnValue]:
    @functools.wraps(each.function)
    def view(**path: Any) -> ResponseReturnValue:
        try:
            return jsonify(each.function(**path, **asked(each))), each.status
        except upkeep.Unfit as error:
            abort(400, str(error))
        except upkeep.Refused as error:
            abort(409, str(error))

    return view

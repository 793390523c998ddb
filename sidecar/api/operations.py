"""One declaration for each operation of the staff API: its route, the checks of its input, its OpenAPI part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import abort, request

from sidecar.api.shapes import SCHEMAS, Schema, named

PREFIX = "/api/v1"
STAFF = "/staff"
MOST_ITEMS = 200


@dataclass(frozen=True)
class Field:
    """A part of the query or of the JSON body."""

    name: str
    about: str
    required: bool = False
    number: bool = False
    one_of: tuple[str, ...] = ()
    longest: int = 500
    most: int = MOST_ITEMS  # of a number

    @property
    def schema(self) -> Schema:
        if self.number:
            return {"type": "integer", "minimum": 1, "maximum": self.most}
        if self.one_of:
            return {"type": "string", "enum": list(self.one_of)}
        return {"type": "string", "maxLength": self.longest}

    def read(self, given: Any) -> Any:
        """The value, checked; answers 400 and names the field otherwise."""
        if given is None or given == "":
            if self.required:
                abort(400, f"{self.name} is missing: {self.about}")
            return None
        if self.number:
            if not str(given).isascii() or not str(given).isdigit() or not 1 <= int(given) <= self.most:
                abort(400, f"{self.name} is a number from 1 to {self.most}.")
            return int(given)
        if not isinstance(given, str):
            abort(400, f"{self.name} is text.")
        if self.one_of and given not in self.one_of:
            abort(400, f"{self.name} is one of {', '.join(self.one_of)}.")
        if len(given) > self.longest:
            abort(400, f"{self.name} has {self.longest} characters at most.")
        return given


@dataclass(frozen=True)
class Operation:
    """One route of the staff API."""

    method: str
    path: str
    name: str
    summary: str
    answer: str  # the name of its schema
    status: int
    query: tuple[Field, ...]
    body: tuple[Field, ...]
    function: Callable[..., dict[str, Any]]


Called = TypeVar("Called", bound=Callable[..., dict[str, Any]])

OPERATIONS: list[Operation] = []
PAGING = (
    Field("limit", "How many, 50 if left out.", number=True),
    Field("after", "The `next` of the page before.", longest=200),
)


def operation(
    method: str, path: str, *, answer: str, status: int = 200, query: Sequence[Field] = (), body: Sequence[Field] = ()
) -> Callable[[Called], Called]:
    """Declare a function as the operation at *path*; its docstring's first line is the summary."""

    def declare(function: Called) -> Called:
        summary = (function.__doc__ or "").strip().splitlines()[0]
        OPERATIONS.append(
            Operation(method, path, function.__name__, summary, answer, status, tuple(query), tuple(body), function)
        )
        return function

    return declare


def asked(operation: Operation) -> dict[str, Any]:
    """The checked query and body of this request, by name."""
    given: dict[str, Any] = {field.name: field.read(request.args.get(field.name)) for field in operation.query}
    if operation.body:
        body = request.get_json(silent=True)
        if body is None and not request.get_data():
            body = {}
        if not isinstance(body, dict):
            abort(400, "The body is one JSON object, sent with Content-Type: application/json.")
        known = {field.name for field in operation.body}
        if extra := sorted(set(body) - known):
            abort(400, f"{extra[0]} is not a part of this body; it has {', '.join(sorted(known))}.")
        given.update({field.name: field.read(body.get(field.name)) for field in operation.body})
    return given


def document(public_url: str, version: str) -> dict[str, Any]:
    """The OpenAPI document, made from the declarations."""
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        path, parameters = _path(each.path)
        paths.setdefault(path, {})[each.method.lower()] = _described(each, parameters)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aftercare, the staff API",
            "version": version,
            "description": "What the console shows and does, for programs. A bearer token (made on the account's page "
            "or by `aftercare token add`) may do what its owner may. A browser's session may read. "
            "The doors of the plugins are another thing: docs/protocol.md.",
        },
        "servers": [{"url": public_url + PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
        },
    }


def _path(path: str) -> tuple[str, list[dict[str, Any]]]:
    """Flask's `<int:ticket_id>` as OpenAPI's `{ticket_id}` and its parameter."""
    parts, parameters = [], []
    for part in path.split("/"):
        if part.startswith("<"):
            kind, _, name = part.strip("<>").rpartition(":")
            schema = {"type": "integer"} if kind == "int" else {"type": "string"}
            parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
            part = f"{{{name}}}"
        parts.append(part)
    return "/".join(parts), parameters


def _described(each: Operation, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    query = [
        {"name": f.name, "in": "query", "required": f.required, "description": f.about, "schema": f.schema}
        for f in each.query
    ]
    described: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "parameters": parameters + query,
        "responses": {
            str(each.status): {
                "description": "Done" if each.method == "POST" else "Found",
                "content": {"application/json": {"schema": named(each.answer)}},
            },
            "default": {
                "description": "An error: 400 wrong input, 401 no token, 404 not there, 409 not now, 500 our fault",
                "content": {"application/json": {"schema": named("Error")}},
            },
        },
    }
    if each.body:
        schema: Schema = {
            "type": "object",
            "properties": {f.name: {**f.schema, "description": f.about} for f in each.body},
            "required": [f.name for f in each.body if f.required],
            "additionalProperties": False,
        }
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return described

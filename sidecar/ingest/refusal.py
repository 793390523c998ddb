"""How a door says no: the codes of docs/protocol.md, each with its HTTP status."""

from __future__ import annotations

from typing import Any

STATUS = {
    "not_paired": 401,
    "signature": 401,
    "code": 403,
    "clock": 401,
    "too_large": 413,
    "not_json": 400,
    "not_utf8": 400,
    "too_deep": 400,
    "shape": 400,
    "not_found": 404,
    "running": 409,
    "version": 426,
    "too_many": 429,
    "pressed_often": 429,
    "unavailable": 503,
}


class Refusal(Exception):
    """A door's no: a code, a sentence, and what the caller may need beside them."""

    def __init__(self, code: str, message: str, *, retry_after_s: int = 0, **more: Any) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.retry_after_s = retry_after_s
        self.body = {"error": code, "message": message, **more}


def shape(field: str, problem: str) -> Refusal:
    """400: *field* is not as the protocol has it."""
    return Refusal("shape", f"{field}: {problem}", field=field)

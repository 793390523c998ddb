"""What is said when a request fails: what happened and what to do next, as a page or as JSON."""

from __future__ import annotations

import logging
import sqlite3

from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sidecar.store.database import Conflict, NotFound
from sidecar.web import wants_json

log = logging.getLogger(__name__)

# status -> code, title, what next
WORDS = {
    400: ("bad_request", "That could not be read", "Go back, reload the page and try again."),
    401: ("not_logged_in", "You are not logged in", "Log in and try again; your session may have ended."),
    403: ("not_allowed", "This is not yours to open", "Ask a colleague who may."),
    404: ("not_found", "There is nothing here", "It may have been removed, or the address is mistyped."),
    405: ("method", "That cannot be done here", "Go back and use the page's own buttons."),
    409: ("conflict", "Somebody was faster", "Reload the page to see how it stands now."),
    413: ("too_large", "That is too much at once", "A request may hold 1 MiB."),
    429: ("too_many", "Too many attempts", "Wait, then try again."),
    500: ("our_fault", "Something broke on our side", "It is in the log with the time of now. Nothing was half done."),
    503: ("unavailable", "Not now", "Try again in a few seconds."),
}


def register(app: Flask) -> None:
    """Say every failure in words."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, lambda error: answer(404))
    app.register_error_handler(Conflict, lambda error: answer(409, f"{error}." if str(error) else ""))
    app.register_error_handler(sqlite3.OperationalError, _store)
    app.register_error_handler(Exception, _unforeseen)


def answer(status: int, message: str = "", retry_after_s: int | None = None) -> ResponseReturnValue:
    """*status* in words; *message* replaces what is usually said to do next."""
    code, title, next_step = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    if wants_json():
        response = make_response(jsonify(error=code, message=message or f"{title}. {next_step}"), status)
    else:
        page = render_template("error.html", title=title, message=message or next_step, status=status)
        response = make_response(page, status)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # a redirect that Werkzeug raised
        return error
    if type(error).__name__ == "CSRFError":
        return answer(
            400, "This form is out of date or did not come from this console. Go back, reload, send it again."
        )
    said = (
        error.description if isinstance(error.description, str) and error.description != type(error).description else ""
    )
    answered = make_response(answer(status, said))
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            answered.headers[name] = value
    return answered


def _store(error: sqlite3.OperationalError) -> ResponseReturnValue:
    log.error("the database refused", exc_info=error)
    if "full" in str(error):
        return answer(503, "The disk that holds the database is full. Free some space; nothing was stored.", 60)
    return answer(503, "The database is busy. Nothing was stored; try again in a few seconds.", 5)


def _unforeseen(error: Exception) -> ResponseReturnValue:
    log.error("unforeseen", exc_info=error)
    return answer(500)

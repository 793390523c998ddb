"""Paste what a mailer, relay or PHP said, and read what it means."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from diagnostics.mail.replies import read

bp = Blueprint("replies", __name__, url_prefix="/replies")

STAGES = ("connect", "greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body")
MOST_LETTERS = 100_000


@bp.get("")
def form() -> str:
    """The box."""
    return _page()


@bp.post("")
def reading() -> ResponseReturnValue:
    """The answer, under the box: nothing of it is kept."""
    text = request.form.get("text", "")
    if not text.strip():
        return _page(problem="Paste the text first."), 400
    if len(text) > MOST_LETTERS:
        return _page(
            problem=f"This is longer than {MOST_LETTERS} characters. The part around the error is enough."
        ), 413
    found = read(text, stage=request.form.get("stage", ""), provider=request.form.get("provider", "").strip())
    return _page(reading=found.to_json())


def _page(*, problem: str = "", reading: dict[str, object] | None = None) -> str:
    return render_template("replies/show.html", problem=problem, reading=reading, typed=request.form, stages=STAGES)

"""What the plugin's screen asks: start a run, watch it, the overview, and the reading of an error text."""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, Any

from diagnostics.mail import replies
from sidecar import runs
from sidecar.ingest.door import Call
from sidecar.ingest.envelope import printable
from sidecar.ingest.refusal import Refusal, shape
from sidecar.runs.starting import PRESSES
from sidecar.scrub import scrub
from sidecar.store import NotFound

if TYPE_CHECKING:
    from sidecar.services import Services

TEXT_CHARACTERS = 100_000
SEALED_CHARACTERS = 8_000
STAFFS_OWN = ("trigger", "site", "pictures")  # who started it, our id, what staff alone may fetch


def start(services: Services, call: Call) -> dict[str, Any]:
    """Starts a run for whoever pressed the button. Raises Refusal: shape, not_found, running, pressed_often."""
    body = call.json()
    playbook, by = _text(body, "playbook", 100), _text(body, "by", 200)
    found = services.playbooks.get(playbook)
    if found is None or not found.buttons:
        raise Refusal("not_found", "There is no such playbook with a button.")
    try:
        trigger = {"kind": "button", "by": scrub(by)}
        login, form = _sealed(body, "login"), _text(body, "form", 200, default="")
        return {"run": runs.start(services, call.site.id, playbook, trigger, login=login, form=form)}
    except runs.Running as under_way:
        raise Refusal("running", "It is being looked at already: watch that run.", run=under_way.run_id) from None
    except runs.PressedOften as often:
        minutes = math.ceil(often.retry_after_s / 60)
        message = f"This site's buttons have started {PRESSES} runs within an hour. Press again in {minutes} min."
        raise Refusal("pressed_often", message, retry_after_s=often.retry_after_s) from None
    except NotFound:
        raise Refusal("not_found", "There is no such playbook, or it is about no form.") from None


def show(services: Services, call: Call) -> dict[str, Any]:
    """One run of this site. Raises Refusal: shape, not_found, also for another site's."""
    try:
        shown = runs.view(services.db, _text(call.json(), "run", 100), services.settings.public_url)
    except NotFound:
        shown = {"site": ""}
    if shown["site"] != call.site.id:
        raise Refusal("not_found", "This site has no such run.")
    return _for_the_site(shown)


def overview(services: Services, call: Call) -> dict[str, Any]:
    """The buttons, the last run, the open tickets."""
    call.json()
    seen = runs.overview(services.db, call.site.id, services.playbooks, services.settings.public_url)
    return {**seen, "last": _for_the_site(seen["last"]) if seen["last"] else None}


def forms(services: Services, call: Call) -> dict[str, Any]:
    """The site's forms: last entry, last test, state."""
    call.json()
    told = runs.site_forms(services.db, call.site.id, services.playbooks, services.settings.public_url)
    for test in filter(None, (form["last_test"] for form in told["forms"])):
        del test["pictures"]  # staff alone may fetch them
    return told


def read(call: Call) -> dict[str, Any]:
    """What an error text means; it is not kept. Raises Refusal."""
    body = call.json()
    text = _text(body, "text", TEXT_CHARACTERS)
    if not text.strip():
        raise shape("text", "it is empty")
    stage, provider = (_text(body, name, 60, default="") for name in ("stage", "provider"))
    return replies.read(text, stage=stage, provider=provider).to_json()


def _text(body: dict[str, Any], name: str, most: int, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > most:
        raise shape(name, f"it is not text of at most {most} characters")
    return printable(value)


def _sealed(body: dict[str, Any], name: str) -> str:
    """What was sealed to our key, still sealed; nothing where nothing was."""
    text = _text(body, name, SEALED_CHARACTERS, default="")
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        raise shape(name, "it is not base64") from None
    return text


def _for_the_site(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name not in STAFFS_OWN}

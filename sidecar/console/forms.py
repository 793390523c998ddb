"""A site's forms: what each takes, when it was last tried and how that ended; and the pictures that a run has taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import attention, runs, upkeep
from sidecar.runs.silences import PLAYBOOK
from sidecar.store import attachments, sites
from sidecar.web import now, services, staff

bp = Blueprint("forms", __name__)

STATES = {
    "sound": ("pass", "Sound"),
    "broken": ("fail", "Broken"),
    "unclear": ("unknown", "Unclear"),
    "untested": ("waiting", "Not tried yet"),
    "not_tried": ("unknown", "Is not tried"),
    "off": ("waiting", "Takes no entries"),
}
NOT_TRIED = {
    "excluded": "the site's admin excludes it",
    "payment": "it takes a payment",
    "not_held": "what runs on its entries could not be taken back",
    "checkout": "a checkout is never completed",
    "no_page": "no published page shows it",
    "not_on": "it takes no entries now",
}
# A picture is somebody's page: no script of it ever runs here, and nobody but us shows it.
PICTURE_POLICY = "default-src 'none'; sandbox"


@bp.get("/sites/<site_id>/forms")
def index(site_id: str) -> str:
    """Every form of the site."""
    site = sites.site(services().db, site_id)
    known = runs.site_forms(services().db, site_id, services().playbooks, services().settings.public_url)
    return render_template(
        "forms/index.html",
        site=site,
        state=attention.state_of(site, now()),
        known=known,
        states=STATES,
        not_tried=NOT_TRIED,
        playbook=services().playbooks.get(PLAYBOOK),
    )


@bp.post("/sites/<site_id>/forms/try")
def try_now(site_id: str) -> ResponseReturnValue:
    """Try one form, or all of them, now."""
    try:
        run_id = upkeep.run_now(services(), site_id, PLAYBOOK, staff().email, request.form.get("form", "")[:200])
    except upkeep.Refused as error:
        abort(409, str(error))
    return redirect(url_for("runs.show", run_id=run_id))


@bp.get("/runs/<run_id>/pictures/<picture>.png")
def picture(run_id: str, picture: str) -> Response:
    """One picture of a run. Raises NotFound."""
    content = attachments.content(services().db, run_id, picture)
    return Response(
        content,
        mimetype="image/png",
        headers={"Content-Security-Policy": PICTURE_POLICY, "Cache-Control": "private, max-age=3600, immutable"},
    )


def seen_of_run(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a run has seen of each form: its way, pictures, console and network, for the run's page."""
    forms: dict[str, dict[str, Any]] = {}
    for step in view["steps"]:
        for finding in step["findings"]:
            evidence = finding["evidence"]
            key = evidence.get("form")
            if not key or finding["code"] == "form.trace.none_works":
                continue
            if not (evidence.get("trace") or evidence.get("pictures") or evidence.get("log")):
                continue
            own = forms.setdefault(key, {"form": key, "title": evidence.get("title") or key, "page": ""})
            for name in ("page", "trace", "pictures", "log"):
                better = name == "trace" and evidence.get("seen_by") == "canary"  # than a visitor's entry of before
                if evidence.get(name) and (better or not own.get(name)):
                    own[name] = evidence[name]
    kept = {each["id"]: each for each in view["pictures"]}
    for own in forms.values():
        own["pictures"] = [kept[each["id"]] for each in own.get("pictures") or () if each["id"] in kept]
    return list(forms.values())

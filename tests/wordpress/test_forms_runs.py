"""Whole runs about forms on a real WordPress: a real browser, the plugin's own answers, tickets, and their mending."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from diagnostics.forms.browser.run import missing_parts
from tests.servers import real_parts
from tests.servers.lab import LabSite
from tests.servers.sidecar import Sidecar
from tests.servers.wordpress import poll
from tests.wordpress.conftest import quiet_hours

PLAYBOOK = "form-not-submitting"
# A slider's script that listens to every form and breaks before it lets the entry go.
_SLIDER = """<?php
/* Plugin Name: Shop Slider */
add_action( 'wp_enqueue_scripts', function () {
	wp_enqueue_script( 'shop-slider', plugins_url( 'slider.js', __FILE__ ), array(), '1.0', true );
} );
"""
_SCRIPT = """document.addEventListener( 'submit', ( event ) => {
	if ( event.target.matches( '.wpcf7-form' ) ) {
		event.preventDefault();
		window.shopSlider.track( event.target );
	}
}, true );
"""


@pytest.fixture
def form(paired_site: LabSite, sidecar: Sidecar) -> Iterator[str]:
    """The contact form, as events name it; no run of another test is under way, though one may wait for its turn."""
    if reason := missing_parts():
        real_parts.missing["forms in a browser"] = reason
        pytest.skip(reason)
    poll(lambda: all(run["state"] != "running" for run in all_runs(paired_site, sidecar)), 90.0, "a run does not end")
    listed = paired_site.php_eval(r"echo wp_json_encode( Aftercare\Forms::told() );")
    for each in json.loads(listed)["forms"]:
        if each["plugin"] == "contact-form-7" and not each["not_tried"]:
            quiet_hours(paired_site, whole_day=False)
            yield f"contact-form-7:{each['form']}"
            quiet_hours(paired_site, whole_day=True)
            return
    raise AssertionError(listed)


def all_runs(site: LabSite, sidecar: Sidecar) -> list[dict[str, Any]]:
    return list(sidecar.api("GET", "/runs", site=site.id)["items"])


def tried(site: LabSite, sidecar: Sidecar, form: str, playbook: str = PLAYBOOK) -> dict[str, Any]:
    """A run about the form that a person has started, once it has ended."""
    run = sidecar.api("POST", "/runs", {"site": site.id, "playbook": playbook, "form": form})["run"]

    def ended() -> dict[str, Any] | None:
        view: dict[str, Any] = sidecar.api("GET", f"/runs/{run}")
        return view if view["state"] == "ended" else None

    return dict(poll(ended, 120.0, "the run does not end"))


def found(view: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [each for step in view["steps"] for each in step["findings"] if each["check"] == check]


def stages(view: dict[str, Any]) -> dict[str, str]:
    """Stage -> verdict of the entry's way."""
    trace = next(each["evidence"]["trace"] for each in found(view, "forms.trace") if each["evidence"].get("trace"))
    return {each["stage"]: each["verdict"] for each in trace["stages"]}


def test_a_sound_form_goes_the_whole_way_and_leaves_nothing(paired_site: LabSite, sidecar: Sidecar, form: str) -> None:
    known = sidecar.openings(paired_site.id)
    view = tried(paired_site, sidecar, form)
    assert view["outcome"] == "sound", view
    way = stages(view)
    assert {way[each] for each in ("shown", "pressed", "arrived", "validated", "composed", "handed", "accepted")} == {
        "pass"
    }
    assert (way["delivered"], way["inbox"], way["spam"]) == ("unknown", "unknown", "unknown")
    picture = sidecar.api("GET", f"/runs/{view['id']}/pictures/{view['pictures'][0]['id']}")
    assert base64.b64decode(picture["base64"]).startswith(b"\x89PNG")
    assert sidecar.openings(paired_site.id) == known
    [shown] = [each for each in sidecar.api("GET", f"/sites/{paired_site.id}/forms")["forms"] if each["form"] == form]
    assert (shown["state"], shown["last_test"]["run"]) == ("sound", view["id"])


def test_a_plugins_script_that_breaks_the_form_is_named_and_its_end_is_proven(
    paired_site: LabSite, sidecar: Sidecar, form: str
) -> None:
    known = sidecar.openings(paired_site.id)
    with slider(paired_site):
        view = tried(paired_site, sidecar, form)
        assert view["cause"]["code"].startswith("form.browser."), view
        assert "shop-slider" in str(view["cause"]["evidence"])
        assert stages(view)["pressed"] == "fail"
        ticket = sidecar.wait_for_ticket(paired_site.id, timeout_s=120.0, known=known)
        assert (ticket["code"], ticket["subject"]) == (view["cause"]["code"], form)
        whole = sidecar.api("GET", f"/tickets/{ticket['id']}")
        assert "screenshot: " in whole["markdown"] and "console: " in whole["markdown"]
    mended = sidecar.wait_for_state(ticket["id"], "resolved", timeout_s=120.0)
    said = sidecar.api("GET", f"/tickets/{mended['id']}")["timeline"][-1]["text"]
    assert said.startswith(f"Mended: a test entry in {form} went the whole way.")


def test_a_form_whose_mail_the_relay_refuses_is_one_ticket_of_the_mail(
    paired_site: LabSite, sidecar: Sidecar, form: str
) -> None:
    known = sidecar.openings(paired_site.id)
    paired_site.set_mail(smtp_password="wrong-horse")
    view = tried(paired_site, sidecar, form, "missing-form-submissions")
    assert stages(view)["accepted"] == "fail" and stages(view)["composed"] == "pass"
    [own] = [each for each in found(view, "forms.trace") if each["code"] == "form.trace.mail_failed"]
    assert own["evidence"]["mail_code"] == "smtp.auth.rejected"
    assert view["cause"]["code"] == "smtp.auth.rejected", view["cause"]
    ticket = sidecar.wait_for_ticket(paired_site.id, timeout_s=30.0, known=known)
    assert (ticket["code"], ticket["priority"]) == ("smtp.auth.rejected", "P1")
    paired_site.set_mail()
    sidecar.wait_for_state(ticket["id"], "resolved", timeout_s=120.0)
    assert len(sidecar.openings(paired_site.id) - known) == 1


def test_a_notification_that_is_off_is_named_with_its_screen_until_it_is_on_again(
    paired_site: LabSite, sidecar: Sidecar, form: str
) -> None:
    known = sidecar.openings(paired_site.id)
    with notification_off(paired_site, form):
        view = tried(paired_site, sidecar, form, "missing-form-submissions")
        assert view["cause"]["code"] == "form.trace.notification_off", view
        assert "→ Additional Settings (the line `skip_mail: on`" in view["cause"]["remedy"]["text"]
        assert stages(view)["composed"] == "fail"
        ticket = sidecar.wait_for_ticket(paired_site.id, timeout_s=30.0, known=known)
        assert (ticket["code"], ticket["subject"]) == ("form.trace.notification_off", form)
        assert ticket["priority"] == "P2", "the site's other form works"
    sidecar.wait_for_state(ticket["id"], "resolved", timeout_s=120.0)


@contextmanager
def slider(site: LabSite) -> Iterator[None]:
    site.put("plugins/shop-slider/shop-slider.php", _SLIDER)
    site.put("plugins/shop-slider/slider.js", _SCRIPT)
    site.wp("plugin", "activate", "shop-slider")
    try:
        yield
    finally:
        site.wp("plugin", "deactivate", "shop-slider")
        site.wp("plugin", "delete", "shop-slider")


@contextmanager
def notification_off(site: LabSite, form: str) -> Iterator[None]:
    """As somebody does who tries a form out and forgets it: the plugin's own setting."""
    number = form.partition(":")[2]
    site.php_eval(f"update_post_meta( {number}, '_additional_settings', 'skip_mail: on' );")
    try:
        yield
    finally:
        site.php_eval(f"delete_post_meta( {number}, '_additional_settings' );")

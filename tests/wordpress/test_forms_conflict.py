"""The plugin that breaks a form is named on a real WordPress, and visitors notice nothing of the search."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.servers.lab import LabSite
from tests.servers.sidecar import Sidecar
from tests.servers.wordpress import poll
from tests.wordpress.test_forms_runs import form, found, slider

PLAYBOOK = "form-plugin-conflict"
OTHERS = ("opening-hours", "gallery", "wordfence")
KEY = "ab" * 32
_FORM_PLUGIN = "contact-form-stand-in"  # under its own name, Contact Form 7 stays by itself

assert form  # the fixture


@pytest.fixture
def site_of_plugins(paired_site: LabSite) -> Iterator[LabSite]:
    """A site with more plugins, one of them for security, and an admin who allows the search."""
    for slug in OTHERS:
        folder = paired_site.content / "plugins" / slug
        folder.mkdir(exist_ok=True)
        code = f"add_action( 'wp_head', function () {{ echo '<meta name=\"from-{slug}\">'; }} );"
        (folder / f"{slug}.php").write_text(f"<?php\n/* Plugin Name: {slug.title()} */\n{code}\n")
    paired_site.wp("plugin", "activate", *OTHERS)
    allow(paired_site, True)
    yield paired_site
    allow(paired_site, False)
    paired_site.wp("plugin", "deactivate", *OTHERS)


def searched(site: LabSite, sidecar: Sidecar, form: str) -> dict[str, Any]:
    """A search that a person has started, once it has ended: up to nine tries of a form."""
    run = sidecar.api("POST", "/runs", {"site": site.id, "playbook": PLAYBOOK, "form": form})["run"]

    def ended() -> dict[str, Any] | None:
        view: dict[str, Any] = sidecar.api("GET", f"/runs/{run}")
        return view if view["state"] == "ended" else None

    return dict(poll(ended, 400.0, "the search does not end"))


def allow(site: LabSite, conflict: bool) -> None:
    wishes = f"array( 'conflict' => {str(conflict).lower()}, 'never_off' => array( '{_FORM_PLUGIN}' ) )"
    site.php_eval(f"Aftercare\\Form_Wishes::set( {wishes} );")


def begin(site: LabSite, until: str = "+5 minutes") -> dict[str, object]:
    args = f"array( 'key' => '{KEY}', 'expires_at' => gmdate( 'c', strtotime( '{until}' ) ) )"
    answer: dict[str, object] = json.loads(
        site.php_eval(f"echo wp_json_encode( Aftercare\\Conflict::begin( {args} ) );")
    )
    return answer


def left_out(until: int, *slugs: str, key: str = KEY) -> dict[str, str]:
    said = f"{until}.{base64.urlsafe_b64encode(','.join(slugs).encode()).decode().rstrip('=')}"
    return {"Aftercare-Off": f"{said}.{hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()}"}


def in_force(site: LabSite, headers: dict[str, str] | None = None, cookies: dict[str, str] | None = None) -> set[str]:
    """Which of the plugins the page was made with."""
    page = requests.get(f"{site.url}/", headers=headers or {}, cookies=cookies or {}, timeout=30).text
    return {slug for slug in OTHERS if f"from-{slug}" in page}


def test_without_the_admins_word_no_file_is_put_there(form: str, paired_site: LabSite, sidecar: Sidecar) -> None:
    allow(paired_site, False)
    view = searched(paired_site, sidecar, form)
    [told] = found(view, "forms.conflict")
    assert (told["code"], told["verdict"]) == ("form.conflict.not_allowed", "unknown")
    assert "Aftercare → Forms" in told["remedy"]["text"]
    assert not (paired_site.content / "mu-plugins" / "aftercare-conflict.php").exists()


def test_only_a_signed_request_of_a_stranger_sees_the_site_without_plugins(site_of_plugins: LabSite) -> None:
    site = site_of_plugins
    until = int(str(begin(site)["until"]))
    everything = set(OTHERS)
    try:
        assert in_force(site, left_out(until, "gallery")) == everything - {"gallery"}
        assert in_force(site) == everything
        assert in_force(site, left_out(until, "gallery", key="cd" * 32)) == everything
        assert in_force(site, left_out(until + 60, "gallery")) == everything
        assert in_force(site, left_out(int(time.time()) - 5, "gallery")) == everything
        assert in_force(site, left_out(until, "wordfence", "aftercare")) == everything
        assert in_force(site, left_out(until, "gallery"), {"wordpress_logged_in_x": "admin"}) == everything
    finally:
        site.php_eval("Aftercare\\Conflict::end();")
    assert in_force(site, left_out(until, "gallery")) == everything


def test_a_search_that_never_said_that_it_ended_is_swept_away(site_of_plugins: LabSite) -> None:
    begin(site_of_plugins, "-1 minute")
    file = site_of_plugins.content / "mu-plugins" / "aftercare-conflict.php"
    assert file.exists()
    site_of_plugins.php_eval("Aftercare\\Heartbeat::beat();")
    assert not file.exists()


def test_the_guilty_plugin_is_named_and_nothing_is_left_of_the_search(
    form: str, site_of_plugins: LabSite, sidecar: Sidecar
) -> None:
    with slider(site_of_plugins):
        view = searched(site_of_plugins, sidecar, form)
    [named] = found(view, "forms.conflict")
    assert named["code"] == "form.conflict.culprit", named
    assert (named["evidence"]["slug"], named["evidence"]["name"]) == ("shop-slider", "Shop Slider")
    assert len(named["evidence"]["tries"]) <= 5
    assert all("wordfence" not in each["left_out"] for each in named["evidence"]["tries"])
    assert "wordfence (security)" in named["evidence"]["kept"]
    assert not (site_of_plugins.content / "mu-plugins" / "aftercare-conflict.php").exists()

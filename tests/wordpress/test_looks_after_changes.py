"""A real site is changed, and nobody writes or presses: what would swallow mail is found, harmless updates are not.

The heartbeat is all that happens there, as where WordPress's cron runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.servers.lab import LabSite
from tests.servers.sidecar import Sidecar
from tests.servers.wordpress import poll

_KEEPS_MAIL = """<?php
/* Plugin Name: Keeps Mail */
add_filter( 'pre_wp_mail', 'keeps_mail' );
function keeps_mail() {
	return true;
}
"""
_GALLERY = "<?php\n/* Plugin Name: Gallery\nVersion: {version} */\n"


@pytest.fixture(autouse=True)
def at_rest(paired_site: LabSite, sidecar: Sidecar) -> None:
    """What changed before the test was looked at."""
    beat(paired_site)
    poll(lambda: all(run["state"] == "ended" for run in runs(paired_site, sidecar)), 60.0, "a run does not end")


def beat(site: LabSite) -> None:
    site.php_eval(r"Aftercare\Heartbeat::beat();")


def runs(site: LabSite, sidecar: Sidecar) -> list[dict[str, Any]]:
    """The looks at its mail; those at its forms are test_forms_runs.py's."""
    found = sidecar.api("GET", "/runs", site=site.id)["items"]
    return [run for run in found if run["playbook"] == "emails-not-sending"]


@contextmanager
def plugin(site: LabSite, slug: str, code: str) -> Iterator[None]:
    """The plugin is active until the block ends."""
    site.put(f"plugins/{slug}/{slug}.php", code)
    site.wp("plugin", "activate", slug)
    try:
        yield
    finally:
        site.wp("plugin", "deactivate", slug)
        site.wp("plugin", "delete", slug)


def test_a_must_use_plugin_that_keeps_mail_is_found_before_any_mail_is_lost(
    paired_site: LabSite, sidecar: Sidecar
) -> None:
    known, before = sidecar.openings(paired_site.id), {run["id"] for run in runs(paired_site, sidecar)}
    paired_site.put_mu_plugin("keeps-mail.php", _KEEPS_MAIL)
    try:
        beat(paired_site)
        ticket = sidecar.wait_for_ticket(paired_site.id, timeout_s=60.0, known=known)
    finally:
        paired_site.remove_mu_plugin("keeps-mail.php")
    assert ticket["code"] == "mail.short_circuited"
    first = [run for run in runs(paired_site, sidecar) if run["id"] not in before][-1]
    assert first["trigger"]["type"] in ("config.changed", "plugin.changed")
    beat(paired_site)
    sidecar.wait_for_state(ticket["id"], "resolved", timeout_s=90.0)


def test_harmless_updates_of_a_healthy_site_are_looked_at_and_open_no_ticket(
    paired_site: LabSite, sidecar: Sidecar
) -> None:
    known, before = sidecar.openings(paired_site.id), {run["id"] for run in runs(paired_site, sidecar)}

    def looked() -> list[dict[str, Any]]:
        new = [run for run in runs(paired_site, sidecar) if run["id"] not in before]
        return new if new and all(run["state"] == "ended" for run in new) else []

    with plugin(paired_site, "gallery", _GALLERY.format(version="1.0")):
        for version in ("1.1", "1.2"):
            paired_site.put("plugins/gallery/gallery.php", _GALLERY.format(version=version))
            beat(paired_site)
        after = poll(looked, 60.0, "nobody looked after the updates")
    assert {run["outcome"] for run in after} == {"sound"}
    assert {run["trigger"]["type"] for run in after} == {"plugin.changed"}
    assert sidecar.openings(paired_site.id) == known

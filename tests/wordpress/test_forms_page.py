"""The page of each real form plugin is read right: found, whole, its roads open; and gone when the plugin is off."""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagnostics.finding import Finding
from diagnostics.forms.form import Form
from diagnostics.forms.page import fetch_page, read_page
from diagnostics.network import EgressPolicy, Network
from tests.planted.forms.ground import PLUGINS
from tests.servers.lab import OFFICE, LabSite
from tests.wordpress.conftest import real_plugin

NETWORK = Network(EgressPolicy([ipaddress.ip_network("127.0.0.0/8")]))


@pytest.fixture(scope="module", params=PLUGINS)
def in_charge(request: pytest.FixtureRequest, _site: LabSite, real_plugins: Path) -> Iterator[tuple[str, str]]:
    """One of the plugins, active, and its form's id."""
    slug = request.param
    module, name, _ = PLUGINS[slug]
    if slug == "contact-form-7":
        _site.wp("plugin", "deactivate", "contact-form-stand-in")
    _site.install_plugin(real_plugin(real_plugins, slug), slug=slug)
    try:
        setup = getattr(importlib.import_module(f"tests.wordpress.{module}"), name).setup
        yield slug, _site.php_eval(setup.replace("{office}", OFFICE)).splitlines()[-1].strip()
    finally:
        _site.wp("plugin", "deactivate", slug, "--skip-plugins")
        _site.wp("plugin", "activate", "contact-form-stand-in")


def read(site: LabSite, slug: str, form: str) -> list[Finding]:
    content = PLUGINS[slug][2].format(form)
    page = site.php_eval(
        "echo get_permalink( wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', "
        f"'post_title' => 'Form', 'post_content' => '{content}' ) ) );"
    )
    return read_page(asyncio.run(fetch_page(NETWORK, page)), Form(slug, form, "Contact"), datetime.now(UTC))


def test_the_plugin_s_own_page_is_accused_of_nothing(in_charge: tuple[str, str], site: LabSite) -> None:
    assert [each.code for each in read(site, *in_charge)] == ["form.page.sound"]


def test_a_form_that_is_no_more_is_told_as_such(in_charge: tuple[str, str], site: LabSite) -> None:
    slug, _ = in_charge
    silent = slug in ("wpforms", "fluentform", "forminator")  # they print nothing in its place
    assert [each.code for each in read(site, slug, "98765")] == [
        "form.page.form_missing" if silent else "form.page.form_deleted"
    ]


def test_the_plugin_off_leaves_its_shortcode(in_charge: tuple[str, str], site: LabSite) -> None:
    slug, form = in_charge
    site.wp("plugin", "deactivate", slug, "--skip-plugins")
    try:
        assert [each.code for each in read(site, slug, form)] == ["form.page.shortcode_shown"]
    finally:
        site.wp("plugin", "activate", slug)

"""Forms of a real WordPress in a real browser: the stand-in's always, each real plugin's where it is at hand."""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.run import missing_parts, try_form
from diagnostics.forms.browser.tried import Job, Tried
from diagnostics.forms.form import Field, Form
from diagnostics.network import EgressPolicy, Network
from tests.servers.lab import OFFICE, LabSite
from tests.wordpress.conftest import real_plugin

pytestmark = pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())
LOOPBACK = Network(EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),)))
NOTES = """<?php
if ( isset( $_SERVER['HTTP_AFTERCARE_CANARY'] ) ) {
	$line = $_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['HTTP_AFTERCARE_CANARY'] . "\\n";
	file_put_contents( WP_CONTENT_DIR . '/tokens.txt', $line, FILE_APPEND );
}
"""
CF7 = (
    "$form = WPCF7_ContactForm::get_template( array( 'title' => 'Contact us' ) );"
    f"$mail = array_merge( $form->prop( 'mail' ), array( 'recipient' => '{OFFICE}', 'sender' => 'B <{OFFICE}>' ) );"
    "$form->set_properties( array( 'mail' => $mail ) ); echo $form->save();"
)
SHOWN = {
    "contact-form-7": '[contact-form-7 id="{id}"]',
    "wpforms": '[wpforms id="{id}"]',
    "gravityforms": '[gravityform id="{id}" ajax="true"]',
    "ninja-forms": "[ninja_form id={id}]",
    "fluentform": '[fluentform id="{id}"]',
    "formidable": "[formidable id={id}]",
    "forminator": '[forminator_form id="{id}"]',
}
STAND_IN_FIELDS = tuple(Field(f"your-{each}", "text", required=True) for each in ("name", "email", "subject"))


def tried(site: LabSite, url: str, form: Form, **wishes: Any) -> Tried:
    (site.content / "tokens.txt").unlink(missing_ok=True)
    job = Job(url, form, **{"token": "tok", "empty_token": "empty", "timeout_s": 50.0, **wishes})
    return asyncio.run(try_form(job, LOOPBACK))


def tokens(site: LabSite) -> list[str]:
    file = site.content / "tokens.txt"
    return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def noted(site: LabSite) -> LabSite:
    """A site that notes each request with a token."""
    site.put_mu_plugin("tokens.php", NOTES)
    return site


def stand_in(site: LabSite) -> Form:
    listed = site.wp("post", "list", "--post_type=wpcf7_contact_form", "--orderby=ID", "--order=ASC", "--field=ID")
    number = listed.split()[0]  # the site's own; other tests make more
    return Form("contact-form-7", number, "Contact", fields=STAND_IN_FIELDS)


def test_the_contact_form_is_sent_with_one_token_for_each_press(noted: LabSite) -> None:
    came = tried(noted, f"{noted.url}/contact/", stand_in(noted))
    assert findings_of(came)[0].code == "form.browser.works", came.why
    assert (came.refused_empty, tokens(noted)) == (True, ["POST empty", "POST tok"])


def test_a_site_that_breaks_on_the_entry_is_told_by_its_status(noted: LabSite) -> None:
    noted.put_mu_plugin("breaks.php", "<?php add_action( 'wpcf7_before_send_mail', fn() => no_such_function() );")
    came = tried(noted, f"{noted.url}/contact/", stand_in(noted), empty_first=False)
    [finding, *_] = findings_of(came)
    assert (finding.code, finding.evidence["posted_status"]) == ("form.browser.server_error", 500)


def test_a_comment_is_written(noted: LabSite) -> None:
    page = noted.wp("post", "list", "--post_type=post", "--field=url").split()[0]
    came = tried(noted, page, Form("core", "comment", "Comment"))
    assert findings_of(came)[0].code == "form.browser.works", (came.reached, came.why, came.message)
    assert tokens(noted)[-1] == "POST tok"


@contextmanager
def active(site: LabSite, slug: str, source: Path) -> Iterator[tuple[str, str]]:
    """The real plugin is active, with a form of its own on a page: the form's id, the page's address."""
    if slug == "contact-form-7":
        site.wp("plugin", "deactivate", "contact-form-stand-in")
    site.install_plugin(source, slug=slug)
    page = ""
    try:
        form = site.php_eval(setup_of(slug).replace("{office}", OFFICE)).splitlines()[-1].strip()
        content = SHOWN[slug].replace("{id}", form)
        made = (
            "$id = wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Tried',"
        )
        page, url = site.php_eval(
            f"{made} 'post_content' => '{content}' ) ); echo $id, ' ', get_permalink( $id );"
        ).split()
        yield form, url
    finally:
        if page:
            site.wp("post", "delete", page, "--force", "--skip-plugins")
        site.wp("plugin", "deactivate", slug, "--skip-plugins")
        if slug == "contact-form-7":
            site.wp("plugin", "activate", "contact-form-stand-in")


def setup_of(slug: str) -> str:
    """PHP that makes a form of the plugin, as its adapter's tests do."""
    if slug == "contact-form-7":
        return CF7
    module = importlib.import_module(f"tests.wordpress.test_form_{slug.replace('-', '_')}")
    contract = next(
        each for name, each in vars(module).items() if name.startswith("Test") and getattr(each, "slug", "") == slug
    )
    return str(contract.setup)


@pytest.mark.parametrize("slug", SHOWN)
def test_a_real_plugins_form_is_filled_refused_when_empty_and_sent(
    noted: LabSite, real_plugins: Path, slug: str
) -> None:
    with active(noted, slug, real_plugin(real_plugins, slug)) as (form, url):
        if slug == "fluentform":  # its public repository has no built script for visitors; the source runs as it is
            folder = noted.content / "plugins/fluentform"
            script = (folder / "resources/assets/public/form-submission.js").read_text("utf-8")
            noted.put("plugins/fluentform/assets/js/form-submission.js", script)
        came = tried(noted, url, Form(slug, form, "Tried"))
        assert [each.code for each in findings_of(came, Form(slug, form))] == ["form.browser.works"], (
            came.why,
            came.errors,
        )
        assert (came.refused_empty, came.said_accessibly, came.posted_status) == (True, True, 200)
        assert tokens(noted)[-1] == "POST tok" and tokens(noted).count("POST tok") == 1


def test_a_rest_api_that_is_closed_to_visitors_is_named(noted: LabSite, real_plugins: Path) -> None:
    noted.put_mu_plugin(
        "closed.php",
        "<?php add_filter( 'rest_authentication_errors', fn( $e ) => is_user_logged_in() ? $e : "
        "new WP_Error( 'rest_not_logged_in', 'You are not logged in.', array( 'status' => 401 ) ) );",
    )
    with active(noted, "contact-form-7", real_plugin(real_plugins, "contact-form-7")) as (form, url):
        came = tried(noted, url, Form("contact-form-7", form), empty_first=False)
    [finding, *_] = findings_of(came)
    assert finding.code == "form.browser.rest_blocked" and "a plugin refuses" in finding.summary


def test_a_form_whose_own_script_is_gone_is_named(noted: LabSite, real_plugins: Path) -> None:
    with active(noted, "fluentform", real_plugin(real_plugins, "fluentform")) as (form, url):
        (noted.content / "plugins/fluentform/assets/js/form-submission.js").unlink(missing_ok=True)
        came = tried(noted, url, Form("fluentform", form), empty_first=False)
    [finding, *_] = findings_of(came, Form("fluentform", form))
    assert finding.code == "form.browser.script_missing" and "form-submission.js" in finding.evidence["script"]

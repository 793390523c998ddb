"""The stand-in for Contact Form 7, and Contact Form 7 itself where it is at hand: the same hooks, in the same order.

What the stand-in claims of the original is proved on the original by the same tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.lab import OFFICE, LabSite, MailWorld
from tests.servers.visitor import Form
from tests.wordpress.conftest import real_plugin

VISITOR = {"your_name": "Vera", "your_email": "vera@example.net", "your_subject": "Hello", "your_message": "words"}
STAND_IN, ORIGINAL = "contact-form-stand-in", "contact-form-7"

# Notes each hook with what it was given, as an adapter could see it.
_LISTENER = """\
<?php
function listener_note( string $hook, array $data ): void {
	if ( ! WPCF7_Submission::get_instance() ) {
		return; // A mail of somebody else's: the sidecar's test mail, say.
	}
	$line = json_encode( array( 'hook' => $hook ) + $data ) . "\\n";
	file_put_contents( WP_CONTENT_DIR . '/hooks.jsonl', $line, FILE_APPEND );
}
foreach ( array( 'wpcf7_before_send_mail', 'wpcf7_mail_sent', 'wpcf7_mail_failed' ) as $hook ) {
	add_action( $hook, fn( $form ) => listener_note( $hook, array( 'form' => $form->id() ) ) );
}
add_action( 'wp_mail_succeeded', fn() => listener_note( 'wp_mail_succeeded', array() ) );
add_action( 'wp_mail_failed', fn() => listener_note( 'wp_mail_failed', array() ) );
add_action( 'wpcf7_submit', fn( $form, $result ) => listener_note( 'wpcf7_submit', array(
	'title'   => $form->title(),
	'status'  => $result['status'],
	'invalid' => array_keys( $result['invalid_fields'] ?? array() ),
	'spam'    => array_column( WPCF7_Submission::get_instance()->get_spam_log(), 'agent' ),
) ), 10, 2 );
"""


@pytest.fixture(scope="module", params=[STAND_IN, ORIGINAL])
def form_plugin(request: pytest.FixtureRequest, _site: LabSite) -> Iterator[str]:
    """Which of the two draws the form on /contact/."""
    if request.param == STAND_IN:
        yield STAND_IN
        return
    source = real_plugin(request.getfixturevalue("real_plugins"), ORIGINAL)
    if not (_site.content / "plugins" / ORIGINAL).exists():
        _site.install_plugin(source, activate=False)
    with swapped(_site):
        yield ORIGINAL


@pytest.fixture
def form_site(form_plugin: str, site: LabSite) -> LabSite:
    """A site whose contact form is the stand-in, then one whose form is the original."""
    (site.content / "hooks.jsonl").unlink(missing_ok=True)
    site.put_mu_plugin("listener.php", _LISTENER)
    return site


class swapped:
    """The original in the stand-in's place; the page /contact/ shows its form meanwhile."""

    def __init__(self, site: LabSite) -> None:
        self._site = site

    def __enter__(self) -> None:
        site = self._site
        site.wp("plugin", "deactivate", STAND_IN)
        site.wp("plugin", "activate", ORIGINAL)
        self._page = site.wp("post", "list", "--post_type=page", "--name=contact", "--field=ID")
        self._before = site.wp("post", "get", self._page, "--field=post_content")
        form = site.php_eval(
            "$form = WPCF7_ContactForm::get_template( array( 'title' => 'Contact us' ) );"
            f"$mail = array_merge( $form->prop( 'mail' ), array( 'recipient' => '{OFFICE}',"
            f" 'sender' => 'Corner Bakery <{OFFICE}>' ) );"
            "$form->set_properties( array( 'mail' => $mail ) ); echo $form->save();"
        )
        site.wp("post", "update", self._page, f'--post_content=[contact-form-7 id="{form}"]')

    def __exit__(self, *failure: object) -> None:
        self._site.wp("post", "update", self._page, f"--post_content={self._before}")
        self._site.wp("plugin", "deactivate", ORIGINAL)
        self._site.wp("plugin", "activate", STAND_IN)


def hooks(site: LabSite) -> list[dict[str, Any]]:
    file = site.content / "hooks.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def names(site: LabSite) -> list[str]:
    return [hook["hook"] for hook in hooks(site)]


def filled(site: LabSite, by_rest: bool = False, **changes: str) -> Any:
    """Submit the form with these answers; what came back."""
    visitor = site.visitor()
    form = visitor.form("/contact/", "_wpcf7")
    if by_rest:
        return visitor.submit_by_rest(form, site.rest_root, **{**VISITOR, **changes})
    return visitor.submit(form, **{**VISITOR, **changes})


@pytest.mark.parametrize("by_rest", [False, True])
def test_a_message_that_leaves_fires_the_hooks_in_order(form_site: LabSite, relay: MailWorld, by_rest: bool) -> None:
    filled(form_site, by_rest)
    assert names(form_site) == ["wpcf7_before_send_mail", "wp_mail_succeeded", "wpcf7_mail_sent", "wpcf7_submit"]
    assert hooks(form_site)[-1]["status"] == "mail_sent"


def test_a_relay_that_refuses_ends_in_mail_failed(form_site: LabSite) -> None:
    form_site.set_mail(smtp_password="guess-7")
    answer = filled(form_site, by_rest=True)
    assert answer.status_code == 200
    assert answer.json()["status"] == "mail_failed"
    assert names(form_site) == ["wpcf7_before_send_mail", "wp_mail_failed", "wpcf7_mail_failed", "wpcf7_submit"]


def test_a_missing_answer_is_refused_by_name(form_site: LabSite) -> None:
    filled(form_site, your_name="", your_email="no address")
    [only] = hooks(form_site)
    assert (only["hook"], only["status"]) == ("wpcf7_submit", "validation_failed")
    assert only["invalid"] == ["your-name", "your-email"]


def test_a_robot_is_spam_with_who_said_so(form_site: LabSite) -> None:
    visitor = form_site.visitor()
    form = visitor.form("/contact/", "_wpcf7")
    visitor.session.headers["User-Agent"] = ""
    visitor.submit(form, **VISITOR)
    [only] = hooks(form_site)
    assert (only["status"], only["spam"]) == ("spam", ["wpcf7"])


def test_an_add_on_can_abort(form_site: LabSite) -> None:
    code = "<?php add_action( 'wpcf7_before_send_mail', function ( $form, &$abort ) { $abort = true; }, 20, 2 );"
    form_site.put_mu_plugin("abort.php", code)
    filled(form_site)
    assert names(form_site) == ["wpcf7_before_send_mail", "wpcf7_submit"]
    assert hooks(form_site)[-1]["status"] == "aborted"


def test_a_form_for_subscribers_refuses_before_any_hook(form_site: LabSite) -> None:
    form = _form_of(form_site)
    form_site.wp("post", "meta", "update", form.fields["_wpcf7"], "_additional_settings", "subscribers_only: true")
    try:
        answer = form_site.visitor().submit_by_rest(form, form_site.rest_root, **VISITOR)
    finally:
        form_site.wp("post", "meta", "delete", form.fields["_wpcf7"], "_additional_settings")
    assert answer.json()["status"] == "error"
    assert hooks(form_site) == []


def test_rest_takes_multipart_with_a_unit_tag_only(form_site: LabSite) -> None:
    visitor, form = form_site.visitor(), _form_of(form_site)
    route = f"{form_site.rest_root}contact-form-7/v1/contact-forms/{form.fields['_wpcf7']}/feedback"
    assert visitor.post(route, json={}).status_code == 415
    assert visitor.post(route, files={"your-name": (None, "Vera")}).status_code == 400


def _form_of(site: LabSite) -> Form:
    return site.visitor().form("/contact/", "_wpcf7")


def test_the_stand_ins_header_says_what_it_was_taken_from() -> None:
    source = Path(__file__).with_name("plugins") / STAND_IN / f"{STAND_IN}.php"
    assert "Contact Form 7 v6.1.6" in source.read_text("utf-8")

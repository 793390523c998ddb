"""Jetpack Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
import requests

from tests.servers.lab import LabSite
from tests.servers.visitor import Visitor, forms_of
from tests.wordpress.canary_contract import CanaryContract, answer, armed
from tests.wordpress.form_contract import TYPED, Posting
from tests.wordpress.plugin_doors import Road

_PAGE = """
$fields = '';
$types = array( 'Name' => 'name', 'Email' => 'email', 'Subject' => 'text', 'Message' => 'textarea' );
foreach ( $types as $label => $type ) {
	$fields .= sprintf( '<!-- wp:jetpack/field-%s {"label":"%s","id":"%s","required":%s} /-->', $type, $label,
		strtolower( $label ), in_array( $label, array( 'Email', 'Message' ), true ) ? 'true' : 'false' );
}
$form = '<!-- wp:jetpack/contact-form {"to":"{office}","subject":"New message"} -->'
	. '<div class="wp-block-jetpack-contact-form">' . $fields
	. '<!-- wp:jetpack/button {"element":"button","text":"Send"} /--></div><!-- /wp:jetpack/contact-form -->';
echo wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_name' => 'write',
	'post_title' => 'Contact Form Demo', 'post_content' => $form ) );
"""
# Jetpack registers its blocks where it is connected, or told that it is being developed.
_SETUP = "Jetpack_Options::update_option( 'active_modules', array( 'contact-form' ) );" + _PAGE


class TestJetpack(CanaryContract):
    slug = "jetpack"
    setup, stand_in_setup = _SETUP, _PAGE
    required = ("message", "message")
    lost_on, fatal_on = "jetpack_contact_form_is_spam", "grunion_after_feedback_post_inserted"
    after = "grunion_after_message_sent"
    shown = ""  # the form is its page's
    fields: ClassVar = {
        "name": ("text", False),
        "email": ("email", True),
        "subject": ("text", False),
        "message": ("textarea", True),
    }
    entries = "global $wpdb; echo $wpdb->get_var( \"SELECT COUNT(*) FROM $wpdb->posts WHERE post_type = 'feedback'\" );"
    spam = "add_filter( 'jetpack_contact_form_is_spam', '__return_true' );"
    quiet = "defined( 'JETPACK_DEV_DEBUG' ) || define( 'JETPACK_DEV_DEBUG', true );"

    @pytest.fixture(scope="class")
    @classmethod
    def page(cls, _site: LabSite, in_charge: tuple[str, str]) -> str:
        """The address of the page that the form stands in."""
        return _site.php_eval(f"echo get_permalink( {in_charge[1]} );")

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        page = visitor.form(f"/?page_id={posting.form}", "contact-form-id")
        answers: dict[str, str | None] = dict(zip(("name", "email", "subject", "message"), TYPED, strict=True))
        posted: dict[str, str | None] = {**page.fields, "contact-form-id": form, **answers, **changes}
        by_ajax = posted.pop("by", "ajax") == "ajax"
        sent = {name: value for name, value in posted.items() if value is not None}
        if by_ajax:  # as the plugin's script does it
            ajax = "/wp-admin/admin-ajax.php?action=grunion-contact-form"
            return visitor.post(ajax, sent, headers={"Accept": "application/json"})
        return visitor.post(page.action, sent)

    @pytest.mark.parametrize("by", ["ajax", "page"])
    def test_by_script_and_without_one_the_same_is_told(self, posting: Posting, by: str) -> None:
        posting.send({"by": by})
        assert posting.outcome()["type"] == "form.submitted"
        posting.told.forget()
        posting.send({"by": by, "email": ""})
        assert posting.outcome()["invalid"] == ["email"]

    @pytest.mark.parametrize("by", ["ajax", "page"])
    def test_a_page_that_is_older_than_the_sites_key_is_told_as_that(self, posting: Posting, by: str) -> None:
        posting.send({"jetpack_contact_form_jwt": "b2xk.b2xk.b2xk", "by": by})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "nonce", False)

    def test_an_entry_that_a_filter_throws_away_is_spam_and_not_kept(self, posting: Posting) -> None:
        code = "add_filter( 'jetpack_contact_form_is_spam', fn() => new WP_Error( 'turnstile-failed', 'No.' ) );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "turnstile-failed", False)

    def test_spam_that_is_kept_is_told_with_the_list_that_said_so(self, posting: Posting) -> None:
        with posting.running("add_filter( 'jetpack_contact_form_in_comment_disallowed_list', '__return_true' );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "disallowed_list", True)

    def test_an_entry_that_is_not_to_be_kept_is_told_as_that(self, posting: Posting, road: Road) -> None:
        form = another(posting, '{"to":"office@aftercare.test","saveResponses":"no"}')
        assert told_form(road, form)["keeps"] is False
        posting.contract.post(
            Posting(posting.told, posting.contract, posting.which, form), posting.site.visitor(), form, {}
        )
        told = posting.outcome()
        assert (told["type"], told["form"], told["kept"]) == ("form.submitted", form, False) and told["entry"]

    def test_each_form_of_a_page_has_its_name_and_its_fields(self, posting: Posting, road: Road) -> None:
        code = '[contact-form to="office@aftercare.test"][contact-field label="Your mail" type="email" required="1"/]'
        number = page_with(posting, f"{BLOCK}<!-- wp:shortcode -->{code}[/contact-form]<!-- /wp:shortcode -->")
        first, second = told_form(road, number), told_form(road, f"{number}-1")
        assert [field["name"] for field in first["fields"]] == [f"g{number}-phone"]
        assert [(field["name"], field["required"]) for field in second["fields"]] == [(f"g{number}-1-yourmail", True)]
        assert first["title"] == "Two forms" and second["title"] == "Two forms (2)"
        visitor = posting.site.visitor()
        forms = [form for form in forms_of(visitor.get(f"/?page_id={number}").text) if "contact-form-id" in form.fields]
        for form in forms:
            name = next(name for name in form.fields if name.startswith("g"))
            assert visitor.post(f"/?page_id={number}", {**form.fields, name: "vera@visitor.example"}).ok
        posting.told.flush()
        assert [told["form"] for told in posting.told.all("form.submitted")] == [number, f"{number}-1"]

    def test_a_page_that_something_renders_twice_has_no_more_forms(self, posting: Posting) -> None:
        code = "add_action( 'wp_head', fn() => apply_filters( 'the_content', get_post()->post_content ) );"
        with posting.running(code):
            posting.send()
        posting.told.forget()
        with posting.running(code):
            posting.contract.post(posting, posting.site.visitor(), f"{posting.form}-1", {})
        assert posting.outcome()["form"] == posting.form

    def test_a_form_in_a_widget_is_listed_for_the_front_page_and_told_by_its_widget(
        self, posting: Posting, road: Road
    ) -> None:
        posting.site.php_eval(
            f"update_option( 'widget_block', array( 7 => array( 'content' => '{BLOCK}' ), '_multiwidget' => 1 ) );"
            "update_option( 'sidebars_widgets', array( 'sidebar-1' => array( 'block-7' ) ) );"
        )
        form = told_form(road, "widget-block-7")
        assert form["pages"] == [posting.site.url + "/"] and len(form["fields"]) == 1

    def test_a_form_in_a_template_part_is_listed_for_the_front_page_and_told_by_the_part(
        self, posting: Posting, road: Road
    ) -> None:
        part = posting.site.php_eval(
            f"$id = wp_insert_post( array( 'post_type' => 'wp_template_part', 'post_status' => 'publish', "
            f"'post_title' => 'Footer', 'post_name' => 'footer', 'post_content' => '{BLOCK}' ) ); echo $id;"
            "wp_set_object_terms( $id, get_stylesheet(), 'wp_theme' );"
        )
        try:
            theme = posting.site.php_eval("echo get_stylesheet();")
            name = f"block-template-part-{theme}-footer"
            assert (told_form(road, name)["title"], told_form(road, name)["pages"]) == (
                "Footer",
                [f"{posting.site.url}/"],
            )
            visitor = posting.site.visitor()
            form = visitor.form("/", "contact-form-id")
            [phone] = [field["name"] for field in told_form(road, name)["fields"]]
            visitor.post("/", {**form.fields, phone: "0123"})
            assert (posting.outcome()["form"], posting.outcome()["type"]) == (name, "form.submitted")
        finally:
            posting.site.wp("post", "delete", part, "--force")

    def test_what_a_form_is_connected_with_is_named_and_held(self, posting: Posting, road: Road) -> None:
        hooks = '[{"webhook_id":"1","url":"https://203.0.113.9/in","method":"POST","format":"json","enabled":true}]'
        form = another(posting, f'{{"to":"office@aftercare.test","webhooks":{hooks}}}')
        assert told_form(road, form)["does"] == [{"what": "webhook", "name": "webhook to 203.0.113.9", "held": True}]
        other = Posting(posting.told, posting.contract, posting.which, form)
        code = "add_filter( 'pre_http_request', function ( $a, $args, $url ) { if ( strpos( $url, '203.0.113.9' ) ) {"
        code += "update_option( 'webhooks_called', 1 + get_option( 'webhooks_called', 0 ) ); } return $a; }, 10, 3 );"
        calls = "echo (int) get_option( 'webhooks_called' ); delete_option( 'webhooks_called' );"
        with posting.running(code):
            other.send(token=(token := armed(other, road)))
            by_the_test = posting.site.php_eval(calls)
            other.send()
            by_a_visitor = posting.site.php_eval(calls)
        assert (by_the_test, by_a_visitor) == ("0", "1")
        assert answer(road, token)["event"]["type"] == "form.submitted"

    def test_a_test_entry_leaves_no_meta_and_no_unread_message(self, posting: Posting, road: Road) -> None:
        left = (
            "global $wpdb; echo $wpdb->get_var( \"SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key LIKE '%feedback%'"
        )
        left += "\" ), ' ', get_option( 'jetpack_feedback_unread_count', 0 );"
        posting.send()
        before = posting.site.php_eval(left)
        posting.send(token=armed(posting, road))
        assert posting.site.php_eval(left) == before

    def test_one_kept_entrys_way_can_be_asked_for(self, posting: Posting, road: Road) -> None:
        posting.send()
        told = posting.outcome()
        asked = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
        way = road.ask("form.entry", asked).result
        assert (way["found"], way["spam"]) == (True, False)
        # The stand-in's entries had the same numbers.
        assert [(mail["mail"], mail["outcome"]) for mail in way["mails"]][-1:] == [(told["mails"][0], "sent")]
        assert abs((datetime.now(UTC) - datetime.fromisoformat(way["at"])).total_seconds()) < 120
        posting.told.forget()
        with posting.running("add_filter( 'jetpack_contact_form_is_spam', '__return_true' );"):
            posting.send()
        way = road.ask("form.entry", {**asked, "entry": posting.outcome()["entry"]}).result
        assert (way["spam"], way["spam_by"]) == (True, "")
        assert road.ask("form.entry", {**asked, "entry": "987654"}).result["found"] is False


BLOCK = (
    '<!-- wp:jetpack/contact-form {"to":"office@aftercare.test"} --><div class="wp-block-jetpack-contact-form">'
    '<!-- wp:jetpack/field-telephone {"label":"Phone"} /--></div><!-- /wp:jetpack/contact-form -->'
)


def page_with(posting: Posting, content: str, title: str = "Two forms") -> str:
    """A new page's id."""
    made = f"'post_author' => 1, 'post_title' => '{title}', 'post_content' => '{content}'"
    return posting.site.php_eval(
        f"echo wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', {made} ) );"
    )


def another(posting: Posting, attributes: str) -> str:
    """The form of the tests once more, on a page of its own, with these attributes."""
    content = posting.site.php_eval(f"echo get_post( {posting.form} )->post_content;")
    return page_with(
        posting, re.sub(r"contact-form \{.*?\} -->", lambda _: f"contact-form {attributes} -->", content, count=1)
    )


def told_form(road: Road, form: str) -> dict[str, Any]:
    """The form of this id as the list has it."""
    [found] = [
        each for each in road.ask("forms.list").result["forms"] if (each["plugin"], each["form"]) == ("jetpack", form)
    ]
    return dict(found)

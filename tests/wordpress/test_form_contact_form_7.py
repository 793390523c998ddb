"""Contact Form 7: its forms are listed and take test entries; on its stand-in, and on the plugin where it is here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from tests.servers.lab import OFFICE, OPS, OWNER, LabSite
from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, armed, listed, mails_of
from tests.wordpress.conftest import real_plugin
from tests.wordpress.form_contract import STAND_IN, TYPED, Posting
from tests.wordpress.plugin_doors import Road
from tests.wordpress.told import Listeners

_FORM = "[text* your-name] [email* your-email] [text your-subject] [textarea your-message]"
_MAIL = (
    "array( 'active' => true, 'subject' => '[your-subject]',"
    " 'sender' => 'Bakery <{office}>', 'recipient' => '{office}',"
    " 'body' => '[your-message]', 'additional_headers' => 'Reply-To: [your-email]', 'attachments' => '',"
    " 'use_html' => false, 'exclude_blank' => false )"
)


class TestContactForm7(CanaryContract):
    slug = "contact-form-7"
    stand_in = "contact-form-stand-in"
    setup = (
        "$form = WPCF7_ContactForm::get_template( array( 'title' => 'Contact Form Demo' ) );"
        f"$form->set_properties( array( 'form' => '{_FORM}', 'mail' => {_MAIL} ) ); echo $form->save();"
    )
    stand_in_setup = (
        "$id = wp_insert_post( array( 'post_type' => 'wpcf7_contact_form', 'post_status' => 'publish', 'post_title' =>"
        f" 'Contact Form Demo' ) ); update_post_meta( $id, '_form', '{_FORM}' );"
        f" update_post_meta( $id, '_mail', {_MAIL} ); echo $id;"
    )
    required = ("your-name", "your-name")
    lost_on = "wpcf7_before_send_mail"
    keeps = None
    shown = '[contact-form-7 title="Contact Form Demo" id="{form}"]'
    fields: ClassVar = {
        "your-name": ("text", True),
        "your-email": ("email", True),
        "your-subject": ("text", False),
        "your-message": ("textarea", False),
    }
    after = "wpcf7_mail_sent"
    spam = "add_filter( 'wpcf7_spam', '__return_true', 20 );"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        name, email, subject, message = TYPED
        fields: dict[str, str | None] = {"your-name": name, "your-email": email, "your-subject": subject}
        fields |= {"your-message": message, "_wpcf7": form, "_wpcf7_unit_tag": f"wpcf7-f{form}-o1", **changes}
        route = f"/wp-json/contact-form-7/v1/contact-forms/{form}/feedback"
        return visitor.post(route, files={k: (None, v) for k, v in fields.items() if v is not None})

    def test_what_the_plugins_own_validator_found_is_told_with_the_mail(self, posting: Posting, road: Road) -> None:
        code = "email_not_in_site_domain"
        told = {"mail.sender": [{"code": code, "args": {"message": "office@aftercare.test is elsewhere."}}]}
        found = f"json_decode( '{json.dumps(told)}', true )"
        posting.site.php_eval(f"update_post_meta( {posting.form}, '_config_validation', {found} );")
        try:
            mail = listed(posting, road)["notifications"][0]
        finally:
            posting.site.php_eval(f"delete_post_meta( {posting.form}, '_config_validation' );")
        assert mail["problem"].startswith("sender: hashed-") and mail["problem"].endswith(f"is elsewhere. ({code})")

    def test_mail_2_and_where_it_goes_is_told_and_a_visitors_own_address_is_a_field(
        self, posting: Posting, road: Road
    ) -> None:
        second = "array( 'active' => true, 'recipient' => '[your-email]', 'sender' => '[your-name] <[your-email]>' )"
        posting.site.php_eval(f"update_post_meta( {posting.form}, '_mail_2', {second} );")
        try:
            [_, mail] = listed(posting, road)["notifications"]
        finally:
            posting.site.php_eval(f"delete_post_meta( {posting.form}, '_mail_2' );")
        assert (mail["id"], mail["to"], mail["to_field"]) == ("mail_2", [], "your-email")
        assert (mail["from"], mail["from_field"]) == (None, "your-email")

    def test_a_pattern_a_widget_and_another_way_to_write_it_are_found_as_pages(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        made = posting.site.php_eval(
            f"""
            $new = fn( $type, $content ) => wp_insert_post( array( 'post_type' => $type, 'post_status' => 'publish',
                'post_title' => 'x', 'post_content' => $content ) );
            $pattern = $new( 'wp_block', '[contact-form-7 id={posting.form} title="x"]' );
            $uses = $new( 'page', '<!-- wp:block {{"ref":' . $pattern . '}} /-->' );
            $other = $new( 'page', '[contact-form-7 id="{posting.form}7" title="x"]' );
            $hidden = $new( 'page', "[contact-form-7 id='{posting.form}']" );
            wp_update_post( array( 'ID' => $hidden, 'post_password' => 'secret' ) );
            update_option( 'widget_block', array( 2 => array( 'content' => '[contact-form-7 id="{posting.form}"]' ) ) );
            echo json_encode( array( get_permalink( $uses ), get_permalink( $other ), get_permalink( $hidden ),
                home_url( '/' ), array( $pattern, $uses, $other, $hidden ) ) );"""
        )
        uses, other, hidden, home, posts = json.loads(made)
        try:
            pages = listed(posting, road)["pages"]
        finally:
            posting.site.wp("post", "delete", *map(str, posts), "--force")
            posting.site.php_eval("delete_option( 'widget_block' );")
        assert set(pages) == {page, uses, home} and not {other, hidden} & set(pages)

    def test_what_other_plugins_do_with_an_entry_is_told_and_held(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        before = "add_action( 'wpcf7_before_send_mail', function () {{ update_option( '{0}', 1, false ); }} );"
        after = "add_action( 'wpcf7_submit', function () { update_option( 'leads_took', 1, false ); } );"
        names = {"lead-catcher": before.format("leads_looked") + after, "contact-form-cfdb7": before.format("db7_took")}
        for slug, code in names.items():
            posting.site.put(f"plugins/{slug}/{slug}.php", f"<?php /* Plugin Name: {slug} */ {code}")
        posting.site.wp("plugin", "activate", *names)
        seen = "echo json_encode( array_map( 'get_option', array( 'leads_looked', 'leads_took', 'db7_took' ) ) );"
        try:
            assert {(deed["name"], deed["held"]) for deed in listed(posting, road)["does"]} == {
                ("lead-catcher", True),
                ("contact-form-cfdb7", True),
            }
            token = armed(posting, road)
            posting.send(token=token)
            # What comes before the mail runs, unless it is known to take the entry: the mail may need it.
            assert json.loads(posting.site.php_eval(seen)) == ["1", False, False]
            posting.send()
            assert json.loads(posting.site.php_eval(seen)) == ["1", "1", "1"]
        finally:
            posting.site.wp("plugin", "deactivate", *names)
            posting.site.php_eval("array_map( 'delete_option', array( 'leads_looked', 'leads_took', 'db7_took' ) );")
        assert set(names) <= set(answer(road, token)["held"])

    def test_a_plugin_that_copies_every_mail_to_somebody_copies_none_of_a_test(
        self, posting: Posting, road: Road, token: str
    ) -> None:
        code = f"""
            add_filter( 'wp_mail', function ( $mail ) {{
                $mail['headers'] = array_merge( (array) $mail['headers'], array( 'Cc: {OWNER}' ) );
                return $mail;
            }}, PHP_INT_MAX );
            add_action( 'phpmailer_init', fn( $mailer ) => $mailer->addBCC( '{OFFICE}' ), PHP_INT_MAX - 1 );"""
        with posting.running(code):
            posting.send(token=token)
        assert [mail.recipients for mail in mails_of(posting, token)] == [(OPS,)]

    def test_a_test_whose_mail_the_relay_refused_says_what_the_relay_said(
        self, posting: Posting, road: Road, token: str
    ) -> None:
        posting.site.set_mail(smtp_password="guess-7")
        posting.send(token=token)
        came = answer(road, token)
        assert (came["event"]["type"], came["event"]["data"]["status"]) == ("form.failed", "mail_failed")
        [mail] = came["mails"]
        assert mail["outcome"] == "failed" and "535" in " ".join(mail["dialogue"]) and mail["reply"] == ""

    def test_of_two_posts_with_one_token_at_once_one_is_the_test_entry(
        self, posting: Posting, road: Road, token: str
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: posting.send(token=token), range(4)))
        posting.told.flush()
        assert len(posting.told.all("form.submitted")) == 3
        assert answer(road, token)["state"] == "spent"

    def test_what_flamingo_keeps_is_shown_and_of_a_test_entry_nothing_is_left(
        self, posting: Posting, road: Road, page: str, real_plugins: Path
    ) -> None:
        if posting.which == STAND_IN:
            pytest.skip("Flamingo is filled by the plugin itself")
        posting.site.install_plugin(real_plugin(real_plugins, "flamingo"))
        count = "foreach ( array( 'flamingo_inbound', 'flamingo_contact' ) as $type ) echo count( get_posts( array("
        count += " 'post_type' => $type, 'post_status' => 'any', 'numberposts' => -1 ) ) ), ' ';"
        try:
            assert listed(posting, road)["keeps"] is True
            posting.send()
            told = posting.outcome()
            args = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
            shown = road.ask("form.entry", args).result
            before = posting.site.php_eval(count)
            token = armed(posting, road)
            posting.send({"your-email": "test@visitor.example"}, token=token)
            came = answer(road, token)
            assert (came["kept"], came["forgotten"]) == (True, True)
            assert posting.site.php_eval(count) == before
        finally:
            posting.site.wp("plugin", "deactivate", "flamingo")
        assert (shown["found"], shown["spam"]) == (True, False) and shown["at"]
        assert [(mail["mail"], mail["outcome"]) for mail in shown["mails"]] == [(told["mails"][0], "sent")]


def test_a_test_entry_on_every_wordpress_and_database(every_site: LabSite, listeners: Listeners) -> None:
    """The oldest WordPress, `php -S` and SQLite too: the lab's own form on /contact/."""
    form = every_site.visitor().form("/contact/", "_wpcf7").fields["_wpcf7"]
    posting = Posting(listeners.to(every_site), TestContactForm7, STAND_IN, form)
    road = Road(every_site, posting.told.doors, posting.told.id)
    assert f"{every_site.url}/contact/" in listed(posting, road)["pages"]
    token = armed(posting, road)
    posting.send(token=token)
    came = answer(road, token)
    assert (came["event"]["type"], came["ended"]) == ("form.submitted", True)
    assert {mail.recipients for mail in mails_of(posting, token)} == {(OPS,)}
    posting.send(token=token)
    assert posting.outcome()["type"] == "form.submitted"

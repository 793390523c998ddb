"""A form's way is told: what a visitor posts on a real WordPress, and what became of it, without what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.lab import LabSite
from tests.servers.visitor import Form
from tests.wordpress.conftest import real_plugin
from tests.wordpress.told import Told, visit_running

TYPED = {"your_name": "Vera", "your_email": "vera@visitor.example", "your_subject": "Hello", "your_message": "Private"}


def contact_form(site: LabSite) -> Form:
    return site.visitor().form("/contact/", "_wpcf7")


def during_a_post(site: LabSite, hook: str, code: str, **typed: str) -> None:
    """A visitor sends the contact form while a must-use plugin runs *code* on *hook*."""
    form = contact_form(site)
    posting = {**form.fields, **{name.replace("_", "-"): value for name, value in {**TYPED, **typed}.items()}}
    visit_running(site, hook, code, form.action, posting)


@pytest.mark.parametrize("by_rest", [False, True], ids=["by page", "by REST"])
def test_an_entry_that_was_sent_is_told_with_its_mails(told_everywhere: Told, by_rest: bool) -> None:
    told_everywhere.site.write_to_us("Private", by_rest=by_rest)
    told_everywhere.flush()
    entry = told_everywhere.wait_for("form.submitted")
    assert (entry["plugin"], entry["status"], entry["mails_failed"]) == ("contact-form-7", "mail_sent", [])
    assert [mail["mail"] for mail in told_everywhere.all("mail.sent")] == entry["mails"]
    assert {mail["kind"] for mail in told_everywhere.all("mail.sent")} == {"form"}
    assert told_everywhere.all("mail.sent")[0]["form"] == f"contact-form-7:{entry['form']}"


def test_nothing_that_a_visitor_typed_is_told(told: Told) -> None:
    told.site.write_to_us("Private words")
    told.flush()
    told.wait_for("form.submitted")
    for typed in ("Private", "Vera", "vera@", "Hello"):
        assert typed not in told.text()


def test_an_entry_whose_mail_failed_is_told_within_seconds(told_everywhere: Told) -> None:
    told_everywhere.site.set_mail(smtp_password="guess-7")
    told_everywhere.site.write_to_us("Private")
    entry = told_everywhere.wait_for("form.failed")
    assert entry["status"] == "mail_failed" and entry["mails"] == entry["mails_failed"]
    assert told_everywhere.wait_for("mail.failed")["mail"] == entry["mails"][0]


def test_a_refused_entry_names_the_fields_and_not_their_values(told: Told) -> None:
    visitor = told.site.visitor()
    visitor.submit(visitor.form("/contact/", "_wpcf7"), **{**TYPED, "your_name": "", "your_email": "no-address"})
    told.flush()
    assert set(told.wait_for("form.rejected")["invalid"]) == {"your-name", "your-email"}
    assert "no-address" not in told.text()


def test_an_entry_that_is_called_spam_says_by_whom(told: Told) -> None:
    visitor = told.site.visitor()
    form = visitor.form("/contact/", "_wpcf7")
    visitor.session.headers["User-Agent"] = "x"
    visitor.submit(form, **TYPED)
    told.flush()
    assert told.wait_for("form.spam")["spam_by"] == "wpcf7"


def test_an_entry_that_reaches_no_outcome_is_lost(told_everywhere: Told) -> None:
    during_a_post(told_everywhere.site, "wpcf7_before_send_mail", "status_header( 204 ); exit;")
    lost = told_everywhere.wait_for("form.lost")
    assert (lost["plugin"], lost["status"], lost["http_status"]) == ("contact-form-7", "no_outcome", 204)


def test_an_entry_that_a_fatal_error_ended_is_lost_and_the_error_is_named(told: Told) -> None:
    during_a_post(told.site, "wpcf7_before_send_mail", "no_such_function();")
    assert told.wait_for("form.lost")["error"] == "Error"
    assert told.wait_for("php.error")["message"] == "Call to undefined function no_such_function()"


def test_a_refusal_before_any_hook_of_the_form_plugin_is_no_loss(told: Told) -> None:
    form = contact_form(told.site)
    meta = f"update_post_meta( {form.fields['_wpcf7']}, '_additional_settings', '{{}}' );"
    told.site.php_eval(meta.format("subscribers_only: true"))
    try:
        told.site.visitor().submit_by_rest(form, told.site.rest_root, **TYPED)
    finally:
        told.site.php_eval(meta.format(""))
    told.flush()
    told.wait_for("form.rejected", status="error")
    assert told.all("form.lost") == []


def test_a_robot_that_posts_to_a_form_that_is_not_there_is_nobodys_loss(told: Told) -> None:
    told.site.visitor().post("/", {"_wpcf7": "987654", "your-name": "robot"})
    told.flush()
    assert told.all("form.lost", "form.rejected", "form.failed") == []


def test_comments_are_told_with_their_outcome(told_everywhere: Told) -> None:
    visitor = told_everywhere.site.visitor()
    comment = {"comment_post_ID": "1", "author": "Vera", "email": "vera@visitor.example"}
    visitor.post("/wp-comments-post.php", {**comment, "comment": f"Private {told_everywhere.id}"})
    visitor.post("/wp-comments-post.php", {**comment, "comment": ""})
    told_everywhere.flush()
    assert told_everywhere.wait_for("form.submitted")["form"] == "comment"
    assert told_everywhere.wait_for("form.rejected")["form"] == "comment"
    assert "Vera" not in told_everywhere.text() and "vera@" not in told_everywhere.text()


def test_a_lost_password_is_told_as_sent_refused_or_failed(told: Told) -> None:
    visitor = told.site.visitor()
    for user in ("admin", "nobody-here"):
        visitor.post("/wp-login.php?action=lostpassword", {"user_login": user})
    told.site.set_mail(smtp_password="guess-7")
    visitor.post("/wp-login.php?action=lostpassword", {"user_login": "admin"})
    told.flush()
    kinds = [event["type"] for event in told.all("form.submitted", "form.rejected", "form.failed", "form.lost")]
    assert kinds == ["form.submitted", "form.rejected", "form.failed"]


def test_contact_form_7_itself_is_told_the_same_way(told: Told, real_plugins: Path) -> None:
    source = real_plugin(real_plugins, "contact-form-7")
    site = told.site
    site.wp("plugin", "deactivate", "contact-form-stand-in")
    site.install_plugin(source)
    try:
        number = site.php_eval("echo get_posts( array( 'post_type' => 'wpcf7_contact_form' ) )[0]->ID;")
        second = (
            f"$f = wpcf7_contact_form( {number} ); "
            "$f->set_properties( array( 'mail_2' => array( 'active' => true ) + $f->prop( 'mail_2' ) ) ); $f->save();"
        )
        site.php_eval(second)
        fields = {
            "_wpcf7": number,
            "_wpcf7_unit_tag": f"wpcf7-f{number}-o1",
            **{name.replace("_", "-"): value for name, value in TYPED.items()},
        }
        form = Form(fields=fields)

        def post() -> None:
            site.visitor().submit_by_rest(form, site.rest_root)

        told.forget()
        post()
        told.flush()
        assert len(told.wait_for("form.submitted")["mails"]) == 2

        told.forget()
        only_the_first = "add_filter( 'pre_wp_mail', function () { static $n = 0; return $n++ ? false : null; } );"
        site.put_mu_plugin("second-fails.php", "<?php " + only_the_first)
        post()
        told.wait_for("mail.failed")
        entry = told.wait_for("form.submitted")
        assert entry["status"] == "mail_sent" and entry["mails_failed"] == [entry["mails"][1]]
        site.remove_mu_plugin("second-fails.php")

        told.forget()
        site.set_mail(smtp_password="guess-7")
        post()
        assert told.wait_for("form.failed")["status"] == "mail_failed"
        assert told.wait_for("mail.failed")["basic_code"] == 535
    finally:
        site.wp("plugin", "deactivate", "contact-form-7")
        site.wp("plugin", "activate", "contact-form-stand-in")


def test_nothing_of_ours_complained_on_any_path(every_site: LabSite) -> None:
    lines = every_site.debug_log().splitlines()
    assert [line for line in lines if "plugins/aftercare/" in line or "Aftercare:" in line] == []

"""A visitor whose form failed: told where else to write to, the entry kept on the site, as the admin wishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.lab import LabSite
from tests.servers.visitor import forms_of
from tests.wordpress.form_contract import keeping_lost_entries, kept_entries
from tests.wordpress.plugin_doors import Road
from tests.wordpress.test_events_forms import TYPED, contact_form
from tests.wordpress.test_plugin_screen import words
from tests.wordpress.told import Told

SCREEN = "/wp-admin/admin.php?page=aftercare-forms"
ADDRESS = "hello@bakery.example"
LINE = f"We noticed. You can also write to {ADDRESS}."


@pytest.fixture
def failing(told: Told) -> Iterator[Told]:
    """A paired site that keeps what its forms lose, and whose relay refuses its mails."""
    told.site.set_mail(smtp_password="guess-7")
    with keeping_lost_entries(told.site):
        wish(told.site, write_to=ADDRESS)
        yield told
        wish(told.site, write_to="")


def wish(site: LabSite, **wishes: object) -> None:
    site.php_eval(rf"Aftercare\Form_Wishes::set( json_decode( '{json.dumps(wishes)}', true ) );")


def send(site: LabSite, *, by_rest: bool = True) -> Any:
    visitor = site.visitor()
    form = visitor.form("/contact/", "_wpcf7")
    return visitor.submit_by_rest(form, site.rest_root, **TYPED) if by_rest else visitor.submit(form, **TYPED)


def remove(site: LabSite, nth: int = 0) -> str:
    admin = site.admin()
    forms = [f for f in forms_of(admin.get(SCREEN).text) if f.fields.get("action") == "aftercare_forget"]
    return words(admin.post(forms[nth].action, forms[nth].fields).text)


def of_a_person(site: LabSite, kind: str, address: str) -> dict[str, Any]:
    """What WordPress's own tools for personal data get from us: *kind* is exporters or erasers."""
    hooks = (
        r"foreach ( Aftercare\Admin\Kept_Privacy::hooks() as $h ) "
        r"add_filter( $h[0], 'Aftercare\Admin\Kept_Privacy::' . $h[1] ); "
    )
    ours = f"apply_filters( 'wp_privacy_personal_data_{kind}', array() )['aftercare']['callback']"
    answer: dict[str, Any] = json.loads(site.php_eval(f"{hooks} echo wp_json_encode( {ours}( '{address}' ) );"))
    return answer


@pytest.mark.parametrize("by_rest", [True, False], ids=["by REST", "by page"])
def test_a_visitor_whose_mail_failed_reads_where_else_to_write_to(failing: Told, by_rest: bool) -> None:
    assert LINE in send(failing.site, by_rest=by_rest).text


def test_after_a_fatal_error_the_page_says_it_too(failing: Told) -> None:
    failing.site.put_mu_plugin("dies.php", "<?php add_action( 'wpcf7_before_send_mail', 'no_such_function' );")
    try:
        assert LINE in send(failing.site, by_rest=False).text
    finally:
        failing.site.remove_mu_plugin("dies.php")


def test_nothing_is_said_and_nothing_kept_unless_the_admin_wishes_it(told: Told) -> None:
    told.site.set_mail(smtp_password="guess-7")
    assert "You can also write" not in send(told.site).text
    assert kept_entries(told.site) == "[]"


def test_the_admin_reads_a_kept_entry_and_deletes_it(failing: Told) -> None:
    send(failing.site)
    said = words(failing.site.admin().get(SCREEN).text)
    assert "1 entry was lost by its form and is kept here" in said and "its mail failed" in said
    assert all(typed in said for typed in TYPED.values())
    failing.flush()
    assert failing.wait_for("form.failed")["safe"] is True, "staff learn that it is there"
    assert "Private" not in failing.text(), "it never leaves the site"
    assert "The entry is deleted." in remove(failing.site)
    assert kept_entries(failing.site) == "[]"


def test_who_does_not_manage_the_site_sees_and_deletes_nothing(failing: Told) -> None:
    send(failing.site)
    failing.site.wp("user", "create", "helper", "helper@aftercare.test", "--role=editor", "--user_pass=helper-1",
                    allow=(0, 1))  # fmt: skip
    failing.site.wp("cap", "add", "editor", "aftercare_diagnose")
    try:
        helper = failing.site.visitor().log_in("helper", "helper-1")
        assert "Private" not in helper.get(SCREEN).text
        admin = failing.site.admin()
        form = next(f for f in forms_of(admin.get(SCREEN).text) if f.fields.get("action") == "aftercare_forget")
        assert helper.post(form.action, form.fields).status_code == 403
        own_nonce = (  # with a nonce of one's own it is the capability that is missing
            "wp_set_current_user( get_user_by( 'login', 'helper' )->ID );"
            "$_REQUEST['_wpnonce'] = wp_create_nonce( 'aftercare_forget' ); $_POST['entry'] = '%s';"
            r"require_once ABSPATH . 'wp-admin/includes/admin.php'; Aftercare\Admin\Kept_View::forget();"
        )
        failing.site.wp("eval", own_nonce % form.fields["entry"], allow=(0, 1))
        assert "Private" in kept_entries(failing.site)
    finally:
        failing.site.wp("cap", "remove", "editor", "aftercare_diagnose")


def test_what_is_kept_of_a_person_can_be_exported_and_erased(failing: Told) -> None:
    send(failing.site)
    assert of_a_person(failing.site, "exporters", "vera@visitor.test")["data"] == []
    [entry] = of_a_person(failing.site, "exporters", "VERA@visitor.example")["data"]
    assert {"name": "your-message", "value": "Private"} in entry["data"]
    assert of_a_person(failing.site, "erasers", "vera@visitor.example")["items_removed"] is True
    assert kept_entries(failing.site) == "[]"


def test_the_oldest_go_by_number_and_by_age(failing: Told) -> None:
    send(failing.site)
    table = r"global $wpdb; $t = $wpdb->prefix . Aftercare\Kept_Entries::TABLE; "
    failing.site.php_eval(table + '$wpdb->query( "UPDATE $t SET kept_at = kept_at - 31 * 86400" );')
    failing.site.php_eval(r"Aftercare\Kept_Entries::trim();")
    assert kept_entries(failing.site) == "[]"
    send(failing.site)
    failing.site.php_eval(
        table + '$wpdb->query( "UPDATE $t SET id = 7" ); $wpdb->query( "ALTER TABLE $t AUTO_INCREMENT = 507" );'
    )
    send(failing.site)
    assert len(json.loads(kept_entries(failing.site))) == 1


def test_a_test_entry_that_fails_is_not_kept(failing: Told) -> None:
    road = Road(failing.site, failing.doors, failing.id)
    form = contact_form(failing.site)
    token = "a" * 43
    until = "2099-01-01T00:00:00+00:00"
    visitor = failing.site.visitor()
    args = {"plugin": "contact-form-7", "form": form.fields["_wpcf7"], "token": token, "expires_at": until}
    said = road.ask("form.arm", {**args, "exempt": True, "mailbox": "ops@aftercare.test"}).result
    assert said["armed"], said
    visitor.session.headers["Aftercare-Canary"] = token
    visitor.submit_by_rest(form, failing.site.rest_root, **TYPED)
    assert road.ask("form.canary", {"token": token}).result["state"] == "spent"
    assert kept_entries(failing.site) == "[]"


def test_an_address_that_is_none_is_refused_and_changes_nothing(failing: Told) -> None:
    admin = failing.site.admin()
    form = next(f for f in forms_of(admin.get(SCREEN).text) if f.fields.get("action") == "aftercare_wishes")
    assert form.fields["write_to"] == ADDRESS and form.fields["keep"] == "1"
    page = admin.post(form.action, {**form.fields, "write_to": "call us", "mails": "marked"}).text
    assert "That is no e-mail address, so nothing was changed." in words(page)
    kept = json.loads(failing.site.php_eval(r"echo wp_json_encode( Aftercare\Form_Wishes::all() );"))
    assert (kept["write_to"], kept["mails"]) == (ADDRESS, "mailbox")

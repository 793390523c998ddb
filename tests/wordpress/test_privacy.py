"""What visitors type stays on the site: a word that is planted on every way in is looked for in all that was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from tests.servers.lab import LabSite
from tests.wordpress.told import Told, visit_running

WORD = "zqplanted"
TYPED = {
    "your_name": f"{WORD} Person",
    "your_email": f"{WORD}@visitor.example",
    "your_subject": f"{WORD} matter",
    "your_message": f"{WORD} words",
}
RAISES = "throw new RuntimeException( 'could not save ' . $_POST['word'] );"
INVALID_FROM = "wp_mail( 'office@aftercare.test', 's', 'm', array( 'From: ' . $_POST['word'] ) );"
HALF_A_RECIPIENT = "wp_mail( 'x@' . $_POST['word'], 's', 'm' );"


@pytest.fixture
def without_smtp(told: Told) -> Iterator[Told]:
    """WordPress hands its mail to PHP's mail(), which finds no sendmail: PHPMailer then speaks of the mail itself."""
    told.site.wp("plugin", "deactivate", "smtp-settings-stand-in")
    try:
        yield told
    finally:
        told.site.wp("plugin", "activate", "smtp-settings-stand-in")


def write_to_us(site: LabSite, **other: str) -> None:
    visitor = site.visitor()
    visitor.submit(visitor.form("/contact/", "_wpcf7"), **{**TYPED, **other})


def post(site: LabSite, path: str, **data: str) -> None:
    requests.post(site.url + path, data=data, timeout=30, allow_redirects=False)


def tell_all(told: Told, *expected: str) -> str:
    """Everything that the site has to tell, once these types of events are among it."""
    told.beat()
    for kind in expected:
        told.wait_for(kind)
    return told.text()


@pytest.mark.parametrize("way", ["smtp", "mail()"])
def test_nothing_that_is_typed_into_a_form_leaves_the_site_when_its_mail_fails(told: Told, way: str) -> None:
    if way == "smtp":
        told.site.set_mail(smtp_password="guess-7")
    else:
        told.site.wp("plugin", "deactivate", "smtp-settings-stand-in")
    try:
        write_to_us(told.site)
        write_to_us(told.site, your_email=f"{WORD} is no address")
        post(told.site, "/wp-comments-post.php", author=WORD, email=f"{WORD}@visitor.example", comment=WORD,
             comment_post_ID="1")  # fmt: skip
        post(told.site, "/wp-login.php?action=lostpassword", user_login=f"{WORD}@visitor.example")
        post(told.site, "/wp-login.php?action=lostpassword", user_login="admin")
        said = tell_all(told, "mail.failed", "form.failed", "form.rejected")
    finally:
        told.site.wp("plugin", "activate", "smtp-settings-stand-in")
    assert WORD not in said.lower()


def test_a_sender_that_a_visitor_typed_is_not_repeated(without_smtp: Told) -> None:
    visit_running(without_smtp.site, "template_redirect", INVALID_FROM, data={"word": f"{WORD} Person"})
    failed = without_smtp.wait_for("mail.failed")
    assert failed["error"] == "Invalid address:  (From): ***"


def test_half_a_recipient_that_a_visitor_typed_is_not_taken_for_a_domain(told: Told) -> None:
    visit_running(told.site, "template_redirect", HALF_A_RECIPIENT, data={"word": f"{WORD} street 7"})
    failed = told.wait_for("mail.failed")
    assert failed["to"][0]["domain"] == "" and WORD not in told.text()


def test_what_code_throws_with_a_visitors_words_in_it_is_withheld(told: Told) -> None:
    visit_running(told.site, "template_redirect", RAISES, data={"word": WORD})
    error = told.wait_for("php.error")
    assert error["message"] == "RuntimeException (message withheld)" and WORD not in told.text()


def test_the_snapshot_holds_no_address_and_no_password_of_the_host_either(
    site: LabSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = f"/usr/sbin/sendmail -t -i -f {WORD}@shop.example --password={WORD}"
    monkeypatch.setattr(site, "php", replace(site.php, ini={**site.php.ini, "sendmail_path": own}))
    site.set_mail(smtp_host=f"{WORD}@shop.example")
    said = site.wp("aftercare", "snapshot", "--format=json")
    assert "/usr/sbin/sendmail -t -i -f hashed-" in said and WORD not in said

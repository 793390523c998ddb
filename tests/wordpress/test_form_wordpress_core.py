"""WordPress's own forms are listed; a comment takes a test entry that nobody sees, the others take none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.servers.lab import DOMAIN, OPS, LabSite
from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import answer, arm, armed, mails_of, new_token, sent
from tests.wordpress.form_contract import FormContract, Posting
from tests.wordpress.plugin_doors import Road
from tests.wordpress.told import Listeners

_COUNT = "echo get_comments( array( 'count' => true, 'status' => 'any' ) );"


class WordPressItself(FormContract):
    """Not a plugin: nothing is installed. `FormContract` would want a plugin's folder, so only its shape is used."""

    slug = "core"
    __test__ = False

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        comment = {"comment_post_ID": "1", "author": "Vera", "email": "vera@visitor.example", "comment": "Words"}
        return visitor.post("/wp-comments-post.php", {**comment, **changes}, allow_redirects=False)


@pytest.fixture
def posting(site: LabSite, listeners: Listeners) -> Posting:
    return Posting(listeners.to(site), WordPressItself, "original", "comment")


@pytest.fixture
def road(posting: Posting) -> Road:
    return Road(posting.site, posting.told.doors, posting.told.id)


@pytest.fixture
def without_moderation(site: LabSite) -> Iterator[None]:
    """A comment would be published at once."""
    site.php_eval("update_option( 'comment_previously_approved', '0' ); update_option( 'comments_notify', '1' );")
    yield
    site.php_eval("update_option( 'comment_previously_approved', '1' );")


def forms(road: Road) -> dict[str, dict[str, Any]]:
    listed = road.ask("forms.list").result["forms"]
    return {form["form"]: form for form in listed if form["plugin"] == "core"}


def test_the_forms_that_are_on_are_listed_with_their_fields(posting: Posting, road: Road) -> None:
    posting.site.wp("option", "update", "users_can_register", "1")
    try:
        listed = forms(road)
    finally:
        posting.site.wp("option", "update", "users_can_register", "0")
    assert set(listed) == {"comment", "lostpassword", "register"} and set(forms(road)) == {"comment", "lostpassword"}
    assert {f["name"]: f["required"] for f in listed["comment"]["fields"]} == {
        "comment": True,
        "author": True,
        "email": True,
        "url": False,
    }
    assert listed["comment"]["pages"] and "lostpassword" in urlsplit(listed["lostpassword"]["pages"][0]).query
    assert {form["not_tried"] for form in (listed["lostpassword"], listed["register"])} == {"not_held"}
    assert listed["comment"]["not_tried"] == ""
    [moderator, author] = listed["comment"]["notifications"]
    assert [to["domain"] for to in moderator["to"] + author["to"]] == [DOMAIN, DOMAIN]
    [reset] = listed["lostpassword"]["notifications"]
    assert (reset["to"], reset["to_field"]) == ([], "user_login")


def test_a_test_comment_is_never_seen_and_gone(posting: Posting, road: Road, without_moderation: None) -> None:
    before, history = int(posting.site.php_eval(_COUNT)), sent(road)
    token = armed(posting, road)
    approved = "add_action( 'comment_post', fn( $id, $is ) => update_option( 'was_approved', $is, false ), 10, 2 );"
    with posting.running(approved):
        assert posting.send(token=token).status_code == 302
    assert posting.site.php_eval("echo get_option( 'was_approved' );") == "0"
    came = answer(road, token)
    assert (came["event"]["type"], came["event"]["data"]["status"]) == ("form.submitted", "held")
    assert came["kept"] is True and came["forgotten"] is True
    assert int(posting.site.php_eval(_COUNT)) == before and sent(road) == history
    assert {mail.recipients for mail in mails_of(posting, token)} == {(OPS,)}
    posting.told.flush()
    assert posting.told.of_visitors() == []


def test_behind_the_redirect_the_comment_is_there_until_somebody_asks_or_the_next_heartbeat(
    posting: Posting, road: Road
) -> None:
    before = int(posting.site.php_eval(_COUNT))
    posting.send(token=armed(posting, road))
    assert int(posting.site.php_eval(_COUNT)) == before + 1
    posting.site.php_eval("do_action( 'aftercare_heartbeat' );")
    assert int(posting.site.php_eval(_COUNT)) == before


def test_a_test_comment_passes_duplicates_floods_and_lists_of_words(posting: Posting, road: Road) -> None:
    posting.site.wp("option", "update", "disallowed_keys", "Words")
    try:
        for token in (armed(posting, road), armed(posting, road)):
            posting.send(token=token)
            assert answer(road, token)["event"]["type"] == "form.submitted"
    finally:
        posting.site.wp("option", "update", "disallowed_keys", "")


def test_a_reset_key_and_an_account_cannot_be_taken_back_and_are_not_tried(posting: Posting, road: Road) -> None:
    for form in ("lostpassword", "register"):
        posting.form = form
        said = arm(posting, road, new_token())
        assert said["armed"] is False and said["why"] in ("not_held", "not_on")


def test_a_comment_is_shown_until_it_is_deleted(posting: Posting, road: Road) -> None:
    posting.send({"comment": f"Words of {new_token()}"})
    told = posting.outcome()
    asked = {"plugin": "core", "form": "comment", "entry": told["entry"]}
    assert road.ask("form.entry", asked).result["found"] is True
    posting.site.wp("comment", "delete", told["entry"], "--force")
    assert road.ask("form.entry", asked).result["found"] is False

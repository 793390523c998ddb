"""What every adapter that lists forms and takes a test entry must do, tried on stand-in and original.

How to hold an adapter to it: its test class inherits `CanaryContract` and declares, beside what `FormContract` wants,

- `shown`: the content of a post that shows the form, `{form}` its id; `stand_in_shown` where the stand-in's differs;
- `fields` (`ClassVar`): its fields as `forms.list` names them, name → (type, required);
- `after`: a hook of the plugin that fires once the entry is through: what plugins of others do there must not happen;
- `entries`: PHP that prints how many entries the site keeps; `stand_in_entries` where the stand-in's differs; "" where
  the plugin keeps none;
- `spam`: PHP of a must-use plugin by which a visitor's entry is refused as spam or by a captcha, an exempt one not;
- `fatal_on`: a hook after the entry was kept, on which the request dies; `lost_on` where it is not said.

A plugin that keeps no entries leaves `entries` empty. What only one plugin holds is a test of its own file.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from tests.servers.lab import DOMAIN, OFFICE, OPS, OWNER, LabSite
from tests.servers.sink import Mail
from tests.wordpress.form_contract import STAND_IN, FormContract, Posting
from tests.wordpress.plugin_doors import Road

# On the plugin's last hook another plugin calls its CRM and leaves the rest for later; what got through is noted.
_REACHES_OUT = """
add_action( '{after}', function () {{
	wp_remote_post( 'https://crm.example/leads', array( 'body' => 'an entry' ) );
	wp_schedule_single_event( time() + 60, 'crm_later', array( wp_rand() ) );
}} );
add_action( 'http_api_debug', function ( $answer, $context, $class, $args, $url ) {{
	false === strpos( $url, 'crm.example' ) || update_option( 'crm_called', 1 + get_option( 'crm_called', 0 ), false );
}}, 10, 5 );
"""
_REACHED = "echo json_encode( array( (int) get_option( 'crm_called' ), count( array_filter( _get_cron_array(), "
_REACHED += "fn( $at ) => isset( $at['crm_later'] ) ) ) ) ); delete_option( 'crm_called' );"
_REACHED += "wp_unschedule_hook( 'crm_later' );"


class CanaryContract(FormContract):
    """Inherit it in the place of FormContract; the module says what to declare."""

    shown: ClassVar[str]
    stand_in_shown: ClassVar[str] = ""
    fields: ClassVar[dict[str, tuple[str, bool]]]
    after: ClassVar[str]
    entries: ClassVar[str] = ""
    stand_in_entries: ClassVar[str] = ""
    spam: ClassVar[str]
    fatal_on: ClassVar[str] = ""

    @pytest.fixture
    def road(self, posting: Posting) -> Road:
        """The sidecar's way to the site."""
        return Road(posting.site, posting.told.doors, posting.told.id)

    @pytest.fixture(scope="class")
    @classmethod
    def page(cls, _site: LabSite, in_charge: tuple[str, str]) -> Iterator[str]:
        """The address of a page that shows the form."""
        which, form = in_charge
        content = (cls.stand_in_shown if which == STAND_IN else "") or cls.shown
        made = {"post_type": "page", "post_status": "publish", "post_title": "Form", "post_content": content}
        php = f"json_decode( base64_decode( '{_base64(json.dumps(made).replace('{form}', form))}' ), true )"
        number, address = _site.php_eval(
            f"$id = wp_insert_post( wp_slash( {php} ) ); echo $id, ' ', get_permalink( $id );"
        ).split()
        yield address
        _site.wp("post", "delete", number, "--force")

    @pytest.fixture
    def token(self, posting: Posting, road: Road, page: str) -> str:
        """A token that is good for the form."""
        return armed(posting, road)

    def kept(self, posting: Posting) -> int:
        """How many entries the site keeps."""
        count = (self.stand_in_entries if posting.which == STAND_IN else "") or self.entries
        return int(posting.site.php_eval(count) or 0) if count else 0

    # -- the list ---------------------------------------------------------

    def test_the_list_tells_the_form_with_its_fields_and_page(self, posting: Posting, road: Road, page: str) -> None:
        form = listed(posting, road)
        assert self.title in form["title"] and form["on"] is True and form["keeps"] in (self.keeps, None, False)
        assert {each["name"]: (each["type"], each["required"]) for each in form["fields"]} == self.fields
        assert page in form["pages"] and form["not_tried"] == ""

    def test_the_list_tells_whom_the_form_writes_to_and_no_address(self, posting: Posting, road: Road) -> None:
        result = road.ask("forms.list").result
        [form] = [each for each in result["forms"] if (each["plugin"], each["form"]) == (self.slug, posting.form)]
        first = form["notifications"][0]
        assert first["on"] is True and [to["domain"] for to in first["to"]] == [DOMAIN]
        assert all(len(to["hash"]) == 12 for to in first["to"])
        assert OFFICE not in json.dumps(result) and "@aftercare" not in json.dumps(result)

    def test_a_form_that_the_admin_excludes_is_not_tried(self, posting: Posting, road: Road, page: str) -> None:
        posting.site.php_eval(f"Aftercare\\Form_Wishes::set( array( 'excluded' => array( '{key(posting)}' ) ) );")
        try:
            assert listed(posting, road)["not_tried"] == "excluded"
            answer = arm(posting, road, new_token())
            assert (answer["armed"], answer["why"]) == (False, "excluded")
        finally:
            posting.site.php_eval(r"Aftercare\Form_Wishes::set( array( 'excluded' => array() ) );")

    # -- a test entry -----------------------------------------------------

    def test_a_test_entry_goes_its_way_is_told_to_nobody_and_is_gone(
        self, posting: Posting, road: Road, token: str
    ) -> None:
        before, history = self.kept(posting), sent(road)
        assert posting.send(token=token).ok
        came = answer(road, token)
        assert (came["state"], came["ended"], came["fatal"]) == ("spent", True, "")
        assert came["event"]["type"] == "form.submitted" and came["event"]["data"]["form"] == posting.form
        assert came["mails"] and {mail["outcome"] for mail in came["mails"]} == {"sent"}
        assert came["mails"][0]["to"] == [DOMAIN] and came["mails"][0]["reply"].startswith("250")
        if self.entries:
            assert came["kept"] is True and came["entry"] and came["forgotten"] is True
        assert self.kept(posting) == before
        posting.told.flush()
        assert posting.told.of_visitors() == [] and sent(road) == history
        mails = mails_of(posting, token)
        assert {mail.recipients for mail in mails} == {(OPS,)} and len(mails) == len(came["mails"])
        assert {str(mail.message["Auto-Submitted"]) for mail in mails} == {"auto-generated"}
        assert token not in posting.site.php_eval(_TABLE)

    def test_marked_mails_go_to_the_forms_own_recipient(self, posting: Posting, road: Road, page: str) -> None:
        posting.site.php_eval(r"Aftercare\Form_Wishes::set( array( 'mails' => 'marked' ) );")
        try:
            token = armed(posting, road)
            posting.send(token=token)
        finally:
            posting.site.php_eval(r"Aftercare\Form_Wishes::set( array( 'mails' => 'mailbox' ) );")
        mails = mails_of(posting, token)
        own = ((OFFICE,), (OWNER,))  # a stand-in may write to the site's admin
        assert any(mail.recipients in own for mail in mails)
        assert all(mail.recipients in (*own, (OPS,)) and mail.subject.startswith("[Test] ") for mail in mails)

    def test_without_a_mailbox_the_mails_are_composed_and_held(self, posting: Posting, road: Road, page: str) -> None:
        token = armed(posting, road, mailbox="")
        posting.send(token=token)
        came = answer(road, token)
        assert came["event"]["type"] == "form.submitted"
        assert {mail["outcome"] for mail in came["mails"]} == {"held"} and mails_of(posting, token) == []

    def test_a_token_is_good_once_for_its_form_and_its_time(self, posting: Posting, road: Road, token: str) -> None:
        late, foreign = new_token(), new_token()
        for each, form, seconds in ((late, posting.form, -1), (foreign, "987654", 60)):
            facts = "array( 'exempt' => true, 'mailbox' => '', 'marked' => false )"
            given = f"'{each}', '{self.slug}', '{form}', time() + {seconds}, {facts}"
            posting.site.php_eval(rf"Aftercare\Canary_Ledger::arm( {given} );")
        posting.send(token=token)
        posting.told.flush()
        posting.told.forget()
        for spent_late_foreign_or_wrong in (token, late, foreign, new_token()):
            posting.send(token=spent_late_foreign_or_wrong)
        posting.told.flush()
        assert len(posting.told.all("form.submitted")) == 4 and len(posting.told.all("mail.sent")) >= 4
        states = [answer(road, each)["state"] for each in (token, late, foreign)]
        assert states == ["spent", "expired", "armed"]
        assert answer(road, new_token())["state"] == "unknown"

    def test_exempt_it_passes_what_a_visitor_would_not(self, posting: Posting, road: Road, page: str) -> None:
        posting.site.php_eval(r"Aftercare\Form_Wishes::set( array( 'unexempted' => true ) );")
        try:
            with posting.running(self.spam):
                exempt, meets_them = armed(posting, road), armed(posting, road, exempt=False)
                before = self.kept(posting)
                for token in (exempt, meets_them):
                    posting.send(token=token)
        finally:
            posting.site.php_eval(r"Aftercare\Form_Wishes::set( array( 'unexempted' => false ) );")
        came = [answer(road, token)["event"]["type"] for token in (exempt, meets_them)]
        assert came[0] == "form.submitted" and came[1] in ("form.spam", "form.rejected")
        assert self.kept(posting) == before
        posting.told.flush()
        assert posting.told.of_visitors() == []

    def test_where_the_admin_does_not_allow_it_no_entry_meets_the_spam_filter(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        given = arm(posting, road, new_token(), exempt=False)
        assert (given["armed"], given["why"]) == (False, "excluded")

    def test_what_cannot_be_taken_back_is_held(self, posting: Posting, road: Road, token: str) -> None:
        with posting.running(_REACHES_OUT.format(after=self.after)):
            posting.send(token=token)
            by_the_test = json.loads(posting.site.php_eval(_REACHED))
            posting.send()
            by_a_visitor = json.loads(posting.site.php_eval(_REACHED))
        assert (by_the_test, by_a_visitor) == ([0, 0], [1, 1])
        assert {"call to crm.example", "scheduled crm_later"} <= set(answer(road, token)["held"])

    def test_a_fatal_error_in_the_middle_leaves_an_answer_and_no_entry(
        self, posting: Posting, road: Road, token: str
    ) -> None:
        before = self.kept(posting)
        hook = self.fatal_on or self.lost_on
        with posting.running(f"add_filter( '{hook}', function () {{ no_such_function(); }}, 5 );"):
            posting.send(token=token)
        posting.site.php_eval("do_action( 'aftercare_heartbeat' );")
        assert self.kept(posting) == before
        came = answer(road, token)
        assert (came["event"]["type"], came["fatal"], came["ended"]) == ("form.lost", "Error", True)
        assert came["fatal_in"]["kind"] == "must-use" and came["fatal_in"]["line"] == 1
        assert came["forgotten"] is bool(came["entry"])
        posting.told.flush()
        assert posting.told.all("form.lost", "form.submitted", "mail.sent") == []


_TABLE = 'global $wpdb; echo json_encode( $wpdb->get_results( "SELECT * FROM {$wpdb->prefix}aftercare_canaries" ) );'


def new_token() -> str:
    """As the sidecar makes one."""
    return secrets.token_urlsafe(24)


def key(posting: Posting) -> str:
    """`plugin:id`."""
    return f"{posting.contract.slug}:{posting.form}"


def listed(posting: Posting, road: Road) -> dict[str, Any]:
    """The form as the list has it."""
    [form] = [
        each
        for each in road.ask("forms.list").result["forms"]
        if (each["plugin"], each["form"]) == (posting.contract.slug, posting.form)
    ]
    return dict(form)


def arm(posting: Posting, road: Road, token: str, **other: Any) -> dict[str, Any]:
    """Announce a test entry; what the site says to it."""
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    args = {"plugin": posting.contract.slug, "form": posting.form, "token": token, "expires_at": until}
    return road.ask("form.arm", {**args, "exempt": True, "mailbox": OPS, **other}).result


def armed(posting: Posting, road: Road, **other: Any) -> str:
    """The token of a test entry that the site is ready for."""
    token = new_token()
    said = arm(posting, road, token, **other)
    assert (said["armed"], said["why"], said["cannot_hold"]) == (True, "", []), said
    return token


def answer(road: Road, token: str) -> dict[str, Any]:
    """What came of it."""
    return road.ask("form.canary", {"token": token}).result


def sent(road: Road) -> list[dict[str, Any]]:
    """The site's own count of mails."""
    days: list[dict[str, Any]] = road.ask("mail.history").result["days"]
    return days


def mails_of(posting: Posting, token: str) -> list[Mail]:
    """The mails of a test entry that arrived; a mail sent after them has arrived too."""
    mark = f"after {token}"
    posting.site.php_eval(f"wp_mail( '{OPS}', '{mark}', '.' );")
    posting.told.flush()
    posting.told.forget()
    posting.site.world.sink.wait_for(mark)
    return [each for each in posting.site.world.sink.mails if each.message["Aftercare-Canary"] == token]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()

"""What every form plugin's adapter must tell, tried on its stand-in and, where it is at hand, on the plugin itself.

A plugin's test file says how its form is set up and posted, inherits these tests, and adds what only that
plugin does. The stand-in has to earn its name: the same tests run on both.

An adapter that lists forms and takes a canary inherits `canary_contract.CanaryContract` in the place of `FormContract`:
the same tests and those of its forms and test entries, declared by the class variables named there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import requests

from tests.servers.lab import OFFICE, PLUGINS, LabSite
from tests.servers.visitor import Visitor
from tests.wordpress.conftest import real_plugin
from tests.wordpress.told import Listeners, Told

STAND_IN, ORIGINAL = "stand-in", "original"
TYPED = ("Vera", "vera@visitor.example", "Greeting", "Private words")
_NO_POSTS_OF = (
    "global $wpdb; foreach ( $wpdb->get_col( \"SELECT ID FROM $wpdb->posts WHERE post_title = '{title}'\" ) as $id )"
    " wp_delete_post( (int) $id, true );"
)


@dataclass
class Posting:
    """One form of the plugin in charge, on a site that is told about."""

    told: Told
    contract: type[FormContract]
    which: str
    form: str  # its id

    @property
    def site(self) -> LabSite:
        return self.told.site

    def send(
        self, changes: Mapping[str, str | None] | None = None, *, form: str = "", token: str = ""
    ) -> requests.Response:
        """A visitor fills the form with these changes and sends it; a change to None leaves a field out.

        With a *token* it is a test entry's POST.
        """
        visitor = self.site.visitor()
        if token:
            visitor.session.headers["Aftercare-Canary"] = token
        return self.contract.post(self, visitor, form or self.form, changes or {})

    def outcome(self) -> dict[str, Any]:
        """The one event that was told of the form."""
        self.told.flush()
        kinds = ("form.submitted", "form.rejected", "form.failed", "form.spam", "form.lost")
        [only] = self.told.all(*kinds)
        return only

    @contextmanager
    def running(self, code: str) -> Iterator[None]:
        """A must-use plugin is in force."""
        name = f"runs-{abs(hash(code))}.php"
        self.site.put_mu_plugin(name, f"<?php {code}")
        try:
            yield
        finally:
            self.site.remove_mu_plugin(name)


@contextmanager
def keeping_lost_entries(site: LabSite) -> Iterator[None]:
    """The admin wishes that an entry which its form lost is kept on the site."""
    site.php_eval(r"Aftercare\Form_Wishes::set( array( 'keep' => true ) );")
    try:
        yield
    finally:
        site.php_eval(
            r"Aftercare\Form_Wishes::set( array( 'keep' => false ) );"
            r"global $wpdb; $wpdb->query( 'DELETE FROM ' . $wpdb->prefix . Aftercare\Kept_Entries::TABLE );"
        )


def kept_entries(site: LabSite) -> str:
    """What visitors typed into the entries that are kept on the site."""
    return site.php_eval(r"echo wp_json_encode( array_column( Aftercare\Kept_Entries::all(), 'fields' ) );")


class FormContract:
    """Inherit it, and say how the plugin's form is set up and posted."""

    slug: ClassVar[str]  # the plugin's folder, and its name in the events
    setup: ClassVar[str]  # PHP: makes a form of the original whose mail goes to {office}; prints its id
    folder: ClassVar[str] = ""  # the original's, where it is not the slug
    title: ClassVar[str] = "Contact Form Demo"
    required: ClassVar[tuple[str, str]]  # a required field as `send` and as the event name it
    lost_on: ClassVar[str]  # a hook between validation and outcome
    stand_in: ClassVar[str] = ""  # its folder, where it is not the slug with -stand-in
    stand_in_setup: ClassVar[str] = "echo 1;"  # the same for the stand-in
    keeps: ClassVar[bool | None] = True  # whether the plugin keeps entries
    keeps_when_lost: ClassVar[bool] = True  # whether we keep an entry that it lost
    quiet: ClassVar[str] = ""  # PHP of a must-use plugin that is in force in all tests

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        raise NotImplementedError

    @pytest.fixture(scope="class", params=[STAND_IN, ORIGINAL])
    @classmethod
    def in_charge(cls, request: pytest.FixtureRequest, _site: LabSite) -> Iterator[tuple[str, str]]:
        """Which of the two it is, active now, and its form's id."""
        which = request.param
        folder = stand_in = cls.stand_in or f"{cls.slug}-stand-in"
        source = PLUGINS / folder
        if which == ORIGINAL:
            folder = cls.folder or cls.slug
            source = real_plugin(request.getfixturevalue("real_plugins"), folder)
        was_active = _site.wp("plugin", "list", f"--name={stand_in}", "--field=status") == "active"
        if was_active and folder != stand_in:
            _site.wp("plugin", "deactivate", stand_in)
        _site.install_plugin(source, slug=folder)
        try:
            setup = cls.stand_in_setup if which == STAND_IN else cls.setup
            form = _site.php_eval(setup.replace("{office}", OFFICE)).splitlines()[-1].strip()
            yield which, form
        finally:
            _site.wp("plugin", "deactivate", folder, "--skip-plugins")  # also when it breaks the site
            _site.php_eval(_NO_POSTS_OF.replace("{title}", cls.title))  # other tests list forms on this site
            if was_active:
                _site.wp("plugin", "activate", stand_in)

    @pytest.fixture
    def posting(self, in_charge: tuple[str, str], site: LabSite, listeners: Listeners) -> Posting:
        site.put_mu_plugin("quiet.php", f"<?php {self.quiet}")
        return Posting(listeners.to(site), type(self), *in_charge)

    def test_an_entry_is_told_with_its_mails_and_that_it_was_kept(self, posting: Posting) -> None:
        assert posting.send().ok
        told = posting.outcome()
        assert (told["type"], told["plugin"], told["form"]) == ("form.submitted", self.slug, posting.form)
        assert self.title in told["title"]
        assert told.get("kept") is self.keeps and bool(told.get("entry")) is bool(self.keeps)
        [mail] = posting.told.all("mail.sent")
        assert told["mails"] == [mail["mail"]] and told["mails_failed"] == []
        assert (mail["kind"], mail["form"]) == ("form", f"{self.slug}:{posting.form}")

    def test_nothing_that_a_visitor_typed_is_told(self, posting: Posting) -> None:
        posting.send()
        posting.send({self.required[0]: ""})
        posting.told.flush()
        assert posting.told.all("form.submitted") and posting.told.all("form.rejected")
        for typed in ("Vera", "vera@", "Greeting", "Private"):
            assert typed not in posting.told.text()

    def test_a_missing_answer_is_told_by_its_field(self, posting: Posting) -> None:
        posting.send({self.required[0]: ""})
        told = posting.outcome()
        assert (told["type"], told["invalid"]) == ("form.rejected", [self.required[1]])
        assert not told.get("kept")

    def test_a_mail_that_the_relay_refused_makes_it_a_failure_and_the_entry_is_kept(self, posting: Posting) -> None:
        posting.site.set_mail(smtp_password="guess-7")
        with keeping_lost_entries(posting.site):
            posting.send()
            kept = kept_entries(posting.site)
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.failed", "mail_failed")
        assert (TYPED[3] in kept) is (told.get("kept") is not True and self.keeps_when_lost), "none is kept twice"
        assert len(told["mails"]) >= 1 and told["mails"] == told["mails_failed"]
        assert told.get("kept") is self.keeps

    def test_a_request_that_ends_before_any_outcome_is_lost(self, posting: Posting) -> None:
        with posting.running(f"add_filter( '{self.lost_on}', function () {{ status_header( 204 ); exit; }}, 5 );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["http_status"]) == ("form.lost", "no_outcome", 204)

    def test_a_fatal_error_on_the_way_is_lost_and_the_error_is_named(self, posting: Posting) -> None:
        fatal = posting.running(f"add_filter( '{self.lost_on}', function () {{ no_such_function(); }}, 5 );")
        with keeping_lost_entries(posting.site), fatal:
            posting.send()
            kept = kept_entries(posting.site)
        told = posting.outcome()
        assert (TYPED[3] in kept) is (told.get("kept") is not True and self.keeps_when_lost)
        assert (told["type"], told["status"], told["error"]) == ("form.lost", "fatal", "Error")

    def test_a_robot_that_posts_to_a_form_that_is_not_there_is_nobodys_loss(self, posting: Posting) -> None:
        posting.send(form="987654")
        posting.told.flush()
        assert posting.told.all("form.submitted", "form.lost", "form.rejected", "form.failed", "form.spam") == []

    def test_the_snapshot_says_that_the_plugin_is_here_and_what_we_were_tried_with(self, posting: Posting) -> None:
        forms = json.loads(posting.site.php_eval(r"echo json_encode( Aftercare\Snapshot::take()['forms'] );"))
        [ours] = [form for form in forms if form["plugin"] == self.slug]
        assert ours["version"] and ours["verified"] and ours["verified_on"] in ("plugin", "hooks")

    def test_nothing_of_ours_complained(self, posting: Posting) -> None:
        lines = posting.site.debug_log().splitlines()
        assert [line for line in lines if "plugins/aftercare/" in line or "Aftercare:" in line] == []

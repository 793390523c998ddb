"""What a form broke with: certain only where one change lies between a good and a bad try."""

from datetime import UTC, datetime, timedelta

import pytest

from diagnostics.finding import Finding, UnknownReason, Verdict, as_facts
from diagnostics.forms.changes import broke_with

GOOD = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
UPDATED = datetime(2026, 11, 24, 2, 14, tzinfo=UTC)
BAD = datetime(2026, 11, 24, 2, 20, tzinfo=UTC)
FORM = "contact-form-7:7"


def finding(verdict=Verdict.FAIL, at=BAD, code="form.trace.no_outcome", **evidence):
    reason = UnknownReason.UNAVAILABLE if verdict is Verdict.UNKNOWN else None
    facts = {"at": at.isoformat() if at else None, "lost_at": "validated", **evidence}
    return Finding(code, verdict, FORM, "", facts, reason=reason)


def sound(at=GOOD):
    return finding(Verdict.PASS, at, "form.trace.sound", lost_at="")


def plugin(slug, at=UPDATED, what="updated", kind="plugin", **data):
    told = {"what": what, "kind": kind, "slug": slug, "name": slug.title(), "from": "1.2", "to": "1.3", **data}
    return {"type": "plugin.changed", "occurred_at": at.isoformat(), "data": told}


def setting(what, group="mail", at=UPDATED, **data):
    return {"type": "config.changed", "occurred_at": at.isoformat(), "data": {"what": what, "group": group, **data}}


def test_the_one_update_between_a_good_and_a_bad_try_is_named_with_its_versions_and_its_time():
    before = plugin("akismet", GOOD - timedelta(hours=1))
    broke = broke_with(sound(), finding(), [plugin("fast-pages"), before])
    assert broke.certain
    assert broke.words == "broke with the update of Fast-Pages from 1.2 to 1.3 at 2026-11-24 02:14 UTC"


def test_of_several_changes_the_one_that_the_error_names_comes_first_and_none_is_certain():
    log = {"console": [{"text": "$ is not a function", "where": "…", "of": "plugin:sliders"}]}
    changes = [plugin("contact-form-7"), plugin("sliders"), plugin("wordpress", what="core_updated", kind="core")]
    broke = broke_with(sound(), finding(log=log), changes)
    assert [each.slug for each in broke.changes] == ["sliders", "contact-form-7", "wordpress"]
    assert not broke.certain and "after 3 changes, most likely with the update of Sliders" in broke.words


def test_a_fatal_errors_file_names_the_plugin():
    blamed = finding(fatal="wp-content/plugins/gallery/load.php:12", code="form.trace.fatal")
    broke = broke_with(sound(), blamed, [plugin("contact-form-7"), plugin("gallery")])
    assert broke.likeliest.slug == "gallery"


def test_where_the_mail_was_lost_the_mail_plugin_and_its_settings_come_before_the_theme():
    lost = finding(code="form.trace.mail_failed", lost_at="accepted", mail_code="smtp.auth.rejected")
    changes = [plugin("twentytwenty", kind="theme"), setting("wp_mail_smtp.smtp.host"), plugin("wp-mail-smtp")]
    broke = broke_with(sound(), lost, changes)
    assert {each.slug for each in broke.changes[:2]} == {"wp_mail_smtp.smtp.host", "wp-mail-smtp"}


def test_a_plugin_that_was_switched_off_updated_and_on_again_was_changed_once():
    steps = [
        plugin("contact-form-7", UPDATED, "deactivated"),
        plugin("contact-form-7", UPDATED + timedelta(seconds=5), to="1.4"),
        plugin("contact-form-7", UPDATED + timedelta(seconds=9), "activated"),
    ]
    broke = broke_with(sound(), finding(), steps)
    assert broke.certain and "the update of Contact-Form-7 from 1.2 to 1.4" in broke.words


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, finding()),
        (finding(at=GOOD), finding()),  # it was broken before
        (finding(Verdict.UNKNOWN, GOOD), finding()),  # nobody could look
        (sound(at=None), finding()),
        (sound(), finding(at=None)),
        (sound(), sound(at=BAD)),
        (sound(), finding(Verdict.UNKNOWN)),
    ],
)
def test_without_a_good_try_and_a_worse_one_after_it_nothing_is_named(before, now):
    assert broke_with(before, now, [plugin("fast-pages")]) is None


def test_without_a_change_between_them_nothing_is_named():
    assert broke_with(sound(), finding(), [plugin("x", GOOD - timedelta(days=1)), plugin("y", BAD + SOON)]) is None


SOON = timedelta(minutes=5)


def test_a_change_that_was_told_so_late_that_the_good_try_may_have_come_after_it_is_not_certain():
    broke = broke_with(sound(), finding(), [plugin("fast-pages", GOOD + timedelta(seconds=40))])
    assert not broke.certain and broke.words.startswith("broke after the update of Fast-Pages")


def test_what_somebody_sets_in_the_form_itself_is_never_blamed_on_an_update_for_certain():
    off = finding(code="form.trace.notification_off", lost_at="composed")
    assert not broke_with(sound(), off, [plugin("fast-pages")]).certain


def test_an_update_that_nothing_points_to_is_not_certain_after_days_without_a_try():
    week_ago = sound(GOOD - timedelta(days=7))
    assert not broke_with(week_ago, finding(), [plugin("fast-pages")]).certain
    assert broke_with(week_ago, finding(), [plugin("contact-form-7")]).certain


def test_where_more_changes_were_told_than_are_handed_over_none_is_certain():
    same = [plugin("contact-form-7", UPDATED + timedelta(seconds=n)) for n in range(20)]
    assert not broke_with(sound(), finding(), same).certain
    assert broke_with(sound(), finding(), [*same, plugin("old", GOOD - timedelta(days=1))]).certain


def test_a_form_that_is_still_broken_keeps_what_it_broke_with():
    first = broke_with(sound(), finding(), [plugin("fast-pages")])
    still = finding(at=BAD, broke_with=as_facts(first))
    later = finding(at=BAD + timedelta(hours=1))
    assert broke_with(still, later, [plugin("other", BAD + timedelta(minutes=30))]) == first


def test_a_secret_settings_value_is_not_told():
    broke = broke_with(sound(), finding(), [setting("SMTP_PASS", secret=True, **{"from": "a", "to": "b"})])
    assert broke.likeliest.what == "the change of the setting SMTP_PASS"


def test_names_from_the_site_are_bounded_and_printable():
    broke = broke_with(sound(), finding(), [plugin("x", name="a\x1b[31m" + "b" * 900)])
    assert broke.likeliest.what.isprintable() and len(broke.words) < 400

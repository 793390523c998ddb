"""Silence and visitors: were they missing, or did they come in vain? What can be forged never is an alarm."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagnostics.check import Context
from diagnostics.forms.silence import Calendar, Standing, silence_of
from diagnostics.forms.silence.calendar import hour_index
from diagnostics.forms.silence.check import silence
from diagnostics.forms.silence.told import Told
from tests.unit.form_entries import DAY, HOUR, entries, flat, raw, told
from tests.unit.mail_site import FakeSite, network

UTC_ONLY = Calendar("UTC")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
START = MONDAY - 26 * 7 * DAY
FORM = "contact-form-7:7"
ALWAYS = range(hour_index(START), hour_index(MONDAY + 30 * DAY))


@pytest.fixture(scope="module")
def steady() -> dict[int, int]:
    """Five entries a day for half a year."""
    return entries(flat(5), START, MONDAY)


def seen(a_day: float, first: datetime, last: datetime, one_in: int = 4) -> dict[int, int]:
    """Views as they are told: of one visit in so many, multiplied."""
    return {hour: number * one_in for hour, number in entries(flat(a_day / one_in), first, last, "v").items()}


def judged(steady: dict[int, int], hours: float, views: dict[int, int], counted: range = ALWAYS):
    form = told(steady, counted=counted, one_in=4, viewed=views)
    return silence_of(form, UTC_ONLY, form.last_at + hours * HOUR)


def test_a_gap_in_which_the_visitors_were_missing_too_is_not_the_forms(steady):
    gone = judged(steady, 60, seen(200, START, MONDAY))
    assert gone.standing is Standing.NO_VISITORS and gone.visitors.most < 0.2
    assert judged(steady, 60, seen(200, START, MONDAY + 30 * DAY)).standing is Standing.SILENT


def test_where_visits_are_not_counted_in_the_gap_nothing_is_known_of_them(steady):
    """The beacon was switched off: that is no visitor who stayed away."""
    until = range(hour_index(START), hour_index(MONDAY - 6 * HOUR))
    off = judged(steady, 60, seen(200, START, MONDAY), until)
    assert off.standing is Standing.SILENT and off.visitors is None
    assert judged(steady, 60, {}, ALWAYS).visitors is None  # never seen by anybody's browser
    assert silence_of(told(steady), UTC_ONLY, MONDAY + 60 * HOUR).visitors is None


def test_too_few_views_to_tell_explain_no_silence(steady):
    """Six views in such a gap are hardly more than one visit that was told: none of them may be chance."""
    rare = judged(steady, 60, seen(2.4, START, MONDAY))
    assert rare.standing is Standing.SILENT


def test_visitors_who_came_as_ever_make_a_gap_worth_a_try_earlier(steady):
    """The form had empty days, when nobody came: on a day with visitors they excuse nothing."""
    nobody = [START.toordinal() + 9 * n for n in range(19)]
    uneven = {hour: number for hour, number in steady.items() if UTC_ONLY.at(hour)[0] not in nobody}
    came = seen(400, START, MONDAY + 30 * DAY)

    def first_try(views):
        return next(hours for hours in range(1, 60) if judged(uneven, hours, views).standing is not Standing.WITHIN)

    assert first_try(came) < first_try({}) - 2
    assert judged(uneven, first_try(came), came).gap.weeks >= 2


def test_a_forged_flood_of_views_never_is_an_alarm():
    """Of a form that has empty days too: were it believed that visitors came, its gap would be one in 200 weeks."""
    often = entries(flat(20), START, MONDAY)
    uneven = {hour: number for hour, number in often.items() if UTC_ONLY.at(hour)[0] % 4}
    flood = seen(400, START, MONDAY) | dict.fromkeys(range(hour_index(MONDAY - DAY), ALWAYS.stop), 10_000)
    found = []
    for hours in range(1, 60):
        without, with_it = (judged(uneven, hours, views).standing for views in ({}, flood))
        assert (with_it is Standing.SILENT) == (without is Standing.SILENT)
        found.append((without, with_it))
    assert (Standing.WITHIN, Standing.UNLIKELY) in found


def test_forged_views_teach_the_rhythm_nothing(steady):
    """A form is as old as what the site told of it, whatever browsers say."""
    young = entries(flat(5), MONDAY - 4 * DAY, MONDAY)
    form = told(young, counted=ALWAYS, viewed=seen(400, START, MONDAY))
    assert silence_of(form, UTC_ONLY, MONDAY + 60 * HOUR).standing is Standing.YOUNG
    assert Told({"viewed": {5: 4}}, None).since is None


@pytest.fixture
def look(tmp_path: Path):
    async def run(steady, hours, **visits):
        now = MONDAY + hours * HOUR
        form = {"plugin": "contact-form-7", "form": "7", "title": "Contact", "pages": ["https://shop.test/contact/"]}
        site = FakeSite(network(tmp_path), {"forms.list": {"forms": [form], "wishes": {"timezone": "UTC"}}})
        rhythms = {FORM: raw(steady, counted=ALWAYS, one_in=4, **visits)}
        context = Context(network(tmp_path), site, now, rhythms=rhythms, heard_at=now, paired_at=START)
        [finding] = await silence(context)
        return finding

    return run


async def test_the_words_say_that_the_visitors_are_missing_not_the_form(look, steady):
    finding = await look(steady, 60, viewed=seen(200, START, MONDAY))
    assert (finding.code, finding.verdict) == ("form.silence.no_visitors", "warn")
    assert (
        "hardly anybody came: 9% of the usual" in finding.summary
        and "(estimated from one in 4 visits)" in finding.summary
    )
    assert "Look for the visitors, not at the form" in finding.remedy.text


async def test_the_words_of_an_alarm_say_that_the_visitors_came_and_pressed(look, steady):
    views = seen(200, START, MONDAY + 60 * HOUR)
    finding = await look(steady, 60, viewed=views, pressed={hour_index(MONDAY + HOUR): 12})
    assert finding.code == "form.silent"
    assert "its page was shown about " in finding.summary and "and submit pressed about 12 times" in finding.summary
    assert "(estimated from one in 4 visits): the visitors came." in finding.summary
    plain = await look(steady, 60)
    assert "its page was shown" not in plain.summary and "  " not in plain.summary

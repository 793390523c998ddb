"""A form's silence: within its rhythm, worth a try, or an alarm, by what it took before and in the site's own time."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.forms.silence import SILENT_WEEKS, Calendar, Entries, Rhythm, Standing, learn, look_at, silence_of
from diagnostics.forms.silence.band import band_of, between
from diagnostics.forms.silence.calendar import HOUR_S, Holiday, country_of, hour_index, moment_of
from diagnostics.forms.silence.gap import none_of
from diagnostics.forms.silence.told import Told, read
from tests.unit.form_entries import DAY, HOUR, entries, flat, office, raw, told

BERLIN = Calendar("Europe/Berlin")
UTC_ONLY = Calendar("UTC")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)  # no holiday within weeks of it in Germany
START = MONDAY - 26 * 7 * DAY


def standing(counts, at, calendar=UTC_ONLY, **known):
    return silence_of(told(counts), calendar, at, **known).standing


@pytest.fixture(scope="module")
def steady():
    """Five entries a day for half a year."""
    return entries(flat(5), START, MONDAY)


@pytest.fixture(scope="module")
def in_office():
    """Seven entries a working day in Berlin, until Friday evening."""
    return entries(office(7, BERLIN.zone), START, MONDAY - 2 * DAY)


def test_a_steady_form_that_dies_is_tried_after_a_day_and_alarms_after_two(steady):
    last = told(steady).last_at
    assert standing(steady, last + 8 * HOUR) is Standing.WITHIN
    assert standing(steady, last + 26 * HOUR) is Standing.UNLIKELY
    assert standing(steady, last + 53 * HOUR) is Standing.SILENT


def test_an_office_is_not_missed_at_the_weekend_and_is_on_monday(in_office):
    assert standing(in_office, MONDAY + 7 * HOUR, BERLIN) is Standing.WITHIN
    assert standing(in_office, MONDAY + 15 * HOUR, BERLIN) is Standing.UNLIKELY
    assert standing(in_office, MONDAY + DAY + 15 * HOUR, BERLIN) is Standing.SILENT


def test_the_gap_itself_teaches_nothing(steady):
    assert standing(steady, told(steady).last_at + 60 * DAY) is Standing.SILENT


def test_the_hours_are_those_of_the_sites_own_time_also_after_the_clocks_change():
    new_york = ZoneInfo("America/New_York")  # summer time from 8 March 2026 on
    counts = entries(office(40, new_york), datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC))
    nine = datetime(2026, 3, 9, 9, tzinfo=new_york)
    rhythm = learn(Entries.of(counts, Calendar("America/New_York")), nine.toordinal(), Calendar("America/New_York"))
    at_nine, before = ((nine + step).astimezone(UTC) for step in (timedelta(), -HOUR))
    rates = [rhythm.rate(*Calendar("America/New_York").at(hour_index(at)), UTC_ONLY) for at in (at_nine, before)]
    assert rates[0] > 2 and rates[1] < rates[0] / 5


def test_six_days_are_too_few_and_seven_whole_ones_are_enough():
    counts = entries(flat(30), MONDAY, MONDAY + 8 * DAY)
    first = {hour: number for hour, number in counts.items() if moment_of(hour) < MONDAY + 7 * DAY}
    assert standing(first, MONDAY + 7 * DAY) is Standing.YOUNG
    found = silence_of(told(counts | {hour_index(MONDAY + 8 * DAY): 1}), UTC_ONLY, MONDAY + 8 * DAY + 2 * HOUR)
    assert (found.standing, found.days) == (Standing.WITHIN, 7)


def test_a_form_of_two_entries_a_month_is_only_ever_tried():
    counts = {hour_index(MONDAY - n * 15 * DAY): 1 for n in range(20)}
    states = {standing(counts, MONDAY + n * DAY) for n in range(0, 400, 5)}
    assert states == {Standing.WITHIN, Standing.UNLIKELY}


def test_no_entry_at_all_is_no_silence():
    assert standing({}, MONDAY) is Standing.NO_ENTRY
    only_refused = silence_of(Told({"rejected": {hour_index(START): 3}}), UTC_ONLY, MONDAY)
    assert only_refused.standing is Standing.NO_ENTRY


def test_a_burst_of_bots_does_not_make_the_form_seem_busier(steady):
    flood = steady | {hour_index(MONDAY - 3 * DAY) + n: 400 for n in range(5)}
    calm, flooded = (learn(Entries.of(each, UTC_ONLY), MONDAY.toordinal(), UTC_ONLY) for each in (steady, flood))
    assert flooded.a_week < 1.15 * calm.a_week
    assert standing(flood, told(flood).last_at + 12 * HOUR) is Standing.WITHIN


def test_entries_that_come_twice_are_missed_no_sooner():
    once = entries(flat(3), START, MONDAY)
    twice = {hour: 2 * number for hour, number in once.items()}
    first, second = (look_at_gap(each, 30) for each in (once, twice))
    assert second.weeks < 3 * first.weeks


def look_at_gap(counts, hours, calendar=UTC_ONLY):
    last = told(counts).last_at
    rhythm = learn(Entries.of(counts, calendar), calendar.at(hour_index(last))[0], calendar)
    return look_at(rhythm, calendar, last, last + hours * HOUR)


def test_days_that_are_now_and_then_empty_are_expected_to_be_so_again(in_office):
    closed = {START + n * 21 * DAY + 2 * DAY for n in range(3)}
    now_and_then = {h: n for h, n in in_office.items() if moment_of(h).replace(hour=0) not in closed}
    assert look_at_gap(now_and_then, 90, BERLIN).probability > 3 * look_at_gap(in_office, 90, BERLIN).probability


def test_an_office_is_not_missed_on_a_holiday():
    until = datetime(2026, 12, 24, tzinfo=UTC)  # a Thursday
    counts = entries(office(7, BERLIN.zone), until - 12 * 7 * DAY, until)
    monday = datetime(2026, 12, 28, 17, tzinfo=UTC)
    assert standing(counts, monday, BERLIN) is Standing.WITHIN  # between the years
    assert silence_of(told(counts), BERLIN, monday).gap.expected < 9  # of 21 on three usual days
    assert standing(counts, monday, Calendar("+01:00")) is Standing.SILENT  # of no country that is known


def test_a_shop_that_is_open_on_holidays_is_missed_on_them_once_that_is_known():
    counts = entries(flat(20), datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC))
    assert standing(counts, datetime(2026, 10, 3, 20, tzinfo=UTC), BERLIN) is Standing.SILENT  # German Unity Day


def test_the_slump_of_last_years_same_weeks_is_expected_again():
    def rate(at):
        return (0.5 if at.month == 8 else 5) / 24

    counts = entries(rate, datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
    this_year = {hour: number for hour, number in counts.items() if moment_of(hour).year == 2026}
    at = datetime(2026, 8, 4, tzinfo=UTC)
    assert standing(this_year, at) is Standing.SILENT
    assert standing(counts, at) is not Standing.SILENT


def test_a_form_that_dies_slowly_is_not_called_silent_for_it():
    def rate(at):
        return 8 * 0.4 ** ((at - START) / (182 * DAY)) / 24

    counts = entries(rate, START, MONDAY)
    rhythm = learn(Entries.of(counts, UTC_ONLY), MONDAY.toordinal(), UTC_ONLY)
    assert 16 < rhythm.a_week < 29  # 3.2 a day now; the mean of all is 5.2


def test_what_came_after_the_site_last_told_anything_is_no_silence(steady):
    last = told(steady).last_at
    assert standing(steady, last + 60 * HOUR, heard_at=last + 5 * HOUR) is Standing.WITHIN
    assert standing(steady, last + 60 * HOUR, heard_at=last + 59 * HOUR) is Standing.SILENT


def test_the_time_before_the_site_was_paired_again_is_no_silence(steady):
    last = told(steady).last_at
    assert standing(steady, last + 10 * DAY, paired_at=last + 10 * DAY - 3 * HOUR) is Standing.WITHIN


def test_once_in_200_weeks_is_true():
    rhythm = Rhythm(
        week=((5 / 24,) * 24,) * 7, level_spread=0.0, day_spread=0.0, holiday={}, season={}, days=70, entries=350
    )
    chance, at, alarms, weeks = random.Random("once"), 0.0, 0, 4000
    while at < weeks * 7 * 24:
        length = chance.expovariate(5 / 24)
        since = MONDAY + at * HOUR
        if length > 20 and look_at(rhythm, UTC_ONLY, since, since + length * HOUR).weeks >= SILENT_WEEKS:
            alarms += 1
        at += length
    assert 11 <= alarms <= 31  # 20 of 4000 weeks


def test_nine_days_of_ten_lie_within_the_band(steady):
    later = steady | entries(flat(5), MONDAY, MONDAY + 28 * DAY, "later")
    rhythm = learn(Entries.of(steady, UTC_ONLY), MONDAY.toordinal(), UTC_ONLY)
    band = band_of(rhythm, later, UTC_ONLY, hour_index(MONDAY + 28 * DAY) - 1)
    assert (band.first, len(band.seen), sum(band.seen)) == (
        "2026-03-02",
        28,
        sum(later.values()) - sum(steady.values()),
    )
    inside = sum(low <= seen <= high for low, seen, high in zip(band.low, band.seen, band.high, strict=True))
    assert inside >= 23 and band.part == 1.0


@pytest.mark.parametrize(
    ("mean", "spread", "low", "high"), [(0, 0, 0, 0), (5, 0, 2, 9), (20, 0.3, 5, 42), (3000, 0, 2910, 3091)]
)
def test_the_band_has_the_points_of_the_negative_binomial(mean, spread, low, high):
    assert between(mean, spread) == (low, high)


@given(
    days=st.lists(st.floats(0, 50), min_size=1, max_size=12),
    level=st.floats(0, 2),
    by_day=st.floats(0, 2),
    off=st.floats(0, 0.2),
)
def test_more_that_was_expected_makes_nothing_less_likely(days, level, by_day, off):
    rhythm = Rhythm(
        week=((1.0,) * 24,) * 7,
        level_spread=level,
        day_spread=by_day,
        holiday={Holiday.COUNTRY: (0.3, 0.6)},
        season={},
        days=70,
        entries=9,
        off=off,
    )
    plain = [(each, Holiday.NONE) for each in days]
    one_more = none_of(rhythm, [*plain, (1.0, Holiday.COUNTRY)])
    assert 0 <= one_more <= none_of(rhythm, plain) * (1 + 1e-9) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 10, 3), Holiday.COUNTRY),  # German Unity Day
        (date(2026, 5, 15), Holiday.COUNTRY),  # the Friday after Ascension
        (date(2026, 12, 24), Holiday.COUNTRY),
        (date(2026, 12, 29), Holiday.COUNTRY),
        (date(2026, 6, 4), Holiday.REGION),  # Corpus Christi
        (date(2026, 3, 3), Holiday.NONE),
    ],
)
def test_the_days_off_of_the_time_zones_country_are_known(day, kind):
    assert BERLIN.holiday(day.toordinal()) is kind


def test_a_time_zone_that_is_of_no_country_has_no_holidays():
    assert (country_of("Europe/Vienna"), country_of("UTC"), country_of("+02:00")) == ("AT", "", "")
    assert Calendar("Nowhere/At_All").timezone == "UTC"
    assert Calendar("+02:00").holiday(date(2026, 12, 25).toordinal()) is Holiday.NONE
    assert Calendar("+05:30").at(0) == (date(1970, 1, 1).toordinal(), 5)
    assert Calendar("-03:00").at(0) == (date(1969, 12, 31).toordinal(), 21)


def test_counts_are_read_as_they_are_told_and_what_is_malformed_is_left_out():
    assert read(raw({hour_index(MONDAY): 3})) == told({hour_index(MONDAY): 3})
    broken = {"counts": {"submitted": {"x": 1, "2026-03-02T05": "2", "2026-03-02T06": -1}, "spam": 7}, "last_at": []}
    assert read(broken) == Told({"submitted": {}, "spam": {}}, None)
    assert int(MONDAY.timestamp()) // HOUR_S == hour_index(MONDAY)

"""The warm-up: a plan that never grows too fast, and days that count only by the site's own figures."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.check import SiteUnavailable
from diagnostics.finding import Finding, Verdict
from diagnostics.mail.warm_up import TABLES, BadPlan, DayCount, DayState, Progress, plan, progress
from diagnostics.mail.warm_up.check import warm_up as check
from diagnostics.mail.warm_up.days import merged
from diagnostics.mail.warm_up.judge import judge
from tests.unit.mail_site import NOW, FakeSite, context, history, network

DAY = timedelta(days=1)
FIRST = date(2026, 11, 1)


def counts(*sent: int | tuple[int, int, int] | None, first: date = FIRST) -> list[DayCount]:
    """One entry a day: mails that left; or (begun, deferred, bounced); None for a day that nobody counted."""
    made = []
    for number, each in enumerate(sent):
        day = first + number * DAY
        if isinstance(each, tuple):
            begun, deferred, bounced = each
            made.append(DayCount(day, begun, begun - deferred, deferred, bounced, deferred))
        elif each is not None:
            made.append(DayCount(day, each, each))
    return made


def after(*sent: int | tuple[int, int, int] | None, today: int | None = None, target: int = 500) -> Progress:
    """The progress on the day after *sent*; *today*: what has gone on that day."""
    given_ = counts(*sent, *([] if today is None else [today]))
    return progress(plan(target, FIRST), given_, FIRST + len(sent) * DAY)


def states(found: Progress) -> list[str]:
    return [each.state.value for each in found.days if each.day < found.today]


def told(found: Progress) -> Finding:
    return judge("shop.test", found)


# The plan


def test_the_default_plan_begins_at_50_and_grows_by_at_most_1_4() -> None:
    assert plan(500, FIRST).steps == (50, 70, 98, 137, 191, 267, 373, 500)
    assert plan(30, FIRST).steps == (30,)
    assert plan(115, FIRST, start=100, growth=1.15).steps == (100, 115)  # in floating point it would be 114


@given(
    st.integers(1, 10_000_000),
    st.integers(1, 100_000),
    st.floats(1.01, 2.0, allow_nan=False),
)
def test_no_plan_grows_faster_than_it_says_and_every_plan_reaches_its_target(target, start, growth) -> None:
    try:
        made = plan(target, FIRST, start=start, growth=growth)
    except BadPlan:
        return
    assert made.steps[0] == min(start, target) and made.steps[-1] == target
    assert all(later <= earlier * Fraction(str(growth)) for earlier, later in itertools.pairwise(made.steps))
    assert all(later > earlier for earlier, later in itertools.pairwise(made.steps))


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"target": 0}, "target"),
        ({"target": 10**9}, "target"),
        ({"target": 500, "growth": 1.0}, "growth"),
        ({"target": 500, "growth": 3.0}, "growth"),
        ({"target": 500, "growth": float("nan")}, "growth"),
        ({"target": 500, "start": 0}, "first day"),
        ({"target": 500, "start": 2}, "never grow"),
        ({"target": 10_000_000, "start": 100, "growth": 1.01}, "400 days"),
        ({"target": 500, "table": "magic"}, "mailtrap, steep"),
    ],
)
def test_figures_that_make_no_plan_are_refused_with_the_reason(figures: dict[str, Any], words: str) -> None:
    with pytest.raises(BadPlan, match=words):
        plan(begun_on=FIRST, **figures)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_published_table_is_followed_up_to_the_target_and_goes_on_by_the_growth(table: str) -> None:
    assert plan(1_000, FIRST, table=table).steps[-1] == 1_000
    assert plan(1_000, FIRST, table=table).steps[:3] == TABLES[table][:3]
    long = plan(200_000, FIRST, table=table).steps
    assert long[: len(TABLES[table])] == TABLES[table] and long[-1] == 200_000


# The days


def test_a_day_is_done_when_the_sites_own_figures_show_most_of_it() -> None:
    found = after(50, 56, 55, 98)
    assert states(found) == ["done", "done", "behind", "done"]
    assert found.allowed == 137
    assert states(after(40)) == ["done"] and states(after(39)) == ["behind"]


def test_deferrals_or_bounces_hold_the_volume_until_a_better_day() -> None:
    found = after(50, (70, 4, 0))
    assert states(found) == ["done", "hold"] and found.allowed == 70
    assert told(found).code == "warm_up.hold"
    assert "6% of the mails were deferred (4 of 70)" in told(found).summary
    assert after(50, (70, 0, 3)).hold.startswith("4% bounced")
    better = after(50, (70, 4, 0), (70, 0, 0))
    assert better.allowed == 98 and told(better).code == "warm_up.on_plan"


def test_at_the_limits_nothing_is_held() -> None:
    assert states(after((100, 5, 3), target=100)) == ["ahead"]
    assert states(progress_of(100, (100, 5, 3))) == ["done"]
    assert states(progress_of(100, (100, 6, 0))) == ["hold"]
    assert states(progress_of(100, (100, 0, 4))) == ["hold"]


def progress_of(start: int, *sent: Any) -> Progress:
    return progress(plan(1_000, FIRST, start=start), counts(*sent), FIRST + len(sent) * DAY)


def test_one_deferral_alone_is_chance() -> None:
    assert states(after((10, 1, 0), (10, 2, 0))) == ["behind", "hold"]


def test_who_runs_ahead_is_warned_and_moves_on_by_one_step_only() -> None:
    found = after(50, 400)
    assert states(found) == ["done", "ahead"] and found.allowed == 98
    assert told(found).code == "warm_up.ahead" and "400 mails on 2026-11-02" in told(found).summary
    today = told(after(50, 70, today=300))
    assert today.code == "warm_up.ahead" and "300 mails today" in today.summary
    assert today.remedy and "never stops or delays" in today.remedy.text


def test_a_fifth_over_the_plan_is_let_pass() -> None:
    assert told(after(60, 84)).code == "warm_up.on_plan"


def test_todays_own_deferrals_hold_already_today() -> None:
    found = progress(plan(500, FIRST), [*counts(50), DayCount(FIRST + DAY, 40, 30, deferred=10)], FIRST + DAY)
    assert told(found).code == "warm_up.hold" and "today 25% of the mails" in told(found).summary


def test_thirty_idle_days_begin_the_plan_again() -> None:
    idle = after(50, 70, *[0] * 29)
    assert idle.allowed == 98 and told(idle).code == "warm_up.on_plan"
    cold = after(50, 70, *[0] * 30)
    assert states(cold)[-1] == DayState.RESTART and cold.allowed == 50
    assert told(cold).code == "warm_up.idle" and "30 days" in told(cold).summary
    assert told(after(50, 70, *[0] * 30, today=40)).code == "warm_up.on_plan"


def test_days_that_nobody_counted_move_nothing_and_are_not_idle() -> None:
    found = after(50, *[None] * 40)
    assert set(states(found)[1:]) == {"not counted"} and found.allowed == 70
    assert after(50, (70, 4, 0), None).hold == after(50, (70, 4, 0)).hold != ""
    assert told(after(None, None)).code == "warm_up.uncounted"


def test_a_plan_is_done_by_a_day_at_its_target_and_stays_done() -> None:
    sent = plan(500, FIRST).steps
    found = after(*sent)
    assert found.finished_on == FIRST + 7 * DAY
    assert (told(found).code, told(found).verdict) == ("warm_up.done", Verdict.PASS)
    assert told(after(*sent, 900, (400, 100, 0))).code == "warm_up.done"
    assert told(after(*sent, *[0] * 30)).code == "warm_up.idle"


def test_before_the_first_day_it_says_when_it_begins() -> None:
    found = progress(plan(500, FIRST), [], FIRST - DAY)
    assert told(found).summary == "The warm-up of shop.test begins tomorrow, with up to 50 mails."
    assert [each.allowed for each in found.days[:2]] == [50, 70]


def test_the_chart_has_the_past_today_and_the_days_to_come() -> None:
    series = told(after(50, 60, today=20)).evidence["series"]
    assert [(each["date"], each["allowed"], each["begun"], each["state"]) for each in series[:4]] == [
        ("2026-11-01", 50, 50, "done"),
        ("2026-11-02", 70, 60, "done"),
        ("2026-11-03", 98, 20, "today"),
        ("2026-11-04", 137, None, "to come"),
    ]
    assert series[-1]["allowed"] == 500


def test_words_are_true_for_one_mail_and_for_many() -> None:
    assert "1 mail has gone" in told(after(50, today=1)).summary
    assert "20 mails have gone" in told(after(50, today=20)).summary
    assert "only 5 of 50 left" in told(after(5)).summary


figures = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 3000), st.integers(0, 200), st.integers(0, 200)).map(lambda each: tuple(each)),
)


@settings(max_examples=200)
@given(st.lists(figures, max_size=120), st.integers(3, 500), st.integers(1, 5000))
def test_whatever_happens_no_day_allows_more_than_the_growth_and_a_hold_never_grows(days, start, target) -> None:
    made = plan(target, FIRST, start=start)
    sent = [
        DayCount(FIRST + number * DAY, begun, max(0, begun - deferred), deferred, bounced)
        for number, each in enumerate(days)
        if each
        for begun, deferred, bounced in [each]
    ]
    found = progress(made, sent, FIRST + len(days) * DAY)
    past = [each for each in found.days if each.day <= found.today]
    assert len(past) == len(days) + 1
    for before, then in itertools.pairwise(past):
        assert then.allowed <= max(before.allowed * Fraction("1.4"), before.allowed)
        if before.state not in (DayState.DONE, DayState.AHEAD):
            assert then.allowed <= before.allowed
    assert all(each.allowed <= target for each in found.days)
    assert told(found).summary


def test_the_sites_count_and_the_sidecars_are_one_count() -> None:
    site = {FIRST: DayCount(FIRST, 50, 48, failed=2)}
    sidecar = {FIRST: DayCount(FIRST, 49, 47, 2, 1, 2), FIRST + DAY: DayCount(FIRST + DAY, 3, 3)}
    assert merged(site, sidecar) == (DayCount(FIRST, 50, 48, 2, 1, 2), DayCount(FIRST + DAY, 3, 3))


# The check


async def look(tmp_path, warm_up: dict[str, Any] | None, answer: Any) -> Finding:
    door = network(tmp_path)
    site = FakeSite(door, {"mail.history": answer})
    [finding] = await check(context(door, site, warm_up=warm_up))
    return finding


def set_plan(days_ago: int, **more: Any) -> dict[str, Any]:
    begun_on = (NOW.date() - days_ago * DAY).isoformat()
    return {"begun_on": begun_on, "target": 500, "start": 50, "growth": 1.4, "days": [], **more}


async def test_the_check_holds_the_plan_against_the_sites_own_history(tmp_path) -> None:
    given_ = history()
    for number, sent in enumerate((50, 70, 90), start=-4):
        given_["days"][number]["sent"] = sent
    found = await look(tmp_path, set_plan(3), given_)
    assert found.code == "warm_up.on_plan" and found.evidence["days_done"] == 3
    assert "up to 137 mails" in found.summary


async def test_what_the_sidecar_counted_of_deferrals_holds_the_plan(tmp_path) -> None:
    given_ = history()
    given_["days"][-2]["sent"] = 50
    rows = [{"day": (NOW.date() - DAY).isoformat(), "sent": 46, "failed": 4, "deferred": 4}]
    assert (await look(tmp_path, set_plan(1, days=rows), given_)).code == "warm_up.hold"


async def test_a_site_that_cannot_be_asked_is_judged_by_the_sidecars_count_or_is_unknown(tmp_path) -> None:
    lost = SiteUnavailable("no road leads to it")
    rows = [{"date": (NOW.date() - DAY).isoformat(), "begun": 50, "sent": 50, "deferred": 0, "bounced": 0}]
    assert (await look(tmp_path, set_plan(1, days=rows), lost)).code == "warm_up.on_plan"
    found = await look(tmp_path, set_plan(1), lost)
    assert (found.code, found.verdict, found.reason) == ("warm_up.uncounted", Verdict.UNKNOWN, "unavailable")
    assert "no road leads to it" in found.summary


async def test_without_a_plan_or_with_a_wrong_one_it_could_not_look(tmp_path) -> None:
    assert (await look(tmp_path, None, history())).code == "warm_up.not_planned"
    for wrong in ({"target": "many"}, {"begun_on": "soon"}, {"growth": 9}, {"target": None}):
        found = await look(tmp_path, set_plan(1, **wrong), history())
        assert (found.code, found.reason) == ("warm_up.unusable", "not configured")

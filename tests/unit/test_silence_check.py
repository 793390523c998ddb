"""The check of silence: what it says of each form, with the figures, and when it says that it cannot know."""

from datetime import UTC, datetime, timedelta

import pytest

from diagnostics.check import Context, SiteUnavailable
from diagnostics.finding import Verdict
from diagnostics.forms.silence.calendar import hour_index
from diagnostics.forms.silence.check import silence
from diagnostics.forms.silence.shares import at_least
from tests.unit.form_entries import DAY, HOUR, entries, flat, raw
from tests.unit.mail_site import FakeSite, network

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
START = MONDAY - 26 * 7 * DAY
FORM = "contact-form-7:7"
OTHER = "contact-form-7:8"


def listed(*forms, timezone="Europe/Berlin", more=0):
    made = [
        {"plugin": "contact-form-7", "form": "7", "title": "Contact", "pages": ["https://shop.test/contact/"], **form}
        for form in forms or [{}]
    ]
    return {"forms": made, "more": more, "wishes": {"timezone": timezone}}


@pytest.fixture
def look(tmp_path):
    """Runs the check with these rhythms, so many hours after midnight of Monday."""

    async def run(rhythms, hours=0.0, answer=None, **known):
        now = MONDAY + hours * HOUR
        site = FakeSite(network(tmp_path), {"forms.list": answer if answer is not None else listed()})
        known = {"heard_at": now, "paired_at": START, **known}
        return await silence(Context(network(tmp_path), site, now, rhythms=rhythms, **known))

    return run


@pytest.fixture(scope="module")
def steady():
    return entries(flat(5), START, MONDAY)


async def test_a_form_within_its_rhythm_passes_with_the_figures_of_its_chart(look, steady):
    [finding] = await look({FORM: raw(steady)}, 2)
    assert (finding.code, finding.verdict, finding.subject) == ("form.silence.within", Verdict.PASS, FORM)
    assert finding.summary.startswith("“Contact” took its last entry 2026-03-01 18:30 (Europe/Berlin)")
    days = finding.evidence["chart"]
    assert days["first"] == "2026-02-03" and {len(days[name]) for name in ("seen", "expected", "low", "high")} == {28}
    assert 30 < finding.evidence["a_week"] < 40 and finding.evidence["country"] == "DE"


async def test_an_unlikely_silence_says_how_seldom_it_is_and_where_to_try_the_form(look, steady):
    [finding] = await look({FORM: raw(steady)}, 20)
    assert (finding.code, finding.verdict) == ("form.silence.unlikely", Verdict.WARN)
    assert finding.evidence["weeks"] > 2 and finding.evidence["probability"] < 0.05
    assert "press Test beside the form “Contact” (the form's page https://shop.test/contact/)" in finding.remedy.text


async def test_a_silent_form_is_an_alarm_with_what_was_changed_since_its_last_entry(look, steady):
    change = {
        "type": "plugin.changed",
        "occurred_at": (MONDAY - 3 * HOUR).isoformat(),
        "data": {"what": "updated", "kind": "plugin", "slug": "x", "name": "Fast Pages", "from": "1.2", "to": "1.3"},
    }
    older = {**change, "occurred_at": (MONDAY - 30 * DAY).isoformat()}
    refused = {hour_index(MONDAY + 5 * HOUR): 4}
    [finding] = await look({FORM: raw(steady, rejected=refused)}, 60, changes=[change, older])
    assert (finding.code, finding.verdict) == ("form.silent", Verdict.FAIL)
    assert "no entry since 2026-03-01 18:30 (Europe/Berlin), 66 hours ago" in finding.summary
    assert "years" in finding.summary  # once in so many
    assert finding.evidence["after"]["what"] == "Fast Pages was updated to 1.3"
    assert "Look first at what was changed since its last entry: Fast Pages" in finding.remedy.text
    assert finding.evidence["meanwhile"] == {"rejected": 4} and finding.evidence["seen_by"] == "reported"


async def test_where_the_other_forms_are_silent_too_it_says_to_look_at_what_they_share(look, steady):
    both = {FORM: raw(steady), OTHER: raw(entries(flat(5), START, MONDAY, "b"))}
    said = [finding.summary for finding in await look(both, 60, listed({}, {"form": "8", "title": "Quote"}))]
    assert all("No other form of the site has taken an entry since 2026-03-0" in each for each in said)
    alive = {FORM: raw(steady), OTHER: raw(entries(flat(5), START, MONDAY + 60 * HOUR, "b"))}
    first, second = await look(alive, 60, listed({}, {"form": "8", "title": "Quote"}))
    assert (first.code, second.code) == ("form.silent", "form.silence.within")
    assert "The site's other forms took" in first.summary


async def test_a_young_form_is_unknown(look):
    [finding] = await look({FORM: raw(entries(flat(5), MONDAY - 4 * DAY, MONDAY))})
    assert (finding.code, finding.verdict) == ("form.silence.young", Verdict.UNKNOWN)
    assert "of 7 days were counted" in finding.summary


async def test_a_form_with_too_few_entries_is_unknown_until_it_is_worth_a_try(look):
    twice_a_month = {hour_index(MONDAY - n * 15 * DAY): 1 for n in range(12)}
    [first] = await look({FORM: raw(twice_a_month)}, 24)
    [later] = await look({FORM: raw(twice_a_month)}, 24 * 90)
    assert (first.code, later.code) == ("form.silence.few", "form.silence.unlikely")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (listed({"on": False}), "form.silence.off"),
        (listed({"form": "8"}), "form.silence.gone"),
        (listed({"form": "8"}, more=3), "form.silent"),  # the list is not whole: it may be among the others
        (listed({"plugin": "wpforms"}), "form.silent"),  # no form of its plugin is listed at all
    ],
)
async def test_a_form_that_is_off_or_was_deleted_is_not_missed(look, steady, answer, code):
    found = await look({FORM: raw(steady)}, 60, answer)
    assert code in {finding.code for finding in found if finding.subject == FORM}


async def test_a_listed_form_without_any_entry_is_unknown(look):
    [finding] = await look({}, 0)
    assert (finding.code, finding.verdict) == ("form.silence.no_entry", Verdict.UNKNOWN)


async def test_a_site_that_told_nothing_for_a_day_is_unknown_and_no_pass(look, steady):
    [finding] = await look({FORM: raw(steady)}, 60, heard_at=MONDAY - 4 * HOUR)
    assert (finding.code, finding.verdict) == ("form.silence.unheard", Verdict.UNKNOWN)
    [finding] = await look({FORM: raw(steady)}, 100, heard_at=MONDAY + 60 * HOUR)
    assert finding.code == "form.silent"  # silent before it fell silent itself


async def test_a_site_that_cannot_be_asked_is_judged_by_its_counts_in_utc(look, steady):
    away = SiteUnavailable("no road", tried=["rest"])
    [finding] = await look({FORM: raw(steady)}, 60, away)
    assert finding.code == "form.silent" and finding.evidence["timezone"] == "UTC"
    assert finding.evidence["not_asked"] == "no road" and "“contact-form-7:7”" in finding.summary
    [nothing] = await look({}, 0, away)
    assert (nothing.code, nothing.verdict) == ("form.silence.no_forms", Verdict.UNKNOWN)


async def test_a_run_about_one_form_looks_at_it_alone(look, steady):
    found = await look({FORM: raw(steady), OTHER: raw(steady)}, 2, form=OTHER)
    assert [finding.subject for finding in found] == [OTHER]


async def test_a_title_from_the_site_is_escaped_and_bounded(look, steady):
    [finding] = await look({FORM: raw(steady)}, 2, listed({"title": "a\x1b[2J" + "<b>" * 200}))
    assert finding.summary.isprintable() and len(finding.evidence["title"]) < 230


def refused_events(number, field="your-date"):
    return [
        {
            "type": "form.rejected",
            "occurred_at": (MONDAY + n * HOUR / 2).isoformat(),
            "data": {"plugin": "contact-form-7", "form": "7", "invalid": [field, field]},
        }
        for n in range(number)
    ]


async def test_entries_that_are_refused_instead_of_taken_are_a_finding_with_the_field(look, steady):
    before = entries(flat(0.5), START, MONDAY, "r")
    since = entries(flat(6), MONDAY, MONDAY + 72 * HOUR, "r")
    some = steady | {hour_index(MONDAY + 71 * HOUR): 1}
    found = await look({FORM: raw(some, rejected=before | since)}, 72, events=refused_events(9))
    jump = next(finding for finding in found if finding.code == "form.rejected_more")
    assert jump.verdict is Verdict.FAIL and jump.evidence["fields"] == ["your-date"]
    assert jump.evidence["odds"] > 10 and jump.evidence["chance"] < 1e-6
    assert "what it demands, the field your-date first" in jump.remedy.text


async def test_more_refusals_while_entries_come_as_before_prove_nothing(look):
    counts = entries(flat(5), START, MONDAY + 72 * HOUR)
    refused = entries(flat(0.5), START, MONDAY, "r") | entries(flat(40), MONDAY, MONDAY + 72 * HOUR, "r")
    assert [each.code for each in await look({FORM: raw(counts, rejected=refused)}, 72)] == ["form.silence.within"]


async def test_entries_that_stay_away_while_bots_come_as_often_as_ever_are_no_spam_finding(look, steady):
    waves = {}
    for week in range(26):
        start = START + week * 7 * DAY
        waves |= entries(flat(30), start, start + 2 * DAY, f"s{week}")
    waves |= entries(flat(30), MONDAY, MONDAY + 2 * DAY, "s")
    found = await look({FORM: raw(steady, spam=waves)}, 60)
    assert [each.code for each in found] == ["form.silent"]


async def test_entries_that_are_called_spam_are_a_finding_with_who_said_so(look, steady):
    spam = entries(flat(0.3), START, MONDAY, "s") | entries(flat(6), MONDAY, MONDAY + 72 * HOUR, "s")
    said = {"plugin": "contact-form-7", "form": "7", "spam_by": "akismet"}
    told = [{"type": "form.spam", "occurred_at": (MONDAY + DAY).isoformat(), "data": said}]
    found = await look({FORM: raw(steady, spam=spam)}, 72, events=told)
    assert {each.code for each in found} == {"form.silent", "form.spam_more"}
    assert "(it was akismet that said so)" in next(each for each in found if "spam" in each.code).remedy.text


@pytest.mark.parametrize(
    ("number", "posts", "share", "alike", "chance"),
    [(0, 10, 0.1, 0.02, 1.0), (10, 10, 0.5, 1e-9, 0.5**10), (1, 1, 0.3, 0.5, 0.3)],
)
def test_the_chance_of_so_many_is_the_beta_binomials(number, posts, share, alike, chance):
    assert at_least(number, posts, share, alike) == pytest.approx(chance, rel=1e-3)


def test_a_flood_of_posts_is_summed_in_bounded_time():
    began = datetime.now(UTC)
    assert at_least(900_000, 1_000_000, 0.1, 0.05) < 1e-6
    assert datetime.now(UTC) - began < timedelta(seconds=2)

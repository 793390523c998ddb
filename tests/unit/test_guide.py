"""The guide's tables: read whole, refused by name where they do not fit."""

import pytest

from diagnostics.finding import CauseKind, Impact
from sidecar.guide import BadGuide, load_guide
from sidecar.guide.loader import GUIDE


@pytest.fixture
def mangled(tmp_path):
    def mangle(old: str, new: str):
        text = GUIDE.read_text()
        assert old in text
        path = tmp_path / "guide.yaml"
        path.write_text(text.replace(old, new, 1))
        load_guide.cache_clear()
        return path

    return mangle


def test_the_guides_tables_are_all_there():
    guide = load_guide()
    assert [tier.name for tier in guide.tiers] == ["First-Line Support", "Technical Support", "Development Team"]
    assert [row.response_s for row in guide.escalation_matrix] == [4 * 3600, 2 * 3600, 3600, 1800]
    assert [phase.until_day for phase in guide.timeline] == [1, 7, 30, None]
    assert {row.metric: row.alert for row in guide.metrics}["Server Response"] == 2000
    assert [len(tasks) for tasks in guide.tasks.values()] == [4, 4, 4]
    assert guide.benchmarks[0].area == "System Uptime"
    assert guide.contact["business_hours"]["slack"] == "#marketing-support"
    assert guide.hours["business"].opens == "09:00"


def test_the_words_of_the_template_are_the_guides():
    template = load_guide().ticket_template
    assert template.steps == "Steps to Reproduce"
    assert template.subject.format(priority="P1", description="x") == "Subject: [P1] x"


def test_all_mail_lost_through_a_setting_is_p1_for_tier_2():
    guide = load_guide()
    assert guide.priority(Impact.ALL) == "P1"
    assert guide.tier(CauseKind.SETTINGS) == 2
    assert guide.tier(CauseKind.CODE) == 3
    assert {row.tier: row.name for row in guide.tiers}[2] == "Technical Support"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("zone:", "zoned:", "zoned is unknown"),
        ("    settings: 2\n", "", "settings"),
        ("    settings: 2\n", "    settings: 7\n", "settings: 7 is none of"),
        ("{all: P1,", "{all: P9,", "all: P9 is none of"),
        ("response_s: 7200, clock: business", "response_s: 7200, clock: bussiness", "bussiness is none of the hours"),
        ("response_s: 7200, clock", "response_s: two hours, clock", r"escalation_matrix\[1\].response_s"),
        ("reopen_days: 14", "reopen_days:", "reopen_days"),
        ("days: [mon, tue, wed, thu, fri]}", "days: []}", "days"),
    ],
)
def test_a_guide_with_a_mistake_is_refused_and_the_place_named(mangled, old, new, named):
    with pytest.raises(BadGuide, match=named):
        load_guide(mangled(old, new))

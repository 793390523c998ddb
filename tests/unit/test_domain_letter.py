"""The report on sending domains: the cause first, each record as a panel wants it, and the letter to forward."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

from diagnostics.finding import CauseKind, Code, Finding, Impact, RecordChange, UnknownReason, Verdict
from diagnostics.mail.domain.letter import as_text
from diagnostics.mail.domain.report import Report, report
from diagnostics.mail.spf import codes as spf_codes

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
OLD = "v=spf1 -all"
NEW = "v=spf1 ip4:192.0.2.1 -all"
PTR = Code(
    "reputation.ptr_missing",
    Verdict.FAIL,
    "{subject} has no reverse name.",
    remedy="Ask the provider.",
    letter="Please set the PTR record of {subject}.\nThank you.",
    kind=CauseKind.HOST,
    impact=Impact.DEGRADED,
)


def of(domain: str, finding: Finding) -> Finding:
    return dataclasses.replace(finding, evidence={**finding.evidence, "report_on": domain})


def missing(domain: str, change: RecordChange | None = None) -> Finding:
    change = change or RecordChange(domain, "TXT", NEW, replaces=(OLD,))
    evidence = {"proposed": NEW, "records": [{"name": change.name, "type": "TXT", "values": [OLD], "ttl": 5400}]}
    return of(domain, spf_codes.MISSING.finding(domain, evidence, records=[change]))


def sound(domain: str) -> Finding:
    return of(domain, spf_codes.PASSES.finding(domain, {"ip": "192.0.2.1"}))


def made(*findings: Finding) -> Report:
    return report(findings)


def record_names(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    [section] = report(findings).sections
    return [(each.change.name, each.name_field, each.zone) for each in section.records]


def test_a_panel_that_appends_the_zone_gets_the_relative_name() -> None:
    assert record_names([missing("shop.test")]) == [("shop.test", "@", "shop.test")]
    deep = missing("news.shop.co.uk", RecordChange("_dmarc.news.shop.co.uk", "TXT", "v=DMARC1; p=none"))
    assert record_names([deep]) == [("_dmarc.news.shop.co.uk", "_dmarc.news", "shop.co.uk")]


def test_a_text_of_more_than_255_octets_is_shown_in_pieces_too() -> None:
    [section] = made(missing("shop.test", RecordChange("shop.test", "TXT", "v=spf1 " + "x" * 300))).sections
    assert [len(each) for each in section.records[0].strings] == [255, 52]
    assert "".join(section.records[0].strings) == section.records[0].change.value


def test_the_worst_domain_decides_and_each_is_a_section() -> None:
    told = made(sound("good.test"), missing("bad.test"))
    assert [each.domain for each in told.sections] == ["good.test", "bad.test"]
    assert [each.grade.letter for each in told.sections] == ["A", "D"]
    assert told.grade == "D"
    assert told.cause
    assert told.cause.subject == "bad.test"


def test_a_domain_that_could_not_be_looked_at_leaves_no_good_grade_for_the_whole() -> None:
    unseen = spf_codes.TEMPORARY.finding("dark.test", {"x": 1}, reason=UnknownReason.UNAVAILABLE)
    assert made(sound("good.test"), of("dark.test", unseen)).grade == "?"
    assert made(missing("bad.test"), of("dark.test", unseen)).grade == "D"


def test_what_rests_on_no_domain_is_in_no_section() -> None:
    assert made(spf_codes.MISSING.finding("shop.test", {"x": 1})).sections == ()


def test_the_letter_has_the_record_what_it_replaces_and_how_to_check_it() -> None:
    text = as_text(made(missing("shop.test")), NOW)
    assert "Looked at by Aftercare on 2026-11-24 10:00 UTC." in text
    for line in (NEW, OLD, "   Name:     shop.test", "   Check:    dig +short TXT shop.test"):
        assert f"\n{line}\n" in text, line
    assert "up to 90 minutes more" in text


def test_the_letter_tells_what_others_must_do_with_the_text_to_send() -> None:
    text = as_text(made(of("shop.test", PTR.finding("192.0.2.1", {"x": 1}))), NOW)
    assert "What others have to do" in text
    assert "  > Please set the PTR record of 192.0.2.1.\n  > Thank you.\n" in text


def test_a_sound_domain_has_a_letter_that_asks_for_nothing() -> None:
    text = as_text(made(sound("shop.test")), NOW)
    assert "Grade A" in text
    assert "No record has to be published." in text


def test_an_internationalised_domain_stands_there_in_both_forms() -> None:
    assert "bücher.test (xn--bcher-kva.test)" in as_text(made(sound("xn--bcher-kva.test")), NOW)

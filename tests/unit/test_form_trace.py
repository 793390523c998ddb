"""The way of an entry: each stage where it can be lost is named, with its cause; what was not seen is never a pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.form import Address, Field, Form, Notification, Wishes
from diagnostics.forms.trace import codes
from diagnostics.forms.trace.answer import Answer, read_answer
from diagnostics.forms.trace.cause import causes_of, standing
from diagnostics.forms.trace.counts import counts_of
from diagnostics.forms.trace.entry import way_of_entry
from diagnostics.forms.trace.judge import Around, judge, judge_settings
from diagnostics.forms.trace.look import dead
from diagnostics.forms.trace.quiet import quiet_until
from diagnostics.forms.trace.seen import Seen, read_seen
from diagnostics.forms.trace.stages import STAGES, TITLES, Trace
from diagnostics.forms.trace.together import with_all
from diagnostics.forms.trace.way import way_of
from diagnostics.mail.transport.mx import Address as HostAddress
from diagnostics.mail.transport.mx import MailRoute
from diagnostics.network import DNSAnswer, End

OFFICE = Notification("1", "Office", to=(Address("bakery.example"),), sender=Address("bakery.example"))
FORM = Form(
    "contact-form-7", "12", "Contact", keeps=True, pages=("https://bakery.example/contact/",),
    fields=(Field("email", "email", required=True),), notifications=(OFFICE,),
)  # fmt: skip
AROUND = Around("bakery.example", relay="smtp.example.net", mailer="smtp", own_domain="bakery.example")
SENT = Seen(
    "https://bakery.example/contact/", "answered", message="Thanks.", message_kind="thanks",
    posted_at="2026-11-24T10:00:00+00:00", posted_status=200, target="https://bakery.example/wp-json/x",
)  # fmt: skip
MAIL = {"mail": "m1", "to": ["bakery.example"], "outcome": "sent", "host": "smtp.example.net", "mailer": "smtp"}


def answered(event: str = "form.submitted", **more: Any) -> Answer:
    base = {
        "state": "spent", "spent_at": "2026-11-24T10:00:01Z", "ended": True, "kept": True, "entry": "7",
        "forgotten": True, "mails": [MAIL], "event": {"type": event, "data": more.pop("data", {})} if event else None,
    }  # fmt: skip
    return read_answer({**base, **more})


def traced(
    form: Form = FORM, seen: Seen = SENT, answer: Answer | None = None, **more: Any
) -> tuple[Trace, list[Finding]]:
    answer = answer or answered()
    way = way_of(form, seen, answer)
    return way, judge(form, seen, answer, way, more.get("around", AROUND), more.get("failing", ()))


def named(found: list[Finding]) -> list[str]:
    return [each.code.removeprefix("form.trace.") for each in found]


def test_a_sound_entry_passes_all_that_can_be_seen_and_no_mailbox_is_said() -> None:
    way, found = traced()
    assert [each.stage for each in way.stages] == list(STAGES)
    seen = {each.stage: each.verdict for each in way.stages}
    assert {seen[each] for each in STAGES[:9] if each != "spam"} == {"pass"}
    assert (seen["spam"], seen["delivered"], seen["inbox"]) == ("unknown", "unknown", "unknown")
    assert "No mailbox is connected" in way.stage("inbox").words
    assert named(found) == ["sound"] and found[0].evidence["accepted"] is True


OFF = replace(OFFICE, on=False)
VISITOR = Notification("2", "Receipt", to_field="[your-email]")
HELD = {**MAIL, "outcome": "held"}
DIED = {"kind": "plugin", "slug": "crm", "file": "a.php", "line": 3}
NOWHERE = replace(FORM, keeps=False, notifications=())
LOST = [
    ("not_arrived", "arrived", FORM, SENT, Answer("armed")),
    ("fatal", "validated", FORM, SENT, answered("", mails=[], kept=None, entry="", fatal="TypeError", fatal_in=DIED)),
    ("no_outcome", "validated", FORM, SENT, answered("", mails=[], kept=None, entry="")),
    ("refused", "validated", FORM, SENT, answered("form.rejected", data={"invalid": ["tel"]}, mails=[], kept=False)),
    ("spam", "spam", FORM, SENT, answered("form.spam", spam_by="akismet", mails=[], kept=False)),
    ("not_kept", "kept", FORM, SENT, answered(kept=False, entry="")),
    ("notification_off", "composed", replace(FORM, notifications=(OFF,)), SENT, answered(mails=[])),
    ("notification_off", "composed", replace(FORM, notifications=(OFF, VISITOR)), SENT, answered()),
    ("notification_off", "composed", replace(FORM, keeps=False, notifications=(OFF, VISITOR)), SENT, answered()),
    ("no_recipient", "composed", replace(FORM, notifications=(replace(OFFICE, to=()),)), SENT, answered(mails=[])),
    ("no_mail", "composed", FORM, SENT, answered(mails=[])),
    ("nowhere", "composed", NOWHERE, SENT, answered(kept=None, entry="", mails=[])),
    ("mail_failed", "accepted", FORM, SENT, answered("form.failed", mails=[{**MAIL, "outcome": "failed",
                                                     "error": "550 5.1.1 <x@bakery.example>: user unknown"}])),
]  # fmt: skip


@pytest.mark.parametrize(("code", "stage", "form", "seen", "answer"), LOST)
def test_the_stage_where_an_entry_is_lost_and_its_cause_are_named(
    code: str, stage: str, form: Form, seen: Seen, answer: Answer
) -> None:
    way, found = traced(form, seen, answer)
    assert way.lost_at == stage
    assert named(found)[0] == code, [each.summary for each in found]
    after = [each for each in way.stages[STAGES.index(stage) + 1 :] if each.verdict not in ("pass", "none")]
    assert all(each.verdict == "unknown" and TITLES[stage] in each.words for each in after)
    assert found[0].subject == FORM.key and found[0].evidence["trace"]["lost_at"] == stage


def test_a_refused_mail_has_the_code_of_the_mail_taxonomy_and_its_own_finding() -> None:
    mail = {**MAIL, "outcome": "failed", "error": "SMTP Error: Could not authenticate.",
            "dialogue": ["C: AUTH LOGIN ***", "S: 535 5.7.8 Error: authentication failed"]}  # fmt: skip
    _, found = traced(answer=answered("form.failed", mails=[mail]))
    own, read = found
    assert own.evidence["mail_code"] == read.code == "smtp.auth.rejected"
    assert (own.subject, read.subject) == (FORM.key, "smtp.example.net")
    assert read.evidence["form"] == FORM.key and read.evidence["scope"] == "path"
    assert causes_of(found) == [read], "the mail is the fault: one ticket, whoever met it"


def test_a_held_mail_is_no_proof_of_mail_and_says_what_to_set() -> None:
    way, found = traced(answer=answered(mails=[HELD]))
    assert way.stage("handed").verdict == "unknown" and way.lost_at == ""
    assert named(found) == ["sound", "mail_held"] and found[0].evidence["accepted"] is False


def test_what_another_check_has_explained_is_not_told_twice() -> None:
    broken = Finding("form.browser.script_error", Verdict.FAIL, FORM.key, "It breaks.", {"form": FORM.key})
    pressed = Seen(SENT.url, "pressed", "nothing followed")
    way, [only] = traced(seen=pressed, answer=Answer("armed"), failing=[broken])
    assert (only.code, only.blocked_by) == ("form.trace.stopped", "form.browser.script_error")
    assert only.reason is UnknownReason.BLOCKED and way.lost_at == "pressed"


def test_a_browser_that_could_not_look_loses_no_entry() -> None:
    way, [only] = traced(seen=Seen(SENT.url, code="no_browser", why="no Chromium"), answer=Answer("armed"))
    assert only.verdict is Verdict.UNKNOWN and way.lost_at == ""


@pytest.mark.parametrize(
    ("notification", "around", "code"),
    [
        (replace(OFFICE, sender=None, sender_field="[your-email]"), AROUND, "sender_is_visitor"),
        (replace(OFFICE, to=(Address("bakerry.example"),)), replace(AROUND, dead_domains={"bakerry.example": "x"}),
         "recipient_domain"),
        (replace(OFFICE, sender=Address("yahoo.com")), replace(AROUND, free_mailboxes={"yahoo.com": "Yahoo"}),
         "sender_not_yours"),
        (replace(OFFICE, sender=Address("bank.example")), replace(AROUND, policies={"bank.example": "reject"}),
         "sender_not_yours"),
        (replace(OFFICE, problem="invalid mailbox syntax"), AROUND, "notification_problem"),
        (VISITOR, AROUND, "nobody_told"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_notification_is_seen_in_its_settings_alone(
    notification: Notification, around: Around, code: str
) -> None:
    assert named(judge_settings(replace(FORM, notifications=(notification,)), around)) == [code]


def test_a_sender_that_a_mail_plugin_overrides_is_accused_of_nothing() -> None:
    form = replace(FORM, notifications=(replace(OFFICE, sender=None, sender_field="[your-email]"),))
    assert judge_settings(form, replace(AROUND, from_forced=True)) == []
    assert judge_settings(FORM, AROUND) == []


@pytest.mark.parametrize(
    ("route", "why"),
    [
        (MailRoute("a.example", trouble="no answer"), ""),
        (MailRoute("a.example", DNSAnswer("a.example", "MX", End.NXDOMAIN)), "the domain does not exist"),
        (MailRoute("a.example", DNSAnswer("a.example", "MX", End.ANSWER), null="0 ."), "null MX"),
        (
            MailRoute("a.example", DNSAnswer("a.example", "MX", End.NODATA), own=HostAddress("a.example")),
            "neither an MX",
        ),
        (
            MailRoute(
                "a.example", DNSAnswer("a.example", "MX", End.NODATA), own=HostAddress("a.example", ("9.9.9.9",))
            ),
            "",
        ),
    ],
)
def test_a_recipients_domain_is_dead_only_where_dns_says_so(route: MailRoute, why: str) -> None:
    assert why in dead(route) and bool(why) == bool(dead(route))


@pytest.mark.parametrize(
    ("raw", "lost"),
    [
        ({"found": True, "spam": False, "mails": [{"outcome": "sent", "host": "smtp.example.net"}]}, ""),
        ({"found": True, "spam": False, "mails": [{"outcome": "failed", "error": "550 no"}]}, "accepted"),
        ({"found": True, "spam": False, "mails": [{"outcome": "hung"}]}, "accepted"),
        ({"found": True, "spam": True, "spam_by": "akismet", "mails": []}, "spam"),
        ({"found": None, "spam": None, "mails": "?"}, ""),
    ],
)
def test_a_kept_entrys_way_is_told_from_the_sites_own_records(raw: dict[str, Any], lost: str) -> None:
    way = way_of_entry(FORM, raw, "2026-11-24T10:00:00Z")
    assert (way.kind, way.lost_at) == ("entry", lost)
    assert way.stage("shown").verdict == "unknown", "nobody saw the visitor's browser"


# -- causes ---------------------------------------------------------------


def fault(code: str, form: Form = FORM, **evidence: Any) -> Finding:
    return Finding(code, Verdict.FAIL, form.key, f"{code}.", {"form": form.key, "seen_by": "canary", **evidence})


OTHER = replace(FORM, id="13", title="Quote")


def test_each_form_has_its_own_cause_the_nearest_to_the_visitor() -> None:
    found = [fault("form.trace.no_outcome"), fault("form.browser.nonce_old"), fault("form.trace.not_kept", OTHER)]
    assert [(each.code, each.subject) for each in causes_of(found)] == [
        ("form.browser.nonce_old", FORM.key),
        ("form.trace.not_kept", OTHER.key),
    ]


def test_what_the_visitor_reads_of_a_fault_that_the_site_names_is_no_second_fault() -> None:
    found = [fault("form.browser.error_said"), fault("form.trace.not_kept", lost_at="kept")]
    assert [each.code for each in causes_of(found)] == ["form.trace.not_kept"]
    assert [each.code for each in causes_of(found[:1])] == ["form.browser.error_said"]


def test_a_test_entry_disproves_what_was_only_told_of_its_form() -> None:
    _, sound = traced()
    told = fault("form.trace.entries_lost", seen_by="reported")
    assert standing([*sound, told]) == []
    assert standing([*sound, fault("form.trace.entries_lost", OTHER, seen_by="reported")])


def test_a_script_that_is_not_in_the_page_explains_the_error_of_what_needs_it() -> None:
    found = [fault("form.browser.script_error"), fault("form.page.script_held")]
    assert [each.code for each in causes_of(found)] == ["form.page.script_held"]


def test_a_form_that_was_sent_without_a_script_does_not_need_it_but_a_consent_was_given_for_the_test() -> None:
    _, sound = traced()
    assert standing([*sound, fault("form.page.jquery_missing"), fault("form.page.script_missing")]) == []
    assert standing([*sound, fault("form.page.script_held")])


def test_forms_that_all_fail_alike_are_one_fault_of_the_site() -> None:
    found = [fault("form.trace.not_arrived"), fault("form.trace.not_arrived", OTHER)]
    both = with_all("bakery.example", [FORM, OTHER], found, [])
    assert [(each.code, each.subject) for each in causes_of(both)] == [("form.trace.none_works", "bakery.example")]
    assert with_all("bakery.example", [FORM, OTHER], found[:1], []) == found[:1]
    assert codes.NONE_WORKS.impact.value == "all"


# -- counts, quiet hours, what crosses a process --------------------------

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def event(kind: str, at: str, **data: Any) -> dict[str, Any]:
    return {"type": f"form.{kind}", "occurred_at": at, "data": {"plugin": FORM.plugin, "form": FORM.id, **data}}


def test_the_counts_say_where_entries_are_lost_now_and_since_when() -> None:
    rhythm = {
        "counts": {"submitted": {"2026-11-20T10": 8}, "failed": {"2026-11-23T09": 3}, "spam": {"2026-11-01T01": 2}},
        "last_at": {"submitted": "2026-11-22T10:00:00+00:00", "failed": "2026-11-23T09:30:00+00:00"},
    }
    events = [
        event("failed", f"2026-11-23T09:{minute}:00+00:00", kept=True, safe=minute > 10) for minute in (30, 20, 10)
    ]
    counts = counts_of(FORM.key, rhythm, events, NOW)
    assert counts.safe == 2
    assert (counts.all, counts.through, counts.lost_now) == (13, 8, {"failed": 3})
    assert counts.lost_since == datetime(2026, 11, 23, 9, 10, tzinfo=UTC)
    assert [(each["stage"], each["came"], each["lost"]) for each in counts.stages()] == [
        ("shown", None, 0), ("pressed", None, 0),
        ("arrived", 13, 0), ("validated", 13, 0), ("spam", 13, 2), ("kept", 3, 0),
    ]  # fmt: skip
    assert [each["known"] for each in counts.stages()][:3] == [
        "not known: visitors' browsers tell nothing of it"
    ] * 2 + ["told one by one"]


def test_the_first_two_stages_are_what_visitors_browsers_counted_and_said_to_be_estimates() -> None:
    hours = [f"2026-11-{day:02}T{hour:02}" for day in range(1, 25) for hour in range(24)]
    rhythm = {
        "counts": {
            "submitted": {"2026-11-20T10": 8},
            "viewed": {"2026-10-20T10": 4000, "2026-11-20T10": 400, "2026-11-23T09": 84},
            "pressed": {"2026-11-20T10": 12},
        },
        "last_at": {"submitted": "2026-11-20T10:00:00+00:00"},
        "visits": {"one_in": 4, "hours": hours},
    }
    shown, pressed, arrived, *_ = counts_of(
        FORM.key, rhythm, [event("stalled", "2026-11-20T10:00:00+00:00")], NOW
    ).stages()
    assert (shown["came"], pressed["came"], pressed["lost"], arrived["came"]) == (484, 12, 1, 8)
    assert shown["known"] == pressed["known"] == "estimated from one in 4 visits, counted in 564 of 720 hours"
    del rhythm["counts"]["pressed"]  # it is shown by a page that does not say which form's button was pressed
    shown, pressed, *_ = counts_of(FORM.key, rhythm, [], NOW).stages()
    assert (shown["came"], pressed["came"], pressed["known"]) == (
        484,
        None,
        "not known: visitors' browsers tell nothing of it",
    )


@pytest.mark.parametrize(
    ("zone", "at", "until"),
    [
        ("UTC", "2026-11-24T23:30", "2026-11-25T06:00"),
        ("UTC", "2026-11-24T03:00", "2026-11-24T06:00"),
        ("UTC", "2026-11-24T12:00", None),
        ("+05:30", "2026-11-24T17:00", "2026-11-25T00:30"),
        ("Europe/Berlin", "2026-11-24T21:30", "2026-11-25T05:00"),
        ("Nowhere/Land", "2026-11-24T21:30", None),
    ],
)
def test_quiet_hours_are_the_sites_own_and_last_over_midnight(zone: str, at: str, until: str | None) -> None:
    wishes = Wishes(quiet_from=time(22), quiet_until=time(6), timezone=zone)
    ends = quiet_until(wishes, datetime.fromisoformat(f"{at}+00:00"))
    assert ends == (datetime.fromisoformat(f"{until}+00:00") if until else None)


def test_what_is_no_answer_of_ours_is_read_as_nothing_known() -> None:
    strange = {"state": ["spent"], "mails": [3, {"to": "x", "error": "a\x1b[31m" * 900}], "event": 7, "kept": "yes"}
    answer = read_answer(strange)
    assert (answer.state, answer.kept, answer.event) == ("unknown", None, "")
    assert len(answer.mails[0].error) < 8100 and "\x1b" not in answer.mails[0].error
    assert read_seen({"reached": "elsewhere"}) is None and read_seen(SENT.to_json()) == SENT


@pytest.mark.parametrize(
    ("to_field", "said"), [("emial", True), ("email", False), ("your-name", False), ("visitor:email", False)]
)
def test_a_recipient_that_is_a_misspelt_field_is_named_with_the_field_that_was_meant(to_field: str, said: bool) -> None:
    form = replace(FORM, notifications=(Notification("1", "Office", to_field=to_field, problem="invalid syntax"),))
    for answer in (answered(), answered(mails=[]), answered("form.failed", mails=[{**MAIL, "outcome": "failed"}])):
        _, found = traced(form, answer=answer)
        misspelt = [each for each in found if each.code == "form.trace.recipient_field"]
        assert bool(misspelt) is said
        assert all(each.evidence["near"] == "email" and "nobody_told" not in named(found) for each in misspelt)
    if said:
        [cause] = causes_of(found)
        assert cause.code == "form.trace.recipient_field"


def test_a_form_that_mails_only_to_who_asked_for_it_is_not_told_to_keep_entries() -> None:
    reset = Form("core", "lostpassword", keeps=False, notifications=(Notification("reset", to_field="user_login"),))
    assert judge_settings(reset, AROUND) == []

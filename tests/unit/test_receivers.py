"""The big receivers' rules: decided by the report's own findings and the site's own count, and never a second alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from diagnostics.check import all_codes
from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.domain import Sender, Subject
from diagnostics.mail.receivers import Row, RulesView, outcomes, rules
from diagnostics.mail.receivers.codes import CODES

SOUND = ("spf.pass", "dkim.signature_verified", "dmarc.walk", "dmarc.aligned", "reputation.ptr_confirmed")
FAULTY = {
    "spf": "spf.sender_not_authorised",
    "dkim": "dkim.key_missing",
    "dmarc": "dmarc.missing",
    "aligned": "dmarc.not_aligned",
    "ptr": "reputation.ptr_missing",
}


def finding(code: str, **evidence: Any) -> Finding:
    """A finding of another area, as rules() reads it: code, verdict, evidence."""
    declared = all_codes()[code]
    reason = UnknownReason.UNAVAILABLE if declared.verdict is Verdict.UNKNOWN else None
    return Finding(code, declared.verdict, "site.test", f"{code}.", evidence, None, reason)


def identified(code: str, *, spf: str = "", dkim: str = "") -> Finding:
    """DMARC's look at one stream: how each mechanism ended."""
    seen = [{"mechanism": name, "authenticated": how} for name, how in (("SPF", spf), ("DKIM", dkim)) if how]
    return finding(code, identifiers=seen)


def subject(messages_day: int = 100, **more: Any) -> Subject:
    return Subject("site.test", (Sender("site.test", messages_day=messages_day, **more),))


def seen(*codes: str | Finding, messages_day: int = 100, **more: Any) -> RulesView:
    found = [finding(each) if isinstance(each, str) else each for each in codes]
    return rules(subject(messages_day, **more), found)


def told(view: RulesView) -> dict[str, str]:
    """receiver -> how its finding ends."""
    return {each.code.split(".")[1]: each.code.split(".")[2] for each in view.findings}


def row(view: RulesView, receiver: str, key: str) -> Row:
    [found] = [each for each in view.rows if (each.receiver, each.key) == (receiver, key)]
    return found


def test_a_small_sound_site_meets_all_and_the_bulk_rules_are_not_demanded() -> None:
    view = seen(*SOUND)
    assert told(view) == {"gmail": "met", "yahoo": "met", "microsoft": "met"}
    assert row(view, "gmail", "auth").state == "pass"
    assert row(view, "gmail", "dmarc").state == "not demanded" and row(view, "gmail", "dmarc").outcome == "pass"
    assert all(each.state == "not demanded" for each in view.rows if each.receiver == "microsoft")
    assert "not seen" in view.findings[0].summary  # TLS and the spam rate: it says so


def test_a_bulk_sender_has_to_meet_every_rule() -> None:
    view = seen(*SOUND, messages_day=5000)
    assert told(view) == {"gmail": "met", "yahoo": "met", "microsoft": "met"}
    assert row(view, "microsoft", "dkim").state == "pass"
    assert "Once bulk, always bulk" in view.findings[0].summary


@pytest.mark.parametrize(("key", "code"), FAULTY.items())
def test_a_rule_that_a_known_fault_breaks_waits_for_it_and_is_no_second_alarm(key: str, code: str) -> None:
    area = code.split(".")[0] + "."
    others = [each for each in SOUND if not each.startswith(area) and not (key == "spf" and each == "dmarc.aligned")]
    view = seen(code, *others, messages_day=9000)
    gmail = view.findings[0]
    assert (gmail.code, gmail.verdict, gmail.reason) == ("receivers.gmail.waits", "unknown", "blocked")
    assert gmail.blocked_by == code and code in gmail.summary
    assert row(view, "gmail", key).state == "fail" and code in row(view, "gmail", key).by
    assert not [each for each in view.findings if each.verdict in (Verdict.FAIL, Verdict.WARN)]


def test_what_only_bulk_senders_need_is_told_to_a_small_one_as_to_come() -> None:
    view = seen("spf.pass", "dkim.signature_verified", "dmarc.missing", "reputation.ptr_confirmed")
    assert told(view) == {"gmail": "met", "yahoo": "met", "microsoft": "met"}
    assert "From 5,000 mails a day it would not meet: DMARC" in view.findings[0].summary


def test_spf_or_dkim_is_enough_for_everybody() -> None:
    for found in (
        identified("dmarc.aligned", spf="fail", dkim="pass"),
        identified("dmarc.aligned", spf="pass", dkim="unknown"),
    ):
        assert row(seen(found, "reputation.ptr_confirmed"), "gmail", "auth").state == "pass"
    neither = seen(identified("dmarc.not_aligned", spf="fail", dkim="fail"), "spf.missing", "dkim.key_missing")
    assert row(neither, "gmail", "auth").state == "fail"
    assert row(neither, "gmail", "auth").by == ("spf.missing", "dkim.key_missing")


def test_the_worst_of_several_streams_decides() -> None:
    good, bad = identified("dmarc.aligned", spf="pass"), identified("dmarc.not_aligned", spf="fail")
    view = seen(good, bad, "spf.sender_not_authorised", messages_day=6000)
    assert row(view, "microsoft", "spf").state == "fail" and row(view, "gmail", "auth").state == "fail"


def test_microsoft_wants_spf_and_dkim_both() -> None:
    found = identified("dmarc.aligned", spf="fail", dkim="pass")
    view = seen(found, "spf.softfail", "dkim.signature_verified", "dmarc.walk", messages_day=6000)
    assert told(view)["microsoft"] == "waits"
    assert row(view, "microsoft", "spf").by == ("spf.softfail",) and row(view, "microsoft", "dkim").state == "pass"


def test_a_published_key_alone_does_not_show_that_mail_is_signed() -> None:
    view = seen("spf.pass", "dkim.key_sound", messages_day=6000)
    assert row(view, "microsoft", "dkim").state == "unknown"
    assert "source of a message" in row(view, "microsoft", "dkim").why


def test_a_broken_key_of_another_selector_does_not_undo_a_signature_that_holds() -> None:
    view = seen("dkim.signature_verified", "dkim.key_revoked", messages_day=6000)
    assert row(view, "microsoft", "dkim").state == "pass"


def test_an_unknown_address_leaves_the_rule_unknown_with_its_reason() -> None:
    view = seen("spf.pass", "dkim.signature_verified", "reputation.address_unknown")
    gmail = view.findings[0]
    assert (gmail.code, gmail.verdict, gmail.reason) == ("receivers.gmail.unseen", "unknown", "not configured")
    assert "PTR" in gmail.summary and row(view, "gmail", "ptr").by == ("reputation.address_unknown",)


def test_without_any_finding_nothing_is_met() -> None:
    assert set(told(rules(Subject("site.test"), [])).values()) == {"unseen"}


def test_a_count_that_is_not_known_leaves_it_open_whether_bulk_rules_are_demanded() -> None:
    view = seen(*SOUND, messages_day=0)
    assert told(view) == {"gmail": "met", "yahoo": "met", "microsoft": "unseen"}
    assert row(view, "gmail", "dmarc").demanded is None
    assert "not counted" in view.findings[0].summary


def test_subdomains_count_together_for_gmail_and_each_alone_for_microsoft() -> None:
    senders = tuple(Sender(f"{label}.site.test", messages_day=3000) for label in ("news", "shop"))
    view = rules(Subject("site.test", senders), [finding(each) for each in SOUND])
    assert row(view, "gmail", "dmarc").demanded is True
    assert row(view, "microsoft", "dmarc").demanded is False
    assert view.messages_day == 6000


def test_near_gmails_bulk_volume_it_warns_of_what_is_not_known_to_be_met() -> None:
    view = seen(*SOUND, messages_day=4200)
    assert told(view) == {"gmail": "near", "yahoo": "met", "microsoft": "met"}
    assert "for good" in view.findings[0].summary and "one click" in view.findings[0].summary
    for bulk in (True, False):  # a newsletter that has it, and a mail that needs none
        message = read(handed_over=None, form={"bulk": bulk})
        assert told(seen(*SOUND, message, messages_day=4200))["gmail"] == "met"
    assert told(seen(*SOUND, messages_day=3900))["gmail"] == "met"


def test_a_from_at_gmail_that_gmail_does_not_send_is_a_fault_of_its_own() -> None:
    senders = (Sender("gmail.com", relay="smtp.sendgrid.net", messages_day=10),)
    gmail = rules(Subject("gmail.com", senders), [finding(each) for each in SOUND]).findings[0]
    assert (gmail.code, gmail.verdict) == ("receivers.gmail.broken", Verdict.FAIL)
    assert gmail.remedy and "From" in gmail.remedy.text
    own = (Sender("gmail.com", relay="smtp.gmail.com", messages_day=10),)
    assert told(rules(Subject("gmail.com", own), [finding(each) for each in SOUND]))["gmail"] == "met"


def read(**facts: Mapping[str, Any]) -> Finding:
    return finding("message.sound", **facts)


def test_what_only_a_message_shows_is_taken_from_one() -> None:
    view = seen(*SOUND, read(handed_over={"encrypted": True}, form={"bulk": True}), messages_day=6000)
    assert [row(view, "gmail", key).state for key in ("tls", "format", "one_click")] == ["pass"] * 3
    view = seen(*SOUND, read(handed_over=None, form={"bulk": False}), messages_day=6000)
    assert [row(view, "gmail", key).state for key in ("tls", "one_click")] == ["unknown", "not demanded"]
    broken = seen(*SOUND, "message.one_click_missing", "message.malformed", messages_day=6000)
    assert [row(broken, "gmail", key).state for key in ("format", "one_click")] == ["fail", "fail"]
    assert broken.findings[0].blocked_by == "message.malformed"


def test_the_whole_table_stands_in_each_finding() -> None:
    demands = seen(*SOUND).findings[0].evidence["demands"]
    assert [each["key"] for each in demands][:2] == ["auth", "ptr"] and len(demands) == 11
    assert all(each["demand"] and each["state"] for each in demands)


def test_every_code_that_the_rules_read_exists() -> None:
    named = set(re.findall(r'"((?:spf|dkim|dmarc|reputation|message)\.[a-z_]+)"', Path(outcomes.__file__).read_text()))
    assert len(named) > 20
    assert not named - set(all_codes())


def test_each_receiver_has_its_three_codes_and_gmail_two_more() -> None:
    assert len({each.code for each in CODES}) == len(CODES) == 11

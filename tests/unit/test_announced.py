"""What is announced to end, and how near the site is to its provider's limits."""

from __future__ import annotations

from datetime import date

import pytest

from diagnostics.check import SiteUnavailable
from diagnostics.finding import Verdict
from diagnostics.mail.announced import announced_ends, judge
from diagnostics.mail.limits import judge as judge_limits
from diagnostics.mail.outcomes import Count, History
from diagnostics.mail.providers import PROVIDERS, by_host, by_reverse_name
from diagnostics.mail.site import MailSettings
from tests.unit.mail_site import FakeSite, context, network, snapshot

TODAY = date(2026, 11, 24)


def settings(host: str = "smtp.office365.com", **more: object) -> MailSettings:
    return MailSettings.of(snapshot(587, host=host, **more))


def test_a_password_at_office365_is_warned_of_with_the_day_and_what_to_do() -> None:
    found = judge(settings(), TODAY)
    assert (found.code, found.verdict, found.subject) == (
        "smtp.auth.password_ending",
        Verdict.FAIL,
        "smtp.office365.com",
    )
    assert "until the end of December 2026" in found.summary
    assert found.evidence["days_left"] == 37
    assert found.remedy and all(word in found.remedy.text for word in ("OAuth 2.0", "admin", "High Volume Email"))


def test_after_the_day_the_words_are_still_true() -> None:
    found = judge(settings(), date(2027, 1, 1))
    assert found.code == "smtp.auth.password_ending"
    assert "only where an admin has switched it on again" in found.summary and "until the end" not in found.summary


@pytest.mark.parametrize(
    "mail",
    [
        settings(auth_type="XOAUTH2"),
        settings(auth_type="oauth2"),
        settings(auth=False),
        settings(mailer="api"),
        settings("smtp.gmail.com"),
        settings("smtp.office365.com.evil.test"),
        settings("site-test.mail.protection.outlook.com", auth=False),
    ],
)
def test_who_does_not_log_in_there_with_a_password_is_not_warned(mail: MailSettings) -> None:
    found = judge(mail, TODAY)
    assert (found.code, found.verdict) == ("smtp.announced.none", Verdict.PASS)


async def test_the_check_asks_the_site_and_says_when_it_could_not(tmp_path) -> None:
    door = network(tmp_path)
    asked = FakeSite(door, {"snapshot": snapshot(587, host="smtp.office365.com")})
    assert [each.code for each in await announced_ends(context(door, asked))] == ["smtp.auth.password_ending"]
    lost = FakeSite(door, {"snapshot": SiteUnavailable("no road")})
    assert [each.code for each in await announced_ends(context(door, lost))] == ["site.not_asked"]


def counted(hour: int, day: int) -> History:
    return History((Count("2026-11-24", day, 0, 0),), (Count("2026-11-24T10", hour, 0, 0),), None, None, None, "")


@pytest.mark.parametrize(
    ("hour", "code"), [(1000, "smtp.limits.fits"), (1500, "smtp.limits.near"), (1900, "smtp.limits.passed")]
)
def test_a_limit_a_minute_is_held_against_the_busiest_hour(hour: int, code: str) -> None:
    found = judge_limits("smtp.office365.com", by_host("smtp.office365.com"), counted(hour, hour))
    assert found.code == code
    if code != "smtp.limits.fits":
        assert "30 a minute" in found.summary
    assert (found.evidence["busiest_hour"], found.evidence["busiest_day"]) == (hour, hour)


def test_a_provider_without_a_number_says_what_it_publishes_instead() -> None:
    found = judge_limits("smtp.zoho.eu", by_host("smtp.zoho.eu"), counted(7, 90))
    assert found.code == "smtp.limits.not_published"
    assert found.remedy and "1 to 5 days" in found.remedy.text and "(7)" in found.remedy.text


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("a8-20.smtp-out.amazonses.com", "ses"),
        ("mail-sor-f41.google.com", "google"),
        ("mail-db8eur05on2071.outbound.protection.outlook.com", "microsoft365"),
        ("o1.ptr3.outbound-mail.sendgrid.net", "sendgrid"),
        ("ec2-192-0-2-9.compute-1.amazonaws.com", ""),
        ("ip-192-0-2-9.ip.secureserver.net", ""),
        ("vps-1a2b.vps.ovh.net", ""),
        ("mail.notsendgrid.net", ""),
    ],
)
def test_a_sending_machine_is_told_from_a_customers_server_of_the_same_company(name: str, provider: str) -> None:
    found = by_reverse_name(name)
    assert (found.name if found else "") == provider


def test_the_longest_end_of_a_host_name_wins() -> None:
    hosts = {"smtp-mail.outlook.com": "outlook", "site-test.mail.protection.outlook.com": "microsoft365"}
    assert {each: found.name for each in hosts if (found := by_host(each))} == hosts
    assert len({each.name for each in PROVIDERS}) == len(PROVIDERS)

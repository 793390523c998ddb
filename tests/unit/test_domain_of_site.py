"""Who sends for a site: the From domains of its settings, its events and its pasted messages, each with its streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diagnostics.mail.domain import Signature, Subject
from diagnostics.mail.domain.of_site import MOST_DOMAINS, subjects_of
from tests.unit.mail_site import NOW, FakeSite, context, network, snapshot


def mail(domain: str, host: str = "smtp.example.net", at: str = "") -> dict[str, Any]:
    data = {"from_domain": domain, "host": host}
    return {"id": "e", "type": "mail.sent", "occurred_at": at or NOW.isoformat(), "data": data}


def message(domain: str, **more: Any) -> dict[str, Any]:
    return {
        "header_from": domain,
        "mail_from": f"bounces.{domain}",
        "ip": "198.51.100.7",
        "helo": "out.example.net",
        **more,
    }


async def subjects(folder: Path, from_domain: str = "shop.test", **told: Any) -> list[Subject]:
    door = network(folder)
    settings = snapshot(587, host="smtp.example.net", **{"from": {"domain": from_domain}})
    return await subjects_of(context(door, FakeSite(door, {"snapshot": settings}), **told))


async def test_the_settings_from_domain_comes_first_and_each_other_is_a_subject_of_its_own(tmp_path: Path) -> None:
    found = await subjects(
        tmp_path, events=[mail("news.test", "smtp.mailjet.com"), mail("shop.test"), mail("news.test")]
    )
    assert [each.domain for each in found] == ["shop.test", "news.test"]
    assert [each.senders[0].relay for each in found] == ["smtp.example.net", "smtp.mailjet.com"]
    assert {each.senders[0].known_by for each in found} == {"site"}


async def test_a_site_without_a_from_domain_sends_in_the_name_of_its_host(tmp_path: Path) -> None:
    assert [each.domain for each in await subjects(tmp_path, from_domain="")] == ["shop.test"]


async def test_a_pasted_message_is_the_better_word_and_keeps_the_sites_count(tmp_path: Path) -> None:
    signed = message("shop.test", signatures=[{"domain": "shop.test", "selector": "s1", "verified": True}])
    [found] = await subjects(tmp_path, events=[mail("shop.test"), mail("SHOP.test")], messages=[signed])
    [sender] = found.senders
    assert (sender.known_by, sender.ip, sender.mail_from) == ("message", "198.51.100.7", "bounces.shop.test")
    assert sender.signatures == (Signature("shop.test", "s1", True),)
    assert sender.messages_day == 2


async def test_of_two_messages_that_came_the_same_way_the_newer_tells_and_another_way_is_another_stream(
    tmp_path: Path,
) -> None:
    newest = message("shop.test", ip="198.51.100.8")
    other = message("shop.test", helo="mail.other.example", ip="203.0.114.1")
    [found] = await subjects(tmp_path, messages=[newest, other, message("shop.test")])
    assert [each.ip for each in found.senders] == ["198.51.100.8", "203.0.114.1"]


async def test_what_is_no_domain_is_nobodys_sending_domain(tmp_path: Path) -> None:
    found = await subjects(tmp_path, events=[mail("localhost"), mail("192.0.2.1"), mail("")])
    assert [each.domain for each in found] == ["shop.test"]


async def test_an_internationalised_domain_is_one_domain_in_both_forms(tmp_path: Path) -> None:
    found = await subjects(
        tmp_path, from_domain="bücher.test", events=[mail("xn--bcher-kva.test"), mail("Bücher.test")]
    )
    assert [(each.domain, each.senders[0].messages_day) for each in found] == [("xn--bcher-kva.test", 2)]


async def test_a_site_that_sends_in_countless_names_is_looked_at_in_some(tmp_path: Path) -> None:
    found = await subjects(tmp_path, events=[mail(f"d{number}.test") for number in range(50)])
    assert len(found) == MOST_DOMAINS

"""Discovery: RFC 9989's tree walk with its own examples, the public suffix list beside it, and what no answer does."""

from __future__ import annotations

import pytest

from diagnostics.mail.dmarc import (
    Discovery,
    discover,
    is_public_suffix,
    list_date,
    names_of_walk,
    organizational_domain,
    registered_domain,
    walk,
)
from diagnostics.mail.dmarc.walk import same_organization
from diagnostics.mail.domain import World
from tests.servers.zone import Zone
from tests.unit.dmarc_world import NOW

DEEP = "a.b.c.d.e.f.g.h.i.j.k.example.com"  # Appendix B.4.2


def zone(**records: str) -> Zone:
    """DMARC records by domain, dots written as two underscores."""
    made = Zone()
    for domain, record in records.items():
        made.add("_dmarc." + domain.replace("__", "."), "TXT", record)
    return made


async def discovered(records: Zone, domain: str, *identifiers: str) -> Discovery:
    return await discover(domain, World(records, None, NOW), identifiers)


def test_a_long_name_is_asked_whole_and_then_from_seven_labels_on() -> None:
    assert names_of_walk("a.b.c.d.e.f.g.h.i.j.mail.example.com") == (  # §4.10
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    )


@pytest.mark.parametrize("labels", range(1, 13))
def test_no_name_costs_more_than_eight_queries(labels: int) -> None:
    domain = ".".join(f"l{at}" for at in range(labels))
    names = names_of_walk(domain)
    assert len(names) == min(labels, 8)
    assert (names[0], names[-1]) == (domain, domain.rpartition(".")[2])


async def test_all_names_of_the_walk_are_asked_and_each_once() -> None:
    records = zone(example__com="v=DMARC1; p=none")
    await walk(DEEP, records)
    assert records.asked == [(f"_dmarc.{each}", "TXT") for each in names_of_walk(DEEP)]


async def test_b_4_1_the_record_with_the_fewest_labels_is_the_organization() -> None:
    records = zone(example__com="v=DMARC1; p=reject", signing__example__com="v=DMARC1; p=reject")
    found = await discovered(records, "example.com", "signing.example.com")
    assert organizational_domain("example.com", found).by_walk == "example.com"
    assert organizational_domain("signing.example.com", found).by_walk == "example.com"
    assert (found.policy.policy, found.policy.domain, found.policy.source) == ("reject", "example.com", "the domain")


async def test_b_4_2_a_deep_name_ends_at_the_same_organization_and_takes_its_policy() -> None:
    records = zone(example__com="v=DMARC1; p=reject; sp=quarantine", signing__example__com="v=DMARC1; p=none")
    records.add(DEEP, "A", "192.0.2.1")
    found = await discovered(records, DEEP, "example.com", "signing.example.com")
    assert {organizational_domain(each, found).by_walk for each in found.walks} == {"example.com"}
    assert (found.policy.policy, found.policy.tag, found.policy.domain) == ("quarantine", "sp", "example.com")


async def test_b_4_3_a_public_suffix_record_ends_the_walk_one_label_above() -> None:
    records = zone(
        bank__example="v=DMARC1; p=reject; psd=y",
        giant__bank__example="v=DMARC1; p=quarantine",
        example="v=DMARC1; p=none",  # never reached
    )
    found = await discovered(records, "giant.bank.example", "mail.giant.bank.example", "mail.mega.bank.example")
    assert organizational_domain("giant.bank.example", found).by_walk == "giant.bank.example"
    assert organizational_domain("mail.giant.bank.example", found).by_walk == "giant.bank.example"
    assert organizational_domain("mail.mega.bank.example", found).by_walk == "mega.bank.example"
    assert found.policy.policy == "quarantine"
    assert [(each.domain, each.reached) for each in found.walk.steps] == [
        ("giant.bank.example", True),
        ("bank.example", True),
        ("example", False),
    ]


async def test_a_public_suffix_record_gives_the_policy_where_the_organization_has_none() -> None:
    records = zone(bank__example="v=DMARC1; p=reject; sp=quarantine; psd=y").add("mega.bank.example", "A", "192.0.2.1")
    found = (await discovered(records, "mega.bank.example")).policy
    assert (found.policy, found.tag, found.source) == ("quarantine", "sp", "the public suffix")


async def test_psd_n_makes_an_organization_within_another() -> None:
    records = zone(b__example__com="v=DMARC1; p=reject; psd=n", example__com="v=DMARC1; p=none")
    records.add("a.b.example.com", "A", "192.0.2.1")
    found = await discovered(records, "a.b.example.com")
    assert (found.organization.by_walk, found.organization.by_list) == ("b.example.com", "example.com")
    assert (found.policy.policy, found.policy_7489.policy) == ("reject", "none")


async def test_psd_y_at_the_domain_itself_is_no_organization_above_it() -> None:
    found = await discovered(zone(bank__example="v=DMARC1; p=reject; psd=y"), "bank.example")
    assert (found.organization.by_walk, found.policy.policy) == ("bank.example", "reject")


@pytest.mark.parametrize(
    ("exists", "record", "policy", "tag"),
    [
        (True, "p=reject; sp=none; np=quarantine", "none", "sp"),
        (False, "p=reject; sp=none; np=quarantine", "quarantine", "np"),
        (False, "p=reject; sp=none", "none", "sp"),
        (False, "p=reject", "reject", "p"),
        (True, "p=reject; np=none", "reject", "p"),
    ],
)
async def test_np_is_for_names_that_do_not_exist(exists: bool, record: str, policy: str, tag: str) -> None:
    records = zone(example__com=f"v=DMARC1; {record}")
    if exists:
        records.add("sub.example.com", "MX", (1, "mx.example.com"))  # any record makes a name (Appendix A.4)
    found = await discovered(records, "sub.example.com")
    assert (found.exists, found.policy.policy, found.policy.tag) == (exists, policy, tag)
    assert found.policy_7489.tag in ("sp", "p")  # RFC 7489 has no np


async def test_two_records_at_the_domain_are_none_and_nothing_is_inherited() -> None:
    records = zone(example__com="v=DMARC1; p=none")
    records.add("_dmarc.mail.example.com", "TXT", "v=DMARC1; p=reject", "v=DMARC1; p=quarantine")
    found = await discovered(records.add("mail.example.com", "A", "192.0.2.1"), "mail.example.com")
    assert (found.policy.policy, found.policy_7489.policy) == (None, None)
    assert "2 records" in found.policy.why
    assert found.walk.own.held == "several records"


async def test_two_records_on_the_way_are_passed_over() -> None:
    records = zone(example__com="v=DMARC1; p=reject").add("a.b.example.com", "A", "192.0.2.1")
    records.add("_dmarc.b.example.com", "TXT", "v=DMARC1; p=none", "v=DMARC1; p=none; psd=n")
    found = await discovered(records, "a.b.example.com")
    assert (found.policy.policy, found.policy.domain) == ("reject", "example.com")


async def test_other_texts_at_the_name_do_not_count() -> None:
    records = zone(example__com="v=DMARC1; p=quarantine").add("mail.example.com", "A", "192.0.2.1")
    records.add("_dmarc.mail.example.com", "TXT", "some other text", "v=spf1 -all")
    found = await discovered(records, "mail.example.com")
    assert (found.policy.policy, found.walk.own.held) == ("quarantine", "no record")


async def test_a_split_record_is_read_whole() -> None:
    records = Zone().add("_dmarc.example.com", "TXT", (b"v=DMARC1; p=re", b"ject"))
    assert (await discovered(records, "example.com")).policy.policy == "reject"


@pytest.mark.parametrize(("declared", "policy"), [("reject", "quarantine"), ("quarantine", "none"), ("none", "none")])
async def test_t_y_asks_for_one_step_less_of_those_who_know_it(declared: str, policy: str) -> None:
    found = await discovered(zone(example__com=f"v=DMARC1; p={declared}; t=y"), "example.com")
    assert (found.policy.policy, found.policy.declared, found.policy_7489.policy) == (policy, declared, declared)


@pytest.mark.parametrize(
    ("record", "policy"),
    [("v=DMARC1; rua=mailto:d@example.com", "none"), ("v=DMARC1; adkim=s", None), ("v=DMARC1; p=bad", None)],
)
async def test_a_record_without_a_policy_is_none_or_nothing(record: str, policy: str | None) -> None:
    found = await discovered(zone(example__com=record), "example.com")
    assert (found.policy.policy, found.policy_7489.policy) == (policy, policy)


async def test_a_name_without_an_answer_makes_unknown_only_what_hangs_on_it() -> None:
    own = await discovered(
        zone(sub__example__com="v=DMARC1; p=reject").fail("_dmarc.com", "servfail"), "sub.example.com"
    )
    assert (own.policy.policy, own.policy.known, own.organization.known) == ("reject", True, False)
    above = (
        zone(example__com="v=DMARC1; p=reject").fail("_dmarc.com", "timeout").add("sub.example.com", "A", "192.0.2.1")
    )
    inherited = await discovered(above, "sub.example.com")
    assert (inherited.policy.known, inherited.policy.policy) == (False, None)
    assert "_dmarc.com" in inherited.policy.why
    assert (inherited.policy_7489.known, inherited.policy_7489.policy) == (True, "reject")


async def test_an_unanswered_name_above_both_leaves_alignment_known() -> None:
    records = zone(example__com="v=DMARC1; p=reject").fail("_dmarc.com", "servfail")
    author, bounce = await walk("example.com", records), await walk("bounce.example.com", records)
    assert same_organization(author, bounce) is True


@pytest.mark.parametrize("unanswered", ["example.com", "b.example.com"])
async def test_an_unanswered_name_between_leaves_it_unknown(unanswered: str) -> None:
    records = zone(com="v=DMARC1; p=none").fail(f"_dmarc.{unanswered}", "servfail")
    one, other = await walk("a.b.example.com", records), await walk("c.example.com", records)
    assert same_organization(one, other) is None  # it may hold psd=y or psd=n


async def test_an_identical_domain_needs_no_walk() -> None:
    records = Zone().fail("_dmarc.example.com", "timeout").fail("_dmarc.com", "timeout")
    assert same_organization(await walk("example.com", records), await walk("example.com", records)) is True


async def test_private_suffixes_are_told_with_both_answers() -> None:
    found = await discovered(zone(shop__github__io="v=DMARC1; p=none"), "shop.github.io")
    assert found.organization.by_list == "shop.github.io"
    assert found.organization.by_list_without_private == "github.io"


def test_the_public_suffix_list_tells_its_day_and_its_suffixes() -> None:
    day = list_date()
    assert day is not None
    assert day.year >= 2026
    assert [is_public_suffix(each) for each in ("com", "co.uk", "github.io", "example.com", "www.example.co.uk")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert registered_domain("a.b.example.co.uk") == "example.co.uk"
    assert registered_domain("WWW.Example.COM.") == "example.com"
    assert registered_domain("co.uk") == "co.uk"
    assert registered_domain("xn--55qx5d.cn") == "xn--55qx5d.cn"  # a suffix, in its A-label form


async def test_a_found_record_is_reached_by_one_round_of_questions() -> None:
    """The names of the walk do not wait for one another: the last question is asked before the first is answered."""
    import asyncio

    records, started, gate = zone(example__com="v=DMARC1; p=none"), [], asyncio.Event()

    class Slow:
        async def query(self, name, kind):  # type: ignore[no-untyped-def]
            started.append(name)
            if len(started) == 4:
                gate.set()
            await asyncio.wait_for(gate.wait(), 2)
            return await records.query(name, kind)

    assert (await walk("a.b.example.com", Slow())).organizational_domain == "example.com"
    assert len(started) == 4


async def test_a_name_too_long_to_ask_is_no_error() -> None:
    domain = ".".join(["x" * 60] * 4) + ".example"
    assert (await walk(domain, zone(example="v=DMARC1; p=none"))).own.held == "no record"

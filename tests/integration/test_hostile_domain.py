"""`diagnose domain` as a user starts it, on domains whose records are made to hurt, and on what is no domain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from diagnostics.cli import main
from tests.servers.command import Ended, all_of, diagnose
from tests.servers.hostile_zone import CLIENT, hostile_zone
from tests.servers.scripted_dns import ScriptedDns

TIMEOUT_S = 8.0
MOST_JSON = 2_000_000  # characters
LOOK = ("--selector", "s1", "--sends-from", CLIENT, "--dns-only")

# What is said of it, and how many questions it may cost below which names.
RECORDS: dict[str, tuple[set[str], str, int]] = {
    "huge.test": (
        {"spf.malformed", "dkim.key_malformed", "dmarc.tags_ignored", "mta_sts.record_malformed", "tls_rpt.malformed",
         "bimi.malformed"}, "huge.test", 400,
    ),
    "crowd.test": ({"spf.multiple", "dkim.multiple", "dmarc.multiple"}, "crowd.test", 400),
    "mxs.test": ({"mx.starttls_unseen"}, ".mxs.test", 120),
    "reports.test": ({"dmarc.report_host_no_mail"}, ".example", 120),
    "bits.test": ({"dkim.key_unusable"}, "bits.test", 400),
    "sixty.test": ({"dkim.key_malformed"}, "sixty.test", 400),
    "wide.endless.test": ({"spf.too_many_lookups"}, ".wide.endless.test", 400),
    "deep.endless.test": ({"spf.too_many_lookups"}, ".deep.endless.test", 400),
    "macros.endless.test": ({"spf.too_many_lookups"}, ".macros.endless.test", 400),
}  # fmt: skip
OTHERS = {
    "a public suffix": ("co.uk", "--dns-only", "--json"),
    "a name that does not exist": ("gone.test", "--json"),
    "an IDN": ("bücher.test",),
    "an IDN in JSON": ("xn--bcher-kva.test", "--json"),
    "huge records for people": ("huge.test", *LOOK),
    "huge records in the letter": ("huge.test", *LOOK, "--letter"),
    "options that are no names": (
        "sound.test", "--dns-only", "--helo", "\x1b[2J", "--mail-from", "x..y", "--selector", "\x1b..",
        "--relay", "[/]",
    ),
}  # fmt: skip


class Seen:
    """How each command ended, and what was asked meanwhile."""

    def __init__(self, ended: dict[str, Ended], asked: list[tuple[str, str]]) -> None:
        self.ended, self.asked = ended, asked


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    zone = hostile_zone().add("co.uk", "SOA", "ns.test. root.test. 1 1 1 1 300")
    with ScriptedDns(zone) as dns:
        common = ("--nameserver", dns.nameserver, "--timeout", str(TIMEOUT_S))
        arguments = {name: (name, *LOOK, "--json") for name in RECORDS} | OTHERS
        commands = {name: partial(diagnose, "domain", *each, *common) for name, each in arguments.items()}
        yield Seen(asyncio.run(all_of(commands)), zone.asked)


@pytest.mark.parametrize("domain", RECORDS)
def test_records_made_to_hurt_end_in_the_fault_that_they_are(seen: Seen, domain: str) -> None:
    ended = seen.ended[domain]
    codes, below, most = RECORDS[domain]
    ended.assert_settled(TIMEOUT_S)
    assert ended.code == 1
    assert codes <= set(ended.codes)
    assert ended.answer["verdict"] == "fail"
    assert len(ended.stdout) < MOST_JSON
    assert all(each.isprintable() for each in texts(ended.answer))
    assert len([name for name, _ in seen.asked if name.endswith(below)]) < most


def test_of_a_thousand_report_addresses_the_first_ten_are_asked_for(seen: Seen) -> None:
    assert seen.ended["reports.test"].codes.count("dmarc.report_host_no_mail") == 10


@pytest.mark.parametrize("name", OTHERS)
def test_every_look_ends_and_writes_nothing_that_a_terminal_obeys(seen: Seen, name: str) -> None:
    seen.ended[name].assert_settled(TIMEOUT_S)


def test_huge_records_are_cut_for_people(seen: Seen) -> None:
    assert 5_000 < len(seen.ended["huge records for people"].stdout) < 60_000
    assert r"\x1b]0;owned" in seen.ended["huge records for people"].stdout


def test_a_public_suffix_is_called_one(seen: Seen) -> None:
    assert "domain.public_suffix" in seen.ended["a public suffix"].codes


def test_a_name_that_does_not_exist_has_that_one_finding(seen: Seen) -> None:
    assert (seen.ended["a name that does not exist"].code, seen.ended["a name that does not exist"].codes) == (
        1,
        ["domain.unknown"],
    )


def test_an_idn_is_shown_in_both_forms(seen: Seen) -> None:
    assert "bücher.test (xn--bcher-kva.test)" in seen.ended["an IDN"].stdout
    answer = seen.ended["an IDN in JSON"].answer
    assert (answer["subject"], answer["unicode"]) == ("xn--bcher-kva.test", "bücher.test")


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", ".", "..", "a..b", "shop", "com", "-a.test", "a_.-", "a b.test", "x" * 64 + ".test",
        "x." * 130 + "test", "192.0.2.1", "[2001:db8::1]", "1.2.3.4.5", "shop.123", "http://", "http://[::1", "@",
        "<>", "a@b", "*.shop.test", "shop.test/../", "\x1b[2J.test", "\0.test", "\u202eshop.test", "a\u3002b\u3002",
        "xn--a.xn--", "ﷺ.test", "\udcff.test", "ü" * 100 + ".test", "💩" * 70 + ".test", "x" * 100_000, "日" * 20_000,
    ],
    ids=lambda typed: ascii(typed)[:30],
)  # fmt: skip
def test_what_is_no_domain_is_wrong_usage_with_the_reason(typed: str) -> None:
    ended = CliRunner().invoke(main, ["domain", "--json", "--", typed])
    assert ended.exit_code == 2, ended.exception
    assert "Invalid value for 'DOMAIN'" in ended.output and "no " in ended.output
    assert all(line.isprintable() for line in ended.output.splitlines()), ended.output[:300]
    assert len(ended.output) < 1_000


def texts(told: Any) -> Iterator[str]:
    """Every string in a JSON value; what stands on several lines, line by line."""
    if isinstance(told, dict):
        for key, each in told.items():
            yield from texts(key)
            yield from texts(each)
    elif isinstance(told, list):
        for each in told:
            yield from texts(each)
    elif isinstance(told, str):
        yield from told.splitlines()

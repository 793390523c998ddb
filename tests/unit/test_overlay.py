"""Proposed records laid over DNS answer as they would once published; all else is the real answer."""

from __future__ import annotations

import pytest

from diagnostics.finding import RecordChange
from diagnostics.network import DNSUnavailable, End, Overlay
from tests.servers.zone import Zone


@pytest.fixture
def zone() -> Zone:
    zone = Zone()
    zone.add("shop.test", "TXT", "v=spf1 -all", "another text")
    zone.add("shop.test", "MX", (10, "mx.shop.test"))
    zone.add("www.shop.test", "CNAME", "host.shop.test")
    zone.add("host.shop.test", "A", "192.0.2.1")
    return zone


async def test_a_record_that_is_added_stands_beside_those_that_were_there(zone: Zone) -> None:
    laid = Overlay(zone, [RecordChange("shop.test", "TXT", "third")])
    assert (await laid.query("shop.test", "TXT")).texts == (b"v=spf1 -all", b"another text", b"third")


async def test_what_a_record_replaces_is_gone_and_the_rest_stays(zone: Zone) -> None:
    laid = Overlay(zone, [RecordChange("Shop.Test", "TXT", "v=spf1 mx -all", replaces=("v=spf1 -all",))])
    assert (await laid.query("shop.test", "TXT")).texts == (b"another text", b"v=spf1 mx -all")


async def test_a_name_comes_into_being_with_its_first_record(zone: Zone) -> None:
    laid = Overlay(zone, [RecordChange("s1._domainkey.shop.test", "TXT", "v=DKIM1; p=")])
    assert (await zone.query("_domainkey.shop.test", "TXT")).end is End.NXDOMAIN
    assert (await laid.query("_domainkey.shop.test", "TXT")).end is End.NODATA
    assert (await laid.query("s1._domainkey.shop.test", "TXT")).texts == (b"v=DKIM1; p=",)


async def test_taking_the_last_record_away_leaves_no_data(zone: Zone) -> None:
    laid = Overlay(zone, [RecordChange("shop.test", "MX", "", replaces=("10 mx.shop.test",))])
    assert (await laid.query("shop.test", "MX")).end is End.NODATA


async def test_a_long_text_is_split_as_a_name_server_has_it(zone: Zone) -> None:
    laid = Overlay(zone, [RecordChange("long.shop.test", "TXT", "x" * 600)])
    answer = await laid.query("long.shop.test", "TXT")
    assert [len(each) for each in answer.strings[0]] == [255, 255, 90]
    assert answer.texts == (b"x" * 600,)


async def test_a_new_alias_is_followed_and_an_old_ones_target_is_the_changed_one(zone: Zone) -> None:
    laid = Overlay(
        zone,
        [
            RecordChange("mail.shop.test", "CNAME", "host.shop.test"),
            RecordChange("host.shop.test", "A", "192.0.2.9", replaces=("192.0.2.1",)),
        ],
    )
    answer = await laid.query("mail.shop.test", "A")
    assert [str(each) for each in answer.addresses] == ["192.0.2.9"]
    assert answer.chain == ("mail.shop.test", "host.shop.test")
    assert [str(each) for each in (await laid.query("www.shop.test", "A")).addresses] == ["192.0.2.9"]


async def test_aliases_in_a_circle_end_as_no_answer(zone: Zone) -> None:
    laid = Overlay(zone, [RecordChange("a.test", "CNAME", "b.test"), RecordChange("b.test", "CNAME", "a.test")])
    with pytest.raises(DNSUnavailable, match="circle"):
        await laid.query("a.test", "TXT")


async def test_an_old_value_is_found_as_it_was_shown_too(zone: Zone) -> None:
    zone.add("odd.test", "TXT", b"v=spf1 \x07 -all")
    laid = Overlay(zone, [RecordChange("odd.test", "TXT", "v=spf1 -all", replaces=("v=spf1 \\x07 -all",))])
    assert (await laid.query("odd.test", "TXT")).texts == (b"v=spf1 -all",)


@pytest.mark.parametrize(("kind", "value"), [("MX", "mail"), ("A", "300.1.1.1"), ("LOC", "x"), ("TLSA", "3 1 1 zz")])
def test_a_record_that_no_name_server_would_load_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"record"):
        Overlay(Zone(), [RecordChange("shop.test", kind, value)])

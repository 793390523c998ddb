"""An ARC chain (RFC 8617) is reported: whole, broken, or not known where DNS did not answer."""

from __future__ import annotations

from types import SimpleNamespace

import dkim
import pytest

from tests.servers.zone import Zone
from tests.unit.signed_message import BODY, HEADER, RECEIVED, codes, read, rsa_key, signed, zone

SEALER = "a1._domainkey.list.example"


class _Result:
    method, result = "dkim", "pass"

    def __str__(self) -> str:
        return "dkim=pass header.d=example.org"


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A signed message with one ARC set by list.example."""
    # dkimpy seals only with the package authres, of which it uses this much.
    header = SimpleNamespace(authserv_id="list.example", results=[_Result()])
    parser = SimpleNamespace(AuthenticationResultsHeader=SimpleNamespace(parse=lambda text: header))
    monkeypatch.setattr(dkim, "authres", parser, raising=False)
    message = b"Authentication-Results: list.example; dkim=pass header.d=example.org\r\n" + signed()
    names = [b"from", b"to", b"subject", b"date"]
    seal = dkim.ARC(message).sign(b"a1", b"list.example", rsa_key()[0], b"list.example", include_headers=names)
    return RECEIVED + b"".join(seal) + message


def dns() -> Zone:
    return zone().add(SEALER, "TXT", rsa_key()[1])


async def state(message: bytes, records: Zone) -> tuple[str, int]:
    view = await read(message, records)
    assert view.seen
    return view.seen.chain.state, view.seen.chain.sets


async def test_a_whole_chain_passes(sealed: bytes) -> None:
    view = await read(sealed, dns())
    arc = view.findings[-1].evidence["arc"]
    assert (arc["state"], arc["sets"], arc["sealers"]) == ("pass", 1, ["list.example"])


async def test_a_changed_body_breaks_the_chain(sealed: bytes) -> None:
    assert await state(sealed + b"footer\r\n", dns()) == ("fail", 1)


async def test_a_key_that_is_missing_breaks_it_and_one_that_dns_did_not_give_leaves_it_open(sealed: bytes) -> None:
    assert await state(sealed, zone()) == ("fail", 1)
    assert await state(sealed, zone().fail(SEALER, "servfail")) == ("unknown", 1)


async def test_a_broken_chain_accuses_nobody(sealed: bytes) -> None:
    view = await read(sealed.replace(b"cv=none", b"cv=pass"), dns())
    assert view.seen and view.seen.chain.state == "fail"
    assert "message.sound" in codes(view)


async def test_a_message_without_a_chain_has_none() -> None:
    assert await state(RECEIVED + HEADER + b"\r\n" + BODY, dns()) == ("none", 0)


async def test_half_a_set_is_a_broken_chain_and_nothing_of_it_is_printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert (await state(RECEIVED + b"ARC-Seal: i=1\r\n" + HEADER + b"\r\n" + BODY, dns()))[0] == "fail"
    assert capfd.readouterr() == ("", "") and not caplog.records

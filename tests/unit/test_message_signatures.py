"""What becomes of a signature: it holds, or what broke it is named."""

from __future__ import annotations

import asyncio
import time

import dkim
import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.domain import World
from diagnostics.mail.message import read_message
from diagnostics.mail.message.signatures import Outcome
from tests.unit.signed_message import (
    BODY,
    DOMAIN,
    HEADER,
    NOW,
    RECEIVED,
    codes,
    ed25519_key,
    read,
    rsa_key,
    signed,
    zone,
)

KEY = f"s1._domainkey.{DOMAIN}"


async def outcome(message: bytes, dns: object = None) -> Outcome:
    view = await read(message, dns)  # type: ignore[arg-type]
    assert view.seen
    return view.seen.signatures[0].outcome


async def test_a_good_signature_makes_the_message_sound() -> None:
    view = await read(RECEIVED + signed())
    assert codes(view) == ["dkim.signature_verified", "message.sound"]
    assert view.sender and [each.verified for each in view.sender.signatures] == [True]
    assert "2048 bits" in view.findings[0].summary


@pytest.mark.parametrize("canonicalize", [(b"simple", b"simple"), (b"relaxed", b"relaxed"), (b"simple", b"relaxed")])
@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
async def test_every_canonicalization_holds_with_both_line_ends(
    canonicalize: tuple[bytes, bytes], ending: bytes
) -> None:
    message = signed(canonicalize=canonicalize).replace(b"\r\n", ending)
    assert await outcome(message) is Outcome.VERIFIED


async def test_both_algorithms_of_one_message_are_verified() -> None:
    dns = zone().add("e1._domainkey.example.org", "TXT", ed25519_key()[1])
    view = await read(signed(signed(), selector="e1", algorithm="ed25519-sha256"), dns)
    assert codes(view).count("dkim.signature_verified") == 2


async def test_without_pynacl_ed25519_is_not_known_and_rsa_still_is(monkeypatch: pytest.MonkeyPatch) -> None:
    dns = zone().add("e1._domainkey.example.org", "TXT", ed25519_key()[1])
    message = RECEIVED + signed(signed(), selector="e1", algorithm="ed25519-sha256")
    monkeypatch.delattr(dkim, "nacl")
    view = await read(message, dns)
    unseen = next(each for each in view.findings if each.code == "dkim.signature_unseen")
    assert unseen.verdict is Verdict.UNKNOWN and "PyNaCl" in unseen.summary
    assert "dkim.signature_verified" in codes(view)
    assert view.sender and [each.verified for each in view.sender.signatures] == [None, True]


async def test_a_footer_is_told_with_the_lines_that_were_added() -> None:
    view = await read(RECEIVED + signed() + b"--\r\nScanned by a gateway\r\n")
    altered = next(each for each in view.findings if each.code == "dkim.body_altered")
    assert "2 lines were put below it" in altered.summary
    assert altered.evidence["header_holds"] is True
    assert altered.remedy and "mx.receiver.example" in altered.remedy.text
    assert view.sender and view.sender.signatures[0].verified is False


async def test_a_body_changed_in_its_middle_is_altered_without_a_count() -> None:
    view = await read(signed().replace(b"on its way", b"on the way"))
    altered = next(each for each in view.findings if each.code == "dkim.body_altered")
    assert altered.evidence["added_lines"] == 0 and "put below" not in altered.summary


async def test_a_body_altered_under_two_signatures_is_one_finding() -> None:
    dns = zone().add("s2._domainkey.example.org", "TXT", rsa_key()[1])
    view = await read(signed(signed(), selector="s2") + b"footer\r\n", dns)
    assert codes(view).count("dkim.body_altered") == 1


async def test_a_changed_header_is_told_from_another_key() -> None:
    changed = signed().replace(b"Subject: Your", b"Subject: [List] Your")
    assert await outcome(changed) is Outcome.HEADER_ALTERED
    assert await outcome(signed(), zone(rsa_key(number=1)[1])) is Outcome.OTHER_KEY
    assert await outcome(signed(), zone(rsa_key(1024)[1])) is Outcome.OTHER_KEY


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (signed().replace(b"Subject: Your", b"Subject: [List] Your"), "the subject got a prefix in brackets"),
        (b"From: Boss <boss@example.net>\r\n" + signed(), "another From field was put above the signed one"),
        (signed().replace(b"To: owner", b"To: other"), ""),
    ],
)
async def test_what_was_done_to_the_header_is_told_where_undoing_it_mends_the_signature(
    changed: bytes, words: str
) -> None:
    view = await read(RECEIVED + changed)
    assert view.seen
    [signature] = view.seen.signatures
    assert (signature.outcome, signature.detail) == (Outcome.HEADER_ALTERED, words)


async def test_with_ed25519_the_two_cannot_be_told_apart_and_that_is_said() -> None:
    message = signed(algorithm="ed25519-sha256").replace(b"Subject: Your", b"Subject: My")
    assert "dkim.signature_wrong_or_other_key" in codes(await read(message, zone(ed25519_key()[1])))


async def test_another_from_field_above_the_signed_one_breaks_the_signature() -> None:
    assert await outcome(b"From: Boss <boss@example.net>\r\n" + signed()) is Outcome.HEADER_ALTERED


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=DKIM1; k=rsa; p=", "dkim.key_revoked"),
        ("v=DKIM1; k=rsa; p=MIIBIjANBgkqh", "dkim.key_malformed"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "dkim.key_does_not_fit"),
        ("v=DKIM1; h=sha1; " + rsa_key()[1].partition("; ")[2], "dkim.key_unusable"),
        ("v=DKIM1; s=tlsrpt; " + rsa_key()[1].partition("; ")[2], "dkim.wrong_type"),
    ],
)
async def test_what_is_wrong_with_the_key_is_named(record: str, code: str) -> None:
    view = await read(RECEIVED + signed(), zone(record))
    [found] = [each for each in view.findings if each.verdict is Verdict.FAIL]
    assert (found.code, found.subject) == (code, KEY)


async def test_a_missing_key_is_not_a_silent_name_server() -> None:
    missing = await read(signed(), zone(name="other.example.org"))
    assert "dkim.key_missing" in codes(missing)
    for trouble in ("timeout", "servfail"):
        dns = zone(name="other.example.org").fail(KEY, trouble)  # type: ignore[arg-type]
        silent = await read(signed(), dns)
        assert "dkim.signature_unseen" in codes(silent) and "dkim.key_missing" not in codes(silent)
        assert silent.sender and silent.sender.signatures[0].verified is None


async def test_a_name_server_that_never_answers_ends_in_time() -> None:
    class Silent:
        async def query(self, name: str, kind: str) -> None:
            await asyncio.sleep(3600)

    began = time.monotonic()
    message = signed(signed(), domain="relay.example")
    view = await read_message(message, World(Silent(), None, NOW), timeout_s=0.4)  # type: ignore[arg-type]
    assert time.monotonic() - began < 3
    assert codes(view).count("dkim.signature_unseen") == 2
    assert view.seen and [each.relaxed for each in view.seen.identifiers] == [None, True]


async def test_a_key_for_the_domain_alone_refuses_an_i_below_it() -> None:
    strict = rsa_key()[1].replace("k=rsa", "k=rsa; t=s")
    below = signed(identity=b"@mail.example.org")
    assert await outcome(below, zone(strict)) is Outcome.OTHER_KEY
    assert await outcome(below) is Outcome.VERIFIED
    assert await outcome(signed(), zone(strict)) is Outcome.VERIFIED


def with_tag(message: bytes, tag: bytes) -> bytes:
    return message.replace(b"DKIM-Signature: v=1;", b"DKIM-Signature: v=1; " + tag, 1)


async def test_an_expiry_counts_on_the_day_the_message_came_and_not_today() -> None:
    came = b"x=1795521600"  # 2026-11-24 12:00, half an hour after it came
    before = b"x=1795000000"  # six days earlier; t= is taken out, for it would be later
    message = RECEIVED + signed()
    assert await outcome(with_tag(message, came + b";")) is not Outcome.EXPIRED
    expired = await read(with_tag(_without_t(message), before + b";"))
    assert "dkim.signature_expired" in codes(expired)


def _without_t(message: bytes) -> bytes:
    head, _, rest = message.partition(b" t=")
    return head + rest.partition(b";")[2]


async def test_an_old_message_whose_expiry_is_over_by_now_still_counts() -> None:
    old = RECEIVED.replace(b"2026", b"2024").replace(b"Tue", b"Sun")
    header = HEADER.replace(b"2026", b"2024")
    message = old + with_tag(_without_t(signed(header + b"\r\n" + BODY)), b"x=1764000000;")
    # The tag was put in after signing: what it comes to is the header's matter, and not the clock's.
    assert await outcome(message) is Outcome.HEADER_ALTERED


async def test_a_signature_from_the_future_is_warned_of() -> None:
    view = await read(RECEIVED.replace(b"2026", b"2020").replace(b"Tue", b"Thu") + signed())
    assert "dkim.signed_in_the_future" in codes(view)


async def test_a_body_length_that_holds_is_warned_of() -> None:
    view = await read(RECEIVED + signed(length=True) + b"and a foreign text\r\n")
    assert {"dkim.signature_verified", "dkim.body_partly_signed"} <= set(codes(view))


async def test_a_body_that_is_shorter_than_its_signed_length_is_altered() -> None:
    message = signed(length=True)
    assert await outcome(message[: -len(b"The shop\r\n")]) is Outcome.BODY_ALTERED


async def test_sha1_is_retired_even_where_it_would_verify() -> None:
    view = await read(signed(algorithm="rsa-sha1"))
    assert "dkim.algorithm_retired" in codes(view)


async def test_a_signature_that_leaves_from_out_counts_for_nothing() -> None:
    message = signed()
    start = message.index(b" h=")
    names = message[start : message.index(b";", start)]
    assert "dkim.from_not_signed" in codes(await read(message.replace(names, b" h=to : subject", 1)))


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (b"v=1;", b"v=2;", "no version"),
        (b"d=example.org", b"d=org", "no full domain name"),
        (b"i=@example.org", b"i=@example.net", "neither example.org nor below it"),
        (b"c=relaxed/simple", b"c=nowsp/simple", "no canonicalization"),
        (b"s=s1;", b"s=s1; s=s2;", "stands twice"),
        (b"bh=", b"xx=", "bh= is missing"),
        (b"q=dns/txt", b"q=http", "q="),
        (b"a=rsa-sha256", b"a=rsa-md5", "no algorithm"),
        (b" t=", b" l=-5; t=", "l= is no number"),
        (b"s=s1;", b"s=s1..x;", "no name"),
        (b"s=s1;", b"s=s1; ;", "two semicolons"),
    ],
)
async def test_a_malformed_signature_says_what_is_wrong_with_it(before: bytes, after: bytes, why: str) -> None:
    message = signed()
    assert before in message
    view = await read(message.replace(before, after, 1))
    found = next(each for each in view.findings if each.code == "dkim.signature_malformed")
    assert why in found.summary


async def test_an_unsigned_message_is_a_fault() -> None:
    assert "message.unsigned" in codes(await read(RECEIVED + HEADER + b"\r\n" + BODY))


async def test_an_mbox_that_quotes_from_in_the_body_still_verifies() -> None:
    message = signed(HEADER + b"\r\nHello\r\nFrom here on it is easy\r\n")
    mbox = b"From shop@example.org Tue Nov 24 11:59:30 2026\n" + message.replace(b"\nFrom here", b"\n>From here")
    assert await outcome(mbox.replace(b"\r\n", b"\n")) is Outcome.VERIFIED


async def test_each_key_is_asked_for_once() -> None:
    dns = zone()
    await read(signed(signed()), dns)
    assert dns.asked.count((KEY, "TXT")) == 1

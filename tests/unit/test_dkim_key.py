"""A DKIM key record as DNS has it: what receivers can do with it, what is wrong, and what it was meant to be."""

from __future__ import annotations

import base64
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.mail.dkim import Flaw, Key, read_key
from diagnostics.mail.dkim.key import made_on
from diagnostics.mail.dkim.record import is_key_like
from tests.servers import dkim_records as made

NAME = "s1._domainkey.site.test"
GOOD = made.rsa_record()
P = made.rsa_text()


def key(*texts: str | bytes) -> Key:
    return read_key(NAME, [each if isinstance(each, bytes) else each.encode() for each in texts])


def flaws(found: Key) -> list[Flaw]:
    return [each.flaw for each in found.flaws]


@pytest.mark.parametrize(
    ("text", "kind", "bits"),
    [
        (GOOD, "rsa", 2048),
        (f"p={P}", "rsa", 2048),
        (f"k=rsa; p={P}", "rsa", 2048),
        (f"v=DKIM1; n=made by hand; x=ignored; k=rsa; p={P};", "rsa", 2048),
        (f"v=DKIM1 ; k = rsa ; p = {P[:64]} {P[64:]}\t ", "rsa", 2048),
        (f"v=DKIM1; h=sha1:sha256; s=*; t=s; p={P}", "rsa", 2048),
        (f"v=DKIM1; s=email:x; p={P}", "rsa", 2048),
        (made.rsa_record(4096), "rsa", 4096),
        pytest.param(made.ed25519_record(), "ed25519", 256, id="ed25519"),  # a new key each time is no name of a test
    ],
)
def test_a_sound_key_has_its_type_and_size_and_no_flaw(text: str, kind: str, bits: int) -> None:
    found = key(text)
    assert (found.type, found.bits, flaws(found), found.usable, found.mended) == (kind, bits, [], True, "")
    assert (found.selector, found.domain) == ("s1", "site.test")


def test_a_key_in_the_old_form_of_pkcs_1_is_sound_too() -> None:
    """RFC 6376 §3.6.1 says RSAPublicKey; what everybody publishes is SubjectPublicKeyInfo. Verifiers take both."""
    bare = made.rsa_octets(2048)[24:]
    assert bare[0] == 0x30
    found = key(f"v=DKIM1; p={base64.b64encode(bare).decode()}")
    assert (found.bits, found.usable) == (2048, True)


def test_nothing_is_a_key_that_does_not_exist() -> None:
    found = read_key(NAME, [])
    assert (found.exists, found.usable, flaws(found)) == (False, False, [])


@pytest.mark.parametrize(
    ("bits", "flaw", "usable"),
    [
        (512, [Flaw.SHORT], False),
        (1023, [Flaw.SHORT], False),
        (1024, [Flaw.WEAK], True),
        (2047, [Flaw.WEAK], True),
        (2048, [], True),
        (4096, [], True),
        (8192, [Flaw.UNUSABLE], False),
        (16384, [Flaw.UNUSABLE], False),
    ],
)
def test_the_size_decides_what_receivers_do(bits: int, flaw: list[Flaw], usable: bool) -> None:
    found = key(made.rsa_record(bits))
    assert (found.bits, flaws(found), found.usable) == (bits, flaw, usable)


MENDABLE = {
    "quotes are part of the text": f'"{GOOD}"',
    "quotes of two strings are": f'"{GOOD[:200]}" "{GOOD[200:]}"',
    "semicolons have backslashes": GOOD.replace(";", "\\;"),
    "v= is not first": f"k=rsa; v=DKIM1; p={P}",
    "v= in small letters": f"v=dkim1; k=rsa; p={P}",
    "v= of something else": f"v=DKIM2; k=rsa; p={P}",
    "the PEM lines are in it": f"v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----{P}-----END PUBLIC KEY-----",
    "only the base64 is there": P,
    "p= is forgotten": f"v=DKIM1; k=rsa; {P}",
    "two semicolons": f"v=DKIM1;; k=rsa; p={P}",
    "semicolons forgotten": f"v=DKIM1 k=rsa p={P}",
    "a tag twice": f"v=DKIM1; k=rsa; k=rsa; p={P}",
    "a byte order mark": "\ufeff" + GOOD,
    "a zero octet": GOOD + "\0",
    "octets behind the key": f"v=DKIM1; p={base64.b64encode(made.rsa_octets(2048) + b'xxx').decode()}",
    "Ed25519 without k=": f"v=DKIM1; p={made.ed25519_text()}",
    "Ed25519 padded away": f"v=DKIM1; k=ed25519; p={made.ed25519_text().rstrip('=')}",
    "Ed25519 in DER": "v=DKIM1; k=ed25519; p="
    + base64.b64encode(bytes.fromhex("302a300506032b6570032100") + made.ed25519_octets()).decode(),
    "RSA under k=ed25519": f"v=DKIM1; k=ed25519; p={P}",
}


@pytest.mark.parametrize("text", MENDABLE.values(), ids=MENDABLE.keys())
def test_a_slip_makes_it_malformed_and_the_record_that_was_meant_is_told(text: str) -> None:
    found = key(text)
    assert not found.usable
    assert found.flaws[0].flaw is Flaw.MALFORMED
    assert found.flaws[0].detail
    assert found.mended.startswith("v=DKIM1; k=")
    again = key(found.mended)
    assert again.usable
    assert set(flaws(again)) <= {Flaw.WEAK}


@pytest.mark.parametrize(
    "text",
    [
        GOOD[:255],
        GOOD[:254],
        GOOD[:120],
        "v=DKIM1; k=rsa",
        "v=DKIM1; k=rsa; p=hello!",
        "v=DKIM1; k=rsa; p=aGVsbG8=",
        "v=DKIM1; k=ed25519; p=aGVsbG8=",
        "v=spf1 -all",
        "some note",
        "",
        "\xff\xfe" * 40,
    ],
)
def test_what_cannot_be_known_is_not_made_up(text: str) -> None:
    found = key(text.encode("latin-1"))
    assert flaws(found) == [Flaw.MALFORMED]
    assert (found.mended, found.usable) == ("", False)


def test_a_key_cut_off_at_255_characters_is_told_as_that() -> None:
    details = [key(GOOD[:at]).flaws[0].detail for at in range(252, 256)]
    assert all("cut off" in each and "255" in each for each in details)
    assert any("177 of its 294 octets are there" in each for each in details)


def test_pieces_in_records_of_their_own_are_one_key_whatever_their_order() -> None:
    for texts in ((GOOD[:255], GOOD[255:]), (GOOD[255:], GOOD[:255]), (GOOD[300:], GOOD[:120], GOOD[120:300])):
        found = key(*texts)
        assert flaws(found) == [Flaw.MALFORMED]
        assert f"{len(texts)} TXT records" in found.flaws[0].detail
        assert found.mended == GOOD
        assert len(found.texts) == len(texts)


def test_two_keys_at_one_name_are_undefined() -> None:
    found = key(GOOD, made.rsa_record(2048, 2))
    assert (flaws(found)[0], found.usable, found.mended) == (Flaw.SEVERAL, False, "")


def test_of_one_key_twice_and_of_a_key_beside_other_texts_one_record_is_kept() -> None:
    assert key(GOOD, GOOD.replace("; ", ";")).mended == GOOD
    beside = key("v=spf1 -all", GOOD)
    assert (beside.flaws[0].flaw, beside.mended) == (Flaw.SEVERAL, GOOD)
    assert "1 of them" in beside.flaws[0].detail
    quoted = key(f'"{made.rsa_record(2048, 2)}"', GOOD)
    assert (quoted.flaws[0].flaw, quoted.mended) == (Flaw.SEVERAL, GOOD)
    revoked = key("v=DKIM1; p=", GOOD)
    assert (revoked.flaws[0].flaw, revoked.mended) == (Flaw.SEVERAL, GOOD)


def test_an_empty_p_is_a_revoked_key() -> None:
    for text in ("v=DKIM1; p=", "p=", "v=DKIM1; k=rsa; p= ;", "v=DKIM1; t=y; p="):
        assert flaws(key(text)) == [Flaw.REVOKED]


@pytest.mark.parametrize(
    ("text", "flaw", "mended"),
    [
        (f"v=DKIM1; h=sha1; p={P}", Flaw.HASH, GOOD),
        (f"v=DKIM1; h=sha512; k=rsa; p={P}", Flaw.HASH, GOOD),
        (f"v=DKIM1; s=tlsrpt; p={P}", Flaw.SERVICE, GOOD),
        (f"v=DKIM1; k=rsa-sha256; p={P}", Flaw.UNUSABLE, GOOD),
        (f"v=DKIM1; t=y; p={P}", Flaw.TESTING, GOOD),
        (f"v=DKIM1; t=y:s; h=sha256; p={P}", Flaw.TESTING, f"v=DKIM1; h=sha256; k=rsa; t=s; p={P}"),
    ],
)
def test_a_tag_that_shuts_mail_out_is_left_out_of_the_mended_record(text: str, flaw: Flaw, mended: str) -> None:
    found = key(text)
    assert (flaws(found), found.mended) == ([flaw], mended)
    assert found.usable == (flaw is Flaw.TESTING)
    assert flaws(key(mended)) == []


def test_several_flaws_are_all_told_the_worst_first() -> None:
    found = key(f"v=DKIM1; t=y; s=x; p={made.rsa_text(1024)}")
    assert flaws(found) == [Flaw.SERVICE, Flaw.WEAK, Flaw.TESTING]


@pytest.mark.parametrize(
    "text",
    [
        f"v=DKIM1; k=rsa; p={made.private_text()}",
        f"v=DKIM1; p=-----BEGIN PRIVATE KEY-----{made.private_text()}-----END PRIVATE KEY-----",
        made.private_text(),
        f'"v=DKIM1; p={made.private_text()}"',
    ],
)
def test_a_published_private_key_is_told_and_never_repeated(text: str) -> None:
    found = key(text)
    assert flaws(found) == [Flaw.PRIVATE]
    assert (found.usable, found.mended, found.public) == (False, "", b"")
    assert made.private_text()[40:80] not in repr(found)


def test_a_private_key_beside_a_good_one_is_not_repeated_either() -> None:
    found = key(GOOD, f"v=DKIM1; p={made.private_text()}")
    assert Flaw.PRIVATE in flaws(found)
    assert made.private_text()[40:80] not in repr(found)


@pytest.mark.parametrize(
    ("text", "like"),
    [
        (GOOD, True),
        ("p=", True),
        ("v=DKIM1", True),
        (P, True),
        ('"v=DKIM1; p=x"', True),
        ("v=spf1 include:p=x -all", False),
        ("v=DMARC1; p=none", False),
        ("google-site-verification=abc", False),
        ("MS=ms12345", False),
    ],
)
def test_what_was_meant_as_a_key_is_told_from_other_texts(text: str, like: bool) -> None:
    assert is_key_like(text.encode()) is like


@pytest.mark.parametrize(
    ("selector", "day"),
    [
        ("20230601", date(2023, 6, 1)),
        ("20190102030405pm", date(2019, 1, 2)),
        ("scph0922", date(2022, 9, 1)),
        ("mail-202403", date(2024, 3, 1)),
        ("2024-05", date(2024, 5, 1)),
        ("20230101-abcd1234", date(2023, 1, 1)),
        ("mimecast20230615", date(2023, 6, 15)),
        ("20230231", None),
        ("20991231", None),
        ("s42582890", None),
        ("200608", date(2006, 8, 1)),
        ("selector1", None),
        ("1234567890", None),
    ],
)
def test_the_age_is_told_only_where_the_selector_says_it(selector: str, day: date | None) -> None:
    assert made_on(selector, date(2026, 11, 24)) == day


def test_what_is_shown_is_escaped_and_bounded() -> None:
    found = key(b"v=DKIM1; p=\x1b[31m\x00\xff" + b"x" * 5000)
    assert "\x1b" not in repr(found.texts)
    assert len(found.texts[0]) < 1600
    assert key(b"p=" + b"A" * 65000).flaws[0].detail == "it has 65002 octets, more than any key"


@pytest.mark.parametrize(
    "text",
    [
        b"v=DKIM1; p=" + b"A" * 8000,
        b"v=DKIM1; p=" + b" " * 8100 + b"\0",
        b" " * 8190 + b"x",
        b";" * 8190,
        b"p=" * 4000,
        b'"' * 8190,
        b"\\" * 8190,
        b"v" + b" " * 8180 + b"=x",
        b"MI" + b"A " * 4000 + b"!",
        b"k=" + b"x" * 8000,
        b"t=" + b"y:" * 4000 + b"; p=" + P.encode(),
    ],
)
def test_a_record_made_to_be_slow_is_read_at_once(text: bytes) -> None:
    started = time.perf_counter()
    for texts in ([text], [text] * 16, [text[:2000], text[2000:4000], text[4000:6000], text[6000:]]):
        read_key(NAME, texts)
    assert time.perf_counter() - started < 1.0


pieces = st.sampled_from(
    [b"v=DKIM1", b"; ", b";", b"p=", P.encode(), P.encode()[:99], b"k=rsa", b'"', b"\\", b"t=y", b"="]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(pieces | st.binary(max_size=6), max_size=9).map(b"".join), max_size=4))
def test_whatever_stands_there_it_is_read_and_what_is_proposed_is_usable(texts: list[bytes]) -> None:
    found = read_key(NAME, texts)
    assert found.exists == bool(texts)
    assert not (found.usable and not found.public)
    if found.mended:
        assert read_key(NAME, [found.mended.encode()]).usable
    if found.flaws and Flaw.MALFORMED in flaws(found):
        assert not found.usable
    for text in found.texts:
        assert text.isprintable()

"""What people hand over as a message: taken out of its wrapping, or turned down with the reason; always bounded."""

from __future__ import annotations

import base64
import json
import random
import time

import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.message.raw import MOST_OCTETS, NotAMessage, read_raw
from tests.unit.signed_message import BODY, HEADER, RECEIVED, codes, read, signed, zone

WHOLE = RECEIVED + signed()
GMAIL_PAGE = (
    b"Original Message\r\n\r\nMessage ID\t<1@example.org>\r\nCreated at:\tTue, Nov 24, 2026 at 12:59 PM\r\n"
    b"From:\tThe Shop <shop@example.org>\r\nTo:\towner@receiver.example\r\nSubject:\tYour order\r\n"
    b"SPF:\tPASS with IP 198.51.100.7\r\nDKIM:\t'PASS' with domain example.org\r\n\r\nDownload Original\r\n\r\n"
)
MBOX = b"From shop@example.org Tue Nov 24 11:59:30 2026\n"


@pytest.mark.parametrize(
    ("handed", "wrapping"),
    [
        (WHOLE, ""),
        (WHOLE.replace(b"\r\n", b"\n"), ""),
        (b"\r\n \n\n" + WHOLE, ""),
        (MBOX + WHOLE.replace(b"\r\n", b"\n") + b"\n", ""),
        (MBOX + WHOLE.replace(b"\r\n", b"\n") + b"\n" + MBOX + b"From: x@example.net\nTo: y\n\nno\n", "only the first"),
        (b"\xef\xbb\xbf" + WHOLE, "byte order mark"),
        (WHOLE.decode().encode("utf-16"), "UTF-16"),
        (base64.encodebytes(WHOLE), "base64"),
        (b"".join(b"> " + line for line in WHOLE.splitlines(keepends=True)), "quoted"),
        (GMAIL_PAGE + WHOLE, "a page stood around it"),
    ],
)
async def test_the_signature_holds_in_every_wrapping(handed: bytes, wrapping: str) -> None:
    view = await read(handed)
    assert codes(view) == ["dkim.signature_verified", "message.sound"]
    assert view.seen and wrapping in "; ".join(view.seen.wrapping)


@pytest.mark.parametrize(
    ("handed", "why"),
    [
        (b"", "it is empty"),
        (b" \r\n\t", "it is empty"),
        (b"Hello, here is my mail", "no header of a message"),
        (b"Subject: only this\n\ntext", "no header of a message"),
        (b"HTTP/1.1 200 OK\r\nDate: x\r\nServer: y\r\n\r\n<html>", "no header of a message"),
        (b"<!DOCTYPE html><html><body>From: a</body></html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Outlook .msg"),
        (b"PK\x03\x04" + bytes(50), "ZIP"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(5000), "no text"),
        (b"From: a@example.org\nTo: b\n" + b"x" * (MOST_OCTETS + 1), "25 MiB"),
        (b"From: a@example.org\nTo: b\n" + b"X: y\n" * 100_000, "header fields"),
        (b"From: a@example.org\nTo: " + b"b" * (10 * 2**20), "512 KiB"),
        (b"From: a@example.org\nTo: " + b"b" * 200_000 + b"\n\nhello", "longer than 102,400"),
        (b"From: a@example.org\nTo: b\n" + b" folded\n" * 500_000, "512 KiB"),
        (b"\xff\xfe" + "Hello".encode("utf-16-le") + b"\x00", "no text"),
    ],
)
async def test_what_is_no_message_is_turned_down_soon_with_the_reason(handed: bytes, why: str) -> None:
    began = time.monotonic()
    view = await read(handed)
    assert time.monotonic() - began < 2
    [finding] = view.findings
    assert (finding.code, finding.verdict) == ("message.not_a_message", Verdict.UNKNOWN)
    assert why in finding.summary and view.sender is None
    assert finding.remedy and "Show original" in finding.remedy.text


def test_a_line_in_the_header_that_is_no_field_begins_the_body() -> None:
    raw = read_raw(b"From: a@example.org\r\nTo: b\r\nno field here\r\nSubject: late\r\n")
    assert [field.key for field in raw.fields] == ["from", "to"]
    assert raw.body.startswith(b"no field here") and not raw.separated
    assert read_raw(b"From: a@example.org\r\nTo: b\r\n").separated


def test_a_field_keeps_every_octet_of_its_folding() -> None:
    raw = read_raw(b"Subject : a\r\n\t b \r\nFrom: x@example.org\r\n\r\n")
    assert (raw.fields[0].name, raw.fields[0].value) == (b"Subject ", b" a\r\n\t b ")
    assert (raw.fields[0].key, raw.fields[0].text) == ("subject", "a b")


def test_more_than_the_most_is_not_read() -> None:
    with pytest.raises(NotAMessage):
        read_raw(b"From: a\nTo: b\n\n" + bytes(MOST_OCTETS))


def nested(depth: int) -> bytes:
    """A MIME part in a part in a part."""
    lines = [b"Content-Type: multipart/mixed; boundary=b0\r\n"]
    lines += [b"\r\n--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n" % (n, n + 1) for n in range(depth)]
    return HEADER.replace(b"Content-Type: text/plain; charset=utf-8\r\n", b"") + b"".join(lines)


def many_signatures(count: int, tag: bytes = b"") -> bytes:
    one = signed()[: -len(HEADER + b"\r\n" + BODY)]
    return RECEIVED + one.replace(b"v=1;", b"v=1;" + tag) * count + HEADER + b"\r\n" + BODY


HOSTILE = {
    "deep nesting": nested(20_000),
    "spaces without end": signed(canonicalize=(b"relaxed", b"relaxed")) + b" " * 10_000_000 + b"x",
    "rows of spaces": signed(canonicalize=(b"relaxed", b"relaxed")) + (b" " * 999 + b"x") * 5_000,
    "empty lines": signed() + b"\r\n" * 3_000_000,
    "lines of a space": signed(canonicalize=(b"relaxed", b"relaxed")) + b" \r\n" * 2_000_000,
    "a line without end": signed() + b"x" * 20_000_000,
    "octets that are no text": signed() + bytes(range(256)) * 10_000,
    "spaces in a signature": many_signatures(10, b" " * 6000),
    "line ends in a signature": many_signatures(10, b"\r\n " * 1500),
    "many signatures": many_signatures(600),
    "many names in h=": RECEIVED + signed().replace(b" h=", b" h=" + b"x-a:" * 1500, 1),
    "many comments": b"Received: " + b"(" * 90_000 + b"\r\nAuthentication-Results: " + b"(" * 90_000 + b"\r\n" + WHOLE,
    "many addresses": WHOLE.replace(b"From: ", b"From: " + b"a@example.org, " * 5000, 1),
    "encoded words": WHOLE.replace(b"From: ", b"From: " + b"=?utf-8?q?" * 5000, 1),
    "seals": b"".join(b"ARC-Seal: i=%d; a=rsa-sha256; d=example.org; s=s1; cv=pass; b=AAAA\r\n" % n for n in range(60))
    + WHOLE,
    "brackets in from": WHOLE.replace(b"From: ", b"From: " + b"(" * 15_000 + b"<" * 3000, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_message_ends_soon(name: str) -> None:
    began = time.monotonic()
    view = await read(HOSTILE[name])
    assert time.monotonic() - began < 5, name
    assert view.findings


async def test_a_key_that_costs_a_power_is_not_used() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    large = rsa.RSAPublicNumbers(2**4000 + 1, 2**4095 + 1).public_key()
    der = base64.b64encode(large.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    began = time.monotonic()
    view = await read(signed(), zone(f"v=DKIM1; k=rsa; p={der}"))
    assert time.monotonic() - began < 2
    assert "dkim.signature_unseen" in codes(view)


async def test_only_ten_signatures_are_looked_at_and_the_others_are_not_known() -> None:
    dns = zone()
    view = await read(many_signatures(600), dns)
    assert codes(view).count("dkim.signature_unseen") == 1, "one finding for all the others"
    [unseen] = [each for each in view.findings if each.code == "dkim.signature_unseen"]
    assert "of 600 signatures only the first 10 are looked at" in unseen.summary
    assert codes(view).count("dkim.signature_verified") == 10


PIECES = (
    *(b"\r\n", b"\n", b"\0", b"(", b")", b"<", b";", b";;", b"=", b":", b"\xff", b"=?utf-8?b?", b"@", b"[", b" " * 300),
    *(b"From: ", b"\r\nReceived: from ", b" by ", b"DKIM-Signature: ", b"l=" + b"9" * 30 + b";", b"x=" + b"9" * 70),
    *(b"\r\nARC-Seal: i=1; cv=pass; a=rsa-sha256; b=AA; d=example.org; s=s1\r\n", b"\xe2\x80\xae", b"Date: "),
)  # fmt: skip


async def test_whatever_is_done_to_a_message_reading_it_ends_in_findings() -> None:
    chance = random.Random(7)
    for _ in range(400):
        octets = bytearray(WHOLE)
        for _ in range(chance.randint(1, 25)):
            at = chance.randrange(len(octets) or 1)
            if chance.random() < 0.6:
                octets[at:at] = chance.choice(PIECES)
            else:
                del octets[at : at + chance.randint(1, 60)]
        view = await read(bytes(octets))
        assert json.dumps([each.to_json() for each in view.findings]).encode()


async def test_text_of_the_message_cannot_reach_a_terminal() -> None:
    message = WHOLE.replace(b"mx.receiver.example", b"mx\x1b[2J.example").replace(
        b"d=example.org", b"d=\x1b]0;x.org", 1
    )
    view = await read(b"X-Mailer: \x1b[31mred\r\nReply-To: a@\x1b[2J\r\n" + message)
    assert "\x1b" not in str([each.to_json() for each in view.findings])

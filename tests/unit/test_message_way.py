"""Who handed the message over: the receiver's own lines are believed, and nothing that stands below them."""

from __future__ import annotations

import pytest

from diagnostics.mail.message.raw import Field, read_raw
from diagnostics.mail.message.received import Hop, read_hops
from diagnostics.mail.message.results import read_results
from diagnostics.mail.message.way import Way, read_way
from tests.unit.signed_message import BODY, HEADER, codes, read

AT = "; Tue, 24 Nov 2026 11:59:30 +0000"
GMAIL = "by 2002:a05:6e02:1c0a:b0:3a0:0:0 with SMTP id x1csp"
EDGE = "from mail.example.org (mail.example.org. [198.51.100.7]) by mx.google.com with ESMTPS id s1"
SUBMITTED = (
    "from shop (unknown [203.0.113.5]) (Authenticated sender: x) by mail.example.org (Postfix) with ESMTPSA id 1"
)


def message(*header: str) -> bytes:
    return "".join(line + "\r\n" for line in header).encode() + HEADER + b"\r\n" + BODY


def way(*received: str, before: tuple[str, ...] = (), behind: tuple[str, ...] = (), **more: bool) -> Way:
    lines = [f"Received: {each}{AT}" for each in received]
    return read_way(read_raw(message(*before, *lines, *behind)), **more)


def hop(text: str) -> Hop:
    return read_hops(read_raw(message(f"Received: {text}{AT}")))[0]


@pytest.mark.parametrize(
    ("text", "ip", "helo", "reverse", "by"),
    [
        ("from a.example (b.example [192.0.2.1]) by mx.test (Postfix) with ESMTPS id 1",
         "192.0.2.1", "a.example", "b.example", "mx.test"),
        ("from a.example (unknown [192.0.2.1]) by mx.test (Postfix) with ESMTP id 1",
         "192.0.2.1", "a.example", "", "mx.test"),
        ("from [192.0.2.1] (helo=a.example) by mx.test with esmtps (TLS1.3) (Exim 4.96) id 1",
         "192.0.2.1", "a.example", "", "mx.test"),
        ("from b.example ([192.0.2.1]:4711 helo=a.example) by mx.test with esmtps (Exim 4.96) id 1",
         "192.0.2.1", "a.example", "b.example", "mx.test"),
        ("from unknown (HELO a.example) (192.0.2.1) by mx.test with SMTP", "192.0.2.1", "a.example", "", "mx.test"),
        ("from b.example (HELO a.example) ([192.0.2.1]) by mx.test with SMTP",
         "192.0.2.1", "a.example", "b.example", "mx.test"),
        ("from A.PROD.OUTLOOK.COM (2603:10a6:208:aa::1) by B.prod.outlook.com (2603:10a6:20b::2) with Microsoft SMTP "
         "Server", "2603:10a6:208:aa::1", "a.prod.outlook.com", "", "b.prod.outlook.com"),
        ("from a.google.com (a.google.com. [192.0.2.1]) by mx.google.com with SMTPS id 1",
         "192.0.2.1", "a.google.com", "a.google.com", "mx.google.com"),
        ("by 2002:adf:b343:0:0:0:0:0 with SMTP id k3", "", "", "", "2002:adf:b343:0:0:0:0:0"),
        ("from 192.0.2.1 (EHLO a.example) by 10.197.1.1 with SMTPs", "192.0.2.1", "a.example", "", "10.197.1.1"),
        ("from a.example (localhost [IPv6:::1]) by mx.test (Postfix) with ESMTP", "::1", "a.example", "", "mx.test"),
        ("from a.example (b.example [::ffff:192.0.2.1]) by mx.test with ESMTP", "192.0.2.1", "a.example", "b.example",
         "mx.test"),
        ("(from www-data@localhost) by host.example (8.15.2/8.15.2/Submit) id 1", "", "", "", "host.example"),
        ("by host.example (Postfix, from userid 33) id ABC", "", "", "", "host.example"),
        ("(qmail 1 invoked by uid 33)", "", "", "", ""),
        ("from [10.34.27.159] (10.34.140.5) by mail01.example", "10.34.140.5", "10.34.27.159", "", "mail01.example"),
        ("", "", "", "", ""),
        ("from ((((", "", "", "", ""),
        ("from a (b [999.1.1.1]) by c", "", "a", "", "c"),
    ],
)  # fmt: skip
def test_the_shapes_of_received_lines_are_read(text: str, ip: str, helo: str, reverse: str, by: str) -> None:
    found = hop(text)
    assert (found.ip, found.helo, found.reverse, found.by) == (ip, helo, reverse, by)


def test_a_log_in_and_encryption_are_seen_and_the_recipient_is_not_kept() -> None:
    found = hop(SUBMITTED + " for <vera@private.example>")
    assert found.authenticated and found.protocol == "ESMTPSA"
    assert "vera" not in str(found)


def test_the_relay_is_the_machine_that_the_receivers_first_own_line_names() -> None:
    found = way(GMAIL, EDGE, SUBMITTED)
    assert found.handed_over and found.handed_over.ip == "198.51.100.7"
    assert found.submitted_to == "mail.example.org"


def test_lines_between_the_receivers_own_machines_are_skipped() -> None:
    found = way(
        "from AM0.eurprd.prod.outlook.com (2603:10a6:208::1) by AS8.eurprd.prod.outlook.com (2603:10a6:20b::2)",
        "from VE1.mail.protection.outlook.com (2603:10a6:803::3) by VE1.outlook.office365.com (2603:10a6:803::4)",
        "from mail.example.org (198.51.100.7) by VE1EUR.mail.protection.outlook.com (10.152.1.1)",
        SUBMITTED,
    )
    assert found.handed_over and found.handed_over.ip == "198.51.100.7"


def test_private_hops_are_skipped() -> None:
    scanner = "from localhost (localhost [127.0.0.1]) by mx.receiver.example (Postfix) with ESMTP id 2"
    found = way(scanner, "from mail.example.org (mail.example.org [198.51.100.7]) by mx.receiver.example", SUBMITTED)
    assert found.handed_over and found.handed_over.ip == "198.51.100.7"


def test_what_a_sender_wrote_below_is_not_believed() -> None:
    forged = "from good.example (good.example [192.0.2.99]) by mx.google.com with ESMTPS id 0"
    found = way(GMAIL, EDGE, forged)
    assert found.handed_over and found.handed_over.ip == "198.51.100.7"


def test_a_machine_that_calls_itself_like_the_receiver_is_still_outside() -> None:
    liar = "from mx2.receiver.example (unknown [198.51.100.66]) by mx.receiver.example (Postfix) with ESMTP id 1"
    forged = "from good.example (good.example [192.0.2.99]) by mx2.receiver.example with ESMTPS id 0"
    found = way(liar, forged)
    assert found.handed_over and found.handed_over.ip == "198.51.100.66"


def test_the_address_that_the_receiver_judged_decides() -> None:
    own = "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com with SMTPS id s"
    below = "from shop (shop.example.org. [203.0.113.5]) by smtp.gmail.com with ESMTPSA id 1"
    spf = "Received-SPF: pass (google.com: domain of x designates it) client-ip=209.85.220.41;"
    lines = (f"Received: {own}{AT}", spf, f"Received: {below}{AT}")
    found = read_way(read_raw(message(*lines)))
    assert found.handed_over and found.handed_over.ip == "209.85.220.41"


def test_only_the_receivers_own_results_count() -> None:
    real = (
        "Authentication-Results: mx.google.com; dkim=fail header.i=@example.org; spf=pass smtp.mailfrom=b@example.org"
    )
    forged = "Authentication-Results: mx.google.com; dkim=pass header.i=@example.org"
    foreign = "Authentication-Results: elsewhere.example; dkim=pass header.i=@example.org"
    found = read_way(
        read_raw(message(foreign, real, f"Received: {GMAIL}{AT}", f"Received: {EDGE}{AT}",
                         f"Received: {SUBMITTED}{AT}", forged))
    )  # fmt: skip
    assert found.results and found.results.of("dkim")[0].result == "fail"
    assert read_way(read_raw(message(f"Received: {EDGE}{AT}", f"Received: {SUBMITTED}{AT}", forged))).results is None


def test_microsofts_results_without_a_name_are_microsofts() -> None:
    edge = "from mail.example.org (198.51.100.7) by VE1EUR.mail.protection.outlook.com (10.152.1.1)"
    said = "Authentication-Results: spf=pass (sender IP is 198.51.100.7) smtp.mailfrom=example.org; dkim=none"
    found = read_way(read_raw(message(f"Received: {edge}{AT}", said)))
    assert found.results and found.results.of("spf")[0].domain == "example.org"


@pytest.mark.parametrize(
    ("text", "written_by", "results"),
    [
        (
            "mx.test 1; dkim=pass (2048-bit; good) header.d=a.example header.s=s1",
            "mx.test",
            [("dkim", "pass", "a.example")],
        ),
        ("mx.test; none", "mx.test", []),
        ('mx.test; dkim=fail reason="a; b" header.i="@a.example"', "mx.test", [("dkim", "fail", "")]),
        ("spf=softfail (sender IP is 192.0.2.1) smtp.mailfrom=x@a.example", "", [("spf", "softfail", "a.example")]),
        ("mx.test; dmarc=pass (p=NONE (sp=NONE)) header.from=a.example", "mx.test", [("dmarc", "pass", "a.example")]),
        ("", "", []),
        (";;;;", "", []),
    ],
)
def test_authentication_results_are_read(text: str, written_by: str, results: list[tuple[str, str, str]]) -> None:
    found = read_results(Field(b"Authentication-Results", text.encode()), 0)
    assert found.written_by == written_by
    assert [(each.method, each.result, each.domain) for each in found.methods] == results


def test_the_envelope_sender_is_that_of_the_return_path() -> None:
    assert way(EDGE, before=("Return-Path: <b.7@mail.example.org>",)).mail_from == "mail.example.org"
    assert way(EDGE, before=("Return-Path: <>",)).mail_from == ""


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (("Return-Path: <SRS0=x=y=example.org=shop@forwarder.example>",), ()),
        ((), ("List-Post: <mailto:list@lists.example>",)),
        ((), ("Received: from a (a.example [192.0.2.9]) by b.example" + AT, "Delivered-To: owner@forwarder.example")),
    ],
)
async def test_a_forwarded_copy_shows_no_relay(before: tuple[str, ...], behind: tuple[str, ...]) -> None:
    view = await read(message(*before, f"Received: {EDGE}{AT}", *behind))
    assert "message.forwarded" in codes(view)
    assert view.sender and (view.sender.ip, view.sender.mail_from) == ("", "")


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("X-Spam-Status: Yes, score=7.2 required=5.0 tests=BAYES_50=0.8,DKIM_INVALID=0.1,SPF_PASS=-0.1,URIBL_BLACK",
         "SpamAssassin: score 7.2), by these tests of it: BAYES_50, DKIM_INVALID, URIBL_BLACK"),
        ("X-Spamd-Result: default: True [16.0 / 15.0]; R_SPF_FAIL(1.00)[-all]; R_DKIM_ALLOW(-0.20)[x]; ONCE(0.00)[]",
         "rspamd: spam), by these tests of it: R_SPF_FAIL"),
        ("X-Forefront-Antispam-Report: CIP:198.51.100.7;CTRY:DE;SCL:6;SFV:SPM;", "spam confidence level 6"),
        ("X-Spam-Flag: YES", "its spam filter: spam"),
    ],
)  # fmt: skip
async def test_a_receivers_word_that_it_is_spam_is_told(mark: str, words: str) -> None:
    view = await read(message(mark, f"Received: {EDGE}{AT}", f"Received: {SUBMITTED}{AT}"))
    found = next(each for each in view.findings if each.code == "message.marked_as_spam")
    assert words in found.summary


@pytest.mark.parametrize("mark", ["X-Spam-Status: No, score=0.1", "X-Forefront-Antispam-Report: SCL:1;SFV:NSPM;"])
async def test_a_message_that_passed_the_filter_is_not_marked(mark: str) -> None:
    assert "message.marked_as_spam" not in codes(await read(message(mark, f"Received: {EDGE}{AT}")))


async def test_a_mark_that_was_made_before_the_receiver_had_it_is_none() -> None:
    view = await read(message(f"Received: {EDGE}{AT}", f"Received: {SUBMITTED}{AT}", "X-Spam-Flag: YES"))
    assert "message.marked_as_spam" not in codes(view)


async def test_a_service_that_takes_mail_over_http_is_the_relay_by_its_reverse_name() -> None:
    edge = EDGE.replace("mail.example.org", "m32-19.eu.mailgun.net")
    view = await read(message(f"Received: {edge}{AT}", "Received: by luna.mailgun.net with HTTP" + AT))
    assert view.sender and view.sender.relay == "m32-19.eu.mailgun.net"
    told = await read(message(f"Received: {edge.replace('(m32-19.eu.mailgun.net.', '(unknown')}{AT}"))
    assert told.sender and told.sender.relay == ""


async def test_a_message_that_was_never_on_its_way_says_so() -> None:
    view = await read(message())
    assert "message.relay_unknown" in codes(view)


def test_a_lab_may_say_that_private_addresses_are_outside() -> None:
    line = "from relay.lab.test (relay.lab.test [127.80.1.2]) by mx.receiver.test (Postfix) with ESMTPS id 1"
    assert way(line).handed_over is None
    found = way(line, private_is_outside=True).handed_over
    assert found and found.ip == "127.80.1.2"

"""How the message is built: what RFC 5322 and the receivers' rules want, and the program that wrote it."""

from __future__ import annotations

import json

import pytest

from diagnostics.finding import Finding
from tests.unit.signed_message import BODY, HEADER, RECEIVED, codes, read, rsa_key, signed, zone


def changed(before: bytes, after: bytes) -> bytes:
    assert before in HEADER
    return RECEIVED + HEADER.replace(before, after) + b"\r\n" + BODY


async def finding(message: bytes, code: str) -> Finding:
    view = await read(message)
    return next(each for each in view.findings if each.code == code)


FROM = b"From: The Shop <shop@example.org>\r\n"
DATE = b"Date: Tue, 24 Nov 2026 11:59:00 +0000\r\n"
ID = b"Message-ID: <1@example.org>\r\n"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (FROM, FROM + FROM, "2 From fields"),
        (FROM, b"", "no From field"),
        (FROM, b"From: The Shop\r\n", "without an address"),
        (FROM, b"From: a@example.org, b@example.org\r\n", "2 addresses in From"),
        (DATE, b"", "no Date field"),
        (DATE, b"Date: yesterday\r\n", "a Date that is none"),
        (DATE, b"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n", "a Date long before the message came (1970-01-01)"),
        (DATE, b"Date: Fri, 24 Nov 2028 11:59:00 +0000\r\n", "a Date in the future (2028-11-24)"),
        (DATE, DATE + DATE, "2 Date fields"),
        (ID, b"", "no Message-ID field"),
        (ID, b"Message-ID: 12345\r\n", "not of the form"),
        (b"Subject: Your order\r\n", b"Subject: One\r\nSubject: Two\r\n", "2 Subject fields"),
        (b"Subject: Your order\r\n", b"Subject: Your\0order\r\n", "NUL octets"),
    ],
)
async def test_a_header_that_breaks_the_rules_is_malformed(before: bytes, after: bytes, fault: str) -> None:
    found = await finding(changed(before, after), "message.malformed")
    assert fault in found.summary


async def test_a_date_of_1970_is_absurd_also_where_nobody_says_when_the_message_came() -> None:
    message = (HEADER + b"\r\n" + BODY).replace(DATE, b"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n")
    assert "1970-01-01" in (await finding(message, "message.malformed")).summary
    old = (HEADER + b"\r\n" + BODY).replace(b"2026", b"2019").replace(b"Tue", b"Sun")
    assert "message.malformed" not in codes(await read(old))


async def test_the_fault_names_the_program_that_wrote_it_and_its_screen() -> None:
    message = changed(FROM, b"X-Mailer: WPMailSMTP/Mailer/smtp 4.1.0\r\n" + FROM + FROM)
    found = await finding(message, "message.malformed")
    assert found.remedy and "WP Mail SMTP → Settings" in found.remedy.text and "From" in found.remedy.text


@pytest.mark.parametrize(
    ("mark", "title"),
    [
        (b"X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)", "PHPMailer, which WordPress"),
        (b"X-Mailer: FluentMail - Mailgun", "FluentSMTP"),
        (b"X-PHP-Originating-Script: 33:class-phpmailer.php", "PHPMailer"),
        (b"X-PHP-Originating-Script: 33:form.php", "a PHP script of the web host"),
        (b"X-Mailin-EID: abc", "Brevo"),
        (b"User-Agent: Mozilla Thunderbird", "Thunderbird"),
        (b"X-Mailer: Something \x1b[2J else", "Something \\x1b[2J else"),
    ],
)
async def test_who_wrote_it_is_told_by_the_marks_in_the_header(mark: bytes, title: str) -> None:
    view = await read(changed(FROM, mark + b"\r\n" + FROM))
    assert view.seen and view.seen.mailer.title.startswith(title)


async def test_a_visitors_address_in_the_mark_of_a_script_is_cut_off() -> None:
    view = await read(changed(FROM, b"X-PHP-Script: example.org/contact.php for 203.0.113.77\r\n" + FROM))
    assert view.seen and view.seen.mailer.mark == "x-php-script: example.org/contact.php"
    assert "203.0.113.77" not in json.dumps([each.to_json() for each in view.findings])


LEAVE = b"List-Unsubscribe: <mailto:off@example.org>, <https://example.org/off?id=vera-7>\r\n"
POST = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


@pytest.mark.parametrize(
    ("header", "lacks"),
    [
        (LEAVE, "One-Click is missing"),
        (b"List-Unsubscribe: <mailto:off@example.org>\r\n" + POST, "no https address"),
        (b"List-Unsubscribe: <http://example.org/off>\r\n" + POST, "no https address"),
        (LEAVE + b"List-Unsubscribe-Post: yes\r\n", "One-Click is missing"),
        (b"Precedence: bulk\r\n", "it has no List-Unsubscribe"),
        (LEAVE + POST, "no signature that holds covers both fields"),
    ],
)
async def test_a_newsletter_without_one_click_is_told_what_it_lacks(header: bytes, lacks: str) -> None:
    found = await finding(changed(FROM, header + FROM), "message.one_click_missing")
    assert lacks in found.summary
    assert found.remedy and "List-Unsubscribe=One-Click" in found.remedy.copy
    assert "vera" not in json.dumps(found.to_json())


async def test_a_newsletter_with_both_fields_signed_is_sound() -> None:
    names = [b"from", b"to", b"subject", b"date", b"list-unsubscribe", b"list-unsubscribe-post"]
    message = signed(LEAVE + POST + HEADER + b"\r\n" + BODY, include_headers=names)
    assert codes(await read(RECEIVED + message)) == ["dkim.signature_verified", "message.sound"]


async def test_an_ordinary_mail_needs_no_way_to_unsubscribe() -> None:
    assert "message.one_click_missing" not in codes(await read(RECEIVED + signed()))


async def test_lines_that_are_too_long_are_counted() -> None:
    found = await finding(RECEIVED + HEADER + b"\r\n" + b"x" * 1200 + b"\r\n", "message.lines_too_long")
    assert "1200 octets" in found.summary
    assert found.remedy and found.remedy.copy.endswith("} );")


async def test_letters_that_are_not_declared_are_found() -> None:
    found = await finding(changed(b"Subject: Your", "Subject: Für".encode()), "message.eight_bit_undeclared")
    assert "Subject" in found.summary
    bare = changed(b"MIME-Version: 1.0\r\n", b"").replace(b"Hello", "Grüße".encode())
    assert "without MIME-Version" in (await finding(bare, "message.eight_bit_undeclared")).summary
    utf8 = changed(b"Subject: Your", "Subject: Für".encode()).replace(b"with ESMTPS", b"with UTF8SMTPS")
    assert "message.eight_bit_undeclared" not in codes(await read(utf8))
    declared = RECEIVED + HEADER + b"\r\n" + "Grüße".encode()
    assert "message.eight_bit_undeclared" not in codes(await read(declared))


@pytest.mark.parametrize(
    "name", [b'"billing@paypal.example" ', b"=?utf-8?q?billing=40paypal.example?= ", b"Bank (billing@paypal.example) "]
)
async def test_a_name_that_shows_another_address_is_told(name: bytes) -> None:
    message = changed(FROM, b"From: " + name + b"<shop@example.org>\r\n")
    found = await finding(message, "message.display_name_misleads")
    assert "paypal.example" in found.summary and "billing" not in json.dumps(found.to_json())


async def test_a_name_that_shows_the_own_address_is_none() -> None:
    view = await read(changed(FROM, b'From: "shop@mail.example.org" <shop@example.org>\r\n'))
    assert "message.display_name_misleads" not in codes(view)


async def test_gmail_as_the_sender_through_another_relay_is_a_fault() -> None:
    found = await finding(changed(FROM, b"From: Shop <shop.owner@gmail.com>\r\n"), "message.from_free_mailbox")
    assert "Gmail" in found.summary and "out.relay.example" in found.summary
    assert "shop.owner" not in json.dumps(found.to_json())


async def test_gmail_that_signs_its_own_mail_is_none() -> None:
    header = HEADER.replace(b"example.org", b"gmail.com")
    message = signed(header + b"\r\n" + BODY, domain="gmail.com")
    view = await read(RECEIVED + message, zone(rsa_key()[1], "s1._domainkey.gmail.com"))
    assert "message.from_free_mailbox" not in codes(view)


async def test_gmail_that_handed_its_own_mail_over_is_none() -> None:
    own = RECEIVED.replace(b"out.relay.example", b"mail-oi1.google.com")
    view = await read(own + HEADER.replace(b"example.org", b"gmail.com") + b"\r\n" + BODY)
    assert "message.from_free_mailbox" not in codes(view)


async def test_an_internationalised_domain_is_asked_for_as_dns_has_it() -> None:
    view = await read(changed(FROM, "From: Buch <b@bücher.example>\r\n".encode()))
    assert view.sender and view.sender.header_from == "xn--bcher-kva.example"


async def test_no_word_of_the_message_and_no_local_part_is_in_the_evidence() -> None:
    secret = RECEIVED.replace(b"4F1;", b"4F1 for <victoria@receiver.example>;")
    message = b"Return-Path: <bounce+victoria=receiver.example@example.org>\r\n" + secret + signed(
        HEADER.replace(b"owner@", b"victoria@").replace(b"Your order", b"A secret").replace(b"<1@", b"<victoria.1@")
        + b"Reply-To: Victoria <victoria@private.example>\r\nX-Note: victoria\r\n\r\nDear Victoria, secret!\r\n"
    )  # fmt: skip
    view = await read(message)
    told = json.dumps([each.to_json() for each in view.findings]).lower()
    assert "victoria" not in told and "secret" not in told
    assert view.sender and view.sender.mail_from == "example.org"

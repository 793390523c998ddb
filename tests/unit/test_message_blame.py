"""Whose fault is a signature that fails? The signer's, the relay's, a forwarder's, the copy's, or nobody's."""

from __future__ import annotations

from diagnostics.finding import Verdict
from tests.unit.signed_message import RECEIVED, codes, read, rsa_key, signed, zone

BELIEVED = b"Authentication-Results: mx.receiver.example; dkim=%s header.d=example.org header.s=s1\r\n" + RECEIVED


async def test_a_spare_signature_that_fails_is_only_a_warning() -> None:
    other = signed(domain="relay.example", selector="r1", key=rsa_key(number=2)[0])
    both = RECEIVED + signed(other)
    view = await read(both, zone())
    [warned] = [each for each in view.findings if each.verdict is Verdict.WARN]
    assert warned.code == "dkim.spare_signature_fails" and warned.subject == "r1._domainkey.relay.example"
    assert not [each for each in view.findings if each.verdict is Verdict.FAIL]


async def test_a_foreign_signature_that_holds_does_not_excuse_the_own_one() -> None:
    dns = zone(rsa_key(number=2)[1], "r1._domainkey.relay.example")
    view = await read(signed(signed(), domain="relay.example", selector="r1", key=rsa_key(number=2)[0]), dns)
    assert "dkim.key_missing" in codes(view) and "dkim.spare_signature_fails" not in codes(view)
    assert view.seen and [(each.domain, each.relaxed) for each in view.seen.identifiers] == [
        ("relay.example", False),
        ("example.org", True),
    ]


async def test_a_message_that_only_its_relay_signed_is_read_and_not_called_sound() -> None:
    dns = zone(rsa_key(number=2)[1], "r1._domainkey.relay.example")
    view = await read(RECEIVED + signed(domain="relay.example", selector="r1", key=rsa_key(number=2)[0]), dns)
    assert codes(view) == ["dkim.signature_verified", "message.read"]
    assert "none as example.org" in view.findings[-1].summary
    [identifier] = view.findings[-1].evidence["alignment"]
    assert (identifier["domain"], identifier["holds"], identifier["relaxed"]) == ("relay.example", True, False)


async def test_the_place_of_a_change_is_told_by_the_lines_above_the_signature() -> None:
    relays = RECEIVED + (
        b"Received: from in.relay.example (in.relay.example [198.51.100.8]) by out.relay.example with ESMTPS id 2;\r\n"
        b"\tTue, 24 Nov 2026 11:59:20 +0000\r\n"
    )
    message = signed() + b"footer\r\n"
    between = await read(relays + message)
    at_the_signer = await read(RECEIVED + message)
    below = await read(message)
    remedies = [each.findings[0].remedy for each in (between, at_the_signer, below)]
    assert all(remedies)
    texts = [each.text for each in remedies if each]
    assert "in this order: out.relay.example, then its receiver (mx.receiver.example)" in texts[0]
    assert "Only its receiver (mx.receiver.example)" in texts[1]
    assert "No Received line stands above the signature" in texts[2]


async def test_a_foreign_signature_that_fails_is_only_a_warning() -> None:
    foreign = signed(domain="relay.example", selector="r1", key=rsa_key(number=2)[0])
    dns = zone(rsa_key(number=3)[1], "r1._domainkey.relay.example")
    view = await read(RECEIVED + foreign, dns)
    assert codes(view) == ["dkim.foreign_signature_fails", "message.read"]


async def test_a_key_that_is_gone_accuses_nobody_where_the_message_is_old() -> None:
    old = RECEIVED.replace(b"24 Nov 2026", b"24 Sep 2026").replace(b"Tue", b"Thu")
    for records in (zone(name="other.example.org"), zone(rsa_key(number=1)[1])):
        view = await read(old + signed(), records)
        assert "message.outdated" in codes(view) and "dkim.key_missing" not in codes(view)
        assert view.sender and view.sender.signatures == ()  # or the domain's keys would be judged by it
    assert "dkim.key_missing" in codes(await read(RECEIVED + signed(), zone(name="other.example.org")))


async def test_what_a_list_changed_accuses_nobody() -> None:
    view = await read(RECEIVED + b"List-Post: <mailto:l@list.example>\r\n" + signed() + b"List footer\r\n")
    found = next(each for each in view.findings if each.code == "message.altered_on_forwarding")
    assert (found.verdict, found.blocked_by) == (Verdict.UNKNOWN, "message.forwarded")
    assert "dkim.body_altered" not in codes(view)


async def test_a_subdomain_signs_for_the_domain_above_it_by_the_walk_and_without_any_record() -> None:
    below = signed(domain="mail.example.org")
    key = "s1._domainkey.mail.example.org"
    record = "v=DMARC1; p=none"
    for dns in (zone(name=key), zone(name=key).add("_dmarc.example.org", "TXT", record)):
        assert codes(await read(RECEIVED + below, dns))[-1] == "message.sound"
    apart = zone(name=key).add("_dmarc.example.org", "TXT", record)
    apart.add("_dmarc.mail.example.org", "TXT", record + "; psd=n")
    assert codes(await read(RECEIVED + below, apart))[-1] == "message.read"


async def test_a_copy_that_differs_from_what_the_receiver_got_accuses_nobody() -> None:
    message = BELIEVED % b"pass" + signed() + b"lost in copying\r\n"
    view = await read(message)
    assert "message.copy_altered" in codes(view) and "dkim.body_altered" not in codes(view)
    assert view.sender and view.sender.signatures[0].verified is None


async def test_a_result_that_stands_below_the_receivers_lines_is_not_believed() -> None:
    forged = RECEIVED + RECEIVED + BELIEVED.partition(b"\r\n")[0] % b"pass" + b"\r\n"
    assert "dkim.body_altered" in codes(await read(forged + signed() + b"footer\r\n"))


async def test_a_receiver_that_refused_what_holds_now_is_told() -> None:
    view = await read(BELIEVED % b"fail" + signed())
    found = next(each for each in view.findings if each.code == "message.receiver_saw_otherwise")
    assert "dkim=fail" in found.summary

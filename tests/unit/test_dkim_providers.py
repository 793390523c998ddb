"""Sound set-ups in the shapes that real services give to a domain: nothing is accused, and each key has its owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from diagnostics.mail.domain import Sender
from tests.servers import dkim_records as made
from tests.servers.zone import Zone
from tests.unit.dkim_domain import D, by, codes, looked, sending, signed, with_key

GOOD = made.rsa_record()
WEAK = made.rsa_record(1024)  # as many services still give it
TOKENS = ("yzhmkuufmn4i6bvrjxxdpbwjmgyfxvn5", "3frqe7jn4obpuxjpwpolz6ipb3k5nvt2", "wrqplteh7oodxnad7hsl4mixg2uavzne")


def cname(zone: Zone, selector: str, target: str, text: Any = GOOD) -> Zone:
    zone.add(f"{selector}._domainkey.{D}", "CNAME", target)
    return zone.add(target, "TXT", text) if text else zone


def google() -> tuple[Zone, Sender]:
    return with_key(sending("include:_spf.google.com", mx="smtp.google.com"), "google", GOOD), by(
        "smtp-relay.gmail.com"
    )


def microsoft() -> tuple[Zone, Sender]:
    zone = sending("include:spf.protection.outlook.com", mx="site-test.mail.protection.outlook.com")
    zone.add(D, "TXT", "MS=ms12345678")
    cname(zone, "selector1", "selector1-site-test._domainkey.tenant.onmicrosoft.com", GOOD + ";")
    return cname(zone, "selector2", "selector2-site-test._domainkey.tenant.onmicrosoft.com", ""), by(
        "smtp.office365.com"
    )


def microsoft_new() -> tuple[Zone, Sender]:
    zone = sending("include:spf.protection.outlook.com", mx="site-test.r-v1.mx.microsoft")
    for number in (1, 2):
        cname(zone, f"selector{number}", f"selector{number}-site-test._domainkey.tenant.r-v1.dkim.mail.microsoft")
    return zone, by("smtp.office365.com")


def microsoft_sold_by_godaddy() -> tuple[Zone, Sender]:
    zone = sending("include:secureserver.net", mx="site-test.mail.protection.outlook.com")
    for number in (1, 2):
        cname(zone, f"selector{number}", f"selector{number}-site-test._domainkey.netorg1.onmicrosoft.com")
    return zone, by("smtp.office365.com")


def sendgrid() -> tuple[Zone, Sender]:
    zone = sending("mx").add(f"em1234.{D}", "CNAME", "u1.wl1.sendgrid.net")
    for number in (1, 2):
        cname(zone, f"s{number}", f"s{number}.domainkey.u1.wl1.sendgrid.net", f"k=rsa; t=s; p={made.rsa_text()}")
    return zone, by("smtp.sendgrid.net")


def ses() -> tuple[Zone, Sender]:
    zone = sending("mx").add(f"bounce.{D}", "TXT", "v=spf1 include:amazonses.com ~all")
    for token in TOKENS:
        cname(zone, token, f"{token}.dkim.amazonses.com", f"p={made.rsa_text()}")
    return zone, signed(TOKENS[0])


def mailgun() -> tuple[Zone, Sender]:
    zone = sending("include:mailgun.org", mx="mxa.mailgun.org")
    return with_key(zone, "pic", f"k=rsa; p={made.rsa_text(1024)}"), by("smtp.mailgun.org")


def postmark() -> tuple[Zone, Sender]:
    zone = sending("mx").add(f"pm-bounces.{D}", "CNAME", "pm.mtasv.net")
    return with_key(zone, "20240102030405pm", f"k=rsa;p={made.rsa_text(1024)}"), signed("20240102030405pm")


def brevo() -> tuple[Zone, Sender]:
    zone = sending("include:spf.brevo.com").add(D, "TXT", "brevo-code:abc")
    for number in (1, 2):
        cname(zone, f"brevo{number}", f"b{number}.site-test.dkim.brevo.com", f"k=rsa;p={made.rsa_text()}")
    return zone, by("smtp-relay.brevo.com")


def brevo_old() -> tuple[Zone, Sender]:
    zone = sending("include:spf.sendinblue.com").add(D, "TXT", "Sendinblue-code:abc")
    return with_key(zone, "mail", f"k=rsa;p={made.rsa_text(1024)}"), by("smtp-relay.sendinblue.com")


def mailchimp() -> tuple[Zone, Sender]:
    zone = cname(cname(sending("mx"), "k2", "dkim2.mcsv.net"), "k3", "dkim3.mcsv.net", made.rsa_record(2048, 3))
    return with_key(zone, "default", GOOD), by(f"mail.{D}")


def mandrill() -> tuple[Zone, Sender]:
    zone = cname(cname(sending("mx"), "mte1", "dkim1.mandrillapp.com"), "mte2", "dkim2.mandrillapp.com", GOOD)
    return zone, by("smtp.mandrillapp.com")


def zoho() -> tuple[Zone, Sender]:
    zone = sending("include:zohomail.eu", mx="mx.zoho.eu").add(D, "TXT", "zoho-verification=zb1.zmverify.zoho.eu")
    return with_key(zone, "zmail", GOOD), by("smtp.zoho.eu")


def fastmail() -> tuple[Zone, Sender]:
    zone = sending("include:spf.messagingengine.com", mx="in1-smtp.messagingengine.com")
    for number in (1, 2, 3):
        cname(zone, f"fm{number}", f"fm{number}.{D}.dkim.fmhosted.com", GOOD if number < 3 else "v=DKIM1; k=rsa; p=")
    return zone, by("smtp.fastmail.com")


def proton() -> tuple[Zone, Sender]:
    zone = sending("include:_spf.protonmail.ch", mx="mail.protonmail.ch")
    zone.add(D, "TXT", "protonmail-verification=0123456789abcdef")
    for suffix in ("", "2", "3"):
        cname(zone, f"protonmail{suffix}", f"protonmail{suffix}.domainkey.dabc.domains.proton.ch")
    return zone, by("smtp.protonmail.ch")


def icloud() -> tuple[Zone, Sender]:
    zone = sending("include:icloud.com", mx="mx01.mail.icloud.com").add(D, "TXT", "apple-domain=abc")
    return cname(zone, "sig1", f"sig1.dkim.{D}.at.icloudmailadmin.com"), by("smtp.mail.me.com")


def resend() -> tuple[Zone, Sender]:
    zone = sending("mx").add(f"send.{D}", "TXT", "v=spf1 include:amazonses.com ~all")
    return with_key(zone, "resend", f"p={made.rsa_text(1024)}"), by("smtp.resend.com")


def hostinger() -> tuple[Zone, Sender]:
    zone = sending("include:_spf.mail.hostinger.com", mx="mx1.hostinger.com")
    for letter in "abc":
        cname(zone, f"hostingermail-{letter}", f"hostingermail-{letter}.dkim.mail.hostinger.com")
    return zone, by("smtp.hostinger.com")


def ionos() -> tuple[Zone, Sender]:
    zone = sending("include:_spf-eu.ionos.com", mx="mx00.ionos.de")
    for selector, target in (("s1-ionos", "s1"), ("s2-ionos", "s2"), ("s42582890", "s42582890")):
        cname(zone, selector, f"{target}.dkim.ionos.com")
    return zone, by("smtp.ionos.de")


def onecom() -> tuple[Zone, Sender]:
    zone = sending("include:_custspf.one.com", mx="mx1.pub.mailpod1.one.com")
    for selector, text in (("rsa1", GOOD), ("rsa2", GOOD), ("ed1", made.ed25519_record())):
        cname(zone, selector, f"{selector}.dkim.c1.service.one", text)
    return zone, by("send.one.com")


def cpanel() -> tuple[Zone, Sender]:
    zone = sending("+a", "+mx", "+ip4:192.0.2.1", mx=D)
    return with_key(zone, "default", made.rsa_record() + ";"), by(f"mail.{D}")


def own_server_with_both_types() -> tuple[Zone, Sender]:
    zone = with_key(with_key(sending("mx", mx=f"mx.{D}"), "2024a", GOOD), "2024b", made.ed25519_record())
    return zone, signed("2024b")


def mailpoet_beside_google() -> tuple[Zone, Sender]:
    zone, _ = google()
    for number in (1, 2):
        cname(zone, f"mailpoet{number}", f"dkim{number}.sendingservice.net")
    return zone, by("smtp.sendingservice.net")


def smtp2go() -> tuple[Zone, Sender]:
    zone = sending("mx").add(f"em567890.{D}", "CNAME", "return.smtp2go.net")
    return cname(zone, "s567890", "dkim.smtp2go.net", WEAK), signed("s567890")


SHAPES: dict[Callable[[], tuple[Zone, Sender]], str] = {
    google: "google",
    microsoft: "microsoft365",
    microsoft_new: "microsoft365",
    microsoft_sold_by_godaddy: "microsoft365",
    sendgrid: "sendgrid",
    ses: "ses",
    mailgun: "mailgun",
    postmark: "postmark",
    brevo: "brevo",
    brevo_old: "brevo",
    mailchimp: "mailchimp",
    mandrill: "mandrill",
    zoho: "zoho",
    fastmail: "fastmail",
    proton: "proton",
    icloud: "icloud",
    resend: "resend",
    hostinger: "hostinger",
    ionos: "ionos",
    onecom: "onecom",
    cpanel: "",
    own_server_with_both_types: "",
    mailpoet_beside_google: "mailpoet",
    smtp2go: "smtp2go",
}


@pytest.mark.parametrize(("shape", "owner"), SHAPES.items(), ids=[each.__name__ for each in SHAPES])
async def test_a_sound_set_up_is_accused_of_nothing_and_its_keys_have_their_owner(
    shape: Callable[[], tuple[Zone, Sender]], owner: str
) -> None:
    zone, sender = shape()
    view = await looked(zone, sender)
    told = codes(view)
    # 1,024 bits where the customer can choose more: advice, and the only thing to say.
    assert told == (["dkim.key_weak"] if shape is mailgun else [])
    assert owner in {each.evidence["provider"] for each in view.findings}
    signing = view.signing(sender)
    assert signing and all(each.usable for each in signing)


@pytest.mark.parametrize("shape", SHAPES, ids=[each.__name__ for each in SHAPES])
async def test_without_a_word_about_the_sender_nothing_is_accused_either(
    shape: Callable[[], tuple[Zone, Sender]],
) -> None:
    zone, _ = shape()
    told = set(codes(await looked(zone)))
    # What cannot be guessed is not known; it is never called missing.
    unguessable = {"dkim.not_found"} if shape in (ses, postmark, smtp2go, own_server_with_both_types) else set()
    assert told == ({"dkim.key_weak"} if shape is mailgun else unguessable)

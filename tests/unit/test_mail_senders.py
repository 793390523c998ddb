"""Who sends: the table's rows are found by what a domain shows, and nothing that others use too proves a service."""

from __future__ import annotations

import re

import pytest

from diagnostics.mail import providers
from diagnostics.mail.senders import (
    SENDERS,
    Proof,
    SendingService,
    Traces,
    by_bounce_target,
    by_include,
    by_key_target,
    by_mx,
    by_name,
    by_relay,
    by_selector,
    by_verification,
    general_selectors,
    guess,
)

SES_TOKEN = "yzhmkuufmn4i6bvrjxxdpbwjmgyfxvn5"


def name(service: SendingService | None) -> str:
    return service.name if service else ""


@pytest.mark.parametrize(
    ("include", "service"),
    [
        ("_spf.google.com", "google"),
        ("spf.protection.outlook.com", "microsoft365"),
        ("sendgrid.net", "sendgrid"),
        ("u1234.wl.sendgrid.net", "sendgrid"),
        ("spf.sendinblue.com", "brevo"),
        ("servers.mcsv.net", "mailchimp"),
        ("12345.spf07.hubspotemail.net", "hubspot"),
        ("site.test.spf.auto.dnssmarthost.net", "siteground"),
        ("_SPF.Strato.com.", "strato"),
        ("eu._netblocks.mimecast.com", "mimecast"),
        ("spf.efwd.registrar-servers.com", "namecheap_forwarding"),
        ("zoho.eu", "zoho"),
        ("notsendgrid.net", ""),
        ("example.org", ""),
        ("", ""),
    ],
)
def test_an_include_names_its_service(include: str, service: str) -> None:
    assert name(by_include(include)) == service


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("s1.domainkey.u123.wl045.sendgrid.net", "sendgrid"),
        ("selector1-site-test._domainkey.tenant.onmicrosoft.com", "microsoft365"),
        ("selector1-site-test._domainkey.tenant.r-v1.dkim.mail.microsoft", "microsoft365"),
        (f"{SES_TOKEN}.dkim.amazonses.com", "ses"),
        (f"{SES_TOKEN}.dkim.eu-south-1.amazonses.com", "ses"),
        ("dkim2.mcsv.net", "mailchimp"),
        ("dkim1.mandrillapp.com", "mandrill"),
        ("b1.site-test.dkim.brevo.com", "brevo"),
        ("fm1.site.test.dkim.fmhosted.com", "fastmail"),
        ("protonmail.domainkey.dabc.domains.proton.ch", "proton"),
        ("sig1.dkim.site.test.at.icloudmailadmin.com", "icloud"),
        ("s1.dkim.site_test.749.onsecureserver.net", "godaddy"),
        ("rsa1.dkim.c420fb9ld.service.one", "onecom"),
        ("ovhmo-selector-1._domainkey.4633691.io.dkim.mail.ovh.net", "ovh"),
        ("elsewhere.test", ""),
    ],
)
def test_a_key_s_cname_names_its_service_whatever_the_selector(target: str, service: str) -> None:
    assert name(by_key_target(target)) == service


@pytest.mark.parametrize(
    ("selector", "service"),
    [
        (SES_TOKEN, "ses"),
        ("20190102030405pm", "postmark"),
        ("scph0922", "sparkpost"),
        ("hs1-1234567", "hubspot"),
        ("google", "google"),
        ("Brevo1", "brevo"),
        ("strato-dkim-0003", "strato"),
        ("20230101-abcd1234", "rackspace"),
        ("mimecast20230601", "mimecast"),
    ],
)
def test_a_selector_that_nobody_else_uses_names_its_service(selector: str, service: str) -> None:
    assert name(by_selector(selector)) == service


@pytest.mark.parametrize(
    "selector",
    ["s1", "k1", "mail", "default", "dkim", "mx", "pm", "api", "smtp", "selector1", "selector2", "20230601", "s12345"],
)
def test_a_selector_that_many_use_proves_nothing(selector: str) -> None:
    assert by_selector(selector) is None


@pytest.mark.parametrize(
    ("relay", "service"),
    [
        ("smtp.sendgrid.net", "sendgrid"),
        ("email-smtp.eu-west-1.amazonaws.com", "ses"),
        ("ec2-192-0-2-1.compute.amazonaws.com", ""),
        ("smtp.office365.com", "microsoft365"),
        ("smtp-relay.gmail.com", "google"),
        ("smtp-relay.brevo.com", "brevo"),
        ("smtp.sendingservice.net", "mailpoet"),
        ("mail.privateemail.com", "namecheap"),
        ("mail.example.org", ""),
    ],
)
def test_a_relay_names_its_service(relay: str, service: str) -> None:
    assert name(by_relay(relay)) == service


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("aspmx.l.google.com", "google"),
        ("site-test.mail.protection.outlook.com", "microsoft365"),
        ("inbound-smtp.eu-west-1.amazonaws.com", "ses"),
        ("ec2-192-0-2-1.eu-west-1.compute.amazonaws.com", ""),
        ("eforward1.registrar-servers.com", "namecheap_forwarding"),
        ("mx.zoho.eu", "zoho"),
        ("route1.mx.cloudflare.net", "cloudflare_routing"),
        ("mail.example.org", ""),
    ],
)
def test_a_mail_exchanger_names_who_receives(host: str, service: str) -> None:
    assert name(by_mx(host)) == service


def test_a_verification_record_names_who_asked_for_it_and_google_s_does_not() -> None:
    assert name(by_verification("MS=ms12345678")) == "microsoft365"
    assert name(by_verification("protonmail-verification=0123")) == "proton"
    assert name(by_verification("brevo-code:abc")) == name(by_verification("Sendinblue-code:abc")) == "brevo"
    assert by_verification("google-site-verification=abc") is None
    assert by_verification("v=spf1 -all") is None


def test_a_bounce_subdomain_names_its_service() -> None:
    assert name(by_bounce_target("pm.mtasv.net")) == "postmark"
    assert name(by_bounce_target("u123.wl045.sendgrid.net")) == "sendgrid"


def test_the_region_of_the_relay_decides_the_include() -> None:
    ionos = by_name("ionos")
    assert ionos
    assert ionos.include_of("site.test", "smtp.ionos.com") == "_spf-us.ionos.com"
    assert ionos.include_of("site.test", "smtp.ionos.de") == "_spf-eu.ionos.com"
    siteground = by_name("siteground")
    assert siteground and siteground.include_of("site.test") == "site.test.spf.auto.dnssmarthost.net"


def test_a_cname_that_is_the_same_for_all_is_known_whole() -> None:
    brevo = by_name("brevo")
    assert brevo and brevo.key_target("brevo1", "shop.example.co.uk") == "b1.shop-example-co-uk.dkim.brevo.com"
    assert brevo.key_target("mail", "example.org") == ""


def test_the_best_proof_comes_first_and_each_service_once() -> None:
    suspects = guess(
        Traces(
            relays=("smtp.sendgrid.net",),
            key_targets=("dkim2.mcsv.net", "s1.domainkey.u1.wl1.sendgrid.net"),
            includes=("_spf.google.com", "servers.mcsv.net"),
            exchangers=("aspmx.l.google.com",),
            texts=("MS=ms1", "v=spf1 -all"),
            selectors=("resend", "s1"),
        )
    )
    assert [(each.service.name, each.proof) for each in suspects] == [
        ("sendgrid", Proof.RELAY),
        ("mailchimp", Proof.KEY_TARGET),
        ("google", Proof.INCLUDE),
        ("microsoft365", Proof.VERIFICATION),
        ("resend", Proof.SELECTOR),
    ]
    assert suspects[2].seen == "_spf.google.com"


def test_a_message_that_a_service_signed_as_itself_is_the_best_proof() -> None:
    [first, *_] = guess(Traces(signing_domains=("sendgrid.net",), relays=("smtp.brevo.com",)))
    assert (first.service.name, first.proof) == ("sendgrid", Proof.SIGNATURE)


def test_no_two_rows_claim_the_same_mark() -> None:
    for marks in ("includes", "key_targets", "mx", "verifications", "bounce_targets"):
        claimed = [mark for each in SENDERS for mark in getattr(each, marks)]
        assert len(claimed) == len(set(claimed)), marks
    assert len({each.name for each in SENDERS}) == len(SENDERS)


def test_every_row_keeps_its_own_rules() -> None:
    for each in SENDERS:
        for pattern in (each.rule, each.telling):
            re.compile(pattern)
        for form in each.key_forms:
            assert form.selector in each.selectors
            found = by_key_target(form.target_for("site.test"))
            assert found is each, form
        if each.include and each.includes:
            assert by_include(each.include_of("site.test")) is each
        for _, include in each.include_for:
            assert by_include(include) is each
        for selector in each.selectors:
            assert by_selector(selector) in (None, each), selector
        assert each.panel


def test_every_relay_provider_that_serves_other_domains_has_a_row() -> None:
    mailboxes_of_their_own = {"outlook", "yahoo", "orange"}
    assert {each.name for each in providers.PROVIDERS} - mailboxes_of_their_own <= {each.name for each in SENDERS}


def test_the_general_list_is_short_and_has_no_name_twice() -> None:
    tried = general_selectors()
    assert len(tried) == len(set(tried)) <= 70
    assert {"default", "google", "selector1", "s1", "k1", "dkim", "mail"} <= set(tried)

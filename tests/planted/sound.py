"""Sound set-ups in the shapes of real providers: nothing in them may be accused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.planted.keys import ed25519_key, rsa_key
from tests.planted.planted import Planted, Records, own, sender, webhost
from tests.planted.providers import SES_TOKENS, address_of, host_of, include_of


def _through(
    name: str,
    provider: str,
    keys: Iterable[tuple[str, str, Any]],
    *,
    selector: str,
    include: str = "",
    mail_from: str = "",
    relay: str = "",
    spf: str = "",
    more: Records = (),
    dmarc: str = "v=DMARC1; p=reject; rua=mailto:dmarc@{domain}",
) -> Planted:
    """A domain that sends through *provider*; *keys* are (label under _domainkey, type, value)."""
    domain = f"{name}.test"
    record = spf or f"v=spf1 include:{include or include_of(provider)} ~all"
    dkim = [(f"{label}._domainkey.{domain}", kind, value) for label, kind, value in keys]
    stream = sender(
        domain,
        ip=address_of(provider),
        helo=host_of(provider),
        mail_from=mail_from.replace("{domain}", domain),
        signed=[(domain, selector)],
        relay=relay,
    )
    more = [(each[0].replace("{domain}", domain), each[1], each[2]) for each in more]
    return Planted(
        f"sound: {name}", domain, own(domain, spf=record, dkim=None, dmarc=dmarc, more=[*dkim, *more]), (stream,)
    )


_KEY = rsa_key()
PROVIDED: tuple[Planted, ...] = (
    webhost("webhost"),
    webhost("webhost-reject", dmarc="v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s; rua=mailto:d@{domain}"),
    webhost("webhost-monitoring", dmarc="v=DMARC1; p=none; rua=mailto:d@{domain}"),
    webhost("webhost-dmarc-test", dmarc="v=DMARC1; p=reject; t=y; rua=mailto:d@{domain}"),
    webhost("webhost-a-mx", spf="v=spf1 a mx ip4:45.10.20.30 -all"),
    webhost(
        "webhost-redirect",
        spf="v=spf1 redirect=_spf.{domain}",
        more=[("_spf.webhost-redirect.test", "TXT", "v=spf1 ip4:45.10.20.0/24 -all")],
    ),
    webhost(
        "webhost-macro",
        spf="v=spf1 exists:%{i}._ok.{domain} -all",
        more=[("45.10.20.30._ok.webhost-macro.test", "A", "127.0.0.2")],
    ),
    webhost(
        "webhost-other-txt",
        more=[
            ("webhost-other-txt.test", "TXT", "google-site-verification=abc"),
            ("webhost-other-txt.test", "TXT", "MS=ms12345678"),
        ],
    ),
    Planted(
        "sound: both algorithms",
        "both-keys.test",
        own("both-keys.test", more=[("ed._domainkey.both-keys.test", "TXT", ed25519_key())]),
        (sender("both-keys.test", signed=[("both-keys.test", "site"), ("both-keys.test", "ed")]),),
    ),
    Planted(
        "sound: a subdomain sends, the parent's policy covers it",
        "news.parent-org.test",
        [
            *own("parent-org.test", dmarc="v=DMARC1; p=quarantine; sp=quarantine; rua=mailto:d@parent-org.test"),
            *own("news.parent-org.test", dmarc=None),
        ],
        (sender("news.parent-org.test"),),
    ),
    Planted(
        "sound: reports go to another domain that allows it",
        "foreign-rua.test",
        own(
            "foreign-rua.test",
            dmarc="v=DMARC1; p=none; rua=mailto:r@reports.test",
            more=[
                ("reports.test", "MX", (10, "mx.reports.test")),
                ("mx.reports.test", "A", "45.10.21.1"),
                ("foreign-rua.test._report._dmarc.reports.test", "TXT", "v=DMARC1"),
            ],
        ),
        (sender("foreign-rua.test"),),
    ),
    Planted(
        "sound: exactly ten lookups",
        "ten-lookups.test",
        own(
            "ten-lookups.test",
            spf="v=spf1 " + " ".join(f"include:s{n}.ten-lookups.test" for n in range(10)) + " ~all",
            more=[(f"s{n}.ten-lookups.test", "TXT", f"v=spf1 ip4:45.10.{20 + n}.0/24 -all") for n in range(10)],
        ),
        (sender("ten-lookups.test"),),
    ),
    Planted(
        "sound: forwarding breaks SPF, DKIM holds",
        "dkim-only.test",
        own("dkim-only.test", spf="v=spf1 ip4:45.10.20.0/24 ~all"),
        (sender("dkim-only.test", mail_from="dkim-only.test", ip="45.10.20.30"),),
    ),
    _through(
        "workspace",
        "google.com",
        [("google", "TXT", _KEY)],
        selector="google",
        more=[("{domain}", "MX", (1, "smtp.google.com")), ("smtp.google.com", "A", "142.251.1.27")],
    ),
    _through(
        "microsoft",
        "outlook.com",
        [
            ("selector1", "CNAME", "selector1-tenant-test._domainkey.tenant.onmicrosoft.com"),
            ("selector2", "CNAME", "selector2-tenant-test._domainkey.tenant.onmicrosoft.com"),
        ],
        selector="selector1",
    ),
    _through(
        "ses",
        "amazonses.com",
        [(token, "CNAME", f"{token}.dkim.amazonses.com") for token in SES_TOKENS],
        selector=SES_TOKENS[0],
        mail_from="bounce.{domain}",
        spf="v=spf1 -all",
        more=[
            ("bounce.{domain}", "TXT", "v=spf1 include:amazonses.com ~all"),
            ("bounce.{domain}", "MX", (10, "feedback-smtp.eu-west-1.amazonses.com")),
            ("feedback-smtp.eu-west-1.amazonses.com", "A", "54.240.9.1"),
        ],
    ),
    _through(
        "sendgrid",
        "sendgrid.net",
        [
            ("s1", "CNAME", "s1.domainkey.u1234567.wl.sendgrid.net"),
            ("s2", "CNAME", "s2.domainkey.u1234567.wl.sendgrid.net"),
        ],
        selector="s1",
        mail_from="em1234.{domain}",
        relay="smtp.sendgrid.net",
        spf="v=spf1 mx ~all",
        more=[
            ("em1234.{domain}", "CNAME", "u1234567.wl.sendgrid.net"),
            ("u1234567.wl.sendgrid.net", "TXT", "v=spf1 ip4:167.89.40.0/24 -all"),
        ],
    ),
    _through(
        "mailgun",
        "mailgun.org",
        [("pic", "TXT", _KEY)],
        selector="pic",
        include="mailgun.org",
        spf="v=spf1 include:mailgun.org ip4:69.72.32.5 ~all",
    ),
    _through(
        "postmark",
        "mtasv.net",
        [("20240110120000pm", "TXT", _KEY)],
        selector="20240110120000pm",
        mail_from="pm-bounces.{domain}",
        spf="v=spf1 mx ~all",
        more=[
            ("pm-bounces.{domain}", "CNAME", "pm.mtasv.net"),
            ("pm.mtasv.net", "TXT", "v=spf1 ip4:50.31.156.96/27 -all"),
        ],
    ),
    _through(
        "brevo",
        "brevo.com",
        [("brevo1", "CNAME", "b1.brevo-test.dkim.brevo.com"), ("brevo2", "CNAME", "b2.brevo-test.dkim.brevo.com")],
        selector="brevo1",
        more=[("b1.brevo-test.dkim.brevo.com", "TXT", _KEY), ("b2.brevo-test.dkim.brevo.com", "TXT", _KEY)],
    ),
    _through(
        "mailchimp",
        "mcsv.net",
        [("k2", "CNAME", "dkim2.mcsv.net"), ("k3", "CNAME", "dkim3.mcsv.net")],
        selector="k2",
        mail_from="servers.mcsv.net",
        spf="v=spf1 mx ~all",
    ),
    _through(
        "mandrill",
        "mandrillapp.com",
        [("mte1", "CNAME", "dkim1.mandrillapp.com"), ("mte2", "CNAME", "dkim2.mandrillapp.com")],
        selector="mte1",
    ),
    _through("mailjet", "mailjet.com", [("mailjet", "TXT", _KEY)], selector="mailjet"),
    _through("sparkpost", "sparkpostmail.com", [("scph0124", "TXT", _KEY)], selector="scph0124"),
    _through("smtp2go", "smtp2go.com", [("s123456", "CNAME", "dkim.smtp2go.net")], selector="s123456"),
    _through("elastic", "elasticemail.com", [("api", "TXT", _KEY)], selector="api"),
    _through("zoho", "zohomail.com", [("zmail", "TXT", _KEY)], selector="zmail"),
    _through(
        "fastmail",
        "messagingengine.com",
        [(f"fm{n}", "CNAME", f"fm{n}.fastmail.test.dkim.fmhosted.com") for n in (1, 2, 3)],
        selector="fm1",
        more=[(f"fm{n}.fastmail.test.dkim.fmhosted.com", "TXT", _KEY) for n in (1, 2, 3)],
    ),
    _through(
        "proton",
        "protonmail.ch",
        [(s, "CNAME", f"{s}.domainkey.d4x5k.domains.proton.ch") for s in ("protonmail", "protonmail2", "protonmail3")],
        selector="protonmail",
    ),
    _through(
        "ionos",
        "ionos.com",
        [("s1-ionos", "CNAME", "s1.dkim.ionos.com"), ("s2-ionos", "CNAME", "s2.dkim.ionos.com")],
        selector="s1-ionos",
    ),
    _through(
        "hostinger",
        "hostinger.com",
        [(f"hostingermail-{x}", "CNAME", f"hostingermail-{x}.dkim.mail.hostinger.com") for x in "abc"],
        selector="hostingermail-a",
    ),
    _through(
        "icloud",
        "icloud.com",
        [("sig1", "CNAME", "sig1.dkim.icloud.test.at.icloudmailadmin.com")],
        selector="sig1",
        more=[("sig1.dkim.icloud.test.at.icloudmailadmin.com", "TXT", _KEY)],
    ),
    _through("private-email", "privateemail.com", [("default", "TXT", _KEY)], selector="default"),
)

"""Sound domains in shapes that are no provider's: parked, with wildcards, records kept by others, services at once."""

from __future__ import annotations

from diagnostics.mail.domain import Sender
from tests.planted.keys import rsa_key
from tests.planted.planted import HOST_IP, Planted, Records, own, sender, webhost
from tests.planted.providers import address_of, host_of


def _aliases(domain: str, selector: str, target: str) -> Records:
    return [(f"{selector}._domainkey.{domain}", "CNAME", target)]


_KEY = rsa_key()
SHAPES: tuple[Planted, ...] = (
    Planted(
        "sound: a domain that sends nothing and says so",
        "parked.test",
        own(
            "parked.test",
            spf="v=spf1 -all",
            dkim=None,
            dmarc="v=DMARC1; p=reject",
            without=["MX"],
            more=[("parked.test", "MX", (0, ".")), ("*._domainkey.parked.test", "TXT", "v=DKIM1; p=")],
        ),
        (),
    ),
    Planted(
        "sound: a domain that sends nothing, without null MX",
        "quiet.test",
        own("quiet.test", spf="v=spf1 -all", dkim=None, dmarc="v=DMARC1; p=reject", without=["MX"]),
        (),
    ),
    webhost(
        "hosted-spf",
        spf="v=spf1 include:%{ir}.%{v}.%{d}.spf.has.pphosted.com ~all",
        more=[("30.20.10.45.in-addr.hosted-spf.test.spf.has.pphosted.com", "TXT", f"v=spf1 ip4:{HOST_IP} -all")],
    ),
    webhost(
        "hosted-dmarc",
        dmarc=None,
        more=[
            ("_dmarc.hosted-dmarc.test", "CNAME", "hosted-dmarc.test.records.dmarckeeper.test"),
            (
                "hosted-dmarc.test.records.dmarckeeper.test",
                "TXT",
                ("v=DMARC1; p=reject; rua=mailto:x@dmarc", "keeper.test; sp=reject"),
            ),
            ("dmarckeeper.test", "MX", (10, "mx.dmarckeeper.test")),
            ("mx.dmarckeeper.test", "A", "45.10.21.7"),
            ("*._report._dmarc.dmarckeeper.test", "TXT", "v=DMARC1"),
        ],
    ),
    webhost(
        "wildcards",
        more=[
            ("*.wildcards.test", "A", "45.10.20.80"),
            ("*.wildcards.test", "MX", (10, "mx.wildcards.test")),
            ("*.wildcards.test", "TXT", "v=spf1 -all"),
        ],
    ),
    Planted(
        "sound: wildcards, and its keys at a subdomain",
        "wildcards-mg.test",
        own(
            "wildcards-mg.test",
            spf="v=spf1 mx ~all",
            dkim=None,
            more=[
                ("*.wildcards-mg.test", "TXT", "v=spf1 -all"),
                ("mg.wildcards-mg.test", "TXT", "v=spf1 include:mailgun.org ~all"),
                ("pic._domainkey.mg.wildcards-mg.test", "TXT", _KEY),
            ],
        ),
        (Sender("wildcards-mg.test", relay="smtp.mailgun.org", known_by="site", messages_day=20),),
    ),
    Planted(
        "sound: Mailgun at a subdomain, known by its relay alone",
        "mailgun-below.test",
        own(
            "mailgun-below.test",
            spf="v=spf1 mx ~all",
            dkim=None,
            more=[
                ("mg.mailgun-below.test", "TXT", "v=spf1 include:mailgun.org ~all"),
                ("pic._domainkey.mg.mailgun-below.test", "TXT", _KEY),
            ],
        ),
        (Sender("mailgun-below.test", relay="smtp.mailgun.org", known_by="site", messages_day=20),),
    ),
    Planted(
        "sound: four services at once",
        "four-services.test",
        own(
            "four-services.test",
            spf="v=spf1 include:spf.protection.outlook.com include:sendgrid.net include:_spf.google.com mx a ~all",
            dkim=None,
            more=[
                *_aliases("four-services.test", "selector1", "selector1-tenant-test._domainkey.tenant.onmicrosoft.com"),
                *_aliases("four-services.test", "selector2", "selector2-tenant-test._domainkey.tenant.onmicrosoft.com"),
                *_aliases("four-services.test", "s1", "s1.domainkey.u1234567.wl.sendgrid.net"),
                *_aliases("four-services.test", "k2", "dkim2.mcsv.net"),
                *_aliases("four-services.test", "k3", "dkim3.mcsv.net"),
                ("google._domainkey.four-services.test", "TXT", _KEY),
                ("em1234.four-services.test", "CNAME", "u1234567.wl.sendgrid.net"),
            ],
        ),
        (
            sender(
                "four-services.test",
                ip=address_of("sendgrid.net"),
                helo=host_of("sendgrid.net"),
                mail_from="em1234.four-services.test",
                signed=[("four-services.test", "s1")],
                relay="smtp.sendgrid.net",
            ),
        ),
    ),
)

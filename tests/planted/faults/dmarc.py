"""Planted faults of DMARC. The code is that which must be named as the cause."""

from __future__ import annotations

from tests.planted.keys import rsa_key
from tests.planted.planted import HOST_IP, Planted, fault, own, sender
from tests.planted.providers import address_of, host_of

_KEY = rsa_key()
DMARC: tuple[Planted, ...] = (
    fault(
        "dmarc name doubled",
        "dns.wrong_name",
        dmarc=None,
        more=[("_dmarc.{domain}.{domain}", "TXT", "v=DMARC1; p=none; rua=mailto:d@{domain}")],
    ),
    fault(
        "signed by the relay only",
        "dmarc.not_aligned",
        spf="v=spf1 mx ip4:45.10.20.30 ~all",
        dmarc="v=DMARC1; p=reject; rua=mailto:d@{domain}",
        senders=lambda d: (
            sender(
                d,
                ip=address_of("sendgrid.net"),
                helo=host_of("sendgrid.net"),
                mail_from="sendgrid.net",
                signed=[("sendgrid.net", "s1")],
                relay="smtp.sendgrid.net",
            ),
        ),
        more=[("s1._domainkey.sendgrid.net", "TXT", _KEY)],
        remedy="letter",
    ),
    fault("no dmarc", "dmarc.missing", dmarc=None),
    fault("two dmarc", "dmarc.multiple", more=[("_dmarc.{domain}", "TXT", "v=DMARC1; p=none; rua=mailto:d@{domain}")]),
    fault("dmarc typing error", "dmarc.malformed", dmarc="v=DMARC1; p=rejct; rua=mailto:d@{domain}"),
    fault("dmarc with leading space", "dmarc.malformed", dmarc=" v=DMARC1; p=none; rua=mailto:d@{domain}"),
    fault(
        "dmarc reports not allowed",
        "dmarc.report_unauthorised",
        dmarc="v=DMARC1; p=none; rua=mailto:x@reports2.test",
        more=[("reports2.test", "MX", (10, "mx.reports2.test")), ("mx.reports2.test", "A", "45.10.21.2")],
        remedy="letter",
    ),
    Planted(
        "subdomain refused by the parent's policy",
        "shop.strict-parent.test",
        [
            *own("strict-parent.test", dmarc="v=DMARC1; p=none; sp=reject; rua=mailto:d@strict-parent.test"),
            *own("shop.strict-parent.test", spf=f"v=spf1 ip4:{HOST_IP} ~all", dkim=None, dmarc=None),
        ],
        (sender("shop.strict-parent.test", mail_from="bounces.hoster.test", signed=()),),
        "dmarc.subdomain_policy",
        remedy="words",
    ),
    fault("dmarc without reports", "dmarc.no_reports", dmarc="v=DMARC1; p=quarantine", remedy="words"),
    fault("dmarc with commas", "dmarc.malformed", dmarc="v=DMARC1, p=none, rua=mailto:d@{domain}"),
    fault(
        "forwarded by the bounce domain",
        "dmarc.not_aligned",
        dmarc="v=DMARC1; p=quarantine; rua=mailto:d@{domain}",
        senders=lambda d: (sender(d, mail_from="bounces.hoster.test", signed=[("hoster.test", "h1")]),),
        more=[("h1._domainkey.hoster.test", "TXT", _KEY)],
        remedy="words",
    ),
    fault(
        "hosted dmarc that is gone",
        "dmarc.missing",
        dmarc=None,
        more=[("_dmarc.{domain}", "CNAME", "gone.records.dmarckeeper.test")],
    ),
    fault("no dmarc below a wildcard", "dmarc.missing", dmarc=None, more=[("*.{domain}", "CNAME", "{domain}.")]),
)

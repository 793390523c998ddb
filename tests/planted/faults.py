"""Sending domains with one planted fault each, and the code that must be named as the cause.

The numbers are those of the list of faults that this product is held against; the rest is our own.
"""

from __future__ import annotations

from typing import Any

from tests.planted.keys import rsa_key, short_rsa_key
from tests.planted.planted import HOST_IP, OTHER_IP, Planted, Records, own, sender
from tests.planted.providers import address_of, host_of

_KEY = rsa_key()
# cryptography makes no key below 1,024 bits; this modulus of 768 is random digits and was never anybody's.
SHORT_KEY = short_rsa_key(768)


def _fault(
    name: str, code: str, *, senders: Any = None, remedy: str = "record", domain: str = "", **told: Any
) -> Planted:
    domain = domain or f"{name.replace(' ', '-')}.test"
    fill = lambda value: value.replace("{domain}", domain) if isinstance(value, str) else value  # noqa: E731
    more: Records = [(fill(n), k, fill(v)) for n, k, v in told.pop("more", ())]
    records = own(domain, **{key: fill(value) for key, value in told.items()}, more=more)
    return Planted(name, domain, records, senders(domain) if senders else (sender(domain),), code, remedy=remedy)


def _unsigned(domain: str) -> Any:
    return (sender(domain, signed=()),)


FAULTS: tuple[Planted, ...] = (
    _fault("no spf", "spf.missing", spf=None),
    _fault("two spf", "spf.multiple", more=[("{domain}", "TXT", "v=spf1 include:_spf.google.com ~all")]),
    _fault(
        "eleven lookups",
        "spf.too_many_lookups",
        spf="v=spf1 include:a.{domain} include:b.{domain} ip4:45.10.20.30 ~all",
        more=[
            (
                "a.{domain}",
                "TXT",
                "v=spf1 " + " ".join(f"include:a{n}.eleven-lookups.test" for n in range(5)) + " -all",
            ),
            (
                "b.{domain}",
                "TXT",
                "v=spf1 " + " ".join(f"include:b{n}.eleven-lookups.test" for n in range(5)) + " -all",
            ),
            *((f"{x}{n}.{{domain}}", "TXT", f"v=spf1 ip4:46.{n}.{ord(x)}.0/24 -all") for n in range(5) for x in "ab"),
        ],
    ),
    _fault(
        "three voids", "spf.too_many_voids", spf="v=spf1 a:x1.{domain} a:x2.{domain} a:x3.{domain} ip4:45.10.20.30 ~all"
    ),
    _fault("include without spf", "spf.include_broken", spf="v=spf1 include:nothing.{domain} ip4:45.10.20.30 ~all"),
    _fault(
        "include loop",
        "spf.loop",
        spf="v=spf1 include:l1.{domain} ip4:45.10.20.30 ~all",
        more=[
            ("l1.{domain}", "TXT", "v=spf1 include:l2.{domain} -all"),
            ("l2.{domain}", "TXT", "v=spf1 include:l1.{domain} -all"),
        ],
    ),
    _fault("plus all", "spf.allows_everyone", spf="v=spf1 ip4:45.10.20.30 +all"),
    _fault("terms after all", "spf.unreachable_terms", spf="v=spf1 ~all ip4:45.10.20.30 mx"),
    _fault(
        "relay not in spf",
        "spf.sender_not_authorised",
        senders=lambda d: (sender(d, ip=OTHER_IP, helo="out2.hoster.test", signed=()),),
        more=[("out2.hoster.test", "A", OTHER_IP), ("99.20.10.45.in-addr.arpa", "PTR", "out2.hoster.test")],
        dkim=None,
    ),
    _fault("spf in quotes", "spf.malformed", spf='"v=spf1 mx ip4:45.10.20.30 ~all"'),
    _fault("spf with leading space", "spf.malformed", spf=" v=spf1 mx ip4:45.10.20.30 ~all"),
    _fault("spf typing error", "spf.malformed", spf="v=spf1 mx ipv4:45.10.20.30 ~all"),
    _fault("type 99 only", "spf.type_99", spf=None, more=[("{domain}", "SPF", "v=spf1 mx ip4:45.10.20.30 ~all")]),
    _fault("spf on www", "dns.wrong_name", spf=None, more=[("www.{domain}", "TXT", "v=spf1 mx ip4:45.10.20.30 ~all")]),
    _fault(
        "dmarc name doubled",
        "dns.wrong_name",
        dmarc=None,
        more=[("_dmarc.{domain}.{domain}", "TXT", "v=DMARC1; p=none; rua=mailto:d@{domain}")],
    ),
    _fault("dkim key missing", "dkim.key_missing", dkim=None, remedy="letter"),
    _fault("dkim key truncated", "dkim.key_malformed", dkim=_KEY[:255], remedy="letter"),
    _fault(
        "dkim key in two records",
        "dkim.key_malformed",
        dkim=_KEY[:200],
        more=[("site._domainkey.{domain}", "TXT", _KEY[200:])],
    ),
    _fault("dkim key in quotes", "dkim.key_malformed", dkim=f'"{_KEY}"'),
    _fault("dkim key revoked", "dkim.key_revoked", dkim="v=DKIM1; k=rsa; p=", remedy="letter"),
    _fault("dkim key of 768 bits", "dkim.key_weak", dkim=SHORT_KEY, remedy="letter"),
    _fault("dkim wildcard", "dkim.wildcard", more=[("*._domainkey.{domain}", "TXT", "v=spf1 -all")], remedy="words"),
    _fault(
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
    _fault("no dmarc", "dmarc.missing", dmarc=None),
    _fault("two dmarc", "dmarc.multiple", more=[("_dmarc.{domain}", "TXT", "v=DMARC1; p=none; rua=mailto:d@{domain}")]),
    _fault("dmarc typing error", "dmarc.malformed", dmarc="v=DMARC1; p=rejct; rua=mailto:d@{domain}"),
    _fault("dmarc with leading space", "dmarc.malformed", dmarc=" v=DMARC1; p=none; rua=mailto:d@{domain}"),
    _fault(
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
    _fault(
        "mx is an alias",
        "mx.target_invalid",
        without=["MX"],
        more=[("{domain}", "MX", (10, "alias.{domain}")), ("alias.{domain}", "CNAME", "mx.{domain}")],
    ),
    _fault(
        "mx does not exist",
        "mx.target_invalid",
        without=["MX"],
        more=[("{domain}", "MX", (10, "gone.{domain}"))],
        remedy="words",
    ),
    _fault(
        "mx is private",
        "mx.target_invalid",
        without=["MX"],
        more=[("{domain}", "MX", (10, "lan.{domain}")), ("lan.{domain}", "A", "192.168.1.5")],
        remedy="words",
    ),
    _fault(
        "null mx on a sending domain",
        "mx.null",
        without=["MX"],
        spf=f"v=spf1 ip4:{HOST_IP} ~all",
        more=[("{domain}", "MX", (0, "."))],
        remedy="words",
    ),
    _fault(
        "no ptr",
        "reputation.ptr_missing",
        spf="v=spf1 ip4:45.10.22.9 ~all",
        senders=lambda d: (sender(d, ip="45.10.22.9", helo="out9.hoster.test"),),
        more=[("out9.hoster.test", "A", "45.10.22.9")],
        remedy="letter",
    ),
    _fault(
        "ptr without forward",
        "reputation.ptr_mismatch",
        spf="v=spf1 ip4:45.10.22.10 ~all",
        senders=lambda d: (sender(d, ip="45.10.22.10", helo="out10.hoster.test"),),
        more=[("10.22.10.45.in-addr.arpa", "PTR", "out10.hoster.test"), ("out10.hoster.test", "A", "45.10.22.77")],
        remedy="letter",
    ),
    Planted(
        "domain does not exist",
        "never-registered-name.invalid-tld-test",
        (),
        (sender("never-registered-name.invalid-tld-test"),),
        "domain.unknown",
        remedy="words",
    ),
)

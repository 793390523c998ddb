"""Planted faults of SPF. The code is that which must be named as the cause."""

from __future__ import annotations

from tests.planted.planted import OTHER_IP, Planted, fault, sender
from tests.planted.providers import address_of, host_of

SPF: tuple[Planted, ...] = (
    fault("no spf", "spf.missing", spf=None),
    fault("two spf", "spf.multiple", more=[("{domain}", "TXT", "v=spf1 include:_spf.google.com ~all")]),
    fault(
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
    fault(
        "three voids", "spf.too_many_voids", spf="v=spf1 a:x1.{domain} a:x2.{domain} a:x3.{domain} ip4:45.10.20.30 ~all"
    ),
    fault("include without spf", "spf.include_broken", spf="v=spf1 include:nothing.{domain} ip4:45.10.20.30 ~all"),
    fault(
        "include loop",
        "spf.loop",
        spf="v=spf1 include:l1.{domain} ip4:45.10.20.30 ~all",
        more=[
            ("l1.{domain}", "TXT", "v=spf1 include:l2.{domain} -all"),
            ("l2.{domain}", "TXT", "v=spf1 include:l1.{domain} -all"),
        ],
    ),
    fault("plus all", "spf.allows_everyone", spf="v=spf1 ip4:45.10.20.30 +all"),
    fault("terms after all", "spf.unreachable_terms", spf="v=spf1 ~all ip4:45.10.20.30 mx"),
    fault(
        "relay not in spf",
        "spf.sender_not_authorised",
        senders=lambda d: (sender(d, ip=OTHER_IP, helo="out2.hoster.test", signed=()),),
        more=[("out2.hoster.test", "A", OTHER_IP), ("99.20.10.45.in-addr.arpa", "PTR", "out2.hoster.test")],
        dkim=None,
    ),
    fault("spf in quotes", "spf.malformed", spf='"v=spf1 mx ip4:45.10.20.30 ~all"'),
    fault("spf with leading space", "spf.malformed", spf=" v=spf1 mx ip4:45.10.20.30 ~all"),
    fault("spf typing error", "spf.malformed", spf="v=spf1 mx ipv4:45.10.20.30 ~all"),
    fault("type 99 only", "spf.malformed", spf=None, more=[("{domain}", "SPF", "v=spf1 mx ip4:45.10.20.30 ~all")]),
    fault("spf on www", "dns.wrong_name", spf=None, more=[("www.{domain}", "TXT", "v=spf1 mx ip4:45.10.20.30 ~all")]),
    fault("everybody neutral", "spf.open_end", spf="v=spf1 ip4:45.10.20.30 ?all"),
    fault("no end", "spf.open_end", spf="v=spf1 ip4:45.10.20.30"),
    fault("ptr term", "spf.uses_ptr", spf="v=spf1 ip4:45.10.20.30 ptr ~all"),
    fault("a range of millions", "spf.range_too_wide", spf="v=spf1 ip4:45.0.0.0/8 ~all"),
    fault("redirect beside all", "spf.unreachable_terms", spf="v=spf1 ip4:45.10.20.30 ~all redirect=_spf.google.com"),
    fault(
        "type 99 beside",
        "spf.obsolete_type",
        more=[("{domain}", "SPF", "v=spf1 mx ip4:45.10.20.30 ~all")],
    ),
    fault(
        "include that is not needed",
        "spf.include_superfluous",
        spf="v=spf1 ip4:45.10.20.30 include:servers.mcsv.net ~all",
        more=[
            ("k2._domainkey.{domain}", "CNAME", "dkim2.mcsv.net"),
            ("k3._domainkey.{domain}", "CNAME", "dkim3.mcsv.net"),
        ],
    ),
    fault(
        "the relay's include is missing",
        "spf.sender_not_authorised",
        dkim=None,
        senders=lambda d: (
            sender(
                d,
                ip=address_of("mailjet.com"),
                helo=host_of("mailjet.com"),
                signed=(),
                relay="in-v3.mailjet.com",
            ),
        ),
    ),
    fault(
        "not entered at the service that keeps the spf",
        "spf.sender_not_authorised",
        spf="v=spf1 include:%{ir}.%{v}.%{d}.spf.has.pphosted.com ~all",
    ),
)

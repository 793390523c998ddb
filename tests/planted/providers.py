"""Mail providers' own records in the shapes that they really have: SPF trees, key targets, reverse names."""

from __future__ import annotations

import ipaddress
from typing import Any

from tests.planted.keys import rsa_key

_KEY = rsa_key()
# name of the provider's zone -> (SPF name, its record, an address that it sends from, that machine's name)
_SENDING: dict[str, tuple[str, str, str]] = {
    "google.com": (
        "v=spf1 include:_netblocks.google.com include:_netblocks2.google.com include:_netblocks3.google.com ~all",
        "209.85.220.41",
        "mail-sor-f41.google.com",
    ),
    "outlook.com": (
        "v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:104.47.0.0/17 ip6:2a01:111:f400::/48 -all",
        "40.107.22.11",
        "mail-am6eur05on2011.outbound.protection.outlook.com",
    ),
    "amazonses.com": (
        "v=spf1 ip4:199.255.192.0/22 ip4:199.127.232.0/22 ip4:54.240.0.0/18 ip4:69.169.224.0/20 ip4:23.249.208.0/20 "
        "ip4:23.251.224.0/19 ip4:76.223.176.0/20 ip4:54.240.64.0/18 ip4:76.223.128.0/19 ip4:216.221.160.0/19 -all",
        "54.240.8.12",
        "a8-12.smtp-out.amazonses.com",
    ),
    "sendgrid.net": (
        "v=spf1 ip4:167.89.0.0/17 ip4:208.117.48.0/20 ip4:50.31.32.0/19 ip4:198.37.144.0/20 ip4:198.21.0.0/21 "
        "ip4:192.254.112.0/20 ip4:168.245.0.0/17 ip4:149.72.0.0/16 ip4:159.183.0.0/16 include:ab.sendgrid.net ~all",
        "167.89.40.7",
        "o1678940x7.outbound-mail.sendgrid.net",
    ),
    "mailgun.org": (
        "v=spf1 include:_spf.mailgun.org include:_spf.eu.mailgun.org ~all",
        "69.72.32.5",
        "m32-5.mailgun.net",
    ),
    "mtasv.net": ("v=spf1 ip4:50.31.156.96/27 ip4:104.245.209.192/26 -all", "50.31.156.100", "mta100.pstmrk.it"),
    "brevo.com": (
        "v=spf1 ip4:185.41.28.0/22 ip4:94.143.16.0/21 ip4:185.24.144.0/22 ip4:153.92.224.0/19 -all",
        "185.41.28.9",
        "bz.d.sender-sib.com",
    ),
    "mailjet.com": ("v=spf1 ip4:87.253.232.0/21 ip4:185.189.236.0/22 -all", "87.253.233.3", "o3.p8.mailjet.com"),
    "mandrillapp.com": (
        "v=spf1 ip4:198.2.128.0/24 ip4:198.2.132.0/22 ip4:198.2.136.0/23 ~all",
        "198.2.132.9",
        "mail132-9.atl131.mandrillapp.com",
    ),
    "mcsv.net": ("v=spf1 ip4:205.201.128.0/20 ip4:198.2.128.0/18 -all", "205.201.131.4", "mail4.sea31.mcsv.net"),
    "sparkpostmail.com": (
        "v=spf1 ip4:147.253.208.0/20 ip4:192.174.80.0/20 ~all",
        "147.253.210.8",
        "mta-8.sparkpostmail.com",
    ),
    "smtp2go.com": ("v=spf1 ip4:103.47.204.0/22 ip4:103.2.140.0/22 -all", "103.47.204.7", "e3i7.smtp2go.com"),
    "elasticemail.com": ("v=spf1 ip4:51.83.0.0/24 ip4:87.98.128.0/24 ~all", "51.83.0.12", "mx12.elasticemail.com"),
    "zohomail.com": ("v=spf1 ip4:136.143.188.0/23 ip4:165.173.128.0/24 ~all", "136.143.188.16", "sender4.zohomail.com"),
    "messagingengine.com": ("v=spf1 ip4:103.168.172.128/27 -all", "103.168.172.150", "fout-a7.messagingengine.com"),
    "protonmail.ch": ("v=spf1 ip4:185.70.40.0/24 ip4:185.70.41.0/24 -all", "185.70.40.22", "mail-4022.protonmail.ch"),
    "ionos.com": ("v=spf1 ip4:212.227.126.128/25 ip4:212.227.15.0/25 -all", "212.227.126.130", "mout.ionos.com"),
    "hostinger.com": ("v=spf1 ip4:153.92.2.0/24 ip4:185.124.192.0/22 -all", "153.92.2.15", "fr-int.hostinger.com"),
    "strato.com": ("v=spf1 ip4:81.169.146.128/25 ip4:85.215.255.0/24 -all", "81.169.146.166", "mo4.rzone.strato.com"),
    "ovh.com": (
        "v=spf1 ptr:mail-out.ovh.net ip4:46.105.0.0/24 ip4:178.32.124.128/25 -all",
        "46.105.0.9",
        "9.mo.ovh.com",
    ),
    "privateemail.com": (
        "v=spf1 ip4:198.54.122.0/24 ip4:198.54.127.0/24 -all",
        "198.54.122.8",
        "mta-08.privateemail.com",
    ),
    "secureserver.net": ("v=spf1 ip4:72.167.218.0/24 ip4:92.204.80.0/24 -all", "72.167.218.9", "p3.secureserver.net"),
    "icloud.com": ("v=spf1 ip4:17.41.0.0/16 ip4:17.58.0.0/16 ip4:17.142.0.0/15 ~all", "17.58.6.45", "ms1.icloud.com"),
    "mailchannels.net": ("v=spf1 ip4:23.83.208.0/20 ip4:35.155.16.0/24 -all", "23.83.209.5", "cow.mailchannels.net"),
}
# Where the record stands, if not at the zone's own name.
_SPF_NAME = {
    "google.com": "_spf.google.com",
    "outlook.com": "spf.protection.outlook.com",
    "mtasv.net": "spf.mtasv.net",
    "brevo.com": "spf.brevo.com",
    "mailjet.com": "spf.mailjet.com",
    "mandrillapp.com": "spf.mandrillapp.com",
    "mcsv.net": "servers.mcsv.net",
    "smtp2go.com": "spf.smtp2go.com",
    "elasticemail.com": "_spf.elasticemail.com",
    "messagingengine.com": "spf.messagingengine.com",
    "protonmail.ch": "_spf.protonmail.ch",
    "ionos.com": "_spf-eu.ionos.com",
    "hostinger.com": "_spf.mail.hostinger.com",
    "strato.com": "_spf.strato.com",
    "ovh.com": "mx.ovh.com",
    "privateemail.com": "spf.privateemail.com",
    "mailchannels.net": "relay.mailchannels.net",
}
_INNER = [
    (
        "_netblocks.google.com",
        "v=spf1 ip4:35.190.247.0/24 ip4:64.233.160.0/19 ip4:209.85.128.0/17 ip4:74.125.0.0/16 ~all",
    ),
    ("_netblocks2.google.com", "v=spf1 ip6:2001:4860:4000::/36 ip6:2404:6800:4000::/36 ip6:2a00:1450:4000::/36 ~all"),
    ("_netblocks3.google.com", "v=spf1 ip4:172.217.0.0/19 ip4:172.217.128.0/19 ip4:108.177.8.0/21 ~all"),
    ("ab.sendgrid.net", "v=spf1 ip4:223.165.113.0/24 ip4:223.165.115.0/24 ip4:223.165.118.0/23 ~all"),
    ("_spf.mailgun.org", "v=spf1 ip4:209.61.151.0/24 ip4:166.78.68.0/22 ip4:69.72.32.0/20 ip4:161.38.192.0/20 ~all"),
    ("_spf.eu.mailgun.org", "v=spf1 ip4:141.193.32.0/23 ip4:185.250.236.0/22 ~all"),
]
# Names below which providers keep the keys that customers' CNAMEs lead to.
KEY_TARGETS = (
    "selector1-tenant-test._domainkey.tenant.onmicrosoft.com",
    "selector2-tenant-test._domainkey.tenant.onmicrosoft.com",
    "s1.domainkey.u1234567.wl.sendgrid.net",
    "s2.domainkey.u1234567.wl.sendgrid.net",
    "dkim2.mcsv.net",
    "dkim3.mcsv.net",
    "dkim1.mandrillapp.com",
    "dkim2.mandrillapp.com",
    "dkim.smtp2go.net",
    "s1.dkim.ionos.com",
    "s2.dkim.ionos.com",
    "hostingermail-a.dkim.mail.hostinger.com",
    "hostingermail-b.dkim.mail.hostinger.com",
    "hostingermail-c.dkim.mail.hostinger.com",
    "protonmail.domainkey.d4x5k.domains.proton.ch",
    "protonmail2.domainkey.d4x5k.domains.proton.ch",
    "protonmail3.domainkey.d4x5k.domains.proton.ch",
)
SES_TOKENS = ("a" * 31 + "2", "b" * 31 + "3", "c" * 31 + "4")


def _records() -> list[tuple[str, str, Any]]:
    made: list[tuple[str, str, Any]] = []
    for zone, (spf, ip, host) in _SENDING.items():
        made.append((zone, "SOA", f"ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 300"))
        made.append((_SPF_NAME.get(zone, zone), "TXT", spf))
        made.append((host, "A", ip))
        made.append((ipaddress.ip_address(ip).reverse_pointer, "PTR", host))
    made += [(name, "TXT", spf) for name, spf in _INNER]
    made += [(name, "TXT", _KEY) for name in KEY_TARGETS]
    made += [(f"{token}.dkim.amazonses.com", "TXT", _KEY) for token in SES_TOKENS]
    return made


PROVIDERS: tuple[tuple[str, str, Any], ...] = tuple(_records())


def address_of(zone: str) -> str:
    """An address that the provider sends from."""
    return _SENDING[zone][1]


def host_of(zone: str) -> str:
    """What that machine is called, forwards, backwards and in EHLO."""
    return _SENDING[zone][2]


def include_of(zone: str) -> str:
    """The name of the provider's SPF record."""
    return _SPF_NAME.get(zone, zone)

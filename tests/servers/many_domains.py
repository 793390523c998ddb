"""A world of a thousand sending domains, as their providers shape them, sharing includes, keys and exchangers.

Records as `{name: {type: [value, …]}}` in zone file notation, the owners without final dot. All names end in
.example but the providers' own, which are what the table of senders knows them by.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress

Records = dict[str, dict[str, list[str]]]


def domain(number: int) -> str:
    """The name of the domain *number*."""
    return f"shop{number:04}.example"


def world(count: int) -> Records:
    """The records of *count* domains and of all that they lean on."""
    records: Records = {}
    for name, kind, *values in _PROVIDERS:
        records.setdefault(name, {}).setdefault(kind, []).extend(values)
    for number in range(count):
        shape = _SHAPES[number % len(_SHAPES)]
        name = domain(number)
        records[name] = {"NS": ["ns1.dns-host.example.", "ns2.dns-host.example."], "A": [_address(number, 80)]}
        for label, kind, *values in shape(name, number):
            full = label.removesuffix(".") if label.endswith(".") else f"{label}.{name}" if label else name
            records.setdefault(full, {}).setdefault(kind, []).extend(values)
    for name, here in list(records.items()):
        for address in here.get("A", ()):
            records.setdefault(ipaddress.ip_address(address).reverse_pointer, {"PTR": [f"{name}."]})
    return records


def _address(number: int, last: int) -> str:
    return f"203.{last}.{number // 250}.{number % 250 + 1}"


def _txt(text: str) -> str:
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))


def _key(seed: str) -> str:
    """A TXT record that looks like a 2,048 bit RSA key: the DER's frame is real, the number is not a product."""
    number = b"".join(hashlib.sha256(f"{seed}{n}".encode()).digest() for n in range(8))
    number = bytes([number[0] | 0x80]) + number[1:-1] + bytes([number[-1] | 1])
    frame = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
    return _txt("v=DKIM1; k=rsa; p=" + base64.b64encode(frame + number + bytes.fromhex("0203010001")).decode())


Rows = list[tuple[str, ...]]  # label, type, values; the label "" is the domain itself, a final dot makes a name whole


def _microsoft(name: str, number: int) -> Rows:
    """Microsoft 365 with SendGrid: a key per tenant behind CNAMEs, DMARC reports at a service."""
    dashed = name.replace(".", "-")
    tenant = f"shop{number:04}.onmicrosoft.com"
    return [
        ("", "MX", f"0 {dashed}.mail.protection.outlook.com."),
        (
            "",
            "TXT",
            _txt("v=spf1 include:spf.protection.outlook.com include:sendgrid.net -all"),
            _txt(f"MS=ms{number}"),
        ),
        (f"{dashed}.mail.protection.outlook.com.", "A", "203.1.0.70"),
        ("selector1._domainkey", "CNAME", f"selector1-{dashed}._domainkey.{tenant}."),
        ("selector2._domainkey", "CNAME", f"selector2-{dashed}._domainkey.{tenant}."),
        (f"selector1-{dashed}._domainkey.{tenant}.", "TXT", _key("1" + name)),
        (f"selector2-{dashed}._domainkey.{tenant}.", "TXT", _key("2" + name)),
        ("s1._domainkey", "CNAME", "s1.domainkey.u100.wl.sendgrid.net."),
        ("s2._domainkey", "CNAME", "s2.domainkey.u100.wl.sendgrid.net."),
        ("_dmarc", "TXT", _txt("v=DMARC1; p=quarantine; rua=mailto:reports@dmarc-host.example")),
    ]


def _google(name: str, number: int) -> Rows:
    """Google Workspace with Mailchimp, and a DMARC record that only watches."""
    return [
        ("", "MX", "1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com.", "5 alt2.aspmx.l.google.com."),
        ("", "TXT", _txt("v=spf1 include:_spf.google.com include:servers.mcsv.net ~all")),
        ("", "TXT", _txt(f"google-site-verification={number}")),
        ("google._domainkey", "TXT", _key(name)),
        ("k2._domainkey", "CNAME", "dkim2.mcsv.net."),
        ("k3._domainkey", "CNAME", "dkim3.mcsv.net."),
        ("_dmarc", "TXT", _txt(f"v=DMARC1; p=none; rua=mailto:dmarc@{name}")),
    ]


def _own_server(name: str, number: int) -> Rows:
    """A server of one's own: a, mx and an address."""
    return [
        ("", "MX", f"10 mail.{name}."),
        ("mail", "A", _address(number, 25)),
        ("", "TXT", _txt(f"v=spf1 a mx ip4:{_address(number, 25)} -all")),
        ("default._domainkey", "TXT", _key(name)),
        ("_dmarc", "TXT", _txt("v=DMARC1; p=reject; adkim=s; aspf=s")),
    ]


def _parked(name: str, number: int) -> Rows:
    """A domain that neither sends nor receives (RFC 7505)."""
    return [
        ("", "MX", "0 ."),
        ("", "TXT", _txt("v=spf1 -all")),
        ("_dmarc", "TXT", _txt("v=DMARC1; p=reject;")),
    ]


def _amazon(name: str, number: int) -> Rows:
    """Amazon SES for mail, Google for mailboxes, with all that transport security offers."""
    return [
        ("", "MX", "1 smtp.google.com."),
        ("", "TXT", _txt("v=spf1 include:_spf.google.com include:amazonses.com ~all")),
        ("google._domainkey", "TXT", _key(name)),
        ("bounces", "MX", "10 feedback-smtp.eu-west-1.amazonses.com."),
        ("bounces", "TXT", _txt("v=spf1 include:amazonses.com ~all")),
        ("_dmarc", "TXT", _txt(f"v=DMARC1; p=reject; rua=mailto:dmarc@{name},mailto:reports@dmarc-host.example")),
        ("_mta-sts", "TXT", _txt(f"v=STSv1; id=2026{number:04}")),
        ("_smtp._tls", "TXT", _txt(f"v=TLSRPTv1; rua=mailto:tls@{name}")),
        ("default._bimi", "TXT", _txt(f"v=BIMI1; l=https://{name}/logo.svg; a=")),
        ("mta-sts", "A", _address(number, 80)),
    ]


def _too_many(name: str, number: int) -> Rows:
    """Everything that was ever tried is still included: more than ten lookups; no DMARC."""
    includes = "spf.protection.outlook.com _spf.google.com sendgrid.net mailgun.org spf.brevo.com servers.mcsv.net"
    return [
        ("", "MX", f"10 mx1.{name}.", f"20 mx2.{name}."),
        ("mx1", "A", _address(number, 25)),
        ("mx2", "A", _address(number, 80)),
        ("", "TXT", _txt("v=spf1 a mx " + " ".join(f"include:{each}" for each in includes.split()) + " ~all")),
        ("mail._domainkey", "CNAME", "mail.dkim.brevo.example."),
    ]


def _mailgun(name: str, number: int) -> Rows:
    """Mailgun at a subdomain, mailboxes at the web host."""
    return [
        ("", "MX", f"0 {name}."),
        ("", "TXT", _txt("v=spf1 +a +mx include:relay.web-host.example ~all")),
        ("default._domainkey", "TXT", _key(name)),
        ("mg", "TXT", _txt("v=spf1 include:mailgun.org ~all")),
        ("mg", "MX", "10 mxa.mailgun.org.", "10 mxb.mailgun.org."),
        ("smtp._domainkey.mg", "TXT", _key("mg" + name)),
        ("_dmarc", "TXT", _txt(f"v=DMARC1; p=none; sp=quarantine; pct=100; rua=mailto:a@{name}; ruf=mailto:f@{name}")),
    ]


_SHAPES = (_microsoft, _google, _own_server, _parked, _amazon, _too_many, _mailgun)


def _ranges(first: int, count: int) -> str:
    return " ".join(f"ip4:203.4.113.{(first + each * 4) % 256}/30" for each in range(count))


_PROVIDERS: Rows = [
    ("spf.protection.outlook.com", "TXT", _txt(f"v=spf1 {_ranges(0, 10)} include:spfd.protection.outlook.com -all")),
    ("spfd.protection.outlook.com", "TXT", _txt(f"v=spf1 {_ranges(40, 12)} -all")),
    ("_spf.google.com", "TXT", _txt("v=spf1 include:_netblocks.google.com include:_netblocks2.google.com ~all")),
    ("_netblocks.google.com", "TXT", _txt(f"v=spf1 {_ranges(64, 12)} ~all")),
    ("_netblocks2.google.com", "TXT", _txt("v=spf1 ip6:2a00:9999:4000::/36 ip6:2a00:9999:f000::/36 ~all")),
    ("sendgrid.net", "TXT", _txt(f"v=spf1 {_ranges(128, 10)} include:ab.sendgrid.net ~all")),
    ("ab.sendgrid.net", "TXT", _txt(f"v=spf1 {_ranges(160, 4)} ~all")),
    ("servers.mcsv.net", "TXT", _txt(f"v=spf1 {_ranges(180, 4)} ?all")),
    ("amazonses.com", "TXT", _txt(f"v=spf1 {_ranges(196, 6)} -all")),
    ("mailgun.org", "TXT", _txt("v=spf1 include:_spf.mailgun.org include:_spf.eu.mailgun.org ~all")),
    ("_spf.mailgun.org", "TXT", _txt(f"v=spf1 {_ranges(220, 4)} ~all")),
    ("_spf.eu.mailgun.org", "TXT", _txt(f"v=spf1 {_ranges(236, 3)} ~all")),
    ("spf.brevo.com", "TXT", _txt(f"v=spf1 {_ranges(248, 2)} ~all")),
    ("relay.web-host.example", "TXT", _txt("v=spf1 ip4:203.1.1.0/26 ~all")),
    *((f"s{n}.domainkey.u100.wl.sendgrid.net", "TXT", _key(f"sendgrid{n}")) for n in (1, 2)),
    *((f"dkim{n}.mcsv.net", "TXT", _key(f"mcsv{n}")) for n in (2, 3)),
    ("mail.dkim.brevo.example", "TXT", _key("brevo")),
    *((f"{host}aspmx.l.google.com", "A", "203.1.0.77") for host in ("", "alt1.", "alt2.")),
    *((host, "A", "203.1.0.78") for host in ("smtp.google.com", "mxa.mailgun.org", "mxb.mailgun.org")),
    ("feedback-smtp.eu-west-1.amazonses.com", "A", "203.1.0.79"),
    ("ns1.dns-host.example", "A", "203.1.0.1"),
    ("ns2.dns-host.example", "A", "203.1.0.2"),
    ("dmarc-host.example", "MX", "10 mx.dmarc-host.example."),
    ("mx.dmarc-host.example", "A", "203.1.0.3"),
    ("*._report._dmarc.dmarc-host.example", "TXT", _txt("v=DMARC1;")),
]  # fmt: skip

"""Domains whose records are made to hurt: huge, countless, endless, or written for the reader's terminal."""

from __future__ import annotations

from typing import Any

from diagnostics.network import End
from tests.servers.dkim_records import rsa_record
from tests.servers.zone import Trouble, Zone

# What no terminal, page or JSON may get as it is: NUL, a window title, a cleared screen, C1, right-to-left, markup.
NASTY = b"\0\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae\xff\xfe<script>alert(1)</script>[bold red]{subject}%s\r\n"
HUGE = NASTY + NASTY * (64_000 // len(NASTY))
CLIENT = "192.0.2.1"


class EndlessZone(Zone):
    """A zone in which every name below `endless.test` has an SPF record that leads to more of them."""

    def look(self, name: str, kind: str) -> tuple[End | Trouble, list[Any]]:
        plain = name.lower()
        if kind == "TXT" and "_" not in plain:
            shape = plain.removesuffix(".endless.test").rpartition(".")[2]
            if shape in SHAPES and plain.endswith(".endless.test"):
                return End.ANSWER, [SHAPES[shape](plain)]
        return super().look(name, kind)


def _wide(name: str) -> str:
    """Twenty includes at every name, none asked for twice."""
    head = name.partition(".")[0]
    return " ".join(["v=spf1", *(f"include:{head[:20]}{n}.wide.endless.test" for n in range(20)), "-all"])


def _deep(name: str) -> str:
    head = name.partition(".")[0].lstrip("abcdefghijklmnopqrstuvwxyz")
    return f"v=spf1 include:x{int(head or 0) + 1}.deep.endless.test -all"


def _macros(name: str) -> str:
    """Names that grow with each step, and depend on who sends."""
    return (
        "v=spf1 include:%{i}.%{l}.%{d} include:b.%{d} exists:%{ir}.%{v}.%{h}.%{d} a:%{d2}.%{d} mx:c.%{d} ptr:%{d} -all"
    )


SHAPES = {"wide": _wide, "deep": _deep, "macros": _macros}


def hostile_zone() -> Zone:
    """One domain for each way to hurt, all of them with an address."""
    zone = EndlessZone()
    for domain in ("huge", "crowd", "mxs", "reports", "bits", "sixty", "wide.endless", "deep.endless",
                   "macros.endless", "sound"):  # fmt: skip
        zone.add(f"{domain}.test", "A", CLIENT).add(f"{domain}.test", "SOA", "ns.test. root.test. 1 1 1 1 300")
    for name, head in (
        ("huge.test", b"v=spf1 "),
        ("_dmarc.huge.test", b"v=DMARC1; p=none; "),
        ("s1._domainkey.huge.test", b"v=DKIM1; p="),
        ("_mta-sts.huge.test", b"v=STSv1; id="),
        ("_smtp._tls.huge.test", b"v=TLSRPTv1; rua="),
        ("default._bimi.huge.test", b"v=BIMI1; l="),
    ):
        zone.add(name, "TXT", head + HUGE)
    zone.add("huge.test", "MX", (10, "mx.huge.test")).add("mx.huge.test", "A", CLIENT)
    for name, text in (
        ("crowd.test", "v=spf1 ip4:10.{}.{}.0/24 -all"),
        ("_dmarc.crowd.test", "v=DMARC1; p=none; x={}{}"),
        ("s1._domainkey.crowd.test", "v=DKIM1; p={}AA{}"),
    ):
        zone.add(name, "TXT", *(text.format(n // 250, n % 250) for n in range(1000)))
    zone.add("mxs.test", "MX", *((n, f"mx{n}.mxs.test") for n in range(500)))
    for n in range(500):
        zone.add(f"mx{n}.mxs.test", "A", f"198.51.{n // 250}.{n % 250}")
    zone.add("reports.test", "TXT", "v=spf1 -all")
    zone.add(
        "_dmarc.reports.test",
        "TXT",
        "v=DMARC1; p=reject; rua=" + ",".join(f"mailto:d@r{n}.example" for n in range(1000)),
    )
    zone.add("s1._domainkey.bits.test", "TXT", rsa_record(16384))
    zone.add("s1._domainkey.sixty.test", "TXT", "v=DKIM1; k=rsa; p=" + "A" * 60_000)
    return zone

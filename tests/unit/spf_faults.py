"""Faults of SPF planted in zones: what stands in DNS, who sends, and the code that names the cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from diagnostics.finding import Finding, RecordChange, Verdict
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.spf.domain import SPFView, look_at_spf
from diagnostics.network import DNS
from tests.servers.zone import Zone

IP = "192.0.2.9"
SITE = "site.test"
SENDER = Sender(SITE, SITE, IP, "mail.site.test")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BAD = (Verdict.FAIL, Verdict.WARN)


def zone(**records: str) -> Zone:
    """SPF records by the label below `test`; the site's own address is there whatever else is."""
    made = Zone().add(SITE, "A", "192.0.2.80")
    for label, record in records.items():
        made.add(f"{label}.test", "TXT", record)
    return made


@dataclass(frozen=True)
class Planted:
    """One fault. *proposed* is the record that has to come out; "" where none can be told."""

    zone: Zone
    code: str
    proposed: str = ""
    senders: tuple[Sender, ...] = (SENDER,)
    others: tuple[str, ...] = ()  # codes of further faults that are there too


def nested(*, first: bool) -> Zone:
    """Eleven lookups through a nested include; the sender stands in the first or in the last of them."""
    made = zone(
        site="v=spf1 include:one.test include:two.test -all",
        one=f"v=spf1 {f'ip4:{IP} ' if first else ''}a:a0.test a:a1.test a:a2.test a:a3.test ?all",
        two=f"v=spf1 include:three.test {'' if first else f'ip4:{IP} '}?all",
        three="v=spf1 a:b0.test a:b1.test a:b2.test a:b3.test ?all",
    )
    for number in range(4):
        made.add(f"a{number}.test", "A", f"198.51.100.{number}").add(f"b{number}.test", "A", f"203.0.113.{number}")
    return made


PLANTED: dict[str, Planted] = {
    "1 no SPF": Planted(Zone().add(SITE, "TXT", "hello"), "spf.missing", f"v=spf1 ip4:{IP} ~all"),
    "1 no SPF, mailboxes at Google": Planted(
        zone(_spf="v=spf1 -all")
        .add(SITE, "MX", (1, "aspmx.l.google.com"))
        .add("_spf.google.com", "TXT", "v=spf1 ip4:203.0.113.0/24 ~all"),
        "spf.missing",
        f"v=spf1 include:_spf.google.com ip4:{IP} ~all",
    ),
    "2 two records": Planted(
        zone(one=f"v=spf1 ip4:{IP} ~all").add(SITE, "TXT", "v=spf1 a -all", "v=spf1 include:one.test ~all"),
        "spf.multiple",
        "v=spf1 a include:one.test ~all",
    ),
    "3 eleven lookups": Planted(
        nested(first=False),
        "spf.too_many_lookups",
        "v=spf1 ip4:198.51.100.0/30 include:two.test -all",
    ),
    "4 three void lookups": Planted(
        zone(site=f"v=spf1 a:x.test a:y.test mx:z.test ip4:{IP} -all"), "spf.too_many_voids", f"v=spf1 ip4:{IP} -all"
    ),
    "5 an include without SPF": Planted(
        zone(site=f"v=spf1 include:one.test ip4:{IP} -all", one="hello"), "spf.include_broken", f"v=spf1 ip4:{IP} -all"
    ),
    "5 an include that does not exist": Planted(
        zone(site=f"v=spf1 include:gone.test ip4:{IP} -all"), "spf.include_broken", f"v=spf1 ip4:{IP} -all"
    ),
    "5 an include that is broken below": Planted(
        zone(site=f"v=spf1 include:one.test ip4:{IP} -all", one="v=spf1 include:two.test -all", two="v=spf1 moo"),
        "spf.include_broken",
        f"v=spf1 ip4:{IP} -all",
    ),
    "5 a mistyped include of a provider": Planted(
        zone(site="v=spf1 a include:spf.google.com -all").add("_spf.google.com", "TXT", f"v=spf1 ip4:{IP} ~all"),
        "spf.include_broken",
        "v=spf1 a include:_spf.google.com -all",
    ),
    "5 a mistyped include where the right one is there": Planted(
        zone(site="v=spf1 include:spf.google.com include:_spf.google.com -all").add(
            "_spf.google.com", "TXT", f"v=spf1 ip4:{IP} ~all"
        ),
        "spf.include_broken",
        "v=spf1 include:_spf.google.com -all",
    ),
    "10 strings without a space between them": Planted(
        zone().add(SITE, "TXT", [f"v=spf1 ip4:{IP}", "a -all"]), "spf.malformed", f"v=spf1 ip4:{IP} a -all"
    ),
    "6 an include loop": Planted(
        zone(site=f"v=spf1 include:one.test ip4:{IP} -all", one="v=spf1 include:site.test -all"),
        "spf.loop",
        f"v=spf1 ip4:{IP} -all",
    ),
    "6 a redirect loop": Planted(
        zone(site="v=spf1 a redirect=one.test", one="v=spf1 redirect=site.test"), "spf.loop", f"v=spf1 a ip4:{IP} ~all"
    ),
    "7 +all": Planted(zone(site="v=spf1 a +all"), "spf.allows_everyone", f"v=spf1 a ip4:{IP} ~all"),
    "7 +all in an include": Planted(
        zone(site="v=spf1 a include:one.test -all", one="v=spf1 all"),
        "spf.allows_everyone",
        f"v=spf1 a ip4:{IP} -all",
    ),
    "8 terms after all": Planted(
        zone(site=f"v=spf1 a ~all ip4:{IP}"), "spf.unreachable_terms", f"v=spf1 a ip4:{IP} ~all"
    ),
    "8 redirect with all": Planted(
        zone(site="v=spf1 redirect=one.test a ~all", one=f"v=spf1 ip4:{IP} -all"),
        "spf.unreachable_terms",
        "v=spf1 a include:one.test ~all",
    ),
    "9 a sender whom no term names": Planted(
        zone(site="v=spf1 a -all"), "spf.sender_not_authorised", f"v=spf1 a ip4:{IP} -all"
    ),
    "9 a sender of a provider": Planted(
        zone(site="v=spf1 a redirect=one.test", one="v=spf1 ip4:198.51.100.1 ~all").add(
            "mailgun.org", "TXT", f"v=spf1 ip4:{IP} ~all"
        ),
        "spf.sender_not_authorised",
        "v=spf1 a include:mailgun.org redirect=one.test",
        (Sender(SITE, SITE, IP, "m1.mailgun.net", "smtp.mailgun.org"),),
    ),
    "9 a sender of IPv6": Planted(
        zone(site="v=spf1 a -all"),
        "spf.sender_not_authorised",
        "v=spf1 a ip6:2001:db8::9 -all",
        (Sender(SITE, SITE, "2001:db8::9"),),
    ),
    "10 type 99": Planted(zone().add(SITE, "SPF", f"v=spf1 ip4:{IP} -all"), "spf.malformed", f"v=spf1 ip4:{IP} -all"),
    "10 quotes": Planted(zone(site=f'"v=spf1 ip4:{IP} -all"'), "spf.malformed", f"v=spf1 ip4:{IP} -all"),
    "10 a leading space": Planted(zone(site=f" v=spf1 ip4:{IP} -all"), "spf.malformed", f"v=spf1 ip4:{IP} -all"),
    "10 a wrong version": Planted(zone(site=f"v=spf10 ip4:{IP} -all"), "spf.malformed", f"v=spf1 ip4:{IP} -all"),
    "10 nobody knows what": Planted(zone(site="v=spf1; please allow my server"), "spf.malformed"),
    "10 an unknown term": Planted(zone(site=f"v=spf1 ip:{IP} -all."), "spf.malformed", f"v=spf1 ip4:{IP} -all"),
    "11 on www": Planted(
        zone().add("www.site.test", "TXT", f"v=spf1 ip4:{IP} -all"), "dns.wrong_name", f"v=spf1 ip4:{IP} -all"
    ),
    "11 a doubled zone": Planted(
        zone().add("site.test.site.test", "TXT", f"v=spf1 ip4:{IP} -all"), "dns.wrong_name", f"v=spf1 ip4:{IP} -all"
    ),
    "?all": Planted(zone(site=f"v=spf1 ip4:{IP} ?all"), "spf.open_end", f"v=spf1 ip4:{IP} ~all"),
    "no all": Planted(zone(site=f"v=spf1 ip4:{IP} exp=why.test"), "spf.open_end", f"v=spf1 ip4:{IP} ~all exp=why.test"),
    "ptr": Planted(zone(site=f"v=spf1 ptr ip4:{IP} -all"), "spf.uses_ptr", f"v=spf1 ip4:{IP} -all"),
    "ptr that let the sender in": Planted(
        zone(site="v=spf1 a ptr -all").add("9.2.0.192.in-addr.arpa", "PTR", "m.site.test").add("m.site.test", "A", IP),
        "spf.uses_ptr",
        f"v=spf1 a ip4:{IP} -all",
    ),
    "a dead term": Planted(zone(site=f"v=spf1 ip4:{IP} a:x.test -all"), "spf.dead_terms", f"v=spf1 ip4:{IP} -all"),
    "an include broken behind the sender": Planted(
        zone(site=f"v=spf1 ip4:{IP} include:gone.test -all"), "spf.breaks_later", f"v=spf1 ip4:{IP} -all"
    ),
    "eleven lookups behind the sender": Planted(
        nested(first=True),
        "spf.lookups_over_limit",
        "v=spf1 include:one.test ip4:203.0.113.0/30 -all",
    ),
    "the same include twice": Planted(
        zone(site="v=spf1 include:one.test a +include:ONE.test -all", one=f"v=spf1 ip4:{IP} ~all"),
        "spf.repeated_terms",
        "v=spf1 include:one.test a -all",
    ),
    "an include that nobody needs": Planted(
        zone(site=f"v=spf1 ip4:{IP} include:servers.mcsv.net -all").add(
            "servers.mcsv.net", "TXT", "v=spf1 ip4:203.0.113.0/24 ?all"
        ),
        "spf.include_superfluous",
        f"v=spf1 ip4:{IP} -all",
    ),
    "a range that is too wide": Planted(
        zone(site="v=spf1 ip4:192.0.0.0/8 a -all"), "spf.range_too_wide", f"v=spf1 ip4:{IP} a -all"
    ),
    "type 99 beside the record": Planted(
        zone(site=f"v=spf1 ip4:{IP} -all").add(SITE, "SPF", "v=spf1 a -all"), "spf.obsolete_type"
    ),
    "a stray record beside it": Planted(
        zone(site=f"v=spf1 ip4:{IP} -all").add(SITE, "TXT", '"v=spf1 a -all"'), "spf.stray_record"
    ),
    "an own record below that is broken": Planted(
        zone(site="v=spf1 include:_spf.site.test -all").add("_spf.site.test", "TXT", f"v=spf1 ip:{IP} -all"),
        "spf.include_broken",
        f"v=spf1 ip4:{IP} -all",
    ),
}  # fmt: skip


async def looked(dns: DNS, *senders: Sender, **more: Any) -> SPFView:
    return await look_at_spf(Subject(SITE, senders), World(dns, None, NOW), **more)


def published(records: Zone, changes: tuple[RecordChange, ...]) -> Zone:
    """*records* with *changes* really made, as their owner would at the DNS host."""
    made = Zone({name: list(entries) for name, entries in records.records.items()}, dict(records.troubles))
    for change in changes:
        there = made.records.setdefault(change.name.lower(), [])
        kept = [each for each in there if each[0] != change.type or _joined(each[1]) not in change.replaces]
        assert len(there) - len(kept) == len(change.replaces), (there, change)
        made.records[change.name.lower()] = kept
        if change.value:
            made.add(change.name, change.type, change.value)
    return made


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else "".join(str(each) for each in value)


def cause(findings: tuple[Finding, ...]) -> Finding:
    """The first that is bad; the first of all where none is."""
    return next((each for each in findings if each.verdict in BAD), findings[0])

"""Other implementations' DMARC cases, where a folder with them is named; RFC 9989's own are in test_dmarc_walk.

`AFTERCARE_VECTORS` names a folder that holds, at any depth, postalsys/mailauth's `test/dmarc/*.js` and
stalwartlabs/mail-auth's `src/dmarc/verify.rs` (both free software, neither part of this repository). Their cases are
read out of the source text: the zone, who sends, and each expectation that is about DMARC and not about their API.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from diagnostics.mail.dmarc import discover, organizational_domain, parse
from diagnostics.mail.dmarc.alignment import align
from diagnostics.mail.domain import Sender, Signature, World
from diagnostics.mail.spf import Evaluation, Result
from tests.servers.zone import Zone
from tests.unit.dmarc_world import NOW, DKIMLooked, SPFLooked

FOLDER = os.environ.get("AFTERCARE_VECTORS", "")
IP = "192.0.2.25"
# Cases whose expectation is another reading than ours, each with the reason.
OTHERWISE = {
    "does not expose a pct property on the result": "about the shape of their result",
    "Should handle invalid pct value as 0": "theirs takes a broken pct for 0; RFC 7489 §6.3 leaves the default, 100",
    "Should convert pct to integer": "about the shape of their result",
    "Should convert ri to integer": "about the shape of their result",
}


@dataclass
class Case:
    """One case: its zone, its mail, and what its author expects of it."""

    name: str
    zone: Zone
    author: str
    spf: list[str] = field(default_factory=list)
    dkim: list[str] = field(default_factory=list)
    expected: dict[str, Any] = field(default_factory=dict)


async def told(case: Case) -> dict[str, Any]:
    """What we come to, in the cases' words. SPF passes for the domain that the case says, or for none."""
    domain = case.spf[0] if case.spf else ""
    signatures = tuple(Signature(each, "s", True) for each in case.dkim)
    mail = Sender(case.author, domain, IP, signatures=signatures, known_by="message")
    result = Result.PASS if domain else Result.FAIL
    evaluation = Evaluation(result, "", "", IP, domain, f"x@{domain}", "")
    found = await discover(case.author, World(case.zone, None, NOW), [domain, *case.dkim])
    alignment = align(mail, found, found.walks, SPFLooked({mail: evaluation}), DKIMLooked())
    passing = {each.mechanism.lower(): each.domain for each in alignment.identifiers if each.outcome(True) == "pass"}
    organizations = {each: organizational_domain(each, found).by_walk for each in found.walks}
    policy, record = found.policy, found.policy.record
    return {
        "result": "temperror" if not policy.known else "none" if policy.policy is None else alignment.outcome,
        "policy": policy.policy or "",
        "domain": policy.domain if policy.inherited else found.organization.by_walk,
        **{each: organizations.get(passing.get(each, ""), "") for each in ("dkim", "spf")},
        "dkim.strict": bool(record and record.adkim == "s"),
        "spf.strict": bool(record and record.aspf == "s"),
        "queries": [each.name for each in found.walk.reached],
        "isOrgRecord": policy.inherited,
        **({name: value for name, value in record.tags if value} if record else {}),
    }


# postalsys/mailauth -------------------------------------------------------------------------------------------------


def mailauth_cases() -> Iterator[Any]:
    for file in sorted(Path(FOLDER).rglob("test/dmarc/*-test.js")) if FOLDER else []:
        text = file.read_text(encoding="utf-8")
        for found in re.finditer(r"^( +)it\('((?:[^'\\]|\\.)*)', async \(\) => \{\n(.*?)^\1\}\);", text, re.S | re.M):
            case = _mailauth_case(found[2], re.sub(r"^\s*//.*$", "", found[3], flags=re.M))
            if case:
                yield pytest.param(case, id=f"{file.stem}: {found[2]}")


def _mailauth_case(name: str, body: str) -> Case | None:
    if name in OTHERWISE:
        return None
    expected = _expectations(body)
    author = re.search(r"headerFrom: \[?'(?:[^'@]*@)?([^']+)'\]?,", body) or re.search(
        r"getDmarcRecord\('([^']+)'", body
    )
    if not expected or not author:
        return None
    spf, dkim = (
        re.findall(r"'([a-z0-9.-]+)'", lines[1]) if (lines := re.search(rf"{kind}Domains: \[(.*?)\],?\n", body)) else []
        for kind in ("spf", "dkim")
    )
    return Case(name, _mailauth_zone(body), author[1], spf, dkim, expected)


def _mailauth_zone(body: str) -> Zone:
    zone = Zone()
    for found in re.finditer(r"zoneResolver\((\{.*?\})\)[;\n]", body, re.S):
        literal = re.sub(r"([{,\s])(\w+):", r'\1"\2":', found[1].replace("'", '"'))
        for name, kinds in json.loads(literal).items():
            for values in kinds.get("TXT", []):
                zone.add(name, "TXT", [each.encode() for each in values])
            for address in kinds.get("A", []):
                zone.add(name, "A", address)
            for each in kinds.get("MX", []):
                zone.add(name, "MX", (each["priority"], each["exchange"]))
    stub = r"domain === '([^']+)'\) \{\s*return (\[.*?\]);"
    for name, literal in re.findall(stub, body, re.S):
        for values in json.loads(literal.replace("'", '"')):
            zone.add(name, "TXT", [each.encode() for each in values])
    if "err.code = 'ETIMEOUT'" in body:
        zone.fail("_dmarc.example.com", "timeout").fail("_dmarc.com", "timeout")
    return zone


def _expectations(body: str) -> dict[str, Any]:
    """What the case says of result, policy, organization, alignment, queries and tags."""
    expected: dict[str, Any] = {}
    names = {"status.result": "result", "alignment.dkim.result": "dkim", "alignment.spf.result": "spf"}
    for name, value in re.findall(r"expect\(result\.([\w.]+)\)\.to\.equal\('?([^')]+)'?\);", body):
        if name in ("rr", "error") or name.startswith(("status.header", "alignment.dkim.under")):
            continue
        if name not in ("v", "ri", "pct", "false"):
            expected[names.get(name, name)] = value
    for name, value in re.findall(r"expect\(result\.([\w.]+)\)\.to\.be\.(true|false);", body):
        key = name.removeprefix("alignment.")
        if key in ("dkim.strict", "spf.strict", "isOrgRecord"):
            expected[key] = value == "true"
    for name in re.findall(r"expect\(result\.alignment\.(dkim|spf)\.result\)\.to\.not\.be\.ok", body):
        expected[name] = ""
    if re.search(r"expect\(result\)\.to\.be\.false;", body):
        expected["policy"] = ""
    if queries := re.search(r"dmarcQueries\)\.to\.deep\.equal\((\[.*?\])\)", body, re.S):
        expected["queries"] = json.loads(queries[1].replace("'", '"'))
    return expected


@pytest.mark.skipif(not list(mailauth_cases()), reason="AFTERCARE_VECTORS names no folder with mailauth's tests")
@pytest.mark.parametrize("case", list(mailauth_cases()))
async def test_a_case_of_mailauth_ends_as_its_author_says(case: Case) -> None:
    ours = await told(case)
    assert {name: ours.get(name) for name in case.expected} == case.expected


# stalwartlabs/mail-auth ---------------------------------------------------------------------------------------------


def mail_auth_cases() -> Iterator[Any]:
    for file in sorted(Path(FOLDER).rglob("src/dmarc/verify.rs")) if FOLDER else []:
        text = file.read_text(encoding="utf-8")
        for name in (
            "dmarc_verify_alignment",
            "dmarc_policy_discovery",
            "dmarc_tree_walk_psd",
            "dmarc_tree_walk_query_cap",
        ):
            found = re.search(rf"async fn {name}\(\) \{{\n(.*?)^    \}}\n", text, re.S | re.M)
            if found is None:
                continue
            read = _table if name == "dmarc_verify_alignment" else _blocks
            for number, case in enumerate(read(name, found[1]), 1):
                yield pytest.param(case, id=f"{name} {number}")


def _table(name: str, body: str) -> Iterator[Case]:
    row = re.compile(
        r'\(\s*"(_dmarc[^"]+)",\s*"([^"]+)",\s*"From: \w+@([^\\]+)\\r[^"]*",\s*"([^"]+)",\s*"([^"]+)",\s*'
        r"DkimResult::(\w+).*?,\s*SpfResult::(\w+),\s*DmarcResult::(\w+).*?,\s*DmarcResult::(\w+).*?,\s*Policy::(\w+),",
        re.S,
    )
    for at, record, author, envelope, signer, dkim, spf, dkim_ends, spf_ends, policy in row.findall(body):
        yield Case(
            name,
            Zone().add(at, "TXT", record),
            author,
            [envelope] if spf == "Pass" else [],
            [signer] if dkim == "Pass" else [],
            {
                "policy": policy.lower(),
                "dkim": author if dkim_ends == "Pass" else "",  # each author of the table is its own organization
                "spf": author if spf_ends == "Pass" else "",
            },
        )


def _blocks(name: str, body: str) -> Iterator[Case]:
    for block in re.split(r"let caches = DummyCaches::new\(\);", body)[1:]:
        zone = Zone()
        for at, record in re.findall(r'txt_add\(\s*"([^"]+)",\s*Dmarc::parse\(b"([^"]+)"\)', block):
            zone.add(at, "TXT", record)
        for at in re.findall(r'ipv4_add\("([^"]+)"', block):
            zone.add(at, "A", "127.0.0.1")
        addresses = re.findall(r'"hello@([^"]+)",?(?:\s*"([^"]+)")?', block)
        author, envelope = addresses[0]
        expected: dict[str, Any] = {}
        if policy := re.search(r"Policy::(\w+)", block):
            expected["policy"] = policy[1].lower()
        if "dmarc_record(), None" in block:
            expected["policy"] = ""
        if spf := re.search(r"spf_result\(\), &DmarcResult::(\w+)", block):
            expected["spf"] = envelope.partition(".")[2] if spf[1] == "Pass" else ""  # one label below it
        yield Case(name, zone, author, [envelope] if envelope else [], [], expected)


@pytest.mark.skipif(not list(mail_auth_cases()), reason="AFTERCARE_VECTORS names no folder with mail-auth's tests")
@pytest.mark.parametrize("case", list(mail_auth_cases()))
async def test_a_case_of_mail_auth_ends_as_its_author_says(case: Case) -> None:
    assert case.expected
    ours = await told(case)
    assert {name: ours[name] for name in case.expected} == case.expected


def test_a_case_that_is_set_aside_has_its_reason() -> None:
    assert all(OTHERWISE.values())
    assert parse(b"v=DMARC1; p=reject; pct=invalid").pct == 100

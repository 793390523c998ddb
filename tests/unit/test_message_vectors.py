"""Signatures and chains that others made: the RFCs' own examples, and free suites where they are at hand.

The suites are not part of this repository. A folder named by AFTERCARE_VECTORS may have them:
`mail-auth/resources` (stalwartlabs/mail-auth), `mailauth/test` (postalsys/mailauth), `arc_test_suite/tests`
(ValiMail/arc_test_suite), `dkimpy/dkim/tests/data` (dkimpy's source package).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from diagnostics.mail.message.signatures import Outcome
from tests.servers.zone import Zone
from tests.unit.signed_message import NOW, read

NAMED = os.environ.get("AFTERCARE_VECTORS", "")
SUITES_DAY = datetime.fromtimestamp(1667843664, UTC)  # of mail-auth: one signature has expired since
FOLDER = Path(NAMED or "/nonexistent")

# RFC 6376 appendix A.2 and C.
RFC6376 = """\
DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
"""
RFC6376_KEY = (
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYf"
    "cTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)
# RFC 8463 appendix A.3.
RFC8463 = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.

"""
RFC8463_KEYS = {
    "brisbane": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "test": "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQ"
    "iY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l"
    "/K4w3QIDAQAB",
}


async def outcomes(message: bytes, dns: Zone, now: datetime = NOW) -> list[Outcome]:
    view = await read(message, dns, now)
    assert view.seen, view.findings
    return [each.outcome for each in view.seen.signatures]


async def test_the_example_of_rfc_6376_verifies() -> None:
    dns = Zone().add("brisbane._domainkey.example.com", "TXT", RFC6376_KEY)
    assert await outcomes(RFC6376.encode(), dns) == [Outcome.VERIFIED]
    changed = RFC6376.replace("dinner", "lunch").encode()
    assert await outcomes(changed, dns) == [Outcome.HEADER_ALTERED]


async def test_the_example_of_rfc_8463_verifies_by_both_algorithms() -> None:
    dns = Zone()
    for selector, record in RFC8463_KEYS.items():
        dns.add(f"{selector}._domainkey.football.example.com", "TXT", record)
    assert await outcomes(RFC8463.encode(), dns) == [Outcome.VERIFIED, Outcome.VERIFIED]


def there(*parts: str) -> Path:
    """A folder of the suites; skips where it is not at hand."""
    path = FOLDER.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not at hand: AFTERCARE_VECTORS can name a folder that has it")
    return path


async def test_mail_auths_messages_end_as_they_say() -> None:
    files = sorted(there("mail-auth", "resources", "dkim").glob("*.txt"))
    assert len(files) == 6
    for file in files:
        dns, message = with_keys(file)
        assert (await outcomes(message, dns, SUITES_DAY))[-1] is Outcome.VERIFIED, file.name


async def test_mail_auths_chains_hold() -> None:
    files = sorted(there("mail-auth", "resources", "arc").glob("*.txt"))
    states = {}
    for file in files:
        dns, message = with_keys(file)
        view = await read(message, dns)
        states[file.name] = view.seen.chain.state if view.seen else ""
    # dkimpy knows no Ed25519 in ARC, and the second is sealed with it.
    assert states == {"001.txt": "pass", "002.txt": "unknown"}


def with_keys(file: Path) -> tuple[Zone, bytes]:
    """mail-auth's form: the keys in front of the message."""
    keys, _, message = file.read_bytes().partition(b"\n\n")
    dns = Zone()
    for line in keys.decode().splitlines():
        name, _, record = line.partition(" ")
        dns.add(name, "TXT", record)
    return dns, message


async def test_mailauths_message_verifies_by_both_algorithms() -> None:
    folder = there("mailauth", "test", "dkim", "ec", "fixtures")
    dns = Zone()
    for name, records in json.loads((folder / "dns.json").read_text()).items():
        dns.add(name, "TXT", *records["TXT"])
    assert await outcomes((folder / "signed.eml").read_bytes(), dns) == [Outcome.VERIFIED, Outcome.VERIFIED]


DKIMPY = [
    ("rfc6376.signed.msg", [Outcome.VERIFIED, Outcome.VERIFIED]),
    ("rfc6376.signed.rsa.msg", [Outcome.VERIFIED]),
    ("rfc6376.signed.no_t.msg", [Outcome.HEADER_ALTERED]),
    ("test.message.baddomain", [Outcome.MALFORMED]),
    ("test.message", []),
]


@pytest.mark.parametrize(("name", "expected"), DKIMPY)
async def test_dkimpys_messages_end_as_its_own_tests_say(name: str, expected: list[Outcome]) -> None:
    folder = there("dkimpy", "dkim", "tests", "data")
    dns = Zone()
    for domain in ("football.example.com", "example.com"):
        dns.add(f"test._domainkey.{domain}", "TXT", (folder / "test.txt").read_bytes().strip())
        dns.add(f"brisbane._domainkey.{domain}", "TXT", RFC8463_KEYS["brisbane"])
    assert await outcomes((folder / name).read_bytes(), dns) == expected


def arc_cases() -> Iterator[Any]:
    file = FOLDER / "arc_test_suite" / "tests" / "arc-draft-validation-tests.yml"
    if not file.exists():
        why = "arc_test_suite is not at hand: AFTERCARE_VECTORS can name a folder that has it"
        yield pytest.param("", {}, {}, id="suite", marks=pytest.mark.skip(reason=why))
        return
    for scenario in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        for name, case in scenario["tests"].items():
            yield pytest.param(name, case, scenario["txt-records"] or {}, id=name)


@pytest.mark.parametrize(("name", "case", "records"), list(arc_cases()))
async def test_a_chain_of_the_arc_suite_ends_as_it_says(
    name: str, case: dict[str, Any], records: dict[str, str]
) -> None:
    dns = Zone()
    for owner, text in records.items():
        dns.add(owner, "TXT", text)
    message = (case["message"] or "").encode()
    view = await read(message, dns)
    if view.seen is None:
        assert case["cv"].lower() == "none"
        return
    assert view.seen.chain.state == (case["cv"].lower() or "fail")

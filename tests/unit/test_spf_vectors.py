"""The whole of the RFC 7208 suite, through `check_host`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from diagnostics.mail.spf import check_host
from diagnostics.network import Resolver
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.zone import from_vectors

NAME = "rfc7208-tests.yml"
NUMBER = 203
_ROOT = Path(__file__).parents[2]


def vectors() -> Path:
    """Where the suite lies: named by the environment, beside the checkout, or brought by tools/get-vectors."""
    named = os.environ.get("AFTERCARE_VECTORS")
    folders = [Path(named)] if named else []
    folders += [_ROOT.parent / "shared" / "vectors", _ROOT / "build" / "vectors"]
    return next((folder / NAME for folder in folders if (folder / NAME).exists()), folders[-1] / NAME)


def cases() -> Iterator[Any]:
    if not vectors().exists():
        why = f"{NAME} is not here: run tools/get-vectors, or set AFTERCARE_VECTORS to the folder that has it"
        yield pytest.param({}, "", {}, id="suite", marks=pytest.mark.skip(reason=why))
        return
    for scenario in yaml.safe_load_all(vectors().read_text(encoding="utf-8")):
        for name, case in (scenario or {}).get("tests", {}).items():
            yield pytest.param(scenario["zonedata"], name, case, id=f"{scenario['description']}: {name}")


async def evaluated(case: dict[str, Any], resolver: Any) -> Any:
    helo, mail_from = str(case["helo"]), case["mailfrom"]
    sender = mail_from or f"postmaster@{helo}"
    return await check_host(case["host"], sender.rpartition("@")[2], sender, helo=helo, resolver=resolver, timeout_s=5)


def assert_as_told(case: dict[str, Any], found: Any) -> None:
    allowed = case["result"] if isinstance(case["result"], list) else [case["result"]]
    assert found.result in allowed, (found.result, found.problem)
    if told := case.get("explanation"):
        assert found.explanation == ("" if told == "DEFAULT" else told)


@pytest.mark.parametrize(("zonedata", "name", "case"), list(cases()))
async def test_a_case_of_the_suite_ends_as_the_rfc_says(zonedata: Any, name: str, case: dict[str, Any]) -> None:
    assert_as_told(case, await evaluated(case, from_vectors(zonedata)))


@pytest.mark.parametrize(("zonedata", "name", "case"), list(cases()))
async def test_a_case_ends_the_same_when_a_dns_server_answers(zonedata: Any, name: str, case: dict[str, Any]) -> None:
    with ScriptedDns(from_vectors(zonedata)) as server:
        assert_as_told(case, await evaluated(case, Resolver((server.nameserver,), timeout_s=0.5)))


@pytest.mark.skipif(not vectors().exists(), reason="the suite is not here")
def test_the_suite_is_whole() -> None:
    assert len(list(cases())) == NUMBER

"""`diagnose message`, as a person and as a script run it, against a DNS server on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diagnostics.cli import main
from tests.servers.scripted_dns import ScriptedDns
from tests.unit.signed_message import BODY, HEADER, RECEIVED, rsa_key, signed, zone

TODAY = format_datetime(datetime.now(UTC)).encode()
CAME = RECEIVED.replace(b"Tue, 24 Nov 2026 11:59:30 +0000", TODAY)
WHOLE = CAME + signed(HEADER.replace(b"Tue, 24 Nov 2026 11:59:00 +0000", TODAY) + b"\r\n" + BODY)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedDns]:
    dns = zone(rsa_key()[1])
    dns.add("example.org", "TXT", "v=spf1 ip4:198.51.100.7 -all")
    dns.add("_dmarc.example.org", "TXT", "v=DMARC1; p=none; rua=mailto:d@example.org")
    dns.fail("silent._domainkey.example.org", "servfail")
    with ScriptedDns(dns) as running:
        yield running


def diagnose(server: ScriptedDns, *arguments: str, stdin: bytes = b"") -> Result:
    options = ["--nameserver", server.nameserver, "--timeout", "20"]
    return CliRunner().invoke(main, ["message", *options, *arguments], input=stdin)


def test_people_see_signatures_alignment_way_and_findings(server: ScriptedDns, tmp_path: Path) -> None:
    file = tmp_path / "welcome.eml"
    file.write_bytes(WHOLE)
    done = diagnose(server, "--message-only", str(file))
    assert done.exit_code == 0, done.output
    for words in (
        "Signatures",
        "verified",
        "What stands for it, beside From",
        "Its way, the last step first",
        "out.relay.example",
        "198.51.100.7 (out.relay.example), HELO out.relay.example. Believed",
        "✓ sound message.sound",
    ):
        assert words in done.output, words


def test_json_has_the_ground_and_the_findings(server: ScriptedDns) -> None:
    done = diagnose(server, "--message-only", "--json", "-", stdin=WHOLE)
    answer = json.loads(done.stdout)
    assert (answer["subject"], answer["verdict"], done.exit_code) == ("example.org", "pass", 0)
    sender = answer["sender"]
    assert (sender["header_from"], sender["ip"], sender["known_by"]) == ("example.org", "198.51.100.7", "message")
    assert sender["signatures"] == [{"domain": "example.org", "selector": "s1", "verified": True}]
    assert {"code", "verdict", "subject", "summary", "evidence", "remedy"} <= set(answer["findings"][0])


def test_the_report_on_the_from_domain_stands_on_what_the_message_shows(server: ScriptedDns) -> None:
    done = diagnose(server, "--json", "-", stdin=WHOLE)
    answer = json.loads(done.stdout)
    codes = {each["code"]: each for each in answer["findings"]}
    assert "198.51.100.7" in codes["spf.pass"]["summary"]
    assert codes["dkim.key_sound"]["subject"] == "s1._domainkey.example.org"
    assert any(code.startswith("dmarc.") for code in codes)
    assert answer["report"]["sections"][0]["domain"] == "example.org"


def test_a_fault_of_both_looks_is_told_once(server: ScriptedDns) -> None:
    gone = CAME + signed(selector="gone")
    answer = json.loads(diagnose(server, "--json", "-", stdin=gone).stdout)
    told = [each for each in answer["findings"] if each["code"] == "dkim.key_missing"]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("stdin", "exit_code", "code"),
    [
        (WHOLE, 0, "message.sound"),
        (WHOLE + b"footer\r\n", 1, "dkim.body_altered"),
        (CAME + signed(selector="silent"), 3, "dkim.signature_unseen"),
        (b"Hello", 3, "message.not_a_message"),
        (b"", 3, "message.not_a_message"),
    ],
)
def test_the_exit_code_says_how_it_ended(server: ScriptedDns, stdin: bytes, exit_code: int, code: str) -> None:
    done = diagnose(server, "--message-only", "--json", "-", stdin=stdin)
    assert done.exit_code == exit_code
    assert code in [each["code"] for each in json.loads(done.stdout)["findings"]]
    assert diagnose(server, "--message-only", "-", stdin=stdin).exit_code == exit_code


def test_what_is_no_message_has_no_ground_and_no_report(server: ScriptedDns) -> None:
    answer = json.loads(diagnose(server, "--json", "-", stdin=b"Hello").stdout)
    assert answer["sender"] is None and answer["report"] is None


@pytest.mark.parametrize("arguments", [(), ("no-such-file.eml",), ("-", "more"), ("-", "--nameserver", "ns.example")])
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["message", *arguments], input=b"")
    assert done.exit_code == 2 and "Error" in done.stderr


def test_a_message_cannot_send_control_codes_to_the_terminal(server: ScriptedDns) -> None:
    nasty = b"X-Mailer: \x1b]0;owned\x07\r\nReceived: from \x1b[2J (\x1b[2J [192.0.2.1]) by \x1b[2J;\r\n" + WHOLE
    for more in ((), ("--json",)):
        done = diagnose(server, "--message-only", *more, "-", stdin=nasty)
        assert "\x1b" not in done.stdout and "\x07" not in done.stdout


def test_it_runs_as_a_program_of_its_own(server: ScriptedDns) -> None:
    command = [sys.executable, "-m", "diagnostics.cli", "message", "--nameserver", server.nameserver, "--json"]
    done = subprocess.run([*command, "--message-only", "-"], input=WHOLE, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "pass"

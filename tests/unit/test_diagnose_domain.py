"""`diagnose domain` and `diagnose domains`, as a person and as a script run them, against a DNS server on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diagnostics.cli import main
from tests.planted import FAULTS, SOUND, world_zone
from tests.planted.planted import HOST_IP, HOST_NAME
from tests.servers.loopback import free_port
from tests.servers.scripted_dns import ScriptedDns


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedDns]:
    with ScriptedDns(world_zone((*FAULTS, *SOUND))) as running:
        yield running


def diagnose(server: ScriptedDns, command: str, *arguments: str, stdin: str = "") -> Result:
    options = ["--nameserver", server.nameserver, "--dns-only"]
    return CliRunner().invoke(main, [command, *options, *arguments], input=stdin)


def test_json_is_one_object_with_the_grade_the_records_and_the_findings(server: ScriptedDns) -> None:
    done = diagnose(server, "domain", "no-dmarc.test", "--sends-from", HOST_IP, "--selector", "site", "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 1
    assert answer["subject"] == "no-dmarc.test"
    assert answer["verdict"] == "fail"
    assert answer["cause"]["code"] == "dmarc.missing"
    [record] = answer["sections"][0]["records"]
    assert (record["name"], record["name_field"], record["type"]) == ("_dmarc.no-dmarc.test", "_dmarc", "TXT")
    assert record["value"].startswith("v=DMARC1; p=none")
    assert record["proof"] == "pass"
    assert all({"code", "verdict", "subject", "summary", "evidence", "remedy"} <= set(f) for f in answer["findings"])


def test_people_see_the_grade_the_cause_and_what_to_publish(server: ScriptedDns) -> None:
    done = diagnose(server, "domain", "two-spf.test", "--sends-from", HOST_IP, "--selector", "site")
    assert "grade D" in done.stdout
    assert "With the records below published: grade" in done.stdout
    assert "What the big receivers demand" in done.stdout
    assert "What to publish at the DNS host" in done.stdout
    assert "in place of  v=spf1 include:_spf.google.com ~all" in done.stdout
    assert "the fault is gone" in " ".join(done.stdout.split())


def test_the_letter_stands_alone(server: ScriptedDns) -> None:
    done = diagnose(server, "domain", "no-spf.test", "--sends-from", HOST_IP, "--selector", "site", "--letter")
    assert "The mail of no-spf.test" in done.stdout
    assert "in a panel that appends no-spf.test by itself: @" in done.stdout
    assert "dig +short TXT no-spf.test" in done.stdout


def test_a_sound_domain_is_accused_of_nothing(server: ScriptedDns) -> None:
    options = ("--sends-from", HOST_IP, "--helo", HOST_NAME, "--selector", "site", "--json")
    answer = json.loads(diagnose(server, "domain", "webhost.test", *options).stdout)
    assert not [each["code"] for each in answer["findings"] if each["verdict"] in ("fail", "warn")]


def test_a_domain_that_sends_nothing_is_sound_and_exits_with_0(server: ScriptedDns) -> None:
    done = diagnose(server, "domain", "parked.test")
    assert done.exit_code == 0
    assert "grade A" in done.stdout
    assert "What the big receivers demand" not in done.stdout


def test_what_one_message_would_tell_is_asked_for_once_and_the_receivers_table_stands_alone(
    server: ScriptedDns,
) -> None:
    done = diagnose(server, "domain", "webhost.test", "--relay", "smtp.sendgrid.net")
    found, _, told = done.stdout.partition("What one received message would tell")
    assert all(code in told for code in ("spf.sender_unknown", "dmarc.alignment_unseen", "reputation.address_unknown"))
    assert " ".join(done.stdout.split()).count("Show original") == 1
    assert "receivers.gmail" not in done.stdout
    assert "What was found" in found


def test_a_domain_that_does_not_exist_has_one_finding(server: ScriptedDns) -> None:
    done = diagnose(server, "domain", "nowhere.example-gone", "--json")
    assert [each["code"] for each in json.loads(done.stdout)["findings"]] == ["domain.unknown"]
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["localhost"], "no full domain name"),
        (["192.0.2.1"], "--sends-from"),
        (["example.org", "--sends-from", "500.1.1.1"], "192.0.2.1"),
        (["example.org", "--json", "--letter"], "one of them"),
        (["example.org", "--nameserver", "dns.example"], "no name server"),
    ],
)
def test_wrong_usage_says_what_is_right_and_exits_with_2(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["domain", *arguments])
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_domain_that_dns_is_silent_about_is_unknown_in_time_and_exits_with_3() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    done = CliRunner().invoke(main, ["domain", "--nameserver", nobody, "example.org", "--timeout", "3", "--json"])
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["grade"], done.exit_code) == ("unknown", "?", 3)


def test_a_file_of_domains_gives_a_line_each_and_bad_lines_stop_nothing(server: ScriptedDns, tmp_path: Path) -> None:
    source = tmp_path / "domains.txt"
    source.write_text("webhost.test\n# a remark\n\nnot a domain\nno-dmarc.test # theirs\nwebhost.test\n")
    done = diagnose(server, "domains", str(source))
    lines = {line["asked"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert set(lines) == {"webhost.test", "not a domain", "no-dmarc.test"}
    assert "is no domain" in lines["not a domain"]["error"]
    assert "dmarc.missing" in [each["code"] for each in lines["no-dmarc.test"]["findings"]]
    assert done.exit_code == 1


def test_interrupted_it_goes_on_where_it_was(server: ScriptedDns, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    diagnose(server, "domains", "-", "--output", str(out), stdin="webhost.test\n")
    whole = out.read_text()
    out.write_text(whole + '{"asked": "no-dmarc.test", "verd')  # the power went
    done = diagnose(server, "domains", "-", "--output", str(out), stdin="webhost.test\nno-dmarc.test\n")
    assert done.exit_code == 1
    assert out.read_text().startswith(whole), "what was done is not done again"
    assert [json.loads(line)["asked"] for line in out.read_text().splitlines()] == ["webhost.test", "no-dmarc.test"]


def test_a_foreign_file_is_not_appended_to(server: ScriptedDns, tmp_path: Path) -> None:
    out = tmp_path / "notes.txt"
    out.write_text("my notes\nmore\n")
    done = diagnose(server, "domains", "-", "--output", str(out), stdin="webhost.test\n")
    assert done.exit_code == 2
    assert out.read_text() == "my notes\nmore\n"


def test_it_works_without_the_sidecar() -> None:
    """`pip install`ed alone, nothing of the sidecar's dependencies is there."""
    blocked = "import sys; sys.modules.update(dict.fromkeys(['flask', 'dbos', 'nacl', 'requests', 'apprise']));"
    code = f"{blocked} import diagnostics.cli; assert 'sidecar' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

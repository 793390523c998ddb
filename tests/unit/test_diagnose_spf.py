"""`diagnose spf`, as a person and as a script run it, against a DNS server on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from diagnostics.cli import main
from tests.servers.loopback import free_port
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.zone import Zone

IP = "192.0.2.9"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedDns]:
    zone = Zone()
    zone.add("site.test", "TXT", "v=spf1 include:relay.test -all exp=why.test", "unrelated")
    zone.add("relay.test", "TXT", "v=spf1 a:out.relay.test a:gone.relay.test ?all")
    zone.add("out.relay.test", "A", "192.0.2.80")
    zone.add("why.test", "TXT", "%{i} may not send for %{d}")
    zone.add("soft.test", "TXT", "v=spf1 ~all").add("none.test", "A", "192.0.2.1")
    zone.add("colour.test", "TXT", b"v=spf1 \x1b]0;owned\x07 -all").add("xn--bcher-kva.test", "TXT", "v=spf1 -all")
    zone.add("flaky.test", "TXT", f"v=spf1 ptr ip4:{IP} -all").fail("9.2.0.192.in-addr.arpa", "servfail")
    zone.add("long.test", "TXT", "v=spf1 include:_spf.google.com a:gone.long.test " + "ip4:198.51.100.7 " * 18 + "?all")
    zone.add("_spf.google.com", "TXT", "v=spf1 include:n.google.com ~all").add("n.google.com", "TXT", "v=spf1 -all")
    zone.fail("dead.test", "servfail").fail("mute.test", "timeout")
    with ScriptedDns(zone) as running:
        yield running


def diagnose(server: ScriptedDns, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["spf", "--nameserver", server.nameserver, *arguments])


def test_json_is_one_object_with_the_rfcs_words_and_the_list_behind_each_count(server: ScriptedDns) -> None:
    done = diagnose(server, "--ip", IP, "--from", "shop@site.test", "--helo", "mail.site.test", "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 1
    assert answer["subject"] == "site.test"
    assert (answer["result"], answer["verdict"], answer["mechanism"]) == ("fail", "fail", "-all")
    assert answer["explanation"] == f"{IP} may not send for site.test"
    assert (answer["lookups"], answer["void_lookups"]) == (3, 1)
    assert [each["term"] for each in answer["lookup_terms"]] == [
        "include:relay.test",
        "a:out.relay.test",
        "a:gone.relay.test",
    ]
    assert answer["void_answers"][0]["name"] == "gone.relay.test"
    [finding] = answer["findings"]
    assert {"code", "verdict", "subject", "summary", "evidence", "remedy"} <= set(finding)
    assert finding["remedy"]["copy"] == f"v=spf1 include:relay.test ip4:{IP} -all exp=why.test"


def test_people_see_the_tree_with_its_count_what_matched_and_what_to_publish(server: ScriptedDns) -> None:
    done = diagnose(server, "--ip", IP, "site.test")
    for words in (
        "✗ fault spf.fail",
        "include:relay.test  lookup 1 of 10, 2 more below it  no match",
        "a:gone.relay.test  lookup 3 of 10  no match",
        "-all  match",
        "A gone.relay.test: no such name (a:gone.relay.test of relay.test)",
        "What to do",
        f"v=spf1 include:relay.test ip4:{IP} -all exp=why.test",
    ):
        assert words in done.stdout, words


@pytest.mark.parametrize(
    ("domain", "ip", "result", "code", "exit_code"),
    [
        ("site.test", "192.0.2.80", "pass", "spf.pass", 0),
        ("soft.test", IP, "softfail", "spf.softfail", 1),
        ("none.test", IP, "none", "spf.missing", 1),
        ("nowhere.test", IP, "none", "spf.domain_unknown", 1),
        ("[192.0.2.1]", IP, "none", "spf.not_a_domain", 1),
        ("bücher.test", "2001:db8::1", "fail", "spf.fail", 1),
        ("dead.test", IP, "temperror", "spf.temperror", 3),
        ("mute.test", IP, "temperror", "spf.temperror", 3),
        ("flaky.test", IP, "pass", "spf.pass", 3),
    ],
)
def test_the_exit_code_says_how_it_ended(
    server: ScriptedDns, domain: str, ip: str, result: str, code: str, exit_code: int
) -> None:
    done = diagnose(server, "--ip", ip, domain, "--json", "--timeout", "1")
    answer = json.loads(done.stdout)
    assert (answer["result"], answer["findings"][0]["code"], done.exit_code) == (result, code, exit_code)
    assert diagnose(server, "--ip", ip, domain, "--timeout", "1").exit_code == exit_code


def test_without_an_address_the_whole_record_is_judged_and_its_tree_drawn(server: ScriptedDns) -> None:
    done = diagnose(server, "long.test")
    assert done.exit_code == 1
    words = " ".join(done.stdout.split())
    for said in (
        "▲ warning spf.dead_terms",
        "▲ warning spf.open_end",
        "▲ warning spf.repeated_terms",
        "The whole record: 3 of 10 lookups",
        "include:_spf.google.com Google Workspace lookup 1, 1 more below it",
        "include:n.google.com Google Workspace lookup 2",
        "a:gone.long.test lookup 3 A gone.long.test: nothing there",
        "v=spf1 include:_spf.google.com ip4:198.51.100.7 ~all",
        "Receivers then need 2 of 10 lookups",
    ):
        assert said in words, said
    assert diagnose(server, "mute.test", "--timeout", "1").exit_code == 3
    assert "✓ sound spf.record_sound" in diagnose(server, "soft.test").stdout


def test_json_without_an_address_has_the_counts_the_tree_and_the_records_to_publish(server: ScriptedDns) -> None:
    answer = json.loads(diagnose(server, "long.test", "--json").stdout)
    assert (answer["subject"], answer["verdict"], answer["result"]) == ("long.test", "warn", None)
    assert (answer["lookups"], answer["void_lookups"], answer["mechanism"], answer["explanation"]) == (3, 1, "", "")
    assert [each["cost"] for each in answer["whole"]["tree"]["terms"]] == [2, 1]
    change = answer["findings"][0]["remedy"]["records"][0]
    assert (change["name"], change["type"], change["value"]) == (
        "long.test",
        "TXT",
        "v=spf1 include:_spf.google.com ip4:198.51.100.7 ~all",
    )
    for domain, result in (("nowhere.test", "none"), ("colour.test", "permerror"), ("dead.test", "temperror")):
        assert json.loads(diagnose(server, domain, "--json").stdout)["result"] == result


def test_with_an_address_the_whole_tree_comes_with_it(server: ScriptedDns) -> None:
    answer = json.loads(diagnose(server, "--ip", "192.0.2.80", "site.test", "--json").stdout)
    assert (answer["result"], answer["lookups"], answer["whole"]["lookups"]) == ("pass", 2, 3)
    assert "The whole record: 3 of 10 lookups" in diagnose(server, "--ip", "192.0.2.80", "site.test").stdout


def test_the_null_sender_is_checked_by_its_helo_name(server: ScriptedDns) -> None:
    for null in ("", "<>"):
        answer = json.loads(diagnose(server, "--ip", IP, "--from", null, "--helo", "soft.test", "--json").stdout)
        assert (answer["sender"], answer["result"]) == ("postmaster@soft.test", "softfail")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--ip", IP),
        ("--ip", IP, "--from", ""),
        ("--ip", "192.0.2", "site.test"),
        ("--ip", IP, "site.test", "--nameserver", "ns.example.org"),
        ("--ip", IP, "site.test", "--nameserver", "192.0.2.53:99999"),
        ("--ip", IP, "site.test", "--timeout", "0"),
        ("--ip", IP, "straße.test"),
        ("--ip", IP, "site.test", "more.test"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["spf", *arguments])
    assert done.exit_code == 2
    assert "Error" in done.stderr


def test_several_name_servers_are_tried_in_turn(server: ScriptedDns) -> None:
    dead = f"127.0.0.1:{free_port()}"
    arguments = ["spf", "--nameserver", dead, "--nameserver", server.nameserver, "--allow-private", "--ip", IP]
    assert json.loads(CliRunner().invoke(main, [*arguments, "soft.test", "--json"]).stdout)["result"] == "softfail"


def test_a_record_cannot_send_control_codes_to_the_terminal(server: ScriptedDns) -> None:
    for more in ((), ("--json",)):
        done = diagnose(server, "--ip", IP, "colour.test", "--helo", "\x1b[2J", *more)
        assert "\x1b" not in done.stdout and "\x07" not in done.stdout
        assert "spf.malformed" in done.stdout


def test_it_runs_as_a_program_of_its_own(server: ScriptedDns) -> None:
    command = [sys.executable, "-m", "diagnostics.cli", "spf", "--nameserver", server.nameserver, "--ip", IP, "--json"]
    done = subprocess.run([*command, "soft.test"], capture_output=True, timeout=60)
    assert done.returncode == 1
    assert json.loads(done.stdout)["result"] == "softfail"

"""`diagnose smtp`: what stands between a mailer and its relay, on real servers and on hostile ones."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnostics.cli import main
from diagnostics.cli.smtp import Target, read_target
from diagnostics.mail.domain.name import NotADomain
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import free_address, free_port
from tests.servers.postfix import Postfix
from tests.servers.process import MissingPart
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.servers.zone import Zone

RELAY = "relay.shop.test"


class Desk:
    """A terminal whose names come from `zone` and which trusts `authority`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.authority = Authority(folder / "ca")
        self.zone = Zone()
        monkeypatch.setenv("SSL_CERT_FILE", str(self.authority.bundle))

    def diagnose(self, target: str, *options: str, private: bool = True) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON object."""
        with ScriptedDns(self.zone) as dns:
            allow = ["--allow-private"] if private else []
            arguments = ["smtp", target, "--json", "--nameserver", dns.nameserver, *allow, *options]
            result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, json.loads(result.stdout) if result.exit_code != 2 else {}

    def named(self, address: str, name: str = RELAY) -> str:
        self.zone.add(name, "A", address)
        return name

    def at(self, server: ScriptedSmtp) -> str:
        return f"{self.named(server.address)}:{server.port}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def found(answer: dict[str, Any]) -> list[str]:
    return [each["code"] for each in answer["findings"]]


@pytest.fixture(scope="module")
def postfix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postfix, Authority]]:
    authority = Authority(tmp_path_factory.mktemp("relay-ca"))
    try:
        relay = Postfix(RELAY, authority.good(RELAY), 1, users={"site@shop.test": "right"})
    except MissingPart as missing:
        pytest.skip(str(missing))
    with relay:
        yield relay, authority


# -- a real relay ------------------------------------------------------------------


def test_a_real_relay_is_sound_on_its_ports(
    desk: Desk, postfix: tuple[Postfix, Authority], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, authority = postfix
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    code, answer = desk.diagnose(desk.named(relay.address))
    assert (code, answer["verdict"]) == (0, "pass")
    assert {each["port"]: each["tcp"] for each in answer["ports"]} == {
        25: "refused", 465: "open", 587: "open", 2525: "refused"
    }  # fmt: skip
    submission = next(each for each in answer["ports"] if each["port"] == 587)
    assert "AUTH PLAIN LOGIN" not in submission["capabilities_before_tls"], "Postfix: smtpd_tls_auth_only"
    assert "AUTH PLAIN LOGIN" in submission["capabilities_after_tls"]
    assert submission["size"] == 10_240_000
    assert submission["tls"]["chain"][0]["names"] == [RELAY]
    assert submission["tls"]["versions"]["TLS 1.3"] is True
    assert found(answer).count("smtp.tls.good") == 2


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("expired", "smtp.tls.expired"),
        ("untrusted", "smtp.tls.untrusted"),
        ("for_another_name", "smtp.tls.name_mismatch"),
    ],
)
def test_a_bad_certificate_of_a_real_relay_is_the_cause(
    desk: Desk, postfix: tuple[Postfix, Authority], monkeypatch: pytest.MonkeyPatch, kind: str, expected: str
) -> None:
    relay, authority = postfix
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    relay.show_certificate(getattr(authority, kind)(RELAY))
    try:
        code, answer = desk.diagnose(f"{desk.named(relay.address)}:587")
    finally:
        relay.restore()
    assert code == 1
    assert [each["code"] for each in answer["findings"] if each["verdict"] == "fail"] == [expected]
    assert answer["ports"][0]["tls"]["chain"], "the certificate that was refused is shown"


def test_a_relay_that_speaks_only_tls_1_0_is_named_with_its_versions(
    desk: Desk, postfix: tuple[Postfix, Authority]
) -> None:
    relay, _ = postfix
    relay.configure(
        smtpd_tls_mandatory_protocols="TLSv1", smtpd_tls_protocols="TLSv1", tls_medium_cipherlist="ALL:@SECLEVEL=0",
        tls_high_cipherlist="ALL:@SECLEVEL=0",
    )  # fmt: skip
    try:
        code, answer = desk.diagnose(f"{desk.named(relay.address)}:587")
    finally:
        relay.restore()
    assert code == 1
    assert "smtp.tls.version" in found(answer)
    assert answer["ports"][0]["tls"]["versions"] == {
        "TLS 1.0": True,
        "TLS 1.1": False,
        "TLS 1.2": False,
        "TLS 1.3": False,
    }


def test_a_relay_without_starttls_is_the_cause(desk: Desk, postfix: tuple[Postfix, Authority]) -> None:
    relay, _ = postfix
    relay.configure(submission_tls="none", smtpd_tls_security_level="none")
    try:
        code, answer = desk.diagnose(f"{desk.named(relay.address)}:587")
    finally:
        relay.restore()
    assert code == 1
    assert "smtp.tls.not_offered" in found(answer)


# -- other ends --------------------------------------------------------------------


def test_a_name_that_does_not_exist_is_the_cause(desk: Desk) -> None:
    code, answer = desk.diagnose("smtp.shopp.test")
    assert (code, found(answer)) == (1, ["smtp.connect.host_unknown"])


def test_a_resolver_that_fails_is_unknown(desk: Desk) -> None:
    desk.zone.fail(RELAY, "servfail")
    code, answer = desk.diagnose(RELAY)
    assert (code, found(answer)) == (3, ["smtp.connect.unseen"])
    assert "could not be resolved" in answer["findings"][0]["summary"]


def test_a_resolver_that_is_silent_is_unknown_within_the_time(desk: Desk) -> None:
    desk.zone.fail(RELAY, "timeout")
    started = time.monotonic()
    code, answer = desk.diagnose(RELAY, "--timeout", "1.5")
    assert time.monotonic() - started < 3
    assert (code, found(answer)) == (3, ["smtp.connect.unseen"])


def test_a_port_where_nothing_listens_is_told_with_one_that_is_open(desk: Desk) -> None:
    with ScriptedSmtp(Script(), port=2525, certificate=desk.authority.good(RELAY)) as server:
        name = desk.named(server.address)
        code, answer = desk.diagnose(name)
        assert (code, found(answer)[0]) == (0, "smtp.connect.open"), "closed beside an open one is no fault"
        code, answer = desk.diagnose(f"{name}:{free_port(server.address)}")
    assert (code, found(answer)) == (1, ["smtp.connect.refused"])


def test_a_private_address_is_not_reached_unless_it_is_allowed(desk: Desk) -> None:
    with ScriptedSmtp(Script()) as server:
        code, answer = desk.diagnose(desk.at(server), private=False)
    assert (code, found(answer)) == (3, ["smtp.connect.unseen"])
    assert answer["findings"][0]["reason"] == "not allowed"
    assert server.dialogues == []


def test_tls_where_the_port_begins_in_clear_is_the_wrong_mode(desk: Desk) -> None:
    with ScriptedSmtp(Script(), port=587, certificate=desk.authority.good(RELAY), implicit_tls=True) as server:
        code, answer = desk.diagnose(f"{desk.named(server.address)}:587", "--timeout", "4")
    assert (code, found(answer)[-1]) == (1, "smtp.tls.wrong_mode")


def test_an_unusual_port_is_taken_in_the_mode_that_it_speaks(desk: Desk) -> None:
    with ScriptedSmtp(Script(), certificate=desk.authority.good(RELAY), implicit_tls=True) as server:
        code, answer = desk.diagnose(desk.at(server), "--timeout", "4")
    assert (code, answer["ports"][0]["mode"]) == (0, "TLS at once")


def test_another_server_in_the_place_of_a_known_provider_is_interception(desk: Desk) -> None:
    host = "smtp.sendgrid.net"
    stranger = desk.authority.issue("host", ["server17.webhost.test"], 90)
    script = Script(replies={"greeting": "220 server17.webhost.test ESMTP"})
    with ScriptedSmtp(script, certificate=stranger) as server:
        code, answer = desk.diagnose(f"{desk.named(server.address, host)}:{server.port}")
    assert (code, found(answer)) == (1, ["smtp.connect.intercepted"])
    assert "it calls itself webhost.test, which is not SendGrid" in str(answer["findings"][0]["evidence"])


def test_a_relay_that_turns_us_away_is_unknown_with_its_words(desk: Desk) -> None:
    script = Script(replies={"greeting": "554 5.7.1 not from there", "ehlo": "503 5.5.1 no"})
    with ScriptedSmtp(script) as server:
        code, answer = desk.diagnose(desk.at(server))
    assert code == 3
    assert "554 5.7.1 not from there" in answer["findings"][-1]["summary"]


# -- hostile servers ---------------------------------------------------------------


class Hanging:
    """Takes connections, says *greeting*, and then nothing, whatever comes. A context manager."""

    def __init__(self, *replies: bytes) -> None:
        import socket

        self.port = free_port()
        self.address = free_address(tcp=[self.port])
        self._replies = replies
        self._listener = socket.create_server((self.address, self.port))
        self._held: list[Any] = []

    def __enter__(self) -> Hanging:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._listener.close()
        for each in self._held:
            each.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._held.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: Any) -> None:
        try:
            for reply in self._replies:
                connection.sendall(reply)
                connection.recv(1000)
        except OSError:
            return


STARTTLS_THEN_NOTHING = (b"220 relay.test ESMTP\r\n", b"250-relay.test\r\n250 STARTTLS\r\n", b"220 go ahead\r\n")


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (Script(byte_pause_s=1.0), "bytes came"),
        (Script(endless_greeting=True), "stopped at greeting"),
        (Script(replies={"ehlo": "250-" + "x" * 400_000}), "stopped at ehlo"),
        (Script(replies={"ehlo": "\r\n".join(["250-more"] * 500)}), "a reply without end"),
    ],
)
def test_a_server_without_end_is_unknown_within_the_time(desk: Desk, script: Script, word: str) -> None:
    with ScriptedSmtp(script) as server:
        started = time.monotonic()
        code, answer = desk.diagnose(desk.at(server), "--timeout", "3")
    assert time.monotonic() - started < 4
    assert (code, found(answer)) == (3, ["smtp.connect.unseen"])
    assert word in answer["findings"][0]["summary"]


def test_a_tls_handshake_without_end_is_unknown_within_the_time(desk: Desk) -> None:
    with Hanging(*STARTTLS_THEN_NOTHING) as server:
        started = time.monotonic()
        code, answer = desk.diagnose(f"{desk.named(server.address)}:{server.port}", "--timeout", "3")
    assert time.monotonic() - started < 4
    assert (code, found(answer)) == (3, ["smtp.connect.unseen"])
    assert "stopped at starttls" in answer["findings"][0]["summary"]


def test_a_server_that_says_nothing_at_all_is_silent(desk: Desk) -> None:
    with Hanging() as server:
        code, answer = desk.diagnose(f"{desk.named(server.address)}:{server.port}", "--timeout", "3")
    assert (code, found(answer)) == (1, ["smtp.connect.silent"])


def test_what_a_server_says_is_escaped(desk: Desk) -> None:
    script = Script(replies={"greeting": "220 relay.test \x1b[31mred"}, capabilities=("X-\x1b[2J", "AUTH PLAIN"))
    with ScriptedSmtp(script, certificate=desk.authority.good(RELAY)) as server:
        with ScriptedDns(desk.zone) as dns:
            arguments = ["smtp", desk.at(server), "--nameserver", dns.nameserver, "--allow-private"]
            shown = CliRunner().invoke(main, arguments)
            as_json = CliRunner().invoke(main, [*arguments, "--json"])
    assert "\x1b" not in shown.output
    assert "\\u001b" not in as_json.stdout


# -- a domain in the place of a host --------------------------------------------------


def test_of_a_mail_address_the_first_mail_server_is_looked_at(desk: Desk) -> None:
    with ScriptedSmtp(Script(capabilities=()), port=25, certificate=desk.authority.good("mx.shop.test")) as server:
        desk.zone.add("shop.test", "MX", (20, "mx2.shop.test"), (10, "mx.shop.test"))
        desk.named(server.address, "mx.shop.test")
        code, answer = desk.diagnose("office@shop.test")
    assert (code, answer["subject"], answer["asked"]) == (0, "mx.shop.test", "shop.test")
    assert [each["host"] for each in answer["mx"]] == ["mx.shop.test", "mx2.shop.test"]
    assert [each["port"] for each in answer["ports"]] == [25]


def test_a_domain_without_an_address_leads_to_its_mail_server(desk: Desk) -> None:
    with ScriptedSmtp(Script(capabilities=()), port=25, certificate=desk.authority.untrusted("mx.shop.test")) as server:
        desk.zone.add("shop.test", "MX", (10, "mx.shop.test"))
        desk.named(server.address, "mx.shop.test")
        code, answer = desk.diagnose("shop.test")
    assert (code, answer["subject"]) == (0, "mx.shop.test")
    assert "mx.certificate_unverified" in found(answer), "no fault between mail servers"


def test_an_address_whose_domain_takes_no_mail_is_told_so(desk: Desk) -> None:
    desk.zone.add("shop.test", "MX", (0, ""))
    code, answer = desk.diagnose("office@shop.test")
    assert (code, found(answer)) == (1, ["smtp.recipient.null_mx"])
    assert desk.diagnose("office@gone.test")[1]["findings"][0]["code"] == "smtp.recipient.domain_unknown"


# -- usage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("smtp.example.org", Target("smtp.example.org")),
        (" SMTP.Example.ORG:587 ", Target("smtp.example.org", 587)),
        ("[2001:db8::1]:465", Target("2001:db8::1", 465)),
        ("2001:db8::1", Target("2001:db8::1")),
        ("192.0.2.1:25", Target("192.0.2.1", 25)),
        ("localhost:1025", Target("localhost", 1025)),
        ("ssl://smtp.example.org", Target("smtp.example.org", 465)),
        ("smtp://smtp.example.org:2525/", Target("smtp.example.org", 2525)),
        ("Shop <office@example.org>", Target("example.org", is_address=True)),
        ("bücher.example", Target("xn--bcher-kva.example")),
    ],
)
def test_a_target_is_read_in_every_usual_way(typed: str, target: Target) -> None:
    assert read_target(typed) == target


@pytest.mark.parametrize("typed", ["", "a b.example", "smtp.example.org:0", "smtp.example.org:mail", "smtp..org", "@"])
def test_what_is_no_host_is_wrong_usage(typed: str, desk: Desk) -> None:
    with pytest.raises(NotADomain):
        read_target(typed)
    assert desk.diagnose(typed)[0] == 2


def test_the_answer_for_people_shows_ports_certificate_and_what_to_do(desk: Desk) -> None:
    certificate: Certificate = desk.authority.expired(RELAY)
    with ScriptedSmtp(Script(), port=587, certificate=certificate) as server, ScriptedDns(desk.zone) as dns:
        desk.named(server.address)
        arguments = ["smtp", f"{RELAY}:587", "--nameserver", dns.nameserver, "--allow-private"]
        shown = CliRunner().invoke(main, arguments)
    assert shown.exit_code == 1
    for words in ("smtp.tls.expired", "renew the certificate", "PLAIN LOGIN", "TLS 1.3", "issued by"):
        assert words in " ".join(shown.output.split()), words


def test_it_runs_as_a_program(desk: Desk) -> None:
    help_text = subprocess.run([sys.executable, "-m", "diagnostics.cli", "smtp", "-h"], capture_output=True, text=True)
    assert help_text.returncode == 0
    assert "--nameserver" in help_text.stdout

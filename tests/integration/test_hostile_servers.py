"""`diagnose domain` and `smtp` as a user starts them, with mail servers and policy hosts that wish them ill."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.servers.certificates import Authority, Certificate
from tests.servers.command import Ended, all_of, diagnose
from tests.servers.hostile_tls import HostileTls
from tests.servers.process import MissingPart
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.servers.zone import Zone

TIMEOUT_S = 4.0
NOBODY = "127.255.255.1"  # nothing listens there
PATIENT_S = 13.0  # the time for one mail server, or one policy, is over before
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CONTROL = "\x1b]0;owned\x07\x1b[2J\u202e<b>[/red]:smile:"


def endless(octets: bytes) -> Iterator[bytes]:
    while True:
        yield octets * 1000


def without_end() -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    yield from endless(b"mx: filler.example\n")


def chunks_without_end() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from endless(b"1;" + b"e" * 100 + b"\r\na\r\n")


def trickle() -> Iterator[bytes]:
    for octet in HEAD + b"\r\n" + b"x" * 1000:
        yield bytes([octet])


def bomb() -> Iterator[bytes]:
    body = gzip.compress(bytes(20_000_000))
    yield HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def many_headers() -> Iterator[bytes]:
    yield HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\nversion: STSv1\n"


def redirect(target: str) -> Callable[[], Iterator[bytes]]:
    head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
    return lambda: iter([head.encode()])


def nonsense() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 \x1b]0;owned\x07 <b>\r\nContent-Type: \x1b[2J\r\n\r\n"


# What the policy host sends, seconds between two pieces, the code, what is said.
POLICY_HOSTS: dict[str, tuple[Callable[[], Iterator[bytes]], float, str, str]] = {
    "sends without end": (without_end, 0, "mta_sts.fetch_failed", "longer than 64 KiB, or never ends"),
    "sends chunks without end": (chunks_without_end, 0, "mta_sts.fetch_failed", "longer than 64 KiB, or never ends"),
    "sends 10,000 headers": (many_headers, 0, "mta_sts.fetch_failed", "cannot be read"),
    "sends a bomb": (bomb, 0, "mta_sts.fetch_failed", "the answer is packed ('gzip')"),
    "sends control characters": (nonsense, 0, "mta_sts.fetch_failed", r"it is served as \x1b[2j"),
    "redirects to loopback": (
        redirect("https://127.0.0.1/x"), 0, "mta_sts.fetch_failed", "redirects to https://127.0.0.1/x",
    ),
    "redirects to metadata": (
        redirect("http://169.254.169.254/latest/"), 0, "mta_sts.fetch_failed", "redirects to http://169.254.169.254/",
    ),
    "trickles": (trickle, 1, "mta_sts.unseen", "not whole after 10 s"),
}  # fmt: skip
WRONG_CERTIFICATE = "has a certificate for another name"
INWARDS = "is inside, and private addresses are not allowed"

# What the mail server does; what `diagnose smtp` says of it.
MAIL_SERVERS: dict[str, tuple[Script, str, str]] = {
    "speaks one octet a second": (Script(byte_pause_s=1.0), "smtp.connect.unseen", "stopped at greeting"),
    "greets without end": (Script(endless_greeting=True), "smtp.connect.unseen", "stopped at greeting"),
    "sends a line without end": (
        Script(replies={"greeting": "220 " + "x" * 400_000}), "smtp.connect.unseen", "a line of more than 8192 bytes",
    ),
    "answers EHLO with 10 MiB": (
        Script(replies={"ehlo": "\r\n".join(["250-" + "x" * 100] * 100_000)}), "smtp.connect.unseen",
        "a reply without end",
    ),
    "hangs in TLS": (
        Script(replies={"starttls": "220 go"}, silent_after="starttls"), "smtp.connect.unseen", "stopped at starttls",
    ),
    "says nothing": (Script(silent_at="greeting"), "smtp.connect.silent", "says nothing"),
    "writes for the terminal": (
        Script(replies={"greeting": "220 " + CONTROL}, capabilities=(f"X-{CONTROL}", "AUTH [/x] PLAIN", "SIZE ²")),
        "smtp.tls.good", "",
    ),
    "has a size of 5,000 digits": (
        Script(capabilities=("AUTH PLAIN", "SIZE " + "9" * 5000)), "smtp.tls.good", "",
    ),
    "numbers in other digits": (Script(replies={"greeting": "²²⁰ hello"}), "smtp.connect.unseen", "no SMTP reply"),
}  # fmt: skip


class Street:
    """Each server with a domain of its own in one zone."""

    def __init__(self, folder: Any) -> None:
        self.authority = Authority(folder / "ca")
        self.zone = Zone()
        self.stack = ExitStack()
        self.inside: HostileTls | None = None

    def policy_host(self, domain: str, sends: Callable[[], Iterator[bytes]], pause_s: float) -> HostileTls:
        name = f"mta-sts.{domain}"
        certificate = self.certificate("other.test" if domain == named(WRONG_CERTIFICATE) else name)
        server = self.stack.enter_context(HostileTls(certificate, sends, pause_s=pause_s))
        self.zone.add(name, "A", server.address).add(f"_mta-sts.{domain}", "TXT", "v=STSv1; id=1")
        self.zone.add(domain, "MX", (10, f"mx.{domain}")).add(f"mx.{domain}", "A", NOBODY)
        return server

    def mail_server(self, domain: str, script: Script) -> None:
        server = ScriptedSmtp(script, port=25, certificate=self.certificate(f"mx.{domain}"))
        self.stack.enter_context(server)
        self.zone.add(domain, "MX", (10, f"mx.{domain}")).add(f"mx.{domain}", "A", server.address)

    def certificate(self, name: str) -> Certificate:
        return self.authority.issue(name, [name], 90)


def named(how: str) -> str:
    return how.replace(" ", "-").replace(",", "") + ".test"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Ended], Street]]:
    street = Street(tmp_path_factory.mktemp("street"))
    try:
        for how, (sends, pause_s, _, _) in POLICY_HOSTS.items():
            street.policy_host(named(how), sends, pause_s)
        street.policy_host(named(WRONG_CERTIFICATE), without_end, 0)
        street.inside = street.policy_host(named(INWARDS), without_end, 0)
        for how, (script, _, _) in MAIL_SERVERS.items():
            street.mail_server(named(how), script)
    except MissingPart as missing:
        pytest.skip(str(missing))
    with street.stack, ScriptedDns(street.zone) as dns:
        yield asyncio.run(all_of(commands(dns.nameserver, str(street.authority.bundle)))), street


def commands(nameserver: str, bundle: str) -> dict[str, Callable[[], Coroutine[Any, Any, Ended]]]:
    def look(*arguments: str, timeout_s: float = TIMEOUT_S) -> Callable[[], Coroutine[Any, Any, Ended]]:
        common = ("--nameserver", nameserver, "--timeout", str(timeout_s))
        return lambda: diagnose(*arguments, *common, environment={"SSL_CERT_FILE": bundle})

    def domain(how: str, timeout_s: float = TIMEOUT_S) -> Callable[[], Coroutine[Any, Any, Ended]]:
        return look("domain", named(how), "--allow-private", "--json", timeout_s=timeout_s)

    made = {
        # The longest first: the others run meanwhile.
        "trickles": domain("trickles", PATIENT_S),
        "MX one octet a second": domain("speaks one octet a second", PATIENT_S),
        "MX hangs in TLS": domain("hangs in TLS", PATIENT_S),
        "MX hangs, and there is no time": domain("hangs in TLS"),
        INWARDS: look("domain", named(INWARDS), "--json"),
        "for the terminal": look("smtp", f"mx.{named('writes for the terminal')}:25", "--allow-private"),
        "MX writes for the terminal": look("domain", named("writes for the terminal"), "--allow-private"),
    }
    made |= {how: domain(how) for how in (*POLICY_HOSTS, WRONG_CERTIFICATE) if how not in made}
    return made | {how: look("smtp", f"mx.{named(how)}:25", "--allow-private", "--json") for how in MAIL_SERVERS}


@pytest.mark.parametrize("how", POLICY_HOSTS)
def test_a_policy_host_that_means_ill_is_told_as_what_it_does(seen: tuple[dict[str, Ended], Street], how: str) -> None:
    ended = seen[0][how]
    _, pause_s, code, words = POLICY_HOSTS[how]
    ended.assert_settled(PATIENT_S if pause_s else TIMEOUT_S)
    assert ended.code == 1, "it has no SPF and no DMARC record either"
    assert words in ended.words(code)


def test_a_policy_host_with_a_certificate_for_another_name_is_told(seen: tuple[dict[str, Ended], Street]) -> None:
    ended = seen[0][WRONG_CERTIFICATE]
    ended.assert_settled(TIMEOUT_S)
    assert "made out to another name" in ended.words("mta_sts.fetch_failed")


def test_a_policy_host_inside_is_not_reached(seen: tuple[dict[str, Ended], Street]) -> None:
    ended, street = seen[0][INWARDS], seen[1]
    ended.assert_settled(TIMEOUT_S)
    assert "has an address that nobody outside can reach" in ended.words("mx.target_invalid")
    assert street.inside and street.inside.connections == 0


@pytest.mark.parametrize("how", MAIL_SERVERS)
def test_a_mail_server_that_means_ill_is_told_as_what_it_does(seen: tuple[dict[str, Ended], Street], how: str) -> None:
    ended = seen[0][how]
    _, code, words = MAIL_SERVERS[how]
    ended.assert_settled(TIMEOUT_S)
    assert ended.code == {"smtp.connect.unseen": 3, "smtp.connect.silent": 1}.get(code, 0)
    assert words in ended.words(code)


@pytest.mark.parametrize(
    ("name", "words"),
    [("MX one octet a second", "stopped at greeting"), ("MX hangs in TLS", "stopped at starttls")],
)
def test_an_exchanger_that_never_comes_to_its_end_is_unknown_beside_a_whole_report(
    seen: tuple[dict[str, Ended], Street], name: str, words: str
) -> None:
    ended = seen[0][name]
    ended.assert_settled(PATIENT_S)
    assert words in ended.words("mx.starttls_unseen")
    assert "domain.not_looked_at" not in ended.codes


def test_a_part_for_which_the_time_was_too_short_is_unknown(seen: tuple[dict[str, Ended], Street]) -> None:
    ended = seen[0]["MX hangs, and there is no time"]
    ended.assert_settled(TIMEOUT_S)
    assert "the time allowed was over" in ended.words("domain.not_looked_at")
    assert "spf.missing" in ended.codes, "the other parts are there"


@pytest.mark.parametrize("name", ["for the terminal", "MX writes for the terminal"])
def test_what_a_server_writes_for_the_terminal_does_nothing_there(
    seen: tuple[dict[str, Ended], Street], name: str
) -> None:
    seen[0][name].assert_settled(TIMEOUT_S)


def test_markup_and_emoji_names_of_a_server_are_shown_as_they_are(seen: tuple[dict[str, Ended], Street]) -> None:
    shown = seen[0]["for the terminal"].stdout
    assert "[/red]:smile:" in shown
    assert "[/X]" in shown, "a mechanism that would end a style of ours"

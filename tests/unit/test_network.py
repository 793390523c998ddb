"""The network door, against servers of this process on free loopback ports."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from diagnostics.network import (
    ConnectRefused,
    ConnectTimedOut,
    DNSUnavailable,
    Dropped,
    EgressPolicy,
    HostUnknown,
    Network,
    NotAllowed,
    Resolver,
    Silent,
    TLSFailed,
    TooMuch,
)
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import free_port

LOOPBACK = EgressPolicy((ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")))
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, **options):
    server = await asyncio.start_server(handler, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def tls(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


@contextmanager
def name_server(answer: Callable[[dns.message.Message], dns.message.Message | None]) -> Iterator[str]:
    """A DNS server on a free UDP port that answers what *answer* says; None: nothing."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            wire, peer = sock.recvfrom(4096)
            if wire == b"end":
                return
            if reply := answer(dns.message.from_wire(wire)):
                sock.sendto(reply.to_wire(), peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{sock.getsockname()[1]}"
    finally:
        sock.sendto(b"end", sock.getsockname())
        thread.join(2)
        sock.close()


def zone(query: dns.message.Message) -> dns.message.Message:
    """relay.test has an address, empty.test has none, broken.test fails, others do not exist."""
    reply = dns.message.make_response(query)
    question = query.question[0]
    name = question.name.to_text()
    if name == "relay.test.":
        if question.rdtype == 1:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "127.0.0.1"))
    elif name == "broken.test.":
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif name != "empty.test.":
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
        "168.63.129.16", "0.0.0.0", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plainly_public_is_refused(address):
    assert not EgressPolicy().permits(address)
    assert EgressPolicy().refusal(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "172.32.0.1", "100.128.0.1"])
def test_a_public_address_is_permitted(address):
    assert EgressPolicy().permits(address)


def test_an_allowed_range_is_permitted_and_nothing_beside_it():
    policy = EgressPolicy((ipaddress.ip_network("10.2.0.0/16"),))
    assert policy.permits("10.2.3.4")
    assert not policy.permits("10.3.0.1")
    assert not policy.permits("::ffff:10.2.3.4")
    assert policy.with_networks([ipaddress.ip_network("10.3.0.0/24")]).permits("10.3.0.1")


def test_pinning_gives_the_checked_address_and_refuses_a_name_that_leads_inside():
    with name_server(zone) as server:
        assert LOOPBACK.resolve_and_pin("relay.test", (server,)) == "127.0.0.1"
        with pytest.raises(NotAllowed) as caught:
            EgressPolicy().resolve_and_pin("relay.test", (server,))
    assert "127.0.0.1 is loopback" in caught.value.detail
    with pytest.raises(NotAllowed):
        EgressPolicy().resolve_and_pin("169.254.169.254")


async def test_a_name_that_leads_inside_is_refused_before_any_connection():
    with name_server(zone) as server:
        with pytest.raises(NotAllowed) as caught:
            await Network(EgressPolicy(), (server,)).connect("relay.test", 25)
    assert (caught.value.host, caught.value.port, caught.value.phase) == ("relay.test", 25, "resolve")


async def test_the_four_ends_of_a_look_up_are_told_apart():
    with name_server(zone) as server:
        resolver = Resolver((server,), timeout_s=1)
        assert (await resolver.resolve("relay.test")).v4 == ("127.0.0.1",)
        with pytest.raises(HostUnknown, match="NXDOMAIN"):
            await resolver.resolve("nowhere.test")
        with pytest.raises(HostUnknown, match="neither A nor AAAA"):
            await resolver.resolve("empty.test")
        with pytest.raises(DNSUnavailable):
            await resolver.resolve("broken.test")
    with name_server(lambda query: None) as dead, pytest.raises(DNSUnavailable) as caught:
        await Resolver((dead,), timeout_s=0.5).resolve("relay.test")
    assert 0.4 < caught.value.seconds < 3


async def test_localhost_and_the_hosts_file_need_no_name_server(tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.9  Mail.Example relay  # ours\n# 127.0.0.8 other\nnonsense mail.example\n")
    with name_server(lambda query: None) as dead:
        resolver = Resolver((dead,), timeout_s=0.2, hosts=hosts)
        assert "127.0.0.1" in (await resolver.resolve("localhost")).v4
        assert (await resolver.resolve("mail.example")).all == ("127.0.0.9",)
        assert resolver.resolve_now("relay").source == "hosts"
        with pytest.raises(DNSUnavailable):
            await resolver.resolve("other")


@pytest.mark.parametrize("host", ["relay.invalid", "", "a..b", "x" * 64 + ".test", "smtp://relay.test"])
async def test_what_can_be_no_host_is_unknown_and_needs_no_answer(host):
    with name_server(zone) as server, pytest.raises(HostUnknown):
        await Resolver((server,), timeout_s=1).resolve(host)


async def test_a_closed_port_is_refused():
    port = free_port()
    with pytest.raises(ConnectRefused) as caught:
        await Network(LOOPBACK).connect("127.0.0.1", port)
    assert caught.value.facts()["port"] == port


async def test_a_port_that_does_not_answer_times_out():
    # A full accept queue: the kernel drops the next attempts, as a filtered port does.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        try:
            with pytest.raises(ConnectTimedOut) as caught:
                await Network(LOOPBACK).connect("127.0.0.1", listener.getsockname()[1], timeout_s=0.4)
        finally:
            for sock in waiting:
                sock.close()
    assert caught.value.seconds >= 0.4


async def test_lines_come_one_by_one_and_the_end_is_dropped():
    async def talk(reader, writer):
        writer.write(b"220-one\r\n220 two\n")
        writer.close()

    async with serving(talk) as port, await Network(LOOPBACK).connect("127.0.0.1", port) as stream:
        assert [await stream.read_line(), await stream.read_line()] == [b"220-one", b"220 two"]
        with pytest.raises(Dropped):
            await stream.read_line()


async def test_one_byte_a_time_does_not_outlast_the_limit():
    async def drip(reader, writer):
        while True:
            writer.write(b"2")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(drip) as port, await Network(LOOPBACK).connect("127.0.0.1", port, life_s=0.4) as stream:
        started = time.monotonic()
        with pytest.raises(Silent):
            await stream.read_line(timeout_s=30)
    assert time.monotonic() - started < 2


async def test_text_without_end_is_cut():
    async def flood(reader, writer):
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()

    async with serving(flood) as port, await Network(LOOPBACK).connect("127.0.0.1", port) as stream:
        with pytest.raises(TooMuch, match="a line of more than"):
            await stream.read_line()


async def hello(reader, writer):
    writer.write(b"220 hello\r\n")
    await writer.drain()
    await reader.read()


@pytest.mark.parametrize(
    ("made", "kind"),
    [("expired", "expired"), ("for_another_name", "name_mismatch"), ("untrusted", "untrusted")],
)
async def test_each_fault_of_a_certificate_has_its_kind_and_its_facts_can_be_seen(tmp_path: Path, made, kind):
    ours = Authority(tmp_path)
    network = Network(LOOPBACK, ca_file=ours.bundle)
    async with serving(hello, ssl=tls(getattr(ours, made)("localhost"))) as port:
        with pytest.raises(TLSFailed) as caught:
            await network.connect("localhost", port, tls="verify")
        assert caught.value.kind == kind
        async with await network.connect("localhost", port, tls="look") as stream:
            assert stream.certificate and len(stream.certificate.fingerprint) == 64
            assert await stream.read_line() == b"220 hello"


async def test_a_good_certificate_is_accepted_and_lines_pass_through_tls(tmp_path):
    ours = Authority(tmp_path)
    async with serving(hello, ssl=tls(ours.good("localhost"))) as port:
        network = Network(LOOPBACK, ca_file=ours.bundle)
        async with await network.connect("localhost", port, tls="verify") as stream:
            assert stream.certificate and stream.certificate.names == ("localhost",)
            assert stream.tls_version.startswith("TLSv1.")
            assert await stream.read_line() == b"220 hello"


async def test_tls_to_a_plain_port_is_the_wrong_mode():
    async with serving(hello) as port:
        with pytest.raises(TLSFailed) as caught:
            await Network(LOOPBACK).connect("127.0.0.1", port, tls="verify")
    assert caught.value.kind == "wrong_mode"
    assert "220 hello" in caught.value.detail


async def test_no_protocol_version_in_common_is_told_as_version(tmp_path):
    # A thread, because asyncio's server hangs up without the alert that real servers send.
    ours = Authority(tmp_path)
    modern = tls(ours.good("localhost"))
    modern.minimum_version = ssl.TLSVersion.TLSv1_3
    network = Network(LOOPBACK, ca_file=ours.bundle)
    old = network.tls_context("verify")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept_tls, args=(listener, modern), daemon=True)
        thread.start()
        async with await network.connect("127.0.0.1", listener.getsockname()[1]) as stream:
            with pytest.raises(TLSFailed) as caught:
                await stream.start_tls(old)
        thread.join(5)
    assert caught.value.kind == "version"


def accept_tls(listener: socket.socket, context: ssl.SSLContext) -> None:
    sock, _ = listener.accept()
    with sock, contextlib.suppress(OSError):
        context.wrap_socket(sock, server_side=True)


async def test_a_server_that_takes_no_part_in_the_handshake_is_silent():
    async def mute(reader, writer):
        await reader.read()

    async with serving(mute) as port:
        with pytest.raises(Silent):
            await Network(LOOPBACK).connect("127.0.0.1", port, timeout_s=0.3, tls="verify")

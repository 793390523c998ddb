"""Fetching one file over HTTPS from servers that are sound, slow, endless, lying, and elsewhere than they say."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from diagnostics.network import (
    DNSUnavailable,
    Dropped,
    EgressPolicy,
    HostUnknown,
    Network,
    NetworkError,
    NotAllowed,
    NotHTTP,
    Resolver,
    Silent,
    TLSFailed,
    TooMuch,
    fetch,
)
from tests.servers.certificates import Authority, Certificate

LOOPBACK = EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),))
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mail.shop.test\r\nmax_age: 86400\r\n"
Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def door(authority: Authority, tmp_path: Path, policy: EgressPolicy = LOOPBACK) -> Network:
    """*.shop.test is this machine, inside.test a private address."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 mta-sts.shop.test\n10.0.0.1 inside.test\n")
    network = Network(policy, ca_file=authority.bundle)
    network.resolver = Resolver(("127.0.0.1:1",), timeout_s=0.3, hosts=hosts)
    return network


@asynccontextmanager
async def https(handler: Handler, certificate: Certificate) -> AsyncIterator[str]:
    """The URL of a policy that *handler* answers for, given the request's header."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(await reader.readuntil(b"\r\n\r\n"), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://mta-sts.shop.test:{server.sockets[0].getsockname()[1]}/.well-known/mta-sts.txt"
    finally:
        server.close()


def answer(*parts: bytes) -> Handler:
    async def say(request: bytes, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return say


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    size = b"Content-Length: %d" % len(body)
    return b"\r\n".join((b"HTTP/1.1 " + status, size, *headers)) + b"\r\n\r\n" + body


def once_more(part: bytes, pause_s: float = 0.0, first: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Handler:
    """*first*, and then *part* without end."""

    async def say(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return say


async def test_a_policy_comes_with_the_facts_of_its_certificate(authority: Authority, tmp_path: Path) -> None:
    requests = []

    async def say(request: bytes, writer: asyncio.StreamWriter) -> None:
        requests.append(request)
        writer.write(whole(POLICY, b"Content-Type: text/plain"))

    async with https(say, authority.good("mta-sts.shop.test")) as url:
        found = await fetch(door(authority, tmp_path), url)
    assert (found.url, found.status, found.body, found.address) == (url, 200, POLICY, "127.0.0.1")
    assert found.header("content-type") == "text/plain" and found.header("etag") == ""
    assert found.certificate.names == ("mta-sts.shop.test",) and found.tls_version.startswith("TLSv1.")
    assert requests[0].startswith(b"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.shop.test:")
    assert b"accept-encoding" not in requests[0].lower()


@pytest.mark.parametrize(
    "said",
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nversion\r\n", b"3\r\n: x\r\n0\r\n\r\n"),
        (b"HTTP/1.0 200 OK\r\n\r\nversion: x",),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nversion: x and more"),
    ],
    ids=["in chunks", "until the connection ends", "after early hints"],
)
async def test_a_body_comes_whole_in_each_of_its_forms(authority: Authority, tmp_path: Path, said: tuple) -> None:
    async with https(answer(*said), authority.good("mta-sts.shop.test")) as url:
        assert (await fetch(door(authority, tmp_path), url)).body == b"version: x"


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
HOSTILE: dict[str, tuple[Handler, type[NetworkError], str]] = {
    "a body without end": (once_more(b"x" * 4096), TooMuch, "a body of more than 20000 bytes"),
    "a body that says how long it is": (answer(whole(b"x" * 90_000)), TooMuch, "a body of more than 20000 bytes"),
    "chunks without end": (once_more(b"1\r\nx\r\n", first=CHUNKS), TooMuch, "more than"),
    "a chunk as long as the sea": (once_more(b"x" * 4096, first=CHUNKS + b"fffffffffff\r\n"), TooMuch, "more than"),
    "a header without end": (once_more(b"X-A: " + b"b" * 500 + b"\r\n", first=HEAD), NotHTTP, "no HTTP answer"),
    "early hints without end": (once_more(b"HTTP/1.1 103 Hints\r\n\r\n", first=b""), TooMuch, "more than"),
    "one byte after another": (once_more(b"x", 0.05), Silent, "not whole after 0.8 s"),
    "silence": (once_more(b"", 0.05, first=b""), Silent, "after 0.8 s"),
    "another protocol": (answer(b"220 mail.shop.test ESMTP\r\n"), NotHTTP, "no HTTP answer that can be read"),
    "two lengths": (answer(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), NotHTTP, "no HTTP answer"),
    "a packed bomb": (
        answer(whole(gzip.compress(bytes(10_000_000)), b"Content-Encoding: gzip")), NotHTTP, "packed ('gzip')",
    ),
    "half a body": (answer(HEAD + b"Content-Length: 99\r\n\r\nversion"), Dropped, "in the middle of the answer"),
    "no answer": (answer(b""), Dropped, "without an answer"),
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
async def test_a_hostile_server_ends_within_the_limits(authority: Authority, tmp_path: Path, how: str) -> None:
    handler, kind, told = HOSTILE[how]
    timeout_s = 0.8 if kind is Silent else 10.0  # a machine with much to do is no reason to fall silent
    async with https(handler, authority.good("mta-sts.shop.test")) as url:
        network = door(authority, tmp_path)
        tracemalloc.start()
        started = time.monotonic()
        try:
            with pytest.raises(kind) as caught:
                await fetch(network, url, timeout_s=timeout_s, byte_limit=20_000)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert time.monotonic() - started < timeout_s + 1.5
    assert told in caught.value.detail
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("made", "kind"), [("expired", "expired"), ("for_another_name", "name_mismatch"), ("untrusted", "untrusted")]
)
async def test_a_certificate_that_does_not_hold_is_no_policy(
    authority: Authority, tmp_path: Path, made: str, kind: str
) -> None:
    async with https(answer(whole(POLICY)), getattr(authority, made)("mta-sts.shop.test")) as url:
        with pytest.raises(TLSFailed) as caught:
            await fetch(door(authority, tmp_path), url)
    assert caught.value.kind == kind


def led_to(location: bytes) -> Handler:
    async def say(request: bytes, writer: asyncio.StreamWriter) -> None:
        here = request.split(b"\r\nHost: ")[1].split(b"\r\n")[0]
        if request.startswith(b"GET /end"):
            writer.write(whole(POLICY))
        else:
            writer.write(whole(b"", b"Location: " + location.replace(b"HERE", here), status=b"302 Found"))

    return say


async def test_a_redirect_is_the_answer_unless_it_may_be_followed(authority: Authority, tmp_path: Path) -> None:
    async with https(led_to(b"/end?x=1#part"), authority.good("mta-sts.shop.test")) as url:
        network = door(authority, tmp_path)
        found = await fetch(network, url)
        assert (found.status, found.header("location"), found.body) == (302, "/end?x=1#part", b"")
        found = await fetch(network, url, redirects=1)
        assert (found.status, found.body) == (200, POLICY)
        assert found.url.endswith("/end?x=1")


@pytest.mark.parametrize(
    "location",
    [b"http://HERE/end", b"https://user@HERE/end", b"https://", b"https://HERE:0/end", b"https://[::1/x", b""],
)
async def test_a_redirect_that_leads_nowhere_safe_is_the_answer(
    authority: Authority, tmp_path: Path, location: bytes
) -> None:
    async with https(led_to(location), authority.good("mta-sts.shop.test")) as url:
        assert (await fetch(door(authority, tmp_path), url, redirects=3)).status == 302


async def test_redirects_without_end_stop_at_the_limit(authority: Authority, tmp_path: Path) -> None:
    visits = 0

    async def say(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        writer.write(whole(b"", b"Location: /again", status=b"301 Moved"))

    async with https(say, authority.good("mta-sts.shop.test")) as url:
        assert (await fetch(door(authority, tmp_path), url, redirects=3)).status == 301
    assert visits == 4


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        (b"https://inside.test/end", NotAllowed),
        (b"https://169.254.169.254/latest/meta-data/", NotAllowed),
        (b"https://nobody.invalid/end", HostUnknown),
        (b"https://elsewhere.test/end", DNSUnavailable),
    ],
)
async def test_a_redirect_inwards_is_refused_by_the_door(
    authority: Authority, tmp_path: Path, location: bytes, kind: type[NetworkError]
) -> None:
    async with https(led_to(location), authority.good("mta-sts.shop.test")) as url:
        with pytest.raises(kind):
            await fetch(door(authority, tmp_path), url, redirects=1)


@pytest.mark.parametrize(
    "url", ["http://a.test/", "https:///x", "https://a.test/a b", "https://a.test/\r\nX: y", "ftp://a.test", "a.test"]
)
async def test_what_is_no_https_url_is_not_fetched(url: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        await fetch(Network(LOOPBACK), url)

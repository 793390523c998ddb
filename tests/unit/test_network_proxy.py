"""The browser's proxy: only who knows the job's credential gets through, and only where the egress policy allows."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
from collections.abc import Iterator

import pytest

from diagnostics.network import EgressPolicy, Network, NotAllowed
from diagnostics.network.proxy import EgressProxy
from tests.servers.pages import Answer, Pages

LOOPBACK = Network(EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),)))
PUBLIC_ONLY = Network(EgressPolicy())


@pytest.fixture(scope="module")
def web() -> Iterator[Pages]:
    with Pages({"/": "hello", "/long": Answer("x" * 200_000)}) as pages:
        yield pages


async def asked(proxy: EgressProxy, request: str, credential: str | None = None) -> bytes:
    """What the proxy, or who is behind it, answers until the connection ends."""
    if credential is None:
        credential = f"{proxy.username}:{proxy.password}"
    line = f"Proxy-Authorization: Basic {base64.b64encode(credential.encode()).decode()}\r\n" if credential else ""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(f"{request}\r\nHost: x\r\n{line}\r\n".encode())
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_page_comes_through_in_its_absolute_form(web: Pages) -> None:
    async with EgressProxy(LOOPBACK) as proxy:
        assert (await asked(proxy, f"GET {web.url}/ HTTP/1.1")).endswith(b"hello")
    assert "proxy-authorization" not in web.asked[-1].headers


async def test_a_tunnel_carries_what_it_is_given(web: Pages) -> None:
    async with EgressProxy(LOOPBACK) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        credential = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
        head = f"CONNECT 127.0.0.1:{web.port} HTTP/1.1\r\nProxy-Authorization: Basic {credential}\r\n\r\n"
        writer.write(head.encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"hello")
        writer.close()


@pytest.mark.parametrize("credential", ["", "aftercare:guess", ":"])
async def test_nobody_else_on_the_machine_may_use_it(web: Pages, credential: str) -> None:
    before = len(web.asked)
    async with EgressProxy(LOOPBACK) as proxy:
        assert (await asked(proxy, f"GET {web.url}/ HTTP/1.1", credential)).startswith(b"HTTP/1.1 407")
    assert len(web.asked) == before


async def test_what_the_egress_policy_refuses_is_not_reached_and_the_reason_is_kept(web: Pages) -> None:
    before = len(web.asked)
    async with EgressProxy(PUBLIC_ONLY) as proxy:
        assert await asked(proxy, f"GET {web.url}/ HTTP/1.1") == b""
        assert (await asked(proxy, f"CONNECT localhost:{web.port} HTTP/1.1")).startswith(b"HTTP/1.1 502")
        assert isinstance(proxy.failure("127.0.0.1", web.port), NotAllowed)
        assert isinstance(proxy.failure("localhost", web.port), NotAllowed)
    assert len(web.asked) == before


async def test_ports_of_other_services_are_not_reached() -> None:
    async with EgressProxy(LOOPBACK) as proxy:
        assert (await asked(proxy, "CONNECT 127.0.0.1:25 HTTP/1.1")).startswith(b"HTTP/1.1 502")
        assert "not one that web pages use" in str(proxy.failure("127.0.0.1", 25))


async def test_a_host_that_is_held_back_is_not_asked_for() -> None:
    async with EgressProxy(LOOPBACK, held_back=lambda host: "a tracker" if host == "t.example" else "") as proxy:
        assert (await asked(proxy, "CONNECT t.example:443 HTTP/1.1")).startswith(b"HTTP/1.1 403")
        assert proxy.held == {"t.example": "a tracker"}


async def test_bytes_have_a_limit(web: Pages) -> None:
    async with EgressProxy(LOOPBACK, byte_limit=100_000) as proxy:
        assert len(await asked(proxy, f"GET {web.url}/long HTTP/1.1")) <= 100_000
        assert proxy.over == "127.0.0.1"


@pytest.mark.parametrize(
    "request_line", ["GET /no-host HTTP/1.1", "CONNECT nonsense HTTP/1.1", "GET ftp://x/ HTTP/1.1", "what", "a b c d"]
)
async def test_nonsense_is_a_bad_request(request_line: str) -> None:
    async with EgressProxy(LOOPBACK) as proxy:
        assert (await asked(proxy, request_line)).startswith(b"HTTP/1.1 400")

"""One file over HTTPS (RFC 9110, 9112): verified, bounded in bytes, seconds and redirects. For MTA-STS and BIMI.

h11 reads the protocol, `Network` opens the connection: a redirect leads through the egress
policy like any other name.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import h11

from diagnostics.network.certificate import Certificate
from diagnostics.network.door import Network
from diagnostics.network.errors import Dropped, NotHTTP, Silent, TooMuch
from diagnostics.network.stream import Stream

MOST_BYTES_AROUND = 64 * 1024  # handshake, certificates, header: beside the body's own limit
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Response:
    """An answer whose certificate was verified for the host of `url`."""

    url: str  # where it came from, after redirects
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case, in order
    body: bytes
    address: str
    certificate: Certificate
    tls_version: str

    def header(self, name: str) -> str:
        """The first value of the header *name* (lower case); "" without."""
        return next((value for each, value in self.headers if each == name), "")


async def fetch(
    network: Network, url: str, *, timeout_s: float = 10.0, byte_limit: int = 64 * 1024, redirects: int = 0
) -> Response:
    """GET *url*, which is https. *byte_limit* is the body's; all of it takes *timeout_s* at most.

    A redirect beyond *redirects*, or to what is not https, is the response. Raises what `Network.connect`
    raises, and Silent, Dropped, TooMuch, NotHTTP; ValueError for a URL that cannot be fetched.
    """
    started = time.monotonic()
    parts = _https(url)
    left = redirects
    while True:
        host, port = parts.hostname or "", parts.port or 443
        try:
            async with asyncio.timeout(max(0.0, started + timeout_s - time.monotonic())):
                response = await _get(network, parts, timeout_s, byte_limit)
        except TimeoutError as error:
            seconds = time.monotonic() - started
            detail = f"the answer was not whole after {timeout_s:g} s"
            raise Silent(host, port, phase="read", seconds=seconds, detail=detail) from error
        if response.status not in _REDIRECTS or not left:
            return response
        try:
            parts = _https(urljoin(parts.geturl(), response.header("location")))
        except ValueError:
            return response
        left -= 1


async def _get(network: Network, parts: SplitResult, timeout_s: float, byte_limit: int) -> Response:
    host, port = parts.hostname or "", parts.port or 443
    async with await network.connect(
        host, port, timeout_s, tls="verify", life_s=timeout_s, byte_limit=byte_limit + MOST_BYTES_AROUND
    ) as stream:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = h11.Request(
            method="GET",
            target=target,
            # No Accept-Encoding: what is small when packed may be large without end.
            headers=[("Host", parts.netloc), ("User-Agent", "aftercare"), ("Accept", "*/*"), ("Connection", "close")],
        )
        talk = h11.Connection(h11.CLIENT)
        await stream.write((talk.send(request) or b"") + (talk.send(h11.EndOfMessage()) or b""), timeout_s)
        head, body = await _answer(talk, stream, byte_limit, timeout_s)
        assert stream.certificate
        return Response(
            url=parts.geturl(),
            status=head.status_code,
            headers=tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers),
            body=body,
            address=stream.address,
            certificate=stream.certificate,
            tls_version=stream.tls_version,
        )


async def _answer(
    talk: h11.Connection, stream: Stream, byte_limit: int, timeout_s: float
) -> tuple[h11.Response, bytes]:
    started = time.monotonic()
    head: h11.Response | None = None
    body, first = bytearray(), b""

    def because(kind: type[NotHTTP | TooMuch | Dropped], detail: str) -> NotHTTP | TooMuch | Dropped:
        return kind(stream.host, stream.port, phase="read", seconds=time.monotonic() - started, detail=detail)

    while True:
        try:
            event = talk.next_event()
        except h11.RemoteProtocolError as error:
            if head is not None and talk.trailing_data[1]:
                raise because(Dropped, "the connection was closed in the middle of the answer") from error
            if not first:
                raise because(Dropped, "the connection was closed without an answer") from error
            raise because(NotHTTP, f"no HTTP answer that can be read ({error}); it begins {first!r}") from error
        match event:
            case h11.NEED_DATA:
                data = await stream.read_some(timeout_s)
                first = first or data[:40]
                talk.receive_data(data)
            case h11.Response():
                head = event
                packed = [value for name, value in event.headers if name == b"content-encoding"]
                if any(value.lower() != b"identity" for value in packed):
                    said = packed[0][:40].decode("latin-1")
                    raise because(NotHTTP, f"the answer is packed ({said!r}), which was not asked for")
            case h11.Data():
                body += event.data
                if len(body) > byte_limit:
                    raise because(TooMuch, f"a body of more than {byte_limit} bytes")
            case h11.EndOfMessage() | h11.ConnectionClosed():
                assert head is not None
                return head, bytes(body)


def _https(url: str) -> SplitResult:
    """*url* in its parts. Raises ValueError for what is not fetched."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError(f"not an https URL of a host: {url!r}")
    if not url.isascii() or not url.isprintable() or " " in url or parts.port == 0:
        raise ValueError(f"not a URL: {url!r}")
    return parts._replace(fragment="")

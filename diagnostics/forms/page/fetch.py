"""A page as a visitor without cookies gets it: redirects, headers, one fetch past its cache, and the form's own roads.

What goes out is harmless: GETs, and one POST to admin-ajax with an action that nobody has. All of it passes the
network door and its egress policy, is bounded in bytes and seconds, and a redirect is followed as a browser would.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import h11

from diagnostics.network import Dropped, Network, NetworkError, NotHTTP, Silent, Stream, TLSMode, TooMuch

MOST_BYTES = 4 * 1024 * 1024  # of one page, unpacked; real ones have 0.1 to 1 MB
MOST_REDIRECTS = 10  # a browser gives up at 20
PAGE_TIMEOUT_S = 20.0
_REDIRECTS = (301, 302, 303, 307, 308)
_SAFE = "/?:@!$&'()*+,;=~%-._[]"  # stays as it is in an address; the rest is encoded, as a browser does it


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case, in order
    body: bytes
    cut: bool = False  # the body went on after MOST_BYTES
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """The first value of the header *name* (lower case); "" without."""
        return next((value for each, value in self.headers if each == name), "")

    @property
    def location(self) -> str:
        """Where a redirect leads; "" where this is none, or it leads to no web address."""
        if self.status not in _REDIRECTS or not self.header("location"):
            return ""
        try:
            leads = urljoin(self.url, self.header("location"))
            return leads if web_address(leads) else ""
        except ValueError:
            return ""


@dataclass(frozen=True)
class Visit:
    """A GET with its redirects. *answer* is the last; None where *trouble* says why there is none."""

    url: str
    hops: tuple[Answer, ...] = ()  # the redirects on the way
    answer: Answer | None = None
    trouble: NetworkError | None = None
    circles: bool = False  # redirects that came to no end


@dataclass(frozen=True)
class FetchedPage:
    """A page with what was asked beside it. *roads*: the answers (or troubles) of addresses that its forms post to."""

    page: Visit
    fresh: Visit | None = None  # the same page past every cache
    roads: Mapping[str, Visit] = field(default_factory=dict)  # by address, without a fragment

    @property
    def url(self) -> str:
        return self.page.url


def web_address(url: str) -> SplitResult | None:
    """*url* in its parts, when it is one of http or https that can be asked."""
    try:
        parts = urlsplit(url.strip())
        fine = parts.scheme in ("http", "https") and 0 < len(parts.hostname or "") <= 253
        fine = fine and parts.username is None and parts.port != 0
    except ValueError:
        return None
    return parts if fine else None


def origin(parts: SplitResult) -> str:
    """`https://example.org` or `https://example.org:8443`: what browsers compare."""
    default = {"http": 80, "https": 443}[parts.scheme]
    port = parts.port or default
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port == default else f":{port}")


def past_cache(url: str) -> str:
    """*url* with a question that no cache has seen."""
    parts = urlsplit(url)
    more = f"aftercare={secrets.token_hex(6)}"
    return parts._replace(query=f"{parts.query}&{more}" if parts.query else more, fragment="").geturl()


async def visit(
    network: Network, url: str, *, timeout_s: float = PAGE_TIMEOUT_S, headers: Mapping[str, str] | None = None
) -> Visit:
    """GET *url* and follow its redirects; what went wrong is in the visit. Raises ValueError for no web address."""
    ends_at = time.monotonic() + timeout_s
    hops: list[Answer] = []
    at = url
    while True:
        try:
            answer = await ask(network, at, timeout_s=ends_at - time.monotonic(), headers=headers)
        except NetworkError as trouble:
            return Visit(url, tuple(hops), None, trouble)
        if not answer.location:
            return Visit(url, tuple(hops), answer)
        hops.append(answer)
        # A page may lead to itself once, to set a cookie that we do not keep: a visitor's browser would come through.
        if len(hops) > MOST_REDIRECTS or [each.url for each in hops].count(answer.location) > 1:
            return Visit(url, tuple(hops), None, None, circles=True)
        at = answer.location


async def ask(
    network: Network,
    url: str,
    *,
    body: bytes = b"",
    timeout_s: float = PAGE_TIMEOUT_S,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request, a POST when it has a *body*. Raises what `Network.connect` raises, Silent, Dropped, NotHTTP.

    Raises ValueError for what is no web address.
    """
    parts = web_address(url)
    if parts is None:
        raise ValueError(f"no web address: {url[:200]!r}")
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    started = time.monotonic()
    timeout_s = max(timeout_s, 0.0)
    try:
        async with asyncio.timeout(timeout_s):
            return await _asked(network, parts, host, port, body, timeout_s, headers or {})
    except TimeoutError as error:
        detail = f"the answer was not whole after {timeout_s:.0f} s"
        raise Silent(host, port, phase="read", seconds=time.monotonic() - started, detail=detail) from error


async def _asked(
    network: Network,
    parts: SplitResult,
    host: str,
    port: int,
    body: bytes,
    timeout_s: float,
    headers: Mapping[str, str],
) -> Answer:
    started = time.monotonic()
    tls: TLSMode | None = "verify" if parts.scheme == "https" else None
    limit = 2 * MOST_BYTES  # a guard below the one that counts what is unpacked
    async with await network.connect(
        host, port, timeout_s, tls=tls, life_s=timeout_s, byte_limit=limit
    ) as stream:  # fmt: skip
        target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        lines = {
            "Host": origin(parts).partition("://")[2],
            "User-Agent": "Mozilla/5.0 (compatible; aftercare)",
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Encoding": "gzip",  # as browsers do: caches keep a packed page of its own
            "Accept-Language": "en;q=0.5,*;q=0.1",
            "Connection": "close",
            **headers,
        }
        if body:
            lines |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=128 * 1024)
        asked = h11.Request(method="POST" if body else "GET", target=target, headers=list(lines.items()))
        words = talk.send(asked) or b""
        if body:
            words += talk.send(h11.Data(data=body)) or b""
        await stream.write(words + (talk.send(h11.EndOfMessage()) or b""), timeout_s)
        head, found, cut = await _read(talk, stream, timeout_s)
    return Answer(
        parts._replace(fragment="").geturl(),
        head.status_code,
        tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers),
        found,
        cut,
        round(time.monotonic() - started, 3),
    )


async def _read(talk: h11.Connection, stream: Stream, timeout_s: float) -> tuple[h11.Response, bytes, bool]:
    """Head and body, the body unpacked and cut."""
    started = time.monotonic()
    head: h11.Response | None = None
    body, first = bytearray(), b""
    unpack: _Unpack | None = None

    def because(kind: type[NotHTTP | Dropped], detail: str) -> NetworkError:
        return kind(stream.host, stream.port, phase="read", seconds=time.monotonic() - started, detail=detail)

    while True:
        try:
            event = talk.next_event()
        except h11.RemoteProtocolError as error:
            if head is not None:
                raise because(Dropped, "the connection was closed in the middle of the answer") from error
            if not first:
                raise because(Dropped, "the connection was closed without an answer") from error
            raise because(NotHTTP, f"no HTTP answer that can be read ({error}); it begins {first!r}") from error
        match event:
            case h11.NEED_DATA:
                try:
                    data = await stream.read_some(timeout_s)
                except TooMuch:
                    if head is None:
                        raise
                    return head, bytes(body), True
                except Dropped:
                    # A server that says no length and no farewell: what came is the page, as browsers take it.
                    if head is None or not _ends_with_connection(head):
                        raise
                    return head, bytes(body), False
                first = first or data[:40]
                talk.receive_data(data)
            case h11.Response():
                head = event
                packed = b",".join(value for name, value in event.headers if name == b"content-encoding").strip()
                if packed.lower() in (b"gzip", b"x-gzip"):
                    unpack = _Unpack()
                elif packed and packed.lower() != b"identity":
                    said = packed[:40].decode("latin-1")
                    raise because(NotHTTP, f"the answer is packed ({said!r}), which was not asked for")
            case h11.Data():
                try:
                    body += unpack.more(event.data, MOST_BYTES + 1 - len(body)) if unpack else event.data
                except zlib.error as error:
                    raise because(NotHTTP, f"the answer says it is packed by gzip, and is not ({error})") from error
                if len(body) > MOST_BYTES:
                    assert head is not None
                    return head, bytes(body[:MOST_BYTES]), True
            case h11.EndOfMessage() | h11.ConnectionClosed():
                assert head is not None
                return head, bytes(body), False


def _ends_with_connection(head: h11.Response) -> bool:
    return not any(name in (b"content-length", b"transfer-encoding") for name, _ in head.headers)


class _Unpack:
    """gzip, never more than is asked for: a small answer may be large without end."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    def more(self, data: bytes, most: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max(most, 1))

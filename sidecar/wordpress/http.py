"""One POST to a site, under the egress policy, with an end: bytes, seconds and redirects are bounded.

The name is resolved once, the address is checked and then pinned; a redirect is followed only
to the same host, and checked again. Proxies and credentials of this machine's environment are
not used. requests bounds each read, not the whole: a timer hangs up on a site that trickles.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from diagnostics.network import EgressPolicy, NetworkError

REDIRECTS = 3
CONNECT_S = 10.0
BYTES = 2 * 1024 * 1024


class NoReply(Exception):
    """The site gave no answer that can be used. `slow`: it took the message, and may still be at work."""

    def __init__(self, why: str, *, slow: bool = False) -> None:
        super().__init__(why)
        self.slow = slow


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers (lower case), body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    policy: EgressPolicy,
    nameservers: tuple[str, ...] = (),
    timeout_s: float,
) -> Reply:
    """POST *body* to *url*; all of it within *timeout_s*. Raises NoReply."""
    until = time.monotonic() + timeout_s
    for _ in range(REDIRECTS + 1):
        reply = _post_once(url, body, headers, policy, nameservers, until)
        target = reply.headers.get("location", "")
        if reply.status not in (301, 302, 307, 308) or not target:
            return reply
        url = _same_host(url, target)
    raise NoReply(f"more than {REDIRECTS} redirects")


def _post_once(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: EgressPolicy,
    nameservers: tuple[str, ...],
    until: float,
) -> Reply:
    parts = urlsplit(url)
    host = parts.hostname or ""
    left_s = until - time.monotonic()
    try:
        address = policy.resolve_and_pin(host, nameservers, timeout_s=max(0.1, min(5.0, left_s)))
    except NetworkError as error:
        raise NoReply(f"{type(error).__name__}: {error.detail or error}") from error
    line = _Line()
    left_s = max(0.1, until - time.monotonic())
    hang_up = threading.Timer(left_s, line.hang_up)
    hang_up.daemon = True
    hang_up.start()
    answering = False
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.mount(f"{parts.scheme}://", _Pinned(address, host, line))
            with session.post(
                url,
                data=body,
                headers={**headers, "Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity"},
                timeout=(min(CONNECT_S, left_s), left_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                answering = True
                content = bytearray()
                for chunk in response.iter_content(16 * 1024):
                    content += chunk
                    if len(content) > BYTES:
                        raise NoReply(f"answered with more than {BYTES} bytes")
                if line.hung_up:
                    raise NoReply("answered without end")
                kept = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status_code, kept, bytes(content))
    except requests.exceptions.SSLError as error:
        raise NoReply(f"TLS: {_last(error)}") from error
    except requests.exceptions.ConnectTimeout as error:
        raise NoReply("no connection within the time") from error
    except requests.exceptions.ReadTimeout as error:
        raise NoReply("no answer within the time", slow=not answering) from error
    except requests.exceptions.RequestException as error:
        if not line.hung_up:
            raise NoReply(_last(error)) from error
        why = "answered without end" if answering else "no answer within the time"
        raise NoReply(why, slow=line.connected and not answering) from error
    finally:
        hang_up.cancel()


def _same_host(url: str, target: str) -> str:
    """Where a redirect leads, if it may be followed: same host, and never from TLS to none. Raises NoReply."""
    new = urljoin(url, target)
    here, there = urlsplit(url), urlsplit(new)
    if there.scheme not in ("http", "https") or (here.scheme, there.scheme) == ("https", "http"):
        raise NoReply(f"redirects to {there.scheme}://{there.hostname}, which is not followed")
    try:
        same = there.hostname == here.hostname and there.username is None
        same = same and (there.port == here.port or (here.scheme, there.scheme) == ("http", "https"))
    except ValueError:
        same = False
    if not same:
        raise NoReply(f"redirects to another place ({there.netloc[:100]}), which is not followed")
    return new


class _Line:
    """The connection under way, so that a timer can end it."""

    def __init__(self) -> None:
        self._connection: HTTPConnection | None = None
        self.connected = False
        self.hung_up = False

    def opened(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self.connected = True
        if self.hung_up:
            self.hang_up()

    def hang_up(self) -> None:
        self.hung_up = True
        sock = self._connection.sock if self._connection else None
        if sock is not None:
            try:
                sock.shutdown(2)
            except OSError:
                return  # it is closed already


class _Pinned(HTTPAdapter):
    """Connects to *address* whatever the URL's host resolves to now; TLS is verified for *host*."""

    def __init__(self, address: str, host: str, line: _Line) -> None:
        self._address = address
        self._host = host
        self._line = line
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        line = self._line

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                line.opened(self)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                line.opened(self)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        kwargs["ssl_context"] = ssl.create_default_context()
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        where: Any
        how: Any
        where, how = super().build_connection_pool_key_attributes(request, verify, cert)
        where["host"] = self._address
        if where["scheme"] == "https":
            how = {**how, "server_hostname": self._host, "assert_hostname": self._host}
        return where, how


def _last(error: BaseException) -> str:
    """The innermost reason, without the URL that requests wraps around it."""
    reason: Any = error
    while True:
        inner = getattr(reason, "reason", None) or (reason.args[0] if getattr(reason, "args", ()) else None)
        if not isinstance(inner, BaseException):
            break
        reason = inner
    words = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    return words.rpartition(": ")[2].strip("()'\" ")[:200] or type(reason).__name__

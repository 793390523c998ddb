"""A web server that plays a WordPress with our plugin: REST, `?rest_route=`, XML-RPC, each road blockable in its way.

The real plugin is tested in tests/wordpress; this one can be made to answer without end.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sidecar.keys import TO_SIDECAR, TO_SITE, derive, sign, verify

Block = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class PlayedSite:
    """What the site knows and does. `blocks`: road -> how it is blocked; `asked`: the roads that were knocked at."""

    secrets: list[bytes]
    site_id: str = ""
    url: str = ""
    clock_off_s: int = 0
    results: dict[str, Any] = field(default_factory=lambda: {"snapshot": {"plugin": "0.1.0"}})
    state: str = "done"
    error: str = ""
    pause_s: float = 0.0  # before it acts, each time it is asked for something new
    paired: bool = True
    blocks: dict[str, Block] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    acted: list[str] = field(default_factory=list)  # the ids of commands that were carried out
    _ledger: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, site: str, message_id: str, timestamp: str, signature: str, body: bytes) -> dict[str, str] | str:
        """The plugin's command door: a signed struct, or the word of an unsigned refusal."""
        if not self.paired:
            return "not_paired"
        now = int(time.time()) + self.clock_off_s
        for secret in self.secrets:
            if site == self.site_id and verify(
                derive(secret, "commands", TO_SITE), message_id, timestamp, body, signature
            ):
                break
        else:
            return "signature"
        if abs(now - int(timestamp)) > 300:
            outcome: dict[str, Any] = {"error": "clock", "message": "not of now", "time": "…"}
        else:
            outcome = self._carry_out(json.loads(body))
        text = json.dumps(outcome)
        key = derive(secret, "commands", TO_SIDECAR)
        signed = sign(key, message_id, str(now), text.encode())
        return {"id": message_id, "timestamp": str(now), "signature": signed, "body": text}

    def _carry_out(self, envelope: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            if (known := self._ledger.get(envelope["id"])) is not None:
                return known
            self._ledger[envelope["id"]] = {
                "id": envelope["id"],
                "state": "unknown",
                "result": {},
                "error": "started, outcome unknown",
            }
            self.acted.append(envelope["id"])
        time.sleep(self.pause_s)
        done = {
            "id": envelope["id"],
            "state": self.state,
            "result": self.results.get(envelope["name"], {}),
            "error": self.error,
        }
        with self._lock:
            self._ledger[envelope["id"]] = done
        return done


def status(code: int, body: bytes = b"<html>no</html>", **headers: str) -> Block:
    """A road that answers like this."""

    def block(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return block


def without_end(request: BaseHTTPRequestHandler) -> None:
    """A body that never ends."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"x" * 65536)


def trickling(request: BaseHTTPRequestHandler) -> None:
    """Headers that come one byte at a time, for ever."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        request.wfile.write(b"y")
        request.wfile.flush()
        time.sleep(0.02)


def hanging_up(request: BaseHTTPRequestHandler) -> None:
    """The connection is closed without a word."""
    request.close_connection = True
    request.connection.close()


@contextmanager
def play(site: PlayedSite, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[PlayedSite]:
    """The site answers until the block ends, by TLS where there is a *context*."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            plain = "rest_route" in parse_qs(parts.query)
            road = "xmlrpc" if parts.path.endswith("xmlrpc.php") else "rest_route" if plain else "rest"
            site.asked.append(road)
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                if road in site.blocks:
                    site.blocks[road](self)
                elif road == "xmlrpc":
                    self._xmlrpc(body)
                else:
                    self._rest(body)
            except OSError:
                self.close_connection = True  # the caller hung up

        def _rest(self, body: bytes) -> None:
            named = [self.headers.get(name, "") for name in ("aftercare-site", *(f"webhook-{n}" for n in PARTS))]
            answer = site.answer(named[0], named[1], named[2], named[3], body)
            if isinstance(answer, str):
                status(401, json.dumps({"error": answer, "message": "no"}).encode())(self)
                return
            headers = {f"webhook-{name}": answer[name] for name in PARTS}
            code = 401 if '"clock"' in answer["body"] else 200
            status(code, answer["body"].encode(), **headers)(self)

        def _xmlrpc(self, body: bytes) -> None:
            strings, method = xmlrpc.client.loads(body.decode())
            assert method == "aftercare.command" and len(strings) == 5
            *parts, signed = (str(string) for string in strings)
            answer = site.answer(parts[0], parts[1], parts[2], parts[3], signed.encode())
            reply: Any = xmlrpc.client.Fault(401, answer) if isinstance(answer, str) else (answer,)
            status(200, xmlrpc.client.dumps(reply, methodresponse=True).encode())(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: a test reads `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if context else 'http'}://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


PARTS = ("id", "timestamp", "signature")

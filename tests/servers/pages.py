"""Web pages as a test writes them, on loopback: each path its own answer, every request kept with its body."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: str


@dataclass
class Answer:
    """What goes out. *body* may be an iterator of pieces: it ends when they do."""

    body: str | bytes | Iterator[bytes] = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = "text/html; charset=utf-8"


Page = Answer | str | Callable[[Asked], Answer | str]


class Pages:
    """A web server of such pages; use it as a context manager. `asked` holds what came, in order."""

    def __init__(self, pages: Mapping[str, Page] | None = None, address: str = "127.0.0.1") -> None:
        self.pages: dict[str, Page] = dict(pages or {})
        self.asked: list[Asked] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._answer(self)

            do_POST = do_PUT = do_OPTIONS = do_GET

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://{address}:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def posts(self, path: str = "") -> list[Asked]:
        """The POSTs to *path*, or all."""
        return [each for each in self.asked if each.method == "POST" and (not path or each.path == path)]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        path = handler.path.partition("?")[0]
        asked = Asked(handler.command, handler.path, headers, body)
        if path != "/favicon.ico":
            self.asked.append(asked)
        page = self.pages.get(f"{handler.command} {path}", self.pages.get(path, Answer("<h1>Not found</h1>", 404)))
        answer = page(asked) if callable(page) else page
        if isinstance(answer, str):
            answer = Answer(answer)
        try:
            self._send(handler, answer)
        except OSError:
            handler.close_connection = True  # the browser has gone

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.type)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if isinstance(body, bytes):
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
            return
        handler.send_header("Connection", "close")
        handler.end_headers()
        for piece in body:
            handler.wfile.write(piece)
            handler.wfile.flush()
        handler.close_connection = True

"""A web server for one file over HTTPS: a policy as it should be, and every way in which it can be served wrong."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.certificates import Certificate
from tests.servers.loopback import free_address, free_port

PATH = "/.well-known/mta-sts.txt"


class PolicyHost:
    """Serves `text` at the path of an MTA-STS policy on a loopback address of its own. A context manager."""

    def __init__(self, certificate: Certificate, text: str = "", *, port: int = 0) -> None:
        self.certificate = certificate
        self.text = text
        self.status = 200
        self.media_type = "text/plain; charset=utf-8"
        self.location = ""
        self.endless = False  # sends a body without end
        self.drip_s = 0.0  # between two bytes of the body
        self.asked: list[str] = []
        self.port = port or free_port()
        self.address = free_address(tcp=[self.port])

    def __enter__(self) -> PolicyHost:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.chain, self.certificate.key)
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                with contextlib.suppress(OSError):
                    host._answer(self)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def get_request(self) -> tuple[socket.socket, object]:
                connection, peer = super().get_request()
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that does not trust us is what some tests want

        self._server = Server((self.address, self.port), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(self.status if request.path == PATH else 404)
        request.send_header("Content-Type", self.media_type)
        if not self.endless:
            request.send_header("Content-Length", str(len(self.text.encode()) if request.path == PATH else 0))
        if self.location:
            request.send_header("Location", self.location)
        request.end_headers()
        if self.endless:
            while True:
                request.wfile.write(b"mx: filler.example\n" * 500)
        if request.path == PATH:
            for octet in self.text.encode() if self.drip_s else ():
                request.wfile.write(bytes([octet]))
                time.sleep(self.drip_s)
            if not self.drip_s:
                request.wfile.write(self.text.encode())

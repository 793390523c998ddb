"""A server on port 443 that reads one request and then sends whatever the test makes, without manners."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

from tests.servers.certificates import Certificate
from tests.servers.loopback import free_address

PORT = 443
READ_S = 5.0


class HostileTls:
    """Sends the pieces that *sends* makes for each connection, *pause_s* between two. A context manager."""

    def __init__(self, certificate: Certificate, sends: Callable[[], Iterator[bytes]], *, pause_s: float = 0) -> None:
        self.address = free_address(tcp=[PORT])
        self.connections = 0
        self._sends, self._pause_s = sends, pause_s
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate.chain, certificate.key)

    def __enter__(self) -> HostileTls:
        self._listener = socket.create_server((self.address, PORT))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(READ_S)
        with contextlib.suppress(OSError), self._tls.wrap_socket(connection, server_side=True) as stream:
            stream.recv(10_000)
            for piece in self._sends():
                stream.sendall(piece)
                time.sleep(self._pause_s)
            stream.unwrap()

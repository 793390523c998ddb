"""A relay that follows a script, for failures that no real server can be made to produce.

Silent after a stage, one byte a second, a greeting without end, a chosen reply at a chosen stage.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.servers.certificates import Certificate
from tests.servers.loopback import free_address, free_port

STAGES = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "end_of_data", "quit")


@dataclass
class Script:
    """What the relay does. Empty: it behaves."""

    replies: dict[str, str] = field(default_factory=dict)  # stage -> whole reply, "\r\n" between its lines
    silent_after: str = ""  # answers this stage, then never again
    silent_at: str = ""  # never answers this stage
    drop_at: str = ""  # closes the connection instead of an answer
    endless_greeting: bool = False
    byte_pause_s: float = 0.0  # between two bytes of every reply
    capabilities: Sequence[str] = ("PIPELINING", "SIZE 10240000", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES", "8BITMIME")


class ScriptedSmtp:
    """Listens on `address`:`port`; `dialogues` holds what clients said, one list each. A context manager."""

    def __init__(
        self,
        script: Script | None = None,
        *,
        port: int = 0,
        certificate: Certificate | None = None,
        implicit_tls: bool = False,
    ) -> None:
        """*port*: a real one (587) on a loopback address of its own, else a free one on 127.0.0.1."""
        self.script = script or Script()
        self.address = free_address(tcp=[port]) if port else "127.0.0.1"
        self.port = port or free_port()
        self.dialogues: list[list[str]] = []
        self._implicit_tls = implicit_tls
        self._tls: ssl.SSLContext | None = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate.chain, certificate.key)
        self._over = threading.Event()
        self._conversations: list[_Conversation] = []

    def start(self) -> ScriptedSmtp:
        self._listener = socket.create_server((self.address, self.port), backlog=50)
        threading.Thread(target=self._accept, name="scripted-smtp", daemon=True).start()
        return self

    def stop(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conversation in self._conversations:
            conversation.cut()

    def __enter__(self) -> ScriptedSmtp:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            said: list[str] = []
            self.dialogues.append(said)
            threading.Thread(target=self._serve, args=(connection, said), daemon=True).start()

    def _serve(self, connection: socket.socket, said: list[str]) -> None:
        with contextlib.suppress(OSError, EOFError):
            if self._implicit_tls and self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            conversation = _Conversation(self.script, connection, said, self._tls, self._over)
            self._conversations.append(conversation)
            try:
                conversation.run()
            finally:
                conversation.cut()


class _Conversation:
    def __init__(
        self,
        script: Script,
        connection: socket.socket,
        said: list[str],
        tls: ssl.SSLContext | None,
        over: threading.Event,
    ) -> None:
        self._script, self._said, self._tls, self._over = script, said, tls, over
        self._connection = connection
        self._input = connection.makefile("rb")

    def cut(self) -> None:
        """Close the connection as it is by now, TLS or not."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def run(self) -> None:
        while self._script.endless_greeting and not self._over.wait(0.5):
            self._connection.sendall(b"220-please wait\r\n")
        self._answer("greeting", "220 relay.scripted.test ESMTP")
        while True:
            line = self._read()
            verb = line.split(" ", 1)[0].upper()
            if verb in ("EHLO", "HELO"):
                self._answer("ehlo", self._greeting_of_ehlo())
            elif verb == "STARTTLS":
                self._start_tls()
            elif verb == "AUTH":
                self._log_in(line)
            elif verb == "MAIL":
                self._answer("mail", "250 2.1.0 Ok")
            elif verb == "RCPT":
                self._answer("rcpt", "250 2.1.5 Ok")
            elif verb == "DATA":
                self._take_data()
            elif verb == "QUIT":
                self._answer("quit", "221 2.0.0 Bye")
                return
            else:
                self._send("250 2.0.0 Ok" if verb in ("RSET", "NOOP") else "502 5.5.2 Command not recognized")

    def _greeting_of_ehlo(self) -> str:
        lines = ["relay.scripted.test", *self._script.capabilities]
        if self._tls and not isinstance(self._connection, ssl.SSLSocket):
            lines.append("STARTTLS")
        return "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{line}" for n, line in enumerate(lines))

    def _start_tls(self) -> None:
        if not self._tls or isinstance(self._connection, ssl.SSLSocket):
            self._answer("starttls", "502 5.5.1 Error: command not implemented")
            return
        self._answer("starttls", "220 2.0.0 Ready to start TLS")
        if "starttls" not in self._script.replies:
            self._connection = self._tls.wrap_socket(self._connection, server_side=True)
            self._input = self._connection.makefile("rb")

    def _log_in(self, line: str) -> None:
        words = line.split()
        if len(words) == 2:  # the client sends what is left on lines of its own
            prompts = ["Username:", "Password:"] if words[1].upper() == "LOGIN" else [""]
            for prompt in prompts:
                self._send(f"334 {base64.b64encode(prompt.encode()).decode()}")
                self._read()
        self._answer("auth", "235 2.7.0 Authentication successful")

    def _take_data(self) -> None:
        reply = self._answer("data", "354 End data with <CR><LF>.<CR><LF>")
        if reply.startswith("354"):
            while self._read() != ".":
                pass
            self._answer("end_of_data", "250 2.0.0 Ok: queued as SCRIPTED")

    def _answer(self, stage: str, usual: str) -> str:
        script = self._script
        if stage == script.silent_at:
            self._wait_for_the_end()
        if stage == script.drop_at:
            raise EOFError
        reply = script.replies.get(stage, usual)
        self._send(reply)
        if stage == script.silent_after:
            self._wait_for_the_end()
        return reply

    def _wait_for_the_end(self) -> None:
        """Hold the connection open without a word until the client or the test is over."""
        while not self._over.is_set():
            if not self._input.readline(10_000):
                raise EOFError

    def _send(self, reply: str) -> None:
        content = (reply + "\r\n").encode()
        if not self._script.byte_pause_s:
            self._connection.sendall(content)
            return
        for position in range(len(content)):
            self._connection.sendall(content[position : position + 1])
            time.sleep(self._script.byte_pause_s)

    def _read(self) -> str:
        line = self._input.readline(10_000_000)
        if not line:
            raise EOFError
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        self._said.append(text)
        return text

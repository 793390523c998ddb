"""One SMTP conversation, line by line, for looking and not for sending (RFC 5321).

A mail client hides the steps that a diagnosis needs: what stood in the greeting, in
EHLO before and after TLS, and which step went silent. Nothing is ever logged in or
sent here, so the transcript needs no masking beyond what a server may echo.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from diagnostics.network import Dropped, NetworkError, Stream, TooMuch
from diagnostics.printable import printable

REPLY_LINES = 100
NO_REPLY = "this is no SMTP reply"
LINE_SHOWN = 2000  # characters kept of a line; what no terminal should get is escaped in them
TRANSCRIPT_LINES = 60
_ADDRESS = re.compile(r"[\w.+\-]+@(?=[\w\-])")


@dataclass(frozen=True)
class Reply:
    """A server's answer: its code and the text of each line, the code cut off."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 400


@dataclass
class Conversation:
    """A conversation over *stream*. Every method raises Silent, Dropped, TooMuch."""

    stream: Stream
    helo_name: str
    timeout_s: float = 10.0
    transcript: list[str] = field(default_factory=list)

    async def greeting(self) -> Reply:
        """What the server says first."""
        return await self._reply()

    async def ehlo(self) -> Reply:
        """EHLO; HELO where EHLO is not known (RFC 5321 §4.1.4)."""
        reply = await self._command(f"EHLO {self.helo_name}")
        return reply if reply.ok else await self._command(f"HELO {self.helo_name}")

    async def starttls(self) -> Reply:
        """Ask for TLS (RFC 3207); the handshake itself is the stream's."""
        return await self._command("STARTTLS")

    async def quit(self) -> None:
        """Say good-bye. The answer is owed to nobody."""
        try:
            await self._command("QUIT")
        except NetworkError as error:
            self._note(f"* no answer to QUIT: {error.detail}")

    async def _command(self, line: str) -> Reply:
        self._note(f"C: {line}")
        await self.stream.write(line.encode("ascii") + b"\r\n", self.timeout_s)
        return await self._reply()

    async def _reply(self) -> Reply:
        lines: list[str] = []
        while True:
            raw = await self.stream.read_line(self.timeout_s)
            line = printable(raw, LINE_SHOWN)
            self._note(f"S: {line}")
            if len(line) < 3 or not (line[:3].isascii() and line[:3].isdigit()):
                raise Dropped(self.stream.host, self.stream.port, phase="read", detail=f"{NO_REPLY}: {line[:80]!r}")
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))
            if len(lines) > REPLY_LINES:
                raise TooMuch(self.stream.host, self.stream.port, phase="read", detail="a reply without end")

    def _note(self, line: str) -> None:
        if len(self.transcript) < TRANSCRIPT_LINES:
            self.transcript.append(without_local_parts(line)[:500])


def without_local_parts(text: str) -> str:
    """*text* with each mail address cut to its domain: servers echo them."""
    return _ADDRESS.sub("***@", text)


def capabilities(ehlo: tuple[str, ...] | list[str]) -> dict[str, tuple[str, ...]]:
    """EHLO's lines as keyword -> parameters, both in upper case; the first line is a greeting.

    `AUTH=LOGIN` is the old spelling that some servers still send beside the new one.
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in ehlo:
        line = line[4:] if re.match(r"250[ -]", line) else line
        keyword, *parameters = line.upper().replace("AUTH=", "AUTH ", 1).split() or [""]
        if keyword == "AUTH":
            parameters = [*found.get("AUTH", ()), *(each for each in parameters if each not in found.get("AUTH", ()))]
        if keyword:
            found[keyword] = tuple(parameters)
    return found

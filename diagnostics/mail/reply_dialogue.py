"""The last refusal in an SMTP dialogue, and the command that it answers (RFC 5321 §4.2).

Dialogues come as Aftercare keeps them (`C:`/`S:`), as PHPMailer's debug output, as
swaks prints them, and as sendmail quotes them in a bounce.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SERVER = r"S: ?|SERVER -> CLIENT: ?|<<< ?|<- {1,2}|<~ {1,2}|<\*\* ?|SMTP INBOUND: ?"
_CLIENT = r"C: ?|CLIENT -> SERVER: ?|>>> ?|-> ?|~> ?|SMTP OUTBOUND: ?"
_STAMP = r"(?:\d{4}-\d\d-\d\d[T ][\d:.]{5,15}\S{0,6}[ \t]+)?"
_LINE = re.compile(rf"^[ \t]*{_STAMP}(?:(?P<server>{_SERVER})|(?P<client>{_CLIENT}))(?P<said>.*)$")
_CODE = re.compile(r"([2-5]\d\d)(?:[ -]|$)")
_COMMANDS = {
    "EHLO": "ehlo",
    "HELO": "ehlo",
    "STARTTLS": "tls",
    "AUTH": "auth",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "DATA": "data",
    "BDAT": "data",
    "QUIT": "quit",
    "RSET": "quit",
    "NOOP": "quit",
}


@dataclass(frozen=True)
class Exchange:
    """One reply of the server, with the stage of the command before it."""

    stage: str
    code: int
    text: str  # the reply's lines, as they came, one below the other


@dataclass(frozen=True)
class Dialogue:
    """The exchanges, and the stage of a command that was never answered ("" if none)."""

    exchanges: tuple[Exchange, ...]
    unanswered: str
    beside: str  # lines of the text that are no part of the dialogue

    @property
    def refusal(self) -> Exchange | None:
        """The refusal that ended it: the last, unless that only follows from an earlier one."""
        refusals = [each for each in self.exchanges if each.code >= 400 and each.stage != "quit"]
        while len(refusals) > 1 and _follows(refusals[-1]):
            refusals.pop()
        return refusals[-1] if refusals else None

    @property
    def accepted(self) -> Exchange | None:
        """The `250` to the message itself, if nothing was refused."""
        done = [each for each in self.exchanges if each.stage == "end_of_data" and 200 <= each.code < 300]
        return done[-1] if done and self.refusal is None else None


def _follows(exchange: Exchange) -> bool:
    text = exchange.text.lower()
    no_recipient = "no valid recipients" in text or "need rcpt" in text or "no recipients" in text
    return (exchange.code == 503 and "auth" not in text) or no_recipient


def read_dialogue(text: str) -> Dialogue | None:
    """The dialogue in *text*; None when the server says nothing in it."""
    exchanges: list[Exchange] = []
    beside: list[str] = []
    stage, pending, in_data = "greeting", "", False
    reply: list[str] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match:
            beside.append(line)
            continue
        said = match["said"].strip()
        if match["server"] is not None:
            pending = ""
            reply.append(said)
            code = _CODE.match(said)
            if code and said[3:4] != "-":
                number = int(code[1])
                exchanges.append(Exchange("end_of_data" if in_data else stage, number, "\n".join(reply)))
                in_data = number == 354 and stage == "data"
                reply = []
            continue
        if reply and (code := _CODE.match(reply[0])):  # a reply that was cut before its last line
            exchanges.append(Exchange("end_of_data" if in_data else stage, int(code[1]), "\n".join(reply)))
            reply = []
        if in_data:
            pending = "end_of_data"
            continue
        command = said.split(maxsplit=1)[0].upper() if said else ""
        # What is no command while AUTH goes on is part of the log-in (RFC 4954 §4).
        stage = _COMMANDS.get(command.split(":")[0], stage)
        pending = stage
    if reply and (code := _CODE.match(reply[0])):
        exchanges.append(Exchange("end_of_data" if in_data else stage, int(code[1]), "\n".join(reply)))
    if not exchanges:
        return None
    return Dialogue(tuple(exchanges), pending, "\n".join(beside))

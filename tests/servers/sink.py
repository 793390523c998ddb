"""Where all mail of a test ends: an SMTP receiver (aiosmtpd) that keeps every message."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.loopback import free_port
from tests.servers.process import wait_until


@dataclass(frozen=True)
class Mail:
    """One message as it arrived."""

    mail_from: str
    recipients: tuple[str, ...]
    message: EmailMessage
    octets: bytes = b""  # as it came, for what has to see every one of them

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain", "html"))
        return body.get_content() if body else ""


class Sink:
    """Receives on `port`; `mails` holds what came, oldest first. Use it as a context manager."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[Mail] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, decode_data=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), message, content))
        return "250 2.0.0 kept"

    def wait_for(self, text: str, timeout_s: float = 15.0) -> Mail:
        """The first mail whose subject, headers or body hold *text*. Raises DidNotStart when none comes."""
        found: list[Mail] = []

        def arrived() -> bool:
            found[:] = [mail for mail in list(self.mails) if text in mail.message.as_string() or text in mail.text]
            return bool(found)

        wait_until(arrived, timeout_s, f"no mail with {text!r} arrived")
        return found[0]

    def start(self) -> Sink:
        self._controller.start()
        return self

    def stop(self) -> None:
        self._controller.stop()

    def __enter__(self) -> Sink:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

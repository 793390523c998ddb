"""Sending one mail, or trying one log-in, by a relay of the sidecar's own choice (aiosmtplib).

The client is handed the socket that the egress policy checked, and keeps the name
for TLS. Each step is called by itself, so the answer tells how far the relay took it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiosmtplib

from diagnostics.network.certificate import fault_of
from diagnostics.network.door import Network
from diagnostics.network.errors import Dropped, Silent, TLSFailed

MECHANISMS = ("plain", "login", "cram-md5")  # any is safe under TLS; PLAIN is the one every server has


@dataclass(frozen=True)
class Step:
    """One step of a conversation and what the server answered. `code` 0: it never came to an answer."""

    stage: str  # greeting, ehlo, tls, auth, mail, rcpt, data, end of data
    code: int
    text: str

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 400


@dataclass(frozen=True)
class SMTPAccess:
    """Where and how to speak to a relay. `encryption`: "" | "tls" (STARTTLS) | "ssl" (implicit)."""

    host: str
    port: int
    encryption: str
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"SMTPAccess({self.host}:{self.port})"  # never the password, wherever this is printed


async def send(
    network: Network, access: SMTPAccess, mail_from: str, recipient: str, message: bytes, *, total_s: float = 30.0
) -> list[Step]:
    """Hand *message* over for *recipient*. The last step says how far it went.

    Raises what `Network.connect` raises, and TLSFailed, Silent, Dropped.
    """
    return await _converse(network, access, (mail_from, recipient, message), total_s)


async def log_in(network: Network, access: SMTPAccess, *, total_s: float = 20.0) -> list[Step]:
    """One log-in, by one mechanism: a second try could lock the account. Raises as `send`."""
    return await _converse(network, access, None, total_s)


async def _converse(
    network: Network, access: SMTPAccess, mail: tuple[str, str, bytes] | None, total_s: float
) -> list[Step]:
    loop = asyncio.get_running_loop()
    started = loop.time()
    sock = await network.open_socket(access.host, access.port)
    client = aiosmtplib.SMTP(
        hostname=access.host,
        sock=sock,
        use_tls=access.encryption == "ssl",
        start_tls=False,
        tls_context=network.tls_context("verify"),
        local_hostname=network.helo_name,
        timeout=total_s,
    )
    steps: list[Step] = []
    try:
        async with asyncio.timeout(total_s):
            await _talk(client, access, mail, steps)
    except TimeoutError as error:
        raise Silent(access.host, access.port, phase=_next(steps), seconds=loop.time() - started) from error
    except ssl.SSLError as error:
        raise _tls_failed(access, error) from error
    except aiosmtplib.SMTPConnectError as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise _tls_failed(access, error.__cause__) from error
        raise Dropped(access.host, access.port, phase=_next(steps), detail=str(error)) from error
    except (aiosmtplib.SMTPServerDisconnected, ConnectionError) as error:
        raise Dropped(access.host, access.port, phase=_next(steps), detail=str(error)) from error
    finally:
        client.close()
    return steps


async def _talk(
    client: aiosmtplib.SMTP, access: SMTPAccess, mail: tuple[str, str, bytes] | None, steps: list[Step]
) -> None:
    """The steps, until one is refused."""

    async def step(stage: str, call: Callable[[], Awaitable[aiosmtplib.SMTPResponse]]) -> bool:
        try:
            answer = await call()
        except aiosmtplib.SMTPResponseException as error:
            steps.append(Step(stage, error.code, error.message))
        else:
            steps.append(Step(stage, answer.code, answer.message))
        return steps[-1].ok

    if not (await step("greeting", client.connect) and await step("ehlo", client.ehlo)):
        return
    if access.encryption == "tls":
        if not client.supports_extension("starttls"):
            steps.append(Step("tls", 502, "STARTTLS is not offered"))
            return
        if not (await step("tls", client.starttls) and await step("ehlo", client.ehlo)):
            return
    if access.username and not await step("auth", lambda: _auth(client, access)):
        return
    if mail is None:
        return
    mail_from, recipient, message = mail
    for stage, call in (
        ("mail", lambda: client.mail(mail_from)),
        ("rcpt", lambda: client.rcpt(recipient)),
        ("end of data", lambda: client.data(message)),
    ):
        if not await step(stage, call):
            return


async def _auth(client: aiosmtplib.SMTP, access: SMTPAccess) -> aiosmtplib.SMTPResponse:
    offered = {each.lower() for each in client.supported_auth_methods}
    login = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    for mechanism in MECHANISMS:
        if mechanism in offered:
            return await login[mechanism](access.username, access.password)
    return aiosmtplib.SMTPResponse(504, f"no mechanism in common; offered: {', '.join(sorted(offered)) or 'none'}")


def _next(steps: list[Step]) -> str:
    """Where a conversation stood when it broke."""
    return f"after {steps[-1].stage}" if steps else "greeting"


def _tls_failed(access: SMTPAccess, error: ssl.SSLError) -> TLSFailed:
    detail = getattr(error, "verify_message", "") or error.reason or str(error)
    return TLSFailed(access.host, access.port, fault_of(error), detail=detail)

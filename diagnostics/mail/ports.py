"""A relay's port as one party sees it: the site by its probe, or the sidecar by its own look.

Both give the same shape (docs/protocol.md, `mail.probe`), so that a difference
between them is a difference of the two networks and of nothing else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnostics.mail.conversation import Conversation, Reply, capabilities, without_local_parts
from diagnostics.network import (
    Certificate,
    ConnectRefused,
    ConnectTimedOut,
    DNSUnavailable,
    Dropped,
    HostUnknown,
    Network,
    NetworkError,
    NoRoute,
    NotAllowed,
    Silent,
    Stream,
    TLSFailed,
    TLSMode,
    TooMuch,
)
from diagnostics.printable import printable

IMPLICIT_TLS_PORTS = (465, 2465)
SMTP_PORTS = (25, 465, 587, 2525)
CONNECT_S = 5.0
REPLY_S = 5.0  # as long as the site's probe waits for each answer
LOOK_S = 8.0  # one look, all its steps together
MOST_NAMES = 100  # of a certificate; shared hosts have hundreds
_SIZE = re.compile(r"[0-9]{1,20}", re.ASCII)  # RFC 1870 §3
AGAIN_S = 4.0  # a second look in the other mode: a server that speaks it does so at once


@dataclass(frozen=True)
class TLSView:
    """A TLS handshake as a verifying client had it; `fault` is a kind of network.TLSFailed or ""."""

    ok: bool
    error: str = ""
    fault: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()
    issuer: str = ""
    not_after: str = ""
    fingerprint: str = ""
    not_before: str = ""
    version: str = ""  # "TLSv1.3"
    key: str = ""  # "RSA 2048"


@dataclass(frozen=True)
class PortView:
    """One port. `tcp`: open, refused, timeout, unreachable, error, not_allowed."""

    port: int
    tcp: str
    error: str = ""
    seconds: float = 0.0
    banner: str = ""
    starttls: bool | None = None
    ehlo: tuple[str, ...] = ()
    ehlo_after_tls: tuple[str, ...] = ()
    implicit_tls: bool = False  # the view was taken with TLS from the first byte
    tls: TLSView | None = None
    refused: str = ""  # a greeting or EHLO answer that takes nobody in, with its code
    stopped_at: str = ""  # the step at which an open port went silent, dropped or flooded
    stopped_by: str = ""  # and in which way: Silent, Dropped, TooMuch
    received: int = 0  # bytes that came until then
    transcript: tuple[str, ...] = ()
    presented: tuple[bytes, ...] = field(default=(), repr=False)  # the certificates that were sent, DER

    @property
    def open(self) -> bool:
        return self.tcp == "open"

    @property
    def speaks_tls(self) -> bool:
        """A certificate was shown, good or bad: TLS is what this port speaks in the mode of this look."""
        return self.tls is not None and (self.tls.ok or bool(self.tls.fingerprint))

    def mechanisms(self, *, after_tls: bool) -> tuple[str, ...]:
        """The AUTH mechanisms offered."""
        lines = self.ehlo_after_tls if after_tls else self.ehlo
        return capabilities(lines).get("AUTH", ())

    @property
    def size(self) -> int | None:
        """The largest message the server says it takes (RFC 1870); None: it does not say, or has no limit."""
        for lines in (self.ehlo_after_tls, self.ehlo):
            given = capabilities(lines).get("SIZE", ())
            if given and _SIZE.fullmatch(given[0]) and int(given[0]):
                return int(given[0])
        return None


@dataclass(frozen=True)
class Side:
    """A host with its ports, from one origin. `resolve_error` is "" when the name was found."""

    host: str
    addresses: tuple[str, ...] = ()
    resolve_error: str = ""
    unknown_host: bool = False  # the name does not exist, as against: nobody could be asked
    ports: Mapping[int, PortView] = field(default_factory=dict)


def site_side(data: Mapping[str, Any], implicit: Sequence[int] = ()) -> Side:
    """A side of `mail.probe`'s result. What is missing is left out, not guessed.

    The probe begins with TLS on 465, and on the port in force where the settings say so (*implicit*).
    """
    error = str(data.get("resolve_error") or "")
    ports = data.get("ports")
    return Side(
        host=str(data.get("host") or ""),
        addresses=tuple(str(each) for each in data.get("addresses") or ()),
        resolve_error=error,
        unknown_host=bool(error) and "temporary" not in error.lower() and "timed out" not in error.lower(),
        ports={int(port): _site_port(int(port), view, implicit) for port, view in (ports or {}).items()},
    )


def _site_port(port: int, view: Mapping[str, Any], implicit: Sequence[int]) -> PortView:
    tls = view.get("tls")
    ehlo = tuple(str(line) for line in view.get("ehlo") or ())
    starttls = view.get("starttls")
    return PortView(
        port=port,
        tcp=str(view.get("tcp") or "error"),
        error=str(view.get("error") or ""),
        seconds=float(view.get("seconds") or 0),
        banner=str(view.get("banner") or ""),
        starttls=starttls,
        ehlo=ehlo,
        implicit_tls=port == 465 or port in implicit,
        tls=_site_tls(tls) if isinstance(tls, Mapping) else None,
    )


def _site_tls(tls: Mapping[str, Any]) -> TLSView:
    return TLSView(
        ok=bool(tls.get("ok")),
        error=str(tls.get("error") or ""),
        subject=str(tls.get("subject") or ""),
        names=tuple(str(name) for name in tls.get("names") or ()),
        issuer=str(tls.get("issuer") or ""),
        not_after=str(tls.get("not_after") or ""),
        fingerprint=str(tls.get("fingerprint") or "").replace(":", "").lower(),
    )


async def look_at_host(network: Network, host: str, ports: Sequence[int], implicit: Sequence[int] = ()) -> Side:
    """The sidecar's own view of *host*: the name, then every port at once. Raises nothing of the network's."""
    try:
        found = await network.resolve(host)
    except HostUnknown as error:
        return Side(host, resolve_error=error.detail, unknown_host=True)
    except DNSUnavailable as error:
        return Side(host, resolve_error=error.detail)
    views = await asyncio.gather(
        *(look_at_port(network, host, port, implicit_tls=port in (*implicit, *IMPLICIT_TLS_PORTS)) for port in ports)
    )
    return Side(host, found.all, ports={view.port: view for view in views})


async def look_at_port(
    network: Network, host: str, port: int, *, implicit_tls: bool, life_s: float = LOOK_S, known: Sequence[str] = ()
) -> PortView:
    """One port, with every step taken and none that logs in or sends; *known* are the host's addresses, if asked."""
    look = _Look(network, host, port, implicit_tls, life_s, known)
    try:
        view = await look.take()
    except (ConnectRefused, ConnectTimedOut, NoRoute, NotAllowed, HostUnknown, DNSUnavailable) as error:
        return PortView(port, _TCP[type(error)], error.detail, error.seconds, implicit_tls=implicit_tls)
    return view


async def tcp_opens(network: Network, host: str, port: int) -> bool:
    """Whether a connection to *host* opens from here; nothing is said over it."""
    try:
        (await network.open_socket(host, port, CONNECT_S)).close()
    except NetworkError:
        return False
    return True


_TCP = {
    ConnectRefused: "refused",
    ConnectTimedOut: "timeout",
    NoRoute: "unreachable",
    NotAllowed: "not_allowed",
    HostUnknown: "error",
    DNSUnavailable: "error",
}


class _Look:
    """The steps of one look; what was seen before a step failed is kept."""

    def __init__(
        self, network: Network, host: str, port: int, implicit_tls: bool, life_s: float, known: Sequence[str]
    ) -> None:
        self.network, self.host, self.port, self.known = network, host, port, known
        self.implicit_tls, self.life_s = implicit_tls, life_s
        self.seen: dict[str, Any] = {}
        self.step = ""

    async def take(self) -> PortView:
        loop = asyncio.get_running_loop()
        started = loop.time()
        stream = await self._connect()
        self.seen["seconds"] = round(loop.time() - started, 3)
        try:
            stream = await self._talk(stream)
        except TLSFailed as error:
            self.seen["tls"] = TLSView(False, error.detail, error.kind)
            await self._failed_tls(error)
        except (Silent, Dropped, TooMuch) as error:
            self.seen["error"] = error.detail
            self.seen["stopped_at"] = self.step
            self.seen["stopped_by"] = type(error).__name__
            self.seen["received"] = stream.received
        finally:
            stream.close()
        return PortView(self.port, "open", implicit_tls=self.implicit_tls, **self.seen)

    async def _connect(self) -> Stream:
        return await self.network.connect(
            self.host, self.port, min(CONNECT_S, self.life_s), life_s=self.life_s, known=self.known
        )

    async def _talk(self, stream: Stream) -> Stream:
        transcript: list[str] = []
        talk = Conversation(stream, self.network.helo_name, timeout_s=REPLY_S, transcript=transcript)
        try:
            if self.implicit_tls:
                self.step = "tls"
                await stream.start_tls(self.network.tls_context("verify"))
                self._keep_tls(stream)
            self.step = "greeting"
            greeting = await talk.greeting()
            self.seen["banner"] = greeting.text
            self._note_refusal(greeting)
            self.step = "ehlo"
            ehlo = await talk.ehlo()
            self._note_refusal(ehlo)
            self.seen["ehlo_after_tls" if self.implicit_tls else "ehlo"] = ehlo.lines
            if not self.implicit_tls and ehlo.ok:
                self.seen["starttls"] = "STARTTLS" in capabilities(ehlo.lines)
                if self.seen["starttls"]:
                    await self._upgrade(stream, talk, "verify")
            self.step = "quit"
            await talk.quit()
        finally:
            self.seen["transcript"] = tuple(transcript)
        return stream

    async def _upgrade(self, stream: Stream, talk: Conversation, mode: TLSMode) -> None:
        self.step = "starttls"
        if (await talk.starttls()).ok:
            await stream.start_tls(self.network.tls_context(mode))
            if mode == "verify":
                self._keep_tls(stream)
            self.step = "ehlo after tls"
            self.seen["ehlo_after_tls"] = (await talk.ehlo()).lines

    def _note_refusal(self, reply: Reply) -> None:
        if not reply.ok and "refused" not in self.seen:
            self.seen["refused"] = f"{reply.code} {without_local_parts(reply.text)[:300]}"

    def _keep_tls(self, stream: Stream, error: TLSFailed | None = None) -> None:
        if stream.certificate:
            self.seen["tls"] = seen_tls(stream.certificate, error, stream.tls_version)
            self.seen["presented"] = stream.presented

    async def _failed_tls(self, error: TLSFailed) -> None:
        """The certificate that was refused, and what is offered behind it, by a second look that accepts any."""
        if error.kind in ("wrong_mode", "version"):
            return
        try:
            async with await self._connect() as stream:
                talk = Conversation(stream, self.network.helo_name, timeout_s=REPLY_S)
                if self.implicit_tls:
                    await stream.start_tls(self.network.tls_context("look"))
                    self._keep_tls(stream, error)
                    self.seen["banner"] = (await talk.greeting()).text
                    self.seen["ehlo_after_tls"] = (await talk.ehlo()).lines
                else:
                    await talk.greeting()
                    await talk.ehlo()
                    await self._upgrade(stream, talk, "look")
                    self._keep_tls(stream, error)
        except NetworkError:
            return  # the first look's error stands alone


def seen_tls(certificate: Certificate, error: TLSFailed | None = None, version: str = "") -> TLSView:
    """A TLSView of a handshake that was had, or of one that was refused for *error*."""
    return TLSView(
        ok=error is None,
        error=error.detail if error else "",
        fault=error.kind if error else "",
        subject=printable(certificate.subject),
        names=tuple(printable(name, 253) for name in certificate.names[:MOST_NAMES]),
        issuer=printable(certificate.issuer),
        not_after=certificate.not_after.isoformat(),
        fingerprint=certificate.fingerprint,
        not_before=certificate.not_before.isoformat(),
        version=version,
        key=certificate.key,
    )

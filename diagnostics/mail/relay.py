"""A relay as somebody with a terminal sees it: every port, every step.

Guide: Emails Not Sending, Verify. Each port's look is that of the checks `smtp.connect`, `smtp.tls` and `smtp.auth`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnostics.mail.conversation import Conversation, capabilities
from diagnostics.mail.ports import (
    AGAIN_S,
    IMPLICIT_TLS_PORTS,
    LOOK_S,
    REPLY_S,
    SMTP_PORTS,
    PortView,
    Side,
    look_at_port,
)
from diagnostics.network import (
    Certificate,
    DNSUnavailable,
    HostUnknown,
    MailExchanger,
    Network,
    NetworkError,
    TLSFailed,
    is_name,
)
from diagnostics.printable import printable

_VERSIONS = (
    ("TLS 1.0", ssl.TLSVersion.TLSv1),
    ("TLS 1.1", ssl.TLSVersion.TLSv1_1),
    ("TLS 1.2", ssl.TLSVersion.TLSv1_2),
    ("TLS 1.3", ssl.TLSVersion.TLSv1_3),
)

Told = Callable[[str], None]


@dataclass(frozen=True)
class PortLook:
    """One port: the view that counts, the other mode where the first was mute, and the TLS versions taken."""

    view: PortView
    other_mode: PortView | None = None
    versions: dict[str, bool | None] = field(default_factory=dict)  # None: could not be seen

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The certificates that were presented, the server's own first."""
        found = []
        for der in self.view.presented[:10]:
            try:
                found.append(Certificate.read(der))
            except ValueError:
                break
        return tuple(found)


@dataclass(frozen=True)
class RelayView:
    """A host with all its looks. `exchangers`: the MX of the name, which is then a mail domain."""

    host: str
    asked: str  # as it was typed: a host, a domain, an address
    side: Side
    looks: dict[int, PortLook]
    exchangers: tuple[MailExchanger, ...] = ()
    given_port: bool = False
    out_of_time: tuple[int, ...] = ()
    timeout_s: float = 0.0


async def exchangers_of(network: Network, domain: str) -> tuple[MailExchanger, ...]:
    """The MX of *domain*, the first to be tried leading; () where there is none, or DNS is silent."""
    if not is_name(domain):
        return ()
    try:
        answer = await network.dns.query(domain, "MX")
    except DNSUnavailable:
        return ()
    return tuple(sorted((each for each in answer.exchangers if each.host), key=lambda each: each.preference))


async def look_at_relay(
    network: Network, host: str, port: int = 0, *, asked: str = "", timeout_s: float, told: Told = lambda _: None
) -> RelayView:
    """Look at *port* of *host*, or at the four that relays use. Ends within *timeout_s*, with what was seen by then."""
    ends_at = asyncio.get_running_loop().time() + timeout_s
    asked = asked or host
    told(f"Resolving {host}")
    try:
        async with asyncio.timeout_at(ends_at):
            found, exchangers = await asyncio.gather(network.resolve(host), exchangers_of(network, host))
    except HostUnknown as error:
        exchangers = ()
        if asyncio.get_running_loop().time() < ends_at:
            exchangers = await exchangers_of(network, host)
        side = Side(host, resolve_error=error.detail, unknown_host=True)
        return RelayView(host, asked, side, {}, exchangers, bool(port), timeout_s=timeout_s)
    except (DNSUnavailable, TimeoutError) as error:
        detail = error.detail if isinstance(error, DNSUnavailable) else f"no answer from DNS within {timeout_s:g} s"
        return RelayView(host, asked, Side(host, resolve_error=detail), {}, (), bool(port), timeout_s=timeout_s)
    ports = [port] if port else list(SMTP_PORTS)
    tasks = {each: asyncio.ensure_future(_look(network, host, each, found.all, timeout_s, told)) for each in ports}
    await asyncio.wait(tasks.values(), timeout=max(0.0, ends_at - asyncio.get_running_loop().time()))
    looks, late = {}, []
    for each, task in tasks.items():
        if task.done():
            looks[each] = task.result()
        else:
            task.cancel()
            late.append(each)
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    side = Side(host, found.all, ports={each: look.view for each, look in looks.items()})
    return RelayView(host, asked, side, looks, exchangers, bool(port), tuple(late), timeout_s)


async def _look(
    network: Network, host: str, port: int, addresses: Sequence[str], timeout_s: float, told: Told
) -> PortLook:
    # All steps of a port, its second look and the TLS versions share the time.
    first_s, again_s = min(LOOK_S, timeout_s * 0.5), min(AGAIN_S, timeout_s * 0.25)
    implicit = port in IMPLICIT_TLS_PORTS
    told(f"Port {port}: connecting")
    view = await look_at_port(network, host, port, implicit_tls=implicit, life_s=first_s, known=addresses)
    other = None
    if view.open and not view.banner and not view.speaks_tls:
        told(f"Port {port}: trying {'STARTTLS' if implicit else 'TLS at once'}")
        other = await look_at_port(network, host, port, implicit_tls=not implicit, life_s=again_s, known=addresses)
        if port not in SMTP_PORTS and other.speaks_tls:
            # No rule says which mode an unusual port has: the one that answers is the right one.
            view, other = other, None
    versions: dict[str, bool | None] = {}
    if view.speaks_tls or (view.tls is not None and view.tls.fault == "version"):
        told(f"Port {port}: TLS versions")
        tries = (_takes(network, host, view, version, addresses, again_s) for _, version in _VERSIONS)
        versions = dict(zip((name for name, _ in _VERSIONS), await asyncio.gather(*tries), strict=True))
    told(f"Port {port}: done")
    return PortLook(view, other, versions)


async def _takes(
    network: Network, host: str, view: PortView, version: ssl.TLSVersion, addresses: Sequence[str], life_s: float
) -> bool | None:
    """Whether the port completes a handshake of exactly *version*."""
    try:
        async with await network.connect(host, view.port, life_s, life_s=life_s, known=addresses) as stream:
            talk = Conversation(stream, network.helo_name, timeout_s=min(REPLY_S, life_s))
            if not view.implicit_tls:
                await talk.greeting()
                await talk.ehlo()
                if not (await talk.starttls()).ok:
                    return None
            try:
                await stream.start_tls(network.tls_context("look", version), life_s)
            except TLSFailed:
                return False
            except NetworkError as error:
                # Some servers hang up where an alert is due.
                return False if type(error).__name__ == "Dropped" else None
            return True
    except NetworkError:
        return None


def port_facts(look: PortLook) -> dict[str, Any]:
    """All that was seen of one port, as JSON: bounded and escaped."""
    view = look.view
    offered = capabilities(view.ehlo_after_tls or view.ehlo)
    return {
        "port": view.port,
        "tcp": view.tcp,
        "error": printable(view.error),
        "seconds": view.seconds,
        "mode": "TLS at once" if view.implicit_tls else "STARTTLS" if view.starttls else "in clear",
        "greeting": printable(view.banner, 300),
        "refused": printable(view.refused, 300),
        "capabilities_before_tls": _lines(view.ehlo),
        "capabilities_after_tls": _lines(view.ehlo_after_tls),
        "starttls": view.starttls,
        "size": view.size,
        "auth": [printable(each, 60) for each in offered.get("AUTH", ())[:20]],
        "tls": {
            "ok": view.tls.ok,
            "fault": view.tls.fault,
            "error": printable(view.tls.error, 300),
            "version": view.tls.version,
            "versions": look.versions,
            "chain": [
                {
                    "subject": printable(each.subject, 200),
                    "names": [printable(name, 200) for name in each.names[:20]],
                    "issuer": printable(each.issuer, 200),
                    "not_before": each.not_before.isoformat(),
                    "not_after": each.not_after.isoformat(),
                    "key": each.key,
                    "fingerprint": each.fingerprint,
                }
                for each in look.chain
            ],
        }
        if view.tls
        else None,
        "stopped_at": view.stopped_at,
        "answers_in_other_mode": bool(look.other_mode and look.other_mode.speaks_tls),
        "transcript": [printable(line, 300) for line in view.transcript[:60]],
    }


def _lines(ehlo: tuple[str, ...]) -> list[str]:
    return [printable(line, 120) for line in ehlo[1:40]]

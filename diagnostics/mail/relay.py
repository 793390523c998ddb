"""A relay as somebody with a terminal sees it: every port, every step, and what it means.

Guide: Emails Not Sending, Verify. The looks and the judges are those of the checks `smtp.connect`,
`smtp.tls` and `smtp.auth`, with one point of view in the place of two.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail import auth, connect, encryption
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
from diagnostics.mail.site import MailSettings
from diagnostics.mail.transport.codes.hosts import CERTIFICATE_UNVERIFIED
from diagnostics.mail.transport.hosts import UNVERIFIED
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

MAIL_EXCHANGE_PORT = 25  # no log-in belongs there, and TLS only where it is offered
# What a port that does not open, or never comes to an end, says less about than one of these.
_TELLING = (587, 465, 2525, 25)
_VERSIONS = (
    ("TLS 1.0", ssl.TLSVersion.TLSv1),
    ("TLS 1.1", ssl.TLSVersion.TLSv1_1),
    ("TLS 1.2", ssl.TLSVersion.TLSv1_2),
    ("TLS 1.3", ssl.TLSVersion.TLSv1_3),
)

CODES = (connect.UNSEEN,)  # beside those of the checks

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


def judge_relay(view: RelayView, now: datetime) -> list[Finding]:
    """What the looks come to. A closed port is no fault where another one that relays use is open."""
    side = view.side
    if side.resolve_error and not side.unknown_host:
        return [_unseen(view, 0, f"its name could not be resolved ({printable(side.resolve_error)}).")]
    if side.unknown_host:
        return [connect.judge(_views(view, 0, None))]
    open_ports = [port for port, look in view.looks.items() if look.view.open]
    findings: list[Finding] = []
    for port in _worth_judging(view, open_ports):
        findings += _judge_port(view, port, now)
    late = [port for port in view.out_of_time if view.given_port or not findings or port in _TELLING[:2]]
    if late:
        ports = ", ".join(str(port) for port in late)
        why = f"port {ports} did not come to an end within {view.timeout_s:g} s."
        findings.append(_unseen(view, late[0], why))
    return findings


def _worth_judging(view: RelayView, open_ports: list[int]) -> list[int]:
    """The port that was given; else the open ones that take mail for others; else the one that tells most."""
    if view.given_port or not view.looks:
        return list(view.looks)
    submission = [port for port in open_ports if port != MAIL_EXCHANGE_PORT]
    if submission or open_ports:
        return submission or open_ports
    return [next(port for port in _TELLING if port in view.looks)]


def _judge_port(view: RelayView, port: int, now: datetime) -> list[Finding]:
    """Cause first: without a connection neither TLS nor log-in is judged."""
    look = view.looks[port]
    seen, other = look.view, look.other_mode
    if why := _stuck(seen, other):
        reason = UnknownReason.NOT_ALLOWED if seen.tcp == "not_allowed" else UnknownReason.UNAVAILABLE
        return [_unseen(view, port, why, reason)]
    if port == MAIL_EXCHANGE_PORT and seen.tcp == "timeout":
        why = "port 25 does not answer from here. Many networks let nothing out to port 25, so this proves nothing."
        return [_unseen(view, port, why)]
    reached = connect.judge(_views(view, port, other))
    if reached.verdict is not Verdict.PASS:
        return [reached]
    if seen.refused:
        why = f"port {port} takes nobody in from here: {printable(seen.refused, 200)}."
        return [reached, _unseen(view, port, why)]
    if port == MAIL_EXCHANGE_PORT and seen.tls and seen.tls.fault in UNVERIFIED and not _offers_auth(seen):
        # Between mail servers nobody verifies (RFC 7435): no fault, as in the look at a domain.
        words = {"domain": view.asked, "fault_words": UNVERIFIED[seen.tls.fault], "port": port, "tls": seen.tls}
        return [reached, CERTIFICATE_UNVERIFIED.finding(view.host, words)]
    mail = _settings(view.host, port, look)
    found = [reached, *encryption.judge(encryption.Views(mail, now, seen, None, other))]
    if found[-1].code != "smtp.tls.wrong_mode" and (port != MAIL_EXCHANGE_PORT or _offers_auth(seen)):
        found.append(auth.judge_offer(mail, None, seen))
    return [each for each in found if each.verdict is not Verdict.UNKNOWN or each.code != auth.UNSEEN.code]


def _offers_auth(view: PortView) -> bool:
    return bool(view.mechanisms(after_tls=True) or view.mechanisms(after_tls=False))


def _stuck(view: PortView, other: PortView | None) -> str:
    """Why the look tells nothing: a flood, a trickle, a handshake without end, an address that may not be reached."""
    if view.tcp == "not_allowed":
        return f"{printable(view.error)}. --allow-private lifts that."
    if not view.open or (other is not None and other.speaks_tls):
        return ""
    endless = view.stopped_by == "TooMuch"
    slow = view.stopped_by == "Silent" and (view.received > 0 or view.stopped_at in ("tls", "starttls"))
    if not (endless or slow):
        return ""
    came = f"{view.received} byte{'s' if view.received != 1 else ''} came" if view.received else "nothing came"
    return f"port {view.port} stopped at {view.stopped_at}: {printable(view.error)} ({came})."


def _views(view: RelayView, port: int, other: PortView | None) -> connect.Views:
    look = view.looks.get(port)
    mail = _settings(view.host, port, look) if look else _settings(view.host, port, None)
    return connect.Views(mail, view.side, None, other_mode=other, origin="here")


def _settings(host: str, port: int, look: PortLook | None) -> MailSettings:
    """What a mailer would be set to for this port: TLS is demanded everywhere but between mail servers."""
    implicit = look.view.implicit_tls if look else port in IMPLICIT_TLS_PORTS
    mode = "ssl" if implicit else "" if port == MAIL_EXCHANGE_PORT else "tls"
    return MailSettings.of(
        {"mail": {"mailer": "smtp", "host": host, "port": port, "encryption": mode, "auth": True, "auto_tls": True}}
    )


def _unseen(view: RelayView, port: int, why: str, reason: UnknownReason = UnknownReason.UNAVAILABLE) -> Finding:
    facts = {"host": view.host, "port": port, "why": why, "addresses": view.side.addresses}
    return connect.UNSEEN.finding(view.host, facts, reason=reason)


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

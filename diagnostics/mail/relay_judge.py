"""What the look at a relay comes to, from one point of view.

Guide: Emails Not Sending, Verify. The judges are those of the checks `smtp.connect`, `smtp.tls` and `smtp.auth`,
which compare two points of view where they have them.
"""

from __future__ import annotations

from datetime import datetime

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail import auth, connect, encryption
from diagnostics.mail.conversation import NO_REPLY
from diagnostics.mail.ports import IMPLICIT_TLS_PORTS, PortView
from diagnostics.mail.relay import PortLook, RelayView
from diagnostics.mail.site import MailSettings
from diagnostics.mail.transport.codes.hosts import CERTIFICATE_UNVERIFIED
from diagnostics.mail.transport.hosts import UNVERIFIED
from diagnostics.printable import printable

MAIL_EXCHANGE_PORT = 25  # no log-in belongs there, and TLS only where it is offered
_TELLING = (587, 465, 2525, 25)  # of ports that are all closed, the first of these says most
CODES = (connect.UNSEEN,)  # beside those of the checks


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
    """Why the look tells nothing: a flood, a trickle, another protocol, an address that may not be reached."""
    if view.tcp == "not_allowed":
        return f"{printable(view.error)}. --allow-private lifts that."
    if not view.open or (other is not None and other.speaks_tls):
        return ""
    endless = view.stopped_by == "TooMuch"
    slow = view.stopped_by == "Silent" and (view.received > 0 or view.stopped_at in ("tls", "starttls"))
    if not (endless or slow or NO_REPLY in view.error):
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

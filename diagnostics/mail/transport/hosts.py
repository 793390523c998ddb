"""One conversation with each mail server of a domain: does it answer, does it encrypt, what does it show? (RFC 3207)"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.domain.subject import World
from diagnostics.mail.ports import PortView, look_at_port
from diagnostics.mail.transport.codes import hosts as codes
from diagnostics.mail.transport.facts import listed
from diagnostics.mail.transport.mx import MailHost, MailRoute
from diagnostics.mail.transport.ways import Ways
from diagnostics.network import Network
from diagnostics.printable import printable

MOST_HOSTS = 5  # talked to; the next ones are only ever tried when all of these fail
UNVERIFIED = {
    "expired": "it has expired",
    "not_yet_valid": "it is not valid yet",
    "name_mismatch": "it is made out to another name",
    "untrusted": "it is self-signed or of an authority that nobody knows",
}
_HOW = {
    "refused": "it refuses connections",
    "timeout": "it does not answer",
    "unreachable": "there is no route to it",
    "not_allowed": "its address may not be reached from here",
    "error": "no connection came about",
}

Views = Mapping[str, PortView]  # by the host's name


async def look_at_hosts(route: MailRoute, world: World, ways: Ways) -> dict[str, PortView]:
    """What each of the first mail servers showed; {} where there is no network to look through."""
    network = world.network
    if network is None:
        return {}
    wanted = {host.name: host for host in route.hosts if host.address.addresses and not host.refused}
    names = list(wanted)[:MOST_HOSTS]
    views = await asyncio.gather(*(_look(wanted[name], network, world, ways) for name in names))
    return dict(zip(names, views, strict=True))


async def _look(host: MailHost, network: Network, world: World, ways: Ways) -> PortView:
    addresses = host.address.addresses

    async def look() -> PortView:
        return await look_at_port(
            network, host.name, ways.smtp_port, implicit_tls=False, life_s=ways.look_s, known=addresses
        )

    return await world.once(("smtp", host.name, ways.smtp_port, addresses), look)


def why_refused(view: PortView) -> str:
    """Why a sender that must verify (MTA-STS) would not deliver here; "" where it would, or nobody can tell."""
    if not conversed(view):
        return ""
    if view.starttls is False:
        return "it offers no STARTTLS"
    if view.tls and view.tls.fault in UNVERIFIED:
        return f"its certificate does not verify, {UNVERIFIED[view.tls.fault]}"
    if view.tls and view.tls.fault:
        return f"the TLS handshake fails ({printable(view.tls.error, 200)})"
    return ""


def conversed(view: PortView) -> bool:
    """The server told what it offers."""
    return view.open and view.starttls is not None


def unseen(view: PortView) -> str:
    """Why nothing is known of a server's encryption."""
    if not view.open:
        return f"{_HOW.get(view.tcp, view.tcp)} ({printable(view.error, 200)})" if view.error else _HOW[view.tcp]
    if view.refused:
        return f"it takes no mail from here: {printable(view.refused, 200)}"
    if view.stopped_at:
        return f"it stopped at {view.stopped_at}: {printable(view.error, 200)}"
    return "STARTTLS was offered and then refused"


def judge_hosts(
    route: MailRoute,
    views: Views,
    *,
    judged_elsewhere: frozenset[str] = frozenset(),
    vouched: frozenset[str] = frozenset(),
) -> Iterator[Finding]:
    """The servers as senders without MTA-STS meet them.

    *judged_elsewhere*: a finding of MTA-STS or DANE names their fault; *vouched*: their certificate is DANE's.
    """
    hosts = {host.name: host for host in route.hosts if not host.fault and not host.address.trouble}
    reached = [name for name in hosts if name in views and views[name].open]
    good, dark = [], {}
    for name, host in hosts.items():
        view = views.get(name)
        if view is None:
            continue
        if not view.open and view.tcp in ("refused", "timeout", "unreachable") and reached:
            yield codes.UNREACHABLE.finding(
                printable(name),
                {
                    **_facts(route, host, view),
                    "how": _HOW[view.tcp],
                    "reached": listed(reached),
                    "value": printable(host.value),
                },
            )
        elif not conversed(view) or (view.starttls and view.tls is None):
            dark[name] = unseen(view)
        elif view.tls and (view.tls.ok or name in vouched):
            good.append(name)
        elif name not in judged_elsewhere:
            yield _unencrypted(route, host, view)
    if good:
        yield codes.STARTTLS_GOOD.finding(
            route.domain,
            {
                "said": listed(good),
                "noun": "mail servers" if len(good) > 1 else "a mail server",
                "takes": "take" if len(good) > 1 else "takes",
                "servers": [_shown(views[name]) | {"host": name} for name in good],
                "records": [],
            },
        )
    if not views and hosts:
        dark = dict.fromkeys(list(hosts)[:MOST_HOSTS], "only DNS was asked")
    if dark:
        yield _dark(route, views, dark)


def _dark(route: MailRoute, views: Views, dark: Mapping[str, str]) -> Finding:
    reason = UnknownReason.UNAVAILABLE
    if not views:
        reason = UnknownReason.NOT_CONFIGURED
    elif all(views[name].tcp == "not_allowed" for name in dark):
        reason = UnknownReason.NOT_ALLOWED
    whys = list(dict.fromkeys(dark.values()))
    why = whys[0] if len(whys) == 1 else "; ".join(f"{name}: {why}" for name, why in dark.items())
    evidence = {
        "said": listed(dark),
        "why": why if why.endswith(".") else f"{why}.",
        "advice": "Run it where outgoing connections to port 25 are allowed: many networks block them. Or ask the "
        f"mailbox provider of {route.domain} whether its mail servers offer STARTTLS.",
        "servers": [_shown(views[name]) | {"host": name} for name in dark if name in views],
        "asked": list(dark),
    }
    return codes.STARTTLS_UNSEEN.finding(route.domain, evidence, reason=reason)


def _unencrypted(route: MailRoute, host: MailHost, view: PortView) -> Finding:
    facts, name = _facts(route, host, view), printable(host.name)
    if view.tls and view.tls.fault in UNVERIFIED:
        return codes.CERTIFICATE_UNVERIFIED.finding(name, {**facts, "fault_words": UNVERIFIED[view.tls.fault]})
    if view.tls:
        detail = printable(view.tls.error, 200) or view.tls.fault
        return codes.TLS_BROKEN.finding(name, {**facts, "detail": detail})
    return codes.STARTTLS_MISSING.finding(name, facts)


def _facts(route: MailRoute, host: MailHost, view: PortView) -> dict[str, Any]:
    return {"domain": route.domain, "preference": host.preference, "server": _shown(view), "records": []}


def _shown(view: PortView) -> dict[str, Any]:
    """What a server said, bounded and escaped."""
    return {
        "port": view.port,
        "tcp": view.tcp,
        "error": printable(view.error),
        "greeting": printable(view.banner, 200),
        "starttls": view.starttls,
        "ehlo": [printable(line, 100) for line in view.ehlo[:30]],
        "certificate": {
            "subject": printable(view.tls.subject, 200),
            "names": [printable(name, 200) for name in view.tls.names[:10]],
            "issuer": printable(view.tls.issuer, 200),
            "not_before": view.tls.not_before,
            "not_after": view.tls.not_after,
            "fingerprint": view.tls.fingerprint,
            "version": view.tls.version,
            "fault": view.tls.fault,
            "error": printable(view.tls.error, 200),
        }
        if view.tls
        else None,
    }

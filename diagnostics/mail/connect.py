"""Can the site reach its relay, and if not, whose network is at fault?

Guide: Emails Not Sending, Verify. The same host and ports are tried from the site
(its probe) and from here. A port that opens here and not there is blocked by the web
host; one that opens nowhere is the relay's. The control target, a host that is known
to be up, tells whether our own look is to be trusted.
"""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, Remedy, UnknownReason, Verdict
from diagnostics.mail.codes import connect as codes
from diagnostics.mail.ports import AGAIN_S, SMTP_PORTS, PortView, Side, look_at_host, look_at_port, tcp_opens
from diagnostics.mail.providers import by_host
from diagnostics.mail.site import MAILERS, NOT_ASKED, MailSettings, mail_settings, not_asked, probed, site_name

OPEN = Code(
    "smtp.connect.open",
    Verdict.PASS,
    "{subject} can be reached on port {evidence.port}{evidence.greeting}.",
    meaning="Name, network and port are in order, and a mail server answers.",
    proof="The connection, from the site and from here where both looked, in the evidence.",
    impact=Impact.ADVICE,
)
NOT_USED = Code(
    "smtp.connect.not_used",
    Verdict.PASS,
    "{subject} speaks to no relay: it hands its mail to {evidence.mailer}.",
    meaning="There is no SMTP connection to test.",
    proof="The mailer in force.",
    impact=Impact.ADVICE,
)
PORT_BLOCKED = Code(
    "site.smtp_port_blocked",
    Verdict.FAIL,
    "The web host blocks port {evidence.port}: the site cannot reach {subject} there ({evidence.how}), and "
    "{evidence.others} can.",
    remedy="{evidence.advice} At the mail provider nothing has to change.",
    copy="{evidence.copy}",
    meaning="The relay is up and the settings may be right. The web host's firewall lets no mail out on this port, as "
    "many hosts do against spam.",
    proof="The same port tried from the site and from elsewhere at the same time, with the answers in a table.",
    kind=CauseKind.HOST,
)
UNSEEN = Code(
    "smtp.connect.unseen",
    Verdict.UNKNOWN,
    "{subject} could not be looked at: {evidence.why}",
    remedy="Try again, with more time (--timeout) if it ran out, from another network, or with another resolver "
    "(--nameserver). Does it stay so, ask the operator of {subject} why it does not come to an end.",
    meaning="The look did not come to its end. That says nothing about the relay, for better or worse.",
    proof="How far the look came, and what stopped it.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)
NOT_PROBED = Code(
    "smtp.connect.not_probed",
    Verdict.UNKNOWN,
    "The site did not try port {evidence.port} of {subject}.",
    remedy="Update the Aftercare plugin on the site: this one does not know how to.",
    meaning="Without the site's own look, nothing is known of its way to the relay.",
    proof="The probe's answer lacks the port.",
    impact=Impact.ADVICE,
)

_BY_KIND = {"refused": codes.REFUSED, "timeout": codes.TIMEOUT, "unreachable": codes.NO_ROUTE}
_KIND_WORDS = {"refused": "refused", "timeout": "no answer", "unreachable": "no route", "error": "an error"}
_FORBIDDEN = ("permission denied", "not permitted", "(13)", "has been disabled")


@dataclass(frozen=True)
class Views:
    """Everything that was seen: from the site and from here, or by one party alone (*ours* is None then)."""

    mail: MailSettings
    site: Side
    ours: Side | None
    control_from_site: Side | None = None
    control_opens_here: bool | None = None  # None: no control target is set, or it was not asked
    other_mode: PortView | None = None  # our look with TLS from the first byte, or without
    origin: str = "site"  # whose look `site` is: the site's, or "here" where somebody looks for himself

    @property
    def here(self) -> PortView | None:
        """The port in force as the site sees it."""
        return self.site.ports.get(self.mail.port)

    @property
    def there(self) -> PortView | None:
        """The same port as we see it."""
        return self.ours.ports.get(self.mail.port) if self.ours else None

    def evidence(self) -> dict[str, Any]:
        """The table origin × port, and the names."""
        rows = [
            {
                "origin": origin,
                "port": view.port,
                "tcp": view.tcp,
                "error": view.error,
                "seconds": view.seconds,
                "banner": view.banner[:200],
            }
            for origin, side in (
                (self.origin, self.site),
                ("sidecar", self.ours),
                ("site to control", self.control_from_site),
            )
            if side
            for view in side.ports.values()
        ]
        return {
            "seen_by": "probe",
            "scope": "path",
            "host": self.mail.host,
            "port": self.mail.port,
            "addresses": {name: side.addresses for name, side in self._sides()},
            "resolve_errors": {name: side.resolve_error for name, side in self._sides()},
            "table": rows,
            "control_opens_here": self.control_opens_here,
            "open_from_site": self.open_from_site(),
        }

    def _sides(self) -> list[tuple[str, Side]]:
        return [(self.origin, self.site), *([("sidecar", self.ours)] if self.ours else [])]

    def open_from_site(self) -> list[int]:
        """The relay's other ports that a mailer at the site could use."""
        return [port for port, view in self.site.ports.items() if view.open and port not in (self.mail.port, 25)]


@check(
    "smtp.connect",
    emits=[
        OPEN, NOT_USED, PORT_BLOCKED, NOT_PROBED, NOT_ASKED, codes.HOST_UNKNOWN, codes.DNS_FAILED, codes.REFUSED,
        codes.TIMEOUT, codes.NO_ROUTE, codes.PERMISSION, codes.FAILED, codes.SILENT, codes.DROPPED, codes.INTERCEPTED,
    ],
    timeout_s=90,
)  # fmt: skip
async def reachability(context: Context) -> list[Finding]:
    """Try the relay's ports from the site and from here, and compare."""
    try:
        mail = await mail_settings(context)
        if not mail.speaks_smtp:
            evidence = {"mailer": MAILERS.get(mail.mailer, mail.mailer or "no mailer")}
            return [NOT_USED.finding(site_name(context), evidence)]
        views = await both_views(context, mail)
    except SiteUnavailable as error:
        return not_asked(context, error)
    return [judge(views)]


async def both_views(context: Context, mail: MailSettings) -> Views:
    """The relay from both origins; more looks only where these two leave a question. Raises SiteUnavailable."""
    ports = sorted({mail.port, *SMTP_PORTS})
    implicit = (mail.port,) if mail.implicit_tls else ()
    (site, control), ours = await asyncio.gather(
        probed(context, mail), look_at_host(context.network, mail.host, ports, implicit)
    )
    views = Views(mail, site, ours, control_from_site=control)
    here, there = views.here, views.there
    if here and not here.open and context.control:
        opens = await tcp_opens(context.network, str(context.control["host"]), mail.port)
        return dataclasses.replace(views, control_opens_here=opens)
    if there and there.open and not there.banner:
        other = await look_at_port(
            context.network, mail.host, mail.port, implicit_tls=not there.implicit_tls, life_s=AGAIN_S
        )
        return dataclasses.replace(views, other_mode=other)
    return views


def judge(views: Views) -> Finding:
    """What the two views together mean."""
    mail, here, there, evidence = views.mail, views.here, views.there, views.evidence()
    if views.site.resolve_error:
        ours = views.ours
        we_know = ours is not None and (ours.unknown_host or not ours.resolve_error)
        name_is_wrong = ours.unknown_host if ours and we_know else views.site.unknown_host
        code = codes.HOST_UNKNOWN if name_is_wrong else codes.DNS_FAILED
        return code.finding(mail.relay, evidence)
    if here is None:
        return NOT_PROBED.finding(mail.relay, evidence, reason=UnknownReason.UNAVAILABLE)
    if not here.open:
        return _unreachable(views, here, evidence)
    if not here.banner and not here.tls and not (views.other_mode and views.other_mode.speaks_tls):
        if there and there.open and there.banner:
            return codes.INTERCEPTED.finding(mail.relay, {**evidence, "why": "greeted here, and silent to the site"})
        closed = "clos" in here.error.lower() or "reset" in here.error.lower() or "eof" in here.error.lower()
        return (codes.DROPPED if closed else codes.SILENT).finding(mail.relay, evidence)
    if why := intercepted(mail.host, here, there):
        return codes.INTERCEPTED.finding(mail.relay, {**evidence, "why": why})
    greeting = f" ({here.banner.splitlines()[0][:80]})" if here.banner else ""
    return OPEN.finding(mail.relay, {**evidence, "greeting": greeting})


def _unreachable(views: Views, here: PortView, evidence: dict[str, Any]) -> Finding:
    mail, there = views.mail, views.there
    how = _KIND_WORDS.get(here.tcp, here.tcp)
    control = views.control_from_site.ports.get(mail.port) if views.control_from_site else None
    we_know_it_is_down = there is not None and there.tcp in _BY_KIND and views.control_opens_here is True
    if there and there.open:
        others = "the sidecar"
    elif control and not control.open and views.control_opens_here and not we_know_it_is_down:
        others = "the sidecar (to the control target)"
    elif any(word in here.error.lower() for word in _FORBIDDEN):
        return codes.PERMISSION.finding(mail.relay, evidence)
    else:
        finding = _BY_KIND.get(here.tcp, codes.FAILED).finding(mail.relay, evidence)
        return _with_open_port(finding, views)
    advice, copy = _way_out(views)
    return PORT_BLOCKED.finding(mail.relay, {**evidence, "how": how, "others": others, "advice": advice, "copy": copy})


def _way_out(views: Views) -> tuple[str, str]:
    """What to set or to ask for, when the host blocks the port."""
    mail = views.mail
    origin = "here" if views.origin == "here" else f"the {views.origin}"
    how = _KIND_WORDS.get(views.here.tcp, "") if views.here else ""
    asked = (
        f"Please open outgoing TCP port {mail.port} from our web space to {mail.host}. Connections from the web server "
        f"end in “{how}”, while the same port answers from outside."
    )
    for port in views.open_from_site():
        mode = "SSL" if port == 465 else "TLS"
        return (
            f"Set port {port} with encryption {mode} in the mail settings: it is open from {origin}. Or ask the web "
            f"host to open port {mail.port}.",
            f"Port {port}, encryption {mode}",
        )
    return (
        f"Ask the web host to open outgoing port {mail.port} (the text to send is below), or send through the "
        "provider's HTTP API, which uses port 443.",
        asked,
    )


def _with_open_port(finding: Finding, views: Views) -> Finding:
    """Name the port that does open, where there is one."""
    if not views.open_from_site() or finding.remedy is None:
        return finding
    advice, copy = _way_out(views)
    return dataclasses.replace(finding, remedy=Remedy(f"{advice} {finding.remedy.text}", copy))


def intercepted(host: str, here: PortView, there: PortView | None) -> str:
    """Why another server seems to answer the site than answers us; "" when the same one does.

    Large relays have many servers: names of one organisation are one relay, and a
    certificate that is good for the relay's name is the relay's. By one look alone this is
    told only of providers whose hosts are known.
    """
    if there is None:
        return _of_a_stranger(host, here)
    if not there.banner or not here.banner:
        return ""
    ours, theirs = organisation(there.banner), organisation(here.banner)
    if not ours or not theirs or ours == theirs or theirs == organisation(host):
        return ""
    if here.tls and here.tls.ok:
        return ""
    if here.tls and there.tls and here.tls.fingerprint and here.tls.fingerprint == there.tls.fingerprint:
        return ""
    return f"it calls itself {theirs} to the site and {ours} to us"


def _of_a_stranger(host: str, here: PortView) -> str:
    """A known provider's name, answered by a server of another name that cannot show the provider's certificate."""
    provider, theirs = by_host(host), organisation(here.banner)
    if provider is None or not theirs or by_host(theirs) is provider or theirs == organisation(host):
        return ""
    if here.tls and (here.tls.ok or here.tls.fault not in ("name_mismatch", "untrusted")):
        return ""
    return f"it calls itself {theirs}, which is not {provider.title}"


def organisation(greeting: str) -> str:
    """The last two labels of the server's name in its greeting; "" where it gives none."""
    first = greeting.split()[0] if greeting.split() else ""
    if first.isdigit() and len(greeting.split()) > 1:
        first = greeting.split()[1]  # "220 mx.example ESMTP", where the code was left in
    labels = first.strip(".-").lower().split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else ""

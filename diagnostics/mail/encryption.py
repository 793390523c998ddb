"""TLS between site and relay, as a client that verifies would have it.

Guide: Emails Not Sending, Verify. RFC 8314: 465 begins with TLS, 587 with STARTTLS.
The site's own handshake counts most: it has its own CA bundle and its own clock. Ours
beside it tells which of the two is odd.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.codes import tls as codes
from diagnostics.mail.ground import BLOCKED, blocked, broken_ground
from diagnostics.mail.outcomes import instant
from diagnostics.mail.ports import AGAIN_S, LOOK_S, PortView, TLSView, look_at_port
from diagnostics.mail.site import NOT_ASKED, MailSettings, mail_settings, not_asked, probed, site_name

GOOD = Code(
    "smtp.tls.good",
    Verdict.PASS,
    "{subject} is encrypted ({evidence.way}), and its certificate is good until {evidence.not_after}.",
    meaning="The password and the mail travel to the right server, and nobody reads along.",
    proof="A handshake from the site that verified the certificate and its name.",
    impact=Impact.ADVICE,
)
NOT_USED = Code(
    "smtp.tls.not_used",
    Verdict.PASS,
    "No TLS is asked for between {subject} and its mailer ({evidence.why}).",
    meaning="There is no encrypted connection that could fail.",
    proof="The settings in force, and what the port offers.",
    impact=Impact.ADVICE,
)
IN_CLEAR = Code(
    "smtp.tls.in_clear",
    Verdict.WARN,
    "The site sends its password to {subject} unencrypted.",
    remedy="Set encryption TLS (port 587) or SSL (port 465) in the mail settings.",
    copy="Port 587, encryption TLS",
    meaning="Whoever sits on the path can read the password and every mail.",
    proof="Encryption and automatic TLS are off, authentication is on.",
    impact=Impact.ADVICE,
)
UNVERIFIED = Code(
    "smtp.tls.unverified",
    Verdict.WARN,
    "The certificate of {subject} is bad ({evidence.fault_words}), and the site does not look at it.",
    remedy="Mend the certificate at the relay, or the host name in the mail plugin's settings: it has to be one that "
    "stands in the certificate. Then switch the verification of certificates on again.",
    meaning="Mail leaves, but the site cannot tell its relay from somebody in between.",
    proof="Verification is off in the mailer in force; the certificate is in the evidence.",
    impact=Impact.ADVICE,
)
SEEN_OUTSIDE = Code(
    "smtp.tls.seen_outside_only",
    Verdict.WARN,
    "From outside, the certificate of {subject} does not pass ({evidence.fault_words}); the site's own handshake does.",
    remedy="If mail leaves, nothing has to be done here. Do visitors' own mail programs complain about the relay, its "
    "operator has to install the whole chain.",
    meaning="Site and sidecar know different authorities, so their answers may differ. The site's mailer decides.",
    proof="Both handshakes, in the evidence.",
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "smtp.tls.unseen",
    Verdict.UNKNOWN,
    "The TLS of {subject} could not be looked at: {evidence.why}",
    remedy="Run Diagnose again; does it remain, update the Aftercare plugin on the site.",
    meaning="Nothing is known about the relay's encryption, for better or worse.",
    proof="What each side's look ended with, in the evidence.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)

_BY_FAULT = {
    "expired": codes.EXPIRED,
    "name_mismatch": codes.NAME_MISMATCH,
    "untrusted": codes.UNTRUSTED,
    "not_yet_valid": codes.UNTRUSTED,
    "version": codes.VERSION,
    "wrong_mode": codes.WRONG_MODE,
    "handshake": codes.HANDSHAKE,
}
_FAULT_WORDS = {
    "expired": "expired",
    "name_mismatch": "made out to another name",
    "untrusted": "issued by nobody the client trusts",
    "not_yet_valid": "not valid yet",
    "version": "no TLS version in common",
    "wrong_mode": "no TLS there",
    "handshake": "the handshake failed",
}
_ABOUT_CERTIFICATE = ("expired", "name_mismatch", "untrusted", "not_yet_valid")


@dataclass(frozen=True)
class Views:
    """The port in force, from the site and from here; `other_mode` is ours the other way round.

    Where somebody looks for himself, *here* is his look and *there* is None.
    """

    mail: MailSettings
    now: datetime
    here: PortView
    there: PortView | None
    other_mode: PortView | None

    def evidence(self, **more: Any) -> dict[str, Any]:
        """Both handshakes and the settings that they are measured by."""
        return {
            "seen_by": "probe",
            "scope": "path",
            "host": self.mail.host,
            "port": self.mail.port,
            "encryption": self.mail.encryption,
            "auto_tls": self.mail.auto_tls,
            "verify_peer": self.mail.verify_peer,
            **{name: {"tls": view.tls, "starttls": view.starttls, "error": view.error} for name, view in self._looks()},
            **more,
        }

    def _looks(self) -> list[tuple[str, PortView]]:
        return [("site", self.here), ("sidecar", self.there)] if self.there else [("here", self.here)]


@check(
    "smtp.tls",
    emits=[
        GOOD, NOT_USED, IN_CLEAR, UNVERIFIED, SEEN_OUTSIDE, UNSEEN, NOT_ASKED, BLOCKED, codes.NOT_OFFERED,
        codes.EXPIRED, codes.NAME_MISMATCH, codes.UNTRUSTED, codes.VERSION, codes.WRONG_MODE, codes.HANDSHAKE,
    ],
    timeout_s=90,
)  # fmt: skip
async def encryption(context: Context) -> list[Finding]:
    """Compare the encryption that is wanted with the one that is had."""
    try:
        mail = await mail_settings(context)
        if not mail.speaks_smtp:
            return [NOT_USED.finding(site_name(context), {"why": "there is no relay"})]
        if ground := broken_ground(context):
            return [blocked(mail.relay, ground)]
        side, _ = await probed(context, mail)
    except SiteUnavailable as error:
        return not_asked(context, error)
    here = side.ports.get(mail.port, PortView(mail.port, "error", "the site did not try this port"))
    there, other = await both_modes(context, mail, mute=here.open and not here.banner)
    return judge(Views(mail, context.now, here, there, other))


async def both_modes(context: Context, mail: MailSettings, *, mute: bool) -> tuple[PortView, PortView | None]:
    """Our look in the mode that is set, and in the other one where the port says nothing in it."""

    async def look(implicit_tls: bool, life_s: float) -> PortView:
        return await look_at_port(context.network, mail.host, mail.port, implicit_tls=implicit_tls, life_s=life_s)

    if mute:  # known from the site, so the other mode is asked first: it answers at once if it is the right one
        other = await look(not mail.implicit_tls, AGAIN_S)
        if other.speaks_tls:
            return PortView(mail.port, "open", "not asked in this mode: it answers in the other"), other
    there = await look(mail.implicit_tls, LOOK_S)
    return there, await look(not mail.implicit_tls, AGAIN_S) if there.open and not there.banner else None


def judge(views: Views) -> list[Finding]:
    """Mode first, then the offer, then the certificate."""
    mail, here, there = views.mail, views.here, views.there
    if not mail.wants_tls and not mail.auto_tls:
        finding = IN_CLEAR if mail.auth and mail.host not in ("localhost", "127.0.0.1", "::1") else NOT_USED
        return [finding.finding(mail.relay, views.evidence(why="encryption is off"))]
    if why := mode_is_wrong(views):
        return [codes.WRONG_MODE.finding(mail.relay, views.evidence(why=why))]
    offered = here.starttls if here.starttls is not None or there is None else there.starttls
    if not mail.implicit_tls and offered is False and not here.tls:
        if mail.encryption == "tls":
            stripped = there is not None and bool(there.starttls) and here.starttls is False
            return [codes.NOT_OFFERED.finding(mail.relay, views.evidence(stripped_on_the_way=stripped))]
        return [NOT_USED.finding(mail.relay, views.evidence(why="the relay does not offer STARTTLS"))]
    return [certificate(views)]


def mode_is_wrong(views: Views) -> str:
    """Why the settings' mode is not the port's: TLS at once where STARTTLS belongs, or the reverse; "" if it fits."""
    mail, here, there, other = views.mail, views.here, views.there, views.other_mode
    if mail.implicit_tls:
        if here.starttls is not None and here.banner and not here.implicit_tls:
            return "the site wants TLS at once, and the port greets in the clear"
        if "wrong_mode" in (tls_fault(here.tls, views), there.tls.fault if there and there.tls else ""):
            return "the site wants TLS at once, and the port greets in the clear"
    elif mail.encryption == "tls" or mail.port in (465, 2465):
        if here.implicit_tls and here.speaks_tls:
            return "the site waits for a greeting in the clear, and the port expects TLS at once"
        if other and other.speaks_tls and not here.banner:
            return "the site waits for a greeting in the clear, and the port expects TLS at once"
    return ""


def certificate(views: Views) -> Finding:
    """Good, or the fault of the certificate or handshake; by the site's own view where it has one."""
    mail, here, there = views.mail, views.here, views.there
    way = "TLS from the first byte" if mail.implicit_tls else "STARTTLS"
    if here.tls is None:
        if there and there.tls and there.tls.fault and not there.tls.ok:
            why = f"the site's probe has no handshake; from outside: {_FAULT_WORDS[there.tls.fault]}."
        else:
            why = "the site's probe has no handshake."
        return UNSEEN.finding(mail.relay, views.evidence(why=why), reason=UnknownReason.UNAVAILABLE)
    fault = tls_fault(here.tls, views)
    if not fault:
        evidence = views.evidence(way=way, not_after=here.tls.not_after[:10] or "an unknown day")
        if there and there.tls and there.tls.fault in _ABOUT_CERTIFICATE:
            return SEEN_OUTSIDE.finding(mail.relay, {**evidence, "fault_words": _FAULT_WORDS[there.tls.fault]})
        return GOOD.finding(mail.relay, evidence)
    evidence = views.evidence(fault=fault, fault_words=_FAULT_WORDS[fault])
    if not mail.verify_peer and fault in _ABOUT_CERTIFICATE:
        return UNVERIFIED.finding(mail.relay, evidence)
    finding = _BY_FAULT[fault].finding(mail.relay, evidence)
    return dataclasses.replace(finding, summary=_with_facts(finding.summary, fault, here.tls))


def tls_fault(tls: TLSView | None, views: Views) -> str:
    """The kind of the site's failed handshake; "" when it passed or was not had.

    PHP says only "certificate verify failed", so the facts of the certificate decide:
    its dates, its names, and what OpenSSL says here of the very same certificate.
    """
    if tls is None or tls.ok:
        return ""
    if tls.fault:
        return tls.fault
    text = tls.error.lower()
    if "wrong version number" in text or "unknown protocol" in text or "http request" in text:
        return "wrong_mode"
    if any(word in text for word in ("protocol version", "unsupported protocol", "no shared cipher", "handshake fail")):
        return "version"
    ours = views.there.tls if views.there else None
    if ours and ours.fault and (not tls.fingerprint or ours.fingerprint == tls.fingerprint):
        return ours.fault
    ends = instant(tls.not_after)
    if (ends and ends < views.now) or "expired" in text:
        return "expired"
    if (tls.names and not any(name_matches(views.mail.host, name) for name in tls.names)) or "did not match" in text:
        return "name_mismatch"
    if "verify failed" in text or "self" in text or "unable to get" in text or tls.fingerprint:
        return "untrusted"
    return "handshake"


def name_matches(host: str, name: str) -> bool:
    """RFC 6125 §6.4: the whole name, or a wildcard for its first label."""
    host, name = host.lower().rstrip("."), name.lower().rstrip(".")
    return host == name or (name.startswith("*.") and host.partition(".")[2] == name[2:])


def _with_facts(summary: str, fault: str, tls: TLSView) -> str:
    """The day or the names, where they are known."""
    if fault == "expired" and tls.not_after:
        return f"{summary} It ended on {tls.not_after[:10]}."
    if fault == "name_mismatch" and tls.names:
        return f"{summary} It is made out to {', '.join(tls.names[:5])}."
    if fault == "untrusted" and tls.issuer:
        return f"{summary} Its issuer: {tls.issuer}."
    return summary

"""One log-in at the relay, with what an admin gave for this run.

Guide: Emails Not Sending, Verify. RFC 4954. It is tried once, over verified TLS, at the
host and port that it was given for; nothing of it is kept or shown, whatever the relay echoes.
"""

from __future__ import annotations

import base64
import dataclasses
import re

from diagnostics.check import Context, Login, LoginWithheld
from diagnostics.finding import CauseKind, Code, Finding, Impact, Remedy, UnknownReason, Verdict
from diagnostics.mail import replies
from diagnostics.mail.conversation import without_local_parts
from diagnostics.mail.reading import with_facts
from diagnostics.mail.site import MailSettings
from diagnostics.network import NetworkError, TLSFailed
from diagnostics.network.smtp import SMTPAccess, log_in

NOT_TRIED = Code(
    "smtp.auth.not_tried",
    Verdict.UNKNOWN,
    "The password for {subject} was not tried from here: that needs an admin who starts it.",
    remedy="The site's own test mail tries it: set a test mailbox and press Diagnose. To try it from here as well, "
    "open “Also try to log in” on the Aftercare screen; it is sealed, used once over verified TLS, and dropped.",
    meaning="Aftercare never takes a mail password from the site by itself.",
    proof="No sealed password belongs to this run.",
    impact=Impact.ADVICE,
)
WITHHELD = Code(
    "smtp.auth.withheld",
    Verdict.UNKNOWN,
    "The password that was given for {subject} was not tried: {evidence.why}.",
    remedy="Mend what is named here, if anything is, then open “Also try to log in” on the Aftercare screen and press "
    "again.",
    meaning="A password is tried once, within five minutes, in the run that it was given for, at the host and port "
    "that it was given for, and only over TLS that was verified. One of these did not hold, so it was dropped.",
    proof="What did not hold.",
    impact=Impact.ADVICE,
)
NO_ANSWER = Code(
    "smtp.auth.no_answer",
    Verdict.UNKNOWN,
    "The log-in at {subject} came to no answer: {evidence.why}.",
    remedy="Open “Also try to log in” on the Aftercare screen and press again. Does it stay so, the relay or something "
    "before it breaks the conversation off: read what the other checks of this run say of the connection.",
    meaning="Nothing is known about the password.",
    proof="How the conversation ended.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)
TAKEN = Code(
    "smtp.auth.taken",
    Verdict.PASS,
    "{subject} accepted the user name and password that {evidence.whose}.",
    meaning="If an admin typed it and the site's own log-in still fails, the one that is stored at the site differs or "
    "cannot be read. If it is the stored one, the password is right, and a log-in that fails from the site fails for "
    "the site's address.",
    proof="One log-in from here, over verified TLS.",
    impact=Impact.ADVICE,
)
OUTCOMES = (NOT_TRIED, WITHHELD, NO_ANSWER, TAKEN)


async def tried(context: Context, mail: MailSettings) -> Finding:
    """One log-in with what an admin gave; `not_tried` where nobody gave anything."""
    if context.login is None:
        return NOT_TRIED.finding(mail.relay, {"asked_by_admin": False}, reason=UnknownReason.NOT_ALLOWED)
    if not mail.wants_tls:
        return _withheld(mail, "the settings in force have no encryption, so it would travel in clear")
    try:
        login = context.login(mail.host, mail.port)
    except LoginWithheld as error:
        return _withheld(mail, str(error))
    access = SMTPAccess(mail.host, mail.port, mail.encryption, login.username, login.password)
    try:
        steps = await log_in(context.network, access)
    except TLSFailed as error:
        return _withheld(mail, f"TLS could not be verified ({error.kind})")
    except NetworkError as error:
        why = without(error.detail, login) or f"{type(error).__name__.lower()} {error.phase}"
        facts = {**error.facts(), "detail": why, "why": why}
        return NO_ANSWER.finding(mail.relay, facts, reason=UnknownReason.UNAVAILABLE)
    last = steps[-1]
    said = without(last.text, login)
    whose = "are stored at the site" if login.stored else "an admin typed"
    facts = {"seen_by": "probe", "scope": "path", "host": mail.host, "port": mail.port}
    if last.stage == "auth":  # it came that far: what follows is about the password
        facts |= {"password": "stored" if login.stored else "typed", "whose": whose}
        if last.ok:
            return TAKEN.finding(mail.relay, {"reply": said, "code": last.code, **facts})
    reading = replies.read(f"{last.code} {said}", stage=last.stage, provider=mail.provider, host=mail.host)
    finding = with_facts(reading.finding(mail.relay), **facts)
    return _of_typed(finding) if facts.get("password") == "typed" and finding.verdict is Verdict.FAIL else finding


def _of_typed(finding: Finding) -> Finding:
    """What was typed and refused is no fault of the site, whose own log-in may be another: it is told, and no alarm."""
    summary = f"{finding.subject} refuses the user name and password that an admin typed: {finding.evidence['text']}"
    remedy = Remedy(
        "If the site's mail settings hold the same, no mail leaves: make a new password at the relay and enter it "
        "there. Else type it again, or tick “stored in this site's mail settings” where the screen offers it. Do not "
        "try more than twice, or the relay may lock the account."
    )
    return dataclasses.replace(finding, verdict=Verdict.WARN, summary=summary, remedy=remedy)


def without(text: str, login: Login) -> str:
    """*text* without what was tried: some servers echo it, as it is or as it was encoded."""
    user, password = login.username.encode(), login.password.encode()
    encoded = (b"\0" + user + b"\0" + password, user, password)
    for secret in (login.password, *(base64.b64encode(each).decode() for each in encoded)):
        text = text.replace(secret, "***")
    text = re.sub(rf"(?<![\w@.-]){re.escape(login.username)}(?![\w@-])", "***", text, flags=re.IGNORECASE)
    return without_local_parts(text)


def _withheld(mail: MailSettings, why: str) -> Finding:
    return WITHHELD.finding(mail.relay, {"why": why}, reason=UnknownReason.NOT_ALLOWED)

"""From an entry's way to findings: the one cause where it was lost, and what is wrong although it arrived.

Pure. A stage that another check has explained (a script error, a page without its form) is not told twice: the
trace is then `unknown`, blocked by that finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.form import Form, Notification
from diagnostics.forms.trace import codes
from diagnostics.forms.trace.answer import Answer, Mail
from diagnostics.forms.trace.screens import Screens, screens_of
from diagnostics.forms.trace.seen import Seen
from diagnostics.forms.trace.stages import TITLES, Trace
from diagnostics.forms.trace.way import failed_mail, tells_staff
from diagnostics.mail.reading import UNSURE, read_failure, scope_of, silence, with_facts
from diagnostics.printable import printable

NEARLY = 0.8  # two names of fields so alike are one, mistyped


@dataclass(frozen=True)
class Around:
    """What else is known of the site when one form's way is judged."""

    site: str  # its host name
    relay: str = ""  # the host of its mail settings
    mailer: str = ""
    own_domain: str = ""  # of its From address
    from_forced: bool = False  # a mail plugin puts its own From into every mail
    dead_domains: Mapping[str, str] = field(default_factory=dict)  # recipient's domain -> why it takes no mail
    policies: Mapping[str, str] = field(default_factory=dict)  # sender's domain -> its DMARC policy in words
    free_mailboxes: Mapping[str, str] = field(default_factory=dict)  # sender's domain -> whose free mailboxes


def judge(
    form: Form, seen: Seen, answer: Answer, way: Trace, around: Around, failing: Sequence[Finding]
) -> list[Finding]:
    """The findings of one form; *failing* are those of other checks about it."""
    screens, facts = screens_of(form), facts_of(form, seen, answer, way)
    if not answer.arrived and (explained := next(iter(failing), None)):
        told = {**facts, "stage": TITLES[way.lost_at or "pressed"], "by": explained.code}
        return [
            codes.STOPPED.finding(form.key, told, reason=UnknownReason.BLOCKED, blocked_by=explained.code),
        ]
    found = _lost(form, seen, answer, way, around, screens, facts)
    if way.lost_at != "composed":
        found += _notifications(form, around, screens, facts)
    if answer.arrived and answer.ended and (answer.entry and not answer.forgotten):
        where = screens.entries or screens.form
        named = f": number {answer.entry}" if answer.entry else ""
        found.append(codes.NOT_FORGOTTEN.finding(form.key, {**facts, "where": where, "named": named}))
    if not way.lost_at and not any(each.verdict in (Verdict.FAIL, Verdict.UNKNOWN) for each in found):
        found.insert(0, _sound(form, way, facts))
        if any(each.outcome == "held" for each in answer.mails):
            found.append(codes.MAIL_HELD.finding(form.key, facts, reason=UnknownReason.NOT_CONFIGURED))
    return found


def judge_settings(form: Form, around: Around) -> list[Finding]:
    """What is wrong with a form's notifications by its settings alone: for one that was not tried."""
    screens, facts = screens_of(form), facts_of(form, None, None, None)
    return _notifications(form, around, screens, facts)


def facts_of(form: Form, seen: Seen | None, answer: Answer | None, way: Trace | None) -> dict[str, Any]:
    """What every finding of a form's way carries."""
    return {
        "form": form.key,
        "title": title_of(form),
        "page": seen.url if seen else (form.pages[0] if form.pages else ""),
        "seen_by": "canary" if seen else "",
        "at": way.at if way else None,
        "lost_at": way.lost_at if way else "",
        "trace": way.to_json() if way else None,
        "held": list(answer.held) if answer else [],
        "seconds": answer.seconds if answer else None,
    }


def title_of(form: Form) -> str:
    """A form as people call it."""
    return printable(form.title, 80) or f"{form.plugin}, form {printable(form.id, 40)}"


def _sound(form: Form, way: Trace, facts: Mapping[str, Any]) -> Finding:
    passed = [each.words for each in way.stages if each.verdict == "pass"]
    said = {
        "accepted": f"sent by a browser, taken, and its mail {way.stage('accepted').words[:1].lower()}"
        + way.stage("accepted").words[1:].rstrip("."),
        "handed": "sent by a browser, taken, and its mail handed to the mailer",
        "composed": "sent by a browser, taken, and its mail written",
        "kept": "sent by a browser, taken and kept",
    }
    far = said.get(way.farthest, "sent by a browser and taken")
    accepted = way.stage("accepted").verdict in ("pass", "none")
    return codes.SOUND.finding(form.key, {**facts, "far": far, "stages_passed": len(passed), "accepted": accepted})


def _lost(
    form: Form, seen: Seen, answer: Answer, way: Trace, around: Around, screens: Screens, facts: Mapping[str, Any]
) -> list[Finding]:
    """The finding of the stage where the entry was lost; nothing where it was not."""
    lost = way.lost_at
    told = {**facts, "stage": TITLES.get(lost, ""), "where": screens.form}
    if answer.fatal and lost not in ("accepted",):
        place = answer.fatal_in or answer.fatal
        return [codes.FATAL.finding(form.key, {**told, "fatal": place, "class": answer.fatal})]
    if not answer.arrived:
        return [_not_arrived(form, seen, answer, told)]
    if lost == "validated":
        if answer.event == "form.rejected":
            fields = ", ".join(answer.invalid) or "a field that it does not name"
            return [codes.REFUSED.finding(form.key, {**told, "invalid": fields})]
        return [codes.NO_OUTCOME.finding(form.key, {**told, "status": answer.http_status})]
    if lost == "spam":
        where = screens.spam or screens.form
        return [codes.SPAM.finding(form.key, {**told, "where": where, "spam_by": answer.spam_by or "the form plugin"})]
    if lost == "kept":
        return [codes.NOT_KEPT.finding(form.key, {**told, "where": screens.entries or screens.form})]
    if lost == "composed":
        return _no_mail(form, answer, {**told, "where": screens.mails}, screens)
    if lost == "accepted" and (mail := failed_mail(answer)):
        return _mail_failed(form, mail, around, {**told, "where": screens.entries or screens.mails})
    if not answer.ended:
        why = "the site had not ended with it yet."
        return [codes.UNSEEN.finding(form.key, {**told, "why": why}, reason=UnknownReason.UNAVAILABLE)]
    return []


def _not_arrived(form: Form, seen: Seen, answer: Answer, told: Mapping[str, Any]) -> Finding:
    sent = seen.came_as_far_as("sent")
    if sent and answer.state in ("armed", "expired"):
        reply = f"answer {seen.posted_status}" if seen.posted_status else (seen.failed or "no answer came")
        more = {"answer": reply, "target": seen.target or seen.url, "at": seen.posted_at, "read": seen.message}
        return codes.NOT_ARRIVED.finding(form.key, {**told, **more})
    why = seen.why or (f"the browser came no further than “{seen.reached}”" if not sent else "the site knows no token")
    return codes.UNSEEN.finding(form.key, {**told, "why": why.rstrip(".") + "."}, reason=UnknownReason.UNAVAILABLE)


def _no_mail(form: Form, answer: Answer, told: Mapping[str, Any], screens: Screens) -> list[Finding]:
    if not form.notifications:
        return [codes.NOWHERE.finding(form.key, told)]
    off = [each for each in form.notifications if not each.on and (each.to or not each.to_field)]
    if off and not tells_staff(form):
        names = ", ".join(_named(each.title or each.id) for each in off)
        where = screens.off or screens.mails
        return [codes.NOTIFICATION_OFF.finding(form.key, {**told, "names": names, "where": where})]
    on = [each for each in form.notifications if each.on]
    if misspelt := [finding for each in on if (finding := _misspelt(form, each, told))]:
        return misspelt
    names = ", ".join(_named(each.title or each.id) for each in on)
    if all(not each.to and not each.to_field for each in on):
        return [codes.NO_RECIPIENT.finding(form.key, {**told, "names": names})]
    problem = next((each.problem for each in on if each.problem), "")
    because = f" (its plugin says: {printable(problem, 200)})" if problem else ""
    return [codes.NO_MAIL.finding(form.key, {**told, "names": names, "because": because, "status": answer.status})]


def _mail_failed(form: Form, mail: Mail, around: Around, told: Mapping[str, Any]) -> list[Finding]:
    """The form's own finding, and the mail's: one fault of the mail is one ticket, whoever met it."""
    host = mail.host or around.relay
    if mail.outcome == "hung":
        read = silence(host or around.site, next(reversed(mail.dialogue), ""), {}, greeted=None)
        temporary = True
    else:
        reading, read = read_failure(
            mail.error,
            list(mail.dialogue),
            host=host,
            mailer=mail.mailer or around.mailer,
            site=around.site,
            recipient_domain=next(iter(mail.to), ""),
        )
        temporary = reading.temporary
    code = read.code
    said = read.summary if read.verdict is Verdict.FAIL else (mail.error or "the mailer gave no reason.")
    own = {
        **told,
        "said": said,
        "mail_code": code,
        "error": mail.error,
        "host": host,
        "port": mail.port,
        "dialogue": list(mail.dialogue),
    }
    finding = codes.MAIL_FAILED.finding(form.key, own)
    if read.verdict is not Verdict.FAIL:
        return [finding]
    shared = {name: told[name] for name in ("form", "title", "page", "seen_by", "at", "trace")}
    mails = {"scope": scope_of(code), "sure": code not in UNSURE, "temporary": temporary, "error": mail.error}
    mails |= {"host": host, "port": mail.port, "dialogue": list(mail.dialogue)}
    return [finding, with_facts(read, **shared, **mails)]


def _notifications(form: Form, around: Around, screens: Screens, facts: Mapping[str, Any]) -> list[Finding]:
    """What is wrong with the form's notifications, whatever came of a test entry's mail."""
    told = {**facts, "where": screens.mails}
    found: list[Finding] = []
    misspelt = [finding for each in form.notifications if (finding := _misspelt(form, each, told))]
    if misspelt:
        found += misspelt
    elif form.notifications and not tells_staff(form):
        off = [each for each in form.notifications if not each.on and each.to]
        names = ", ".join(_named(each.title or each.id) for each in off)
        if off:
            where = screens.off or screens.mails
            found.append(codes.NOTIFICATION_OFF.finding(form.key, {**told, "names": names, "where": where}))
        elif form.keeps is not False:  # else it is the visitor's mail that counts: a password reset
            found.append(codes.NOBODY_TOLD.finding(form.key, told))
    elif form.keeps and not form.notifications:
        found.append(codes.NOBODY_TOLD.finding(form.key, told))
    for each in form.notifications:
        if each.on:
            found += _notification(form, each, around, {**told, "names": _named(each.title or each.id)})
    return _each_once(found)


def _notification(form: Form, each: Notification, around: Around, told: Mapping[str, Any]) -> list[Finding]:
    found: list[Finding] = []
    if not each.to and not each.to_field:
        found.append(codes.NO_RECIPIENT.finding(form.key, told))
    for address in each.to:
        if why := around.dead_domains.get(address.domain.lower()):
            found.append(codes.RECIPIENT_DOMAIN.finding(form.key, {**told, "domain": address.domain, "why": why}))
    if each.sender_field and not around.from_forced:
        field_name = printable(each.sender_field, 80)
        found.append(codes.SENDER_IS_VISITOR.finding(form.key, {**told, "field": field_name}))
    elif each.sender is not None and not around.from_forced:
        found += _foreign_sender(form, each.sender.domain.lower(), around, told)
    if each.problem and not found:
        found.append(codes.NOTIFICATION_PROBLEM.finding(form.key, {**told, "problem": printable(each.problem, 200)}))
    return found


def _misspelt(form: Form, each: Notification, told: Mapping[str, Any]) -> Finding | None:
    """A recipient that is a field which the form lacks; only where one is nearly called so.

    Other names may be known to the form plugin alone.
    """
    names = [field.name for field in form.fields]
    near = get_close_matches(each.to_field, names, 1, NEARLY) if each.on and each.to_field not in names else []
    if not near or each.to:
        return None
    named = {"names": _named(each.title or each.id), "field": printable(each.to_field, 80)}
    return codes.RECIPIENT_FIELD.finding(form.key, {**told, **named, "near": printable(near[0], 80)})


def _foreign_sender(form: Form, domain: str, around: Around, named: Mapping[str, Any]) -> list[Finding]:
    own = around.own_domain or around.site
    policy = around.policies.get(domain, "")
    free = around.free_mailboxes.get(domain, "")
    related = domain == own or domain.endswith(f".{own}") or own.endswith(f".{domain}")
    if not domain or related or not (free or policy in ("quarantine", "reject")):
        return []
    words = policy or f"that of {free}"
    return [codes.SENDER_NOT_YOURS.finding(form.key, {**named, "domain": domain, "policy": words, "own": own})]


def _each_once(found: Sequence[Finding]) -> list[Finding]:
    once: dict[tuple[str, str], Finding] = {}
    for each in found:
        once.setdefault((each.code, str(each.evidence.get("domain") or each.evidence.get("names") or "")), each)
    return list(once.values())


def _named(text: str) -> str:
    return printable(text, 80) or "without a name"

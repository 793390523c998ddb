"""Of everything that a run about forms found failing: what to mend first, one cause a form.

DESIGN, Cause first. Along an entry's way what stands earlier breaks what stands behind it; what is wrong with the
site's mail is one fault, however many forms meet it; what a test entry has disproved does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diagnostics.finding import Finding, Verdict
from diagnostics.mail import cause as mail
from diagnostics.mail.reading import UNSURE, scope_of

# The longest prefix that fits decides; the lower comes first.
ORDER = (
    ("form.conflict.",),  # names the plugin
    ("form.page.script_", "form.page.jquery_"),  # why the browser's error came about
    ("form.browser.script", "form.browser.jquery"),
    ("form.page.",),
    ("form.browser.",),
    ("form.trace.fatal",),
    ("form.trace.not_arrived", "form.trace.no_outcome"),
    ("form.trace.not_kept",),
    ("form.trace.nowhere", "form.trace.notification_off", "form.trace.no_recipient"),
    ("form.trace.recipient_field",),
    ("form.trace.no_mail",),
    ("form.trace.recipient_domain",),
    ("form.trace.sender_",),
    ("form.trace.",),
    ("form.",),
    ("",),
)
# They say that entries are lost, not why.
CONSEQUENCES = (*mail.CONSEQUENCES, "form.trace.mail_failed", "form.trace.entries_lost", "form.silent")
# What the visitor reads of a fault that the site itself names better, once the entry has arrived there.
READ_AFTERWARDS = tuple(
    f"form.browser.{each}"
    for each in ("error_said", "server_error", "no_answer", "answer_broken", "taken_for_spam", "captcha_failed")
)
# A form that was sent without them needs them not. What waits for a consent is another's trouble: the test gave it.
_NEEDED = ("form.page.jquery_", "form.page.script_")
_HELD = "form.page.script_held"
NONE_WORKS, SOUND = "form.trace.none_works", "form.trace.sound"


def causes_of(findings: Sequence[Finding]) -> list[Finding]:
    """What tickets are about: the cause of each form that fails, the site's own first. Nothing where all is sound."""
    counting = standing(findings)
    of_mail = [each for each in counting if not _of_a_form(each)]
    shared = mail.cause_of([*of_mail, *(each for each in findings if each.verdict is Verdict.PASS)])
    none = [each for each in counting if each.code == NONE_WORKS]
    forms = list(dict.fromkeys(each.subject for each in counting if _of_a_form(each) and each.code != NONE_WORKS))
    own = [cause for form in forms if (cause := form_cause(counting, form))]
    if shared is not None:
        own = [each for each in own if not _told_by(each, shared)]
        none = [each for each in none if each.evidence.get("cause") not in CONSEQUENCES]
    if none:
        covered = set(_list(none[0].evidence.get("keys")))
        own = [each for each in own if each.subject not in covered]
    return [*none, *([shared] if shared else []), *sorted(own, key=_rank)]


def form_cause(findings: Sequence[Finding], form: str) -> Finding | None:
    """The one finding that says why *form* loses its entries; None where none fails."""
    failing = [each for each in findings if each.subject == form and each.verdict is Verdict.FAIL]
    return min(failing, key=_rank) if failing else None


def standing(findings: Sequence[Finding]) -> list[Finding]:
    """The failing findings that no test entry of this run has disproved."""
    sound = [each for each in findings if each.code == SOUND]
    went = {each.subject for each in sound}
    named = {each.subject for each in findings if _lost_at_the_site(each)}
    accepted = any(each.evidence.get("accepted") is True and _mails(each) for each in sound)
    failing = []
    for each in findings:
        if each.verdict is not Verdict.FAIL:
            continue
        told = each.evidence.get("seen_by") in ("reported", "probe")
        if _of_a_form(each):
            if told and each.subject in went:
                continue
            if each.code.startswith(_NEEDED) and each.code != _HELD and each.subject in went:
                continue
            if each.code in READ_AFTERWARDS and each.subject in named:
                continue
        elif accepted and told and each.evidence.get("scope") == "path":
            continue  # a mail of this run was taken
        failing.append(each)
    return failing


def _told_by(finding: Finding, shared: Finding) -> bool:
    """Whether the form's finding only says that its mail failed of what *shared* names."""
    if finding.code not in CONSEQUENCES:
        return False
    code = str(finding.evidence.get("mail_code") or "")
    return not code or code == shared.code or scope_of(code) == "path" or code in UNSURE


def _lost_at_the_site(finding: Finding) -> bool:
    lost_at = finding.evidence.get("lost_at")
    traced = finding.code.startswith("form.trace.") and finding.evidence.get("seen_by") == "canary"
    return traced and finding.verdict is Verdict.FAIL and lost_at not in ("", "shown", "pressed", "arrived", None)


def _of_a_form(finding: Finding) -> bool:
    return finding.code.startswith("form.")


def _mails(finding: Finding) -> bool:
    trace = finding.evidence.get("trace")
    stages = trace.get("stages") if isinstance(trace, dict) else None
    return any(each.get("stage") == "accepted" and each.get("verdict") == "pass" for each in _list(stages))


def _rank(finding: Finding) -> tuple[bool, int, int]:
    """A cause before a consequence, then the way, then the surest look."""
    seen = ("canary", "", "probe", "reported")
    by = str(finding.evidence.get("seen_by") or "")
    return finding.code in CONSEQUENCES, place(finding.code), seen.index(by) if by in seen else len(seen)


def place(code: str) -> int:
    """How far along an entry's way *code* stands; the lower comes first."""
    fits = ((len(prefix), place) for place, group in enumerate(ORDER) for prefix in group if code.startswith(prefix))
    return max(fits)[1]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

"""All forms of a site together: whether no form works any more, which is one fault and not many."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.finding import Finding, Verdict
from diagnostics.forms.form import Form
from diagnostics.forms.trace import codes
from diagnostics.forms.trace.cause import form_cause
from diagnostics.forms.trace.judge import title_of

NAMED = 8


def with_all(site: str, triable: Sequence[Form], found: list[Finding], before: Sequence[Finding]) -> list[Finding]:
    """*found*, and one finding more where every form that can be tried fails, and fails alike."""
    all_found = [*before, *found]
    causes = [form_cause(all_found, form.key) for form in triable]
    known = [cause for cause in causes if cause is not None]
    if len(triable) < 2 or len(known) < len(triable) or len({cause.code for cause in known}) > 1:
        return found
    names = [title_of(form) for form in triable]
    said = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if names[NAMED:] else "")
    remedy = known[0].remedy.text if known[0].remedy else ""
    facts = {
        "forms": said,
        "keys": [form.key for form in triable],
        "cause": known[0].code,
        "remedy": remedy,
        "seen_by": known[0].evidence.get("seen_by", ""),
        "lost_at": known[0].evidence.get("lost_at", ""),
        "form": triable[0].key,
        "trace": next((each.evidence["trace"] for each in all_found if _traced(each, triable[0].key)), None),
    }
    return [codes.NONE_WORKS.finding(site, facts), *found]


def _traced(finding: Finding, key: str) -> bool:
    return finding.subject == key and bool(finding.evidence.get("trace")) and finding.verdict is not Verdict.PASS

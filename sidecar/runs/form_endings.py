"""The end of a run about forms: whose entry a finding is about, what goes on to the site's mail, what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from diagnostics.finding import Finding, Verdict
from diagnostics.forms.form import read_forms
from diagnostics.forms.trace import codes
from diagnostics.mail.reading import scope_of
from sidecar import tickets
from sidecar.playbooks import Playbook
from sidecar.runs.equipment import Equipment
from sidecar.runs.starting import add
from sidecar.store import runs as store
from sidecar.store import tickets as ticket_store
from sidecar.store.database import Database
from sidecar.store.findings import FoundRow
from sidecar.store.runs import Run


def form_of_row(row: FoundRow) -> str:
    """The form that a finding is about, as `plugin:id`; "" for none."""
    return str(row.evidence.get("form") or "") if row.code.startswith("form.") or row.evidence.get("form") else ""


def tells_of(run: Run, cause: FoundRow) -> bool:
    """Whether the events of the run are of this cause: a run about one form says nothing of another's."""
    form = str(run.trigger.get("form") or "")
    return not form or form_of_row(cause) in ("", form)


def proofs(playbook: Playbook, rows: Sequence[FoundRow]) -> dict[str, Finding]:
    """Form -> how its test entry ended in this run."""
    proofs: dict[str, Finding] = {}
    for row in rows:
        if row.check_name in playbook.proof and row.verdict in (Verdict.FAIL, Verdict.PASS):
            form = form_of_row(row)
            if form and proofs.get(form, row.finding).verdict is not Verdict.FAIL:
                proofs[form] = row.finding
    return proofs


def no_form_works(db: Database, run: Run, standing_rows: Sequence[FoundRow]) -> bool:
    """Whether every form that the site lists, and that may be tried, fails (guide.yaml: P1)."""
    listed = next((answer.result for answer in store.answers(db, run.id) if answer.name == "forms.list"), None)
    if listed is None:
        return False
    triable = {form.key for form in read_forms(listed).forms if form.on and not form.tried}
    failing = {row.subject for row in standing_rows if row.code.startswith("form.")}
    return bool(triable) and triable <= failing


def mail_playbook(equipment: Equipment) -> Playbook | None:
    """The playbook that finds out why mail does not leave: what is wrong with a site's mail has its ticket there."""
    return next((each for each in equipment.playbooks.values() if "mail.failed" in each.events), None)


def is_of_mail(run: Run, cause: FoundRow) -> bool:
    """Whether the cause is the whole site's mail, unless that was looked at since, and is sound."""
    code, sound = cause.code, run.trigger.get("mail") == "sound"
    whole = scope_of(code) == "path" if not code.startswith("form.") else code == codes.MAIL_FAILED.code
    return whole and not sound


def hand_over(equipment: Equipment, run: Run, mail: Playbook, cause: FoundRow) -> int | None:
    """Have the site's mail looked at, where the form lost its entry to it; the ticket that is open for that already."""
    db = equipment.db
    known = ticket_store.last_of_fingerprint(db, tickets.fingerprint(run.site_id, cause.code, cause.subject))
    if known is not None and known.state == "open":
        if run.reading:  # what this form tells of the same fault starts no more looks
            ticket_store.count_source(db, known.id, f"reading:{run.reading}")
        return known.id
    waiting = [each for each in store.open_runs(db, run.site_id, mail.id) if each.state == "queued"]
    if not any(each.due_at <= equipment.now() for each in waiting):
        add(equipment, run.site_id, mail.id, {"kind": "run", "after": run.id})
    return None


def back_to_the_form(equipment: Equipment, run_id: str) -> None:
    """The site's mail is sound, so what a form lost its entry to is the form's own: one more look decides."""
    if not store.is_there(equipment.db, run_id):
        return
    run = store.run(equipment.db, run_id)
    form = {"form": run.trigger["form"]} if run.trigger.get("form") else {}
    add(equipment, run.site_id, run.playbook, {"kind": "look", "first": run_id, "mail": "sound", **form})


def after_quiet_hours(equipment: Equipment, run: Run, rows: Sequence[FoundRow]) -> None:
    """What a failure, a change or the clock asked for in the site's quiet hours is tried when they end."""
    for row in rows:
        until = row.evidence.get("until")
        if row.code == codes.QUIET.code and isinstance(until, str):
            trigger = {"kind": "schedule", "every": "after quiet hours", "turn": until}
            if form := run.trigger.get("form"):
                trigger["form"] = str(form)
            add(equipment, run.site_id, run.playbook, trigger, due_at=datetime.fromisoformat(until))
            return

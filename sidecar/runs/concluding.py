"""The end of a run: its outcome, its cause, and what follows for the tickets; all in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from diagnostics.finding import Code, Finding, Impact, Verdict
from diagnostics.forms.trace import cause as forms_cause
from diagnostics.mail.cause import CONSEQUENCES, cause_of, standing
from sidecar import tickets
from sidecar.playbooks import Playbook, parse_playbook
from sidecar.runs.changes import by_change
from sidecar.runs.equipment import Equipment
from sidecar.runs.form_endings import (
    after_quiet_hours,
    back_to_the_form,
    form_of_row,
    hand_over,
    is_of_mail,
    mail_playbook,
    no_form_works,
    proofs,
    tells_of,
)
from sidecar.runs.looking import worst
from sidecar.runs.reports import cause_row, grade_told
from sidecar.runs.starting import again_from_outside
from sidecar.store import events, sites
from sidecar.store import runs as store
from sidecar.store import tickets as ticket_store
from sidecar.store.database import Database, NotFound
from sidecar.store.events import Event
from sidecar.store.findings import FoundRow, findings_of
from sidecar.store.runs import Run
from sidecar.store.sites import Site

LOOKS_FROM_OUTSIDE = 3
SENT_SHOWN = 500

log = logging.getLogger(__name__)


def close_step(equipment: Equipment, run_id: str, step_id: str) -> None:
    """The step is done; its verdict is that of its worst finding."""
    verdicts = {row.verdict for row in findings_of(equipment.db, run_id) if row.step_id == step_id}
    store.end_step(equipment.db, run_id, step_id, "done", worst(verdicts), equipment.now())


def conclude(equipment: Equipment, run_id: str) -> str:
    """End the run and judge what it saw; its outcome. Said again after a crash, it changes nothing."""
    db = equipment.db
    with db.transaction():
        run = store.run(db, run_id)
        if run.state == "ended":
            return run.outcome or "died"
        playbook = parse_playbook(run.playbook_text, f"the playbook of {run_id}")
        site, rows = sites.site(db, run.site_id), findings_of(db, run_id)
        canary = _canary(playbook, rows)
        causes, standing_rows = weighed(playbook, rows)
        if told := cause_row(run, rows):
            causes = [told]
        cause = causes[0] if causes else None
        seen = tickets.Sighting(
            site_id=site.id,
            site_url=site.url,
            server=_server(db, run_id, site),
            playbook=run.playbook,
            playbook_title=run.title,
            expected=playbook.expected,
            run_id=run_id,
            run_url=f"{equipment.settings.public_url}/runs/{run_id}",
            trigger=str(run.trigger.get("kind", "")),
            rows=rows,
            standing=standing_rows,
            cause=None,
            code=None,
            confirmed=False,
            events=_events(db, run),
            readings=[run.reading] if run.reading else [],
            canary=canary,
            from_outside=playbook.from_outside,
            consequences=forms_cause.CONSEQUENCES if playbook.about_forms else CONSEQUENCES,
            sent=events.recent(db, site.id, ["mail.sent"], SENT_SHOWN),
            form=str(run.trigger.get("form") or ""),
            proofs=proofs(playbook, rows) if playbook.about_forms else None,
            impact=Impact.ALL if playbook.about_forms and no_form_works(db, run, standing_rows) else None,
        )
        mail = mail_playbook(equipment) if playbook.about_forms else None
        of_mail = [each for each in causes if mail is not None and is_of_mail(run, each)]
        sightings = [_sighting(equipment, run, playbook, site, seen, each) for each in causes if each not in of_mail]
        ticket_id = tickets.judge(equipment, seen, sightings)
        if mail is not None and of_mail:
            ticket_id = hand_over(equipment, run, mail, of_mail[0]) or ticket_id
        after_quiet_hours(equipment, run, rows)
        outcome = outcome_of(rows, standing_rows, canary, grade_told(run, rows))
        store.end_run(db, run_id, outcome, cause.code if cause else None, ticket_id, equipment.now())
        if run.trigger.get("kind") == "run" and outcome == "sound":
            back_to_the_form(equipment, str(run.trigger.get("after")))
    equipment.logins.drop(run_id)
    equipment.wake()
    return outcome


def died(equipment: Equipment, run_id: str, why: str) -> str:
    """The engine itself could not carry the run out. Our bug; the site's tickets stay as they are."""
    log.error("the run %s died: %s", run_id, why)
    equipment.logins.drop(run_id)
    try:
        store.end_run(equipment.db, run_id, "died", None, None, equipment.now())
    except NotFound:
        log.warning("the run %s was deleted while it went on", run_id)
    return "died"


def outcome_of(rows: Sequence[FoundRow], standing: Sequence[FoundRow], canary: Finding | None, grade: str = "") -> str:
    """`faults`, `sound`, or `unclear`.

    A test mail that went the whole way outweighs what could not be looked at; so does the grade of
    a report, which says "?" where what decides was not seen.
    """
    if standing:
        return "faults"
    if canary is not None and canary.verdict is Verdict.PASS:
        return "sound"
    if grade:
        return "unclear" if grade == "?" else "sound"
    return "unclear" if not rows or any(row.verdict is Verdict.UNKNOWN for row in rows) else "sound"


def weighed(playbook: Playbook, rows: Sequence[FoundRow]) -> tuple[list[FoundRow], list[FoundRow]]:
    """The causes, the first to mend first, and every failing finding that the run's own tests have not disproved.

    Mail has one way and so one cause; of forms, each that fails has its own.
    """
    found = [row.finding for row in rows]
    row_of = {id(finding): row for finding, row in zip(found, rows, strict=True)}
    if playbook.about_forms:
        causes, stand = forms_cause.causes_of(found), forms_cause.standing(found)
    else:
        cause = cause_of(found)
        causes, stand = [cause] if cause else [], standing(found)
    return [row_of[id(each)] for each in causes], [row_of[id(each)] for each in stand]


def _sighting(
    equipment: Equipment, run: Run, playbook: Playbook, site: Site, seen: tickets.Sighting, cause: FoundRow
) -> tickets.Sighting:
    """What the run has seen, about this cause of several; one that is not sure yet is looked at again."""
    confirmed = _confirmed(equipment.db, run, playbook, site, cause)
    if not confirmed:
        name = tickets.fingerprint(site.id, cause.code, cause.subject)
        confirmed = _looked_often_enough(run, name)
        if not confirmed:
            again_from_outside(equipment, run, name, form_of_row(cause))
    told = seen.events if tells_of(run, cause) else ()
    return replace(
        seen,
        cause=cause,
        code=_declared(equipment, cause),
        confirmed=confirmed,
        events=told,
        readings=seen.readings if tells_of(run, cause) else [],
        canary=seen.proof_for(form_of_row(cause)),
    )


def _declared(equipment: Equipment, row: FoundRow | None) -> Code | None:
    """The declaration of the finding's code, where any check still has it."""
    if row is None:
        return None
    codes = (code for check in equipment.checks.values() for code in check.emits)
    return next((code for code in codes if code.code == row.code), None)


def _canary(playbook: Playbook, rows: Sequence[FoundRow]) -> Finding | None:
    """How the playbook's proof ended: passed or failed; None where it could not be tried."""
    found = [row.finding for row in rows if row.check_name in playbook.proof]
    decided = [finding for finding in found if finding.verdict in (Verdict.FAIL, Verdict.PASS)]
    return next((finding for finding in decided if finding.verdict is Verdict.FAIL), decided[0] if decided else None)


def _confirmed(db: Database, run: Run, playbook: Playbook, site: Site, cause: FoundRow | None) -> bool:
    """The site reported it, or had its say in this run: no look from outside alone.

    A playbook that only sees from outside is confirmed by a ticket that is open for the same
    fault: for that one it was looked at often enough.
    """
    if playbook.from_outside:
        name = tickets.fingerprint(site.id, cause.code, cause.subject) if cause else ""
        known = ticket_store.last_of_fingerprint(db, name)
        return known is not None and known.state == "open"
    if run.trigger.get("kind") in ("event", "ticket") and not by_change(run.trigger):
        return True if not playbook.about_forms else _told_by_the_site(run) or _seen_at_the_site(cause)
    if playbook.about_forms:
        return _seen_at_the_site(cause) or _asked_for(db, run, cause)
    return bool(store.answers(db, run.id))  # who told of a change reported no fault


def _told_by_the_site(run: Run) -> bool:
    """What the plugin itself saw; what a page's script counts anybody can forge, so it is looked at first."""
    return run.trigger.get("kind") == "ticket" or run.trigger.get("type") in ("form.failed", "form.lost")


def _asked_for(db: Database, run: Run, cause: FoundRow | None) -> bool:
    """Somebody asked for this look, and the site itself says that the entry, tried twice, never came."""
    form = form_of_row(cause) if cause else ""
    asked = run.trigger.get("kind") in ("person", "button")
    return asked and any(row.check_name == "forms.trace" and row.subject == form for row in findings_of(db, run.id))


def _seen_at_the_site(cause: FoundRow | None) -> bool:
    """Whether the site itself had its say about the entry, or about its settings: no look from outside alone."""
    return cause is not None and (cause.check_name in ("forms.trace", "forms.counts") or not form_of_row(cause))


def _looked_often_enough(run: Run, name: str) -> bool:
    same = run.trigger.get("kind") == "look" and run.trigger.get("cause") == name
    return same and int(run.trigger.get("look", 1)) >= LOOKS_FROM_OUTSIDE


def _events(db: Database, run: Run) -> list[Event]:
    """The events that the run answers for, oldest first; those that retention took are gone."""
    found = []
    for event_id in store.events_of(db, run.id):
        try:
            found.append(events.event(db, run.site_id, event_id))
        except NotFound:
            continue
    return sorted(found, key=lambda event: event.occurred_at)


def _server(db: Database, run_id: str, site: Site) -> str:
    """What runs there, as the run's snapshot says; the template's Browser/Device."""
    told: dict[str, Any] = {}
    for answer in store.answers(db, run_id):
        if answer.name == "snapshot":
            told = answer.result
    named = [f"{name} {told[key]}" for key, name in (("wordpress", "WordPress"), ("php", "PHP")) if told.get(key)]
    if told.get("server"):
        named.append(str(told["server"]))
    plugin = f"Aftercare plugin {site.plugin_version}" if site.plugin_version else ""
    return f"None: the server by itself ({', '.join(filter(None, [*named, plugin])) or 'its versions are not known'})"

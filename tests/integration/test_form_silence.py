"""From a form's events to its chart: counted as they come, judged by the check, shown with the run and its ticket."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from diagnostics.finding import Verdict
from diagnostics.forms.silence.calendar import moment_of
from diagnostics.forms.silence.check import silence
from sidecar.runs.context import context_of
from sidecar.store import events, findings, runs, sites, tickets
from sidecar.store.database import instant
from sidecar.store.tickets import NewTicket
from tests.servers.staffed import Staffed, staffed
from tests.unit.form_entries import entries, flat

NOW = datetime.now(UTC)
DEAD, ALIVE = "contact-form-7:12", "wpforms:7"


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    with staffed(tmp_path_factory.mktemp("silence")) as running:
        yield running


@pytest.fixture(scope="module")
def run_id(sidecar: Staffed) -> str:
    """A run that looked at the silence of a site's forms, one of which died three days ago."""
    services, db, began = sidecar.services, sidecar.services.db, NOW - timedelta(days=60)
    site = sites.add_site(db, "Shop", "https://shop.example.com", began).id
    sites.paired(
        db, site, url="https://shop.example.com", rest_url="", xmlrpc_url="", plugin_version="0.1.0",
        secret_sealed=services.sealing.seal(b"s" * 32), now=began,
    )  # fmt: skip
    sites.seen(db, site, NOW, plugin_version="0.1.0", clock_offset_s=0.0)
    for form, last in ((DEAD, NOW - timedelta(days=3)), (ALIVE, NOW)):
        plugin, _, id_ = form.partition(":")
        data = json.dumps({"plugin": plugin, "form": id_})
        told = [
            events.NewEvent(f"{plugin}-{hour}-{n}", "form.submitted", instant(moment_of(hour)), data)
            for hour, number in entries(flat(6), began, last, form).items()
            for n in range(number)
        ]
        events.insert_events(db, site, told, NOW)
    run = "run_silence01"
    playbook = services.playbooks["form-not-submitting"]
    runs.add_run(
        db, run, site_id=site, playbook=playbook.id, title=playbook.title, playbook_text=playbook.text,
        trigger={"kind": "schedule", "every": "daily", "turn": "1"}, reading="", now=NOW, due_at=NOW,
    )  # fmt: skip
    runs.plan_steps(db, run, [(step.id, step.verb, step.sentence) for step in playbook.steps])
    runs.begin_run(db, run, NOW)
    context = replace(context_of(services, run), site=None)  # nobody answers there
    found = asyncio.run(silence(context))
    findings.keep_findings(db, run, playbook.steps[0].id, "forms.silence", found, NOW)
    runs.end_run(db, run, "faults", "form.silent", None, NOW)
    return run


def test_the_form_that_died_is_silent_and_the_other_is_within_its_rhythm(sidecar: Staffed, run_id: str) -> None:
    found = {row.subject: row.finding for row in findings.findings_of(sidecar.services.db, run_id)}
    assert {key: finding.code for key, finding in found.items()} == {
        DEAD: "form.silent",
        ALIVE: "form.silence.within",
    }
    assert found[DEAD].verdict is Verdict.FAIL and "The site's other forms took" in found[DEAD].summary


def test_the_runs_page_shows_each_forms_days_over_what_was_to_be_expected(sidecar: Staffed, run_id: str) -> None:
    page = sidecar.browser().get(f"/runs/{run_id}").text
    charts = re.findall(r'<svg[^>]*aria-label="Entries a day of ([^" ]+): the table', page)
    assert charts == [DEAD, ALIVE]  # the worst first
    assert page.count('class="band"') == 56 and page.count('class="since"') == 1
    dead = page.split("Entries a day of " + DEAD + " (")[1].split("</table>")[0]
    assert dead.count("(fewer)") >= 2
    assert re.search(rf'<th scope="row">{NOW:%Y-%m-%d}</th><td class="number">0', dead)


def test_a_silent_forms_ticket_shows_its_chart(sidecar: Staffed, run_id: str) -> None:
    db = sidecar.services.db
    row = next(each for each in findings.findings_of(db, run_id) if each.code == "form.silent")
    site = runs.run(db, run_id).site_id
    new = NewTicket(
        site_id=site, fingerprint="f", playbook="form-not-submitting", code=row.code, subject=row.subject,
        title="silent", priority="P2", tier=2, body=_body(row.summary), run_id=run_id, check_name="forms.silence",
        evidence_key="e", blind=False, previous_id=None, seen_at=NOW, recheck_at=NOW + timedelta(days=1),
    )  # fmt: skip
    page = sidecar.browser().get(f"/tickets/{tickets.open_ticket(db, new, NOW)}").text
    assert re.findall(r'<svg[^>]*aria-label="Entries a day of ([^" ]+): the table', page) == [DEAD]


def _body(said: str) -> dict[str, object]:
    return {
        "url": "", "browser": "", "role": "", "steps": [], "expected": "", "actual": said, "logs": [], "remedy": None,
        "cause": {}, "also": [], "run": "run_silence01", "mail": {},
    }  # fmt: skip

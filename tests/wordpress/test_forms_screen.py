"""Aftercare → Forms in wp-admin: the table, a test that is started, the wishes; narrow, by keyboard, sidecar away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers.lab import LabSite
from tests.servers.visitor import Visitor, forms_of
from tests.servers.wordpress import ADMIN
from tests.wordpress.scripted_runs import ScriptedRuns, scripted_runs, unpaired
from tests.wordpress.test_plugin_screen import words

SCREEN = "/wp-admin/admin.php?page=aftercare-forms"
STAGES = ("Page shown", "Submit pressed", "Request arrived", "Validated", "Spam verdict", "Entry kept")
LOST = "Notification composed"


@pytest.fixture
def sidecar(site: LabSite, tmp_path: Path) -> Iterator[ScriptedRuns]:
    """A paired sidecar that knows one form as broken."""
    unpaired(site)
    with scripted_runs(tmp_path / "data") as scripted:
        scripted.site = scripted.doors.new_site()
        site.php_eval(f"Aftercare\\Pairing_Door::pair( '{scripted.doors.code(scripted.site)}' );")
        site.php_eval("delete_option( 'aftercare_forms' ); add_option( 'aftercare_forms', array(), '', true );")
        scripted.forms = {"forms": [broken(key_of(site))], "more": 0, "listed_at": now(), "running": []}
        yield scripted
    unpaired(site)


def now() -> str:
    return datetime.now(UTC).isoformat()


def key_of(site: LabSite) -> str:
    listed = json.loads(site.php_eval(r"echo wp_json_encode( Aftercare\Forms::told() );"))
    own = next(each for each in listed["forms"] if "/contact/" in "".join(each["pages"]))  # other tests leave more
    return f"{own['plugin']}:{own['form']}"


def broken(key: str) -> dict[str, Any]:
    """What the sidecar says of a form whose notification is off."""
    stages = [{"stage": each, "title": each, "verdict": "pass", "words": ""} for each in STAGES]
    stages.append({"stage": "composed", "title": LOST, "verdict": "fail", "words": "The mail <b>Office</b> is off."})
    stages.append({"stage": "inbox", "title": "Inbox or junk", "verdict": "unknown", "words": ""})
    return {
        "form": key,
        "state": "broken",
        "last_entry_at": "2026-11-20T09:30:00Z",
        "last_test": {
            "at": "2026-11-24T08:00:00Z",
            "run": "run_scripted",
            "verdict": "fail",
            "code": "form.trace.notification_off",
            "summary": "The form's mail is switched off.",
            "trace": {"kind": "canary", "stages": stages, "lost_at": "composed", "at": now()},
        },
        "ticket": {"id": 12, "title": "The form's mail is switched off.", "priority": "P2", "state": "open", "url": ""},
    }


@pytest.fixture
def page(browser: Browser, site: LabSite, sidecar: ScriptedRuns) -> Iterator[Page]:
    """A browser in which the administrator is logged in."""
    page = browser.new_context().new_page()
    page.goto(f"{site.url}/wp-login.php")
    page.fill("#user_login", ADMIN)
    page.fill("#user_pass", site.admin_password)
    page.press("#user_pass", "Enter")
    page.wait_for_url("**/wp-admin/**")
    page.goto(f"{site.url}{SCREEN}")
    yield page
    page.context.close()


def press(admin: Visitor, deed: str, values: dict[str, str] | None = None, **shown: str) -> str:
    """Press the button whose form holds these fields, as a browser without JavaScript does; the page that comes."""
    fields = {"action": f"aftercare_{deed}", **shown}
    form = next(each for each in forms_of(admin.get(SCREEN).text) if fields.items() <= each.fields.items())
    return admin.post(form.action, {**form.fields, **(values or {})}).text


def test_all_forms_stand_in_one_table_with_their_state_and_the_way_of_the_last_entry(
    site: LabSite, sidecar: ScriptedRuns
) -> None:
    html = site.admin().get(SCREEN).text
    said = words(html)
    assert "Test my forms" in said and "Broken" in said and "Ticket #12 is open" in said
    assert f"{LOST} broken The entry was lost here." in said
    assert "The mail <b>Office</b> is off." in said, "what a site's author wrote is shown, not obeyed"


def test_a_test_is_started_for_one_form_and_for_all(site: LabSite, sidecar: ScriptedRuns) -> None:
    admin = site.admin()
    press(admin, "try", form="")
    press(admin, "try", form=key_of(site))
    assert [each["playbook"] for each in sidecar.started] == ["form-not-submitting"] * 2
    assert [each.get("form", "") for each in sidecar.started] == ["", key_of(site)]


def test_the_search_for_the_guilty_plugin_is_offered_for_a_broken_form_where_it_is_allowed(
    site: LabSite, sidecar: ScriptedRuns
) -> None:
    assert "Which plugin breaks it?" not in site.admin().get(SCREEN).text
    press(site.admin(), "wishes", {"conflict": "1"})
    press(site.admin(), "try", form=key_of(site), how="conflict")
    assert sidecar.started == [{"playbook": "form-plugin-conflict", "by": "admin", "form": key_of(site)}]


def test_what_the_admin_wishes_is_kept_and_nonsense_is_not(site: LabSite, sidecar: ScriptedRuns) -> None:
    key = key_of(site)
    page = press(
        site.admin(),
        "wishes",
        {"mails": "marked", "quiet_from": "22:00", "quiet_until": "06:00", "beacon": "1", "excluded[]": key},
    )
    assert "Saved." in words(page)
    assert "You excluded it below." in words(page)
    kept = json.loads(site.php_eval(r"echo wp_json_encode( Aftercare\Form_Wishes::all() );"))
    assert (kept["mails"], kept["quiet"], kept["beacon"]) == ("marked", {"from": "22:00", "until": "06:00"}, True)
    assert kept["excluded"] == [key]
    press(site.admin(), "wishes", {"mails": "everybody", "quiet_from": "late", "quiet_until": ""})
    kept = json.loads(site.php_eval(r"echo wp_json_encode( Aftercare\Form_Wishes::all() );"))
    assert (kept["mails"], kept["quiet"], kept["excluded"]) == ("mailbox", None, [key])


def test_nobody_without_the_right_tests_or_changes_anything(site: LabSite, sidecar: ScriptedRuns) -> None:
    site.wp("user", "create", "editor", "editor@visitor.example", "--role=editor", "--user_pass=editor-1", allow=(0, 1))
    editor = site.visitor().log_in("editor", "editor-1")
    assert editor.get(SCREEN).status_code == 403
    for deed in ("try", "wishes"):
        form = next(f for f in forms_of(site.admin().get(SCREEN).text) if f.fields.get("action") == f"aftercare_{deed}")
        assert editor.post(form.action, form.fields).status_code == 403
    assert not sidecar.started


def test_without_the_sidecar_the_forms_are_listed_and_nothing_can_be_pressed(
    site: LabSite, sidecar: ScriptedRuns
) -> None:
    site.php_eval("$p = Aftercare\\Options::get( 'pairing' ); $p['sidecar'] = 'http://127.0.0.1:9';"
                  "Aftercare\\Options::set( 'pairing', $p );")  # fmt: skip
    html = site.admin().get(SCREEN).text
    assert "The sidecar does not answer" in words(html) and "Not tested yet" in words(html)
    assert "disabled>Test</button>" in html


def test_the_screen_is_read_and_used_by_keyboard_on_a_phone(page: Page, sidecar: ScriptedRuns) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".aftercare-trace li.aftercare-lost")).to_be_visible()
    button = page.get_by_role("button", name="Test Contact us")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**run=run_scripted**")
    assert sidecar.started[-1]["form"].startswith("contact-form-7:")

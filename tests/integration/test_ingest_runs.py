"""What the plugin's screen asks the sidecar: runs, the overview, readings. No engine is started: runs stay queued."""

from datetime import UTC, datetime

import pytest

from sidecar.runs.starting import PRESSES
from sidecar.store import runs
from tests.servers.looked_forms import looked_at_forms

PLAYBOOK = "emails-not-sending"


def press(plugin, **other):
    return plugin.post("runs", "/runs", {"playbook": PLAYBOOK, "by": "Jo <jo@shop.example>", **other})


def test_a_button_starts_a_run_that_the_site_can_watch(doors, plugin):
    started = press(plugin)
    assert (started.status, started.signed) == (202, True)
    shown = plugin.post("runs", "/runs/show", {"run": started["run"]})
    assert shown.status == 200 and shown.signed
    assert (shown["id"], shown["playbook"], shown["state"]) == (started["run"], PLAYBOOK, "queued")
    assert shown["waits_for_site"] is False and shown["outcome"] is None
    assert not {"trigger", "site"} & set(shown.body), "who else pressed is the staff's"
    assert runs.run(doors.db, started["run"]).trigger["by"] == "Jo <***@shop.example>"


def test_a_second_press_is_sent_to_the_run_that_is_under_way(doors, plugin):
    first = press(plugin)
    second = press(plugin)
    assert (second.status, second["error"], second["run"], second.signed) == (409, "running", first["run"], True)
    assert press(doors.paired()).status == 202, "another site's button is another run"


def test_a_site_that_presses_in_a_loop_is_told_when_it_may_again(doors, plugin):
    for _ in range(PRESSES):
        run = press(plugin)["run"]
        runs.end_run(doors.db, run, "sound", None, None, datetime.now(UTC))
    refused = press(plugin)
    assert (refused.status, refused["error"], refused.signed) == (429, "pressed_often", True)
    assert 3500 < int(refused.headers["retry-after"]) <= 3600
    assert "Press again in" in refused["message"]
    assert press(doors.paired()).status == 202, "another site may"


def test_the_overview_has_the_words_on_the_buttons(doors, plugin):
    buttons = {each["id"]: each["says"] for each in plugin.post("runs", "/runs/overview", {})["playbooks"]}
    said = {
        PLAYBOOK: "",
        "form-not-submitting": "My form does not work",
        "missing-form-submissions": "Entries are missing",
        "poor-email-deliverability": "Mail lands in spam",
    }
    assert buttons.items() >= said.items() and "warm-up" not in buttons, "a warm-up has no button"


def test_another_sites_run_is_not_shown(doors, plugin):
    run = press(plugin)["run"]
    other = doors.paired()
    for asked in (run, "run_none"):
        answered = other.post("runs", "/runs/show", {"run": asked})
        assert (answered.status, answered["error"]) == (404, "not_found")


def test_the_overview_has_the_buttons_the_last_run_and_the_tickets(doors, plugin):
    seen = plugin.post("runs", "/runs/overview", {})
    assert (seen.status, seen["last"], seen["tickets"]) == (200, None, [])
    assert {"id": PLAYBOOK, "title": "Emails Not Sending"}.items() <= seen["playbooks"][0].items()
    assert datetime.fromisoformat(seen["time"]).date() == datetime.now(UTC).date()
    run = press(plugin)["run"]
    last = plugin.post("runs", "/runs/overview", {})["last"]
    assert last["id"] == run and "trigger" not in last


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"playbook": "no-such", "by": "Jo"}, "not_found"),
        ({"playbook": 1, "by": "Jo"}, "shape"),
        ({"by": "Jo"}, "shape"),
        ({"playbook": PLAYBOOK}, "shape"),
        ({"playbook": PLAYBOOK, "by": "x" * 300}, "shape"),
    ],
    ids=str,
)
def test_a_press_that_is_none_starts_nothing(doors, plugin, body, error):
    answered = plugin.post("runs", "/runs", body)
    assert answered["error"] == error and answered.status in (400, 404)
    assert runs.open_runs(doors.db, plugin.site, PLAYBOOK) == []


def test_an_error_text_is_read_by_the_taxonomy(plugin):
    read = plugin.post("runs", "/replies", {"text": "535 5.7.8 Error: authentication failed", "stage": "auth"})
    assert (read.status, read["code"], read.signed) == (200, "smtp.auth.rejected", True)
    assert {"meaning", "fault", "temporary", "remedy", "reply", "findings"} <= set(read.body)
    for body in ({"text": ""}, {"text": 5}, {}, {"text": "x" * 200_000}, {"text": "x", "stage": ["auth"]}):
        assert plugin.post("runs", "/replies", body)["error"] == "shape"


def test_the_plugin_is_told_of_its_sites_forms_and_may_have_one_looked_at(doors, plugin):
    told = plugin.post("runs", "/runs/forms", {})
    assert (told.status, told["forms"], told["listed_at"], told["running"]) == (200, [], None, [])
    asked = {"playbook": "form-not-submitting", "by": "Ada", "form": "wpforms:7"}
    first = plugin.post("runs", "/runs", asked)
    assert plugin.post("runs", "/runs/show", {"run": first["run"]})["form"] == "wpforms:7"
    assert plugin.post("runs", "/runs", asked)["error"] == "running"
    other = plugin.post("runs", "/runs", {**asked, "form": "wpforms:8"})
    assert other.status == 202 and other["run"] != first["run"]
    assert set(plugin.post("runs", "/runs/forms", {})["running"]) == {first["run"], other["run"]}
    refused = plugin.post("runs", "/runs", {**asked, "playbook": PLAYBOOK})
    assert (refused.status, refused["error"]) == (404, "not_found"), "that playbook is about no form"
    at = datetime.now(UTC)
    looked_at_forms(doors.services, plugin.site, at)
    states = {each["form"]: each["state"] for each in plugin.post("runs", "/runs/forms", {})["forms"]}
    assert states["wpforms:7"] == "broken" and states["contact-form-7:12"] == "sound"
    [sound] = [each for each in plugin.post("runs", "/runs/forms", {})["forms"] if each["plugin"] == "contact-form-7"]
    assert sound["last_test"]["trace"]["lost_at"] == "" and "pictures" not in sound["last_test"]

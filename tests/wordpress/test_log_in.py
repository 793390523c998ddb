"""“Also try to log in”: a real WordPress gives a log-in, sealed; the sidecar tries it at a real Postfix, once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.servers.lab import LOGIN, PASSWORD, RELAY, LabSite
from tests.servers.sidecar import Sidecar
from tests.servers.visitor import Visitor, forms_of
from tests.servers.wordpress import poll
from tests.wordpress.scripted_runs import ScriptedRuns, scripted_runs, unpaired

SCREEN = "/wp-admin/admin.php?page=aftercare"
TYPED = 'a "typed" \\ <one> & ä'
WRONG = "guess-that-is-wrong-7"


def give(admin: Visitor, **values: str) -> str:
    """Press the button in “Also try to log in”, as a browser without JavaScript does; the page that comes."""
    forms = forms_of(admin.get(SCREEN).text)
    form = next(each for each in forms if each.fields.get("action") == "aftercare_log_in")
    fields = {name: value for name, value in form.fields.items() if name != "aftercare_stored"}
    return admin.post(form.action, {**fields, **values}).text


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


# -- at a real relay -------------------------------------------------------


@pytest.fixture
def tried(paired_site: LabSite, sidecar: Sidecar) -> Iterator[LabSite]:
    """The paired site; tickets that the test made are closed after it."""
    yield paired_site
    for ticket in sidecar.tickets(paired_site.id):
        sidecar.api("POST", f"/tickets/{ticket['id']}/resolve", {"text": "the test ends here"})


def log_ins_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    found = [each for step in run["steps"] for each in step["findings"] if each["code"].startswith("smtp.auth.")]
    return [each for each in found if each["evidence"].get("whose")]


def log_in_of(run: dict[str, Any]) -> dict[str, Any]:
    """What the run found when it tried the log-in."""
    [tried] = log_ins_of(run)
    return tried


def diagnosed(site: LabSite) -> dict[str, Any]:
    """The run that tried the stored log-in; while the look after a change is under way, none is taken: again."""

    def press() -> dict[str, Any] | None:
        run: dict[str, Any] = json.loads(site.wp("aftercare", "diagnose", "--log-in", "--format=json", allow=(0, 1, 3)))
        return run if log_ins_of(run) else None

    return poll(press, 120.0, "each press found a run under way")


def kept_by(sidecar: Sidecar, *secrets: str) -> list[tuple[str, str]]:
    """Which files of the sidecar hold one of *secrets*: its data, its engine's, its log."""
    files = [path for path in sidecar.directory.rglob("*") if path.is_file()]
    assert {"aftercare.sqlite", "runs.sqlite", "sidecar.log"} <= {path.name for path in files}
    return [(path.name, each) for path in files for each in secrets if each.encode() in path.read_bytes()]


def test_the_right_password_typed_on_the_screen_is_accepted(tried: LabSite, sidecar: Sidecar) -> None:
    page = give(tried.admin(), aftercare_username=LOGIN, aftercare_password=PASSWORD)
    [run_id] = set(re.findall(r'data-aftercare-run="([^"]+)"', page))

    def ended() -> dict[str, Any] | None:
        run: dict[str, Any] = sidecar.api("GET", f"/runs/{run_id}")
        return run if run["state"] == "ended" else None

    found = log_in_of(poll(ended, 60, "the run did not end"))
    assert (found["code"], found["verdict"]) == ("smtp.auth.taken", "pass")
    assert found["summary"] == f"{RELAY} accepted the user name and password that an admin typed."
    assert kept_by(sidecar, PASSWORD) == []


def test_a_wrong_stored_password_is_rejected_in_the_relays_own_words(tried: LabSite, sidecar: Sidecar) -> None:
    tried.set_mail(smtp_password=WRONG)
    run = diagnosed(tried)
    found = log_in_of(run)
    assert (found["code"], found["verdict"]) == ("smtp.auth.rejected", "fail")
    assert found["evidence"]["text"].startswith("535 5.7.8 Error: authentication failed")
    assert found["evidence"]["password"] == "stored"
    assert LOGIN not in json.dumps(run)
    assert kept_by(sidecar, WRONG) == []


def test_the_stored_password_is_accepted_without_typing(tried: LabSite, sidecar: Sidecar) -> None:
    run = diagnosed(tried)
    found = log_in_of(run)
    assert (found["code"], found["evidence"]["password"]) == ("smtp.auth.taken", "stored")
    assert kept_by(sidecar, PASSWORD) == []


# -- the screen ------------------------------------------------------------


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedRuns]:
    with scripted_runs(tmp_path / "data") as scripted:
        yield scripted


@pytest.fixture
def asking(site: LabSite, scripted: ScriptedRuns) -> Iterator[LabSite]:
    """A site that is paired with a sidecar whose runs are scripted."""
    unpaired(site)
    scripted.site = scripted.doors.new_site()
    site.wp("aftercare", "pair", scripted.doors.code(scripted.site))
    yield site
    unpaired(site)


def opened(scripted: ScriptedRuns) -> dict[str, Any]:
    """What the last press brought, as only the sidecar can read it."""
    return scripted.doors.services.pairing_key.open_sealed(scripted.started[-1]["login"])


def test_what_is_typed_arrives_as_typed_bound_and_sealed(asking: LabSite, scripted: ScriptedRuns) -> None:
    give(asking.admin(), aftercare_username=" site@shop.test ", aftercare_password=TYPED)
    given = opened(scripted)
    good_for = datetime.fromisoformat(given.pop("expires_at")) - datetime.now(UTC)
    assert timedelta(minutes=4) < good_for <= timedelta(minutes=5)
    where = {"host": RELAY, "port": 587, "site": scripted.site}
    assert given == {"username": "site@shop.test", "password": TYPED, "stored": False, **where}
    assert TYPED not in json.dumps(scripted.started[-1])


def test_nothing_typed_stays_on_the_site(asking: LabSite) -> None:
    typed = "typed-and-nowhere-kept-7"
    page = give(asking.admin(), aftercare_username="site@shop.test", aftercare_password=typed)
    assert typed not in page
    assert typed not in asking.wp("db", "search", typed, "--all-tables")
    assert typed not in asking.debug_log()


def test_what_is_stored_is_used_where_it_is_ticked(asking: LabSite, scripted: ScriptedRuns) -> None:
    give(asking.admin(), aftercare_stored="1", aftercare_password="ignored")
    given = opened(scripted)
    assert (given["username"], given["password"], given["stored"]) == (LOGIN, PASSWORD, True)


def test_the_plain_button_brings_no_log_in(asking: LabSite, scripted: ScriptedRuns) -> None:
    admin = asking.admin()
    form = next(f for f in forms_of(admin.get(SCREEN).text) if f.fields.get("action") == "aftercare_diagnose")
    assert not [name for name in form.fields if "password" in name]
    admin.post(form.action, {**form.fields, "aftercare_username": "x", "aftercare_password": "y"})
    assert "login" not in scripted.started[-1]


def test_only_who_may_set_and_diagnose_sees_it_and_presses(asking: LabSite, scripted: ScriptedRuns) -> None:
    asking.wp("user", "create", "dia", "dia@aftercare.test", "--role=editor", "--user_pass=dia-pass-7")
    try:
        asking.wp("user", "add-cap", "dia", "aftercare_diagnose")
        visitor = asking.visitor().log_in("dia", "dia-pass-7")
        page = visitor.get(SCREEN)
        assert page.status_code == 200 and "aftercare_log_in" not in page.text
        nonce = asking.wp("eval", "echo wp_create_nonce( 'aftercare_log_in' );", "--user=dia")
        given = {"action": "aftercare_log_in", "_wpnonce": nonce, "aftercare_stored": "1"}
        assert visitor.post("/wp-admin/admin-post.php", given).status_code == 403
        unasked = {"action": "aftercare_log_in", "aftercare_stored": "1"}
        assert asking.admin().post("/wp-admin/admin-post.php", unasked).status_code == 403
        assert scripted.started == []
    finally:
        asking.wp("user", "delete", "dia", "--yes")


def test_a_log_in_that_cannot_be_tried_is_not_sent(asking: LabSite, scripted: ScriptedRuns) -> None:
    admin = asking.admin()
    assert "Type both the user name and the password" in words(give(admin, aftercare_username="x"))
    for changed, said in (
        ({"type_of_encryption": "none"}, "have no encryption"),
        ({"smtp_auth": "false"}, "do not log in"),
        ({"smtp_host": ""}, "hands its mail to no mail server"),
    ):
        asking.set_mail(**changed)
        page = admin.get(SCREEN).text
        assert said in words(page)
        assert "aftercare_password" not in page
        refused = asking.wp("aftercare", "diagnose", "--log-in", "--format=json", allow=(1,))
        assert json.loads(refused)["error"].startswith("log_in_")
    asking.set_mail(smtp_password="")
    page = admin.get(SCREEN).text
    assert "aftercare_password" in page and "aftercare_stored" not in page
    refused = asking.wp("aftercare", "diagnose", "--log-in", "--format=json", allow=(1,))
    assert json.loads(refused)["error"] == "log_in_unreadable"
    assert scripted.started == []


def test_a_sidecar_with_another_key_is_given_nothing(asking: LabSite, scripted: ScriptedRuns) -> None:
    asking.php_eval(
        "$p = Aftercare\\Options::get( 'pairing' ); $last = 'a' === $p['key'][63] ? 'b' : 'a';"
        "$p['key'] = substr( $p['key'], 0, 63 ) . $last;"
        "Aftercare\\Options::set( 'pairing', $p );"
    )
    page = give(asking.admin(), aftercare_username="site@shop.test", aftercare_password=TYPED)
    assert "its key differs" in words(page)
    assert scripted.started == []


def test_a_run_under_way_says_that_the_password_was_not_used(asking: LabSite, scripted: ScriptedRuns) -> None:
    scripted.under_way = True
    page = give(asking.admin(), aftercare_username="site@shop.test", aftercare_password=TYPED)
    assert "The password was not used." in words(page)

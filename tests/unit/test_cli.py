"""The command `aftercare` on a data folder of its own: its answers to people and programs, its exit codes."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sidecar import accounts
from sidecar.cli import main
from sidecar.cli.group import COMMANDS
from sidecar.config import Settings
from sidecar.services import build_services
from sidecar.store import sites, tickets, users
from tests.servers.looked_forms import looked_at_forms
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.staffed import Staffed, colleague, with_history
from tests.servers.zone import Zone

FINE, FAULT, USAGE, INCOMPLETE, UNAVAILABLE = range(5)


class Shell:
    """`aftercare …` with a data folder and nothing else in the environment."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.environ: dict[str, str | None] = {
            "AFTERCARE_DATA_DIR": str(data_dir),
            "AFTERCARE_LISTEN": "127.0.0.1:1",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def __call__(self, *words: str, code: int = FINE, typed: str | None = None, **environ: str) -> Result:
        result = CliRunner().invoke(main, list(words), env={**self.environ, **environ}, input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *words: str, code: int = FINE, typed: str | None = None) -> Any:
        """The one line that `--json` prints."""
        [line] = self(*words, "--json", code=code, typed=typed).stdout.splitlines()
        return json.loads(line)


@pytest.fixture
def aftercare(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


@pytest.fixture
def worked(aftercare: Shell) -> Shell:
    """With the history that console tests have."""
    services = build_services(Settings(data_dir=aftercare.data_dir))
    user = colleague(services, "ada@example.com", "Ada")
    with_history(Staffed(services, user, ""))
    services.db.close()
    return aftercare


def test_help_lists_every_command_with_what_it_does(aftercare: Shell) -> None:
    said = aftercare("--help").output
    for command in COMMANDS:
        assert f"  {command.name} " in said
    assert "Exit codes" in said


def test_every_command_takes_json() -> None:
    for command in COMMANDS:
        for each in getattr(command, "commands", {}).values() or [command]:
            assert "--json" in [option for parameter in each.params for option in parameter.opts], each.name


def test_a_site_is_added_found_by_any_of_its_names_and_given_a_new_code(aftercare: Shell) -> None:
    made = aftercare.json("site", "add", "Corner shop", "https://shop.example/")
    assert made["code"].startswith("aftercare-")
    for name in (made["site"], "corner SHOP", "https://shop.example", "shop.example/"):
        assert aftercare.json("site", "show", name)["url"] == "https://shop.example"
    assert aftercare.json("site", "code", "corner shop")["code"] != made["code"]
    assert [site["state"] for site in aftercare.json("site", "list")] == ["waiting"]
    assert "wp aftercare pair" in aftercare("site", "code", "corner shop").output


def test_a_private_relay_is_allowed_for_its_site_alone(aftercare: Shell) -> None:
    for name in ("Shop", "Choir"):
        aftercare("site", "add", name, f"https://{name.lower()}.example")
    said = aftercare("site", "relay-networks", "shop", "10.1.2.0/24", "fd00::/8").output
    assert "Shop: its relay may lie in 10.1.2.0/24, fd00::/8." in said
    allowed = {site["name"]: site["relay_networks"] for site in aftercare.json("site", "list")}
    assert allowed == {"Shop": ["10.1.2.0/24", "fd00::/8"], "Choir": []}
    assert "as 10.0.0.0/8" in aftercare("site", "relay-networks", "shop", "10.1.2.3/24", code=USAGE).stderr
    assert aftercare.json("site", "relay-networks", "shop")["relay_networks"] == []


def test_two_sites_of_one_name_are_told_apart_by_id(aftercare: Shell) -> None:
    ids = [aftercare.json("site", "add", "Shop", f"https://{n}.example")["site"] for n in "ab"]
    said = aftercare("site", "show", "shop", code=UNAVAILABLE).stderr
    assert all(each in said for each in ids)


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("site", "show", "nope"), UNAVAILABLE, "not_found"),
        (("site", "add", "Shop", "shop.example"), USAGE, "refused"),
        (("tickets", "show", "7"), UNAVAILABLE, "not_found"),
        (("user", "reset", "nobody@example.com"), UNAVAILABLE, "not_found"),
        (("user", "add", "no-address"), USAGE, "refused"),
        (("token", "revoke", "token_no"), UNAVAILABLE, "not_found"),
    ],
)
def test_what_cannot_be_done_has_its_exit_code_its_error_and_a_sentence(
    aftercare: Shell, words: tuple[str, ...], code: int, error: str
) -> None:
    answer = aftercare.json(*words, code=code)
    assert answer["error"] == error
    assert len(answer["message"]) > 10


def test_wrong_usage_is_2_and_shows_how(aftercare: Shell) -> None:
    assert "Usage:" in aftercare("site", "add", "only-a-name", code=USAGE).stderr
    assert "No such command" in aftercare("sites", code=USAGE).stderr


def test_an_impossible_setting_is_named_with_what_is_allowed(aftercare: Shell) -> None:
    said = aftercare("site", "list", code=USAGE, AFTERCARE_EVENTS_DAYS="never").stderr
    assert "AFTERCARE_EVENTS_DAYS" in said
    assert "Allowed" in said
    said = aftercare("site", "list", code=USAGE, AFTERCARE_EVENT_DAYS="3").stderr
    assert "Did you mean AFTERCARE_EVENTS_DAYS?" in said


def test_a_database_of_a_newer_version_is_left_alone_and_said_so(aftercare: Shell) -> None:
    aftercare("site", "list")
    with sqlite3.connect(aftercare.data_dir / "aftercare.sqlite") as db:
        db.execute("PRAGMA user_version = 4711")
    assert "newer Aftercare" in aftercare("site", "list", code=UNAVAILABLE).stderr


def test_an_account_is_invited_reset_and_listed(aftercare: Shell) -> None:
    link = aftercare.json("user", "add", "ada@example.com", "--name", "Ada")["link"]
    assert "/welcome/" in link
    assert aftercare.json("user", "reset", "ADA@example.com")["link"] != link
    assert [user["state"] for user in aftercare.json("user", "list")] == ["invited"]
    assert "once, within one hour" in aftercare("user", "reset", "ada@example.com").output


def test_a_token_made_in_the_shell_works_until_it_is_revoked(worked: Shell) -> None:
    made = worked.json("token", "add", "ada@example.com", "a script")
    services = build_services(Settings(data_dir=worked.data_dir))
    owner = accounts.token_owner(services.db, made["token"], datetime.now(UTC))
    assert owner == users.user_by_email(services.db, "ada@example.com")
    listed = worked.json("token", "list")
    assert made["token"] not in json.dumps(listed)
    worked("token", "revoke", listed[0]["id"])
    assert accounts.token_owner(services.db, made["token"], datetime.now(UTC)) is None


def test_tickets_are_listed_shown_and_worked_on(worked: Shell) -> None:
    [ticket] = worked.json("tickets")
    number = str(ticket["id"])
    assert "refused this site's password" in worked("tickets").output
    shown = worked("tickets", "show", number).output
    assert "Steps to Reproduce" in shown
    assert "Found by a run" in shown
    assert worked.json("tickets", "take", number, "--as", "ada@example.com")["taken_by"] == "ada@example.com"
    worked("tickets", "take", number, "--as", "bob@example.com", code=UNAVAILABLE)
    worked("tickets", "comment", number, "Seen.")
    assert worked.json("tickets", "mute", number, "--hours", "3")["muted_until"]
    assert worked.json("tickets", "resolve", number, "New password.")["state"] == "resolved"
    worked("tickets", "resolve", number, code=UNAVAILABLE)
    assert worked.json("tickets") == []
    assert len(worked.json("tickets", "list", "--state", "all")) == 1
    services = build_services(Settings(data_dir=worked.data_dir))
    kinds = [entry.kind for entry in tickets.entries(services.db, ticket["id"])]
    assert kinds == ["opened", "taken", "comment", "muted", "resolved"]


def test_events_are_listed_by_site_and_type(worked: Shell) -> None:
    assert {event["type"] for event in worked.json("events", "--type", "mail.failed", "--site", "corner shop")} == {
        "mail.failed"
    }
    assert len(worked.json("events", "--limit", "7")) == 7
    assert "No event fits." in worked("events", "--site", "choir").output


def test_a_run_that_nothing_carries_out_says_that_the_sidecar_is_not_running(
    worked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidecar.cli.runs.PICKED_UP_S", 0.1)
    assert worked.json("run", "corner shop", "emails-not-sending")["run"].startswith("run_")
    said = worked("run", "corner shop", "emails-not-sending", "--wait", code=UNAVAILABLE).stderr
    assert "aftercare serve" in said
    assert "emails-not-sending" in worked("run", "corner shop", "slow-page-load", code=UNAVAILABLE).stderr


def test_unpairing_asks_unless_told_not_to(worked: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.upkeep.REACHED_S", 0.5)
    worked("site", "unpair", "choir", typed="n\n", code=USAGE)
    assert worked.json("site", "show", "choir")["state"] == "silent"
    worked("site", "unpair", "choir", "--yes")
    assert worked.json("site", "show", "choir")["state"] == "unpaired"


def test_a_secret_is_sealed_from_standard_input_and_not_shown(aftercare: Shell) -> None:
    sealed = aftercare.json("seal", typed="hunter2\n")["sealed"]
    services = build_services(Settings(data_dir=aftercare.data_dir))
    assert services.sealing.open(sealed) == b"hunter2"
    aftercare("seal", typed="", code=USAGE)


def test_the_doctor_gives_each_look_a_verdict_and_a_remedy(worked: Shell) -> None:
    answer = worked.json("doctor", code=FAULT)
    looks = {look["at"]: look for look in answer["looks"]}
    assert answer["verdict"] == "fail"
    assert looks["database"]["verdict"] == "pass"
    assert looks["keys"]["verdict"] == "pass"
    assert looks["clock"]["verdict"] == "pass"
    assert looks["public URL"]["verdict"] == "fail"
    assert looks["events"]["verdict"] == "pass", "they came this instant"
    assert all(look["remedy"] for look in looks.values() if look["verdict"] != "pass")
    assert "✗ public URL" in worked("doctor", code=FAULT).output


def test_the_doctor_on_an_empty_folder_makes_nothing(aftercare: Shell) -> None:
    answer = aftercare.json("doctor", code=FAULT)
    assert {look["at"]: look["verdict"] for look in answer["looks"]}["database"] == "unknown"
    assert not aftercare.data_dir.exists()


def test_the_doctor_sees_a_key_that_others_can_read(worked: Shell) -> None:
    (worked.data_dir / "sealing.key").chmod(0o644)
    looks = {look["at"]: look for look in worked.json("doctor", code=FAULT)["looks"]}
    assert "chmod 600" in looks["keys"]["summary"]


def test_a_backup_brings_everything_back(worked: Shell, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    made = worked.json("backup", str(archive), "--with-key")
    assert made["holds_key"] is True
    worked("backup", str(archive), code=UNAVAILABLE)  # never over another
    services = build_services(Settings(data_dir=worked.data_dir))
    services.db.execute("DELETE FROM sites")
    services.db.close()
    assert worked.json("restore", str(archive))["done"] is True
    assert len(worked.json("site", "list")) == 3


def test_restoring_what_is_no_backup_changes_nothing(worked: Shell, tmp_path: Path) -> None:
    (tmp_path / "nonsense").write_bytes(b"nonsense")
    worked("restore", str(tmp_path / "nonsense"), "--yes", code=UNAVAILABLE)
    worked("restore", str(tmp_path / "missing"), "--yes", code=USAGE)
    assert len(worked.json("site", "list")) == 3


def test_no_answer_has_colour_where_none_is_wanted(worked: Shell) -> None:
    for words in (("site", "list"), ("tickets",), ("site", "show", "choir")):
        assert "\x1b[" not in worked(*words).output


def test_what_a_site_or_relay_said_gives_a_terminal_no_orders(worked: Shell) -> None:
    orders = "\x1b]0;owned\x07\x9b2J\rX"
    services = build_services(Settings(data_dir=worked.data_dir))
    sites.add_site(services.db, f"Shop{orders}", "https://orders.example", datetime.now(UTC))
    [ticket, *_] = tickets.tickets(services.db)
    tickets.change(services.db, ticket.id, body={**ticket.body, "actual": f"It said {orders}"})
    services.db.close()
    for words in (("site", "list"), ("tickets", "show", str(ticket.id))):
        said = worked(*words).output
        assert "owned" in said and not {"\x1b", "\x07", "\x9b", "\r"} & set(said)


def test_the_report_is_printed_for_whoever_keeps_the_dns(worked: Shell, tmp_path: Path) -> None:
    said = worked("report", "corner shop", code=FAULT).stdout
    assert "The mail of shop.example.com" in said
    assert "v=spf1 include:_spf.google.com -all" in said
    told = worked.json("report", "corner shop", "--run", "run_seedreport1", code=FAULT)
    assert told["sections"][0]["records"]
    worked("report", "corner shop", "--out", str(tmp_path / "report.txt"), code=FAULT)
    assert "What to publish at the DNS host" in (tmp_path / "report.txt").read_text()
    assert "was never run there" in worked("report", "choir", code=UNAVAILABLE).stderr
    assert "no run of this site" in worked("report", "choir", "--run", "run_seedreport1", code=UNAVAILABLE).stderr
    assert "no run of this site" in worked("report", "corner shop", "--run", "run_seedbroken", code=UNAVAILABLE).stderr


def test_a_playbook_runs_at_every_paired_site(worked: Shell) -> None:
    told = worked.json("run-all", "poor-email-deliverability")
    assert [each["state"] for each in told] == ["queued", "queued"]
    said = worked("run-all", "poor-email-deliverability", code=FINE).stdout
    assert told[0]["run"] in said, "runs that wait are joined"
    assert "Corner shop" in said
    assert "There is no playbook nothing" in worked("run-all", "nothing", code=UNAVAILABLE).stderr


def test_runs_everywhere_that_nobody_carries_out_are_not_waited_for(
    worked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidecar.cli.domains.PICKED_UP_S", 0.2)
    said = worked("run-all", "poor-email-deliverability", "--wait", code=UNAVAILABLE).stderr
    assert "is the sidecar running on" in said


def test_a_warm_up_from_a_shell(worked: Shell) -> None:
    assert worked.json("warm-up", "show", "corner shop")["target"] == 500
    assert "under way" in worked("warm-up", "begin", "corner shop", "400", code=UNAVAILABLE).stderr
    worked("warm-up", "end", "corner shop")
    begun = worked.json("warm-up", "begin", "corner shop", "400", "--start", "100", "--on", "2026-11-24")
    assert (begun["target"], begun["start"], begun["begun_on"]) == (400, 100, "2026-11-24")
    assert "Plan allows" in worked("warm-up", "show", "corner shop").stdout
    assert "never had a warm-up plan" in worked("warm-up", "show", "choir", code=UNAVAILABLE).stderr
    assert "makes no plan" in worked("warm-up", "begin", "choir", "400", "--start", "1", code=USAGE).stderr


def test_a_message_from_a_file_starts_the_look(worked: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_text("From: a@shop.example.com\nSubject: Hi\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nHi\n")
    with ScriptedDns(Zone()) as dns:
        said = worked("message", "corner shop", str(file), AFTERCARE_NAMESERVERS=dns.nameserver).stdout
        assert "/runs/run_" in said
        file.write_text("Hello")
        words = worked("message", "corner shop", str(file), code=USAGE, AFTERCARE_NAMESERVERS=dns.nameserver).stderr
    assert "Take it from the mailbox that received it" in words


def test_the_forms_of_a_site_are_listed_with_their_state_and_one_may_be_tried(worked: Shell) -> None:
    assert "was not asked for its forms yet" in worked("forms", "Choir").stdout
    services = build_services(Settings(data_dir=worked.data_dir))
    shop = next(site for site in sites.sites(services.db) if site.name == "Corner shop")
    looked_at_forms(services, shop.id, datetime.now(UTC))
    services.db.close()
    told = worked.json("forms", "Corner shop", code=FAULT)
    assert {each["form"]: each["state"] for each in told}["wpforms:7"] == "broken"
    said = worked("forms", "Corner shop", code=FAULT).stdout
    assert "gravityforms:3" in said and "its notification is switched off" in " ".join(said.split())
    run = worked.json("run", "Corner shop", "form-not-submitting", "--form", "wpforms:7")["run"]
    assert run.startswith("run_")
    refused = worked("run", "Corner shop", "emails-not-sending", "--form", "wpforms:7", code=UNAVAILABLE)
    assert "does not look at forms" in refused.stderr

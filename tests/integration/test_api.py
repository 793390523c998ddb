"""The staff API: every operation answers as the OpenAPI document says, and lets in only who may."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from sidecar import accounts, upkeep
from sidecar.api.operations import OPERATIONS, PREFIX
from sidecar.store import tickets
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.staffed import Staffed, staffed, with_forms, with_history
from tests.servers.zone import Zone


@pytest.fixture
def sidecar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    monkeypatch.setattr(upkeep, "REACHED_S", 1.0)
    with ScriptedDns(Zone()) as dns, staffed(tmp_path, nameservers=(dns.nameserver,)) as running:
        with_history(running)
        yield running


class Program:
    """A program with a token, that checks each answer against the document."""

    def __init__(self, sidecar: Staffed) -> None:
        self.url = sidecar.url
        self.headers = {"Authorization": f"Bearer {sidecar.token()}"}
        self.document = self.send("GET", "/openapi.json").json()
        self.called: set[str] = set()

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self.url + PREFIX + path, headers=self.headers, timeout=30, **options)

    def call(self, operation: str, *, body: dict[str, Any] | None = None, query: str = "", **path: Any) -> Any:
        """Call the operation by its id; the answer fits its schema."""
        for template, methods in self.document["paths"].items():
            for method, described in methods.items():
                if described["operationId"] != operation:
                    continue
                answer = self.send(method.upper(), template.format(**path) + query, json=body)
                success = next(code for code in described["responses"] if code != "default")
                assert answer.status_code == int(success), answer.text
                self.fits(answer.json(), described["responses"][success]["content"]["application/json"]["schema"])
                self.called.add(operation)
                return answer.json()
        raise AssertionError(f"the document has no {operation}")

    def fits(self, answer: Any, schema: dict[str, Any]) -> None:
        whole = {**schema, "components": self.document["components"]}
        jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(answer)

    def refused(self, method: str, path: str, status: int, **options: Any) -> dict[str, Any]:
        """The error that it answers, in the one shape of all errors."""
        answer = self.send(method, path, **options)
        assert answer.status_code == status, answer.text
        self.fits(answer.json(), {"$ref": "#/components/schemas/Error"})
        return dict(answer.json())


def test_every_operation_answers_as_the_document_says(sidecar: Staffed) -> None:
    program, named = Program(sidecar), sidecar.named
    ticket, shop, quiet = named["ticket"], named["shop"], named["quiet"]

    assert [each["id"] for each in program.call("overview")["open_tickets"]] == [ticket]
    assert {each["state"] for each in program.call("sites")["items"]} == {"paired", "silent", "waiting"}
    made = program.call("add_site", body={"name": "New", "url": "https://new.example"})
    assert program.call("site", site_id=made["id"])["name"] == "New"
    assert program.call("pairing_code", site_id=made["id"])["code"].startswith("aftercare-")
    assert (
        program.call("set_recipient", site_id=shop, body={"recipient": "c@example.com"})["recipient"] == "c@example.com"
    )
    assert len(program.call("events", query="?type=mail.failed&limit=5")["items"]) == 5
    assert program.call("runs_", query="?outcome=faults")["items"][0]["cause"] == "smtp.auth.rejected"
    run = program.call("start_run", body={"site": shop, "playbook": "emails-not-sending"})["run"]
    assert program.call("run", run_id=run)["state"] == "queued"
    assert program.call("run", run_id=named["run"])["cause"]["code"] == "smtp.auth.rejected"
    assert program.call("tickets_", query=f"?site={shop}&by=nobody")["items"][0]["id"] == ticket
    assert "### Environment" in program.call("ticket", ticket_id=ticket)["markdown"]
    assert program.call("take", ticket_id=ticket)["ticket"]["taken_by"] == sidecar.user.email
    assert program.call("comment", ticket_id=ticket, body={"text": "Seen."})["timeline"][-1]["text"] == "Seen."
    assert program.call("mute", ticket_id=ticket, body={"hours": 2})["ticket"]["muted_until"]
    assert program.call("unmute", ticket_id=ticket)["ticket"]["muted_until"] is None
    assert program.call("look_again", ticket_id=ticket)["run"] == run, "it joins the run that waits"
    assert program.call("resolve", ticket_id=ticket, body={"text": "Mended."})["ticket"]["state"] == "resolved"
    tickets.change(sidecar.services.db, ticket, state="open")
    assert program.call("not_a_fault", ticket_id=ticket, body={"reason": "So."})["ticket"]["state"] == "not_a_fault"
    reading = program.call("read_reply", body={"text": "535 5.7.8 Authentication failed", "stage": "auth"})
    assert reading["code"] == "smtp.auth.rejected"
    report = program.call("run", run_id=named["report"])["report"]
    assert [section["domain"] for section in report["sections"]] == ["shop.example.com"]
    assert report["sections"][0]["records"]
    assert report["sections"][0]["rules"]
    with_forms(sidecar)
    known = program.call("site_forms", site_id=shop)
    states = {each["form"]: each["state"] for each in known["forms"]}
    assert (states["contact-form-7:12"], states["wpforms:7"], states["woocommerce:checkout"]) == (
        "sound",
        "broken",
        "not_tried",
    )
    picture = program.call("run", run_id=named["forms_run"])["pictures"][0]["id"]
    png = program.call("picture", run_id=named["forms_run"], picture_id=picture)
    assert base64.b64decode(png["base64"]).startswith(b"\x89PNG")
    about = program.call("start_run", body={"site": shop, "playbook": "form-not-submitting", "form": "wpforms:7"})
    assert program.call("run", run_id=about["run"])["form"] == "wpforms:7"
    assert program.call("show_warm_up", site_id=shop)["target"] == 500
    assert program.call("end_warm_up", site_id=shop)["ended_at"]
    begun = program.call("begin_warm_up", site_id=shop, body={"target": 5000, "table": "mailtrap"})
    assert (begun["start"], begun["days"][-1]["allowed"]) == (300, 5000)
    read = program.call("read_message", site_id=shop, body={"message": "From: a@shop.example.com\nSubject: Hi\n\nHi\n"})
    assert read["ground"]["header_from"] == "shop.example.com"
    assert read["run"].startswith("run_")
    everywhere = program.call("start_everywhere", body={"playbook": "poor-email-deliverability"})
    assert everywhere["runs"] == [
        {"site": quiet, "run": everywhere["runs"][0]["run"]},
        {"site": shop, "run": read["run"]},
    ]
    program.call("rotate", site_id=quiet)
    assert program.call("unpair", site_id=quiet)["state"] == "unpaired"

    assert program.called == {each.name for each in OPERATIONS}, "an operation that no answer was seen of"


def test_the_document_is_what_openapi_31_asks_for(sidecar: Staffed) -> None:
    document = Program(sidecar).document
    assert document["openapi"].startswith("3.1")
    ids = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)
    for path, methods in document["paths"].items():
        for described in methods.values():
            assert described["summary"]
            in_path = [each["name"] for each in described["parameters"] if each["in"] == "path"]
            assert in_path == re.findall(r"{(\w+)}", path)
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_route_below_staff_is_in_the_document(sidecar: Staffed) -> None:
    from sidecar.app import create_app

    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix(PREFIX))
        for rule in create_app(sidecar.services).url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith(f"{PREFIX}/staff") and method in ("GET", "POST") and rule.endpoint != "api.nothing"
    }
    document = Program(sidecar).document
    declared = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == declared


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path}")
def test_no_operation_answers_without_a_token(sidecar: Staffed, operation: Any) -> None:
    path = re.sub(r"<[^>]+>", "1", operation.path)
    for headers in ({}, {"Authorization": "Bearer aftercare_wrong"}, {"Authorization": "Basic YTpi"}):
        answer = requests.request(operation.method, sidecar.url + PREFIX + path, headers=headers, timeout=30)
        assert answer.status_code == 401, headers
        assert answer.json()["error"] == "not_logged_in"


def test_a_browsers_session_may_read_but_never_write(sidecar: Staffed) -> None:
    session = sidecar.browser().session
    assert session.get(f"{sidecar.url}{PREFIX}/staff/tickets", timeout=30).status_code == 200
    take = f"{sidecar.url}{PREFIX}/staff/tickets/{sidecar.named['ticket']}/take"
    assert session.post(take, timeout=30).status_code == 401


def test_a_revoked_token_is_worth_nothing(sidecar: Staffed) -> None:
    made, secret = accounts.add_token(sidecar.services.db, sidecar.user, "script", datetime.now(UTC))
    bearer = {"Authorization": f"Bearer {secret}"}
    assert requests.get(f"{sidecar.url}{PREFIX}/staff/sites", headers=bearer, timeout=30).status_code == 200
    sidecar.browser().post(f"/account/tokens/{made.id}/revoke")
    assert requests.get(f"{sidecar.url}{PREFIX}/staff/sites", headers=bearer, timeout=30).status_code == 401


def test_no_answer_holds_a_sites_secret(sidecar: Staffed) -> None:
    program = Program(sidecar)
    for path in ("/staff/sites", "/staff/overview", f"/staff/sites/{sidecar.named['shop']}"):
        assert "sealed" not in program.send("GET", path).text


def test_pages_follow_one_another_without_gap_or_repetition(sidecar: Staffed) -> None:
    program, seen, query = Program(sidecar), [], "?limit=7"
    while query:
        page = program.call("events", query=query)
        seen += [each["id"] for each in page["items"]]
        query = f"?limit=7&after={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) == 80
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    ("method", "path", "status", "options"),
    [
        ("GET", "/staff/events?limit=0", 400, {}),
        ("GET", "/staff/events?limit=many", 400, {}),
        ("GET", "/staff/events?after=x", 400, {}),
        ("GET", "/staff/tickets?state=ajar", 400, {}),
        ("GET", "/staff/tickets?after=-3", 400, {}),
        ("GET", "/staff/tickets/999", 404, {}),
        ("GET", f"/staff/tickets/{2**70}", 404, {}),
        ("GET", "/staff/runs/run_no", 404, {}),
        ("GET", "/staff/nothing", 404, {}),
        ("PUT", "/staff/sites", 405, {}),
        ("POST", "/staff/sites", 400, {"json": {"name": "x"}}),
        ("POST", "/staff/sites", 400, {"json": {"name": "x", "url": 7}}),
        ("POST", "/staff/sites", 400, {"json": {"name": "x", "url": "https://x.example", "admin": True}}),
        ("POST", "/staff/sites", 400, {"json": ["x"]}),
        ("POST", "/staff/sites", 400, {"data": "{not json", "headers": {"Content-Type": "application/json"}}),
        ("POST", "/staff/sites", 400, {"json": {"name": "x", "url": "gopher://x.example"}}),
        ("POST", "/staff/replies", 413, {"data": b"x" * 1_200_000}),
        ("POST", "/staff/tickets/1/mute", 400, {"json": {"hours": 0}}),
        ("POST", "/staff/tickets/1/comment", 400, {"json": {"text": "  "}}),
    ],
)
def test_wrong_input_is_an_error_in_one_shape_and_changes_nothing(
    sidecar: Staffed, method: str, path: str, status: int, options: dict[str, Any]
) -> None:
    program = Program(sidecar)
    options = dict(options)
    program.headers = {**program.headers, **options.pop("headers", {})}
    before = sidecar.services.db.value("SELECT COUNT(*) FROM sites"), tickets.entries(sidecar.services.db, 1)
    error = program.refused(method, path, status, **options)
    assert error["message"][-1] in ".…", error
    assert before == (sidecar.services.db.value("SELECT COUNT(*) FROM sites"), tickets.entries(sidecar.services.db, 1))


def test_a_deed_on_a_ticket_that_is_closed_is_a_conflict(sidecar: Staffed) -> None:
    program = Program(sidecar)
    program.call("resolve", ticket_id=1, body={})
    assert program.refused("POST", "/staff/tickets/1/resolve", 409, json={})["error"] == "conflict"

"""The test entry of a run: armed, sent by a real browser, followed; again after a crash, in quiet hours, in turn."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from diagnostics.check import Context, SiteUnavailable
from diagnostics.finding import Finding, Verdict
from diagnostics.forms import canary
from diagnostics.forms.browser.run import missing_parts
from diagnostics.forms.form import Form
from diagnostics.forms.trace.count import counts
from diagnostics.forms.trace.look import trace
from diagnostics.network import EgressPolicy, Network
from tests.servers.looked_forms import png
from tests.servers.pages import Answer, Asked, Pages

NOW = datetime.now(UTC)
THANKS = "<!doctype html><title>Done</title><h1>Thank you</h1><p>We have received your message.</p>"
PAGE = """<!doctype html><html lang=en><title>Contact</title><h1>Write to us</h1>
<form method=post action=/send id=wpforms-form-7><label>Your name <input name=who></label>
<label>Message <textarea name=words></textarea></label><button>Send</button></form>"""
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@dataclass
class PlayedForms:
    """A site that lists one form, and takes the test entries that it was told of."""

    pages: Pages
    wishes: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # of the form's entry in the list
    refuses: str = ""
    silent: bool = False
    armed: list[str] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.pages.url

    @property
    def roads(self) -> Mapping[str, Mapping[str, Any]]:
        return {}

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if self.silent:
            raise SiteUnavailable("no road leads there", tried=["rest"])
        self.asked.append((name, dict(args or {})))
        if name == "forms.list":
            mail = {"id": "1", "title": "Office", "on": True, "to": [{"domain": "localhost", "hash": "0"}]}
            form = {"plugin": "wpforms", "form": "7", "title": "Contact", "on": True, "keeps": False,
                    "pages": [f"{self.url}/"], "notifications": [mail], **self.more}  # fmt: skip
            return {"forms": [form], "wishes": self.wishes}
        if name == "form.arm":
            self.armed += [] if self.refuses else [str((args or {})["token"])]
            return {"armed": not self.refuses, "why": self.refuses, "holds": ["Mailchimp"]}
        if name == "form.canary":
            return self._canary(str((args or {})["token"]))
        return {}

    def _canary(self, token: str) -> dict[str, Any]:
        came = [each for each in self.pages.posts("/send") if each.headers.get("aftercare-canary") == token]
        if not came:
            return {"state": "armed" if token in self.armed else "unknown"}
        mails = [{"mail": "m1", "to": ["localhost"], "outcome": "sent", "host": "smtp.example.net"}]
        event = {"type": "form.submitted", "data": {}}
        return {"state": "spent", "spent_at": "now", "ended": True, "event": event, "mails": mails, "kept": None}


@pytest.fixture
def site() -> Iterator[PlayedForms]:
    with Pages({"/": PAGE, "/send": THANKS}) as pages:
        yield PlayedForms(pages)


def context(site: PlayedForms, **more: Any) -> Context:
    network = Network(EgressPolicy(LOOPBACK), ["127.0.0.1:9"], dns_timeout_s=0.2)
    base: dict[str, Any] = {"network": network, "site": site, "now": NOW, "run_id": "run_1", "by_hand": True}
    return Context(**{**base, **more})


def looked(context: Context) -> list[Finding]:
    return asyncio.run(canary.forms_in_a_browser(context))


needs_browser = pytest.mark.skipif(bool(missing_parts()), reason=missing_parts() or "-")


@needs_browser
def test_a_test_entry_is_sent_by_a_browser_and_followed_by_the_next_check(site: PlayedForms) -> None:
    kept: list[tuple[str, bytes]] = []
    at = context(site, recipient="ops@example.net", attach=lambda name, content: kept.append((name, content)) or "p1")
    first, *_ = looked(at)
    assert (first.code, first.subject) == ("form.browser.works", "wpforms:7"), first.summary
    [post] = site.pages.posts()
    assert post.headers["aftercare-canary"] == first.evidence["canary"]["token"] == site.armed[0]
    assert [each for each in site.pages.asked if "aftercare-canary" in each.headers] == [post]
    armed = dict(site.asked)["form.arm"]
    assert (armed["plugin"], armed["form"], armed["exempt"], armed["mailbox"]) == (
        "wpforms",
        "7",
        True,
        "ops@example.net",
    )
    assert [name for name, _ in kept] == ["Contact, before it was sent", "Contact, after it was sent"]
    assert all(content.startswith(png()[:8]) for _, content in kept) and first.evidence["holds"] == ["Mailchimp"]
    sound = next(each for each in asyncio.run(trace(replace(at, findings=[first]))) if each.verdict is Verdict.PASS)
    assert sound.code == "form.trace.sound" and sound.evidence["accepted"] is True
    assert len(site.pages.posts()) == 1, "to follow it sends nothing"


@needs_browser
def test_a_form_that_is_not_there_because_its_script_is_held_back_is_told_so(site: PlayedForms) -> None:
    site.pages.pages["/"] = "<!doctype html><title>Contact</title><h1>Write to us</h1>"
    assert looked(context(site))[0].code == "form.browser.not_found"
    holder = {"by": "WP Rocket", "where": "Settings → WP Rocket", "script": "/front.js"}
    waits = Finding("form.page.script_waits", Verdict.WARN, "wpforms:7", "It waits.", holder)
    [found, *_] = looked(context(site, findings=[waits]))
    assert found.code == "form.browser.script_waits" and "WP Rocket holds its script back" in found.summary
    assert found.evidence["canary"]["token"], "the way of the entry is followed from it as from any other"


@needs_browser
def test_looked_at_again_after_a_crash_it_has_a_new_token(site: PlayedForms) -> None:
    at = context(site)
    tokens = [looked(at)[0].evidence["canary"]["token"] for _ in range(2)]
    assert len(set(tokens)) == 2 == len(site.pages.posts())
    assert {each.headers["aftercare-canary"] for each in site.pages.posts()} == set(tokens), "each can be taken back"


@needs_browser
def test_an_entry_that_never_comes_is_tried_twice_and_then_said_to_be_lost_on_its_way(site: PlayedForms) -> None:
    def swallowed(asked: Asked) -> Answer:
        object.__setattr__(asked, "headers", {})  # what stands before WordPress lets nothing through
        return Answer(THANKS)

    site.pages.pages["/send"] = swallowed
    at = context(site)
    first, *_ = found = looked(at)
    assert first.evidence["canary"]["seen"]["reached"] == "answered"
    lost = asyncio.run(trace(replace(at, findings=found)))
    assert [each.code for each in lost] == ["form.trace.not_arrived"]
    assert lost[0].evidence["lost_at"] == "arrived" and "/send" in lost[0].evidence["target"]


@pytest.mark.parametrize(
    ("more", "refuses", "why"),
    [
        ({"not_tried": "payment"}, "", "it takes a payment."),
        ({"not_tried": "excluded"}, "", "the site's admin excludes it from tests."),
        ({}, "not_held", "something runs on its entries that could not be taken back."),
        ({}, "strange", "the site says “strange”."),
    ],
)
def test_what_must_not_be_tried_is_not_and_says_why(
    site: PlayedForms, more: dict[str, Any], refuses: str, why: str
) -> None:
    site.more, site.refuses = more, refuses
    [only] = looked(context(site))
    assert (only.code, only.verdict, only.evidence["why"]) == ("form.trace.not_tried", Verdict.UNKNOWN, why)
    assert site.pages.asked == []


def test_in_quiet_hours_nothing_is_tried_that_nobody_asked_for(site: PlayedForms) -> None:
    site.wishes = {"quiet": {"from": "00:00", "until": "23:59"}, "timezone": "UTC"}
    [quiet] = looked(context(site, by_hand=False, now=NOW.replace(hour=12)))
    assert (quiet.code, quiet.evidence["until_local"]) == ("form.trace.quiet_hours", "23:59")
    assert site.pages.asked == [] and site.armed == []


def test_a_site_that_does_not_answer_is_not_called_sound(site: PlayedForms) -> None:
    site.silent = True
    for check in (canary.forms_in_a_browser, trace):
        [only] = asyncio.run(check(context(site)))
        assert (only.code, only.verdict) == ("site.not_asked", Verdict.UNKNOWN)
    [only] = asyncio.run(counts(context(site)))
    assert only.code == "form.trace.no_entries"


def test_lost_entries_are_counted_and_those_that_the_site_kept_are_said_to_be_there(site: PlayedForms) -> None:
    lost = {"plugin": "wpforms", "form": "7", "status": "mail_failed"}
    events = [
        {
            "type": "form.failed",
            "occurred_at": (NOW - timedelta(minutes=ago)).isoformat(),
            "data": {**lost, "safe": safe},
        }
        for ago, safe in ((30, False), (20, True))
    ]
    hours = {"counts": {"failed": {NOW.strftime("%Y-%m-%dT%H"): 2}}}
    [found, *_] = asyncio.run(counts(context(site, events=events, rhythms={"wpforms:7": hours})))
    assert found.code == "form.trace.entries_lost" and "2 visitors lost their entry" in found.summary
    assert found.remedy and "Kept by Aftercare with all that was typed: 1 of them, in wp-admin" in found.remedy.text


def test_forms_that_failed_come_first_then_those_that_were_not_tried() -> None:
    forms = [Form("wpforms", str(number)) for number in range(4)]
    before = [
        Finding("form.browser.works", Verdict.PASS, "wpforms:0", "", {"canary": {}}),
        Finding("form.trace.no_mail", Verdict.FAIL, "wpforms:3", "", {"canary": {}}),
    ]
    assert [form.id for form in canary.in_turn(forms, before)] == ["3", "1", "2", "0"]


def test_a_form_that_is_gone_is_said_to_be(site: PlayedForms) -> None:
    [only] = looked(context(site, form="wpforms:99"))
    assert (only.code, only.subject) == ("form.trace.gone", "wpforms:99")

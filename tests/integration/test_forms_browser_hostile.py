"""Pages that mean ill, in the browser's own process behind the proxy: each is tried, or `unknown` with the reason."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnostics.finding import UnknownReason, Verdict
from diagnostics.forms.browser import run
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.run import missing_parts, try_form
from diagnostics.forms.browser.tried import Job, Tried
from diagnostics.network import EgressPolicy, Network
from tests.servers.pages import Answer, Pages

pytestmark = pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())
LOOPBACK = Network(EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),)))
FORM = """<!doctype html><html lang=en><title>Contact</title><form method=post action=/send>
<p><label>Email <input type=email name=mail required></label><p><label>Message <textarea name=words></textarea></label>
<button>Send</button></form>"""


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages({"/": FORM, "/send": "<h1>Thank you</h1>"}) as running:
        yield running


async def tried(pages: Pages, network: Network = LOOPBACK, **wishes: object) -> Tried:
    job = Job(f"{pages.url}/", **{"token": "tok", "timeout_s": 40.0, "patience_s": 2.0, "pictures": False, **wishes})
    return await try_form(job, network)


def leftovers() -> list[str]:
    """Browsers of ours, by their profile's folder, that no worker holds any more: another test's may be at work."""
    said = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    running = {pid: (parent, args) for pid, parent, args in (line.split(None, 2) for line in said.splitlines())}

    def is_held(pid: str) -> bool:
        while pid in running:
            pid, args = running[pid]
            if "diagnostics.forms.browser.worker" in args:
                return True
        return False

    return [args for pid, (_, args) in running.items() if "aftercare-browser-" in args and not is_held(pid)]


async def test_it_runs_without_rights_secrets_or_a_way_around_the_proxy(pages: Pages, monkeypatch) -> None:
    monkeypatch.setenv("AFTERCARE_SECRET", "hunter2")
    seen: dict[str, str] = {}

    async def watching(tree: run.Tree) -> None:
        while True:
            await asyncio.sleep(0.2)
            tree.look()
            for pid in tree._known:
                try:
                    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
                    if "--type=renderer" in command or ("chromium" in command and "--proxy-server" in command):
                        seen["uid"] = Path(f"/proc/{pid}/status").read_text().split("Uid:")[1].split()[0]
                        seen["environment"] = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
                        seen["command"] = seen.get("command", "") + command
                except OSError:
                    continue

    monkeypatch.setattr(run, "_watch", watching)
    came = await tried(pages)
    assert came.reached == "answered", came.why
    assert "hunter2" not in seen["environment"]
    assert os.geteuid() != 0 or seen["uid"] != "0"
    assert "--proxy-server=http://127.0.0.1" in seen["command"]
    assert leftovers() == []


async def test_addresses_that_the_egress_policy_refuses_are_not_reached_from_the_page(pages: Pages) -> None:
    with Pages({"/secret": "inside"}, address="127.0.0.7") as inner:
        pages.pages["/"] = FORM + f"<script>fetch('{inner.url}/secret'); new Image().src = '{inner.url}/i';</script>"
        network = Network(EgressPolicy((ipaddress.ip_network("127.0.0.1/32"),)))
        came = await tried(pages, network)
        assert inner.asked == [] and came.message_kind == "thanks"
        assert any("egress policy" in each.failed for each in came.requests)


async def test_a_page_that_may_not_be_reached_is_unknown_with_the_reason(pages: Pages) -> None:
    came = await tried(pages, Network(EgressPolicy()))
    [finding] = findings_of(came)
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, UnknownReason.NOT_ALLOWED)
    assert "loopback" in finding.summary and pages.asked == []


def big(megabytes: int) -> Iterator[bytes]:
    yield b"<!doctype html><title>Big</title><p>"
    for _ in range(megabytes):
        yield b"<!--" + b"x" * 1024 * 1024 + b"-->"


async def test_a_page_of_50_megabytes_is_cut_off_and_said(pages: Pages) -> None:
    pages.pages["/"] = lambda asked: Answer(big(50))
    came = await tried(pages)
    [finding] = findings_of(came)
    assert finding.code in ("form.browser.unseen", "form.browser.not_found")
    assert any("no more was taken" in each for each in came.notes) or "larger than" in came.why


NUISANCE = """<script>
window.open('/other'); alert('hello'); confirm('sure?'); addEventListener('beforeunload', (e) => e.preventDefault());
const a = document.createElement('a'); a.href = '/virus.zip'; a.download = 'virus.zip';
document.body.append(a); a.click();
try { new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:3478'}]}); } catch (e) {}
new Image().src = 'https://www.google-analytics.com/collect?tid=1';
</script>"""


async def test_dialogs_downloads_windows_and_trackers_are_refused_and_noted_and_the_form_is_tried(pages: Pages) -> None:
    pages.pages |= {"/": FORM + NUISANCE, "/virus.zip": Answer(b"PK", type="application/zip"), "/other": "x"}
    came = await tried(pages)
    assert (came.message_kind, came.dialogs) == ("thanks", ("hello", "sure?")), came.why
    noted = " ".join(came.notes)
    assert "download was refused" in noted and "window was closed" in noted and "google-analytics.com was held" in noted


CALLS_OUT = """<script>
const call = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});
call.createDataChannel('x');
call.createOffer().then((offer) => call.setLocalDescription(offer));
call.addEventListener('icegatheringstatechange', () => {{
  if (call.iceGatheringState === 'complete') done.hidden = false;
}});
</script><p id=done hidden>gathered</p>"""


async def test_webrtc_finds_no_way_around_the_proxy(pages: Pages) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stun:
        stun.bind(("127.0.0.1", 0))
        stun.setblocking(False)
        pages.pages["/"] = FORM + CALLS_OUT.format(port=stun.getsockname()[1])
        assert (await tried(pages)).message_kind == "thanks"
        with pytest.raises(BlockingIOError):
            stun.recv(100)


async def test_a_script_without_end_costs_its_time_and_no_more(pages: Pages) -> None:
    pages.pages["/"] = FORM + "<script>addEventListener('load', () => { for (;;) {} });</script>"
    came = await tried(pages, timeout_s=6.0)
    [finding] = findings_of(came)
    assert (finding.code, came.code) == ("form.browser.unseen", "limit")
    assert came.took_ms < 25_000 and leftovers() == []


async def test_a_page_that_eats_memory_is_ended(pages: Pages, monkeypatch) -> None:
    monkeypatch.setattr(run, "MEMORY_BYTES", 700 * 2**20)
    eats = "<script>const all = []; setInterval(() => all.push(new Uint8Array(64 << 20).fill(1)), 50)</script>"
    pages.pages["/"] = eats + "<p>no form"
    came = await tried(pages)
    assert came.code in ("limit", "broke") and findings_of(came)[0].verdict is Verdict.UNKNOWN
    assert leftovers() == []


async def test_cookies_refused_are_refused(pages: Pages) -> None:
    script = (
        "<script>document.cookie = 'a=1'; document.forms[0].words.defaultValue = document.cookie || 'none'</script>"
    )
    pages.pages["/"] = lambda asked: Answer(FORM + script, headers={"Set-Cookie": "b=2; path=/"})
    assert (await tried(pages, cookies=False, empty_first=False)).message_kind == "thanks"
    assert "cookie" not in pages.posts()[0].headers


async def test_without_a_browser_it_says_what_to_install(pages: Pages, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    [finding] = findings_of(await tried(pages))
    assert (finding.reason, "apt-get install chromium" in finding.summary) == (UnknownReason.NOT_CONFIGURED, True)


def test_no_check_needs_playwright_to_be_listed() -> None:
    listing = "import diagnostics.check as c, sys; c.all_checks(); sys.exit('playwright' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", listing], check=False).returncode == 0

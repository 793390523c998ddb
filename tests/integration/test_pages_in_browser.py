"""The console in Chromium: log-in, keyboard alone, 320 px, dark, without JavaScript; no errors, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from diagnostics.finding import Finding, Verdict
from sidecar.store import findings, runs, tickets
from tests.servers.staffed import PASSWORD, Staffed, staffed, with_forms, with_history

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed (apt-get install chromium)")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[Staffed]:
    with staffed(tmp_path, notify=("ntfy://ntfy.invalid/topic",)) as running:
        with_history(running)
        with_forms(running)
        yield running


class Visitor:
    """A page that is logged in and remembers every complaint of the browser."""

    def __init__(self, chromium: Browser, sidecar: Staffed, width: int = 1280, **context: Any) -> None:
        self.context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=sidecar.url, **context)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto("/login")
        self.page.fill("#email", sidecar.user.email)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(f"{sidecar.url}/")


def paths(sidecar: Staffed) -> list[str]:
    named = sidecar.named
    return [
        "/",
        "/tickets",
        f"/tickets/{named['ticket']}",
        "/runs",
        f"/runs/{named['run']}",
        f"/runs/{named['live']}",
        f"/runs/{named['report']}",
        f"/runs/{named['forms_run']}",
        f"/tickets/{named['forms_ticket']}",
        f"/sites/{named['shop']}/forms",
        f"/sites/{named['quiet']}/forms",
        f"/sites/{named['shop']}/runs/{named['report']}/report",
        f"/sites/{named['shop']}/message",
        f"/sites/{named['shop']}/warm-up",
        f"/sites/{named['never']}/warm-up",
        "/sites",
        f"/sites/{named['shop']}",
        f"/sites/{named['never']}",
        f"/sites/{named['shop']}/unpair",
        "/sites/new",
        "/events",
        "/replies",
        "/staff",
        "/account",
        "/settings",
        "/codes",
        "/codes/smtp.auth.rejected",
    ]


def test_no_page_makes_the_browser_complain(chromium: Browser, sidecar: Staffed) -> None:
    visitor = Visitor(chromium, sidecar)
    for path in paths(sidecar):
        visitor.page.goto(path)
        expect(visitor.page.locator("h1")).to_have_count(1)
        assert visitor.complaints == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_at_320_px(chromium: Browser, sidecar: Staffed, scheme: Any) -> None:
    visitor = Visitor(chromium, sidecar, width=320, color_scheme=scheme)
    for path in paths(sidecar):
        visitor.page.goto(path)
        for fold in visitor.page.locator("main details").all()[:20]:
            fold.evaluate("each => { each.open = true }")
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320, path


CONTRAST = r"""
() => {
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const [r, g, b, a = 1] = rgb(getComputedStyle(each).backgroundColor);
      if (a > 0.9) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest(".unseen, [disabled], .skip")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(rgb(style.color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_of_4_5_to_1(chromium: Browser, sidecar: Staffed, scheme: Any) -> None:
    visitor = Visitor(chromium, sidecar, color_scheme=scheme)
    for path in paths(sidecar):
        visitor.page.goto(path)
        assert visitor.page.evaluate(CONTRAST) == [], path


SMALL = """
() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter((each) => each.checkVisibility() && !each.closest(".skip, .unseen") && !each.classList.contains("unseen"))
  .filter((each) => !(each.matches("a:not(.button, .whole)") && each.closest("p, li, dd, td, caption, .notice")))
  .map((each) => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
  .filter(([, box]) => box.height < 23.5 || box.width < 23.5)
  .map(([html, box]) => `${box.width}x${box.height} ${html}`)
"""


def test_whatever_is_pressed_is_24_px_large_unless_it_stands_in_a_sentence(chromium: Browser, sidecar: Staffed) -> None:
    visitor = Visitor(chromium, sidecar, width=320)
    for path in paths(sidecar):
        visitor.page.goto(path)
        assert visitor.page.evaluate(SMALL) == [], path


def test_a_ticket_is_taken_and_commented_by_keyboard_alone(chromium: Browser, sidecar: Staffed) -> None:
    visitor = Visitor(chromium, sidecar)
    page = visitor.page

    def tab_to(words: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            said = page.evaluate(
                "(() => { const e = document.activeElement; return e.innerText || e.labels?.[0]?.innerText || '' })()"
            )
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"no visible focus on {said}"
            if said.strip().startswith(words):
                return
        raise AssertionError(f"Tab never came to {words}")

    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    tab_to("smtp.example.net refused")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*")
    tab_to("Take it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It is yours.")
    tab_to("Comment")
    page.keyboard.type("Asked the host.")
    tab_to("Add the comment")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline")).to_contain_text("Asked the host.")
    assert tickets.ticket(sidecar.services.db, sidecar.named["ticket"]).taken_by == sidecar.user.email
    assert visitor.complaints == []


def test_a_run_goes_on_before_ones_eyes_and_what_was_opened_stays_open(chromium: Browser, sidecar: Staffed) -> None:
    visitor = Visitor(chromium, sidecar)
    page, db, run_id = visitor.page, sidecar.services.db, sidecar.named["live"]
    page.goto(f"/runs/{run_id}")
    expect(page.locator(".step").first).to_contain_text("Looking")

    def found(position: int, words: str) -> None:
        finding = Finding("smtp.settings_fit", Verdict.PASS, "choir.example.org", words, {"host": "smtp.example.org"})
        findings.keep_findings(db, run_id, "settings", f"check-{position}", [finding], datetime.now(UTC))

    found(1, "The first answer.")
    fold = page.locator("#proof-settings-1")
    expect(page.get_by_text("The first answer.")).to_be_visible()
    fold.locator("summary").click()
    expect(fold.get_by_text("smtp.example.org")).to_be_visible()
    found(2, "The second answer.")
    expect(page.get_by_text("The second answer.")).to_be_visible()
    expect(fold.get_by_text("smtp.example.org")).to_be_visible()
    runs.end_run(db, run_id, "sound", None, None, datetime.now(UTC))
    expect(page.get_by_text("No step found a fault")).to_be_visible()
    assert visitor.complaints == []


def test_everything_can_be_done_without_javascript(chromium: Browser, sidecar: Staffed) -> None:
    visitor = Visitor(chromium, sidecar, java_script_enabled=False)
    page = visitor.page
    page.goto("/sites/new")
    page.fill("#name", "New shop")
    page.fill("#url", "https://new.example")
    page.click("main button.main")
    expect(page.locator("#code")).to_contain_text(re.compile(r"^aftercare-"))
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.goto(f"/runs/{sidecar.named['run']}")
    page.locator("#proof-limits-1 summary").click()
    expect(page.locator("#proof-limits-1")).to_contain_text("AUTH LOGIN ***")
    page.goto(f"/tickets/{sidecar.named['ticket']}")
    page.get_by_label("What mended it").fill("New password.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("status")).to_contain_text("Resolved by your word")
    page.goto(f"/runs/{sidecar.named['live']}")
    runs.end_run(sidecar.services.db, sidecar.named["live"], "sound", None, None, datetime.now(UTC))
    expect(page.get_by_text("No step found a fault")).to_be_visible(timeout=10_000)  # the page refreshed by itself


def test_the_copy_button_takes_the_record_along(chromium: Browser, sidecar: Staffed) -> None:
    visitor = Visitor(chromium, sidecar, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.goto(f"/runs/{sidecar.named['run']}")
    button = page.locator("button[data-copy=cause-copy]")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "app-password"


def test_nothing_turns_for_who_asked_for_less_motion(chromium: Browser, sidecar: Staffed) -> None:
    for motion, turns in (("reduce", "none"), ("no-preference", "turn")):
        visitor = Visitor(chromium, sidecar, reduced_motion=motion)
        visitor.page.goto(f"/runs/{sidecar.named['live']}")
        name = visitor.page.locator(".looking svg").first.evaluate("each => getComputedStyle(each).animationName")
        assert name == turns

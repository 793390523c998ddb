"""The baseline of `browser_check`: a bare Playwright script that fills and submits one form, and awaits the thanks."""

from __future__ import annotations

import sys

from playwright.sync_api import sync_playwright

PROGRAM, URL = sys.argv[1:3]

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=PROGRAM)
    page = browser.new_page()
    page.goto(URL)
    form = page.locator("form.wpcf7-form").first
    form.locator("[name=your-name]").fill("Vera")
    form.locator("[name=your-email]").fill("vera@example.org")
    form.locator("[name=your-subject]").fill("Hello")
    form.locator("[name=your-message]").fill("A few words.")
    form.locator("[type=submit]").click()
    page.locator(".wpcf7-response-output", has_text="Thank").first.wait_for(timeout=30_000)
    browser.close()

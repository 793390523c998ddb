"""What a page's forms own: read from the token stream as Chromium binds it, on pages whose tags do not nest."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from diagnostics.forms.page.document import read_document

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed (apt-get install chromium)")

OWNED = """() => [...document.forms].map(form => [form.id, [...form.elements]
    .filter(each => ['INPUT', 'TEXTAREA', 'SELECT', 'BUTTON'].includes(each.tagName)).map(each => each.name).sort()])"""
WRITTEN = [
    '<div><form id=f><div><input name=a></form><input name=b></div><input name=c></div>',
    '<form id=f><form id=g><input name=a></form><input name=b></form><input name=c>',
    '<table><form id=f><tr><td><input name=a></td></tr></form><tr><td><input name=b></td></tr></table>',
    '<form id=f></form><input form=f name=a><form id=g><input form=f name=b><input name=c></form>',
    '<form id=f><script>"</form>"</script><input name=a><!-- </form> --><input name=b></form>',
    '<form id=f><textarea name=t></form></textarea><input name=a></form>',
    '<form id=f><noscript><input name=n></noscript><svg><title/></svg><input name=a></form>',
    '<form id=f><template><form id=t><input name=x></form></template><input name=a></form>',
    '<form id=f><p><div><input name=a></p></form></div><input name=b>',
    '<form id=f><input name=a><iframe><input name=i></iframe><button name=b></form>x</button>',
    '<form id=f><input name=a value="</form>"><input name="b"',
    "<form id=f><select name=s><option>1<option>2</select><input name='a'\nvalue=x></form>",
]  # fmt: skip
PIECES = (
    *("<form id=f{n}>", "</form>", "<input name=i{n}>", "<div>", "</div>", "<section>", "</section>", "<ul>", "</ul>"),
    *("<textarea name=t{n}>x</textarea>", "<input name=e{n} form=f1>", "<!-- <input> -->", "<fieldset>", "</fieldset>"),
    "<script>'<input name=s>'</script>",
)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def in_browser(page: Page, text: str) -> list[tuple[str, list[str]]]:
    page.unroute_all()
    page.route("**/*", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=text))
    page.goto("http://page.test/")
    return [(name, owned) for name, owned in json.loads(json.dumps(page.evaluate(OWNED)))]


def by_stream(text: str) -> list[tuple[str, list[str]]]:
    return [(form.id, sorted(each.name for each in form.controls)) for form in read_document(text).forms]


@pytest.mark.parametrize("body", WRITTEN)
def test_a_form_owns_what_chromium_gives_it(page: Page, body: str) -> None:
    text = f"<!DOCTYPE html><html><head><title>x</title></head><body>{body}"
    assert by_stream(text) == in_browser(page, text)


def test_of_pages_thrown_together_nearly_all_are_bound_the_same(page: Page) -> None:
    chance = random.Random(7)
    same = 0
    for _ in range(60):
        body = "".join(chance.choice(PIECES).replace("{n}", str(n)) for n in range(chance.randint(2, 20)))
        text = f"<!DOCTYPE html><html><head><title>x</title></head><body>{body}"
        same += by_stream(text) == in_browser(page, text)
    assert same >= 57  # what ends boxes that it did not open needs the tree; pages of plugins do not do that

"""`diagnose form`: what it says, what it sends, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from diagnostics.cli import main
from diagnostics.forms.browser.run import missing_parts
from tests.servers.pages import Pages

PAGE = """<!doctype html><html lang=en><title>Contact</title><h1>Write to us</h1><form method=post action=/send>
<p><label>Email <input type=email name=mail required></label><p><label>Message <textarea name=words></textarea></label>
<button>Send</button></form>"""


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages({"/": PAGE, "/send": "<h1>Thank you</h1>"}) as running:
        yield running


def diagnosed(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["form", *words])
    return done.exit_code, done.output


@pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())
def test_it_looks_and_sends_nothing_unless_asked_to(pages: Pages, tmp_path: Path) -> None:
    code, said = diagnosed(f"{pages.url}/", "--allow-private", "--pictures", str(tmp_path / "kept"))
    assert "form.browser.fillable" in said and "Nothing was sent" in said
    assert code != 2 and pages.posts() == []
    assert (tmp_path / "kept/before.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())
def test_asked_to_send_it_sends_once_and_says_what_the_visitor_reads(pages: Pages) -> None:
    _, said = diagnosed(f"{pages.url}/", "--allow-private", "--send", "--phone", "--json")
    told = json.loads(said[said.index("{") :])
    assert (told["reached"], told["message"], len(pages.posts())) == ("answered", "Thank you", 1)
    assert told["findings"][0]["code"] == "form.browser.works"
    assert "Mobile" in pages.posts()[0].headers["user-agent"]


def test_a_private_address_is_not_reached_and_that_is_no_fault_of_the_form(pages: Pages) -> None:
    code, said = diagnosed(f"{pages.url}/", "--json")
    told = json.loads(said[said.index("{") :])
    assert (code, told["findings"][0]["code"]) == (3, "form.browser.unseen")
    assert pages.asked == []


@pytest.mark.parametrize("url", ["ftp://example.org/", "http://", "https://example.org:99999/"])
def test_what_is_no_page_is_wrong_usage(url: str) -> None:
    assert diagnosed(url)[0] == 2


def test_a_form_is_named_by_plugin_and_id() -> None:
    assert diagnosed("https://example.org/", "--form", "nonsense")[0] == 2

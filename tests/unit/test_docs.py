"""The documentation says what the code does: every generated page is of now, every event and route has its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diagnostics.check import all_codes
from diagnostics.finding import Verdict
from sidecar.ingest.shapes import FIELDS
from tools import docs

DOCS = docs.DOCS
PROTOCOL = (DOCS / "protocol.md").read_text()


def test_generated_pages_are_of_now() -> None:
    made = docs.pages()
    stale = [path.name for path, text in made.items() if not path.exists() or path.read_text() != text]
    assert not stale, f"make docs, then commit: {stale}"
    left = [path.name for path in (DOCS / "findings").glob("*.md") if path not in made]
    assert not left, f"pages of codes that are gone: {left}"


def test_every_code_says_what_it_means_and_what_shows_it() -> None:
    silent = [code.code for code in all_codes().values() if not code.meaning or not code.proof]
    assert not silent


def test_every_fault_says_what_to_do_in_words_of_its_own() -> None:
    """A page whose remedy is only a place for evidence tells its reader nothing."""
    faults = [code for code in all_codes().values() if code.verdict in (Verdict.FAIL, Verdict.WARN)]
    bare = {code.code: re.sub(r"\{[^}]*\}", "", code.remedy).strip(" .") for code in faults}
    assert not [code for code, words in bare.items() if len(words) < 15]


@pytest.mark.parametrize("type_", sorted(FIELDS))
def test_every_event_has_its_line_in_the_protocol(type_: str) -> None:
    assert f"`{type_}`" in PROTOCOL


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(DOCS)} -> {target}")
    assert not broken


def test_pages_name_no_path_of_a_machine() -> None:
    for page in [*DOCS.rglob("*.md"), Path("README.md")]:
        if page.exists():
            assert not re.search(r"(?<![\w/])/(?:root|tmp|work)/", page.read_text()), page.name

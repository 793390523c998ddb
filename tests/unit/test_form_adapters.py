"""Each form plugin's adapter says what it was verified on, and docs/plugin.md says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = sorted((ROOT / "wp-plugin/aftercare/adapters").glob("class-*.php"))
TABLE = (ROOT / "docs/plugin.md").read_text("utf-8").partition("## Form plugins")[2].partition("\n## ")[0]


def constant(adapter: Path, name: str) -> str:
    found = re.search(rf"const {name}\s*= '([^']+)';", adapter.read_text("utf-8"))
    assert found, f"{adapter.name} has no {name}"
    return found[1]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda path: path.stem)
def test_the_docs_say_what_an_adapter_was_verified_on(adapter: Path) -> None:
    words = {"plugin": "on the real", "hooks": "on its documented hooks"}[constant(adapter, "VERIFIED_ON")]
    version = constant(adapter, "VERIFIED")
    rows = [
        line for line in TABLE.splitlines() if words in line and re.search(rf"version {re.escape(version)}\b", line)
    ]
    title = re.search(r"^ \* ([^,:]+?)(?:, from|:)", adapter.read_text("utf-8"), re.MULTILINE)
    assert title and any(line.startswith(f"| {title[1]}") for line in rows), TABLE


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda path: path.stem)
def test_a_form_plugin_has_a_stand_in_whose_header_names_its_version(adapter: Path) -> None:
    slug = constant(adapter, "PLUGIN")
    if slug == "core":
        pytest.skip("WordPress itself is always at hand")
    folder = "contact-form-stand-in" if slug == "contact-form-7" else f"{slug}-stand-in"
    header = (ROOT / f"tests/wordpress/plugins/{folder}/{folder}.php").read_text("utf-8").partition("*/")[0]
    assert re.search(r"taken from the public source of [^\n]*\d+\.\d+", header)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda path: path.stem)
def test_an_adapter_that_takes_a_test_entry_is_held_to_the_contract(adapter: Path) -> None:
    if "Takes_A_Canary" not in adapter.read_text("utf-8"):
        pytest.skip("it takes none")
    slug = constant(adapter, "PLUGIN")
    if slug == "core":
        pytest.skip("a comment has no list of notifications: its test entries have tests of their own")
    tests = (path.read_text("utf-8") for path in (ROOT / "tests/wordpress").glob("test_*.py"))
    assert any("(CanaryContract)" in text and f'slug = "{slug}"' in text for text in tests)

"""To add a check, a playbook, an adapter or a channel is to add one file: each is dropped into a folder, and works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar import config_values
from sidecar.config import load_settings
from sidecar.notify import apprise_channel

ROOT = Path(__file__).resolve().parents[2]

CHECK = '''
"""Coffee: is there any?"""

from diagnostics.check import Context, check
from diagnostics.finding import Code, Finding, Verdict

THERE = Code("coffee.there", Verdict.PASS, "{subject} has {evidence.cups} cups.", meaning="Good.", proof="The pot.")


@check("coffee.pot", emits=[THERE])
async def look(context: Context) -> list[Finding]:
    """Look into the pot."""
    return [THERE.finding("the office", {"cups": 3})]
'''

PLAYBOOK = """
id: no-coffee
title: No Coffee
expected: There is coffee.
triggers:
  - button: diagnose-coffee
steps:
  - id: pot
    check: The pot
    run: [coffee.pot]
"""

ADAPTER = """<?php
/**
 * Paper Forms.
 */

declare( strict_types = 1 );

namespace Aftercare\\Adapters;

final class Paper_Forms implements \\Aftercare\\Adapter {

	const PLUGIN      = 'paper-forms';
	const VERIFIED    = '1.0';
	const VERIFIED_ON = 'hooks';
	const HOOKS       = array( 'paper_forms_sent' => 'sent' );

	/** Paper has no version. */
	public function version(): string {
		return '1.0';
	}

	/** Paper is posted by hand. */
	public function posted( string $path, array $post ): ?array {
		return null;
	}

	/** The form was sent. */
	public function sent( int $form ): ?\\Aftercare\\Event {
		return new \\Aftercare\\Event( 'form.submitted', array( 'form' => $form ) );
	}
}
"""

CHANNEL = '''
"""Paper: a ticket is printed into a file."""

from pathlib import Path

from apprise.decorators import notify


@notify(on="paper", name="Paper")
def send(body, title, notify_type, meta, *args, **more):
    Path(OUT).write_text(title + "\\n" + body)
    return True
'''


def test_a_check_and_a_playbook_that_runs_it_are_a_file_each(tmp_path: Path) -> None:
    checks, playbooks = tmp_path / "checks", tmp_path / "playbooks"
    checks.mkdir()
    playbooks.mkdir()
    (checks / "coffee.py").write_text(CHECK)
    (playbooks / "no-coffee.yaml").write_text(PLAYBOOK)
    # A process of its own: the registry is one a process, and this check must not outlive its test.
    script = f"""
import asyncio, datetime, pathlib, diagnostics
diagnostics.__path__.append({str(checks)!r})
from diagnostics.check import Context, all_checks, all_codes
from diagnostics.network import EgressPolicy, Network
from sidecar.playbooks import load_playbooks
found = load_playbooks(pathlib.Path({str(playbooks)!r}), checks=all_checks())["no-coffee"]
context = Context(network=Network(EgressPolicy(())), site=None, now=datetime.datetime.now(datetime.UTC))
[finding] = asyncio.run(all_checks()[found.steps[0].run[0]].look(context))
print(finding.summary, "coffee.there" in all_codes())
"""
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stdout.strip() == "the office has 3 cups. True", said.stderr


@pytest.mark.skipif(not shutil.which("php"), reason="php is not installed")
def test_a_form_adapter_is_a_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "wp-plugin/aftercare", tmp_path / "wp-plugin/aftercare")
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools/hooks.php", tmp_path / "tools/hooks.php")
    (tmp_path / "wp-plugin/aftercare/adapters/class-paper-forms.php").write_text(ADAPTER)
    table = subprocess.run(
        ["php", str(tmp_path / "tools/hooks.php")], capture_output=True, text=True, check=True
    ).stdout
    assert "| `paper_forms_sent` | 10 | everywhere | `Adapters\\Paper_Forms::sent` | The form was sent. |" in table


def test_a_channel_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = tmp_path / "printed.txt"
    folder = tmp_path / "channels"
    folder.mkdir()
    (folder / "paper.py").write_text(CHANNEL.replace("OUT", repr(str(printed))))
    monkeypatch.setattr(config_values, "CHANNELS", folder)
    [address] = load_settings({"AFTERCARE_NOTIFY": "paper://printer"}).notify
    apprise_channel.send(address, "No mail leaves", "Enter the right password.")
    assert printed.read_text() == "No mail leaves\nEnter the right password."

"""`aftercare doctor`: the sidecar looks at itself."""

from __future__ import annotations

import click
from rich.markup import escape

from diagnostics.finding import Verdict
from sidecar import doctor as looks
from sidecar.cli.ground import FAULT, FINE, INCOMPLETE, Ground, with_ground

MARKS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.WARN: ("▲", "yellow"),
    Verdict.FAIL: ("✗", "bold red"),
    Verdict.UNKNOWN: ("?", "dim"),
}
CODES = {Verdict.PASS: FINE, Verdict.FAIL: FAULT, Verdict.UNKNOWN: INCOMPLETE}


@click.command()
@click.option("--tell", is_flag=True, help="Send each notification channel a test message.")
@with_ground
def doctor(ground: Ground, tell: bool) -> None:
    """Look whether the sidecar has what it needs: settings, keys, store, channels, roads.

    0 all is well, 1 a fault was found, 3 not everything could be looked at.
    """
    seen = []
    for look in looks.examine(ground.settings, ground.now(), tell_channels=tell):
        seen.append(look)
        if not ground.as_json:
            mark, style = MARKS[look.verdict]
            ground.out.print(f"[{style}]{mark}[/{style}] [bold]{escape(look.at)}[/bold]: {escape(look.summary)}")
            if look.remedy:
                ground.out.print(f"  → {look.remedy}", markup=False)
    worst = looks.worst(seen)
    ground.answer(
        {
            "verdict": worst.value,
            "looks": [
                {"at": look.at, "verdict": look.verdict.value, "summary": look.summary, "remedy": look.remedy}
                for look in seen
            ],
        }
    )
    raise SystemExit(CODES[worst])

"""Planted form faults on real WordPress pages: are the stage and the cause named right, and no sound page accused?

A real WordPress with the real form plugins of the folder that AFTERCARE_REAL_PLUGINS names; each fault is planted in
it and looked at as a run does: the page as it comes, a real browser, the way of the test entry. Right is the cause that
a ticket would be filed for. Wrong with certainty is a `fail` that names another cause.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from diagnostics.finding import Finding, Verdict
from diagnostics.forms.trace.cause import causes_of
from tests.bench.report import report
from tests.planted.forms import FAULTS, SOUND, FormFault, Ground
from tests.planted.forms.sound import SoundPage
from tests.servers.lab import LabSite, MailWorld
from tests.wordpress.plugin_doors import Road
from tests.wordpress.told import listening

REAL_PLUGINS = "AFTERCARE_REAL_PLUGINS"
BAR_FAULTS, BAR_SOUND = 40, 30
BAD = (Verdict.FAIL, Verdict.WARN)


@dataclass(frozen=True)
class Row:
    """What came of one fault."""

    fault: FormFault
    cause: str  # "" where nothing was named
    certain: bool
    stage: str
    seconds: float

    @property
    def right(self) -> bool:
        return self.cause in self.fault.codes

    @property
    def stage_right(self) -> bool:
        return self.stage in self.fault.stages


def main() -> bool:
    """Print a table of what was planted and found, and one JSON line."""
    folder = os.environ.get(REAL_PLUGINS, "")
    if not folder:
        print(f"{REAL_PLUGINS} names no folder with real form plugins", file=sys.stderr)
        return report("verdict_forms", ratio=None, bar=None, ok=False, why=f"{REAL_PLUGINS} is not set")
    only = os.environ.get("VERDICT_ONLY", "")
    with (
        MailWorld() as world,
        LabSite(world) as site,
        TemporaryDirectory() as doors,
        listening(Path(doors)) as listeners,
    ):
        told = listeners.to(site)
        ground = Ground(site, world, Road(site, told.doors, told.id))
        ground.install(Path(folder))
        faults = [each for each in FAULTS if each.plugin in ground.forms and re.search(only, each.name)]
        rows = [_looked_at(ground, each) for each in faults]
        sound = [each for each in SOUND if each.plugin in ground.forms and re.search(only, each.name)]
        accused = []
        for each in sound:
            with each.made(ground) as page:
                found = asyncio.run(ground.look(each.plugin, page, ground.network()))
            accused.append((each, [f.code for f in found if f.verdict in BAD]))
            print(f"  sound: {each.plugin}, {each.name}: {', '.join(accused[-1][1]) or 'nothing'}", file=sys.stderr)
    _table(rows, accused)
    right = sum(each.right and each.stage_right for each in rows)
    wrong = [f"{each.fault.name}: {each.cause}" for each in rows if each.certain and not each.right]
    clean = sum(not codes for _, codes in accused)
    return report(
        "verdict_forms",
        ratio=None,
        bar=None,
        ok=len(rows) >= BAR_FAULTS
        and len(rows) - right <= len(rows) // 40
        and not wrong
        and clean == len(sound) >= BAR_SOUND,
        planted=len(rows),
        named_right=right,
        cause_right=sum(each.right for each in rows),
        stage_right=sum(each.stage_right for each in rows),
        wrong_with_certainty=wrong,
        sound=len(sound),
        sound_not_accused=clean,
        plugins=dict.fromkeys(ground.forms, "the plugin itself"),
    )


def _looked_at(ground: Ground, planted: FormFault) -> Row:
    began = time.monotonic()
    try:
        with planted.planted(ground) as page:
            found = asyncio.run(ground.look(planted.plugin, page, ground.network()))
    except Exception as error:  # a fault that could not be planted is a row of its own, not the end of all others
        print(f"  {planted.name}: not planted: {error!r}"[:400], file=sys.stderr)
        return Row(planted, "not planted", False, "", time.monotonic() - began)
    cause = _cause(found)
    row = Row(
        planted,
        cause.code if cause else "",
        cause is not None and cause.verdict is Verdict.FAIL,
        _stage(found),
        time.monotonic() - began,
    )
    word = "right" if row.right and row.stage_right else "WRONG"
    others = sorted({f"{each.code}({each.verdict.value})" for each in found})
    others += [cause.summary[:300]] if cause and word == "WRONG" else []
    print(
        f"  {word}: {planted.name}: {row.cause or 'nothing'} at {row.stage or '-'}; {row.seconds:.0f} s; {others}",
        file=sys.stderr,
    )
    return row


def _cause(found: Sequence[Finding]) -> Finding | None:
    causes = causes_of(found)
    return causes[0] if causes else next((each for each in found if each.verdict is Verdict.WARN), None)


def _stage(found: Sequence[Finding]) -> str:
    """The stage that the trace names."""
    return next((str(each.evidence["lost_at"]) for each in found if each.evidence.get("lost_at")), "")


def _table(rows: Sequence[Row], accused: Sequence[tuple[SoundPage, list[str]]]) -> None:
    table = Table("planted", "plugin", "wanted", "found", "stage", "seconds")
    for row in rows:
        found = row.cause if row.right else f"WRONG: {row.cause or 'nothing'}"
        stage = row.stage or "-"
        table.add_row(
            row.fault.name,
            row.fault.plugin,
            row.fault.codes[0],
            found,
            stage if row.stage_right else f"WRONG: {stage}",
            f"{row.seconds:.0f}",
        )
    for page, codes in accused:
        table.add_row(f"sound: {page.name}", page.plugin, "nothing", ", ".join(codes) or "nothing", "-", "")
    Console(file=sys.stderr, width=170).print(table)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)

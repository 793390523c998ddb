"""What all commands share on a terminal: exit codes, a verdict's mark, a titled section."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

from diagnostics.finding import Finding, Verdict
from diagnostics.printable import printable

SOUND, FAULT, WRONG_USAGE, COULD_NOT_TELL = 0, 1, 2, 3
EXIT_CODES = {Verdict.PASS: SOUND, Verdict.WARN: FAULT, Verdict.FAIL: FAULT, Verdict.UNKNOWN: COULD_NOT_TELL}
_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)  # the worst comes first
# A verdict is a shape and a word before it is a colour.
MARKS = {
    Verdict.PASS: ("✓ sound", "bold green"),
    Verdict.WARN: ("▲ warning", "bold yellow"),
    Verdict.FAIL: ("✗ fault", "bold red"),
    Verdict.UNKNOWN: ("? could not tell", "bold magenta"),
}


class Terminal(Console):
    """Where answers for people go: no control character, markup or emoji name of a server's has any effect."""

    def __init__(self) -> None:
        super().__init__(highlight=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            lines = segment.text.split("\n")
            if segment.control or all(line.isprintable() for line in lines):
                yield segment
            else:
                yield Segment("\n".join(printable(line, len(line)) for line in lines), segment.style)


def as_json_text(told: Any, *, indent: int | None = None) -> str:
    """*told* as JSON that any terminal and any file can take: what cannot be printed stands as \\uXXXX."""
    text = json.dumps(told, ensure_ascii=False, indent=indent)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def section(console: Console, title: str, words: str) -> None:
    """A bold title and its indented words; nothing where there are none."""
    if words:
        console.print()
        console.print(Text(title, "bold"))
        console.print(Padding(Text(words), (0, 0, 0, 2), expand=False))


def to_copy(console: Console, words: str) -> None:
    """A line that is to be copied, so it is never wrapped."""
    if words:
        console.print(Text("    " + words, "cyan"), soft_wrap=True)


def worst(findings: Iterable[Finding]) -> Verdict:
    """What a command ends with: a fault before what could not be seen; without findings nothing is known."""
    return min((each.verdict for each in findings), key=_ORDER.index, default=Verdict.UNKNOWN)

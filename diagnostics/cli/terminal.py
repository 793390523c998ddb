"""What all commands share on a terminal: exit codes, a verdict's mark, a titled section."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from diagnostics.finding import Verdict

SOUND, FAULT, WRONG_USAGE, COULD_NOT_TELL = 0, 1, 2, 3
EXIT_CODES = {Verdict.PASS: SOUND, Verdict.WARN: FAULT, Verdict.FAIL: FAULT, Verdict.UNKNOWN: COULD_NOT_TELL}
# A verdict is a shape and a word before it is a colour.
MARKS = {
    Verdict.PASS: ("✓ sound", "bold green"),
    Verdict.WARN: ("▲ warning", "bold yellow"),
    Verdict.FAIL: ("✗ fault", "bold red"),
    Verdict.UNKNOWN: ("? could not tell", "bold magenta"),
}


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

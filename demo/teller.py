"""Says what happens: steps with their seconds, faults as small stories, the addresses at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table


class Teller:
    """Writes to a terminal or a log; *to_stderr* leaves standard output to the JSON line."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        self._console = Console(stderr=to_stderr, highlight=False)

    def say(self, words: str) -> None:
        """Words with rich's markup."""
        self._console.print(words)

    def aside(self, words: str) -> None:
        """Words of a part that is being fetched or started."""
        self._console.print(f"  [dim]{escape(words)}[/dim]")

    def title(self, words: str) -> None:
        self._console.rule(f"[bold]{escape(words)}[/bold]", align="left")

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step that may take a while: seen at once, with its seconds when it is over."""
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(escape(what)):
                yield
        else:
            self._console.print(f"  … {escape(what)}")
            yield
        self._console.print(f"  [green]✓[/green] {escape(what)} [dim]{time.monotonic() - began:.1f} s[/dim]")

    def facts(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """A small table in a frame."""
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for name, value in rows:
            table.add_row(escape(name), escape(value))
        self._console.print(Panel(table, title=escape(title), title_align="left", expand=False))

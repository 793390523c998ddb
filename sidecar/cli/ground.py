"""What every command stands on: settings, the services, and how it answers people and programs."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sidecar.config import BadSetting, Settings, load_settings, settings_file
from sidecar.scrub import CONTROLS

if TYPE_CHECKING:
    from sidecar.services import Services

FINE, FAULT, USAGE, INCOMPLETE, UNAVAILABLE = range(5)
ORDERS = {**CONTROLS, 13: None}  # what a terminal obeys: what a relay or a site said may hold it


class Terminal(Console):
    """Prints texts as texts: a relay's greeting does not move the cursor or name the window."""

    def print(self, *objects: Any, **how: Any) -> None:
        super().print(*(_inert(each) if isinstance(each, str) else each for each in objects), **how)


def _inert(text: str) -> str:
    return text.translate(ORDERS)


@dataclass
class Ground:
    """One call of the command line. Nothing is opened before a command asks for it."""

    as_json: bool = False
    out: Console = field(default_factory=lambda: Terminal(highlight=False, soft_wrap=not sys.stdout.isatty()))
    err: Console = field(default_factory=lambda: Terminal(stderr=True, highlight=False, soft_wrap=True))

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings in force. Raises BadSetting."""
        return load_settings(os.environ, settings_file(os.environ))

    @functools.cached_property
    def services(self) -> Services:
        """The services on the data folder; nothing of them runs here."""
        from sidecar.services import build_services  # it loads the engine: not for --help

        return build_services(self.settings)

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def answer(self, facts: Any, words: str = "") -> None:
        """*facts* for a program, *words* for a person."""
        if self.as_json:
            click.echo(json.dumps(facts, ensure_ascii=False, default=str))
        elif words:
            self.out.print(escape(words))

    def table(self, facts: Any, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
        """A list: as JSON, or as a table that a terminal of any width can hold."""
        listed = list(rows)
        if self.as_json or not listed:
            return self.answer(facts, empty)
        table = Table(*columns, box=None, pad_edge=False, header_style="bold", collapse_padding=True)
        for row in listed:
            table.add_row(*(escape("" if cell is None else _inert(str(cell))) for cell in row))
        self.out.print(table)
        return None

    def facts(self, facts: dict[str, Any]) -> None:
        """One thing with its facts."""
        if self.as_json:
            return self.answer(facts)
        table = Table(box=None, show_header=False, pad_edge=False)
        for name, value in facts.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            table.add_row(f"[bold]{escape(name)}[/bold]", escape("–" if value in (None, "") else _inert(shown)))
        self.out.print(table)
        return None

    @contextmanager
    def progress(self, words: str) -> Iterator[None]:
        """Show that something is under way, on a terminal; on standard error, so that an answer stays clean."""
        if not sys.stderr.isatty():
            yield
            return
        with self.err.status(escape(words)):
            yield

    def confirm(self, question: str) -> None:
        """Go on only if the person says so."""
        if not click.confirm(question, err=True):
            self.fail("Nothing was changed.", USAGE, "not_confirmed")

    def fail(self, message: str, code: int, error: str = "unavailable") -> NoReturn:
        """Say why not, on standard error, and leave."""
        if self.as_json:
            click.echo(json.dumps({"error": error, "message": message}, ensure_ascii=False))
        self.err.print(f"[bold red]aftercare:[/bold red] {escape(message)}")
        raise SystemExit(code)


def with_ground(function: Callable[..., None]) -> Callable[..., None]:
    """Hand the command its Ground first, give it --json, and turn what it raises into a sentence."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")
    @functools.wraps(function)
    def command(*args: Any, as_json: bool, **options: Any) -> None:
        ground = Ground(as_json=as_json)
        try:
            function(ground, *args, **options)
        except Exception as error:
            _explain(ground, error)

    return command


def _explain(ground: Ground, error: Exception) -> NoReturn:
    """The errors that an operator can mend, each in its sentence; any other is our bug and shows itself."""
    from sidecar.accounts import Refused as AccountRefused
    from sidecar.keys import BadKey
    from sidecar.playbooks import PlaybookError
    from sidecar.store.database import Conflict, NotFound
    from sidecar.store.trouble import StoreTrouble
    from sidecar.upkeep import Refused, Unfit

    if isinstance(error, BadSetting):
        ground.fail(str(error), USAGE, "setting")
    if isinstance(error, NotFound):
        ground.fail(str(error), UNAVAILABLE, "not_found")
    if isinstance(error, (AccountRefused, Unfit)):
        ground.fail(str(error), USAGE, "refused")
    if isinstance(error, Refused):
        ground.fail(str(error), UNAVAILABLE, "refused")
    if isinstance(error, PlaybookError):
        ground.fail(str(error), USAGE, "playbook")
    if isinstance(error, Conflict):
        ground.fail(f"{error}: it was changed meanwhile. Try again.", UNAVAILABLE, "conflict")
    if isinstance(error, (StoreTrouble, BadKey)):
        ground.fail(str(error), UNAVAILABLE)
    raise error

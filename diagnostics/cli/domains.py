"""`diagnose domains`: the report of `diagnose domain` for a whole file of domains, a JSON line each, resumable."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from diagnostics.cli.domain import answer, looked_at
from diagnostics.cli.options import network, network_options
from diagnostics.cli.terminal import COULD_NOT_TELL, FAULT, SOUND, as_json_text
from diagnostics.finding import Verdict
from diagnostics.mail.domain import Subject
from diagnostics.mail.domain.inspect import TIMEOUT_S
from diagnostics.mail.domain.name import NotADomain, read_domain
from diagnostics.network import Network

AT_ONCE = 32  # domains under way: enough to keep DNS busy, and few enough for one machine's memory
MOST_DOMAINS = 1_000_000
MOST_LINE = 1000  # characters that are read of a line: no domain has as many


@click.command()
@click.argument("source", metavar="FILE", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path),
    help="Append the lines to this file. Domains that it already has are not looked at again.",
)  # fmt: skip
@click.option("--dns-only", is_flag=True, help="Ask DNS alone: no mail exchanger and no web server is connected to.")
@network_options(TIMEOUT_S)
def domains(
    source: TextIO,
    output: Path | None,
    dns_only: bool,
    nameservers: tuple[str, ...],
    allow_private: bool,
    timeout_s: float,
    as_json: bool,
) -> None:
    """Look at every domain of FILE (one a line; - for standard input) and print a JSON line for each.

    A line that is no domain gets a line that says so and stops nothing. Interrupted, the same
    command with the same --output goes on where it was. --timeout is for each domain.

    \b
    diagnose domains customers.txt --output report.jsonl
    """
    del as_json  # the lines are JSON either way
    asked = list(dict.fromkeys(_lines(source)))
    done = _already(output) if output else {}
    todo = [each for each in asked if each not in done]
    verdicts = [done[each] for each in asked if each in done]
    with _sink(output) as write, _bar(len(asked), len(asked) - len(todo)) as advance:

        def end(line: dict[str, Any]) -> None:
            write(as_json_text(line) + "\n")
            verdicts.append(str(line["verdict"]))
            advance()

        asyncio.run(_all(todo, network(nameservers, allow_private, timeout_s), timeout_s, end, on_network=not dns_only))
    sys.exit(_exit_code(verdicts))


async def _all(
    todo: list[str], door: Network, timeout_s: float, end: Callable[[dict[str, Any]], None], *, on_network: bool
) -> None:
    waiting = iter(todo)

    async def worker() -> None:
        for text in waiting:
            end(await _line(text, door, timeout_s, on_network=on_network))

    await asyncio.gather(*(worker() for _ in range(min(AT_ONCE, len(todo)))))


async def _line(text: str, door: Network, timeout_s: float, *, on_network: bool) -> dict[str, Any]:
    """The answer for one line of the file; `asked` is the line itself, by which a later run knows it."""
    try:
        name = read_domain(text)
    except NotADomain as error:
        unknown = {"verdict": Verdict.UNKNOWN.value, "findings": [], "error": str(error)}
        return {"asked": text, "subject": text, **unknown}
    try:
        found = await looked_at(Subject(name.ascii), door, (), timeout_s, on_network=on_network)
    except Exception as error:  # one domain never stops the batch; its line says what broke
        broken = {"verdict": Verdict.UNKNOWN.value, "findings": [], "error": f"our own fault: {type(error).__name__}"}
        return {"asked": text, "subject": name.ascii, **broken}
    return {"asked": text, **answer(name.ascii, found)}


def _lines(source: TextIO) -> Iterator[str]:
    number = 0
    while line := source.readline(MOST_LINE):
        if number >= MOST_DOMAINS:
            raise click.UsageError(f"More than {MOST_DOMAINS} lines: split the file.")
        number += 1
        rest = line
        while rest and not rest.endswith("\n"):
            rest = source.readline(MOST_LINE)
        text = line.partition("#")[0].strip()
        if text:
            yield text


def _already(output: Path) -> dict[str, str]:
    """asked -> verdict of the lines that *output* has; a line that was cut off when the command died is taken away."""
    if not output.exists():
        return {}
    done: dict[str, str] = {}
    whole = 0
    with output.open("rb") as lines:
        for line in lines:
            try:
                told = json.loads(line)
                done[str(told["asked"])] = str(told["verdict"])
            except (ValueError, KeyError, TypeError):
                if line.endswith(b"\n"):
                    raise click.UsageError(f"{output} has a line that is none of ours: choose another file.") from None
                break
            whole += len(line)
    os.truncate(output, whole)
    return done


@contextmanager
def _sink(output: Path | None) -> Iterator[Callable[[str], None]]:
    if output is None:
        yield lambda text: click.echo(text, nl=False)
        return
    with output.open("a", encoding="utf-8", buffering=1) as lines:

        def write(text: str) -> None:
            lines.write(text)
            lines.flush()

        yield write


@contextmanager
def _bar(total: int, done: int) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("Domains"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("domains", total=total, completed=done)
        yield lambda: progress.advance(task)


def _exit_code(verdicts: list[str]) -> int:
    if Verdict.FAIL.value in verdicts or Verdict.WARN.value in verdicts:
        return FAULT
    return SOUND if verdicts and set(verdicts) == {Verdict.PASS.value} else COULD_NOT_TELL

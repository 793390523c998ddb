"""`diagnose form`: can a visitor fill and send the form on this page? Read as it comes, then in a real browser.

Guide: Form Not Submitting, Check and Test.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.text import Text

from diagnostics.cli.options import network, network_options
from diagnostics.cli.terminal import EXIT_CODES, MARKS, Terminal, as_json_text, section, to_copy, worst
from diagnostics.finding import Finding, Verdict
from diagnostics.forms.browser.codes import CODES as BROWSER_CODES
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.run import try_form
from diagnostics.forms.browser.tried import DESKTOP, PHONE, TIMEOUT_S, Job, Tried
from diagnostics.forms.form import Form
from diagnostics.forms.page import fetch_page, read_page
from diagnostics.network import Network

_MEANING = {code.code: code.meaning for code in BROWSER_CODES}
_KEY = re.compile(r"([a-z0-9-]{1,64}):([\w-]{1,64})")


def _url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    url = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise click.BadParameter(f"{value!r} is not the address of a web page.")
    return url


def _form(_context: click.Context, _parameter: click.Parameter, value: str) -> Form | None:
    if not value:
        return None
    if not (key := _KEY.fullmatch(value)):
        raise click.BadParameter(f"{value!r} is no form: contact-form-7:12, wpforms:8 …")
    return Form(key[1], key[2])


@click.command()
@click.argument("url", callback=_url)
@click.option("--send", is_flag=True, help="Send the form once. It is a real entry: nothing marks it at the site.")
@click.option("--form", "form", default="", callback=_form, metavar="PLUGIN:ID", help="Which form of the page.")
@click.option("--phone", is_flag=True, help="As on a phone: 390 pixels wide, by touch.")
@click.option("--no-scripts", is_flag=True, help="With JavaScript switched off.")
@click.option("--no-cookies", is_flag=True, help="With cookies refused, by the browser and in the consent banner.")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write pictures of the form into this folder.",
)
@network_options(TIMEOUT_S)
def form(
    url: str,
    send: bool,
    form: Form | None,
    phone: bool,
    no_scripts: bool,
    no_cookies: bool,
    pictures: Path | None,
    nameservers: tuple[str, ...],
    allow_private: bool,
    timeout_s: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Say whether a visitor can fill and send the form on the page URL.

    The page is read as it comes, then opened in the system's Chromium: the form is found and filled, its button is
    pressed once with required fields left empty. Nothing is sent unless --send says so.

    \b
    diagnose form https://example.org/contact/
    diagnose form example.org/contact/ --phone --pictures seen
    diagnose form example.org/contact/ --send --json
    """
    door = network(nameservers, allow_private, timeout_s)
    job = Job(
        url, form, send=send, width=PHONE if phone else DESKTOP, scripts=not no_scripts, cookies=not no_cookies,
        pictures=pictures is not None, timeout_s=timeout_s,
    )  # fmt: skip
    with Console(stderr=True, highlight=False).status("Reading the page and opening it in a browser…"):
        look = asyncio.run(looked_at(job, door))
    kept = keep_pictures(pictures, look.tried) if pictures else []
    if as_json:
        click.echo(as_json_text(look.to_json(kept), indent=2))
    else:
        show(look, kept, Terminal())
    sys.exit(EXIT_CODES[look.verdict])


@dataclass(frozen=True)
class Looked:
    """What came out of both looks."""

    tried: Tried
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(self.findings)

    def to_json(self, pictures: Sequence[str]) -> dict[str, Any]:
        """One object, as `--json` prints it."""
        tried = self.tried
        return {
            "subject": tried.url,
            "verdict": self.verdict.value,
            "reached": tried.reached,
            "why": tried.why,
            "message": tried.message,
            "message_kind": tried.message_kind,
            "fields": list(tried.fields),
            "required": list(tried.required),
            "requests": [vars(each) for each in tried.requests],
            "errors": [vars(each) for each in tried.errors],
            "notes": list(tried.notes),
            "pictures": list(pictures),
            "findings": [each.to_json() for each in self.findings],
        }


async def looked_at(job: Job, door: Network) -> Looked:
    """The page read and tried, at once."""
    page, tried = await asyncio.gather(fetch_page(door, job.url), try_form(job, door))
    read = read_page(page, job.form, datetime.now(UTC))
    return Looked(tried, (*findings_of(tried, job.form), *read))


def keep_pictures(folder: Path, tried: Tried) -> list[str]:
    """The paths of the pictures that there are."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    for name, picture in (("before", tried.picture_before), ("after", tried.picture_after)):
        if picture:
            path = folder / f"{name}.png"
            path.write_bytes(picture)
            kept.append(str(path))
    return kept


def show(look: Looked, pictures: Sequence[str], console: Console) -> None:
    """Print the answer for people: the worst first, then what was seen."""
    order = list(EXIT_CODES)
    for finding in sorted(look.findings, key=lambda each: -order.index(each.verdict)):
        mark, colour = MARKS[finding.verdict]
        console.print(Text(mark, colour), Text(finding.code, "bold"))
        console.print(Text(finding.summary))
        if finding.verdict is not Verdict.PASS:
            section(console, "What it means", _MEANING.get(finding.code, ""))
            if finding.remedy:
                section(console, "What to do", finding.remedy.text)
                to_copy(console, finding.remedy.copy)
        console.print()
    tried = look.tried
    section(console, "What was seen", "\n".join(_seen(tried)))
    section(console, "The console", "\n".join(_complaints(tried)))
    section(console, "The network", "\n".join(_calls(tried)))
    section(console, "Pictures", "\n".join(pictures))


def _seen(tried: Tried) -> list[str]:
    lines = [f"{tried.browser or 'no browser'}, {tried.width} pixels wide; it came as far as: {tried.reached}"]
    lines += [f"why no further: {tried.why}"] if tried.why else []
    lines += [f"fields filled: {', '.join(tried.fields)}"] if tried.fields else []
    if tried.refused_empty is not None:
        how = ", ".join(tried.refused_how) or "nothing that a screen reader hears"
        lines.append(f"with required fields empty: {'refused' if tried.refused_empty else 'taken'} ({how})")
    lines += [f"the visitor reads: {tried.message} ({tried.message_kind})"] if tried.message else []
    return lines + list(tried.notes) + ([f"held by: {tried.sandbox}"] if tried.sandbox else [])


def _complaints(tried: Tried) -> list[str]:
    return [f"{each.component}: {each.text} ({each.url}:{each.line})" for each in tried.errors]


def _calls(tried: Tried) -> list[str]:
    told = [each for each in tried.requests if each.ours or each.failed or each.status >= 400]
    return [
        f"{'the form: ' if each.ours else ''}{each.method} {each.url} {each.status or each.failed} {each.took_ms} ms"
        for each in told
    ]

"""`aftercare seal`, `backup`, `restore`: secrets for the settings file, and the store in safety."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from sidecar.backup import back_up
from sidecar.backup import restore as put_back
from sidecar.cli.ground import USAGE, Ground, with_ground
from sidecar.keys import SealingKey


@click.command()
@with_ground
def seal(ground: Ground) -> None:
    """Read a secret from standard input and print it sealed, for the settings file."""
    if sys.stdin.isatty():
        secret = click.prompt("The secret", hide_input=True, err=True)
    else:
        secret = sys.stdin.read().rstrip("\r\n")
    if not secret:
        ground.fail("Nothing was typed. Pipe the secret in: printf %s 'secret' | aftercare seal", USAGE, "usage")
    sealed = SealingKey.load(ground.settings).seal(secret.encode())
    ground.answer({"sealed": sealed}, sealed)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-key", is_flag=True, help="Put the sealing key in too: whoever has FILE then reads every secret.")
@with_ground
def backup(ground: Ground, file: Path, with_key: bool) -> None:
    """Write all of the data folder to FILE (.tar.gz) while the sidecar runs."""
    with ground.progress("Copying the databases"):
        made = back_up(ground.settings, file, with_key=with_key, now=ground.now())
    key = "" if made.holds_key else "\nThe sealing key is not in it. Keep that apart: without it no secret can be read."
    ground.answer({"file": str(file), **asdict(made)}, f"{file}: schema {made.schema}, {', '.join(made.files)}.{key}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_ground
def restore(ground: Ground, file: Path, yes: bool) -> None:
    """Put the data folder back as FILE has it; what is there now is kept beside it."""
    if not yes and not ground.as_json:
        ground.confirm(f"Put {ground.settings.data_dir} back as {file} has it")
    with ground.progress("Checking the backup"):
        done = put_back(ground.settings, file)
    said = "Done. What was there before lies beside it, in before-restore-…"
    if not done:
        said = "Checked and laid ready. A sidecar runs on this folder: it takes the backup when it is started next."
    ground.answer({"file": str(file), "done": done}, said)

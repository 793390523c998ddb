"""`aftercare seal`, `backup`, `restore`: secrets for the settings file, and the store in safety."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from sidecar import backup as safekeeping
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
@click.option("--with-key", is_flag=True, help="Put the sealing key in too: then the archive opens every secret in it.")
@with_ground
def backup(ground: Ground, file: Path, with_key: bool) -> None:
    """Write a copy of the store to FILE while the sidecar runs."""
    made = safekeeping.back_up(ground.settings, file, with_key=with_key, now=ground.now())
    size = file.stat().st_size
    key = (
        "It holds the sealing key: keep it as safe as that."
        if with_key
        else "The sealing key is not in it: keep it too."
    )
    ground.answer({"file": str(file), "bytes": size, **asdict(made)}, f"{file}: {size} bytes. {key}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_ground
def restore(ground: Ground, file: Path) -> None:
    """Put the store back as FILE has it. While a sidecar runs: when it starts the next time."""
    done = safekeeping.restore(ground.settings, file)
    words = "Restored. What was there before lies in before-restore-… in the data folder."
    later = "A sidecar is running: it takes the backup when it starts the next time. Restart it now."
    ground.answer({"restored": done, "restart_needed": not done}, words if done else later)

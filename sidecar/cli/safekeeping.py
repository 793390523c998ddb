"""`aftercare seal`, `backup`, `restore`: secrets for the settings file, and the store in safety."""

from __future__ import annotations

import sys
from pathlib import Path

import click

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
@with_ground
def backup(ground: Ground, file: Path) -> None:
    """Write a copy of the store to FILE while the sidecar runs."""
    raise NotImplementedError


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_ground
def restore(ground: Ground, file: Path) -> None:
    """Put the store back as FILE has it."""
    raise NotImplementedError

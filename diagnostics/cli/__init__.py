"""`diagnose`: the checks without a sidecar, for anyone with a terminal; one file a command.

Exit codes, the same for every command: 0 sound, 1 a fault, 2 wrong usage, 3 could not tell.
"""

from __future__ import annotations

import click

from diagnostics.cli.domain import domain
from diagnostics.cli.domains import domains
from diagnostics.cli.form import form
from diagnostics.cli.message import message
from diagnostics.cli.reply import reply
from diagnostics.cli.smtp import smtp
from diagnostics.cli.spf import spf


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Find out why a site's mail does not arrive, or its form does not go out.

    Exit codes: 0 sound, 1 a fault, 2 wrong usage, 3 could not tell.
    """


main.add_command(domain)
main.add_command(domains)
main.add_command(form)
main.add_command(message)
main.add_command(reply)
main.add_command(smtp)
main.add_command(spf)

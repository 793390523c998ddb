"""The commands of `aftercare`, in the order that --help lists them."""

from __future__ import annotations

import click

from sidecar.cli import doctor, domains, runs, safekeeping, serve, sites, tickets, users

__all__ = ["main"]

COMMANDS = (
    serve.serve,
    sites.site,
    runs.run,
    runs.forms,
    domains.run_all,
    domains.report,
    domains.message,
    domains.warm_up_group,
    tickets.tickets,
    runs.events,
    users.user,
    users.token,
    doctor.doctor,
    safekeeping.seal,
    safekeeping.backup,
    safekeeping.restore,
)


class InOrder(click.Group):
    """Lists commands as they are declared: what one needs first stands first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aftercare", prog_name="aftercare")
def main() -> None:
    """Post-launch support for WordPress sites.

    Settings come from AFTERCARE_… variables or the file that AFTERCARE_SETTINGS names.
    Exit codes: 0 fine, 1 a fault was found, 2 wrong usage, 3 not everything could be
    looked at, 4 not found or not available.
    """


for command in COMMANDS:
    main.add_command(command)

"""The options that every command takes, and the network that they describe."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

import click

from diagnostics.network import EgressPolicy, Network, read_nameserver

Command = TypeVar("Command", bound=Callable[..., Any])
ONE_QUESTION_S = 5.0
EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


def _nameservers(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            read_nameserver(value)
        except ValueError:
            raise click.BadParameter(
                f"{value!r} is no name server: 192.0.2.53, 192.0.2.53:5353, 2001:db8::53 or [2001:db8::53]:5353."
            ) from None
    return values


def network_options(timeout_s: float) -> Callable[[Command], Command]:
    """Adds --nameserver, --allow-private, --timeout (*timeout_s* unless given) and --json to a command."""
    options = (
        click.option(
            "--nameserver", "nameservers", multiple=True, callback=_nameservers, metavar="ADDR[:PORT]",
            help="Ask this name server, not the system's. May be given several times.",
        ),
        click.option(
            "--allow-private", is_flag=True, help="Connect to private, loopback and link-local addresses too."
        ),
        click.option(
            "--timeout", "timeout_s", type=click.FloatRange(0.1, 600), default=timeout_s, show_default=True,
            metavar="SECONDS", help="The time for the whole look.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
    )  # fmt: skip

    def add(command: Command) -> Command:
        return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)

    return add


def network(nameservers: tuple[str, ...], allow_private: bool, timeout_s: float) -> Network:
    """The door to the network that the options ask for."""
    # Half of the time, so that the answer can say which question nobody answered.
    question_s = min(ONE_QUESTION_S, timeout_s / 2)
    return Network(EgressPolicy(EVERYWHERE if allow_private else ()), nameservers, dns_timeout_s=question_s)

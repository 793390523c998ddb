"""The registry of checks and what a check is given.

A check is an async function `(context: Context) -> list[Finding]` under
`diagnostics/`, found by being there. It is handed everything that it looks with:
the network door, what the site says of itself, and the way to ask the site more.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

from diagnostics.finding import Code, Finding
from diagnostics.network import Network


class SiteUnavailable(Exception):
    """The site could not be asked. `reason` is an UnknownReason's value, `tried` the roads."""

    def __init__(self, message: str, *, reason: str = "unavailable", tried: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.tried = tuple(tried)


class Site(Protocol):
    """One paired site, as a check may ask it. Commands are DESIGN's fixed list."""

    url: str

    @property
    def roads(self) -> Mapping[str, Mapping[str, Any]]:
        """Which roads led to the site when they were last tried: road -> {"works", "why", "at"}."""

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The kept result of *name*; asked again in the same run it is not done again.

        Raises SiteUnavailable when no road leads to the site, or it did not answer in time.
        """


class LoginWithheld(Exception):
    """A log-in was given for this run and must not, or can no longer, be used. The text says why, and nothing of it."""


@dataclass(frozen=True)
class Login:
    """What an admin gave to be tried once."""

    username: str
    password: str = field(repr=False)
    stored: bool = False  # taken from the site's settings; else the admin typed it


@dataclass(frozen=True)
class Relay:
    """A mail relay that the sidecar may send by itself (its settings' alternative)."""

    host: str
    port: int
    encryption: str  # "" | "tls" (STARTTLS) | "ssl" (implicit TLS)
    username: str = ""
    password: str = field(default="", repr=False)
    mail_from: str = ""


@dataclass(frozen=True)
class Context:
    """What a check is handed; nothing else may be reached for."""

    network: Network
    site: Site | None
    now: datetime  # aware, UTC
    events: Sequence[Mapping[str, Any]] = ()  # this site's recent events, newest first
    changes: Sequence[Mapping[str, Any]] = ()  # its config.changed and plugin.changed, newest first
    findings: Sequence[Finding] = ()  # what the run has found so far
    run_id: str = ""
    alternative: Relay | None = None
    recipient: str = ""  # the mailbox that canaries go to; "" until staff set one
    control: Mapping[str, Any] | None = None  # {"host", "ports"} of the sidecar's control target
    login: Callable[[str, int], Login] | None = None  # (host, port): hands out, once, what an admin gave for this run
    previous: Sequence[Finding] = ()  # of the last ended run of this playbook at this site
    messages: Sequence[Mapping[str, Any]] = ()  # what was read out of messages that staff pasted, newest first
    warm_up: Mapping[str, Any] | None = None  # {"begun_on", "target", "start", "growth", "days"} of the plan in force
    blocklists: Sequence[str] = ()  # the DNS blocklists that may be asked, by name
    form: str = ""  # the form that the run is about, as events name it (`plugin:id`); "": all of the site's
    by_hand: bool = False  # a person asked for this run: what runs by itself keeps to quiet hours
    rhythms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # form -> {"counts", "last_at"} by kind
    heard_at: datetime | None = None  # when the site last told anything
    paired_at: datetime | None = None  # since when it tells
    attach: Callable[[str, bytes], str] | None = None  # (name, PNG): keeps a picture with the run; its id


CheckFunction = Callable[[Context], Awaitable[list[Finding]]]


@dataclass(frozen=True)
class Check:
    """A registered check: its name in playbooks, its codes, its function."""

    name: str
    emits: tuple[Code, ...]
    look: CheckFunction
    timeout_s: float
    doc: str


_checks: dict[str, Check] = {}


def check(name: str, *, emits: Sequence[Code], timeout_s: float = 60.0) -> Callable[[CheckFunction], CheckFunction]:
    """Register the function under *name*. Raises ValueError when the name is taken."""

    def register(function: CheckFunction) -> CheckFunction:
        known = _checks.get(name)
        if known and known.look.__module__ != function.__module__:
            raise ValueError(f"two checks are called {name}: {known.look.__module__} and {function.__module__}")
        _checks[name] = Check(name, tuple(emits), function, timeout_s, (function.__doc__ or "").strip())
        return function

    return register


def all_checks() -> dict[str, Check]:
    """Every check under `diagnostics/`, by name; importing its file is all it takes."""
    package = importlib.import_module("diagnostics")
    for module in pkgutil.walk_packages(package.__path__, "diagnostics."):
        importlib.import_module(module.name)
    return dict(sorted(_checks.items()))


def all_codes() -> dict[str, Code]:
    """Every code that a check emits or a module lists as `CODES`. Raises ValueError where one name has two meanings."""
    emitted = [code for each in all_checks().values() for code in each.emits]
    listed = [
        code
        for name, module in sorted(sys.modules.items())
        if name.startswith("diagnostics.")
        for code in _listed(module)
    ]
    codes: dict[str, Code] = {}
    for code in (*emitted, *listed):
        if codes.setdefault(code.code, code) != code:
            raise ValueError(f"{code.code} is declared twice")
    return dict(sorted(codes.items()))


def _listed(module: ModuleType) -> tuple[Code, ...]:
    # A taxonomy has codes that no single check emits: `diagnostics.mail.codes`.
    return tuple(getattr(module, "CODES", ()))

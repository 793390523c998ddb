"""The operator's settings: from the environment or one TOML file, each checked at start.

A setting is a field of `Settings`; its description, what is allowed and how it is read
stand in the field's metadata. `python -m sidecar.config` prints them as docs/settings.md.
"""

from __future__ import annotations

import dataclasses
import difflib
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar import config_values as values
from sidecar.config_values import ControlTarget, IPNetwork, RelayAddress, parse_control, parse_relay

__all__ = ["BadSetting", "ControlTarget", "IPNetwork", "RelayAddress", "Settings", "load_settings", "settings_file"]

# ruff: noqa: RUF009 - _setting wraps dataclasses.field

PREFIX = "AFTERCARE_"
FILE_VARIABLE = "AFTERCARE_SETTINGS"  # where the file lies; not a setting itself
# Read by the tests and the demo, never by the sidecar.
OF_THE_TESTS = ("AFTERCARE_REAL_PLUGINS", "AFTERCARE_CACHE", "AFTERCARE_VECTORS")


class BadSetting(Exception):
    """A setting that is unknown or impossible, said so that the operator can mend it."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting


def _setting(default: Any, about: str, allowed: str, read: Callable[[Any], Any], *, secret: bool = False) -> Any:
    metadata = {"about": about, "allowed": allowed, "read": read, "secret": secret}
    return dataclasses.field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Every setting, checked. Tests may make one by hand: each has a default that works."""

    data_dir: Path = _setting(
        Path("aftercare-data"),
        "Where the database, the sealing key and the copies before a migration lie.",
        "a folder; it is made if it is not there",
        values.as_directory,
    )
    listen: str = _setting(
        "127.0.0.1:8470",
        "Where the sidecar listens. Put a reverse proxy with TLS before it.",
        "host:port; port 0 takes any free one",
        values.as_listen,
    )
    public_url: str = _setting(
        "",
        "The address that plugins and browsers use; it stands in pairing codes and links. "
        "Left empty, it is http:// and `listen`.",
        "an address that begins with https:// or http://, with no query",
        values.as_public_url,
    )
    trusted_proxies: int = _setting(
        0,
        "How many reverse proxies stand before the sidecar and set X-Forwarded-For and X-Forwarded-Proto.",
        "0 to 5",
        values.as_number(0, 5),
    )
    sealing_key: str = _setting(
        "",
        "Seals the secrets at rest. Left empty, the file `sealing.key` in `data_dir` is used and made at first start.",
        "32 bytes in base64",
        values.as_key,
        secret=True,
    )
    notify: tuple[str, ...] = _setting(
        (),
        "Who hears of a new, reopened or resolved ticket: apprise addresses, separated by spaces.",
        "apprise addresses, as mailtos://…, slack://…, ntfy://…",
        values.as_channels,
        secret=True,
    )
    alternative_relay: str = _setting(
        "",
        "The relay of the sidecar's own for the guide's test “with alternative SMTP service”.",
        "smtp://user@host:port?encryption=tls&from=address (encryption: none, tls) or smtps://user@host:port?from=address",
        values.as_relay,
    )
    alternative_relay_password_sealed: str = _setting(
        "",
        "Its password, sealed by this sidecar's key (`aftercare seal`).",
        "text that begins with v1.",
        values.as_text,
        secret=True,
    )
    control_target: str = _setting(
        "",
        "A mail server that every site's host should reach: it tells a blocked port from a dead relay.",
        "host:port or host:port,port",
        values.as_control,
    )
    allow_private: tuple[IPNetwork, ...] = _setting(
        (),
        "Private or loopback networks that checks and commands may reach. All others of their kind are refused. "
        "For the relay of one site alone: `aftercare site relay-networks`.",
        "networks as 10.0.0.0/8 or ::1/128, several separated by spaces",
        values.as_networks,
    )
    nameservers: tuple[str, ...] = _setting(
        (),
        "Name servers to ask instead of the system's.",
        "addresses, each with a port or without: 192.0.2.53, 192.0.2.53:5353, [2001:db8::53]:5353",
        values.as_nameservers,
    )
    blocklists: tuple[str, ...] = _setting(
        (),
        "DNS blocklists that may be asked about a relay's address and a domain. Each operator has terms: "
        "you keep them, not Aftercare.",
        "names of lists, several separated by spaces",
        values.as_words,
    )
    canary_recipient: str = _setting(
        "",
        "The mailbox that test mails go to, where a site has none of its own.",
        "one address of the form name@domain",
        values.as_mailbox,
    )
    events_days: int = _setting(90, "Days that events are kept.", "1 to 3650", values.as_number(1, 3650))
    runs_days: int = _setting(
        365, "Days that runs and their findings are kept.", "1 to 3650", values.as_number(1, 3650)
    )
    worker: str = _setting(
        "one",
        "This process's name. Runs that it left behind when it died go on in the process of the same name.",
        "1 to 40 letters, digits, - and _",
        values.as_name,
    )
    log_level: str = _setting(
        "info",
        "How much is logged.",
        "debug, info, warning, error",
        values.as_one_of("debug", "info", "warning", "error"),
    )
    threads: int = _setting(16, "Requests answered at the same time.", "1 to 256", values.as_number(1, 256))
    requests_per_minute: int = _setting(
        1200,
        "Requests a minute that one site may send; past it the answer is 429.",
        "1 to 1000000",
        values.as_number(1, 1_000_000),
    )
    recheck_s: int = _setting(
        900, "Seconds between the two passes that prove a fault gone.", "1 to 86400", values.as_number(1, 86_400)
    )
    page_looks_s: int = _setting(
        180,
        "Seconds over which a fault that only shows from outside is looked at three times.",
        "1 to 3600",
        values.as_number(1, 3600),
    )
    command_wait_s: int = _setting(
        300,
        "Seconds that a command waits for a site which only fetches its commands.",
        "5 to 3600",
        values.as_number(5, 3600),
    )

    def __post_init__(self) -> None:
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://{self.listen}")

    @property
    def host(self) -> str:
        """The address in `listen`."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port in `listen`."""
        return int(self.listen.rpartition(":")[2])

    @property
    def relay(self) -> RelayAddress | None:
        """The alternative relay, or None where there is none."""
        return parse_relay(self.alternative_relay) if self.alternative_relay else None

    @property
    def control(self) -> ControlTarget | None:
        """The control target, or None where there is none."""
        return parse_control(self.control_target) if self.control_target else None


def settings_file(environ: Mapping[str, str]) -> Path | None:
    """The file that AFTERCARE_SETTINGS names, or None."""
    return Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None


def load_settings(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of *environ* over those of *file*. Raises BadSetting at the first that cannot be."""
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    given: dict[str, tuple[str, Any]] = {}  # field -> what the operator calls it, and the value
    for name, value in (_read_file(file) if file else {}).items():
        if name not in fields:
            raise BadSetting(f"{name} in {file}", f"there is no such setting.{_nearest(name, fields)}")
        given[name] = (f"{name} in {file}", value)
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE or variable in OF_THE_TESTS:
            continue
        name = variable[len(PREFIX) :].lower()
        if name not in fields or variable != variable.upper():
            raise BadSetting(variable, f"there is no such setting.{_nearest(name, fields, PREFIX)}")
        given[name] = (variable, environ[variable])
    checked = {}
    for name, (called, value) in given.items():
        field = fields[name]
        if value == "":
            continue  # an empty variable means the default, as compose files leave it
        try:
            checked[name] = field.metadata["read"](value)
        except ValueError as error:
            shown = "the value (not shown)" if field.metadata["secret"] else repr(value)
            raise BadSetting(called, f"{shown} cannot be: {error}. Allowed: {field.metadata['allowed']}.") from None
    return Settings(**checked)


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(str(file), f"the settings file cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(str(file), f"the settings file is not TOML: {error}.") from error


def _nearest(name: str, fields: Mapping[str, Any], prefix: str = "") -> str:
    near = difflib.get_close_matches(name.lower(), fields, 1)
    return f" Did you mean {prefix}{near[0].upper() if prefix else near[0]}?" if near else ""


def as_markdown() -> str:
    """docs/settings.md: every setting with its meaning, default and what is allowed."""
    lines = [
        "# Settings",
        "",
        "Each setting is an environment variable, or a line of one TOML file named by `AFTERCARE_SETTINGS`",
        "(same name, lower case, without `AFTERCARE_`). The environment wins. An unknown name or an impossible",
        "value stops the start with a sentence that says what is allowed. This page is made by",
        "`python -m sidecar.config`.",
        "",
    ]
    for field in dataclasses.fields(Settings):
        default = field.default
        shown = " ".join(str(item) for item in default) if isinstance(default, tuple) else str(default)
        lines += [
            f"## `{PREFIX}{field.name.upper()}`",
            "",
            str(field.metadata["about"]),
            "",
            f"- In the file: `{field.name}`",
            f"- Default: `{shown}`" if shown else "- Default: empty",
            f"- Allowed: {field.metadata['allowed']}",
            *(["- Secret: it is never logged or shown."] if field.metadata["secret"] else []),
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(as_markdown())

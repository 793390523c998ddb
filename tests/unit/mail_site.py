"""A site that answers as docs/protocol.md says, for the mail checks: healthy unless told otherwise.

Its probe really connects (from this process) to the relay, and is then bent where a
test wants the site's network to differ. What its mailer says are PHPMailer's words.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from diagnostics.check import Context, SiteUnavailable, all_checks
from diagnostics.finding import Finding
from diagnostics.mail.ports import IMPLICIT_TLS_PORTS, PortView, TLSView, look_at_host
from diagnostics.network import EgressPolicy, Network, Resolver

NOW = datetime.now(UTC).replace(microsecond=0)
RELAY = "relay.shop.test"
STEPS = (
    ("smtp.settings", "mail.history"),
    ("smtp.connect", "smtp.tls", "smtp.auth", "smtp.replies", "smtp.limits"),
    ("canary.by_site_mailer", "canary.by_alternative_relay"),
)


def network(folder: Path, ca_file: Path | None = None) -> Network:
    """A door to loopback where relay.shop.test and sidecar-relay.test are 127.0.0.1."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 {RELAY} sidecar-relay.test control.test\n")
    made = Network(EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),)), ("127.0.0.1:1",), ca_file=ca_file)
    made.resolver = Resolver(("127.0.0.1:1",), timeout_s=0.5, hosts=hosts)
    return made


def snapshot(port: int, **mail: Any) -> dict[str, Any]:
    """A healthy site that sends by SMTP with STARTTLS and a log-in; *mail* changes its mail part."""
    limits = mail.pop("php_limits", {})
    core = {"slug": "core", "name": "WordPress", "file": "wp-includes/pluggable.php"}
    return {
        "plugin": "0.1.0",
        "wordpress": "7.1.1",
        "php": "8.2.31",
        "server": "nginx",
        "multisite": False,
        "home_url": "https://www.shop.test",
        "site_url": "https://www.shop.test",
        "environment": "production",
        "time": NOW.isoformat(),
        "plugins": [],
        "theme": {},
        "php_limits": {
            "memory_limit": "256M",
            "max_execution_time": 30,
            "disable_functions": [],
            "mail_function": True,
            "sendmail_path": "/usr/sbin/sendmail -t -i",
            "sendmail_found": True,
            **limits,
        },
        "mail": {
            "owner": core,
            "owners": [],
            "mailer": "smtp",
            "provider": "",
            "host": RELAY,
            "port": port,
            "encryption": "tls",
            "auto_tls": True,
            "auth": True,
            "auth_type": "",
            "username": {"domain": "shop.test", "hash": "0" * 12},
            "username_set": True,
            "password_set": True,
            "verify_peer": True,
            "timeout_s": 300,
            "from": {"domain": "shop.test", "hash": "1" * 12, "local": "other"},
            "from_name_set": True,
            "set_by": {"host": "plugin:wp-mail-smtp", "port": "plugin:wp-mail-smtp"},
            "short_circuit": [],
            "phpmailer_init": [],
            "mode": "normal",
            "mode_by": {"slug": "", "setting": ""},
            "environment_blocks": "",
            **mail,
        },
    }


def history(*, failing: bool = False, sent_before: bool = True) -> dict[str, Any]:
    """Thirty days with some mails; *failing*: three failed since an hour ago, and none left."""
    days = [
        {"day": f"{NOW - timedelta(days=29 - n):%Y-%m-%d}", "sent": 4 if sent_before else 0, "failed": 0, "hung": 0}
        for n in range(30)
    ]
    days[-1]["failed"] = 3 if failing else 0
    return {
        "days": days,
        "hours": [
            {"hour": f"{NOW:%Y-%m-%dT%H}", "sent": 0 if failing else 1, "failed": 3 if failing else 0, "hung": 0}
        ],
        "last_sent_at": (NOW - timedelta(hours=5)).isoformat() if sent_before else None,
        "first_failed_at": (NOW - timedelta(hours=1)).isoformat() if failing else None,
        "last_failed_at": (NOW - timedelta(minutes=1)).isoformat() if failing else None,
        "last_error": "SMTP Error" if failing else "",
    }


def accepted(port: int) -> dict[str, Any]:
    """What `mail.test` answers for a mail that the relay took."""
    return {
        "sent": True,
        "accepted": "relay",
        "error": "",
        "dialogue": ["S: 220 relay", "C: .", "S: 250 2.0.0 Ok: queued"],
        "host": RELAY,
        "port": port,
        "encryption": "tls",
        "auth": True,
        "mailer": "smtp",
        "owner": "core",
        "seconds": 0.2,
        "message_id": "abc@shop.test",
        "silent_after": "",
        "short_circuit_by": None,
        "mode": "normal",
    }


def refused(relay_port: int, error: str, *dialogue: str, **more: Any) -> dict[str, Any]:
    """What `mail.test` answers for a mail that failed."""
    return {
        **accepted(relay_port),
        "sent": False,
        "accepted": "none",
        "error": error,
        "dialogue": list(dialogue),
        "message_id": "",
        **more,
    }


def event(kind: str, minutes_ago: float, **data: Any) -> dict[str, Any]:
    """A mail event of this site."""
    base = {"mail": f"m{minutes_ago}", "kind": "form", "host": RELAY, "port": 587, "mailer": "smtp", "owner": "core"}
    to = [{"domain": "customer.test", "hash": "c" * 12}]
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return {"id": f"{kind}-{minutes_ago}", "type": kind, "occurred_at": at, "data": {**base, "to": to, **data}}


class FakeSite:
    """Answers the four commands; counts how often it really carried each out."""

    url = "https://www.shop.test"

    def __init__(self, door: Network, answers: Mapping[str, Any], bend: Mapping[int, Mapping[str, Any]] | None = None):
        self._door, self._answers, self._bend = door, dict(answers), bend or {}
        self._kept: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if name in self._kept:
            return self._kept[name]
        self.asked.append(name)
        answer = self._answers.get(name)
        if isinstance(answer, SiteUnavailable):
            raise answer
        if name == "mail.probe" and answer is None:
            answer = await self._probe()
        assert isinstance(answer, dict), f"the test gave no answer to {name}"
        self._kept[name] = answer
        return answer

    async def _probe(self) -> dict[str, Any]:
        mail = self._answers["snapshot"]["mail"]
        implicit = [mail["port"]] if mail["encryption"] == "ssl" else []
        side = await look_at_host(self._door, mail["host"], [mail["port"]], implicit)
        ports = {
            str(port): _as_the_plugin_says(view) | dict(self._bend.get(port, {})) for port, view in side.ports.items()
        }
        return {
            "relay": {
                "host": side.host,
                "addresses": list(side.addresses),
                "resolve_error": side.resolve_error,
                "ports": ports,
            },
            "control": None,
        }


def _as_the_plugin_says(view: PortView) -> dict[str, Any]:
    """The plugin's probe says less than ours: no kind of TLS fault, and one EHLO list."""
    tls = dataclasses.asdict(view.tls) if view.tls else None
    if isinstance(view.tls, TLSView) and tls:
        del tls["fault"]
        if not view.tls.ok:
            tls["error"] = PHP_SAYS.get(view.tls.fault, "the TLS handshake failed")
    implicit = view.implicit_tls or view.port in IMPLICIT_TLS_PORTS
    return {
        "tcp": view.tcp,
        "error": view.error,
        "seconds": view.seconds,
        "banner": view.banner,
        "starttls": None if implicit and not view.ehlo_after_tls else bool(view.starttls) if view.banner else None,
        "ehlo": list((view.ehlo_after_tls if implicit else view.ehlo)[1:]),
        "tls": tls,
    }


_FAILED = "stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages: error:"
PHP_SAYS = {
    "expired": _FAILED + "0A000086:SSL routines::certificate verify failed",
    "untrusted": _FAILED + "0A000086:SSL routines::certificate verify failed",
    "name_mismatch": "stream_socket_enable_crypto(): Peer certificate CN=`server17.shop.test' did not match",
    "wrong_mode": _FAILED + "0A00010B:SSL routines::wrong version number",
}


def context(door: Network, site: FakeSite, **more: Any) -> Context:
    """A run's context; a mailbox for test mails is set."""
    return Context(network=door, site=site, now=NOW, run_id="run_1", **{"recipient": "tests@msp.test", **more})


async def run(given: Context) -> list[Finding]:
    """The playbook's checks in its order, each seeing what was found before it."""
    checks = all_checks()
    found: list[Finding] = []
    for step in STEPS:
        for name in step:
            new = await checks[name].look(dataclasses.replace(given, findings=tuple(found)))
            assert {each.code for each in new} <= {code.code for code in checks[name].emits}, name
            found += new
    return found

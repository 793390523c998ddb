"""The whole lab in one place: DNS, certificates, a relay with its sink, and a WordPress whose mail goes there.

What tests/wordpress and the demo both stand on. Everything is under one folder, on loopback.
"""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from tests.servers.certificates import Authority
from tests.servers.nsd import Nsd
from tests.servers.parts import Say, to_stderr
from tests.servers.postfix import SUBMISSION, Postfix
from tests.servers.process import server_directory
from tests.servers.sidecar import Sidecar
from tests.servers.sink import Sink
from tests.servers.wordpress import WordPressSite

DOMAIN = "aftercare.test"
RELAY = f"relay.{DOMAIN}"
LOGIN, PASSWORD = f"site@{DOMAIN}", "correct-horse-7"
OFFICE, OWNER, OPS = f"office@{DOMAIN}", f"owner@{DOMAIN}", f"ops@{DOMAIN}"

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "tests/wordpress/plugins"
AFTERCARE = ROOT / "wp-plugin/aftercare"

_RECORDS = """\
{domain_label} IN A 127.0.0.1
{domain_label} IN MX 10 relay.{domain_label}
relay.{domain_label} IN A {relay}
{more}
"""


# What a sound sending domain publishes; `publish` puts others in its place.
SPF = '{label} IN TXT "v=spf1 ip4:{relay} -all"'
DMARC = '_dmarc.{label} IN TXT "v=DMARC1; p=none; rua=mailto:office@{label}.test"'
SOUND = (SPF, DMARC)


@dataclass(frozen=True)
class MailSettings:
    """What Settings → Mail relay holds on a site of the lab."""

    smtp_host: str = RELAY
    smtp_port: str = str(SUBMISSION)
    type_of_encryption: str = "tls"
    smtp_auth: str = "true"
    smtp_username: str = LOGIN
    smtp_password: str = PASSWORD
    from_email: str = OFFICE
    timeout: str = "5"


class MailWorld:
    """DNS for `.test`, an authority, the relay and the sink behind it. A context manager."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or server_directory("aftercare-lab")
        self._own_directory = directory is None
        self._names: dict[str, str] = {}
        self._records = SOUND

    def __enter__(self) -> MailWorld:
        with ExitStack() as stack:
            stack.callback(self._clean)
            self.authority = Authority(self.directory / "ca")
            self.sink = stack.enter_context(Sink())
            self.relay = stack.enter_context(self._relay())
            self.dns = stack.enter_context(Nsd({"test": self._zone()}, real_port=True, directory=self._folder("dns")))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    def name(self, label: str, address: str) -> str:
        """Give another host a name in our domain; that name."""
        self._names[label] = address
        self.dns.set_zone("test", self._zone())
        return f"{label}.{DOMAIN}"

    def publish(self, *records: str) -> None:
        """Have these records in our domain, in zone file notation, in the place of those of `SOUND`: none, its own."""
        self._records = records or SOUND
        self.dns.set_zone("test", self._zone())

    def _folder(self, name: str) -> Path:
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _relay(self) -> Postfix:
        return Postfix(
            RELAY,
            self.authority.good(RELAY),
            self.sink.port,
            users={LOGIN: PASSWORD},
            recipients=[OFFICE, OWNER, OPS],
            own_senders={OFFICE: LOGIN},
            directory=self._folder("relay"),
        )

    def _zone(self) -> str:
        label = DOMAIN.removesuffix(".test")
        more = "\n".join(f"{name}.{label} IN A {address}" for name, address in self._names.items())
        records = "\n".join(self._records).format(label=label, relay=self.relay.address)
        return _RECORDS.format(domain_label=label, relay=self.relay.address, more=f"{records}\n{more}")

    def _clean(self) -> None:
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)


def lab_sidecar(world: MailWorld, *, port: int = 0, **settings: str) -> Sidecar:
    """A sidecar that lives in this world: its DNS, its authority, a mailbox for canaries, a relay of its own."""
    own = {
        "NAMESERVERS": world.dns.nameserver,
        "CANARY_RECIPIENT": OPS,
        "ALTERNATIVE_RELAY": f"smtp://127.0.0.1:{world.sink.port}?encryption=none&from={OPS}",
        "RECHECK_S": "20",
        "PAGE_LOOKS_S": "6",
        **settings,
    }
    return Sidecar(port=port, settings=own, ca_bundle=world.authority.bundle)


class LabSite(WordPressSite):
    """A WordPress whose mail goes by the lab's relay, with a contact form at /contact/, and Aftercare if wanted."""

    def __init__(
        self, world: MailWorld, version: str = "7.1.1", *, aftercare: bool = True, say: Say = to_stderr, **options: Any
    ) -> None:
        options.setdefault("nameserver", world.dns.address)
        options.setdefault("ca_bundle", world.authority.bundle)
        super().__init__(version, say=say, **options)
        self.world = world
        self.id = ""  # at the sidecar, once it is paired
        self.mail = MailSettings()
        self._in_force = ""
        self._aftercare = aftercare

    def start(self) -> Self:
        super().start()
        try:
            if not (self.content / "plugins/smtp-settings-stand-in").exists():
                plugins = [PLUGINS / "smtp-settings-stand-in", PLUGINS / "contact-form-stand-in"]
                plugins += [AFTERCARE] if self._aftercare else []
                for plugin in plugins:
                    self.install_plugin(plugin, activate=False)
                self.wp("plugin", "activate", *(plugin.name for plugin in plugins))
                self.set_mail()
        except BaseException:
            self.stop()
            raise
        return self

    def set_mail(self, **changes: str) -> None:
        """Change the mail settings as an administrator does; no change: the right ones again."""
        settings = json.dumps(asdict(replace(self.mail, **changes)))
        if settings != self._in_force:
            self.wp("option", "update", "smtp_mailer_options", settings, "--format=json")
            self._in_force = settings

    def write_to_us(self, message: str, *, by_rest: bool = False) -> str:
        """As a visitor: fill the contact form and send it. What the page says then."""
        visitor = self.visitor()
        form = visitor.form("/contact/", "_wpcf7")
        said = {"your_name": "Vera", "your_email": "vera@example.net", "your_subject": "Hello", "your_message": message}
        if by_rest:
            return str(visitor.submit_by_rest(form, self.rest_root, **said).json()["message"])
        page = visitor.submit(form, **said).text
        return page.partition('class="wpcf7-response-output"')[2].partition(">")[2].partition("<")[0]

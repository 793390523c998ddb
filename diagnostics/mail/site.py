"""What the site says of its own mail: the settings in force, as its snapshot gives them.

docs/protocol.md, "The snapshot". A field that an older plugin does not send is its
empty value; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from diagnostics.check import Context, SiteUnavailable
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.ports import Side, site_side

NOT_ASKED = Code(
    "site.not_asked",
    Verdict.UNKNOWN,
    "{subject} could not be asked: {evidence.why}",
    remedy="Open the Aftercare screen in wp-admin and press Diagnose: while that page is open, the site fetches the "
    "questions itself. Is the page open and this remains, look at the site's address and its firewall's log.",
    meaning="Nothing is known about this from the site's own view. That is no proof that it works.",
    proof="The roads that were tried, and what each said, in the evidence.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)

MAILERS = {
    "smtp": "SMTP",
    "mail": "PHP mail()",
    "sendmail": "sendmail",
    "qmail": "qmail",
    "api": "the provider's HTTP API",
}
LOCAL_MAILERS = ("mail", "sendmail", "qmail")


@dataclass(frozen=True)
class Plugin:
    """A plugin, as the snapshot names it."""

    slug: str
    name: str

    @staticmethod
    def of(data: Mapping[str, Any]) -> Plugin:
        slug = _text(data, "slug")
        return Plugin(slug, _text(data, "name") or slug)


@dataclass(frozen=True)
class MailSettings:
    """The mail settings in force at the site, without its secrets."""

    site_host: str
    owner: Plugin
    owners: tuple[Plugin, ...]  # plugins that bring a wp_mail of their own; two are one too many
    mailer: str
    provider: str
    host: str
    port: int
    encryption: str  # "" | "tls" (STARTTLS) | "ssl" (TLS from the first byte)
    auto_tls: bool
    auth: bool
    auth_type: str
    username_set: bool
    password_set: bool
    verify_peer: bool
    from_domain: str
    set_by: Mapping[str, str]
    short_circuit: tuple[Plugin, ...]
    mode: str  # normal | simulated | log_only | disabled
    mode_by: str
    mode_setting: str
    environment: str
    environment_blocks: str
    mail_function: bool
    sendmail_path: str
    sendmail_found: bool | None
    disabled_functions: tuple[str, ...]

    @property
    def relay(self) -> str:
        """What findings about the way out are about: the relay's name, or the mailer's where there is none."""
        return self.host or MAILERS.get(self.mailer, "the site's mailer")

    @property
    def implicit_tls(self) -> bool:
        return self.encryption == "ssl"

    @property
    def wants_tls(self) -> bool:
        """Encryption is demanded, not only taken when it is offered."""
        return self.encryption in ("ssl", "tls")

    @property
    def set_by_words(self) -> str:
        """Who set the host, as people say it; the sender where there is no host."""
        return self.set_by.get("host") or self.set_by.get("mailer") or self.owner.name

    @property
    def speaks_smtp(self) -> bool:
        return self.mailer == "smtp" and bool(self.host)

    @staticmethod
    def of(snapshot: Mapping[str, Any]) -> MailSettings:
        """The settings in *snapshot*."""
        mail = _part(snapshot, "mail")
        limits = _part(snapshot, "php_limits")
        mode_by = _part(mail, "mode_by")
        found = limits.get("sendmail_found")
        return MailSettings(
            site_host=(urlsplit(_text(snapshot, "home_url")).hostname or "").removeprefix("www."),
            owner=Plugin.of(_part(mail, "owner")),
            owners=tuple(Plugin.of(each) for each in _list(mail, "owners")),
            mailer=_text(mail, "mailer"),
            provider=_text(mail, "provider"),
            host=_text(mail, "host"),
            port=_number(mail, "port"),
            encryption=_text(mail, "encryption"),
            auto_tls=bool(mail.get("auto_tls", True)),
            auth=bool(mail.get("auth")),
            auth_type=_text(mail, "auth_type").upper(),
            username_set=bool(mail.get("username_set")),
            password_set=bool(mail.get("password_set")),
            verify_peer=bool(mail.get("verify_peer", True)),
            from_domain=_text(_part(mail, "from"), "domain").lower(),
            set_by={str(key): str(value) for key, value in _part(mail, "set_by").items()},
            short_circuit=tuple(Plugin.of(each) for each in _list(mail, "short_circuit")),
            mode=_text(mail, "mode") or "normal",
            mode_by=_text(mode_by, "slug"),
            mode_setting=_text(mode_by, "setting"),
            environment=_text(snapshot, "environment"),
            environment_blocks=_text(mail, "environment_blocks"),
            mail_function=bool(limits.get("mail_function", True)),
            sendmail_path=_text(limits, "sendmail_path"),
            sendmail_found=found if isinstance(found, bool) else None,
            disabled_functions=tuple(str(each) for each in limits.get("disable_functions") or ()),
        )


async def mail_settings(context: Context) -> MailSettings:
    """The settings in force. Raises SiteUnavailable."""
    return MailSettings.of(await ask(context, "snapshot"))


async def ask(context: Context, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A command's result from the site. Raises SiteUnavailable, also where no site was handed to the check."""
    if context.site is None:
        raise SiteUnavailable("no site was named for this check", reason=UnknownReason.NOT_CONFIGURED.value)
    return await context.site.command(name, args)


async def probed(context: Context, mail: MailSettings) -> tuple[Side, Side | None]:
    """The relay and the control target as the site sees them. Raises SiteUnavailable."""
    control = dict(context.control) if context.control else None
    result = await ask(context, "mail.probe", {"control": control})
    seen = result.get("control")
    relay = site_side(_part(result, "relay"), (mail.port,) if mail.implicit_tls else ())
    return relay, site_side(seen) if control and isinstance(seen, Mapping) else None


def site_name(context: Context) -> str:
    """What findings about the site itself are about: its host name."""
    url = context.site.url if context.site else ""
    return urlsplit(url).hostname or url or "the site"


def not_asked(context: Context, error: SiteUnavailable) -> list[Finding]:
    """The finding for a site that could not be asked."""
    evidence = {"why": str(error), "tried": list(error.tried)}
    return [NOT_ASKED.finding(site_name(context), evidence, reason=UnknownReason(error.reason))]


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}  # PHP writes an empty object as []


def _list(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    value = data.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return int(value) if isinstance(value, (int, str)) and str(value).isdigit() else 0

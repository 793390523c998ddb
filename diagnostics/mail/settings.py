"""The mail settings in force: can mail leave with them at all, and do they fit together?

Guide: Emails Not Sending, Check. Nothing is sent or connected to here; what the
settings alone cannot prove is a warning, and the later steps prove it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, Verdict
from diagnostics.mail.codes.site import MAILER_MISSING
from diagnostics.mail.ports import IMPLICIT_TLS_PORTS
from diagnostics.mail.site import (
    LOCAL_MAILERS,
    MAILERS,
    NOT_ASKED,
    MailSettings,
    Plugin,
    mail_settings,
    not_asked,
    site_name,
)

IN_FORCE = Code(
    "smtp.settings.in_force",
    Verdict.PASS,
    "{subject} sends by {evidence.way}, set by {evidence.set_by}; sender @{evidence.from_domain}.",
    meaning="These are the settings that a mail of the site really meets, whoever wrote them.",
    proof="Read from the mailer as WordPress builds it for a mail, not from one plugin's option page.",
    impact=Impact.ADVICE,
)
TWO_OWNERS = Code(
    "mail.two_owners",
    Verdict.FAIL,
    "{evidence.count} plugins bring a wp_mail of their own: {evidence.names}. {evidence.winner} was loaded first and "
    "sends; the settings of {evidence.losers} are without effect.",
    remedy="Keep one: in wp-admin → Plugins, deactivate {evidence.losers} if {evidence.winner} is to send, "
    "{evidence.winner} if not. Then send a test mail.",
    copy="wp plugin deactivate {evidence.loser_slugs}",
    meaning="WordPress lets a plugin replace wp_mail once. Of two that do, one is silently dead, and which one "
    "depends on the order of loading: an update or a rename can swap them.",
    proof="The file that the function in force was read from, and the plugins whose files define it too.",
    kind=CauseKind.PLUGIN,
)
SHORT_CIRCUITED = Code(
    "mail.short_circuited",
    Verdict.FAIL,
    "{evidence.plugin} answers every mail of {subject} before WordPress sends it ({evidence.callback} on pre_wp_mail). "
    "Nothing leaves.",
    remedy="{evidence.advice} Then press Diagnose again: mail has to leave by a mailer.",
    copy="{evidence.copy}",
    meaning="A callback on the filter pre_wp_mail returns an answer of its own. wp_mail() then reports success, "
    "forms thank the visitor, and no mail exists.",
    proof="The callback's own code returns a constant and calls nothing that sends, or a test mail ended in it.",
    kind=CauseKind.PLUGIN,
)
SHORT_CIRCUIT_POSSIBLE = Code(
    "mail.short_circuit_possible",
    Verdict.WARN,
    "{evidence.names} may answer mails of {subject} before WordPress sends them (pre_wp_mail).",
    remedy="If mail is missing, go to wp-admin → Plugins, deactivate {evidence.names}, send one test mail, and "
    "switch it on again.",
    meaning="Some plugins use this filter to log or to send by themselves; others to block. The test mail tells.",
    proof="The callbacks on pre_wp_mail, in the evidence.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
SWITCHED_OFF = Code(
    "mail.switched_off",
    Verdict.FAIL,
    "Mail of {subject} is {evidence.mode_words}: {evidence.by} ({evidence.setting}). WordPress reports success, and "
    "nothing leaves.",
    remedy="{evidence.advice} Is this a staging copy, leave it so and end the pairing of this copy.",
    meaning="A mail plugin's mode, a staging tool or a must-use plugin keeps every mail back.",
    proof="The setting itself, or the code that returns success without sending, in the evidence.",
    kind=CauseKind.SETTINGS,
)
HOST_MISSING = Code(
    "smtp.settings.host_missing",
    Verdict.FAIL,
    "{subject} is to send by SMTP, and no relay is set.",
    remedy="Enter the relay's host name under the mail plugin's settings, with port 587 and encryption TLS.",
    meaning="Without a host the mailer tries the web server itself, where usually nothing takes mail.",
    proof="The mailer is SMTP and its host is empty.",
)
PASSWORD_MISSING = Code(
    "smtp.settings.password_missing",
    Verdict.FAIL,
    "A user name for {subject} is set, and its password is empty.",
    remedy="Enter the password again in the mail settings ({evidence.set_by}) and save. Did the site move lately, the "
    "old password can no longer be read: the salts in wp-config.php that encrypted it have changed.",
    meaning="The relay will refuse the log-in. After a move the stored password is often there but unreadable.",
    proof="The mailer in force has authentication on, a user name, and no password.",
)
PORT_ENCRYPTION = Code(
    "smtp.settings.port_encryption",
    Verdict.WARN,
    "Port {evidence.port} and encryption “{evidence.encryption_words}” do not fit together for {subject}.",
    remedy="In the mail plugin's settings, set encryption to {evidence.fitting_words} for port {evidence.port}.",
    copy="Port {evidence.port}, encryption {evidence.fitting_words}",
    meaning="On 465 TLS begins with the first byte (SSL); on 587 and 25 it begins with STARTTLS (TLS). Mixed up, each "
    "side waits for the other.",
    proof="Port and encryption as the mailer has them. The TLS check proves whether it fails.",
)
RELAY_BY_ADDRESS = Code(
    "smtp.settings.relay_by_address",
    Verdict.WARN,
    "The relay is entered by its address {subject}, and certificates are made out to names.",
    remedy="Enter the relay's host name, as the provider gives it.",
    meaning="The certificate cannot match an address, and the relay can move without notice.",
    proof="The host is an IP address, and encryption is on.",
)
OTHER_DOMAIN = Code(
    "smtp.settings.from_other_domain",
    Verdict.WARN,
    "Mail of {evidence.site_host} is sent as @{subject}.",
    remedy="Set From to an address at {evidence.site_host}, unless @{subject} is yours and the relay may send for it.",
    meaning="Receivers judge the sender's domain. A relay often refuses one that it was not told of.",
    proof="The sender's domain is neither the site's, nor above or below it.",
    impact=Impact.ADVICE,
)
FROM_INVALID = Code(
    "smtp.settings.from_invalid",
    Verdict.WARN,
    "The sender's domain “{evidence.from_domain}” of {subject} is none that receivers know.",
    remedy="Set From to an address of a domain of yours: mail plugin → From email.",
    copy="wordpress@{evidence.suggested}",
    meaning="WordPress makes the sender from the site's address; on a site without a full name that is no address.",
    proof="The domain has no dot, is an IP address, or is empty.",
    impact=Impact.DEGRADED,
)

MODES = {"simulated": "only simulated", "log_only": "only logged", "disabled": "switched off"}
ENCRYPTIONS = {"": "none", "tls": "TLS (STARTTLS)", "ssl": "SSL (implicit TLS)"}
STARTTLS_PORTS = (25, 587, 2525, 2587)


@check(
    "smtp.settings",
    emits=[
        IN_FORCE, TWO_OWNERS, SHORT_CIRCUITED, SHORT_CIRCUIT_POSSIBLE, SWITCHED_OFF, MAILER_MISSING, HOST_MISSING,
        PASSWORD_MISSING, PORT_ENCRYPTION, RELAY_BY_ADDRESS, OTHER_DOMAIN, FROM_INVALID, NOT_ASKED,
    ],
)  # fmt: skip
async def settings_in_force(context: Context) -> list[Finding]:
    """Read the mail settings in force and judge what they alone can show."""
    try:
        mail = await mail_settings(context)
    except SiteUnavailable as error:
        return not_asked(context, error)
    site = site_name(context)
    return [in_force(mail, site), *ownership(mail, site), *stopped(mail, site), *fitting(mail, site)]


def in_force(mail: MailSettings, site: str) -> Finding:
    """What is in force and who set it."""
    way = MAILERS.get(mail.mailer, mail.mailer or "no mailer")
    if mail.host:
        way += f" to {mail.host}:{mail.port}, encryption {ENCRYPTIONS.get(mail.encryption, mail.encryption)}"
    evidence = {
        "way": way,
        "set_by": mail.set_by_words,
        "from_domain": mail.from_domain,
        "owner": mail.owner,
        "set_by_each": mail.set_by,
        "auth": mail.auth,
        "provider": mail.provider,
    }
    return IN_FORCE.finding(site, evidence)


def ownership(mail: MailSettings, site: str) -> Iterator[Finding]:
    """Two plugins that both define wp_mail."""
    if len({plugin.slug for plugin in mail.owners}) < 2:
        return
    winner = next((each for each in mail.owners if each.slug == mail.owner.slug), mail.owner)
    losers = [each for each in mail.owners if each.slug != winner.slug]
    evidence = {
        "count": len(mail.owners),
        "names": [each.name for each in mail.owners],
        "winner": winner.name,
        "losers": [each.name for each in losers],
        "loser_slugs": " ".join(each.slug for each in losers),
        "owners": mail.owners,
    }
    yield TWO_OWNERS.finding(site, evidence)


def stopped(mail: MailSettings, site: str) -> Iterator[Finding]:
    """What keeps every mail of the site back, before any relay is asked."""
    callback = mail.mode_setting.partition("pre_wp_mail:")[2].strip()
    if mail.mode != "normal" and mail.mode_setting.startswith("pre_wp_mail"):
        yield short_circuited(mail, site, callback, "its code always answers, and sends nothing")
    elif mail.mode != "normal":
        by = mail.mode_by or mail.environment_blocks or mail.owner.name
        facts = {"environment": mail.environment_blocks or mail.environment}
        yield switched_off(site, mail.mode, by, mail.mode_setting or mail.mode, facts)
    elif mail.short_circuit:
        names = [each.name for each in mail.short_circuit]
        yield SHORT_CIRCUIT_POSSIBLE.finding(site, {"names": names, "callbacks": mail.short_circuit})
    if missing := mailer_missing(mail):
        yield MAILER_MISSING.finding(site, missing)


def switched_off(site: str, mode: str, by: str, setting: str, facts: Mapping[str, Any]) -> Finding:
    """The finding for a mode, a stand-in or a trap that keeps every mail; its remedy fits which of them it is."""
    if setting.startswith("wp_mail()") or "->send" in setting:
        advice = f"Deactivate {by}; is it a must-use plugin, delete its file: {setting}."
    elif setting.startswith("the relay"):
        advice = "Enter a relay that delivers: this one is made to catch test mail."
    elif setting.startswith("sendmail_path"):
        advice = f"Ask the web host for a real sendmail ({setting} delivers nothing), or set an SMTP relay."
    else:
        advice = f"Switch it off: {by} → {setting}."
    words = {"mode": mode, "mode_words": MODES.get(mode, mode), "by": by, "setting": setting, "advice": advice}
    return SWITCHED_OFF.finding(site, {**words, **facts})


def short_circuited(mail: MailSettings, site: str, callback: str, how_known: str) -> Finding:
    """The finding for a callback that the settings themselves show to answer always."""
    slug = mail.mode_by or (mail.short_circuit[0].slug if mail.short_circuit else "")
    plugin = next((each for each in mail.short_circuit if each.slug == slug), Plugin(slug, slug))
    facts = {"callbacks": mail.short_circuit, "environment": mail.environment_blocks}
    return answered_by(site, plugin, callback, how_known, facts)


def answered_by(site: str, plugin: Plugin, callback: str, how_known: str, facts: Mapping[str, Any]) -> Finding:
    """The finding that names whose callback on pre_wp_mail answers instead of WordPress."""
    named = {"plugin": plugin.name or "Some plugin", "slug": plugin.slug, "callback": callback or "a callback"}
    if plugin.slug in ("", "core"):  # a function of WordPress's own, such as __return_true, hooked by somebody
        advice = "Find who hooks it: search the folder wp-content for pre_wp_mail, and remove that line or plugin."
        named |= {"plugin": "A plugin or theme", "advice": advice, "copy": "grep -rn pre_wp_mail wp-content"}
    else:
        advice = (
            f"Deactivate {plugin.name}, or switch off the setting in it that blocks mail, and send a test mail. A "
            "must-use plugin is removed by deleting its file from wp-content/mu-plugins."
        )
        named |= {"advice": advice, "copy": f"wp plugin deactivate {plugin.slug}"}
    return SHORT_CIRCUITED.finding(site, {**named, "how_known": how_known, **facts})


def mailer_missing(mail: MailSettings) -> dict[str, Any]:
    """Why PHP cannot hand over any mail; empty when it can, or does not have to."""
    if mail.mailer == "none":
        return {"why": "no mailer is set"}
    if mail.mailer not in LOCAL_MAILERS:
        return {}
    facts = {"mailer": mail.mailer, "sendmail_path": mail.sendmail_path, "sendmail_found": mail.sendmail_found}
    if mail.mailer == "mail" and (not mail.mail_function or "mail" in mail.disabled_functions):
        return {"why": "PHP's mail() is disabled", "disable_functions": mail.disabled_functions, **facts}
    if mail.sendmail_found is False:
        return {"why": f"the program {mail.sendmail_path or 'sendmail'} does not exist", **facts}
    return {}


def fitting(mail: MailSettings, site: str) -> Iterator[Finding]:
    """Host, port, encryption, log-in and sender, each against the others."""
    if mail.mailer == "smtp" and not mail.host:
        yield HOST_MISSING.finding(site, {"mailer": mail.mailer, "set_by": mail.set_by})
    if mail.speaks_smtp:
        yield from _relay_fits(mail)
    if not _is_full_name(mail.from_domain):
        suggested = mail.site_host if _is_full_name(mail.site_host) else "your-domain.example"
        yield FROM_INVALID.finding(site, {"from_domain": mail.from_domain, "suggested": suggested})
    elif _is_full_name(mail.site_host) and not _related(mail.from_domain, mail.site_host):
        evidence = {"site_host": mail.site_host, "from_domain": mail.from_domain, "set_by": mail.set_by.get("from", "")}
        yield OTHER_DOMAIN.finding(mail.from_domain, evidence)


def _relay_fits(mail: MailSettings) -> Iterator[Finding]:
    fitting_mode = "ssl" if mail.port in IMPLICIT_TLS_PORTS else "tls" if mail.port in STARTTLS_PORTS else ""
    if fitting_mode and mail.encryption != fitting_mode and (mail.encryption or fitting_mode == "ssl"):
        evidence = {
            "port": mail.port,
            "encryption": mail.encryption,
            "encryption_words": ENCRYPTIONS.get(mail.encryption, mail.encryption),
            "fitting_words": ENCRYPTIONS[fitting_mode],
            "set_by": mail.set_by,
        }
        yield PORT_ENCRYPTION.finding(mail.relay, evidence)
    if mail.auth and mail.username_set and not mail.password_set and mail.auth_type != "XOAUTH2":
        evidence = {"set_by": mail.set_by_words, "username_set": True, "password_set": False}
        yield PASSWORD_MISSING.finding(mail.relay, evidence)
    if (
        mail.wants_tls
        and mail.verify_peer
        and _is_address(mail.host)
        and not ipaddress.ip_address(mail.host).is_loopback
    ):
        yield RELAY_BY_ADDRESS.finding(mail.relay, {"host": mail.host, "encryption": mail.encryption})


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _is_full_name(domain: str) -> bool:
    return "." in domain.strip(".") and not _is_address(domain)


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith("." + other) or other.endswith("." + one)

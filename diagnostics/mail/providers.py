"""Who relays or receives this mail, and what that provider has published about itself.

A provider is known by the end of a host name, or by words that only its own servers
say. Its limits are the published ones; `known` marks those that are common knowledge
of the field and printed nowhere binding. `replies` and the limits check read this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Limit:
    """At most *count* of *what* in *window_s*; a rolling window has no hour of reset."""

    count: int
    window_s: int
    what: str = "messages"  # or "recipients", "connections" (at one time: window 0)
    rolling: bool = True
    plan: str = ""  # which product or plan, where it is not all of them
    known: bool = False  # common knowledge, not the provider's own page
    note: str = ""


@dataclass(frozen=True)
class Provider:
    """A mail provider: how it is known, and its limits."""

    name: str
    title: str
    hosts: tuple[str, ...] = ()  # ends of host names
    says: str = ""  # a pattern of words that only its servers say
    limits: tuple[Limit, ...] = ()
    aliases: tuple[str, ...] = field(default=())
    sends_as: tuple[str, ...] = ()  # ends of its sending machines' names, where they are not customers' too
    note: str = ""  # what it says of its limits beside numbers


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "google",
        "Gmail / Google Workspace",
        ("gmail.com", "googlemail.com", "google.com", "googleapis.com"),
        r"\bgsmtp\b|support\.google\.com|google tried to deliver|gmail\.googleapis",
        limits=(
            Limit(500, DAY, plan="free account", known=True),
            Limit(2000, DAY, plan="Workspace"),
            Limit(500, DAY, plan="Workspace, trial"),
            Limit(10_000, DAY, "recipients", plan="Workspace, all recipients"),
            Limit(3000, DAY, "recipients", plan="Workspace, outside its own domain"),
            Limit(10_000, DAY, plan="smtp-relay.gmail.com, for each user"),
        ),
        aliases=("gmail", "workspace", "gsuite"),
        sends_as=("google.com",),
        note="The relay service smtp-relay.gmail.com counts by user; 100 recipients a message by SMTP.",
    ),
    Provider(
        "microsoft365",
        "Microsoft 365",
        ("office365.com", "outlook.office.com", "protection.outlook.com", "graph.microsoft.com"),
        r"prod\.outlook\.com|protection\.outlook\.com|aka\.ms/|smtpclientauthentication|storedrv|resolver\.adr",
        limits=(
            Limit(10_000, DAY, "recipients"),
            Limit(30, MINUTE),
            Limit(3, 0, "connections", known=True),
        ),
        aliases=("microsoft", "office365", "m365", "exchange", "graph"),
        sends_as=("outbound.protection.outlook.com",),
        note="Besides, the whole tenant has a quota of external recipients by its number of licences.",
    ),
    Provider(
        "outlook",
        "Outlook.com, Hotmail, Live, MSN",
        ("smtp-mail.outlook.com", "olc.protection.outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.com"),
        r"olc\.protection\.outlook|mail\.live\.com|\bhotmail\b",
        limits=(Limit(300, DAY, plan="free account", known=True),),
        aliases=("hotmail",),
        sends_as=("olc.protection.outlook.com", "hotmail.com"),
        note="The number varies with the account.",
    ),
    Provider(
        "ses",
        "Amazon SES",
        ("amazonaws.com", "amazonses.com"),
        r"amazonses|ses:send|ses-smtp|\bemail-smtp\b|throttling failure",
        limits=(
            Limit(200, DAY, plan="sandbox"),
            Limit(1, 1, plan="sandbox"),
        ),
        aliases=("amazon", "amazonses", "aws"),
        sends_as=("smtp-out.amazonses.com",),
        note="Out of the sandbox the quota is by account and region (SES console); what goes over it is dropped.",
    ),
    Provider(
        "sendgrid",
        "SendGrid",
        ("sendgrid.net", "sendgrid.com"),
        r"\bsendgrid\b|maximum credits exceeded|verified sender identity",
        limits=(Limit(100, DAY, plan="trial of 60 days, after which SMTP stops", rolling=False),),
        aliases=("twilio",),
        sends_as=("outbound-mail.sendgrid.net", "sendgrid.net"),
        note="There is no free plan any more: the trial ends after 60 days, and then SMTP simply stops.",
    ),
    Provider(
        "brevo",
        "Brevo",
        ("brevo.com", "sendinblue.com", "smtp-relay.brevo.com"),
        r"\bbrevo\b|\bsendinblue\b|smtp account is not yet activated",
        limits=(Limit(300, DAY, plan="free", rolling=False, known=True, note="New accounts: an hourly quota too."),),
        aliases=("sendinblue",),
        sends_as=("sender-sib.com", "mailin.fr"),
        note="New accounts have an hourly quota too; what goes over a quota is held up to 48 hours.",
    ),
    Provider(
        "mailgun",
        "Mailgun",
        ("mailgun.org", "mailgun.com", "mailgun.net"),
        r"\bmailgun\b|sandbox subdomains are for test purposes",
        limits=(Limit(100, DAY, plan="free or trial", rolling=False, known=True),),
        sends_as=("mailgun.net", "mailgun.org"),
        note="A sandbox domain sends only to 5 recipients that confirmed.",
    ),
    Provider(
        "postmark",
        "Postmark",
        ("postmarkapp.com", "mtasv.net"),
        r"\bpostmark\b|server token|sender signature",
        sends_as=("mtasv.net",),
        note="The limit is by plan, in Postmark’s account settings; a test account sends only to its own domain.",
    ),
    Provider("mailjet", "Mailjet", ("mailjet.com",), r"\bmailjet\b", sends_as=("mailjet.com",)),
    Provider(
        "sparkpost",
        "SparkPost",
        ("sparkpostmail.com", "sparkpost.com"),
        r"\bsparkpost\b",
        sends_as=("sparkpostmail.com",),
    ),
    Provider("mandrill", "Mandrill", ("mandrillapp.com",), r"\bmandrill\b", sends_as=("mandrillapp.com",)),
    Provider("smtp2go", "SMTP2GO", ("smtp2go.com",), r"\bsmtp2go\b", sends_as=("smtp2go.com", "smtpcorp.com")),
    Provider(
        "mailersend",
        "MailerSend",
        ("mailersend.net", "mailersend.com"),
        r"\bmailersend\b|#ms42\d",
        sends_as=("mailersend.net",),
    ),
    Provider(
        "elasticemail",
        "Elastic Email",
        ("elasticemail.com",),
        r"\belastic ?email\b",
        sends_as=("elasticemail.com",),
    ),
    Provider("resend", "Resend", ("resend.com",), r"\bresend\.com\b"),
    Provider(
        "zoho",
        "Zoho Mail",
        ("zoho.com", "zoho.eu", "zoho.in", "zohomail.com", "zeptomail.com"),
        r"\bzoho\b|relaying disallowed as|unusual sending activity",
        sends_as=("zohomail.com", "zoho.com", "zoho.eu"),
        note="Zoho publishes no number: unusual volume blocks the account for 1 to 5 days.",
    ),
    Provider(
        "godaddy",
        "GoDaddy",
        ("secureserver.net",),
        r"secureserver\.net|relay quota|\bib\d{3}\b",
        limits=(
            Limit(250, DAY, "recipients", plan="mailbox (later products 500)", note="Over quota, log-in fails."),
            Limit(1000, DAY, plan="hosting server"),
        ),
        note="Every recipient counts, and the refusal shows at log-in.",
    ),
    Provider(
        "yahoo",
        "Yahoo, AOL",
        ("yahoo.com", "yahoodns.net", "aol.com", "verizonmedia.com"),
        r"\byahoo\b|\[tss?\d{1,3}\]|\bipts04\b|postmaster\.(?:yahooinc|verizonmedia)",
        limits=(Limit(500, DAY, plan="business"),),
        aliases=("aol", "att", "sbcglobal"),
        sends_as=("yahoo.com", "aol.com"),
        note="100 recipients a message.",
    ),
    Provider(
        "icloud",
        "iCloud Mail",
        ("mail.me.com", "icloud.com", "apple.com"),
        r"support\.apple\.com|\bicloud\b",
        limits=(Limit(1000, DAY, known=True),),
        aliases=("apple",),
        sends_as=("icloud.com", "me.com"),
    ),
    Provider(
        "cpanel",
        "cPanel (Exim)",
        (),
        r"max emails per hour|max defers and failures per hour|exceeded the max emails",
        limits=(Limit(500, HOUR, plan="set by the host, often 50 to 500 a domain", known=True),),
        aliases=("exim",),
        note="The host sets the limit: WHM → Tweak Settings → Max hourly emails per domain.",
    ),
    Provider(
        "ionos", "IONOS, 1&1", ("ionos.com", "ionos.de", "1and1.com", "kundenserver.de", "perfora.net"), r"\bionos\b"
    ),
    Provider("ovh", "OVHcloud", ("ovh.net", "ovh.com"), r"\bovh\b"),
    Provider("strato", "STRATO", ("strato.de", "rzone.de"), r"\bstrato\b"),
    Provider("orange", "Orange", ("orange.fr", "wanadoo.fr"), r"\bofr[_0-9]"),
    Provider("hostinger", "Hostinger", ("hostinger.com", "titan.email"), r"\bhostinger\b"),
    Provider("siteground", "SiteGround", ("sgvps.net", "siteground.com", "mailspamprotection.com"), r"\bsiteground\b"),
    Provider(
        "mailchannels",
        "MailChannels",
        ("mailchannels.net",),
        r"\bmailchannels\b|\[(?:csi|sbl|bh|tid|cp)\] ",
        sends_as=("mailchannels.net",),
    ),
    Provider(
        "fastmail",
        "Fastmail",
        ("fastmail.com", "messagingengine.com"),
        r"messagingengine",
        sends_as=("messagingengine.com",),
    ),
    Provider("mimecast", "Mimecast", ("mimecast.com",), r"\bmimecast\b", sends_as=("mimecast.com",)),
    Provider(
        "proofpoint",
        "Proofpoint",
        ("pphosted.com", "ppe-hosted.com"),
        r"\bproofpoint\b",
        sends_as=("pphosted.com", "ppe-hosted.com"),
    ),
    Provider("barracuda", "Barracuda", ("barracudanetworks.com",), r"barracuda(?:networks|central)|\bude?rep\b"),
    Provider("yandex", "Yandex 360", ("yandex.net", "yandex.ru", "yandex.com"), r"\byandex\b"),
    Provider("mailru", "Mail.ru", ("mail.ru",), r"\bmail\.ru\b"),
)

_BY_NAME = {name: each for each in PROVIDERS for name in (each.name, each.title.lower(), *each.aliases)}
_HOSTS = {end: each for each in reversed(PROVIDERS) for end in each.hosts}
_SENDS_AS = {end: each for each in reversed(PROVIDERS) for end in each.sends_as}
_SAYS = tuple((each, re.compile(each.says, re.IGNORECASE)) for each in PROVIDERS if each.says)


def by_name(name: str) -> Provider | None:
    """The provider that people call *name*: "gmail", "Microsoft 365", "ses"; None if unknown."""
    return _BY_NAME.get(name.strip().lower())


def by_host(host: str) -> Provider | None:
    """The provider whose host this is: the longest matching end of the name wins."""
    return _by_end(host, _HOSTS)


def by_reverse_name(name: str) -> Provider | None:
    """The provider whose sending machine bears this name in the reverse zone."""
    return _by_end(name, _SENDS_AS)


def _by_end(name: str, ends: Mapping[str, Provider]) -> Provider | None:
    labels = name.strip().lower().rstrip(".").split(".")
    return next((ends[end] for at in range(len(labels)) if (end := ".".join(labels[at:])) in ends), None)


def by_text(text: str) -> Provider | None:
    """The provider whose own words stand in *text*; the first in the table wins."""
    return next((each for each, says in _SAYS if says.search(text)), None)

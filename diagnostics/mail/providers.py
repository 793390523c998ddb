"""Who relays or receives this mail, and what that provider has published about itself.

A provider is known by the end of a host name, or by words that only its own servers
say. Its limits are the published ones; `known` marks those that are common knowledge
of the field and printed nowhere binding. `replies` and the limits check read this.
"""

from __future__ import annotations

import re
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
    ),
    Provider(
        "outlook",
        "Outlook.com, Hotmail, Live, MSN",
        ("smtp-mail.outlook.com", "olc.protection.outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.com"),
        r"olc\.protection\.outlook|mail\.live\.com|\bhotmail\b",
        limits=(Limit(300, DAY, plan="free account", known=True),),
        aliases=("hotmail",),
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
    ),
    Provider(
        "sendgrid",
        "SendGrid",
        ("sendgrid.net", "sendgrid.com"),
        r"\bsendgrid\b|maximum credits exceeded|verified sender identity",
        limits=(Limit(100, DAY, plan="trial of 60 days, after which SMTP stops", rolling=False),),
        aliases=("twilio",),
    ),
    Provider(
        "brevo",
        "Brevo",
        ("brevo.com", "sendinblue.com", "smtp-relay.brevo.com"),
        r"\bbrevo\b|\bsendinblue\b|smtp account is not yet activated",
        limits=(Limit(300, DAY, plan="free", rolling=False, known=True, note="New accounts: an hourly quota too."),),
        aliases=("sendinblue",),
    ),
    Provider(
        "mailgun",
        "Mailgun",
        ("mailgun.org", "mailgun.com", "mailgun.net"),
        r"\bmailgun\b|sandbox subdomains are for test purposes",
        limits=(Limit(100, DAY, plan="free or trial", rolling=False, known=True),),
    ),
    Provider(
        "postmark",
        "Postmark",
        ("postmarkapp.com", "mtasv.net"),
        r"\bpostmark\b|server token|sender signature",
    ),
    Provider("mailjet", "Mailjet", ("mailjet.com",), r"\bmailjet\b"),
    Provider("sparkpost", "SparkPost", ("sparkpostmail.com", "sparkpost.com"), r"\bsparkpost\b"),
    Provider("mandrill", "Mandrill", ("mandrillapp.com",), r"\bmandrill\b"),
    Provider("smtp2go", "SMTP2GO", ("smtp2go.com",), r"\bsmtp2go\b"),
    Provider("mailersend", "MailerSend", ("mailersend.net", "mailersend.com"), r"\bmailersend\b|#ms42\d"),
    Provider("elasticemail", "Elastic Email", ("elasticemail.com",), r"\belastic ?email\b"),
    Provider("resend", "Resend", ("resend.com",), r"\bresend\.com\b"),
    Provider(
        "zoho",
        "Zoho Mail",
        ("zoho.com", "zoho.eu", "zoho.in", "zohomail.com", "zeptomail.com"),
        r"\bzoho\b|relaying disallowed as|unusual sending activity",
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
    ),
    Provider(
        "yahoo",
        "Yahoo, AOL",
        ("yahoo.com", "yahoodns.net", "aol.com", "verizonmedia.com"),
        r"\byahoo\b|\[tss?\d{1,3}\]|\bipts04\b|postmaster\.(?:yahooinc|verizonmedia)",
        limits=(Limit(500, DAY, plan="business"),),
        aliases=("aol", "att", "sbcglobal"),
    ),
    Provider(
        "icloud",
        "iCloud Mail",
        ("mail.me.com", "icloud.com", "apple.com"),
        r"support\.apple\.com|\bicloud\b",
        limits=(Limit(1000, DAY, known=True),),
        aliases=("apple",),
    ),
    Provider(
        "cpanel",
        "cPanel (Exim)",
        (),
        r"max emails per hour|max defers and failures per hour|exceeded the max emails",
        limits=(Limit(500, HOUR, plan="set by the host, often 50 to 500 a domain", known=True),),
        aliases=("exim",),
    ),
    Provider(
        "ionos", "IONOS, 1&1", ("ionos.com", "ionos.de", "1and1.com", "kundenserver.de", "perfora.net"), r"\bionos\b"
    ),
    Provider("ovh", "OVHcloud", ("ovh.net", "ovh.com"), r"\bovh\b"),
    Provider("strato", "STRATO", ("strato.de", "rzone.de"), r"\bstrato\b"),
    Provider("orange", "Orange", ("orange.fr", "wanadoo.fr"), r"\bofr[_0-9]"),
    Provider("hostinger", "Hostinger", ("hostinger.com", "titan.email"), r"\bhostinger\b"),
    Provider("siteground", "SiteGround", ("sgvps.net", "siteground.com", "mailspamprotection.com"), r"\bsiteground\b"),
    Provider("mailchannels", "MailChannels", ("mailchannels.net",), r"\bmailchannels\b|\[(?:csi|sbl|bh|tid|cp)\] "),
    Provider("fastmail", "Fastmail", ("fastmail.com", "messagingengine.com"), r"messagingengine"),
    Provider("mimecast", "Mimecast", ("mimecast.com",), r"\bmimecast\b"),
    Provider("proofpoint", "Proofpoint", ("pphosted.com", "ppe-hosted.com"), r"\bproofpoint\b"),
    Provider("barracuda", "Barracuda", ("barracudanetworks.com",), r"barracuda(?:networks|central)|\bude?rep\b"),
    Provider("yandex", "Yandex 360", ("yandex.net", "yandex.ru", "yandex.com"), r"\byandex\b"),
    Provider("mailru", "Mail.ru", ("mail.ru",), r"\bmail\.ru\b"),
)

_BY_NAME = {name: each for each in PROVIDERS for name in (each.name, each.title.lower(), *each.aliases)}
_SAYS = tuple((each, re.compile(each.says, re.IGNORECASE)) for each in PROVIDERS if each.says)


def by_name(name: str) -> Provider | None:
    """The provider that people call *name*: "gmail", "Microsoft 365", "ses"; None if unknown."""
    return _BY_NAME.get(name.strip().lower())


def by_host(host: str) -> Provider | None:
    """The provider whose host this is: the longest matching end of the name wins."""
    host = host.strip().lower().rstrip(".")
    best: tuple[int, Provider] | None = None
    for each in PROVIDERS:
        for end in each.hosts:
            if (host == end or host.endswith("." + end)) and (best is None or len(end) > best[0]):
                best = (len(end), each)
    return best[1] if best else None


def by_text(text: str) -> Provider | None:
    """The provider whose own words stand in *text*; the first in the table wins."""
    return next((each for each, says in _SAYS if says.search(text)), None)

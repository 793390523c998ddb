"""The DNS blocklists that can be asked: what they hold, how they answer, and who may ask them.

RFC 5782. `default` is true only where the operator's own words allow this use, by a tool of a
company that serves others; what is not certain is off. `terms` is for whoever switches a list on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Holds = Literal["addresses", "domains"]

# RFC 5782 gives no meaning to these; Spamhaus's, which others have taken over (127.255.255.0/24).
ERRORS = {
    "127.255.255.252": "the zone's name is typed wrong",
    "127.255.255.253": "this use is excluded by the operator",
    "127.255.255.254": "the question came through a public or unattributable resolver",
    "127.255.255.255": "too many questions came from this resolver",
}


@dataclass(frozen=True)
class Blocklist:
    """One list. *codes* are what its answers mean, *policy* those that say nothing of any mail ever sent."""

    name: str  # in settings
    title: str
    zone: str
    operator: str
    terms: str
    look_up: str  # where to see why, and to ask for removal
    holds: Holds = "addresses"
    default: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    bits: bool = False  # the last octet is a sum of *codes*
    policy: frozenset[str] = frozenset()
    refusals: Mapping[str, str] = field(default_factory=dict)  # answers by which it tells that it will not answer
    samples: frozenset[str] = frozenset()  # answers for test data, which list nobody
    v6: bool = False
    network: bool = False  # it lists whole networks: information only
    listed_probe: str = "test"  # a domain that is always listed (RFC 5782 §5)


@dataclass(frozen=True)
class Chosen:
    """A list that is to be asked, and the zone to ask: the list's own, or a paid one of the same data."""

    blocklist: Blocklist
    zone: str


_CONTRACT = "Free for one's own mail at low volume, not for a service for others: that needs a contract. "
_UNSURE = (
    "No word of the operator on use by a service for others was found, so it is off; ask before you switch it on. "
)

LISTS: tuple[Blocklist, ...] = (
    Blocklist(
        "dronebl",
        "DroneBL",
        "dnsbl.dronebl.org",
        "DroneBL, volunteers",
        "Free for commercial and non-commercial use; who uses it commercially is asked to give something back.",
        "https://dronebl.org/lookup",
        default=True,
        codes={
            "127.0.0.3": "an IRC drone",
            "127.0.0.5": "a bottler",
            "127.0.0.6": "an unknown spambot or drone",
            "127.0.0.7": "a drone of denial-of-service attacks",
            "127.0.0.8": "an open SOCKS proxy",
            "127.0.0.9": "an open HTTP proxy",
            "127.0.0.10": "a chain of proxies",
            "127.0.0.11": "a web page proxy",
            "127.0.0.12": "an open DNS resolver",
            "127.0.0.13": "attacks that guess passwords",
            "127.0.0.14": "an open Wingate proxy",
            "127.0.0.15": "a compromised router or gateway",
            "127.0.0.16": "a worm",
            "127.0.0.17": "a botnet, found automatically",
            "127.0.0.18": "a compromised DNS or mail server",
            "127.0.0.19": "an abused VPN service",
            "127.0.0.255": "abuse of no known class",
        },
        samples=frozenset({"127.0.0.1", "127.0.0.2"}),
    ),
    Blocklist(
        "psbl",
        "PSBL",
        "psbl.surriel.com",
        "Passive Spam Block List, Rik van Riel and volunteers",
        "Anybody is free to use it, says its operator; large users may mirror it by rsync.",
        "https://psbl.org/listing",
        default=True,
        codes={"127.0.0.2": "mail from this address reached a spam trap lately"},
    ),
    Blocklist(
        "spamhaus-zen",
        "Spamhaus ZEN",
        "zen.spamhaus.org",
        "The Spamhaus Project",
        _CONTRACT + "Public resolvers and big clouds are refused. With a key, name your own zone: "
        "spamhaus-zen=KEY.zen.dq.spamhaus.net",
        "https://check.spamhaus.org/",
        codes={
            "127.0.0.2": "SBL: a source of spam, or who serves one",
            "127.0.0.3": "CSS: low-reputation mail was seen from it, often a hacked site or bought addresses",
            "127.0.0.4": "XBL: a compromised machine, or an open proxy",
            "127.0.0.5": "XBL: a compromised machine, or an open proxy",
            "127.0.0.6": "XBL: a compromised machine, or an open proxy",
            "127.0.0.7": "XBL: a compromised machine, or an open proxy",
            "127.0.0.9": "DROP: a hijacked network",
            "127.0.0.10": "PBL: its provider says that this address sends no mail of its own",
            "127.0.0.11": "PBL: by Spamhaus's policy this address sends no mail of its own",
            "127.0.0.20": "AuthBL: stolen log-ins were used from it",
            "127.0.0.30": "BCL: a control server of a botnet",
        },
        policy=frozenset({"127.0.0.10", "127.0.0.11"}),
        v6=True,
    ),
    Blocklist(
        "spamcop",
        "SpamCop",
        "bl.spamcop.net",
        "SpamCop, Cisco",
        _UNSURE + "Public queries cost nothing; a mirror of one's own does.",
        "https://www.spamcop.net/bl.shtml",
        codes={"127.0.0.2": "people reported mail from this address as spam in the last days"},
    ),
    Blocklist(
        "barracuda",
        "Barracuda Reputation",
        "b.barracudacentral.org",
        "Barracuda Networks",
        "Free after the address of your resolver was registered with the operator; without that, no answer is to be "
        "believed.",
        "https://www.barracudacentral.org/lookups",
        codes={"127.0.0.2": "a poor reputation at Barracuda's customers"},
    ),
    Blocklist(
        "mailspike",
        "Mailspike",
        "bl.mailspike.net",
        "Mailspike, AnubisNetworks",
        _UNSURE,
        "https://mailspike.io/ip_verify",
        codes={
            "127.0.0.2": "part of a spam wave that goes on now",
            "127.0.0.10": "the worst reputation",
            "127.0.0.11": "a very bad reputation",
            "127.0.0.12": "a bad reputation",
        },
    ),
    Blocklist(
        "spameatingmonkey",
        "Spam Eating Monkey",
        "bl.spameatingmonkey.net",
        "Spam Eating Monkey",
        _UNSURE + "Above 100,000 questions a day or 5 a second it wants to be asked first.",
        "https://spameatingmonkey.com/lookup",
        codes={"127.0.0.2": "mail from this address reached spam traps"},
    ),
    Blocklist(
        "uceprotect-1",
        "UCEPROTECT level 1",
        "dnsbl-1.uceprotect.net",
        "UCEPROTECT-Network",
        _UNSURE + "An entry goes by itself 7 days after the last spam; never pay for it.",
        "https://www.uceprotect.net/en/rblcheck.php",
        codes={"127.0.0.2": "mail from this address reached spam traps in the last 7 days"},
    ),
    Blocklist(
        "uceprotect-2",
        "UCEPROTECT level 2",
        "dnsbl-2.uceprotect.net",
        "UCEPROTECT-Network",
        _UNSURE + "It lists whole networks: information, no fault.",
        "https://www.uceprotect.net/en/rblcheck.php",
        codes={"127.0.0.2": "several addresses of the same allocation sent spam"},
        network=True,
    ),
    Blocklist(
        "uceprotect-3",
        "UCEPROTECT level 3",
        "dnsbl-3.uceprotect.net",
        "UCEPROTECT-Network",
        _UNSURE + "It lists whole providers: information, no fault.",
        "https://www.uceprotect.net/en/rblcheck.php",
        codes={"127.0.0.2": "many addresses of the same provider sent spam"},
        network=True,
    ),
    Blocklist(
        "spamhaus-dbl",
        "Spamhaus DBL",
        "dbl.spamhaus.org",
        "The Spamhaus Project",
        _CONTRACT + "Public resolvers and big clouds are refused. With a key, name your own zone: "
        "spamhaus-dbl=KEY.dbl.dq.spamhaus.net",
        "https://check.spamhaus.org/",
        holds="domains",
        codes={
            "127.0.1.2": "a domain of spam",
            "127.0.1.4": "a domain of phishing",
            "127.0.1.5": "a domain of malware",
            "127.0.1.6": "a control domain of a botnet",
            "127.0.1.102": "a good domain that is abused for spam: often a hacked site",
            "127.0.1.103": "a redirector that is abused for spam",
            "127.0.1.104": "a good domain that is abused for phishing: often a hacked site",
            "127.0.1.105": "a good domain that is abused for malware: often a hacked site",
            "127.0.1.106": "a good domain that is abused to control a botnet: often a hacked site",
        },
        refusals={"127.0.1.255": "it was asked for an address, and holds domains"},
        listed_probe="dbltest.com",
    ),
    Blocklist(
        "surbl",
        "SURBL",
        "multi.surbl.org",
        "SURBL",
        "Free below 1,000 users and 250,000 messages a day, but not in any product or service for which a fee is "
        "charged: that needs its paid data service.",
        "https://surbl.org/surbl-analysis",
        holds="domains",
        codes={
            "8": "phishing",
            "16": "malware",
            "32": "clicks on redirectors",
            "64": "abuse: links in spam",
            "128": "a cracked site",
        },
        bits=True,
        refusals={"127.0.0.1": "the operator refuses questions from this resolver"},
        listed_probe="surbl-org-permanent-test-point.com",
    ),
    Blocklist(
        "uribl",
        "URIBL",
        "multi.uribl.com",
        "URIBL",
        _UNSURE + "Low volumes by a resolver of one's own are answered, high ones refused.",
        "https://lookup.uribl.com/",
        holds="domains",
        codes={"2": "black: links in spam", "4": "grey: bulk mail that some asked for", "8": "red: new, on trial"},
        bits=True,
        refusals={"127.0.0.1": "the operator refuses questions from this resolver"},
        listed_probe="test.uribl.com",
    ),
)

BY_NAME = {each.name: each for each in LISTS}
DEFAULT = tuple(each.name for each in LISTS if each.default)
NONE, ON_BY_DEFAULT = "none", "default"  # in settings: ask no list; the default ones, beside others that are named


def chosen(names: Iterable[str]) -> tuple[tuple[Chosen, ...], tuple[str, ...]]:
    """The lists that *names* name, and the names that name none.

    A name is a list's, its zone, or `name=zone` for a paid or mirrored zone of the same data; without
    any name, and for `default`, those are asked whose terms allow it; `none` asks no list.
    """
    found: dict[str, Chosen] = {}
    unknown = []
    named = tuple(names) or (ON_BY_DEFAULT,)
    for text in [each for name in named for each in (DEFAULT if name == ON_BY_DEFAULT else (name,))]:
        name, _, zone = text.strip().rstrip(".").lower().partition("=")
        known = BY_NAME.get(name) or next((each for each in LISTS if each.zone == name), None)
        if known:
            found[known.name] = Chosen(known, zone or known.zone)
        elif name != NONE:
            unknown.append(name)
    return tuple(found.values()), tuple(unknown)

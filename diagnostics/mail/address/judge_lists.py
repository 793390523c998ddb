"""From the words of blocklists to findings: whose fault a listing is, and which words are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.address import letters, list_codes
from diagnostics.mail.address.blocklists import BY_NAME, LISTS, Chosen
from diagnostics.mail.address.judge_names import Machine
from diagnostics.mail.address.listing import Listing, Trouble, Word

_CAUSE_OF_ADDRESS = (
    "read the server's mail log for who sends. Usual: a form or plugin that was hacked, a stolen log-in, a newsletter "
    "to old or bought addresses, another site on the same server."
)
_CAUSE_OF_DOMAIN = (
    "usual are a hacked site (pages or redirects that nobody made: scan the files, look at Google Search Console → "
    "Security issues) and newsletters to people who did not ask for them."
)
_ADVICE = {
    Trouble.SILENT: "Try again later. Does it last, ask through a resolver of your own: the setting `nameservers`.",
    Trouble.REFUSED: "Ask through a resolver of your own (the setting `nameservers`), not a public one such as 8.8.8.8 "
    "or 1.1.1.1; or take the operator's key and set the list as name=zone in the setting `blocklists`.",
    Trouble.DEAD: "Is your resolver your own, take the list out of the setting `blocklists`: it works no more. If not, "
    "set one of your own in the setting `nameservers`.",
    Trouble.EVERYTHING: "Take the list out of the setting `blocklists`, and out of your own mail server too.",
    Trouble.FOREIGN: "Take the list out of the setting `blocklists`, and out of your own mail server too.",
}


def judge(subject: str, domain: str, listings: Sequence[Listing], machine: Machine | None, relay: str) -> list[Finding]:
    """What the lists say of *subject*: an address (then *machine*), or a domain. *relay*: the site submits there."""
    believed = [each for each in listings if each.word is not Word.UNKNOWN]
    listed = [each for each in believed if each.word is Word.LISTED and not each.blocklist.network]
    hard = [each for each in listed if not each.only_policy]
    policy = [each for each in listed if each.only_policy]
    facts = _facts(subject, domain, listings, machine)
    if hard:
        return [_listed(subject, domain, listed, machine, facts)]
    if policy and not relay:
        lists = [each.blocklist.title for each in policy]
        facts |= _named(policy) | {"letter": letters.policy_release(subject, lists, domain)}
        return [list_codes.POLICY_LISTED.finding(subject, facts)]
    if not believed:
        return []
    facts |= {"asked_words": _asked_words(len(believed)), "note": _note(believed, policy)}
    return [list_codes.NOT_LISTED.finding(subject, facts)]


def not_believed(listings: Sequence[Listing]) -> Iterator[Finding]:
    """One `unknown` for each list whose word cannot be believed, whatever it was asked about."""
    by_list: dict[str, list[Listing]] = {}
    for each in listings:
        if each.word is Word.UNKNOWN:
            by_list.setdefault(each.blocklist.name, []).append(each)
    for several in by_list.values():
        first = several[0]
        trouble = first.trouble or Trouble.SILENT
        facts = {
            "list": first.blocklist.name,
            "zone": first.blocklist.zone,
            "operator": first.blocklist.operator,
            "terms": first.blocklist.terms.strip(),
            "why": first.why,
            "trouble": trouble,
            "advice": _ADVICE[trouble],
            "asked_about": [each.subject for each in several],
        }
        reason = UnknownReason.NOT_ALLOWED if trouble is Trouble.REFUSED else UnknownReason.UNAVAILABLE
        yield list_codes.LIST_UNKNOWN.finding(first.blocklist.title, facts, reason=reason)


def nothing_asked(ip: str, chosen: Sequence[Chosen]) -> Finding:
    """The `unknown` for an address that no set list could hold."""
    set_ = [each.blocklist.name for each in chosen if each.blocklist.holds == "addresses"]
    why = "the lists that are set hold no IPv6 addresses" if set_ else "no list of addresses is set"
    names = [each.name for each in LISTS if each.holds == "addresses" and (each.v6 or ":" not in ip)]
    facts = {"why": why, "set": set_, "names": names, "off": _off(())}
    return list_codes.LISTS_OFF.finding(ip, facts, reason=UnknownReason.NOT_CONFIGURED)


def unset(name: str) -> Finding:
    """The `unknown` for a name that is no list's."""
    facts = {"name": name, "names": sorted(BY_NAME)}
    return list_codes.LIST_UNSET.finding(name[:80], facts, reason=UnknownReason.NOT_CONFIGURED)


def _listed(
    subject: str, domain: str, listed: list[Listing], machine: Machine | None, facts: dict[str, Any]
) -> Finding:
    lists = [each.blocklist.title for each in listed]
    facts |= _named(listed)
    if machine and machine.provider:
        facts["letter"] = letters.relay_removal(subject, lists, domain, machine.provider.title)
        return list_codes.RELAY_LISTED.finding(subject, facts)
    facts["cause"] = _CAUSE_OF_ADDRESS if machine else _CAUSE_OF_DOMAIN
    facts["owner_advice"] = (
        "Until then send through a relay whose addresses are clean. Is the server shared, its host has to act: send it "
        "the words below."
        if machine
        else "A new relay does not help here: it is the domain that is listed, not an address."
    )
    facts["letter"] = letters.removal(subject, lists, domain)
    return list_codes.LISTED.finding(subject, facts)


def _facts(subject: str, domain: str, listings: Sequence[Listing], machine: Machine | None) -> dict[str, Any]:
    return {
        **(machine.facts if machine else {"domain": domain}),
        "holds": "addresses" if machine else "domains",
        "asked": [_fact(each) for each in listings],
        "off": _off([each.blocklist.name for each in listings]),
    }


def _fact(listing: Listing) -> dict[str, Any]:
    return {
        "list": listing.blocklist.name,
        "title": listing.blocklist.title,
        "zone": listing.blocklist.zone,
        "word": listing.word,
        "codes": listing.codes,
        "meanings": listing.meanings,
        "reason": listing.reason,
        "why": listing.why,
        "network": listing.blocklist.network,
    }


def _named(listed: Sequence[Listing]) -> dict[str, Any]:
    count = len(listed)
    what = "; ".join(f"{each.blocklist.title}: {', '.join(each.meanings)} ({', '.join(each.codes)})" for each in listed)
    return {
        "count_words": "a blocklist" if count == 1 else f"{count} blocklists",
        "what": what,
        "pages": list(dict.fromkeys(each.blocklist.look_up for each in listed)),
    }


def _off(asked: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"list": each.name, "title": each.title, "terms": each.terms.strip()}
        for each in LISTS
        if each.name not in asked
    ]


def _asked_words(count: int) -> str:
    return "The one blocklist that was asked does not hold" if count == 1 else f"None of {count} blocklists holds"


def _note(believed: Sequence[Listing], policy: Sequence[Listing]) -> str:
    networks = [each.blocklist.title for each in believed if each.word is Word.LISTED and each.blocklist.network]
    said = []
    if networks:
        said.append(
            f" {' and '.join(networks)} {_verb(networks)} its whole network: information only, few receivers ask."
        )
    if policy:
        titles = [each.blocklist.title for each in policy]
        said.append(
            f" {' and '.join(titles)} {_verb(titles)} it as one that sends no mail of its own: no fault, as the site "
            "sends through a relay."
        )
    return "".join(said)


def _verb(titles: Sequence[str]) -> str:
    return "lists" if len(titles) == 1 else "list"

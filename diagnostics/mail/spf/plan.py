"""The shortest change of a domain's record that mends its faults and keeps every sender, proven before it is told.

One record for all faults: it is the only one that the domain may have. Each candidate is laid
over DNS and looked at again: what it costs is counted, and who passed before has to pass still.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diagnostics.finding import RecordChange
from diagnostics.mail.senders import by_include, by_mx, by_relay
from diagnostics.mail.spf import repair
from diagnostics.mail.spf.drawing import own_branch
from diagnostics.mail.spf.edit import Edit
from diagnostics.mail.spf.evaluation import LOOKUP_LIMIT, Problem, ProblemKind
from diagnostics.mail.spf.faults import BROKEN, Fault, asks_for_nobody, faults
from diagnostics.mail.spf.gathering import key_of
from diagnostics.mail.spf.look import Look, Seen, look_at
from diagnostics.mail.spf.mechanisms import is_within
from diagnostics.mail.spf.own_terms import superfluous, too_wide
from diagnostics.mail.spf.record import MOST_RECORD, spf_records
from diagnostics.mail.spf.shorten import shorter
from diagnostics.mail.spf.walk import Branch, IPNetwork
from diagnostics.network import DNS, DNSUnavailable, Overlay
from diagnostics.printable import printable

MOST_VALUE = 2048  # characters of a proposal
SHORT = 450  # characters of a record that was shortened by writing addresses out (RFC 7208 §3.4: the answer in 512)
MOST_STRING = 255  # of one string in a TXT record (RFC 1035 §3.3)


@dataclass(frozen=True)
class Plan:
    """What to publish, and what was seen with it laid over DNS."""

    value: str  # of the first change, the domain's own record unless only an included one is mended
    changes: tuple[RecordChange, ...]
    steps: tuple[str, ...]  # what it does to the record, as "it …" would say
    heals: frozenset[str]  # codes that are gone then
    lookups: int  # to the end of the new record
    results: tuple[tuple[str, str], ...]  # each sender and how it ends then
    added: tuple[str, ...] = ()  # the terms that came for senders whom no term named

    @property
    def strings(self) -> str:
        """The value as panels and zone files take it that allow 255 characters a string; "" where it is no longer."""
        parts = [self.value[at : at + MOST_STRING] for at in range(0, len(self.value), MOST_STRING)]
        return " ".join(f'"{each}"' for each in parts) if len(parts) > 1 else ""

    @property
    def words(self) -> str:
        """What the change is, for the remedy of any of the faults."""
        does = f": it {'; it '.join(self.steps)}" if self.steps else ""
        counted = f". Receivers then need {self.lookups} of {LOOKUP_LIMIT} lookups"
        split = f". A panel that takes 255 characters in one string wants it as {self.strings}" if self.strings else ""
        return does + counted + split


async def plan_for(look: Look, found: Sequence[Fault], dns: DNS) -> Plan | None:
    """The plan for *look* and its faults; None where nothing is to change, or nobody but the owner can tell what to."""
    bad = {each.code.code for each in found if each.code.verdict in ("fail", "warn")}
    if not bad or not look.ours or len(look.walk.read.text) > MOST_VALUE:
        return None
    edit = await _start(look, dns)
    if edit is None:
        return None
    changes = _moved(look)
    await _put_right(edit, look, changes, dns)
    edit = await _short_enough(edit, look, changes, dns)
    named = set(edit.terms)
    edit = await _with_senders(edit, look, changes, dns)
    added = tuple(each for each in edit.terms if each not in named)
    after = await _again(edit, look, changes, dns)
    unchanged = not changes and edit.text == printable(look.walk.read.text, MOST_RECORD)
    if after is None or unchanged or edit.names_nobody() or _lost(look, after):
        return None
    left = [each.code for each in faults(after) if each.code.verdict in ("fail", "warn")]
    if any(each.verdict == "fail" and each.code not in bad for each in left):
        return None  # it would bring a fault of its own
    results = tuple((each.who, each.evaluation.result.value) for each in after.senders if each.evaluation)
    records = (*_replacing(edit.text, look), *changes)
    heals = frozenset(bad - {each.code for each in left})
    if not heals:
        return None
    return Plan(records[0].value, records, tuple(edit.steps), heals, after.walk.lookups, results, added)


async def _start(look: Look, dns: DNS) -> Edit | None:
    """The record as it was meant; None where nobody but its owner can tell."""
    problem = look.walk.problem
    if problem is None:
        return Edit.of(look.walk.read.text.decode("ascii"))
    if problem.kind is ProblemKind.MULTIPLE:
        merged = repair.merged([repair.sound(each) or repair.mended(each) for each in problem.texts])
        return Edit.of(merged, ["has the terms of them all, each once"]) if merged else None
    if joined := _joined(look):
        return Edit.of(joined, ["has a space where one string ended and the next began"])
    if problem.kind is ProblemKind.MALFORMED or problem.texts:
        mended = repair.mended(problem.texts[0])
        return Edit.of(mended) if mended else None
    if problem.kind is not ProblemKind.NO_RECORD:
        return None
    if look.obsolete:
        return Edit.of(repair.sound(look.obsolete[0].decode("ascii", "replace")))
    if look.misplaced:
        return Edit.of(look.misplaced[0][1].decode("ascii"))
    return await _new(look, dns)


def _joined(look: Look) -> str:
    """The record whose strings lack only a space between them: DNS joins them without one (RFC 7208 §3.3). Else ""."""
    answer = look.walk.read.answer
    for parts in answer.strings if answer else ():
        if len(parts) > 1 and b"".join(parts) == look.walk.read.text:
            return repair.sound(b" ".join(each.strip() for each in parts).decode("ascii", "replace"))
    return ""


async def _new(look: Look, dns: DNS) -> Edit:
    """For a domain without any record: who takes its mail sends for its people too."""
    try:
        hosts = [each.host for each in (await dns.query(look.domain, "MX")).exchangers if each.host]
    except (DNSUnavailable, ValueError):
        hosts = []
    service = next((found for host in hosts if (found := by_mx(host)) and not found.forwards_only), None)
    include = service.include_of(look.domain) if service and service.aligns_by_spf else ""
    if service and include:
        return Edit([f"include:{include}"], [f"names {service.title}, where the domain's mailboxes are"])
    if hosts and service is None:
        return Edit(["mx"], ["names the domain's mail exchangers, which send for its mailboxes as a rule"])
    return Edit([])


async def _put_right(edit: Edit, look: Look, changes: list[RecordChange], dns: DNS) -> None:
    """What is plainly wrong goes; a record that could not be read before shows its faults only now."""
    seen: Look | None = look
    for _ in range(3):
        before = edit.text
        if seen is not None and seen.walk.usable:
            edit.drop_repetitions()
            edit.reorder()
            changes += [each for each in _without_the_broken(edit, seen) if each not in changes]
        edit.close()
        if edit.text == before and seen is not look:
            return
        seen = await _again(edit, look, changes, dns)


def _moved(look: Look) -> list[RecordChange]:
    """What goes where a record stood at the wrong type or name."""
    gone = [RecordChange(look.domain, "SPF", "", (_text(each),)) for each in look.obsolete]
    if not look.obsolete and look.misplaced:
        name, text = look.misplaced[0]
        gone.append(RecordChange(name, "TXT", "", (_text(text),)))
    return gone


def _without_the_broken(edit: Edit, look: Look) -> list[RecordChange]:
    """Drops what no receiver can use; an included record of the domain's own that can be mended is mended instead."""
    changes: list[RecordChange] = []
    record = look.walk.read.record
    for problem in look.walk.below:
        if mended := _mended_below(problem, look):
            changes.append(mended)
        elif branch := own_branch(look.walk, problem):
            right = _right_name(branch, problem, look.domain)
            if right and branch.term in edit.terms:
                edit.replace(branch.term, [right], f"has {right} for {branch.term} ({_said(problem)})")
            else:
                edit.drop(branch.term, _said(problem))
    for branch in look.walk.root.branches:
        if branch.dead and not branch.networks and branch.problem is None:
            edit.drop(branch.term, f"{', '.join(branch.dead)} is not there")
        elif branch.mechanism == "ptr":
            edit.drop(branch.term, "RFC 7208 says not to use it")
        elif branch.inside and branch.lets_send and branch.inside.end.lower() in ("all", "+all"):
            edit.drop(branch.term, "it lets everybody send")
    for term in superfluous(record) if record else ():
        edit.drop(term, "its provider no longer asks for it")
    _narrow(edit, look)
    return changes


def _right_name(branch: Branch, problem: Problem, domain: str) -> str:
    """The include that a known provider has, for one at its domain that is none: a typing error, or an old name."""
    if problem.kind not in (ProblemKind.NO_SUCH_NAME, ProblemKind.NO_RECORD) or branch.mechanism != "include":
        return ""
    service = by_include(branch.target) or by_relay(branch.target)
    include = service.include_of(domain) if service else ""
    return f"include:{include}" if include and include != key_of(branch.target) else ""


def _mended_below(problem: Problem, look: Look) -> RecordChange | None:
    """The record below that is broken, put right, where it is the domain's own too."""
    if problem.kind not in (ProblemKind.MALFORMED, ProblemKind.MULTIPLE) or not problem.texts:
        return None
    if not is_within(problem.path[-1], look.domain):
        return None
    merged = repair.merged([repair.sound(each) or repair.mended(each) for each in problem.texts])
    value = merged if problem.kind is ProblemKind.MULTIPLE else repair.mended(problem.texts[0])
    return RecordChange(problem.path[-1], "TXT", value, problem.texts) if value else None


def _narrow(edit: Edit, look: Look) -> None:
    """The known senders in the place of a range that is too wide; where none is known, only the owner can tell."""
    wide, _ = too_wide(look)
    for term, network in look.walk.root.networks:
        inside = [each.ip for each in look.passing() if each.ip and not each.ip_from and _contains(network, each.ip)]
        if term in wide and inside and term in edit.terms:
            terms = list(dict.fromkeys(repair.address_term(each) for each in inside))
            edit.replace(term, terms, f"names {', '.join(terms)} instead of all of {term}")


def _contains(network: IPNetwork, ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    return address.version == network.version and address in network


async def _short_enough(edit: Edit, look: Look, changes: Sequence[RecordChange], dns: DNS) -> Edit:
    """*edit* with no more steps than it takes to fit the ten lookups; as it was where nothing makes it fit."""
    seen = await _again(edit, look, changes, dns)
    if seen is None or seen.walk.lookups <= LOOKUP_LIMIT:
        return edit
    most = max(SHORT, len(edit.text))
    async for candidate in shorter(edit, seen, dns):
        if len(candidate.text) > most:
            return edit
        tried = await _again(candidate, look, changes, dns)
        if tried and tried.walk.lookups <= LOOKUP_LIMIT and not _lost(look, tried):
            return candidate
    return edit


async def _with_senders(edit: Edit, look: Look, changes: Sequence[RecordChange], dns: DNS) -> Edit:
    """*edit* with what the senders need that do not pass: the include of their provider, or their own address.

    Where includes do not fit into the ten lookups even with the record made shorter, none is added: the addresses of
    a provider's pool change, and are never written down for it. One that its include does not list is no pool's.
    """
    tried = await _adding(edit.copy(), look, changes, dns, _include_of)
    after = await _again(tried, look, changes, dns)
    if after is None or after.walk.lookups <= LOOKUP_LIMIT:
        return await _adding(tried, look, changes, dns, _address_of)
    shortened = await _short_enough(tried, look, changes, dns)
    if shortened is not tried:
        return shortened
    return await _adding(edit.copy(), look, changes, dns, lambda seen: "" if seen.service else _address_of(seen))


async def _adding(
    edit: Edit, look: Look, changes: Sequence[RecordChange], dns: DNS, term_of: Callable[[Seen], str]
) -> Edit:
    after = await _again(edit, look, changes, dns)
    if after is None:
        return edit
    crowded = after.walk.lookups > LOOKUP_LIMIT
    for seen in after.senders:
        if seen.evaluation is None or seen.evaluation.result == "pass" or not seen.certain:
            continue
        term = term_of(seen)
        there = term in edit.terms
        first = not term.startswith("include:") and (crowded or asks_for_nobody(seen.evaluation))
        if term and (first or not there):
            edit.add(term, first=first)
            owner = f" for {seen.service.title}" if seen.service and term.startswith("include:") else ""
            edit.steps.append(f"has {term} before what asks DNS" if there else f"adds {term}{owner}")
    return edit


def _include_of(seen: Seen) -> str:
    """What the sender's provider asks for; of who sends by itself, its address."""
    include = seen.service.include_of(seen.domain, seen.sender.relay) if seen.service else ""
    return f"include:{include}" if include else "" if seen.service else _address_of(seen)


def _address_of(seen: Seen) -> str:
    pool = seen.service and not seen.service.include_of(seen.domain, seen.sender.relay)
    if pool or not seen.ip or seen.ip_from:
        return ""  # a pool of addresses that nobody but the provider can list
    return repair.address_term(seen.ip)


async def _again(edit: Edit, look: Look, changes: Sequence[RecordChange], dns: DNS) -> Look | None:
    """The same look with the edited record published; None where it is none."""
    if not edit.text or len(edit.text) > MOST_VALUE:
        return None
    over = Overlay(dns, (*_replacing(edit.text, look), *changes))
    senders = [each.sender for each in look.senders]
    return await look_at(look.domain, senders, over, subject=look.subject, elsewhere=look.elsewhere)


def _lost(look: Look, after: Look) -> list[Seen]:
    """Senders that passed, and would not."""
    still = {each.sender for each in after.passing()}
    return [each for each in look.passing() if each.sender not in still]


def _replacing(value: str, look: Look) -> tuple[RecordChange, ...]:
    """*value* as the one SPF record of the domain."""
    problem, answer = look.walk.problem, look.walk.read.answer
    texts = spf_records(answer.texts) if answer else []
    found = tuple(_text(each) for each in texts) or (problem.texts[:1] if problem else ())
    return () if found == (value,) else (RecordChange(look.owner, "TXT", value, found),)


def _text(octets: bytes) -> str:
    return printable(octets, len(octets))


def _said(problem: Problem) -> str:
    if problem.kind in BROKEN and len(problem.path) > 2:
        return f"behind it {problem.path[-1]}: {problem.kind.value}"
    return problem.kind.value

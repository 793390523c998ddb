"""From what DNS has to findings about the record: is there one, can it be read, what would be better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.dmarc import codes, mend
from diagnostics.mail.dmarc.discovery import Discovery
from diagnostics.mail.dmarc.evidence import Spot, ground, name_field, spot
from diagnostics.mail.dmarc.policy import Effective
from diagnostics.mail.dmarc.record import REMOVED, Record
from diagnostics.mail.dmarc.suffixes import is_public_suffix, registered_domain
from diagnostics.mail.dmarc.walk import PREFIX, Found
from diagnostics.mail.dns_codes import WRONG_NAME
from diagnostics.printable import printable

_NOTHING = "Receivers see no record, and no policy is in force."


def judge_record(discovery: Discovery, failing: Sequence[str] = (), *, sends_none: bool = False) -> list[Finding]:
    """The record of *discovery*'s domain, the cause first.

    *failing*: streams that do not surely pass; a record that comes into force by being mended then begins with none.
    *sends_none*: the domain says that it sends no mail; then a first record may refuse all of it.
    """
    found = discovery.walk.own
    if found.held == "several records":
        return [_multiple(discovery, found)]
    if not discovery.policy.known:
        facts = {"detail": discovery.policy.why, **ground(discovery)}
        return [codes.UNSEEN.finding(discovery.domain, facts, reason=UnknownReason.UNAVAILABLE)]
    applied = discovery.policy
    if applied.record is None or applied.source == "the public suffix":
        return [_none_of_its_own(discovery, failing, sends_none)]
    return _of_record(discovery, applied, applied.record, failing)


def of_record_kept(discovery: Discovery) -> Spot:
    """Where the record that holds is kept; where none holds, where it is to be."""
    applied = discovery.policy
    own = applied.record is not None and applied.source != "the public suffix"
    return spot(discovery, applied.domain if own else _home(discovery))


def _multiple(discovery: Discovery, found: Found) -> Finding:
    place = spot(discovery, found.domain)
    proposed = mend.merged(found.texts)
    facts = {
        "count": len(found.texts),
        "texts": found.texts,
        "proposed": proposed,
        **place.words(),
        **ground(discovery),
    }
    return codes.MULTIPLE.finding(discovery.domain, facts, records=place.change(proposed, *found.texts))


def _none_of_its_own(discovery: Discovery, failing: Sequence[str], sends_none: bool) -> Finding:
    """No record: one that is nearly one, one at a wrong name, or really none."""
    own = registered_domain(discovery.domain)
    above = discovery.walk.at(own)
    for found in (discovery.walk.own, *([above] if above else [])):
        if found.near and not found.texts:
            return _near(discovery, found, failing)
    if above and above.held == "several records":
        return _multiple(discovery, above)
    if discovery.misplaced:
        return _misplaced(discovery, failing)
    place = spot(discovery, _home(discovery))
    # Of the domain alone: what its registered domain, where the record belongs, sends is not known here.
    refuses = sends_none and place.domain == discovery.domain
    proposed = mend.fresh(discovery.report_to, "reject" if refuses else "none")
    asks = "refuse whatever claims to come from it, as it sends no mail" if refuses else "change nothing"
    reports = f", and sends reports to {discovery.report_to}: make that mailbox first" if discovery.report_to else ""
    facts = {"proposed": proposed, "asks": asks, "reports": reports, **place.words(), **ground(discovery)}
    facts |= {"at": place.domain, "name": place.name, "name_field": name_field(place.name), "alias": ""}
    changes = [RecordChange(place.name, "TXT", proposed)]
    if place.leads_to:  # a CNAME that leads to nothing stands where the record has to be
        changes.insert(0, RecordChange(place.name, "CNAME", "", (place.leads_to,)))
        facts["alias"] = (
            f"{place.name} is a CNAME that leads to {printable(place.leads_to)}, where no DMARC record stands. Is that "
            "service still yours, let it publish one there. If not, delete the CNAME first. "
        )
    return codes.MISSING.finding(discovery.domain, facts, records=changes)


def _home(discovery: Discovery) -> str:
    """Whose `_dmarc` name a first record belongs to: the registered domain's, which covers all below it."""
    own = registered_domain(discovery.domain)
    return discovery.domain if is_public_suffix(own) else own


def _near(discovery: Discovery, found: Found, failing: Sequence[str]) -> Finding:
    place = spot(discovery, found.domain)
    proposed, caution = _in_force_again(found.near[0], failing)
    facts = {
        "detail": _why_no_record(found.near[0]),
        "effect": _NOTHING,
        "caution": caution,
        "texts": found.near,
        "proposed": proposed,
        **place.words(),
        **ground(discovery),
    }
    return codes.MALFORMED.finding(discovery.domain, facts, records=place.change(proposed, *found.near))


def _in_force_again(text: str, failing: Sequence[str]) -> tuple[str, str]:
    """The mended record, and what to know of it: a policy that nobody applied until now should not stop own mail."""
    meant, gentle = mend.mended(text), mend.mended(text, gentle=bool(failing))
    if meant == gentle:
        return meant, ""
    return gentle, f" It says p=none at first, because {', '.join(failing)} would not surely pass a stricter policy."


def _why_no_record(text: str) -> str:
    if text.startswith(('"', "\u201c", "'", "\\")):
        return "the value has quotation marks of its own; DNS panels add them, and these are part of the text"
    if text != text.lstrip():
        return "something stands before v=DMARC1"
    compact = text.replace(" ", "").lower()
    if not compact.startswith("v=dmarc1"):
        return "it does not begin with v=DMARC1"
    if not compact[len("v=dmarc1") :].startswith(";"):
        return "no semicolon follows v=DMARC1"
    return "its version is not written v=DMARC1, in capitals"


def _misplaced(discovery: Discovery, failing: Sequence[str]) -> Finding:
    wrong = discovery.misplaced[0]
    place = Spot(discovery.domain)
    proposed, _ = _in_force_again(wrong.texts[0], failing)
    facts = {
        "what": "DMARC",
        "found_at": wrong.name,
        "texts": wrong.texts,
        "proposed": proposed,
        **place.words(),
        **ground(discovery),
    }
    moved = [RecordChange(place.name, "TXT", proposed), RecordChange(wrong.name, "TXT", "", wrong.texts)]
    return WRONG_NAME.finding(discovery.domain, facts, records=moved)


def _of_record(discovery: Discovery, applied: Effective, record: Record, failing: Sequence[str]) -> list[Finding]:
    place = spot(discovery, applied.domain)
    base = {"name": PREFIX + applied.domain, "text": record.text, **place.words(), **ground(discovery)}
    if record.spoilt and not _only_lacks_p(record):
        return [_spoilt(discovery, place, record, base, failing)]
    found: list[Finding] = []
    if record.spoilt:
        proposed = mend.changed(record, p="none")
        facts = {**base, "proposed": proposed}
        found.append(codes.POLICY_MISSING.finding(discovery.domain, facts, records=place.change(proposed, record.text)))
    else:
        found.append(_in_force(discovery, applied, base))
    if record.problems:
        proposed = mend.mended(record.text)
        facts = {**base, "detail": "; ".join(each.detail for each in record.problems), "proposed": proposed}
        found.append(codes.TAGS_IGNORED.finding(discovery.domain, facts, records=place.change(proposed, record.text)))
    elif obsolete := _obsolete(record):
        found.append(_outdated(discovery, place, record, base, obsolete))
    return found


def _in_force(discovery: Discovery, applied: Effective, base: dict[str, Any]) -> Finding:
    tag = f"{applied.tag}={applied.declared}" + (" with t=y" if applied.policy != applied.declared else "")
    facts = {**base, "policy": applied.policy, "tag": tag, "why": applied.why}
    return codes.WALK.finding(discovery.domain, {**facts, "from": PREFIX + applied.domain})


def _only_lacks_p(record: Record) -> bool:
    """Whether the one fault of its policy is that p is left out, and receivers know what to do then."""
    tagged = {each.tag for each in record.problems}
    return record.p is None and not tagged & {"p", "sp", "np", ""} and record.reports_somewhere


def _spoilt(discovery: Discovery, place: Spot, record: Record, base: dict[str, Any], failing: Sequence[str]) -> Finding:
    proposed, caution = _in_force_again(record.text, failing)
    detail = "; ".join(each.detail for each in record.problems) or "it has no p="
    effect = "Receivers take it for p=none, because its rua= can be used." if record.applies else _NOTHING
    facts = {**base, "detail": detail, "effect": effect, "proposed": proposed, "caution": caution}
    return codes.MALFORMED.finding(discovery.domain, facts, records=place.change(proposed, record.text))


def _obsolete(record: Record) -> list[str]:
    values = dict(record.tags)
    tags = [f"{name}={values[name]}" for name in record.removed]
    return tags + [
        f"!{each.size} after {each.text.partition('!')[0]}" for each in (*record.rua, *record.ruf) if each.size
    ]


def _outdated(discovery: Discovery, place: Spot, record: Record, base: dict[str, Any], obsolete: list[str]) -> Finding:
    sized = {"rua": record.rua, "ruf": record.ruf}
    uris = {name: ",".join(each.mendable for each in found) for name, found in sized.items() if found}
    proposed = mend.changed(record, without=REMOVED, **uris)
    partly = record.pct < 100 and record.p not in (None, "none")
    caution = (
        f"Receivers that still go by pct={record.pct} will then apply {record.p} to all mail that fails, as newer "
        "ones do already."
        if partly
        else "Nothing changes for receivers of the present standard."
    )
    facts = {**base, "obsolete": ", ".join(obsolete), "caution": caution, "proposed": proposed}
    return codes.OBSOLETE_TAGS.finding(discovery.domain, facts, records=place.change(proposed, record.text))

"""Every signature of a message, verified: keys asked of DNS first, then the mathematics in a thread (RFC 6376 §6.1)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from diagnostics.mail.message import verify
from diagnostics.mail.message.keys import KeyRecord, read_keys
from diagnostics.mail.message.raw import Field, Raw
from diagnostics.mail.message.received import Hop
from diagnostics.mail.message.signature import CLOCK_SLACK_S, MOST_FIELD_OCTETS, RETIRED, Tags, read_tags
from diagnostics.mail.message.verify import Chain, Held, Verifier
from diagnostics.network import DNS

MOST_SIGNATURES = 10  # a message has one to four; each costs a question to DNS
MOST_SETS = 50  # RFC 8617 §4.2.1
_ARC = ("arc-seal", "arc-message-signature")
_SPACES = re.compile(rb"\s{200}")
_INSTANCE = re.compile(r"(?:^|;)\s*i\s*=\s*([0-9]{1,3})\b")


class Outcome(StrEnum):
    """How a signature ended. All but the first make receivers go on as if it were not there."""

    VERIFIED = "verified"
    BODY_ALTERED = "body altered"
    HEADER_ALTERED = "header altered"
    OTHER_KEY = "other key published"  # or one of another type, or not for this i=
    WRONG = "wrong"  # header altered or other key: this algorithm does not tell
    KEY_UNUSABLE = "key unusable"  # missing, revoked, broken, too short, not for mail
    MALFORMED = "malformed"
    RETIRED = "algorithm retired"
    FROM_NOT_SIGNED = "From not signed"
    EXPIRED = "expired"
    UNSEEN = "unseen"


# What a change to the copy, after the receiver looked, would explain.
OF_THE_COPY = frozenset({Outcome.BODY_ALTERED, Outcome.HEADER_ALTERED, Outcome.WRONG})


@dataclass(frozen=True)
class SignatureSeen:
    """One DKIM-Signature field and how it ended."""

    number: int  # from the top, 1 the first
    tags: Tags
    outcome: Outcome
    detail: str = ""
    key: KeyRecord | None = None
    header_holds: bool = True
    added_lines: int = 0
    unquoted: bool = False
    later_hops: tuple[str, ...] = ()  # hosts that had the message after it was signed, the first one first
    from_the_future: bool = False

    @property
    def name(self) -> str:
        """What findings are about: the name of its key, or its place."""
        return self.tags.key_name if self.tags.domain and self.tags.selector else f"signature {self.number}"


async def read_signatures(
    raw: Raw, hops: Sequence[Hop], dns: DNS, received_at: datetime, timeout_s: float
) -> tuple[tuple[SignatureSeen, ...], Chain]:
    """All signatures of *raw* and its ARC chain, judged as on the day when the message came. Never raises for them."""
    signed = [(place, field, read_tags(field)) for place, field in enumerate(raw.fields) if _is_signature(field)]
    sets = _sets(raw)
    names = [tags.key_name for _, _, tags in signed[:MOST_SIGNATURES] if not tags.problem]
    records = await read_keys(dns, [*names, *sets.names], timeout_s)
    return await asyncio.to_thread(_verified, raw, hops, signed, records, sets, received_at)


def _is_signature(field: Field) -> bool:
    return field.key == "dkim-signature"


def _verified(
    raw: Raw,
    hops: Sequence[Hop],
    signed: Sequence[tuple[int, Field, Tags]],
    records: dict[str, KeyRecord],
    sets: _Sets,
    received_at: datetime,
) -> tuple[tuple[SignatureSeen, ...], Chain]:
    verifier = Verifier(raw)
    seen = []
    for number, (place, field, tags) in enumerate(signed[: MOST_SIGNATURES + 1], 1):
        later = tuple(hop.by for hop in reversed(hops) if hop.at_field < place and hop.by)
        if number > MOST_SIGNATURES:
            # One stands for the rest: a message may have hundreds, and each would be a finding.
            why = f"of {len(signed)} signatures only the first {MOST_SIGNATURES} are looked at"
            seen.append(SignatureSeen(number, tags, Outcome.UNSEEN, why, later_hops=later))
            continue
        seen.append(_one(verifier, number, field, tags, records.get(tags.key_name), later, received_at))
    return tuple(seen), _chain(raw, records, sets)


def _one(
    verifier: Verifier,
    number: int,
    field: Field,
    tags: Tags,
    key: KeyRecord | None,
    later: tuple[str, ...],
    received_at: datetime,
) -> SignatureSeen:
    def ended(outcome: Outcome, detail: str = "") -> SignatureSeen:
        return SignatureSeen(number, tags, outcome, detail, key, later_hops=later)

    if tags.problem or key is None:
        return ended(Outcome.MALFORMED, tags.problem)
    if tags.algorithm in RETIRED:
        return ended(Outcome.RETIRED, f"{tags.algorithm} must not be accepted any more (RFC 8301)")
    if not tags.covers_from:
        return ended(Outcome.FROM_NOT_SIGNED, "h= does not name From (RFC 6376 §5.4)")
    if tags.expires_at is not None and tags.expires_at < received_at.timestamp() - CLOCK_SLACK_S:
        return ended(Outcome.EXPIRED, "x= was over when the message came")
    if trouble := key.trouble_for(tags):
        return ended(Outcome(trouble[0]), trouble[1])
    proof = verifier.verify(field, tags, key.text, key.key.public if key.key else b"")
    return SignatureSeen(
        number,
        tags,
        _OUTCOMES[proof.held],
        proof.detail,
        key,
        header_holds=proof.header_holds,
        added_lines=proof.added_lines,
        unquoted=proof.unquoted,
        later_hops=later,
        from_the_future=tags.signed_at is not None and tags.signed_at > received_at.timestamp() + CLOCK_SLACK_S,
    )


_OUTCOMES = {
    Held.YES: Outcome.VERIFIED,
    Held.BODY_ALTERED: Outcome.BODY_ALTERED,
    Held.HEADER_ALTERED: Outcome.HEADER_ALTERED,
    Held.OTHER_KEY: Outcome.OTHER_KEY,
    Held.NO: Outcome.WRONG,
    Held.UNTOLD: Outcome.UNSEEN,
}


# -- ARC --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sets:
    """What the fields of an ARC chain say, before it is verified."""

    sealers: tuple[str, ...] = ()  # d= of each seal, the first one first
    tags: tuple[Tags, ...] = ()  # of every seal and signature

    @property
    def names(self) -> list[str]:
        return [each.key_name for each in self.tags if each.domain and each.selector]


def _sets(raw: Raw) -> _Sets:
    seals: list[tuple[int, str]] = []
    found: list[Tags] = []
    for field in raw.fields:
        if field.key in _ARC and len(found) < 2 * MOST_SETS:
            tags = read_tags(field)
            found.append(tags)
            if field.key == "arc-seal":
                instance = _INSTANCE.search(field.text[:MOST_FIELD_OCTETS])
                seals.append((int(instance[1]) if instance else 0, tags.domain))
    return _Sets(tuple(domain for _, domain in sorted(seals)), tuple(found))


def _chain(raw: Raw, records: dict[str, KeyRecord], sets: _Sets) -> Chain:
    if not sets.tags:
        return Chain()
    sealers = sets.sealers
    if len(sealers) >= MOST_SETS:
        return Chain(len(sealers), "fail", f"more than {MOST_SETS} sets (RFC 8617 §4.2.1)", sealers[:3])
    relaxed = all(each.relaxed_body for each in sets.tags if each.body_hash)
    if any(each.algorithm.startswith("ed25519") for each in sets.tags):
        return Chain(len(sealers), "unknown", "dkimpy verifies no Ed25519 in ARC", sealers)
    fields = [field.value for field in raw.fields if field.key in _ARC] + ([] if relaxed else [raw.body])
    if any(len(each) > MOST_FIELD_OCTETS for each in fields[: len(sets.tags)]) or any(map(_SPACES.search, fields)):
        return Chain(len(sealers), "unknown", "it is too long to be verified, or has rows of spaces", sealers)
    usable = [records[name] for name in sets.names if records[name].usable]
    keys = {each.name: each.text for each in usable if each.key and not verify.too_costly(each.key.public)}
    unseen = sorted({name for name in sets.names if records[name].key is None})
    return verify.verify_chain(raw, keys, unseen, sealers, relaxed_body=relaxed)

"""What a message shows of how it is sent: the ground that a report on its domain stands on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from diagnostics.finding import Finding
from diagnostics.mail.domain import Sender
from diagnostics.mail.message.alignment import Identifier
from diagnostics.mail.message.filtered import Mark
from diagnostics.mail.message.form import Form
from diagnostics.mail.message.mailer import Mailer
from diagnostics.mail.message.received import as_time
from diagnostics.mail.message.signature import shown_time
from diagnostics.mail.message.signatures import Outcome, SignatureSeen
from diagnostics.mail.message.verify import Chain
from diagnostics.mail.message.way import Way
from diagnostics.printable import printable

OLD = timedelta(days=30)  # since then, a key may well have been changed
MOST_RECORD = 1500  # characters of a key record that are shown


@dataclass(frozen=True)
class Seen:
    """All that was read out of a message, before it is judged. No text, no subject, no local part is in it."""

    octets: int
    wrapping: tuple[str, ...]
    received_at: str  # ISO 8601, UTC; "" where the message has no Received line with a date
    signatures: tuple[SignatureSeen, ...]
    chain: Chain
    way: Way
    form: Form
    mailer: Mailer
    changers: tuple[tuple[str, str], ...]
    identifiers: tuple[Identifier, ...]
    spam_marks: tuple[Mark, ...]
    sender: Sender
    now: datetime

    @property
    def domain(self) -> str:
        """What findings are about: the From domain, or that there is none."""
        return self.sender.header_from or "an unknown sender"

    def aligned(self, signature: SignatureSeen) -> bool:
        """Is it a signature of the From domain's own organisation, by either specification?"""
        return any(
            each.by == "DKIM"
            and each.domain == signature.tags.domain
            and each.relaxed_by_list
            and each.relaxed is not False  # where DNS did not answer, the list alone tells
            for each in self.identifiers
        )

    def outdated(self, signature: SignatureSeen) -> bool:
        """Was its key another one when the message came: keys are changed, and this message is of another time?"""
        came = as_time(self.received_at) or as_time(self.form.date)
        of_key = signature.outcome in (Outcome.KEY_UNUSABLE, Outcome.OTHER_KEY)
        return of_key and came is not None and came < self.now - OLD

    @property
    def holding(self) -> SignatureSeen | None:
        """An aligned signature that holds."""
        return next((each for each in self.signatures if each.outcome is Outcome.VERIFIED and self.aligned(each)), None)

    def ground(self) -> dict[str, Any]:
        """The whole, as evidence."""
        way, results = self.way, self.way.results
        return {
            "sender": asdict(self.sender),
            "signatures": [signature_facts(each) | {"aligned": self.aligned(each)} for each in self.signatures],
            "hops": [asdict(each) for each in way.hops],
            "handed_over": asdict(way.handed_over) if way.handed_over else None,
            "why": way.why,
            "forwarded": way.forwarded,
            "receiver": way.receiver,
            "receiver_said": [asdict(each) for each in results.methods] if results else [],
            "received_spf": way.received_spf.result if way.received_spf else "",
            "spam_marks": [asdict(each) for each in self.spam_marks],
            "received_at": self.received_at,
            "alignment": [asdict(each) for each in self.identifiers],
            "arc": asdict(self.chain),
            "form": asdict(self.form),
            "mailer": asdict(self.mailer),
            "octets": self.octets,
            "wrapping": list(self.wrapping),
            "records": [record for each in self.signatures for record in key_records(each)],
        }


@dataclass(frozen=True)
class MessageView:
    """What `read_message` comes to. `seen` is None where no message could be read."""

    seen: Seen | None
    findings: tuple[Finding, ...]

    @property
    def sender(self) -> Sender | None:
        """The stream of mail that the message belongs to; None where it has no From domain."""
        return self.seen.sender if self.seen and self.seen.sender.header_from else None


def signature_facts(signature: SignatureSeen) -> dict[str, Any]:
    """One signature as evidence, flat enough for the words of its finding."""
    tags, record = signature.tags, signature.key
    key = record.key if record else None
    return {
        "number": signature.number,
        "domain": tags.domain,
        "selector": tags.selector,
        "name": signature.name,
        "algorithm": tags.algorithm,
        "canonicalization": tags.canonicalization,
        "identity_domain": tags.identity_domain,
        "signed": list(tags.signed),
        "body_length": tags.body_length,
        "signed_at": shown_time(tags.signed_at),
        "expires": shown_time(tags.expires_at),
        "outcome": signature.outcome.value,
        "detail": signature.detail,
        "header_holds": signature.header_holds,
        "added_lines": signature.added_lines,
        "later_hops": list(signature.later_hops),
        "key": {"type": key.type, "bits": key.bits, "testing": key.testing} if key and key.exists else None,
    }


def key_records(signature: SignatureSeen) -> list[dict[str, Any]]:
    """The DNS record that a signature rests on, as found."""
    record = signature.key
    if record is None or record.key is None:
        return []
    values = [printable(each, MOST_RECORD) for each in record.key.texts]
    return [{"name": record.name, "type": "TXT", "values": values, "ttl": record.ttl}]

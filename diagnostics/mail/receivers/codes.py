"""The finding codes of the big receivers' rules; none repeats a cause that has its own code."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.finding import CauseKind, Code, Impact, Verdict
from diagnostics.mail.receivers.table import BULK, GMAIL, RECEIVERS, Receiver

_PROOF = "The receiver's demands, one by one, with the findings that decide each, and the site's own count of a day."


@dataclass(frozen=True)
class Codes:
    """The three ends that each receiver's rules can have."""

    met: Code
    waits: Code
    unseen: Code


def _rules(receiver: Receiver) -> str:
    return f"Covers {receiver.covers}. Bulk is {receiver.bulk}. In force since {receiver.since}."


def _codes(receiver: Receiver) -> Codes:
    code, title = f"receivers.{receiver.name}", receiver.title
    return Codes(
        met=Code(
            f"{code}.met",
            Verdict.PASS,
            f"{{subject}} meets the rules of {title}{{evidence.note}}",
            meaning=_rules(receiver),
            proof=_PROOF,
            kind=CauseKind.DNS,
            impact=Impact.ADVICE,
        ),
        waits=Code(
            f"{code}.waits",
            Verdict.UNKNOWN,
            f"{{subject}} does not meet the rules of {title}: {{evidence.missing}}. "
            "First mend {evidence.blocked_by}.",
            remedy="Mend the finding {evidence.blocked_by}: it stands in the same report with the record or setting "
            "to change. Then look again.",
            meaning=_rules(receiver) + " This is no second fault: the finding that stands before it is the cause.",
            proof=_PROOF,
            kind=CauseKind.DNS,
            impact=Impact.ADVICE,
        ),
        unseen=Code(
            f"{code}.unseen",
            Verdict.UNKNOWN,
            f"Whether {{subject}} meets the rules of {title} is not known: {{evidence.unseen}}.",
            remedy="Paste the source of a mail that arrived into “Paste a message” (or run `diagnose message` on "
            "it): it shows the address, the signatures and the envelope that the rules are about.",
            meaning=_rules(receiver),
            proof=_PROOF,
            kind=CauseKind.QUESTION,
            impact=Impact.ADVICE,
        ),
    )


BY_RECEIVER = {each.name: _codes(each) for each in RECEIVERS}

# Gmail alone has a rule that no other area looks at, and a volume behind which there is no way back.
BROKEN = Code(
    "receivers.gmail.broken",
    Verdict.FAIL,
    "{subject} does not meet the rules of Gmail: {evidence.missing}.",
    remedy="Set From to an address at a domain of your own in the site's mail plugin (From email), such as "
    "mail@your-domain.example, and the visitor's or the free address in Reply-To.",
    copy="mail@your-domain.example",
    meaning=_rules(GMAIL) + " Gmail refuses mail that says it is from gmail.com and does not come from Gmail.",
    proof=_PROOF,
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
NEAR = Code(
    "receivers.gmail.near",
    Verdict.WARN,
    "{subject} is near the volume that Gmail calls bulk: {evidence.messages_day} mails on its busiest day, and from "
    f"about {BULK:,} on Gmail demands more for good. Not known to be met: {{evidence.open}}.",
    remedy="Before the next large mailing, see that SPF, DKIM, DMARC and one-click unsubscribe are in order for the "
    "From domain: paste the source of a mail that arrived into “Paste a message”. Or spread the mailing over several "
    f"days in the newsletter plugin's sending settings, below {BULK:,} mails a day.",
    meaning=_rules(GMAIL) + " The site counts all its mail, and Gmail only its own: the real figure is lower.",
    proof=_PROOF,
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)
CODES: tuple[Code, ...] = (
    *(code for each in BY_RECEIVER.values() for code in (each.met, each.waits, each.unseen)),
    BROKEN,
    NEAR,
)

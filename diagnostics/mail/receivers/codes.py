"""The finding codes of the big receivers' rules: five for each; none repeats a cause that has its own code."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.finding import CauseKind, Code, Impact, Verdict
from diagnostics.mail.receivers.table import RECEIVERS, Receiver

_PROOF = "The receiver's demands, one by one, with the findings that decide each, and the site's own count of a day."


@dataclass(frozen=True)
class Codes:
    """One receiver's codes."""

    met: Code
    broken: Code
    waits: Code
    near: Code
    unseen: Code


def _codes(receiver: Receiver) -> Codes:
    code, title = f"receivers.{receiver.name}", receiver.title
    rules = f"Covers {receiver.covers}. Bulk is {receiver.bulk}. In force since {receiver.since}."
    return Codes(
        Code(
            f"{code}.met",
            Verdict.PASS,
            f"What {title} demands of {{subject}} is met, as far as it can be seen from here{{evidence.note}}",
            meaning=rules,
            proof=_PROOF,
            kind=CauseKind.DNS,
            impact=Impact.ADVICE,
        ),
        Code(
            f"{code}.broken",
            Verdict.FAIL,
            f"{{subject}} does not meet what {title} demands: {{evidence.missing}}.",
            remedy="Set From to an address at a domain of your own in the site's mail plugin (From email), such as "
            "mail@your-domain.example, and the visitor's or the free address in Reply-To.",
            copy="mail@your-domain.example",
            meaning=rules,
            proof=_PROOF,
            kind=CauseKind.SETTINGS,
            impact=Impact.ONE,
        ),
        Code(
            f"{code}.waits",
            Verdict.UNKNOWN,
            f"{{subject}} does not meet what {title} demands: {{evidence.missing}}. "
            "First mend {evidence.blocked_by}.",
            remedy="Mend the finding {evidence.blocked_by}: it stands in the same report with the record or setting "
            "to change. Then look again.",
            meaning=rules + " This is no second fault: the finding that stands before it is the cause.",
            proof=_PROOF,
            kind=CauseKind.DNS,
            impact=Impact.ADVICE,
        ),
        Code(
            f"{code}.near",
            Verdict.WARN,
            f"{{subject}} is near the volume that {title} takes for bulk: {{evidence.messages_day}} mails on its "
            f"busiest day, and from {{evidence.bulk_from}} on more is demanded{{evidence.note}}",
            remedy="Before the next large mailing, see that SPF, DKIM, DMARC and one-click unsubscribe are in order "
            "for the From domain; the demands are in the evidence. Or spread the mailing over several days in the "
            "newsletter plugin's sending settings, below {evidence.bulk_from} mails a day.",
            meaning=rules,
            proof=_PROOF,
            kind=CauseKind.CONTENT,
            impact=Impact.ADVICE,
        ),
        Code(
            f"{code}.unseen",
            Verdict.UNKNOWN,
            f"Whether {{subject}} meets what {title} demands is not known: {{evidence.unseen}}.",
            remedy="Paste the source of a mail that arrived into “Paste a message” (or run `diagnose message` on "
            "it): it shows the address, the signatures and the envelope that the rules are about.",
            meaning=rules,
            proof=_PROOF,
            kind=CauseKind.QUESTION,
            impact=Impact.ADVICE,
        ),
    )


BY_RECEIVER = {each.name: _codes(each) for each in RECEIVERS}
CODES: tuple[Code, ...] = tuple(
    code for each in BY_RECEIVER.values() for code in (each.met, each.broken, each.waits, each.near, each.unseen)
)

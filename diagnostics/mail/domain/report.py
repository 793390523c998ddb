"""The report on a site's sending domains, made of findings alone: what to publish, why, and how to check it.

Guide: Poor Email Deliverability. Every surface shows this one shape: the command, wp-admin, the console,
and the page to forward to whoever keeps the DNS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import Finding, RecordChange, Verdict
from diagnostics.mail.cause import place
from diagnostics.mail.dmarc import registered_domain
from diagnostics.mail.domain.codes import TOGETHER
from diagnostics.mail.domain.grade import DERIVED, LETTERS, UNKNOWN, Grade, grade_of
from diagnostics.mail.domain.proof import all_records
from diagnostics.network.overlay import MOST_STRING

_SEVERITY = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)


@dataclass(frozen=True)
class ToPublish:
    """One line for the DNS host's panel, and the finding that it mends."""

    change: RecordChange
    zone: str  # the domain that was registered, which most panels append by themselves
    finding: Finding
    ttl: int  # seconds that resolvers may go on showing the old record; 0 where that is not known

    @property
    def name_field(self) -> str:
        """What most panels want in their Name field: relative to the zone, "@" for the zone itself."""
        name = self.change.name
        return "@" if name == self.zone else name.removesuffix("." + self.zone)

    @property
    def strings(self) -> list[str]:
        """A TXT value in pieces of at most 255 octets, for panels that do not split it themselves (RFC 1035 §3.3)."""
        octets = self.change.value.encode()
        if self.change.type != "TXT" or len(octets) <= MOST_STRING:
            return []
        return [octets[at : at + MOST_STRING].decode(errors="replace") for at in range(0, len(octets), MOST_STRING)]

    def to_json(self) -> dict[str, Any]:
        """The line with all that a page says about it."""
        return {
            "name": self.change.name,
            "name_field": self.name_field,
            "zone": self.zone,
            "type": self.change.type,
            "value": self.change.value,
            "strings": self.strings,
            "replaces": list(self.change.replaces),
            "ttl": self.ttl,
            "check": f"dig +short {self.change.type} {self.change.name}",
            "code": self.finding.code,
            "why": self.finding.summary,
            "proof": self.finding.remedy.proof if self.finding.remedy else "",
        }


@dataclass(frozen=True)
class Section:
    """One sending domain."""

    domain: str
    grade: Grade
    cause: Finding | None
    records: tuple[ToPublish, ...]
    letters: tuple[Finding, ...]  # what others must do: the remedy holds the text to send them
    findings: tuple[Finding, ...]  # the worst first
    grade_after: str  # with all records published; "" where that is not known

    def to_json(self) -> dict[str, Any]:
        """The section as protocol.md has it."""
        return {
            "domain": self.domain,
            "grade": self.grade.letter,
            "meaning": self.grade.meaning,
            "why": [{"code": each.code, "verdict": each.verdict.value, "summary": each.summary} for each in self.why],
            "cause": self.cause.to_json() if self.cause else None,
            "records": [each.to_json() for each in self.records],
            "letters": [each.to_json() for each in self.letters],
            "rules": [each.to_json() for each in self.findings if each.code.startswith("receivers.")],
            "grade_after": self.grade_after,
            "findings": [each.to_json() for each in self.findings],
        }

    @property
    def why(self) -> tuple[Finding, ...]:
        """The findings that the grade rests on, the worst first."""
        return self.grade.why


@dataclass(frozen=True)
class Report:
    """All sending domains of one site, or the one that was asked for."""

    sections: tuple[Section, ...]

    @property
    def grade(self) -> str:
        """The worst grade of all domains; "?" where none is known."""
        known = [each.grade.letter for each in self.sections if each.grade.letter != UNKNOWN]
        poor = [letter for letter in known if letter >= "D"]
        if poor or (known and len(known) == len(self.sections)):
            return max(poor or known, key=LETTERS.index)
        return UNKNOWN

    @property
    def cause(self) -> Finding | None:
        """The cause in the domain that is worst off."""
        causes = [each.cause for each in self.sections if each.cause]
        return min(causes, key=_rank) if causes else None

    def to_json(self) -> dict[str, Any]:
        """The report as protocol.md has it."""
        cause = self.cause
        return {
            "grade": self.grade,
            "cause": cause.to_json() if cause else None,
            "sections": [each.to_json() for each in self.sections],
        }


def report(findings: Sequence[Finding]) -> Report:
    """The report that *findings* of `inspect`, or of a run of the playbook, come to."""
    domains = dict.fromkeys(str(each.evidence["report_on"]) for each in findings if each.evidence.get("report_on"))
    return Report(tuple(_section(domain, findings) for domain in domains))


def _section(domain: str, findings: Sequence[Finding]) -> Section:
    own = sorted((each for each in findings if each.evidence.get("report_on") == domain), key=_rank)
    causes = [each for each in own if each.verdict is Verdict.FAIL and not each.code.startswith(DERIVED)]
    after = next((str(each.evidence["grade_after"]) for each in own if each.code == TOGETHER.code), "")
    return Section(
        domain,
        grade_of(own),
        causes[0] if causes else None,
        tuple(_lines(own)),
        tuple(each for each in own if each.remedy and each.remedy.letter and each.verdict is not Verdict.PASS),
        tuple(own),
        after,
    )


def _lines(findings: Sequence[Finding]) -> list[ToPublish]:
    chosen = all_records(findings)
    of = {change: each for each in reversed(findings) if each.remedy for change in each.remedy.records}
    ttls = _ttls(findings)
    return [
        ToPublish(change, registered_domain(change.name), of[change], ttls.get((change.name, change.type), 0))
        for change in chosen
    ]


def _ttls(findings: Sequence[Finding]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for finding in findings:
        records = finding.evidence.get("records")
        for record in records if isinstance(records, list) else []:
            if isinstance(record, Mapping) and isinstance(record.get("ttl"), int):
                found[str(record.get("name")), str(record.get("type"))] = record["ttl"]
    return found


def _rank(finding: Finding) -> tuple[int, int, int]:
    """The worst first; of equally bad ones, what stands earlier on a mail's way."""
    grade = grade_of([finding]).letter
    return (
        _SEVERITY.index(finding.verdict),
        -LETTERS.index(grade) if grade in LETTERS else 0,
        place(finding.code),
    )

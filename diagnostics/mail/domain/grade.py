"""The grade of a sending domain, and why it is not better: the worst finding decides, no points are added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from diagnostics.check import all_codes
from diagnostics.finding import Finding, Impact, Verdict

LETTERS = "ABCDF"
UNKNOWN = "?"
# What receivers refuse by is seen here; where one of these could not be looked at, no grade is honest.
DECIDING = ("domain.", "dns.", "spf.", "dkim.", "dmarc.")
DERIVED = ("receivers.", "domain.with_changes", "warm_up.")  # they say again what another finding says
MEANINGS = {
    "A": "Receivers have no reason in the domain's set-up to distrust its mail.",
    "B": "It works; something is advised.",
    "C": "Most mail arrives; something costs trust, or will break.",
    "D": "Some mail or some receivers are lost.",
    "F": "Receivers refuse this domain's mail or put it into spam.",
    UNKNOWN: "Too much could not be looked at to say.",
}


@dataclass(frozen=True)
class Grade:
    """One letter, what it means, and the findings that it rests on, the worst first."""

    letter: str
    why: tuple[Finding, ...]

    @property
    def meaning(self) -> str:
        return MEANINGS[self.letter]

    def better_than(self, other: Grade) -> bool:
        """Whether both are known and this one is nearer to A."""
        return UNKNOWN not in (self.letter, other.letter) and self.letter < other.letter


def grade_of(findings: Sequence[Finding]) -> Grade:
    """The grade that *findings* come to."""
    graded = [(LETTERS.index(_letter(each)), each) for each in findings if not each.code.startswith(DERIVED)]
    lowering = [each for _, each in sorted(((at, each) for at, each in graded if at), key=lambda pair: -pair[0])]
    worst = max((at for at, _ in graded), default=0)
    unseen = [each for _, each in graded if each.verdict is Verdict.UNKNOWN and _decides(each)]
    # A fault that was seen is there, whatever was not seen.
    if unseen and worst < LETTERS.index("D"):
        return Grade(UNKNOWN, (*unseen, *lowering))
    return Grade(LETTERS[worst], tuple(lowering)) if graded else Grade(UNKNOWN, ())


def _letter(finding: Finding) -> str:
    impact = impact_of(finding)
    if finding.verdict is Verdict.FAIL:
        return "F" if impact is Impact.ALL else "D"
    if finding.verdict is Verdict.WARN:
        return "B" if impact is Impact.ADVICE else "C"
    return "A"


def _decides(finding: Finding) -> bool:
    return finding.code.startswith(DECIDING) and impact_of(finding) is not Impact.ADVICE and not finding.blocked_by


def impact_of(finding: Finding) -> Impact:
    """How much is lost by it, as its code declares; of a code that is gone, the most."""
    return _impacts().get(finding.code, Impact.ALL)


@cache
def _impacts() -> dict[str, Impact]:
    return {name: code.impact for name, code in all_codes().items()}

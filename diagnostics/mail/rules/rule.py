"""What a rule of the taxonomy may ask of a text, and how it is declared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.mail.codes.declare import ReplyCode
from diagnostics.mail.reply_languages import without_accents
from diagnostics.mail.reply_parts import Said


@dataclass(frozen=True)
class Rule:
    """All conditions that are set must hold; at least one is. Patterns see folded text."""

    code: ReplyCode
    says: re.Pattern[str] | None
    enhanced: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    basic: frozenset[int]
    stages: frozenset[str]
    providers: frozenset[str]
    http: frozenset[int]
    sentence: str

    def matches(self, said: Said, provider: str) -> bool:
        """Whether *said*, by *provider* ("" if not known), is a case of this rule."""
        return (
            (not self.providers or provider in self.providers)
            and (not self.stages or said.stage in self.stages)
            and (not self.basic or said.basic_code in self.basic)
            and (not self.http or said.http_status in self.http)
            and (not self.sentence or self.sentence in said.sentences)
            and (self.enhanced is None or self.enhanced.fullmatch(said.enhanced_status) is not None)
            and (self.says is None or self.says.search(said.folded) is not None)
            and (self.unless is None or self.unless.search(said.folded) is None)
        )


def rule(
    code: ReplyCode,
    says: str = "",
    *,
    enhanced: str = "",
    unless: str = "",
    basic: tuple[int, ...] = (),
    stage: tuple[str, ...] = (),
    provider: tuple[str, ...] = (),
    http: tuple[int, ...] = (),
    sentence: str = "",
) -> Rule:
    """Declare a rule. *enhanced* must match whole; `4/5.7.26` is written `[45]\\.7\\.26`."""
    if not (says or enhanced or basic or http or sentence):
        raise ValueError(f"{code.code}: a rule that asks nothing")
    return Rule(
        code,
        _pattern(says),
        re.compile(enhanced) if enhanced else None,
        _pattern(unless),
        frozenset(basic),
        frozenset(stage),
        frozenset(provider),
        frozenset(http),
        sentence,
    )


def _pattern(says: str) -> re.Pattern[str] | None:
    # As the text is folded, so are the letters of the pattern; its case stays, or \S would become \s.
    return re.compile(without_accents(says)) if says else None

"""The eleven stages of an entry's way, and one entry's way through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

SeenAs = Literal["pass", "warn", "fail", "unknown", "none"]  # none: this form has no such stage

TITLES = {
    "shown": "Page shown",
    "pressed": "Submit pressed",
    "arrived": "Request arrived",
    "validated": "Fields accepted",
    "spam": "Not taken for spam",
    "kept": "Entry kept",
    "composed": "Notification written",
    "handed": "Handed to the mailer",
    "accepted": "Accepted by the relay",
    "delivered": "Arrived",
    "inbox": "In the inbox",
}
STAGES = tuple(TITLES)
NO_MAILBOX = "No mailbox is connected, so nobody saw it arrive."


@dataclass(frozen=True)
class Stage:
    """One stage: what was seen there, in words and in facts."""

    stage: str  # of STAGES
    verdict: SeenAs
    words: str
    proof: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return TITLES[self.stage]

    def to_json(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "title": self.title,
            "verdict": self.verdict,
            "words": self.words,
            "proof": dict(self.proof),
        }


@dataclass(frozen=True)
class Trace:
    """One entry's way. `lost_at` is the first stage that it did not pass; "" where none was seen."""

    kind: Literal["canary", "entry"]
    stages: tuple[Stage, ...]
    at: str | None = None  # ISO 8601

    @property
    def lost_at(self) -> str:
        return next((each.stage for each in self.stages if each.verdict == "fail"), "")

    @property
    def farthest(self) -> str:
        """The last stage that was seen to be passed; "" for none."""
        return next((each.stage for each in reversed(self.stages) if each.verdict in ("pass", "warn")), "")

    def stage(self, name: str) -> Stage:
        """One stage by its name."""
        return self.stages[STAGES.index(name)]

    def to_json(self) -> dict[str, Any]:
        """As docs/protocol.md has it, A trace."""
        return {
            "kind": self.kind,
            "stages": [each.to_json() for each in self.stages],
            "lost_at": self.lost_at,
            "at": self.at,
        }


def trace(kind: Literal["canary", "entry"], seen: Sequence[Stage], at: str | None = None) -> Trace:
    """The eleven stages in order: after the one where the entry was lost nothing is known, and says so."""
    by_name = {each.stage: each for each in seen}
    stages: list[Stage] = []
    lost = ""
    for name in STAGES:
        stage = by_name.get(name) or Stage(name, "unknown", "Not seen.")
        if lost and stage.verdict != "pass" and stage.verdict != "none":
            stage = replace(stage, verdict="unknown", words=f"Not reached: lost at “{TITLES[lost]}”.", proof={})
        elif stage.verdict == "fail":
            lost = name
        stages.append(stage)
    return Trace(kind, tuple(stages), at)

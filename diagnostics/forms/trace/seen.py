"""What a browser saw of a test entry, as the evidence of `forms.browser` keeps it, read back for the trace.

A try lives in one check and its trace in the next, and a run may die between them: what the trace needs is in the
findings, in JSON's types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import as_facts
from diagnostics.forms.browser.tried import STAGES, Tried
from diagnostics.printable import printable

MOST_ERRORS, MOST_REQUESTS = 10, 15


@dataclass(frozen=True)
class Seen:
    """A try, without its pictures."""

    url: str = ""
    reached: str = "nothing"
    why: str = ""
    code: str = ""  # why nothing could be seen: no_browser, not_allowed, unreachable, limit, broke
    page_status: int = 0
    message: str = ""
    message_kind: str = "none"
    posted_at: str = ""
    posted_status: int = 0
    target: str = ""  # where the form's own request went
    failed: str = ""  # why it had no answer
    took_ms: int = 0

    def came_as_far_as(self, stage: str) -> bool:
        """Whether *stage*, one of the browser's, was reached."""
        return STAGES.index(self.reached) >= STAGES.index(stage)

    def to_json(self) -> dict[str, Any]:
        return as_facts(self)


def seen_of(tried: Tried) -> Seen:
    """What the trace needs of *tried*."""
    own = next((each for each in reversed(tried.requests) if each.ours), None)
    return Seen(
        url=printable(tried.url, 500),
        reached=tried.reached,
        why=printable(tried.why, 300),
        code=tried.code,
        page_status=tried.page_status,
        message=printable(tried.message, 300),
        message_kind=tried.message_kind,
        posted_at=tried.posted_at.isoformat() if tried.posted_at else "",
        posted_status=tried.posted_status,
        target=printable(own.url, 300) if own else "",
        failed=printable(own.failed, 200) if own else "",
        took_ms=tried.took_ms,
    )


def read_seen(raw: object) -> Seen | None:
    """The other way; None for what `to_json` did not write."""
    if not isinstance(raw, Mapping) or raw.get("reached") not in STAGES:
        return None
    known = {name: raw[name] for name in Seen.__dataclass_fields__ if name in raw}
    return Seen(**known)


def log_of(tried: Tried) -> dict[str, Any]:
    """The console log and the network log of a try, for evidence: errors first, the form's own request first."""
    requests = sorted(tried.requests, key=lambda each: (not each.ours, 0 < each.status < 400, not each.failed))
    return {
        "console": [
            {
                "text": printable(each.text, 300),
                "where": f"{printable(each.url, 200)}:{each.line}",
                "of": each.component,
            }
            for each in tried.errors[:MOST_ERRORS]
        ],
        "network": [
            {
                "request": f"{each.method} {printable(each.url, 200)}",
                "answer": str(each.status or printable(each.failed, 100) or "none"),
                "kind": each.kind,
                "ms": each.took_ms,
                "the form's": each.ours,
            }
            for each in requests[:MOST_REQUESTS]
            if each.ours or each.failed or each.status >= 400 or each.status == 0 or each.kind in ("document", "xhr")
        ],
    }

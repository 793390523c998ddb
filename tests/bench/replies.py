"""How well the failure taxonomy names real bounces: a table by reason, and one JSON line.

The vectors are no part of this repository: a folder beside the clone, or the one that
AFTERCARE_VECTORS names. Texts: the diagnostic lines alone. Bounces: whole messages, from
which the line, or the report's text, is taken first.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from time import perf_counter

from diagnostics.mail.replies import Reading, read
from tests.bench.report import report, spread

BAR_RIGHT, BAR_WRONG = 0.90, 0.03

# What each reason of the labels is called here, where `texts.jsonl` has no example of it.
ALSO_CALLED = {
    "suspend": ["smtp.recipient.disabled", "smtp.recipient.unknown"],
    "badreputation": ["smtp.reputation"],
    "onhold": ["smtp.unclassified", "smtp.server", "smtp.recipient"],
    "delivered": ["smtp.accepted"],
    "systemfull": ["smtp.server"],
}

# Where our answer is better than the label. Each says why.
BETTER = {
    ("lhost-postfix-59.eml", "smtp.recipient.rate"): "Gmail limits what this mailbox receives, not what we send",
    (
        "lhost-postfix-77.eml",
        "smtp.account.identity_unverified",
    ): "SES refuses an unverified address; nothing is relayed",
    ("rfc3464-01.eml", "smtp.recipient.unknown"): "the text says User Unknown; the label was taken from another part",
    ("lhost-exim-58.eml", "smtp.content.malformed"): "a line is too long (RFC 5321 4.5.3.1.6), not the message",
    ("lhost-gmail-07.eml", "smtp.tls.recipient_lacks_tls"): "the text says that the remote server has no TLS",
    ("lhost-gmail-10.eml", "smtp.route.unreachable"): "the text tells of refused connections, not of time in a queue",
    ("lhost-postfix-50.eml", "smtp.server.trouble"): "421 service not available (RFC 5321); no word of a block",
    ("lhost-x3-02.eml", "smtp.recipient.domain_unknown"): "the cause named is that no gateway was found",
    ("rfc3464-35.eml", "smtp.recipient.unknown"): "not a registered gateway user: the server knows no such mailbox",
} | {
    (f"lhost-googlegroups-{number}.eml", "smtp.recipient.restricted"): "a group that admits members only, if it exists"
    for number in ("02", "05", "08", "11", "14")
}


def vectors() -> Path | None:
    """The folder of labelled bounces; None in a clone that lacks it."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"
    folder = Path(os.environ.get("AFTERCARE_VECTORS", beside)) / "bounces"
    return folder if (folder / "texts.jsonl").is_file() else None


@dataclass(frozen=True)
class Case:
    name: str
    reason: str
    accept: list[str]
    text: str

    def judge(self, reading: Reading) -> str:
        code = reading.code.code
        if any(code.startswith(prefix) for prefix in self.accept) or (self.name, code) in BETTER:
            return "right"
        return "wrong" if reading.classified and reading.code.sure else "unsure"


def text_cases(folder: Path) -> list[Case]:
    lines = (folder / "texts.jsonl").read_text("utf-8").splitlines()
    return [Case(each["id"], each["reason"], each["accept"], each["text"]) for each in map(json.loads, lines)]


def bounce_cases(folder: Path) -> Iterator[Case]:
    """Each refused recipient of each whole bounce; what is no failure (vacation, success) is left out."""
    accept = {case.reason: case.accept for case in text_cases(folder)} | ALSO_CALLED
    labels = defaultdict(list)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            labels[row["file"]].append(row)
    for name, rows_of in sorted(labels.items()):
        message = email.message_from_bytes((folder / "eml" / name).read_bytes(), policy=email.policy.compat32)
        texts = list(bounce_texts(message, len(rows_of)))
        for position, row in enumerate(rows_of):
            if row["reason"] in accept and texts:
                text = texts[position] if len(texts) >= len(rows_of) else texts[0]
                yield Case(name, row["reason"], accept[row["reason"]], text)


def bounce_texts(message: Message, recipients: int) -> Iterator[str]:
    """What the bounce says, one text a recipient: its Diagnostic-Code, else its words for people."""
    found = False
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for fields in part.get_payload():
                said = str(fields.get("Diagnostic-Code", "")) if isinstance(fields, Message) else ""
                if len(said) > len("smtp;  "):
                    found = True
                    yield said
    if found:
        return
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            body = part.get_payload(decode=True)
            charset = part.get_content_charset("utf-8")
            charset = "utf-8" if charset == "unknown" else charset
            if isinstance(body, bytes) and body.strip():
                text = _decoded(body, charset).replace("\r\n", "\n")
                parts = by_recipient(text) if recipients > 1 else []
                yield from parts if len(parts) >= recipients else [text]
                return


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("latin-1")


def by_recipient(text: str) -> list[str]:
    """A report for several recipients, cut where the next address begins."""
    parts = re.split(r"(?m)^(?=[ \t]{0,4}[<\"]?[\w.+-]{1,64}@[\w.-]{1,200}[>\"]?:?[ \t]*$)", text)
    return [part for part in parts[1:] if len(part.splitlines()) > 1]


def measure(cases: list[Case]) -> tuple[dict[str, dict[str, int]], list[tuple[Case, Reading, str]], list[float]]:
    """How each case was judged, by reason; the misses; the seconds that each reading took."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: {"right": 0, "unsure": 0, "wrong": 0})
    misses, seconds = [], []
    for case in cases:
        began = perf_counter()
        reading = read(case.text)
        seconds.append(perf_counter() - began)
        verdict = case.judge(reading)
        table[case.reason][verdict] += 1
        if verdict != "right":
            misses.append((case, reading, verdict))
    return dict(sorted(table.items())), misses, seconds


def totals(table: dict[str, dict[str, int]]) -> dict[str, int]:
    return {verdict: sum(row[verdict] for row in table.values()) for verdict in ("right", "unsure", "wrong")}


def show(title: str, table: dict[str, dict[str, int]], misses: list[tuple[Case, Reading, str]]) -> str:
    """The table by reason and the misses, for people."""
    lines = [title, f"{'reason':<18}{'right':>7}{'unsure':>8}{'wrong':>7}"]
    lines += [f"{reason:<18}{row['right']:>7}{row['unsure']:>8}{row['wrong']:>7}" for reason, row in table.items()]
    sums = totals(table)
    lines.append(f"{'all':<18}{sums['right']:>7}{sums['unsure']:>8}{sums['wrong']:>7}")
    for case, reading, verdict in misses:
        lines.append(f"  {verdict}: {case.name} ({case.reason}) read as {reading.code.code}: {reading.text[:110]!r}")
    return "\n".join(lines)


def main() -> bool:
    folder = vectors()
    if folder is None:
        print("replies: no vectors (AFTERCARE_VECTORS is not set and ../shared/vectors is not there)", file=sys.stderr)
        return report("replies", ratio=None, bar=None, ok=True, skipped="no vectors")
    results = {}
    everything: list[float] = []
    fine = True
    for name, cases in (("texts", text_cases(folder)), ("bounces", list(bounce_cases(folder)))):
        table, misses, seconds = measure(cases)
        print(show(f"{name}: {len(cases)}", table, misses), file=sys.stderr)
        sums = totals(table)
        fine &= sums["right"] >= BAR_RIGHT * len(cases) and sums["wrong"] <= BAR_WRONG * len(cases)
        results[name] = {"n": len(cases), **sums}
        everything += seconds
    return report("replies", ratio=None, bar=None, ok=fine, **results, seconds=spread(everything))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)

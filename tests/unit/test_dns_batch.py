"""Many questions at once: what is known costs no question, and is what asking would have brought."""

from __future__ import annotations

import asyncio

from diagnostics.finding import RecordChange
from diagnostics.mail.domain.views import Asked, Noting
from diagnostics.network import DNSAnswer, DNSUnavailable, End, Overlay, RecordType, Resolver, SharedDNS, ask_all
from tests.servers.zone import Zone

ASKED: list[tuple[str, RecordType]] = [
    ("shop.test", "TXT"),
    ("www.shop.test", "A"),
    ("none.shop.test", "TXT"),
    ("broken.test", "TXT"),
]


def zone() -> Zone:
    made = Zone()
    made.add("shop.test", "TXT", "v=spf1 -all")
    made.add("www.shop.test", "CNAME", "host.shop.test")
    made.add("host.shop.test", "A", "192.0.2.1")
    return made.fail("broken.test", "servfail")


class Scripted(Resolver):
    """A resolver whose answers come from a zone."""

    def __init__(self, records: Zone) -> None:
        super().__init__(("127.0.0.1",))
        self.records = records

    def ask(self, name, kind, form, done):  # type: ignore[no-untyped-def, override]
        task = asyncio.ensure_future(self.records.query(name, kind))
        task.add_done_callback(lambda ended: done(ended.exception() or ended.result()))
        return task


def told(answers: list[DNSAnswer | DNSUnavailable]) -> list[object]:
    return [each.values or each.end if isinstance(each, DNSAnswer) else str(each) for each in answers]


async def test_what_is_known_is_told_without_a_question_and_is_the_same() -> None:
    front = SharedDNS(Scripted(records := zone()))
    first = await ask_all(front, ASKED)
    assert told(first)[:3] == [('"v=spf1 -all"',), ("192.0.2.1",), End.NXDOMAIN]
    assert isinstance(first[3], DNSUnavailable)
    asked = len(records.asked)
    assert told(await ask_all(front, ASKED)) == told(first)
    assert len(records.asked) == asked
    assert front.known("other.test", "TXT") is None


async def test_a_record_that_is_laid_over_is_seen_by_many_questions_at_once_too() -> None:
    front = SharedDNS(Scripted(zone()))
    await ask_all(front, ASKED)
    laid = Overlay(
        front, [RecordChange("a.none.shop.test", "TXT", "new"), RecordChange("host.shop.test", "A", "192.0.2.7")]
    )
    one_by_one = [await laid.query(*each) for each in ASKED[:3]]
    assert await ask_all(laid, ASKED[:3]) == one_by_one
    assert one_by_one[1].values == ("192.0.2.1", "192.0.2.7")
    assert one_by_one[2].end is End.NODATA


async def test_whoever_notes_the_questions_notes_those_too_whose_answer_was_known() -> None:
    front = SharedDNS(Scripted(zone()))
    await ask_all(front, ASKED)
    asked, known = Noting(front), Noting(front)
    for name, kind in ASKED[:3]:
        await asked.query(name, kind)
    await ask_all(known, ASKED)
    assert known.asked == asked.asked | {Asked("broken.test", "TXT", absent=True)}

"""All that an SPF record leads to, asked for at once and each question once, within a budget.

A receiver asks term after term; who only wants to see the whole tree need not wait so long:
the time is that of the longest chain of includes. RFC 7208 §11.1 is why there is a budget:
records can be built to cost their reader thousands of questions.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from diagnostics.mail.spf.evaluation import NAME_LIMIT, ProblemKind, Result
from diagnostics.mail.spf.lookups import Place, Stop
from diagnostics.mail.spf.macro import MacroString
from diagnostics.mail.spf.reading import check_domain, parsed, the_record
from diagnostics.mail.spf.record import Directive, Record
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, RecordType, is_name

MOST_RECORDS = 40  # records read; one that fits the ten lookups has at most eleven
MOST_QUESTIONS = 160  # and names of a, mx and exists terms asked for with them
KNOWN_LETTERS = frozenset("d")  # the one macro that means the same whoever sends


@dataclass(frozen=True)
class Unasked:
    """A question without answer: *detail* says what came instead, or why it was not asked."""

    detail: str
    limit: bool = False  # the budget was used up


@dataclass(frozen=True)
class Read:
    """One name's record: parsed, or why there is none."""

    domain: str
    text: bytes = b""
    record: Record | None = None
    stop: Stop | None = None
    answer: DNSAnswer | None = None


@dataclass
class Gathering:
    """What was asked of *dns* until *ends_at* on the loop's clock."""

    dns: DNS
    ends_at: float
    records: dict[str, Read] = field(default_factory=dict)
    answers: dict[tuple[str, RecordType], DNSAnswer | Unasked] = field(default_factory=dict)

    async def gather(self, domain: str) -> None:
        """Read the record of *domain* and everything below it."""
        key = key_of(domain)
        if key in self.records or len(self.records) >= MOST_RECORDS:
            return
        self.records[key] = Read(domain)  # taken: who comes next does not ask again
        self.records[key] = read = await self._read(domain)
        if read.record is None:
            return
        await asyncio.gather(*(self._follow(each) for each in questions(read.record, domain)))

    async def answer(self, name: str, kind: RecordType) -> DNSAnswer | Unasked:
        """The answer, asked for now if it was not before."""
        key = (key_of(name), kind)
        if key not in self.answers:
            if len(self.answers) >= MOST_QUESTIONS:
                return Unasked(f"not asked: the look ends after {MOST_QUESTIONS} questions", limit=True)
            self.answers[key] = Unasked("it is being asked")
            self.answers[key] = await self._ask(name, kind)
        return self.answers[key]

    def known(self, name: str, kind: RecordType) -> DNSAnswer | Unasked:
        """The answer as it was gathered."""
        missing = Unasked(f"not asked: the look ends after {MOST_QUESTIONS} questions", limit=True)
        return self.answers.get((key_of(name), kind), missing)

    async def _read(self, domain: str) -> Read:
        place = Place((domain,))
        answer: DNSAnswer | Unasked | None = None
        try:
            check_domain(place)
            answer = await self.answer(domain, "TXT")
            if isinstance(answer, Unasked):
                kind = ProblemKind.NOT_LOOKED_AT if answer.limit else ProblemKind.UNANSWERED
                raise place.stop(Result.TEMPERROR, kind, f"TXT {domain}: {answer.detail}")
            text = the_record(answer, place)
            return Read(domain, text, parsed(text, place), answer=answer)
        except Stop as stop:
            texts = stop.problem.kind is ProblemKind.MALFORMED and isinstance(answer, DNSAnswer)
            found = the_record(answer, place) if texts and isinstance(answer, DNSAnswer) else b""
            return Read(domain, found, stop=stop, answer=answer if isinstance(answer, DNSAnswer) else None)

    async def _follow(self, question: Question) -> None:
        name, mechanism = question.target, question.mechanism
        if not is_name(name):
            return
        if mechanism in ("include", "redirect"):
            await self.gather(name)
        elif mechanism == "mx":
            answer = await self.answer(name, "MX")
            if isinstance(answer, DNSAnswer):
                hosts = sorted(answer.exchangers, key=lambda mx: (mx.preference, mx.host))[:NAME_LIMIT]
                await asyncio.gather(*(self._addresses(each.host) for each in hosts if is_name(each.host)))
        elif mechanism == "exists":
            await self.answer(name, "A")
        elif mechanism == "a":
            await self._addresses(name)

    async def _addresses(self, name: str) -> None:
        answer = await self.answer(name, "A")
        if isinstance(answer, DNSAnswer) and not answer.addresses:
            await self.answer(name, "AAAA")  # has it none of these either, it is void for everybody

    async def _ask(self, name: str, kind: RecordType) -> DNSAnswer | Unasked:
        if not is_name(name):
            return Unasked("no server can be asked for such a name")
        try:
            async with asyncio.timeout_at(self.ends_at):
                return await self.dns.query(name, kind)
        except DNSUnavailable as error:
            return Unasked(error.detail or str(error))
        except TimeoutError:
            return Unasked("the time allowed was over")


@dataclass(frozen=True)
class Question:
    """What one term asks for. *target* is "" where only a sender's macros make the name."""

    term: str
    mechanism: str
    target: str


def questions(record: Record, domain: str) -> list[Question]:
    """What the terms of *domain*'s record ask for, as far as a receiver reads it: not behind `all`."""
    asked: list[Question] = []
    for directive in record.directives:
        if directive.mechanism == "all":
            return asked
        if directive.network is None:
            asked.append(question(directive, domain))
    if record.redirect is not None:
        asked.append(Question(f"redirect={record.redirect.text}", "redirect", target(record.redirect, domain)))
    return asked


def question(directive: Directive, domain: str) -> Question:
    """What *directive* of *domain*'s record asks for."""
    return Question(directive.text, directive.mechanism, target(directive.domain_spec, domain))


def target(spec: MacroString | None, domain: str) -> str:
    """The name that *spec* stands for, whoever sends; "" where that depends on the sender."""
    if spec is None:
        return domain
    if not spec.letters <= KNOWN_LETTERS:
        return ""
    return spec.expand_name({"d": domain.removesuffix(".")})


def key_of(name: str) -> str:
    """*name* as DNS compares it."""
    return name.removesuffix(".").lower()

"""One question on its way to its end: one exchange, or as many as its CNAMEs need."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver

from diagnostics.network.errors import DNSUnavailable
from diagnostics.network.exchange import Exchange, NoReply
from diagnostics.network.nameservers import NameServers
from diagnostics.network.query import DNSAnswer, End, RecordType, answered
from diagnostics.network.wire import Nonsense, Question, name_octets, rcode, void

MOST_LINKS = 12  # CNAMEs of one chain that are followed
Form = Literal["records", "signed", "vouched"]  # as ours; the whole reply with signatures; the same, validated
Reply = DNSAnswer | dns.message.Message
_Round = tuple[DNSAnswer, bool] | dns.message.Message  # the answer, and whether it goes to the end of its CNAMEs
_NUMBERS: dict[str, int] = {}


class Asking:
    """Asks *servers* for *kind* at *name*; *done* is called once, with the reply or an exception."""

    def __init__(
        self,
        servers: NameServers,
        name: str,
        kind: RecordType,
        form: Form,
        timeout_s: float,
        done: Callable[[Reply | Exception], None],
    ) -> None:
        """Raises ValueError for what can be no name."""
        self._servers = servers
        self._name = name
        self._kind = kind
        self._form = form
        self._timeout_s = timeout_s
        self._done = done
        self._answer: DNSAnswer | None = None
        self._exchange: Exchange[_Round] | None = None
        self._started = time.monotonic()
        self._round(name)

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        if self._exchange:
            self._exchange.cancel()
            self._exchange = None

    def _round(self, target: str) -> None:
        octets, number = name_octets(target), _number(self._kind)
        signed, validated = self._form != "records", self._form != "signed"

        def make(edns: bool) -> Question:
            return Question.of(octets, number, validated=validated, signed=signed, edns=edns)

        self._exchange = exchange = Exchange(self._servers, make, self._read, self._came)
        exchange.start(self._started + self._timeout_s - time.monotonic())

    def _read(self, question: Question, reply: bytes) -> _Round:
        if self._form != "records":
            return _message(reply)
        if (nothing := void(question, reply)) is not None:
            answer = DNSAnswer(self._name, self._kind, nothing.end, ttl=nothing.ttl, authentic=nothing.authentic)
            return answer, True
        return _records(self._name, self._kind, reply)

    def _came(self, outcome: _Round | Exception) -> None:
        self._exchange = None  # they know each other, and nobody should have to collect them
        if isinstance(outcome, NoReply):
            return self._unavailable(str(outcome))
        if not isinstance(outcome, tuple):
            return self._done(outcome)
        answer, whole = outcome
        if (before := self._answer) is not None:
            answer = replace(
                answer,
                chain=(*before.chain, *answer.chain[1:]),
                ttl=min(before.ttl, answer.ttl),
                authentic=before.authentic and answer.authentic,
            )
        # A resolver follows CNAMEs to their end; a server of one zone stops where its zone does.
        if whole or not answer.chain:
            return self._done(answer)
        *led, target = answer.chain
        if target in led or len(led) > MOST_LINKS:
            how = "lead in a circle" if target in led else "come to no end"
            return self._unavailable(f"its CNAMEs {how}: {' → '.join(answer.chain[: MOST_LINKS + 1])}")
        self._answer = answer
        try:
            return self._round(target)
        except ValueError:
            return self._unavailable(f"its CNAME leads to what can be no name: {target!r}")

    def _unavailable(self, detail: str) -> None:
        seconds = time.monotonic() - self._started
        self._done(DNSUnavailable(self._name, phase="resolve", seconds=seconds, detail=detail))


def _number(kind: RecordType) -> int:
    if kind not in _NUMBERS:
        _NUMBERS[kind] = int(dns.rdatatype.from_text(kind))
    return _NUMBERS[kind]


def _records(name: str, kind: RecordType, reply: bytes) -> tuple[DNSAnswer, bool]:
    """A reply with records in its answer section, by dnspython. Raises Nonsense."""
    message = _message(reply)
    try:
        question = message.question[0]
        found = dns.resolver.Answer(question.name, question.rdtype, dns.rdataclass.IN, message)
        answer = answered(name, kind, found)
    except dns.message.ChainTooLong as error:
        raise Nonsense("CNAMEs that lead in a circle") from error
    except (dns.exception.DNSException, ValueError) as error:
        raise Nonsense(f"records that do not fit together ({type(error).__name__})") from error
    if answer.end is End.ANSWER:
        return answer, True
    if rcode(reply) == dns.rcode.NXDOMAIN:
        return replace(answer, end=End.NXDOMAIN), True
    has_soa = any(each.rdtype == dns.rdatatype.SOA for each in message.authority)
    return answer, has_soa


def _message(reply: bytes) -> dns.message.QueryMessage:
    """The whole reply, by dnspython. Raises Nonsense."""
    try:
        message = dns.message.from_wire(reply, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError) as error:
        raise Nonsense(f"octets that are no DNS message ({type(error).__name__})") from error
    assert isinstance(message, dns.message.QueryMessage)
    return message

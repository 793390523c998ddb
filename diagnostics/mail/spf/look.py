"""What is seen of one domain's SPF: its record to the end, its real senders, and where a record stands by mistake."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diagnostics.mail.address.reverse import address_of, why_private
from diagnostics.mail.dns_codes import doubled_names
from diagnostics.mail.domain.subject import Sender
from diagnostics.mail.senders import SendingService, by_mx, by_relay
from diagnostics.mail.senders.service import ends_with
from diagnostics.mail.spf.evaluate import check_host
from diagnostics.mail.spf.evaluation import Evaluation, ProblemKind
from diagnostics.mail.spf.gathering import Gathering, Read, key_of
from diagnostics.mail.spf.lookups import Place, Stop
from diagnostics.mail.spf.mechanisms import is_within
from diagnostics.mail.spf.reading import check_domain
from diagnostics.mail.spf.record import Malformed, parse, spf_records
from diagnostics.mail.spf.walk import Walk, count, records_in
from diagnostics.network import DNS, DNSUnavailable
from diagnostics.printable import printable

TIMEOUT_S = 20.0  # of one domain's whole look; RFC 7208 §4.6.4 asks for as much for one evaluation


@dataclass(frozen=True)
class Seen:
    """One real sender, and what SPF says of it. Without an evaluation *why_not* says why there is none."""

    sender: Sender
    domain: str  # whose record a receiver asks for
    service: SendingService | None = None
    ip: str = ""
    ip_from: str = ""  # where the address was taken from, when it is not the sender's own
    certain: bool = True  # whether a sender that does not pass is a fault: its address is really its own
    evaluation: Evaluation | None = None
    why_not: str = ""

    @property
    def assumed(self) -> bool:
        """Whether the envelope's domain is not known, and the From header's was taken for it."""
        return not self.sender.mail_from

    @property
    def who(self) -> str:
        """The sender as people name it."""
        by = self.service.title if self.service else self.sender.relay
        if self.ip and not self.ip_from:
            return f"{self.ip} ({by})" if by else self.ip
        return by or self.sender.helo or f"mail from {self.sender.header_from}"


@dataclass(frozen=True)
class Look:
    """One domain."""

    domain: str
    walk: Walk
    gathered: Gathering
    senders: tuple[Seen, ...] = ()
    obsolete: tuple[bytes, ...] = ()  # SPF records of type 99
    misplaced: tuple[tuple[str, bytes], ...] = ()  # SPF records found at a wrong name: name, text
    subject: str = ""  # the domain that the whole look is for
    elsewhere: bool = False  # it has senders, and all of them are known to have their envelope at another domain

    def passing(self) -> list[Seen]:
        """The senders that pass."""
        return [each for each in self.senders if each.evaluation and each.evaluation.result == "pass"]

    @property
    def ours(self) -> bool:
        """Whether the record is one that the subject's owner can change: not behind a CNAME into another's zone."""
        return self.owner == self.domain or is_within(self.owner, self.subject or self.domain)

    @property
    def owner(self) -> str:
        """The name that the TXT records really stand at, after CNAMEs."""
        answer = self.walk.read.answer
        return answer.chain[-1] if answer and answer.chain else self.domain


@dataclass
class Senders:
    """Who sends, evaluated in the name of one domain; equal questions once."""

    dns: DNS
    timeout_s: float = TIMEOUT_S
    _known: dict[tuple[str, str, str], asyncio.Future[Evaluation]] = field(default_factory=dict)

    async def see(self, sender: Sender, domain: str) -> Seen:
        """*sender* as SPF of *domain* has it."""
        service = by_relay(sender.relay) or by_relay(sender.helo)
        given = address_of(sender.ip)
        if given and (private := why_private(given)):
            why = f"{sender.ip} is {private}, and receivers see another address"
            return Seen(sender, domain, service, sender.ip, why_not=why)
        if not sender.mail_from and service and service.include_at != "domain":
            why = (
                f"its envelope domain is not known, and {service.title} bounces to a domain of its own or to a "
                f"subdomain, so SPF of {domain} may not be asked for at all"
            )
            return Seen(sender, domain, service, sender.ip, why_not=why)
        if not sender.mail_from and service and not await self._is_at_home(domain, sender.relay, service):
            why = (
                f"{sender.relay} takes mail of private accounts too, which bounces to their own address, and no MX "
                f"record shows that the mailboxes of {domain} are at {service.title}"
            )
            return Seen(sender, domain, service, sender.ip, why_not=why)
        if sender.ip:
            return Seen(sender, domain, service, sender.ip, evaluation=await self.evaluate(sender.ip, domain, sender))
        if service and (include := service.include_of(domain, sender.relay)):
            address = await self._address_of(include)
            if address:
                found = await self.evaluate(address, domain, sender)
                return Seen(sender, domain, service, address, f"the SPF record of {include}", evaluation=found)
            return Seen(sender, domain, service, why_not=f"its address is not known, and {include} names none")
        if sender.relay:
            return await self._relay_itself(sender, domain, service)
        return Seen(sender, domain, service, why_not="neither its address nor its relay is known")

    async def evaluate(self, ip: str, domain: str, sender: Sender) -> Evaluation:
        """`check_host`, for a bounce address of *domain*."""
        key = (ip, key_of(domain), sender.helo)
        if key not in self._known:
            asked = check_host(
                ip,
                domain,
                f"postmaster@{domain}",
                helo=sender.helo or None,
                resolver=self.dns,
                timeout_s=self.timeout_s,
            )
            self._known[key] = asyncio.ensure_future(asked)
        return await self._known[key]

    async def _is_at_home(self, domain: str, relay: str, service: SendingService) -> bool:
        """Whether who submits to *relay* must have an account for *domain*, as its own mailboxes are there."""
        if not any(ends_with(relay, each) for each in service.private_relays):
            return True
        try:
            return any(by_mx(each.host) is service for each in (await self.dns.query(domain, "MX")).exchangers)
        except (DNSUnavailable, ValueError):
            return False

    async def _address_of(self, include: str) -> str:
        """An address that the record of *include* lets send; "" where it names none by itself."""
        gathered = Gathering(self.dns, asyncio.get_running_loop().time() + self.timeout_s)
        await gathered.gather(include)
        for walked in records_in(count(include, gathered).root):
            for _, network in walked.networks:
                return str(network[min(1, network.num_addresses - 1)])
            for branch in walked.branches:
                if branch.mechanism in ("a", "mx") and branch.networks:
                    return str(branch.networks[0].network_address)
        return ""

    async def _relay_itself(self, sender: Sender, domain: str, service: SendingService | None) -> Seen:
        """A relay that nobody knows often sends from the address that it takes mail at, but need not."""
        try:
            addresses = (await self.dns.query(sender.relay, "A")).addresses
        except (DNSUnavailable, ValueError):
            addresses = ()
        for address in addresses[:1]:
            found = await self.evaluate(str(address), domain, sender)
            source = f"the address of {sender.relay}, which may send from another"
            return Seen(sender, domain, service, str(address), source, certain=False, evaluation=found)
        return Seen(sender, domain, service, why_not=f"the address that {sender.relay} sends from is not known")


async def look_at(
    domain: str,
    senders: Sequence[Sender],
    dns: DNS,
    *,
    subject: str = "",
    elsewhere: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> Look:
    """*domain*'s record walked to its end, and each of *senders* evaluated in its name; for the rest see Look."""
    gathered = Gathering(dns, asyncio.get_running_loop().time() + timeout_s)
    _, obsolete = await asyncio.gather(gathered.gather(domain), _obsolete(domain, gathered))
    evaluating = Senders(dns, timeout_s)
    # After the walk, whose questions these ask again: a DNS that remembers answers at once.
    seen = await asyncio.gather(*(evaluating.see(each, domain) for each in senders))
    walk = count(domain, gathered)
    missing = walk.problem is not None and walk.problem.kind is ProblemKind.NO_RECORD and not walk.problem.texts
    misplaced = await _misplaced(domain, gathered) if missing else ()
    return Look(domain, walk, gathered, tuple(seen), obsolete, misplaced, subject, elsewhere)


async def _obsolete(domain: str, gathered: Gathering) -> tuple[bytes, ...]:
    """Records of type SPF; a failed question changes nothing, as nobody else asks it."""
    try:
        check_domain(Place((domain,)))
    except Stop:
        return ()
    answer = await gathered.answer(domain, "SPF")
    return tuple(spf_records(getattr(answer, "texts", ())))


async def _misplaced(domain: str, gathered: Gathering) -> tuple[tuple[str, bytes], ...]:
    """SPF records where panels put them by mistake, that name somebody: `v=spf1 -all` on www is meant so."""
    names = (*doubled_names(domain), f"@.{domain}", f"www.{domain}", f"_spf.{domain}", f"spf.{domain}")
    answers = await asyncio.gather(*(gathered.answer(name, "TXT") for name in names))
    found = []
    for name, answer in zip(names, answers, strict=True):
        for text in spf_records(getattr(answer, "texts", ())):
            try:
                names_somebody = any(each.mechanism != "all" for each in parse(text).directives)
            except Malformed:
                continue
            if names_somebody:
                found.append((name, text))
    return tuple(found)


def records_of(look: Look) -> list[Mapping[str, object]]:
    """Every record that the look rests on, as found, in the order of the tree."""
    reads: list[Read] = list(look.gathered.records.values())
    listed: list[Mapping[str, object]] = []
    for read in reads:
        if read.answer is None:
            continue
        texts = spf_records(read.answer.texts) or ([read.text] if read.text else [])
        values = [printable(each, 2048) for each in texts[:10]]
        listed.append({"name": printable(read.domain), "type": "TXT", "values": values, "ttl": read.answer.ttl})
    return listed

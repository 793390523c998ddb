"""`check_host`: may this client send for this domain? (RFC 7208 §4)"""

from __future__ import annotations

import asyncio
import ipaddress
import time

from diagnostics.mail.spf.evaluation import Evaluation, Result
from diagnostics.mail.spf.evaluator import UNKNOWN, Evaluator
from diagnostics.mail.spf.lookups import IPAddress, Lookups, Stop
from diagnostics.network import DNS, Resolver
from diagnostics.printable import printable

# Python's codec is IDNA 2003, which makes another domain of these than IDNA 2008 does: ß ς and the joiners.
AMBIGUOUS = frozenset("ßẞς\u200c\u200d")
TIMEOUT_S = 20.0  # RFC 7208 §4.6.4: a limit of time should leave at least 20 s


async def check_host(
    ip: str | IPAddress,
    domain: str,
    sender: str,
    *,
    helo: str | None = None,
    resolver: DNS | None = None,
    receiver: str = UNKNOWN,
    timeout_s: float = TIMEOUT_S,
    now: float | None = None,
) -> Evaluation:
    """Whether the client at *ip* may send mail from *sender* in the name of *domain*.

    For a null sender pass the HELO name as *domain* and `postmaster@` it as *sender* (§2.4).
    *resolver* answers the DNS questions (the system's name servers if None), *receiver* is
    `%{r}`, *now* (seconds since 1970; the clock's if None) is `%{t}`. Raises ValueError only
    for an *ip* that is none; every failure of DNS is `temperror` with what was asked.
    """
    client = _client(ip)
    local, _, sender_domain = sender.rpartition("@")
    sender_domain = sender_domain or domain
    sender = f"{local or 'postmaster'}@{sender_domain}"  # §4.3
    domain = in_ascii(domain)
    ends_at = asyncio.get_running_loop().time() + timeout_s
    values = {
        "s": sender,
        "l": local or "postmaster",
        "o": in_ascii(sender_domain),
        "i": _dotted(client),
        "h": in_ascii(helo) if helo else UNKNOWN,
        "c": str(client),
        "r": receiver,
        "t": str(int(time.time() if now is None else now)),
        "v": "in-addr" if client.version == 4 else "ip6",
    }
    evaluator = Evaluator(Lookups(resolver or Resolver(), client, ends_at), values)
    mechanism, explanation, problem = "", "", None
    path: tuple[str, ...] = ()
    try:
        end = await evaluator.check((domain,))
        result, mechanism, path = end.result, end.mechanism, end.path
        if result is Result.FAIL and end.exp is not None:
            explanation = await evaluator.explain(end.exp, end.domain)
    except Stop as stop:
        result, problem = stop.result, stop.problem
    lookups = evaluator.lookups
    return Evaluation(
        result=result,
        mechanism=mechanism,
        explanation=explanation,
        ip=str(client),
        domain=printable(domain),
        sender=printable(sender),
        helo=printable(helo or ""),
        path=path,
        lookup_terms=tuple(lookups.counted),
        void_answers=tuple(lookups.voids),
        unanswered=tuple(lookups.unanswered),
        problem=problem,
        tree=evaluator.root.visit() if evaluator.root else None,
    )


def _client(ip: str | IPAddress) -> IPAddress:
    """The address that the terms are compared with: IPv4 where it is mapped into IPv6, without zone index (§5)."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or ipaddress.IPv6Address(address.packed)
    return address


def _dotted(client: IPAddress) -> str:
    """`%{i}`: IPv6 as 32 nibbles (§7.3)."""
    return str(client) if client.version == 4 else ".".join(client.packed.hex().upper())


def in_ascii(domain: str) -> str:
    """An internationalised domain in the form that DNS has it (RFC 8616 §4); others as they are."""
    if domain.isascii() or AMBIGUOUS & set(domain):
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain  # no domain, which §4.3 calls `none`

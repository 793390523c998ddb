"""MTA-STS: the record that announces a policy, the policy itself, and how both were found (RFC 8461)."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.mail.domain.subject import World
from diagnostics.mail.transport.policy import BadPolicy, Policy, read_id, read_policy, sts_records
from diagnostics.mail.transport.ways import Ways
from diagnostics.network import (
    ConnectRefused,
    DNSAnswer,
    DNSUnavailable,
    HostUnknown,
    Network,
    NetworkError,
    NotAllowed,
    NotHTTP,
    TLSFailed,
    TooMuch,
)
from diagnostics.network.http import fetch
from diagnostics.printable import printable

FETCH_S = 10.0
PEEK_S = 3.0  # where no record announces a policy, and a wildcard may lead anywhere
MOST_BYTES = 64 * 1024  # §3.3 suggests this bound
_TLS_WORDS = {
    "expired": "its certificate has expired",
    "not_yet_valid": "its certificate is not valid yet",
    "name_mismatch": "its certificate is made out to another name",
    "untrusted": "its certificate is self-signed or of an authority that nobody knows",
    "version": "it speaks no TLS version that is still in use",
}


@dataclass(frozen=True)
class Fetched:
    """How the fetch of the policy ended: `text` where it came, else `kind` and `why`."""

    url: str
    text: bytes | None = None
    kind: str = ""  # host | certificate | refused | redirect | status | media_type | size | unseen
    why: str = ""
    reason: str = ""  # unavailable | not allowed | not configured; only with unseen


@dataclass(frozen=True)
class STSView:
    """Record and policy. `fault` is what is wrong with the record, `policy_fault` with the file."""

    domain: str
    answer: DNSAnswer | None = None
    trouble: str = ""
    records: tuple[bytes, ...] = ()
    near: tuple[bytes, ...] = ()  # meant as a record, and none
    id: str = ""
    fault: str = ""
    fetched: Fetched | None = None
    policy: Policy | None = None
    policy_fault: BadPolicy | None = None
    renewed: bool = False  # a proposed record with another id is laid over DNS: the file that goes with it is judged

    @property
    def name(self) -> str:
        return f"_mta-sts.{self.domain}"

    @property
    def hosted_at(self) -> str:
        """Where a CNAME leads: the record is then not the domain owner's to write."""
        return printable(self.answer.chain[-1]) if self.answer and self.answer.chain else ""

    @property
    def announced(self) -> bool:
        """Senders see a record and ask for the policy."""
        return bool(self.id)


async def look_at_mta_sts(domain: str, world: World, ways: Ways) -> STSView:
    """Record, then policy. Raises nothing of the network's."""
    name = f"_mta-sts.{domain}"
    try:
        answer = await world.dns.query(name, "TXT")
    except DNSUnavailable as error:
        return STSView(domain, trouble=printable(error.detail))
    except ValueError:  # the domain is so long that no such name can be
        return STSView(domain)
    records, near = sts_records(answer.texts)
    found, fault = "", ""
    if len(records) == 1:
        try:
            found = read_id(records[0])
        except BadPolicy as error:
            fault = error.why
    elif not records and near:
        fault = "it must begin with v=STSv1;"
    fetched = await _policy(domain, world, ways, announced=bool(found))
    policy, policy_fault = None, None
    if fetched is not None and fetched.text is not None:
        try:
            policy = read_policy(fetched.text)
        except BadPolicy as error:
            policy_fault = error
    renewed = bool(found) and await _first_id(domain, world, found) not in ("", found)
    return STSView(
        domain, answer, "", tuple(records), tuple(near), found, fault, fetched, policy, policy_fault, renewed
    )


async def _first_id(domain: str, world: World, found: str) -> str:
    """The id that this report saw first, which is the one really published; "" where there was no good one."""

    async def seen() -> str:
        return found

    return await world.once(("mta-sts id", domain), seen)


async def _policy(domain: str, world: World, ways: Ways, *, announced: bool) -> Fetched | None:
    """The policy; without an announcement only where its host exists, and without a word where it fails."""
    host = f"mta-sts.{domain}"
    port = "" if ways.https_port == 443 else f":{ways.https_port}"
    url = f"https://{host}{port}/.well-known/mta-sts.txt"
    network = world.network
    if network is None:
        return Fetched(url, kind="unseen", why="only DNS was asked", reason="not configured") if announced else None
    if not announced:
        try:
            if not (await world.dns.query(host, "A")).addresses:
                return None
        except (DNSUnavailable, ValueError):
            return None
    timeout_s = FETCH_S if announced else PEEK_S
    return await world.once(("mta-sts policy", url, announced), lambda: _fetch(network, url, timeout_s))


async def _fetch(network: Network, url: str, timeout_s: float) -> Fetched:
    def failed(kind: str, why: str) -> Fetched:
        return Fetched(url, kind=kind, why=why)

    try:
        response = await fetch(network, url, timeout_s=timeout_s, byte_limit=MOST_BYTES, redirects=0)
    except HostUnknown:
        return failed("host", "its host does not exist in DNS, or has no address")
    except TLSFailed as error:
        return failed("certificate", _TLS_WORDS.get(error.kind, f"TLS fails there ({printable(error.detail, 200)})"))
    except ConnectRefused:
        return failed("refused", "its host refuses connections on port 443")
    except TooMuch:
        return failed("size", f"it is longer than {MOST_BYTES // 1024} KiB, or never ends")
    except NotHTTP as error:
        return failed("status", f"what its web server answers cannot be read ({printable(error.detail, 200)})")
    except NotAllowed as error:
        return Fetched(url, kind="unseen", why=printable(error.detail, 300), reason="not allowed")
    except NetworkError as error:
        why = f"{type(error).__name__}, {printable(error.detail, 300)}"
        return Fetched(url, kind="unseen", why=why, reason="unavailable")
    if 300 <= response.status < 400:
        target = printable(response.header("location"), 200)
        return failed(
            "redirect", f"the web server redirects to {target or 'another page'}, which senders do not follow"
        )
    if response.status != 200:
        return failed("status", f"the web server answers {response.status}")
    media_type = response.header("content-type").partition(";")[0].strip().lower()
    if media_type not in ("", "text/plain"):
        return failed("media_type", f"it is served as {printable(media_type, 80)}, and must be text/plain")
    return Fetched(url, response.body)

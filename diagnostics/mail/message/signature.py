"""One DKIM-Signature field: its tags, and what is wrong with it before any key is asked for (RFC 6376 §3.5, §6.1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from diagnostics.mail.message.raw import Field
from diagnostics.network import is_name
from diagnostics.printable import printable

MOST_FIELD_OCTETS = 8 * 1024  # a real one has about one; dkimpy's patterns are not linear
MOST_SIGNED_NAMES = 200
CLOCK_SLACK_S = 10 * 3600  # as dkimpy: for mailers whose clock or time zone is wrong

ALGORITHMS = ("rsa-sha256", "ed25519-sha256")
RETIRED = ("rsa-sha1",)  # RFC 8301 §3.1: signers must not use it, verifiers must not accept it
_NEEDED = ("v", "a", "b", "bh", "d", "h", "s")
_CANONICALIZATIONS = frozenset({"simple", "relaxed"})
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}")


@dataclass(frozen=True)
class Tags:
    """A signature as its field has it. What could not be read stands in `problem`."""

    domain: str = ""  # d=
    selector: str = ""  # s=
    algorithm: str = ""  # a=
    canonicalization: str = "simple/simple"  # c=
    identity_domain: str = ""  # of i=; the local part is nobody's business
    signed: tuple[str, ...] = ()  # h=, lower case
    body_length: int | None = None  # l=
    signed_at: int | None = None  # t=, seconds since 1970
    expires_at: int | None = None  # x=
    signature: str = field(default="", repr=False)  # b=, base64 without space
    body_hash: str = ""  # bh=
    problem: str = ""

    @property
    def key_name(self) -> str:
        """Where the public key lies."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def relaxed_body(self) -> bool:
        return self.canonicalization.endswith("/relaxed")

    @property
    def covers_from(self) -> bool:
        return "from" in self.signed


def read_tags(source: Field) -> Tags:
    """The tags of a DKIM-Signature field; never raises."""
    if len(source.value) > MOST_FIELD_OCTETS:
        return Tags(problem=f"it is longer than {MOST_FIELD_OCTETS:,} octets")
    try:
        text = source.value.decode("ascii")
    except UnicodeDecodeError:
        return Tags(problem="it has an octet that is not ASCII")
    values: dict[str, str] = {}
    for part in text.strip().removesuffix(";").split(";"):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not part.strip() and text.strip():
            return _told(values, "two semicolons stand side by side")
        if not equals or not _TAG_NAME.fullmatch(name):
            return _told(values, f"{printable(part.strip(), 60) or 'nothing'} is no tag=value")
        if name in values:
            return _told(values, f"the tag {name}= stands twice")
        values[name] = value
    return _told(values, _problem(values))


def _told(values: dict[str, str], problem: str) -> Tags:
    canonicalization = values.get("c", "simple/simple")
    return Tags(
        domain=printable(values.get("d", "").rstrip(".").lower(), 253),
        selector=printable(values.get("s", "").lower(), 253),
        algorithm=printable(values.get("a", ""), 40),
        canonicalization=printable(canonicalization if "/" in canonicalization else canonicalization + "/simple", 40),
        identity_domain=printable(values.get("i", "").rpartition("@")[2].lower(), 253),
        signed=tuple(
            printable(each.strip().lower(), 80) for each in values.get("h", "").split(":")[:MOST_SIGNED_NAMES]
        ),
        body_length=_number(values.get("l")),
        signed_at=_number(values.get("t")),
        expires_at=_number(values.get("x")),
        signature="".join(values.get("b", "").split()),
        body_hash="".join(values.get("bh", "").split()),
        problem=problem,
    )


def _number(text: str | None) -> int | None:
    """Digits as a number; RFC 6376 §3.5 allows t= and x= twelve, l= seventy-six."""
    return int(text) if text and re.fullmatch("[0-9]{1,76}", text, re.ASCII) else None


def _problem(values: dict[str, str]) -> str:
    """The first thing that makes a verifier turn the signature down unseen; "" for none."""
    if missing := [name for name in _NEEDED if not values.get(name)]:
        return f"the tag {missing[0]}= is missing"
    if values["v"] != "1":
        return f"v={printable(values['v'], 20)} is no version that exists; v=1 is"
    if values["a"] not in (*ALGORITHMS, *RETIRED):
        return f"a={printable(values['a'], 40)} is no algorithm of DKIM"
    for name in ("b", "bh"):
        value = "".join(values[name].split())
        if not _BASE64.fullmatch(value) or len(value) % 4:
            return f"the value of {name}= is no base64"
    domain = values["d"].rstrip(".")
    if not is_name(f"{values['s']}._domainkey.{domain}") or not re.fullmatch(
        r"[\w.-]+", values["s"] + domain, re.ASCII
    ):
        return "d= and s= make no name that DNS could have"
    if "." not in domain:
        return f"d={printable(domain, 60)} is no full domain name"
    identity = values.get("i", "").rpartition("@")[2].lower()
    if identity and identity != domain.lower() and not identity.endswith("." + domain.lower()):
        return f"i= is at {printable(identity, 80)}, which is neither {printable(domain, 80)} nor below it"
    if set(values.get("c", "simple").split("/")) - _CANONICALIZATIONS or values.get("c", "").count("/") > 1:
        return f"c={printable(values['c'], 40)} is no canonicalization of DKIM"
    if values["h"].count(":") >= MOST_SIGNED_NAMES:
        return f"h= names more than {MOST_SIGNED_NAMES} fields"
    for name in ("l", "t", "x"):
        if name in values and _number(values[name]) is None:
            return f"{name}= is no number"
    if "q" in values and "dns/txt" not in [each.strip() for each in values["q"].split(":")]:
        return "q= names no way to ask for the key but ones that do not exist"
    signed_at, expires_at = _number(values.get("t")), _number(values.get("x"))
    if signed_at is not None and expires_at is not None and expires_at < signed_at:
        return "x= lies before t=: it has expired before it was made"
    return ""


def shown_time(seconds: int | None) -> str:
    """t= or x= for people, UTC; "" for none."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s after 1970"

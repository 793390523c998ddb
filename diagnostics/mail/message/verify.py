"""Does a signature hold, and if not, what broke it? dkimpy verifies; what it leaves open is told apart here.

dkimpy says only yes or no. Why not: the body hash is compared on its own (RFC 6376 §3.7), and an
RSA signature is opened with the published key: what comes out shows whether the key is the signer's
and the header changed, or the key is another. Everything here may be slow: call it in a thread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import dkim
import dkim.canonicalization
import dkim.util
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from diagnostics.mail.message.raw import Field, Raw
from diagnostics.mail.message.signature import Tags

MOST_KEY_BITS = 4096  # RFC 8301 §3.2: what every verifier takes; a power with a long key costs time
MOST_EXPONENT_BITS = 33
MOST_FOOTER_LINES = 20_000  # of a body, tried as the end of what was signed
MOST_SPACES = 200  # in a row in a signature: dkimpy's patterns are quadratic there

# dkimpy raises whatever its parsers run into.
_ENDS = (
    *(dkim.DKIMException, dkim.util.InvalidTagValueList),
    *(ValueError, TypeError, ArithmeticError, LookupError, AssertionError, RecursionError),
)
_PREFIX = re.compile(rb"\s*\[[^\[\]]{1,80}\]\s*")
# dkimpy logs what it trips over: pieces of the header, at places where nobody wants them.
_SILENT = logging.getLogger("diagnostics.dkimpy")
_SILENT.disabled = True
_WHITE = re.compile(rb"(?<![ \t])[ \t]{2,}")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")


Headers = list[list[bytes]]  # as dkimpy has them: name and value, with its line ends


class Held(StrEnum):
    """How the mathematics ended, the key being at hand."""

    YES = "yes"
    BODY_ALTERED = "body altered"
    HEADER_ALTERED = "header altered"  # the key is the signer's
    OTHER_KEY = "other key"  # the published key did not make this signature
    NO = "no"  # one of the two; which cannot be told
    UNTOLD = "untold"  # dkimpy cannot do it here


@dataclass(frozen=True)
class Proof:
    """What the verification came to, and what was learned on the way."""

    held: Held
    detail: str = ""
    body_holds: bool = True
    header_holds: bool = True
    added_lines: int = 0  # behind what was signed; 0: not at the end, or not known
    unquoted: bool = False  # only without the ">" that an mbox puts before "From "


class Verifier:
    """One message, ready to have its signatures verified."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._body = _with_crlf(raw.body)
        self._headers = [[field.name, field.value + b"\r\n"] for field in raw.fields]
        self._canonicals: dict[tuple[bool, bool], bytes] = {}

    def verify(self, field: Field, tags: Tags, key: bytes, public: bytes) -> Proof:
        """Whether the signature in *field* holds with the key record *key*, found good, whose p= has *public*."""
        if too_costly(public):
            return Proof(Held.UNTOLD, "its RSA key has an exponent that nobody uses")
        if re.search(rb"\s{%d}" % MOST_SPACES, field.value):
            return Proof(Held.UNTOLD, f"it has more than {MOST_SPACES} spaces in a row")
        try:
            body_holds, unquoted = self._body_holds(tags)
            header_holds = self._header_holds(field, key, self._headers)
            changed = "" if header_holds or not body_holds else self._changed(field, tags, key)
        except dkim.NaClNotFoundError:
            return Proof(Held.UNTOLD, "Ed25519 needs the package PyNaCl, which is not installed here")
        except _ENDS as error:
            return Proof(Held.UNTOLD, f"dkimpy ended with {type(error).__name__}")
        if not body_holds:
            return Proof(
                Held.BODY_ALTERED,
                body_holds=False,
                header_holds=header_holds,
                added_lines=self._added_lines(tags),
            )
        if header_holds:
            return Proof(Held.YES, unquoted=unquoted)
        held = Held.HEADER_ALTERED if changed else _why_not(tags, public)
        if held is Held.HEADER_ALTERED:
            return Proof(held, changed, header_holds=False)
        return Proof(held, "the signature does not open with it" if held is Held.OTHER_KEY else "", header_holds=False)

    # -- the body ---------------------------------------------------------------

    def _body_holds(self, tags: Tags) -> tuple[bool, bool]:
        """Whether bh= is the body's hash, and whether only without an mbox's quoting."""
        if self._hash(self._canonical(tags.relaxed_body, False), tags) == tags.body_hash:
            return True, False
        if self._raw.mbox and self._hash(self._canonical(tags.relaxed_body, True), tags) == tags.body_hash:
            return True, True
        return False, False

    def _canonical(self, relaxed: bool, unquoted: bool) -> bytes:
        if (relaxed, unquoted) not in self._canonicals:
            self._canonicals[relaxed, unquoted] = self._canonicalized(relaxed, unquoted)
        return self._canonicals[relaxed, unquoted]

    def _canonicalized(self, relaxed: bool, unquoted: bool) -> bytes:
        body = _QUOTED_FROM.sub(rb"\1", self._body) if unquoted else self._body
        # First steps done here in linear time: dkimpy's patterns are quadratic in a row of spaces, and it takes
        # empty lines off the end one by one.
        if relaxed:
            body = _WHITE.sub(b" ", body).replace(b" \r\n", b"\r\n").replace(b"\t\r\n", b"\r\n")
        ends = re.match(rb"(?:\n\r)*", body[::-1])
        if ends and ends.end() > 2:
            body = body[: 2 - ends.end()]
        policy = dkim.canonicalization.CanonicalizationPolicy.from_c_value(b"simple/relaxed" if relaxed else b"simple")
        return bytes(policy.canonicalize_body(body))

    @staticmethod
    def _hash(body: bytes, tags: Tags) -> str:
        if tags.body_length is not None:
            if tags.body_length > len(body):
                return ""  # RFC 6376 §3.5: more than there is
            body = body[: tags.body_length]
        return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")

    def _added_lines(self, tags: Tags) -> int:
        """How many lines at the end were put there after signing; 0 where that is not what happened."""
        body = self._canonical(tags.relaxed_body, False)
        if tags.body_length is not None or body.count(b"\r\n") > MOST_FOOTER_LINES:
            return 0
        lines = body.split(b"\r\n")[:-1]
        so_far = hashlib.sha256()
        blank = 0  # empty lines, which only count when another comes behind them
        for number, line in enumerate(lines, 1):
            if not line:
                blank += 1
                continue
            so_far.update(b"\r\n" * blank + line + b"\r\n")
            blank = 0
            if base64.b64encode(so_far.digest()).decode("ascii") == tags.body_hash:
                return len(lines) - number
        return 0

    # -- the header -------------------------------------------------------------

    def _header_holds(self, field: Field, key: bytes, headers: Headers) -> bool:
        signer = dkim.DKIM(minkey=0, logger=_SILENT)  # a short key is judged as a key
        signer.headers = headers
        signer.body = b""
        tags: dict[bytes, bytes] = dkim.util.parse_tag_value(field.value)
        tags.pop(b"bh")  # compared already
        names = [name.strip().lower() for name in tags[b"h"].split(b":")]
        return bool(signer.verify_sig(tags, names, (field.name, field.value + b"\r\n"), lambda name, timeout=0: key))

    def _changed(self, field: Field, tags: Tags, key: bytes) -> str:
        """What was done to the header, where undoing it makes the signature hold; "" for what is not known."""
        for at, (name, value) in enumerate(self._headers):
            prefix = _PREFIX.match(value) if name.lower() == b"subject" else None
            if prefix:
                before = [*self._headers[:at], [name, b" " + value[prefix.end() :]], *self._headers[at + 1 :]]
                if self._header_holds(field, key, before):
                    return "the subject got a prefix in brackets"
        for signed in dict.fromkeys(tags.signed):
            places = [at for at, (name, _) in enumerate(self._headers) if name.strip().lower() == signed.encode()]
            if len(places) > 1 and signed not in ("received", "dkim-signature"):
                without = [each for at, each in enumerate(self._headers) if at != places[0]]
                if self._header_holds(field, key, without):
                    return f"another {signed.title()} field was put above the signed one"
        return ""


def _with_crlf(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _why_not(tags: Tags, der: bytes) -> Held:
    """The header's hash is another, or the key is: an RSA signature opens only with its own key (RFC 8017 §8.2.2)."""
    public = rsa_key(der) if tags.algorithm == "rsa-sha256" else None
    if public is None:
        return Held.NO
    try:
        signature = base64.b64decode(tags.signature)
        public.recover_data_from_signature(signature, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError, binascii.Error):
        return Held.OTHER_KEY
    except UnsupportedAlgorithm:
        return Held.NO
    return Held.HEADER_ALTERED


def rsa_key(der: bytes) -> rsa.RSAPublicKey | None:
    """The RSA key that *der* is; None for another."""
    try:
        public = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return public if isinstance(public, rsa.RSAPublicKey) else None


def too_costly(der: bytes) -> bool:
    """Would one power with this RSA key take more time than an answer is worth?"""
    public = rsa_key(der)
    if public is None:
        return False
    numbers = public.public_numbers()
    return numbers.n.bit_length() > MOST_KEY_BITS or numbers.e.bit_length() > MOST_EXPONENT_BITS


# -- ARC --------------------------------------------------------------------------


@dataclass(frozen=True)
class Chain:
    """An ARC chain (RFC 8617), reported and not judged."""

    sets: int = 0
    state: str = "none"  # none, pass, fail, unknown
    detail: str = ""
    sealers: tuple[str, ...] = ()  # d= of each seal, the first one first


def verify_chain(
    raw: Raw, keys: Mapping[str, bytes], unseen: Sequence[str], sealers: Sequence[str], *, relaxed_body: bool
) -> Chain:
    """The chain's state with *keys* (name -> record); *unseen* are the names that DNS did not answer for.

    *relaxed_body*: every set has c=…/relaxed.
    """
    chain = dkim.ARC(minkey=0, logger=_SILENT)
    chain.headers = [[field.name, field.value + b"\r\n"] for field in raw.fields]
    body = _with_crlf(raw.body)
    # As in `_canonicalized`: the same for relaxed, in linear time.
    chain.body = _WHITE.sub(b" ", body) if relaxed_body else body
    try:
        state, _, detail = chain.verify(dnsfunc=lambda name, timeout=0: keys.get(_plain(name)))
    except _ENDS as error:
        return Chain(len(sealers), "fail", f"it is no chain ({type(error).__name__})", tuple(sealers))
    if state == dkim.CV_Pass or not unseen:
        words = {dkim.CV_Pass: "pass", dkim.CV_None: "none"}.get(state, "fail")
        return Chain(len(sealers), words, "" if words == "pass" else str(detail)[:200], tuple(sealers))
    return Chain(len(sealers), "unknown", f"DNS did not answer for {', '.join(unseen[:5])}", tuple(sealers))


def _plain(name: bytes | str) -> str:
    text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
    return text.rstrip(".").lower()

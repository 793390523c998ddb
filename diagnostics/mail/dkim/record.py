"""From TXT records to a key: the tags of RFC 6376 §3.6.1, and what people make of them in DNS panels."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from diagnostics.mail.dkim.key import Flaw, Found, Key
from diagnostics.mail.dkim.material import Material, measured
from diagnostics.printable import printable

MOST_RECORD = 8192  # octets: an RSA key of 16,384 bits fits
MOST_RECORDS = 16  # of one name, that are read
MOST_PIECES = 4  # of one record, that are put together
LEAST_PIECE = 40  # characters of what can be a key by itself
MOST_SHOWN = 1500  # characters of a record

# Each begins at a fixed place or at a delimiter, and no two of its repeats can take the same characters: a record
# made to be slow costs no more than its length.
_FOREIGN = re.compile(r"v\s*=\s*(?!dkim)[a-z]", re.IGNORECASE)
_KEY_LIKE = re.compile(
    r"(?:^|[;\\\"])\s*(?:v\s*=[\s\"\\]?dkim|p\s*=|k\s*=\s*(?:rsa|ed25519))|-----BEGIN", re.IGNORECASE
)
_PIECE = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\Z")
_TAG = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*=([\x21-\x3a\x3c-\x7e\s]*)\Z", re.ASCII)
_ARMOUR = re.compile(r"-----(?:BEGIN|END)[A-Z ]*-----")
_IN_P = re.compile(r"(?:^|[;\s])p\s*=\s*([A-Za-z0-9+/=\s]*)", re.IGNORECASE)

_MENDED_BY_TAGS = frozenset({Flaw.SERVICE, Flaw.HASH, Flaw.TESTING})


class _Broken(ValueError):
    """The text is no tag list; the words say why."""


@dataclass(frozen=True)
class _Reading:
    """What one text comes to. *mended* is "" where the text cannot be put right."""

    flaws: tuple[Found, ...]
    tags: dict[str, str]
    material: Material
    mended: str

    @property
    def whole(self) -> bool:
        """Whether a public key can be read out of it."""
        return bool(self.material.public)


def read_key(name: str, texts: Sequence[bytes]) -> Key:
    """The key that the TXT records *texts* at *name* publish, with all that is wrong with it.

    *texts*: each record's strings joined. None: a key that does not exist.
    """
    texts = list(dict.fromkeys(texts))[:MOST_RECORDS]  # the same record twice is one (RFC 2181 §5)
    shown = tuple(printable(each, MOST_SHOWN) for each in texts)
    if not texts:
        return Key(name)
    if len(texts) == 1:
        return _key(name, shown, _read(texts[0]))
    return _of_several(name, shown, texts)


def is_key_like(text: bytes) -> bool:
    """Whether *text* was meant as a DKIM key: SPF and verification records at the same name are not."""
    plain = text[:MOST_RECORD].decode("latin-1").strip(' \t\r\n"')
    if _FOREIGN.match(plain):
        return False
    return bool(_KEY_LIKE.search(plain)) or (len(plain) > 100 and plain.startswith("MI") and bool(_PIECE.match(plain)))


def _key(name: str, shown: tuple[str, ...], reading: _Reading) -> Key:
    tags, material = reading.tags, reading.material
    flags = _list(tags.get("t", ""))
    if any(each.flaw is Flaw.PRIVATE for each in reading.flaws):
        shown = ("(a private key, not repeated here)",)
    return Key(
        name,
        shown,
        type=material.type or tags.get("k", ""),
        bits=material.bits,
        testing="y" in flags,
        strict="s" in flags,
        hashes=_list(tags.get("h", "")),
        services=_list(tags.get("s", "")),
        flaws=reading.flaws,
        mended=reading.mended if reading.flaws else "",
        public=material.public,
    )


def _of_several(name: str, shown: tuple[str, ...], texts: list[bytes]) -> Key:
    """RFC 6376 §3.6.2.2: one record at a name. Are these pieces of one, or one too many?"""
    readings = [(text, _read(text)) for text in texts if is_key_like(text)]
    for _, each in readings:
        if any(found.flaw is Flaw.PRIVATE for found in each.flaws):
            return _key(name, shown, each)
    usable = [(text, each) for text, each in readings if each.whole and _of_use(each)]
    if not usable and (joined := _put_together(texts)):
        detail = f"its pieces stand in {len(texts)} TXT records; they belong into one, as several strings of it"
        reading = replace(joined, flaws=(Found(Flaw.MALFORMED, detail), *joined.flaws))
        return _key(name, shown, replace(reading, mended=_canonical(joined)))
    different = {each.material.public for _, each in usable}
    detail = f"there are {len(texts)} TXT records"
    detail += f", {len(readings)} of them keys" if len(readings) != len(texts) else ""
    if not usable:
        reading = readings[0][1] if readings else _read(texts[0])
        return _key(name, shown, replace(reading, flaws=(Found(Flaw.SEVERAL, detail), *reading.flaws)))
    text, reading = usable[0]
    mended = ""
    if len(different) == 1:
        mended = _canonical(reading) if reading.flaws else text.decode("ascii")
    return _key(name, shown, replace(reading, flaws=(Found(Flaw.SEVERAL, detail), *reading.flaws), mended=mended))


def _of_use(reading: _Reading) -> bool:
    return all(each.flaw is not Flaw.MALFORMED for each in reading.flaws)


def _put_together(texts: list[bytes]) -> _Reading | None:
    """The one record whose pieces *texts* are; None where they are not."""
    if not 1 < len(texts) <= MOST_PIECES or sum(map(len, texts)) > MOST_RECORD:
        return None
    for order in itertools.permutations(texts):
        reading = _read(b"".join(order))
        if reading.whole and _of_use(reading):
            return reading
    return None


def _read(text: bytes) -> _Reading:
    """One record, strictly; and, where it is broken, what it was meant to be."""
    if len(text) > MOST_RECORD:
        return _nothing(f"it has {len(text)} octets, more than any key")
    if b"PRIVATE KEY" in text:
        return _Reading((Found(Flaw.PRIVATE, "it is a private key"),), {}, Material(), "")
    try:
        tags = _tags(text)
    except _Broken as broken:
        return _repaired(text, str(broken))
    if "p" not in tags:
        return _repaired(text, "it has no p= tag: that is where the key belongs")
    if not _squeezed(tags["p"]):
        return _Reading((Found(Flaw.REVOKED, "p= is empty"),), tags, Material(), "")
    material = measured(_squeezed(tags["p"]), tags.get("k", "rsa"))
    if material.flaw:
        if material.flaw is Flaw.PRIVATE:
            return _Reading((Found(material.flaw, material.detail),), tags, Material(), "")
        meant = _lenient(text)
        mended = _canonical(meant) if meant and meant.whole else ""
        known = meant.material if meant and meant.whole else Material(type=material.type)
        return _Reading((Found(material.flaw, material.detail),), tags, known, mended)
    flaws = tuple(_unfit(tags, material))
    reading = _Reading(flaws, tags, material, "")
    mendable = any(each.flaw in _MENDED_BY_TAGS for each in flaws)
    return replace(reading, mended=_canonical(reading)) if mendable else reading


def _unfit(tags: dict[str, str], material: Material) -> list[Found]:
    """What a well-formed record has against it, the worst first."""
    found = []
    services = _list(tags.get("s", ""))
    if services and not {"*", "email"} & set(services):
        found.append(Found(Flaw.SERVICE, f"s={printable(tags['s'], 60)} leaves mail out"))
    hashes = _list(tags.get("h", ""))
    if hashes and "sha256" not in hashes:
        shown = printable(tags["h"], 60)
        found.append(Found(Flaw.HASH, f"h={shown} leaves out sha256, the only hash still in use"))
    found.extend(material.judged())
    if "y" in _list(tags.get("t", "")):
        found.append(Found(Flaw.TESTING, "t=y says that the domain is only testing"))
    return found


def _tags(text: bytes) -> dict[str, str]:
    """The tag list (§3.2). Raises _Broken."""
    try:
        plain = text.decode("ascii")
    except UnicodeDecodeError as error:
        raise _Broken(f"it has an octet that is not ASCII, the {_nth(error.start + 1)}") from error
    tags: dict[str, str] = {}
    specs = plain.split(";")
    if specs and not specs[-1].strip():
        specs.pop()
    for number, spec in enumerate(specs):
        found = _TAG.match(spec.strip())
        if found is None:
            raise _Broken(_why_no_tag(spec))
        name, value = found[1], found[2].strip()
        if name in tags:
            raise _Broken(f"the tag {name}= stands twice")
        if name == "v" and number:
            raise _Broken("v=DKIM1 is not the first tag")
        if name == "v" and value != "DKIM1":
            raise _Broken(f"it begins with v={printable(value, 40)} where only v=DKIM1 is known")
        tags[name] = value
    return tags


def _why_no_tag(spec: str) -> str:
    shown = printable(spec.strip(), 60)
    if not spec.strip():
        return "two semicolons stand side by side"
    if odd := next((each for each in spec if not each.isprintable() and not each.isspace()), ""):
        return f"a character that cannot be printed stands in it ({printable(odd)})"
    if "\\" in spec:
        return f"a backslash stands in it, at {shown}"
    if '"' in spec or "“" in spec:
        return f"quotation marks are part of its text, at {shown}"
    return f"{shown} is no tag of the form name=value"


def _repaired(text: bytes, why: str) -> _Reading:
    """A broken record, with what it was meant to be where that can be told."""
    meant = _lenient(text)
    if meant is not None and any(each.flaw is Flaw.PRIVATE for each in meant.flaws):
        return meant
    if meant is None or not meant.whole:
        why = why if is_key_like(text) else "what stands there is no key record"
        return _nothing(why)
    return replace(meant, flaws=(Found(Flaw.MALFORMED, why), *meant.flaws), mended=_canonical(meant))


def _lenient(text: bytes) -> _Reading | None:
    """The record that *text* was meant to be, its quotes, backslashes and PEM lines taken off; None for none."""
    plain = "".join(each for each in text.decode("ascii", "ignore") if each.isprintable())
    plain = _ARMOUR.sub("", plain.replace('" "', "").replace('"', "").replace("\\", ""))
    tags: dict[str, str] = {}
    for spec in plain.split(";"):
        if found := _TAG.match(spec.strip()):
            tags.setdefault(found[1].lower(), found[2].strip())
    if not tags.get("p"):
        inside = _IN_P.search(plain)
        alone = [each for each in plain.split(";") if len(each) > LEAST_PIECE and _PIECE.match(each.strip())]
        tags["p"] = inside[1] if inside else "".join(alone[:1])
    key = re.sub(r"[^A-Za-z0-9+/]", "", tags["p"])
    if not key:
        return None
    tags["p"] = key + "=" * (-len(key) % 4)
    material = measured(tags["p"], tags.get("k", "rsa").lower(), lenient=True)
    if material.flaw is Flaw.PRIVATE:
        return _Reading((Found(Flaw.PRIVATE, material.detail),), tags, Material(), "")
    if material.flaw:
        return None
    return _Reading(tuple(_unfit(tags, material)), tags, material, "")


def _canonical(reading: _Reading) -> str:
    """The record without its flaws: v= first, p= last, no h= or s= that shuts mail out, no t=y."""
    tags, material = reading.tags, reading.material
    parts = ["v=DKIM1"]
    hashes, services = _list(tags.get("h", "")), _list(tags.get("s", ""))
    if "sha256" in hashes:
        parts.append("h=" + ":".join(hashes))
    parts.append(f"k={material.type}")
    if services and {"*", "email"} & set(services):
        parts.append("s=" + ":".join(services))
    if flags := [each for each in _list(tags.get("t", "")) if each != "y"]:
        parts.append("t=" + ":".join(flags))
    return "; ".join((*parts, f"p={material.text}"))


def _nothing(why: str) -> _Reading:
    return _Reading((Found(Flaw.MALFORMED, why),), {}, Material(), "")


def _list(value: str) -> tuple[str, ...]:
    """A colon-separated list."""
    return tuple(each for each in (part.strip().lower() for part in value[:200].split(":")) if each)


def _squeezed(value: str) -> str:
    return re.sub(r"\s+", "", value)


def _nth(number: int) -> str:
    end = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{end}"

"""SPF's macro strings: `%{ir}.%{v}._spf.%{d2}` (RFC 7208 §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

MOST_NAME = 253  # RFC 7208 §7.3: a longer name loses labels from its left
MOST_EXPLANATION = 2048  # ours: it goes into one SMTP reply

LETTERS = "slodiphv"
EXPLANATION_LETTERS = LETTERS + "crt"  # RFC 7208 §7.2: these three only in an explanation's text
_PIECE = re.compile(
    r"%\{(?P<letter>[a-z])(?P<digits>[0-9]*)(?P<reverse>r?)(?P<delimiters>[.\-+,/_=]*)\}"
    r"|%(?P<escape>[%_-])"
    r"|(?P<literal>[\x20-\x24\x26-\x7e]+)",
    re.IGNORECASE | re.ASCII,
)
_ESCAPES = {"%": "%", "_": " ", "-": "%20"}
# RFC 7208 §12: a name ends in a top label that is no number, and may have a final dot.
_TOP_LABEL = re.compile(r"\.(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?\Z", re.IGNORECASE | re.ASCII)


class BadMacro(ValueError):
    """What the macro string has that the grammar does not; the text is for people."""


@dataclass(frozen=True)
class Macro:
    """`%{letter digits r delimiters}`."""

    letter: str
    keep: int = 0  # the right-most parts to keep; 0: all
    reverse: bool = False
    delimiters: str = ""
    escape: bool = False  # an upper-case letter: URL-escaped

    def expand(self, value: str) -> str:
        """*value* split, turned, cut, joined by dots and escaped, as far as the macro says."""
        parts = re.split(f"[{re.escape(self.delimiters or '.')}]", value)
        if self.reverse:
            parts.reverse()
        text = ".".join(parts[-self.keep :])
        return quote(text, safe="", errors="surrogateescape") if self.escape else text


@dataclass(frozen=True)
class MacroString:
    """A parsed macro string: literal text and macros in turn."""

    text: str
    pieces: tuple[str | Macro, ...]
    ends_in_macro: bool

    @staticmethod
    def parse(text: str, letters: str = LETTERS, *, spaces: bool = False) -> MacroString:
        """Raises BadMacro."""
        pieces: list[str | Macro] = []
        at, literal = 0, True
        while at < len(text):
            found = _PIECE.match(text, at)
            if found is None or (not spaces and " " in found[0]):
                raise BadMacro(_trouble(text, at))
            pieces.append(_piece(found, letters))
            at, literal = found.end(), bool(found["literal"])
        return MacroString(text, tuple(pieces), not literal)

    @property
    def letters(self) -> frozenset[str]:
        """The macro letters in it, in lower case."""
        return frozenset(each.letter for each in self.pieces if isinstance(each, Macro))

    @property
    def ends_as_a_name(self) -> bool:
        """RFC 7208 §7.1, domain-end: a top label, or a macro."""
        return self.ends_in_macro or bool(_TOP_LABEL.search(self.text))

    def expand_name(self, values: Mapping[str, str]) -> str:
        """The name that it stands for: 253 characters at most, whole labels cut from the left, no final dot."""
        # From the right, so that a record that repeats a long macro a thousand times costs nothing.
        kept, length = [], 0
        for piece in reversed(self.pieces):
            kept.append(piece if isinstance(piece, str) else piece.expand(values[piece.letter]))
            length += len(kept[-1])
            if length > MOST_NAME + 1:
                break
        name = "".join(reversed(kept)).removesuffix(".")
        if len(name) <= MOST_NAME:
            return name
        _, dot, rest = name[-MOST_NAME - 1 :].partition(".")
        return rest if dot else name[-MOST_NAME - 1 :]

    def expand_text(self, values: Mapping[str, str]) -> str:
        """The explanation that it stands for, cut at `MOST_EXPLANATION` characters."""
        made, length = [], 0
        for piece in self.pieces:
            made.append(piece if isinstance(piece, str) else piece.expand(values[piece.letter]))
            length += len(made[-1])
            if length > MOST_EXPLANATION:
                break
        return "".join(made)[:MOST_EXPLANATION]


def _piece(found: re.Match[str], letters: str) -> str | Macro:
    if found["literal"]:
        return found["literal"]
    if found["escape"]:
        return _ESCAPES[found["escape"]]
    letter, digits = found["letter"], found["digits"]
    if letter.lower() not in letters:
        why = "stands in explanations alone" if letter.lower() in EXPLANATION_LETTERS else "is no macro letter"
        raise BadMacro(f"{found[0]}: {letter} {why}")
    if digits and not digits.strip("0"):
        raise BadMacro(f"{found[0]}: it keeps no part; the number must not be zero")
    keep = int(digits.lstrip("0")[:4] or 0)  # no name has 1,000 labels: more digits change nothing
    return Macro(letter.lower(), keep, bool(found["reverse"]), found["delimiters"], letter.isupper())


def _trouble(text: str, at: int) -> str:
    if text[at] == "%":
        return f"{text[at : at + 12]!r}: after % comes {{letter}}, %, _ or -"
    return f"the character {text[at]!r} may not stand there"

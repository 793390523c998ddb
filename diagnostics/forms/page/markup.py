"""HTML as a stream of tokens, cut where a browser cuts it (WHATWG HTML §13.2.5), in time linear to its length.

No tree is built: pages come from strangers, and a tree can be made to cost any time (800,000 nested elements took
Lexbor more than a minute, and libxml2 drops what lies deeper than 256). What a form owns needs none: HTML itself binds
a field to its form by a pointer in the stream (§13.2.4.4), which is how a browser reads pages whose tags do not nest.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """A start tag; names are in lower case, references in values resolved."""

    name: str
    attrs: Mapping[str, str]
    at: int  # where it stands in the text


@dataclass(frozen=True, slots=True)
class End:
    """An end tag."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Characters between tags; *raw*: the inside of a script, a style and the like, as it is written."""

    text: str
    raw: str = ""  # the element's name


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands in a comment."""

    text: str


Token = Start | End | Text | Comment

# §13.2.5: what is text up to its own end tag. `noscript` as a browser with scripts reads it.
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "noscript"})
_REFERENCES = frozenset({"textarea", "title"})  # text too, with references
_TAG_NAME = re.compile(r"[a-zA-Z][^\t\n\f\r />]*")
_BETWEEN = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE = re.compile(r"=?[^\t\n\f\r />=]*")  # a first "=" belongs to the name
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_TURN = re.compile(r"(<!--)|(-->)|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)
# In SVG and MathML nothing is raw and `<title/>` ends itself; these lead back into HTML (§13.2.6.5).
_FOREIGN = frozenset({"svg", "math"})
_BACK_INSIDE = frozenset({"foreignobject", "desc", "annotation-xml", "mtext", "mi", "mo", "mn", "ms"})
_BREAK_OUT = frozenset(  # one by one they would fill a page
    str.split(
        "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu "
        "meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var"
    )
)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of *text*, in order."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._foreign: list[str] = []  # the svg, math and way-back elements that are open

    def read(self) -> Iterator[Token]:
        text, size = self._text, len(self._text)
        while self._at < size:
            opens = text.find("<", self._at)
            if opens < 0:
                opens = size
            if opens > self._at:
                yield Text(html.unescape(text[self._at : opens]))
            if opens == size:
                return
            self._at = opens
            yield from self._markup(opens)

    def _markup(self, at: int) -> Iterator[Token]:
        text = self._text
        if text.startswith("<!--", at):
            yield self._comment(at + 4)
        elif text.startswith("<![CDATA[", at) and self._in_foreign:
            yield Text(self._up_to("]]>", at + 9))
        elif text[at + 1 : at + 2] in ("!", "?"):
            yield Comment(self._up_to(">", at + 2))
        elif text[at + 1 : at + 2] == "/":
            if _TAG_NAME.match(text, at + 2):
                if (tag := self._tag(at + 2)) is not None:
                    self._closed(tag[0])
                    yield End(tag[0])
            else:
                yield Comment(self._up_to(">", at + 2))
        elif _TAG_NAME.match(text, at + 1):
            if (tag := self._tag(at + 1)) is not None:
                yield Start(tag[0], tag[1], at)
                yield from self._opened(tag[0], itself=tag[2])
        else:
            self._at = at + 1
            yield Text("<")

    @property
    def _in_foreign(self) -> bool:
        return bool(self._foreign) and self._foreign[-1] in _FOREIGN

    def _opened(self, name: str, *, itself: bool) -> Iterator[Token]:
        if self._in_foreign and name in _BREAK_OUT:
            self._foreign.clear()
        if self._in_foreign or name in _FOREIGN:
            if not itself and (name in _FOREIGN or name in _BACK_INSIDE):
                self._foreign.append(name)
        elif name in _RAW:
            yield Text(self._inside(name), name)
        elif name in _REFERENCES:
            yield Text(html.unescape(self._inside(name)), name)
        elif name == "plaintext":
            yield Text(self._text[self._at :], name)
            self._at = len(self._text)

    def _closed(self, name: str) -> None:
        if name in self._foreign:
            while self._foreign.pop() != name:
                pass

    def _comment(self, at: int) -> Comment:
        if short := re.compile(r"-?>").match(self._text, at):  # `<!-->` and `<!--->` are whole
            self._at = short.end()
            return Comment("")
        end = _COMMENT_END.search(self._text, at)
        self._at = end.end() if end else len(self._text)
        return Comment(self._text[at : end.start() if end else len(self._text)])

    def _up_to(self, mark: str, at: int) -> str:
        end = self._text.find(mark, at)
        self._at = end + len(mark) if end >= 0 else len(self._text)
        return self._text[at:end] if end >= 0 else self._text[at:]

    def _inside(self, name: str) -> str:
        """What stands up to the end tag, which is the next token."""
        at = self._at
        end = self._script_end(at) if name == "script" else self._raw_end(name, at)
        self._at = len(self._text) if end is None else end
        return self._text[at : self._at]

    def _raw_end(self, name: str, at: int) -> int | None:
        found = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(self._text, at)
        return found.start() if found else None

    def _script_end(self, at: int) -> int | None:
        # §13.2.5.17 and on: after `<!--` a `<script>` hides the next `</script>`, up to `-->`.
        escaped = doubly = False
        for turn in _SCRIPT_TURN.finditer(self._text, at):
            if turn[1]:
                escaped = True
            elif turn[2]:
                escaped = doubly = False
            elif not turn[3]:
                doubly = escaped
            elif doubly:
                doubly = False
            else:
                return turn.start()
        return None

    def _tag(self, at: int) -> tuple[str, dict[str, str], bool] | None:
        """Name, attributes, whether it ends itself; None where the text ends inside the tag, which is then no tag."""
        text = self._text
        name = _TAG_NAME.match(text, at)
        assert name
        at = name.end()
        attrs: dict[str, str] = {}
        while True:
            gap = _BETWEEN.match(text, at)
            assert gap
            at = gap.end()
            if text[at : at + 1] == ">":
                self._at = at + 1
                return name[0].lower(), attrs, gap[0].endswith("/")
            word = _ATTRIBUTE.match(text, at)
            if not word or not word[0]:
                self._at = len(text)
                return None
            at, value = word.end(), ""
            if equals := _EQUALS.match(text, at):
                at = equals.end()
                if (quote := text[at : at + 1]) in ('"', "'"):
                    if (end := text.find(quote, at + 1)) < 0:
                        self._at = len(text)
                        return None
                    value, at = text[at + 1 : end], end + 1
                else:
                    bare = _UNQUOTED.match(text, at)
                    assert bare
                    value, at = bare[0], bare.end()
            # The first of two with one name counts.
            attrs.setdefault(word[0].lower(), html.unescape(value) if "&" in value else value)

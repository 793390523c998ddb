"""What a page shows: its forms with their fields, its scripts, frames, comments and visible words.

A field belongs to the form that `form="id"` names, else to the one that was open when it came (WHATWG HTML §4.10.17.3);
a form that begins inside another is none, and what stands in a `<template>` is not on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diagnostics.forms.page.markup import Comment, End, Start, Text, tokens

MOST_TOKENS = 200_000  # a page of 4 MB has 50,000
_CONTROLS = frozenset({"input", "textarea", "select", "button"})
# Elements whose end tag may be left out, or that have none: they say nothing of what is still open.
_LOOSE = frozenset(  # one by one they would fill a page
    str.split(
        "p li dt dd option optgroup tr td th thead tbody tfoot colgroup rp rt area base br col embed hr img input "
        "link meta source track wbr body html head"
    )
)
_CAPTCHA_BOXES = frozenset({"g-recaptcha", "h-captcha", "cf-turnstile"})
_CODE = frozenset({"code", "pre", "kbd", "samp"})


class TooManyTags(Exception):
    """A page with more tags than is read."""


@dataclass(frozen=True, slots=True)
class Control:
    """One input, textarea, select or button."""

    tag: str
    attrs: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.attrs.get("name", "")

    @property
    def type(self) -> str:
        return self.attrs.get("type", "text").lower() if self.tag == "input" else self.tag

    @property
    def value(self) -> str:
        return self.attrs.get("value", "")


@dataclass(slots=True)
class ShownForm:
    """One `<form>` of the page."""

    attrs: Mapping[str, str]
    at: int = 0  # where it begins in the text
    controls: list[Control] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.attrs.get("id", "")

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.attrs.get("class", "").split())

    def value(self, name: str) -> str | None:
        """The value of its first control *name*; None without one."""
        return next((each.value for each in self.controls if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Script:
    """One `<script>`: its attributes and what stands inside."""

    attrs: Mapping[str, str]
    text: str
    at: int = 0  # where it begins in the text

    @property
    def src(self) -> str:
        return self.attrs.get("src", "")


@dataclass(slots=True)
class Document:
    """A page, read."""

    forms: list[ShownForm] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)
    frames: list[Mapping[str, str]] = field(default_factory=list)
    links: list[Mapping[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    named: dict[str, tuple[Mapping[str, str], int]] = field(default_factory=dict)  # by id: attributes, where it begins
    repeated: dict[str, int] = field(default_factory=dict)  # how often an id came again
    classes: set[str] = field(default_factory=set)
    # Elements that a captcha's script looks for, and the form that they stand in.
    captchas: list[tuple[Mapping[str, str], ShownForm | None]] = field(default_factory=list)
    title: str = ""
    words: str = ""  # what can be read; nothing from scripts, styles, templates and code samples
    base: str = ""  # of <base href>
    body_seen: bool = False
    ended: bool = False  # </html> or </body> came


def read_document(text: str) -> Document:
    """*text* as a browser without a tree would read it. Raises TooManyTags."""
    return _Reading().all_of(text)


class _Reading:
    def __init__(self) -> None:
        self.document = Document()
        self._words: list[str] = []
        self._form: ShownForm | None = None  # the form element pointer
        self._open = 0  # elements opened inside it and not yet closed
        self._after: ShownForm | None = None  # ended too early for its elements: what they still hold is its own
        self._after_open = 0
        self._templates = 0
        self._code = 0
        self._for: list[tuple[str, Control]] = []  # controls that name their form
        self._script = Start("script", {}, 0)

    def all_of(self, text: str) -> Document:
        for number, token in enumerate(tokens(text)):
            if number >= MOST_TOKENS:
                raise TooManyTags
            match token:
                case Start():
                    self._start(token)
                case End():
                    self._end(token.name)
                case Text():
                    self._text(token)
                case Comment() if len(self.document.comments) < 2000:
                    self.document.comments.append(token.text[:2000])
        by_id = {each.id: each for each in reversed(self.document.forms) if each.id}
        for wanted, control in self._for:
            if wanted in by_id:
                by_id[wanted].controls.append(control)
        self.document.words = "".join(self._words)
        return self.document

    def _start(self, tag: Start) -> None:
        name, attrs, seen = tag.name, tag.attrs, self.document
        if name == "template":
            self._templates += 1
        if self._templates:
            return
        if name not in _LOOSE and name not in _CONTROLS and name != "form":  # one form in another is ignored
            self._open += self._form is not None
            self._after_open += self._after is not None
        if name in _CODE:
            self._code += 1
        if "id" in attrs:
            if attrs["id"] in seen.named:
                seen.repeated[attrs["id"]] = seen.repeated.get(attrs["id"], 0) + 1
            else:
                seen.named[attrs["id"]] = (attrs, tag.at)
        if "class" in attrs:
            classes = attrs["class"].split()
            seen.classes.update(classes)
            if not _CAPTCHA_BOXES.isdisjoint(classes) or "data-sitekey" in attrs:
                seen.captchas.append((attrs, self._form or self._after))
        if name == "form" and self._form is None:
            self._form, self._open, self._after = ShownForm(attrs, tag.at), 0, None
            seen.forms.append(self._form)
        elif name in _CONTROLS:
            self._control(Control(name, attrs))
        elif name == "script":
            self._script = tag
        elif name in ("iframe", "frame"):
            seen.frames.append(attrs)
        elif name == "link":
            seen.links.append(attrs)
        elif name == "base" and not seen.base:
            seen.base = attrs.get("href", "")
        elif name == "body":
            seen.body_seen = True
        if name not in _INLINE:
            self._words.append("\n")

    def _control(self, control: Control) -> None:
        owner = self._form or self._after
        if "form" in control.attrs:
            self._for.append((control.attrs["form"], control))
        elif owner is not None:
            owner.controls.append(control)

    def _end(self, name: str) -> None:
        if name == "template":
            self._templates = max(0, self._templates - 1)
        elif self._templates:
            return
        elif name == "form":
            if self._form is not None and self._open > 0:
                self._after, self._after_open = self._form, self._open
            self._form = None
        elif name in ("body", "html"):
            self.document.ended = True
        elif name not in _LOOSE and name not in _CONTROLS:
            self._open = max(0, self._open - 1)
            if self._after is not None:
                self._after_open -= 1
                if self._after_open <= 0:
                    self._after = None
        if name in _CODE:
            self._code = max(0, self._code - 1)

    def _text(self, token: Text) -> None:
        if self._templates:
            return
        if token.raw == "script":
            self.document.scripts.append(Script(self._script.attrs, token.text, self._script.at))
        elif token.raw == "title" and not self.document.title:
            self.document.title = token.text.strip()
        elif not token.raw and not self._code:
            self._words.append(token.text)


_INLINE = frozenset(  # one by one they would fill a page
    str.split("a abbr b bdi bdo cite data dfn em i mark q s small span strong sub sup time u var wbr")
)

"""An SPF record while it is being mended: its terms in order, each change kept in words (RFC 7208 §4.6, §5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from diagnostics.mail.spf.own_terms import plain
from diagnostics.mail.spf.repair import LAST, sound

_ALL = re.compile(r"[+\-~?]?all", re.IGNORECASE | re.ASCII)
_MODIFIER = re.compile(r"[a-z][a-z0-9\-_.]*=", re.IGNORECASE | re.ASCII)
_ASKS = re.compile(r"[+\-~?]?(?:include:|a\b|mx\b|ptr\b|exists:)", re.IGNORECASE | re.ASCII)


@dataclass
class Edit:
    """The terms of a record without its `v=spf1`; *steps* say what was done to them, as "it …" would."""

    terms: list[str]
    steps: list[str] = field(default_factory=list)

    @staticmethod
    def of(record: str, steps: Sequence[str] = ()) -> Edit:
        """The record's text, to be changed."""
        return Edit([each for each in record.split(" ")[1:] if each], list(steps))

    def copy(self) -> Edit:
        """One to try something on."""
        return Edit(list(self.terms), list(self.steps))

    @property
    def text(self) -> str:
        """The record; "" where it is none that parses."""
        return sound(" ".join(("v=spf1", *self.terms)))

    @property
    def end(self) -> str:
        """`all` as written, or ""."""
        return next((each for each in self.terms if _ALL.fullmatch(each)), "")

    @property
    def redirect(self) -> str:
        """`redirect=` as written, or ""."""
        return next((each for each in self.terms if each.lower().startswith("redirect=")), "")

    def drop(self, term: str, why: str) -> None:
        """Take out *term*, as often as it stands there."""
        kept = [each for each in self.terms if each != term]
        if kept != self.terms:
            self.terms = kept
            self.steps.append(f"leaves out {term} ({why})")

    def drop_repetitions(self) -> None:
        """Each mechanism once."""
        seen: set[str] = set()
        kept = []
        for term in self.terms:
            if plain(term) in seen and not _MODIFIER.match(term):
                self.steps.append(f"has {term} once")
                continue
            seen.add(plain(term))
            kept.append(term)
        self.terms = kept

    def reorder(self) -> None:
        """`all` behind all other mechanisms; beside it redirect= becomes the include that its author meant."""
        end = self.end
        if not end:
            return
        at = self.terms.index(end)
        if any(not _MODIFIER.match(each) for each in self.terms[at + 1 :]):
            mechanisms = [each for each in self.terms if not _MODIFIER.match(each) and not _ALL.fullmatch(each)]
            modifiers = [each for each in self.terms if _MODIFIER.match(each)]
            self.terms = [*mechanisms, end, *modifiers]
            self.steps.append(f"has {end} at its end")
        if redirect := self.redirect:
            include = "include:" + redirect.partition("=")[2]
            self.terms.remove(redirect)
            if plain(include) not in [plain(each) for each in self.terms]:
                self.add(include)
                self.steps.append(f"has {include} for {redirect}")
            else:
                self.steps.append(f"leaves out {redirect} (it is ignored beside all)")

    def close(self) -> None:
        """A soft end where there is none, or one that says nothing: a forgotten sender loses trust, not its mail."""
        end = self.end
        if end.lower() in ("all", "+all", "?all"):
            self.terms[self.terms.index(end)] = LAST
            self.steps.append(f"ends in {LAST} instead of {end}")
        elif not end and not self.redirect:
            at = next((n for n, each in enumerate(self.terms) if _MODIFIER.match(each)), len(self.terms))
            self.terms.insert(at, LAST)
            self.steps.append(f"ends in {LAST}")

    def names_nobody(self) -> bool:
        """Whether no term lets anybody send."""
        return all(_ALL.fullmatch(each) or _MODIFIER.match(each) for each in self.terms) and not self.redirect

    def add(self, term: str, *, first: bool = False) -> None:
        """Put *term* before `all` or redirect=; *first*: before the first term that asks DNS."""
        if plain(term) in [plain(each) for each in self.terms]:
            if not first:
                return
            self.terms = [each for each in self.terms if plain(each) != plain(term)]

        def at(stops: Callable[[str], object]) -> int:
            return next((n for n, each in enumerate(self.terms) if stops(each)), len(self.terms))

        end = at(lambda each: _ALL.fullmatch(each) or _MODIFIER.match(each))
        self.terms.insert(min(end, at(_ASKS.match)) if first else end, term)

    def replace(self, term: str, terms: Sequence[str], step: str) -> None:
        """*terms* in the place of *term*, those that stand there already left out."""
        known = {plain(each) for each in self.terms}
        at = self.terms.index(term)
        self.terms[at : at + 1] = [each for each in terms if plain(each) not in known]
        self.steps.append(step)

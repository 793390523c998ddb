"""One evaluation as it walks from record to record: terms, includes, redirects, the explanation (RFC 7208 §4 to §6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from diagnostics.mail.spf.evaluation import ProblemKind, Result, Step, Visit
from diagnostics.mail.spf.lookups import Lookups, Place, Stop
from diagnostics.mail.spf.macro import EXPLANATION_LETTERS, BadMacro, MacroString
from diagnostics.mail.spf.mechanisms import is_within, matches
from diagnostics.mail.spf.reading import check_domain, parsed, the_record
from diagnostics.mail.spf.record import MOST_RECORD, Directive, Record
from diagnostics.network import is_name
from diagnostics.printable import printable

UNKNOWN = "unknown"  # what %{h}, %{p} and %{r} say when nobody knows (§7.3)


@dataclass
class _Node:
    """A visit while it goes on."""

    domain: str
    record: str
    result: str = ""
    steps: list[_Node | Step] = field(default_factory=list)
    # as a step of the record that led here
    term: str = ""
    outcome: str = ""
    lookup: int = 0

    def visit(self) -> Visit:
        steps = [each if isinstance(each, Step) else each.step() for each in self.steps]
        return Visit(printable(self.domain), self.record, self.result, tuple(steps))

    def step(self) -> Step:
        return Step(
            printable(self.term),
            self.outcome,
            printable(self.domain),
            self.lookup,
            self.visit() if self.record else None,
        )


@dataclass(frozen=True)
class _End:
    """How one record ended."""

    result: Result
    domain: str  # whose record decided, after redirects
    mechanism: str = ""
    path: tuple[str, ...] = ()
    exp: MacroString | None = None


@dataclass
class Evaluator:
    """Asks through *lookups*, expands macros from *values*, and keeps the tree of what it went through."""

    lookups: Lookups
    values: dict[str, str]
    root: _Node | None = None

    async def check(self, path: tuple[str, ...], node: _Node | None = None) -> _End:
        """check_host() for the last domain of *path*. Raises Stop."""
        place = Place(path)
        if node is None:
            node = self.root = _Node(place.domain, "")
        try:
            record = await self._record(place, node)
            end = await self._terms(record, place, node)
        except Stop as stop:
            node.result = stop.result.value
            raise
        node.result = end.result.value
        return end

    async def _record(self, place: Place, node: _Node) -> Record:
        """§4.3 to §4.5: the one record of the domain. Raises Stop."""
        check_domain(place)
        answer = await self.lookups.ask(place.domain, "TXT", place, void_counts=len(place.path) > 1)
        text = the_record(answer, place)
        node.record = printable(text, MOST_RECORD)
        return parsed(text, place)

    async def _terms(self, record: Record, place: Place, node: _Node) -> _End:
        for directive in record.directives:
            at_term = Place(place.path, directive.text)
            inner = await self._matched(directive, at_term, node)
            if inner is not None:
                mechanism = printable(directive.text)
                return _End(Result(directive.result), place.domain, mechanism, (mechanism, *inner), record.exp)
        if record.redirect is not None:
            return await self._redirected(record.redirect, place, node)
        return _End(Result.NEUTRAL, place.domain)  # §4.7

    async def _matched(self, directive: Directive, place: Place, node: _Node) -> tuple[str, ...] | None:
        """The path of the match inside *directive*, which is empty for all but include; None: no match."""
        if directive.mechanism in ("all", "ip4", "ip6"):
            if not await matches(directive, "", place, self.lookups):
                return None
            node.steps.append(Step(printable(directive.text), "match"))
            return ()
        step = _Node(place.domain, "", term=directive.text)
        node.steps.append(step)
        try:
            target = step.domain = await self._target(directive.domain_spec, place)
            step.lookup = self.lookups.count(place, target)
            if self._cannot_match(directive.domain_spec):
                found = None
            elif directive.mechanism == "include":
                found = await self._included(target, place, step)
            else:
                found = () if await matches(directive, target, place, self.lookups) else None
        except Stop as stop:
            step.outcome = stop.problem.kind.value
            raise
        step.outcome = "no match" if found is None else "match"
        return found

    async def _included(self, target: str, place: Place, step: _Node) -> tuple[str, ...] | None:
        """§5.2: pass matches, none is a permerror, errors are errors, all else does not match."""
        end = await self._elsewhere(target, place, step)
        return end.path if end.result is Result.PASS else None

    async def _redirected(self, redirect: MacroString, place: Place, node: _Node) -> _End:
        """§6.1: the other record's result is this one's, its explanation too."""
        at_term = Place(place.path, f"redirect={redirect.text}")
        step = _Node(place.domain, "", term=at_term.term)
        node.steps.append(step)
        try:
            step.domain = await self._target(redirect, at_term)
            step.lookup = self.lookups.count(at_term, step.domain)
            end = await self._elsewhere(step.domain, at_term, step)
        except Stop as stop:
            step.outcome = stop.problem.kind.value
            raise
        step.outcome = "redirect"
        path = (printable(at_term.term), *end.path) if end.path else ()
        return _End(end.result, end.domain, end.mechanism, path, end.exp)

    async def _elsewhere(self, target: str, place: Place, step: _Node) -> _End:
        """check_host() for another domain; there `none` is a permerror. Raises Stop."""
        known = [each.removesuffix(".").lower() for each in place.path]
        if target.removesuffix(".").lower() in known:
            # Client and sender stay the same, so the same domain can only come to the same end again.
            detail = " → ".join((*place.path, target))
            there = Place((*place.path, target), place.term)
            raise there.stop(Result.PERMERROR, ProblemKind.LOOP, f"the records lead in a circle: {detail}")
        try:
            return await self.check((*place.path, target), step)
        except Stop as stop:
            if stop.result is Result.NONE:
                raise Stop(Result.PERMERROR, stop.problem) from stop
            raise

    async def _target(self, spec: MacroString | None, place: Place) -> str:
        if spec is None:
            return place.domain
        return spec.expand_name(await self._values(spec, place))

    async def _values(self, spec: MacroString, place: Place, *, void_counts: bool = True) -> dict[str, str]:
        values = {**self.values, "d": place.domain.removesuffix(".")}
        if "p" in spec.letters:
            names = await self.lookups.validated_names(place, void_counts=void_counts)
            values["p"] = _best(names, values["d"])
        return values

    def _cannot_match(self, spec: MacroString | None) -> bool:
        """RFC 8616 §4: a local part that is not ASCII matches no term that names it."""
        return spec is not None and not self.values["l"].isascii() and bool(spec.letters & {"s", "l"})

    async def explain(self, exp: MacroString, domain: str) -> str:
        """§6.2: the explanation; "" when it cannot be had, for whatever reason."""
        place = Place((domain,), f"exp={exp.text}")
        try:
            name = exp.expand_name(await self._values(exp, place, void_counts=False))
            if not is_name(name):
                return ""
            answer = await self.lookups.ask_in_passing(name, "TXT", place, void_counts=False)
            if len(answer.texts) != 1:
                return ""
            text = MacroString.parse(answer.texts[0].decode("ascii"), EXPLANATION_LETTERS, spaces=True)
            made = text.expand_text(await self._values(text, place, void_counts=False))
        except Stop as stop:  # out of time: the result stands, and that this was not read is told
            self.lookups.keep_unanswered(exp.text, "TXT", place, stop.problem.detail)
            return ""
        except (BadMacro, UnicodeDecodeError):
            return ""
        return printable(made, len(made))


def _best(names: list[str], domain: str) -> str:
    """`%{p}`: the domain itself, else a name below it, else any (§7.3)."""
    for name in names:
        if name.lower() == domain.lower():
            return name
    within = [name for name in names if is_within(name, domain)]
    return (within or names or [UNKNOWN])[0]

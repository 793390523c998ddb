"""Reads playbooks and refuses what could not be carried out: unknown keys, verbs,
checks and needs, steps that wait for each other; each with its place and what was meant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from diagnostics.check import all_checks
from sidecar.playbooks.document import PlaybookError, Value, meant, read_document

VERBS = ("check", "verify", "test", "action", "optimize")  # the guide's own
TRIGGERS = ("event", "button", "schedule")
SCHEDULES = ("daily", "weekly")
SITES = ("paired", "warming-up")  # whom a schedule looks at: every paired site, or those with a warm-up under way
EVENTS = (  # docs/protocol.md, Events
    "mail.sent",
    "mail.failed",
    "mail.hung",
    "form.submitted",
    "form.rejected",
    "form.failed",
    "form.spam",
    "form.lost",
    "form.stalled",
    "form.struggled",
    "js.error",
    "php.error",
    "config.changed",
    "plugin.changed",
    "cron.late",
)
SEEN = ("from-outside", "at-the-site")
MOST_STEPS = 12

__all__ = ["Button", "Playbook", "PlaybookError", "Schedule", "Step", "load_playbooks", "parse_playbook"]


@dataclass(frozen=True)
class Step:
    """One line of the guide: its verb, its sentence, the checks that carry it out."""

    id: str
    verb: str
    sentence: str
    run: tuple[str, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Button:
    """What people press at a site. *says* are their own words for what is wrong; "" where the title has them."""

    id: str
    says: str = ""


@dataclass(frozen=True)
class Schedule:
    """How often it runs by itself, and at which sites."""

    every: str  # of SCHEDULES
    sites: str = "paired"  # of SITES


@dataclass(frozen=True)
class Playbook:
    """One procedure of the guide. `text` is the file as it was read."""

    id: str
    title: str
    summary: str
    expected: str  # the ticket template's Expected Result
    events: tuple[str, ...]
    buttons: tuple[Button, ...]
    schedules: tuple[Schedule, ...]
    from_outside: bool  # what its checks show is seen from outside: nobody is told of one look (DESIGN: When to file)
    proof: tuple[str, ...]  # the checks whose pass shows that a fault is mended
    steps: tuple[Step, ...]
    text: str

    @property
    def about_forms(self) -> bool:
        """Whether it looks at forms: its runs may be about one of them, and at a site only one tries at a time."""
        return any(check.startswith("forms.") for step in self.steps for check in step.run)


def load_playbooks(*extra: Path, checks: Collection[str] | None = None) -> dict[str, Playbook]:
    """Every playbook of this folder and of the *extra* ones, by id. Raises PlaybookError."""
    known = all_checks() if checks is None else checks
    found: dict[str, Playbook] = {}
    for folder in (Path(__file__).parent, *extra):
        for path in sorted(folder.glob("*.yaml")):
            playbook = parse_playbook(_read(path), str(path), checks=known)
            if playbook.id in found:
                raise PlaybookError(str(path), 1, 1, f"there are two playbooks called `{playbook.id}`")
            found[playbook.id] = playbook
    return found


def parse_playbook(text: str, file: str, *, checks: Collection[str] | None = None) -> Playbook:
    """The playbook that *text* holds. Raises PlaybookError.

    Without *checks* their names are taken as they stand: a run keeps the text that it
    began with, and a check that an upgrade took away is that run's finding.
    """
    document = read_document(text, file)
    keys = document.table(("id", "title", "summary", "expected", "triggers", "seen", "proof", "steps"))
    for key in ("id", "title", "triggers", "steps"):
        if key not in keys:
            document.refuse(f"the key `{key}` is missing")
    steps = [_step(value, checks) for value in keys["steps"].items()]
    if len(steps) > MOST_STEPS:
        keys["steps"].refuse(f"{len(steps)} steps; nobody follows more than {MOST_STEPS}: make two playbooks")
    _grounded(keys["steps"], steps)
    events, buttons, schedules = _triggers(keys["triggers"])
    used = [name for step in steps for name in step.run]
    return Playbook(
        id=_slug(keys["id"]),
        title=keys["title"].text(),
        summary=keys["summary"].text() if "summary" in keys else "",
        expected=keys["expected"].text() if "expected" in keys else "",
        events=events,
        buttons=buttons,
        schedules=schedules,
        from_outside="seen" in keys and keys["seen"].name("place", SEEN) == "from-outside",
        proof=tuple(value.name("check of this playbook", used) for value in _one_or_more(keys.get("proof"))),
        steps=tuple(steps),
        text=text,
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PlaybookError(str(path), 1, 1, "this file is not UTF-8") from error


def _step(value: Value, checks: Collection[str] | None) -> Step:
    keys = value.table(("id", *VERBS, "run", "needs"))
    verbs = [verb for verb in VERBS if verb in keys]
    if len(verbs) != 1:
        value.refuse(f"a step has one verb of the guide, {_listed(VERBS)}; this one has {len(verbs)}")
    for key in ("id", "run"):
        if key not in keys:
            value.refuse(f"the key `{key}` is missing")
    run = keys["run"].items()
    names = [item.text() if checks is None else item.name("check", checks) for item in run]
    for place, name in enumerate(names):
        if name in names[:place]:
            run[place].refuse(f"the check `{name}` stands here twice")
    needs = keys["needs"].items() if "needs" in keys else []
    return Step(
        id=_slug(keys["id"]),
        verb=verbs[0],
        sentence=keys[verbs[0]].text(),
        run=tuple(names),
        needs=tuple(item.text() for item in needs),
    )


def _grounded(place: Value, steps: Sequence[Step]) -> None:
    """Each step's needs are steps above it: what is unknown, in a circle or below is refused."""
    ids = [step.id for step in steps]
    needs = {step.id: step.needs for step in steps}
    for number, (value, step) in enumerate(zip(place.items(), steps, strict=True)):
        keys = value.table(("id", *VERBS, "run", "needs"))
        if step.id in ids[:number]:
            keys["id"].refuse(f"there are two steps called `{step.id}`")
        for item in keys["needs"].items() if "needs" in keys else []:
            needed = item.text()
            if needed not in ids:
                item.refuse(f"unknown step `{needed}`. {meant(needed, [each for each in ids if each != step.id])}")
            if circle := _way(needed, step.id, needs):
                item.refuse(f"these steps wait for each other: {' → '.join((step.id, *circle))}")
            if ids.index(needed) > number:
                item.refuse(f"`{needed}` comes later: move it above `{step.id}`")


def _way(start: str, goal: str, needs: dict[str, tuple[str, ...]], seen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The steps from *start* along its needs to *goal*, or nothing."""
    if start == goal:
        return (*seen, start)
    for needed in needs.get(start, ()):
        if needed not in seen and (way := _way(needed, goal, needs, (*seen, start))):
            return way
    return ()


def _triggers(value: Value) -> tuple[tuple[str, ...], tuple[Button, ...], tuple[Schedule, ...]]:
    events: list[str] = []
    buttons: list[Button] = []
    schedules: list[Schedule] = []
    for item in value.items():
        pairs = item.table((*TRIGGERS, "says", "sites"))
        kinds = [kind for kind in TRIGGERS if kind in pairs]
        if len(kinds) != 1:
            item.refuse(f"a trigger is one of {_listed(TRIGGERS)}")
        [kind] = kinds
        for word, of in (("says", "button"), ("sites", "schedule")):
            if word in pairs and kind != of:
                pairs[word].refuse(f"`{word}` belongs to a `{of}`")
        if kind == "event":
            events.append(pairs["event"].name("event", EVENTS))
        elif kind == "button":
            buttons.append(Button(_slug(pairs["button"]), pairs["says"].text() if "says" in pairs else ""))
        else:
            sites = pairs["sites"].name("set of sites", SITES) if "sites" in pairs else SITES[0]
            schedules.append(Schedule(pairs["schedule"].name("schedule", SCHEDULES), sites))
    return tuple(events), tuple(buttons), tuple(schedules)


def _one_or_more(value: Value | None) -> list[Value]:
    if value is None:
        return []
    return value.items() if isinstance(value.node.value, list) else [value]


def _slug(value: Value) -> str:
    word = value.text()
    if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in word) or word != word.lower():
        value.refuse(f"`{word}` is no id: lower-case letters, digits and dashes")
    return word


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)

"""Are a form's posts refused, or called spam, more often than before, and do entries stay away with it?

A larger share alone proves nothing: bots come and go. It is a fault for certain only where the jump is beyond what the
form's own days vary by (a beta-binomial), and at the same time fewer entries came than its rhythm lets expect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.forms.silence.band import below_or_at
from diagnostics.forms.silence.calendar import Calendar
from diagnostics.forms.silence.rhythm import Rhythm
from diagnostics.forms.silence.told import ENTRY, OTHERWISE, Told

SPANS = (24, 72, 168)  # hours
BEFORE_DAYS = 56  # that a span is held against
LEAST_DAYS = 14
LEAST_POSTS = 30  # before the span
CHANCE = 1e-6  # of a jump like it, before it is called one
FEWER_CHANCE = 0.002  # of so few entries
ODDS = 3.0  # times as likely as before, at least
MOST_POSTS = 20_000  # that are summed one by one


@dataclass(frozen=True)
class Jump:
    """A kind of outcome that became more frequent, while entries stayed away."""

    kind: str  # rejected, spam
    first: int  # the hour since the epoch that the span begins with
    hours: int
    number: int
    posts: int
    number_before: int
    posts_before: int
    days_before: int
    entries: int
    expected: float
    odds: float  # how many times as likely as before
    chance: float  # of a jump like it

    @property
    def share(self) -> float:
        return self.number / self.posts

    @property
    def share_before(self) -> float:
        return self.number_before / self.posts_before


def jump_of(kind: str, told: Told, rhythm: Rhythm, calendar: Calendar, until: int) -> Jump | None:
    """The shortest span up to the hour *until* in which *kind* is more frequent for certain."""
    return next((jump for hours in SPANS if (jump := _jump(kind, told, rhythm, calendar, until, hours))), None)


def _jump(kind: str, told: Told, rhythm: Rhythm, calendar: Calendar, until: int, hours: int) -> Jump | None:
    first, end = until + 1 - hours, until + 1
    posts, number = _posts(told, first, end), told.number(kind, first, end)
    if not number or told.since is None:
        return None
    days = min(BEFORE_DAYS, (first - told.since) // 24)
    spans = [(first - 24 * (back + 1), first - 24 * back) for back in range(days)]
    before = [(told.number(kind, *span), _posts(told, *span)) for span in spans]
    number_before, posts_before = sum(each for each, _ in before), sum(all_ for _, all_ in before)
    if days < LEAST_DAYS or posts_before < LEAST_POSTS:
        return None
    usual = (number_before + 0.5) / (posts_before + 1)
    odds = _odds((number + 0.5) / (posts + 1)) / _odds(usual)
    if odds < ODDS:
        return None
    expected = rhythm.bunch * sum(rhythm.rate(*calendar.at(hour), calendar) for hour in range(first, end))
    entries = told.number(ENTRY, first, end)
    if below_or_at(entries, expected, rhythm.level_spread + rhythm.day_spread * 24 / hours) > FEWER_CHANCE:
        return None
    chance = at_least(number, posts, usual, _varies(before, usual))
    if chance > CHANCE:
        return None
    return Jump(kind, first, hours, number, posts, number_before, posts_before, days, entries, expected, odds, chance)


def _posts(told: Told, first: int, end: int) -> int:
    return sum(told.number(kind, first, end) for kind in (ENTRY, *OTHERWISE))


def _odds(share: float) -> float:
    return share / (1 - share)


def _varies(days: Sequence[tuple[int, int]], usual: float) -> float:
    """How alike the posts of one day are (intraclass correlation), by moments; 0.02 at least."""
    beyond = pairs = 0.0
    for number, posts in days:
        if posts > 1:
            beyond += (number - posts * usual) ** 2 - posts * usual * (1 - usual)
            pairs += posts * (posts - 1) * usual * (1 - usual)
    return min(0.9, max(0.02, beyond / pairs if pairs else 0.0))


def at_least(number: int, posts: int, share: float, alike: float) -> float:
    """The probability of *number* or more of *posts*, by the beta-binomial with this mean and correlation."""
    if posts > MOST_POSTS:
        number, posts = round(number * MOST_POSTS / posts), MOST_POSTS
    whole = 1 / alike - 1
    a, b = share * whole, (1 - share) * whole
    begin = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - math.lgamma(a + b + posts) + math.lgamma(posts + 1)
    return min(
        1.0,
        sum(
            math.exp(
                begin
                + math.lgamma(a + each)
                + math.lgamma(b + posts - each)
                - math.lgamma(each + 1)
                - math.lgamma(posts - each + 1)
            )
            for each in range(number, posts + 1)
        ),
    )

"""From a body's bytes to events that may be stored: UTF-8, JSON, depth, keys, ids, instants, shapes.

What is wrong with the whole body refuses it (Refusal, nothing changed); what is wrong with
one event rejects that event, by its id and the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from sidecar.ingest.refusal import Refusal, shape
from sidecar.ingest.shapes import FIELDS, WrongKind, cleaned
from sidecar.scrub import scrub_all, suspicious
from sidecar.store.database import instant
from sidecar.store.events import NewEvent

EVENTS_A_BATCH = 500
DEEPEST, MOST_KEYS = 8, 200  # an event's
BODY_DEEPEST = 32
AHEAD = timedelta(minutes=10)
OFF_LITTLE = timedelta(seconds=30)  # what a clock may be off without its instants being put right
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
FARTHEST_OFF_S = 10**10  # a clock that was never set stands at 1970
UNDERSTOOD = re.compile(r"[01]\.\d{1,4}(\.\d{1,4})?([.+-][0-9A-Za-z.+-]{0,40})?")  # plugin versions of protocol 1
SUPPORTED = ("1",)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Batch:
    """A body of the `events` door, looked through."""

    plugin: str
    clock_offset_s: float | None  # the site's clock minus ours, where the batch says so
    events: list[NewEvent]
    rejected: list[dict[str, str]]


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in *body*. Raises Refusal: not_utf8, not_json, too_deep, shape."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8", f"The body is not UTF-8: byte {error.start} is out of place.") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # JSONDecodeError, and a number of thousands of digits
        raise Refusal("not_json", f"The body is not JSON: {str(error)[:200]}.") from None
    if value == []:
        value = {}  # PHP writes an empty object as an empty list
    if not isinstance(value, dict):
        raise shape("body", "it is not an object")
    if measure(value)[0] > BODY_DEEPEST:
        raise _too_deep()
    return value


def plugin_version(body: dict[str, Any]) -> str:
    """The plugin's version that the envelope names. Raises Refusal: shape, version."""
    version = body.get("plugin")
    if not isinstance(version, str) or not 0 < len(version) <= 60:
        raise shape("plugin", "the plugin's version is missing")
    if not UNDERSTOOD.fullmatch(version):
        message = "This sidecar does not understand that version of the plugin. Update the sidecar."
        raise Refusal("version", message, supported=list(SUPPORTED))
    return version


def read_batch(body: bytes, now: datetime, clock_offset_s: float | None = None) -> Batch:
    """The events in *body*. Where it does not say how far the site's clock is off, *clock_offset_s* is taken.

    Raises Refusal.
    """
    envelope = read_object(body)
    version = plugin_version(envelope)
    said = clock_offset(envelope.get("clock_offset_s"))
    given = envelope.get("events")
    if not isinstance(given, list):
        raise shape("events", "it is not a list")
    if len(given) > EVENTS_A_BATCH:
        raise Refusal("too_large", f"A batch holds at most {EVENTS_A_BATCH} events; this one has {len(given)}.")
    off = timedelta(seconds=(clock_offset_s if said is None else said) or 0.0)
    if abs(off) < OFF_LITTLE:
        off = timedelta(0)
    latest = now + AHEAD
    events: list[NewEvent] = []
    rejected: list[dict[str, str]] = []
    for each in given:
        try:
            events.append(_event(each, latest, off))
        except WrongKind as error:
            named = each.get("id") if isinstance(each, dict) else None
            rejected.append({"id": printable(named)[:64] if isinstance(named, str) else "", "reason": str(error)})
    return Batch(version, said, events, rejected)


def clock_offset(said: Any) -> float | None:
    """How far a site says that its clock is off, in seconds; None for what cannot be."""
    known = isinstance(said, (int, float)) and not isinstance(said, bool) and abs(said) <= FARTHEST_OFF_S
    return float(said) if known else None


def _event(value: Any, latest: datetime, off: timedelta) -> NewEvent:
    if type(value) is not dict:
        raise WrongKind("the event is not an object")
    event_id, type_ = value.get("id"), value.get("type")
    if type(event_id) is not str or not _ID.fullmatch(event_id):
        raise WrongKind("is not 1 to 64 characters of A-Z, a-z, 0-9, _ and -", "id")
    fields = FIELDS.get(type_) if type(type_) is str else None
    if fields is None:
        raise WrongKind("is none that this sidecar knows", "type")
    data = value.get("data", {})
    if data == []:
        data = {}  # PHP writes an empty object as an empty list
    if type(data) is not dict:
        raise WrongKind("is not an object", "data")
    deepest, keys = measure(data)
    if deepest > DEEPEST:
        raise WrongKind(f"is nested deeper than {DEEPEST}", "data")
    if keys > MOST_KEYS:
        raise WrongKind(f"has more than {MOST_KEYS} keys", "data")
    occurred_at = _instant(value.get("occurred_at"), latest, off)
    return NewEvent(event_id, str(type_), occurred_at, _as_text(cleaned(data, fields)))


def _instant(value: Any, latest: datetime, off: timedelta) -> str:
    if type(value) is not str or len(value) > 40:
        raise WrongKind("is not an instant", "occurred_at")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise WrongKind("is not an instant in ISO 8601", "occurred_at") from None
    if at.tzinfo is None:
        raise WrongKind("names no time zone; it is UTC, with a Z", "occurred_at")
    try:
        at -= off
    except OverflowError:
        raise WrongKind("is no time of ours", "occurred_at") from None
    if at < OLDEST:
        raise WrongKind("is before 2000", "occurred_at")
    if at > latest:
        raise WrongKind("is in the future by the sidecar's clock", "occurred_at")
    return instant(at)


def _as_text(data: dict[str, Any]) -> str:
    """*data* as it is stored: scrubbed, and encodable."""
    text = _encode(data)
    if suspicious(text):  # one look at the whole: most events need no second one
        text = _encode(scrub_all(data))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise WrongKind("holds half of a surrogate pair, which is no character", "data") from None
    return text


def printable(text: str) -> str:
    """*text* so that it can be encoded: halves of surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def measure(value: Any) -> tuple[int, int]:
    """How deep *value* is nested, and how many keys its objects have in all."""
    deepest = keys = 0
    level = [value]
    while level:
        deepest += 1
        below: list[Any] = []
        for container in level:
            inner: Iterable[Any] = container
            if type(container) is dict:
                keys += len(container)
                inner = container.values()
            if not _CONTAINERS.isdisjoint(map(type, inner)):
                below += [item for item in inner if type(item) in _CONTAINERS]
        level = below
    return deepest, keys


_CONTAINERS = {dict, list}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _too_deep() -> Refusal:
    return Refusal("too_deep", f"The body is nested deeper than {BODY_DEEPEST}.")

"""Where an entry goes: is it this site, will a browser send it there, and is the road open to a visitor?"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import SplitResult, urlsplit

from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.page.codes import target as codes
from diagnostics.forms.page.fetch import Answer, FetchedPage, Visit, origin, web_address
from diagnostics.forms.page.owner import same_owner
from diagnostics.forms.page.seen import Seen, SeenForm
from diagnostics.network import HostUnknown
from diagnostics.printable import printable

_IN_THE_FORM, _IN_A_SCRIPT = "The form's `action`", "The script object of the plugin"
# Words of an answer -> the security plugin that wrote it, and where it is told to let visitors through.
_GUARDS: tuple[tuple[str, str], ...] = (
    ("wordfence", "Wordfence → Firewall → Blocking"),
    ("ithemes", "Solid Security → Settings → Advanced → WordPress Tweaks → REST API"),
    ("solid security", "Solid Security → Settings → Advanced → WordPress Tweaks → REST API"),
    ("rest_cannot_access", "Disable WP REST API, or Solid Security → Settings → Advanced → REST API"),
    ("disable_rest", "Settings → Disable REST API"),
    ("rest api restricted", "the plugin that restricts the REST API to authenticated users"),
    ("itsec_rest_api_access_restricted", "Solid Security → Settings → Advanced → WordPress Tweaks → REST API"),
    ("all in one wp security", "WP Security → Firewall → WP REST API"),
    ("aios", "WP Security → Firewall → WP REST API"),
)


def target(fetched: FetchedPage, seen: Seen, place: SeenForm, facts: dict[str, Any], subject: str) -> list[Finding]:
    """What is wrong with the addresses that the form sends to."""
    here = urlsplit(seen.url)
    found = [
        _address(fetched, here, address, where, facts, subject)
        for address, where in ((place.target, _IN_THE_FORM), *((road, _IN_A_SCRIPT) for road in place.roads))
        if where == _IN_A_SCRIPT or (place.shown is not None and place.shown.attrs.get("action", "").strip())
    ]
    told = [each for each in found if each is not None]
    if told:
        return told[:1]
    roads = [_road(fetched.roads[road], place, facts, subject) for road in place.roads if road in fetched.roads]
    return [each for each in roads if each is not None][:1]


def _address(
    fetched: FetchedPage, here: SplitResult, address: str, where: str, facts: dict[str, Any], subject: str
) -> Finding | None:
    there = web_address(address)
    told = {**facts, "target": printable(address, 300), "where": where}
    if there is None:
        return codes.UNUSABLE.finding(subject, {**told, "why": "it is no address of http or https"})
    ours, theirs = here.hostname or "", there.hostname or ""
    told |= {"target_host": printable(theirs, 253), "origin": origin(here), "target_origin": origin(there)}
    if not same_owner(ours, theirs):
        return codes.ELSEWHERE.finding(subject, {**told, "site": origin(here)})
    if here.scheme == "https" and there.scheme == "http":
        return codes.MIXED.finding(subject, told)
    if where == _IN_THE_FORM or origin(here) == origin(there):
        return None
    said = fetched.roads.get(address)
    if (answer := _through(said)) is not None and _allows(answer, origin(here)):
        return None  # WordPress's REST lets every origin in, as long as nothing redirects the request
    if said is not None and isinstance(said.trouble, HostUnknown):
        return codes.UNUSABLE.finding(subject, {**told, "why": "the host's name does not exist"})
    how = "Asked as the page's script asks, the answer allows no other origin."
    if said is None or said.answer is None:
        how = "It was not asked."
    return codes.OTHER_ORIGIN.finding(subject, {**told, "answer": how})


def _through(visit: Visit | None) -> Answer | None:
    return visit.answer if visit is not None and not visit.hops else None


def _allows(answer: Answer, asking: str) -> bool:
    return answer.header("access-control-allow-origin") in (asking, "*")


def _road(visit: Visit, place: SeenForm, facts: dict[str, Any], subject: str) -> Finding | None:
    told = {**facts, "road": printable(visit.url, 300)}
    answer = visit.answer
    if answer is None:
        why = "redirects without end" if visit.circles else printable(str(visit.trouble), 200)
        return codes.ROAD_UNSEEN.finding(subject, {**told, "why": why}, reason=UnknownReason.UNAVAILABLE)
    told |= {"status": answer.status, "said": _said(answer), "where": _guard(answer)}
    if answer.status == 429 or answer.header("cf-mitigated"):
        why = f"a check for robots stands before it ({answer.status})"
        return codes.ROAD_UNSEEN.finding(subject, {**told, "why": why}, reason=UnknownReason.NOT_ALLOWED)
    if visit.url.endswith("/admin-ajax.php"):
        # wp-admin/admin-ajax.php: an action that nobody has ends in wp_die( '0', 400 ); long ago it was a 200.
        open_ = answer.status in (200, 400) and answer.body.strip()[:1] == b"0"
        return None if open_ else codes.AJAX_BLOCKED.finding(subject, told)
    if place.maker.road == "rest":
        if _rest_answers(answer):
            return None
        return codes.REST_BLOCKED.finding(subject, {**told, "namespace": "contact-form-7/v1"})
    return None if answer.status in (200, 405) else codes.POST_BLOCKED.finding(subject, told)


def _rest_answers(answer: Answer) -> bool:
    """Whether WordPress's REST server let us in: an answer, or its own word that there is no such route."""
    said = _json(answer)
    if answer.status == 404:
        return str(said.get("code", "")).startswith(("rest_no_route", "wpcf7_"))
    return answer.status < 400 and bool(said)


def _json(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body[:200_000])
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _said(answer: Answer) -> str:
    said = _json(answer)
    words = str(said.get("code") or "") or answer.body[:60].decode("utf-8", "replace")
    return printable(" ".join(words.split()), 60)


def _guard(answer: Answer) -> str:
    lower = answer.body[:20_000].decode("utf-8", "replace").lower()
    return next((where for word, where in _GUARDS if word in lower), "its firewall or REST API screen")

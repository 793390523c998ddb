"""What an event says of itself, before anybody looked: the name under which its like are one fault."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.reading import read_failure, silence
from sidecar.runs.forms import form_of
from sidecar.store.events import Event
from sidecar.tickets import fingerprint

log = logging.getLogger(__name__)


def reading_of(event: Event, site_url: str) -> str:
    """A fingerprint: of the form or the fault that its words name, else of its kind, host and lasting words."""
    data = event.data
    if event.type.startswith("form."):
        return fingerprint(event.site_id, event.type, form_of(event))
    host = str(data.get("host") or "")
    words = _text(event)
    try:
        read = _read(event, host, urlsplit(site_url).hostname or site_url)
    except Exception as error:  # a text that our reader breaks on is no reason to lose the event
        log.error("reading the event %s broke: %s", event.id, type(error).__name__)
        read = None
    if read is None or read.verdict is Verdict.UNKNOWN:
        return fingerprint(event.site_id, event.type, f"{host} {_lasting(words)}")
    return fingerprint(event.site_id, read.code, read.subject)


def _read(event: Event, host: str, site: str) -> Finding | None:
    data = event.data
    if event.type == "mail.hung":
        return silence(host or site, str(data.get("last_line") or ""), {}, greeted=None)
    if event.type != "mail.failed":
        return None
    to = data.get("to")
    first = to[0] if isinstance(to, list) and to and isinstance(to[0], dict) else {}
    _, finding = read_failure(
        str(data.get("error") or ""),
        _lines(data.get("dialogue")),
        host=host,
        mailer=str(data.get("mailer") or ""),
        site=site,
        recipient_domain=str(first.get("domain") or ""),
    )
    return finding


def _text(event: Event) -> str:
    data = event.data
    told = [str(data.get(name) or "") for name in ("error", "last_line", "message")]
    return "\n".join([*told, *_lines(data.get("dialogue"))])


def _lines(dialogue: object) -> list[str]:
    return [str(line) for line in dialogue] if isinstance(dialogue, list) else []


def _lasting(text: str) -> str:
    """The words without those that carry a digit: ids, times, addresses."""
    return " ".join(word for word in re.findall(r"\S+", text.casefold()) if not re.search(r"\d", word))[:500]

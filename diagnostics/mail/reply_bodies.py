"""The sentences inside the JSON and XML bodies with which mail APIs refuse.

SendGrid, Mailgun, Postmark, Brevo, SES, Microsoft Graph, Google and Zoho each have a
shape of their own; all say what is wrong under a few names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SAYING = frozenset(
    {
        "code", "error", "error_code", "errorcode", "error_description", "errors", "detail", "details", "field", "help",
        "innererror", "message", "moreinfo", "name", "reason", "status", "title", "type", "data", "result",
    }
)  # fmt: skip
_XML = re.compile(r"<(Code|Message|Type)>([^<]{1,2000})</\1>")
_XML_NOISE = re.compile(r"</?(?:ErrorResponse|Error|RequestId|ResponseMetadata)\b[^>]{0,200}>|<\?xml[^>]{0,100}\?>")
_OPENING = re.compile(r"[\[{]\s{0,40}[{\"]")
_DEEPEST = 6
_TRIES = 8  # opening braces that are tried as the beginning of a body


def flatten_bodies(text: str) -> str:
    """*text* with each JSON object or XML error in it replaced by the sentences that it holds."""
    if "<Code>" in text or "<Message>" in text:
        text = _XML_NOISE.sub(" ", _XML.sub(r" \2 ", text))
    decoder = json.JSONDecoder()
    position, tries, parts = 0, 0, []
    while tries < _TRIES and (opening := _OPENING.search(text, position)):
        start, tries = opening.start(), tries + 1
        try:
            body, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            parts.append(text[position : start + 1])
            position = start + 1
            continue
        sentences = list(dict.fromkeys(_sentences(body, 0)))
        parts.append(text[position:start] + (" ".join(sentences) if sentences else text[start:end]))
        position = end
    return "".join(parts) + text[position:]


def _sentences(value: Any, depth: int, name: str = "") -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if str(key).lower() in _SAYING:
                yield from _sentences(item, depth + 1, str(key).lower())
    elif isinstance(value, list):
        for item in value:
            yield from _sentences(item, depth + 1, name)
    elif isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, int) and not isinstance(value, bool):
        # Postmark's ErrorCode and HTTP statuses: a number alone would read like an SMTP code.
        yield f"{name}={value}"

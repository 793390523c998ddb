"""What makes two failures one fault: the site, the cause's code, and its subject.

No ids, times or message texts are part of it, and hosts are compared as DNS does:
without case, in their ASCII form (RFC 5891), without the final dot.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

VOLATILE = re.compile(
    r"(^|_)(at|s|seconds|time|day|days|hour|hours|token|id|ids|event|run|count|counts|number|dialogue|message_id)$"
)

CODE = re.compile(r"(\d{3}|\d\.\d{1,3}\.\d{1,3})\Z")  # RFC 5321 §4.2, RFC 3463 §2


def fingerprint(site_id: str, code: str, subject: str) -> str:
    """The fault's name in the store."""
    plain = json.dumps([site_id, code.lower(), normal(subject)], ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def normal(subject: str) -> str:
    """*subject* as it is compared: each word that is a host in its ASCII form, lower case."""
    return " ".join(_word(word) for word in subject.split())


def _word(word: str) -> str:
    word = word.casefold().rstrip(".")
    if word.isascii():
        return word
    try:
        return word.encode("idna").decode("ascii")
    except UnicodeError:
        return word


def evidence_key(evidence: Mapping[str, Any]) -> str:
    """The lasting part of the evidence: numbers, times and ids are left out.

    "Not a fault" holds while this stays the same; a new reason is looked at anew.
    """
    return hashlib.sha256(json.dumps(_lasting(evidence), sort_keys=True).encode()).hexdigest()[:32]


def _lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _lasting(item) for key, item in value.items() if not VOLATILE.search(str(key))}
    if isinstance(value, (list, tuple)):
        return [_lasting(item) for item in value]
    if isinstance(value, str):
        # Queue ids and session ids stand in every reply: words with a digit in them say nothing lasting,
        # except the reply's own codes.
        words = value.casefold().split()
        return " ".join(
            word for word in words if not re.search(r"\d", word) or re.fullmatch(r"\d{3}|\d\.\d\.\d+", word)
        )
    return value if isinstance(value, bool) or value is None else ""

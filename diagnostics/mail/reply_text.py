"""From what somebody pasted to what a server or mailer said, on one line.

Texts come long, cut, over several lines, HTML-escaped, inside a plugin's own words, as
the JSON or XML of an HTTP API, in ISO-2022-JP escapes, or as a whole bounce. Only the
wrapping goes; the words stay.
"""

from __future__ import annotations

import html
import re

from diagnostics.mail.reply_bodies import flatten_bodies

HEAD, TAIL = 12_000, 6_000  # of a longer text the middle is left out
QUOTED = 2_000  # how much of a text an answer repeats

_ISO_2022_JP = re.compile(r"(?:\x1b\$[@B][\x20-\x7e\r\n]*?\x1b\([BJ])+")
# A reply must not reach a terminal or a page with codes of its own.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(
    r"</?(?:a|b|br|code|div|em|h[1-6]|i|li|ol|p|pre|small|span|strong|table|tbody|td|tr|u|ul)(?:\s[^<>]{0,500})?/?>",
    re.I,
)
_COPY_OF_MAIL = re.compile(
    r"^[ \t>]*(?:-{2,}[ \t]*(?:Below this line is a copy|Enclosed is a copy|This is a copy of (?:the|your) message|"
    r"Original message|Returned Message|The header of the original message|Unsent message)|"
    r"Message headers follow|Original message follows|Original message headers:|Original mail as follows|"
    r"Below is a copy of the original message|Included is a copy of the message header|Return-Path: ?<)",
    re.I | re.M,
)
_DIAGNOSTIC = re.compile(r"^Diagnostic-Code:[ \t]*([^\n]+(?:\n[ \t]+[^\n]+)*)", re.I | re.M)
_NOTHING = str.maketrans({"\ufeff": "", "\u200b": "", "\u00ad": ""})
# "550-5.7.26 first line 550-5.7.26 second 550 5.7.26 last", joined by whoever logged it.
_REPEATED = r"(?<=[\s.]){code}[- ](?:{status} ?)?"
# IronPort says a sentence of its own and quotes the server's reply after it.
_QUOTED_REPLY = re.compile(r"^\d\.\d\.\d - [\w /-]{3,60} ([245]\d\d[- ]'?.+)$", re.S)
_PREFIX = re.compile(r"^(?:smtp|x-[\w-]{2,20}|lmtp|dns|unknown)[ \t]*;[ \t]*", re.I)


def bounded(text: str) -> str:
    """*text*, or its beginning and end if it is very long: refusals stand at one of the two."""
    return text if len(text) <= HEAD + TAIL else text[:HEAD] + "\n…\n" + text[-TAIL:]


def unwrap(text: str) -> tuple[str, bool]:
    """*text* without escapes, tags and the copy of the mail that a bounce carries, its lines kept;
    and whether an API's body was in it.
    """
    text = bounded(text).translate(_NOTHING)
    text = _ISO_2022_JP.sub(_from_iso_2022_jp, text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(2):  # plugins escape what was escaped before
        text = html.unescape(text)
    text = _CONTROL.sub(" ", text)
    text = _TAG.sub("\n", text)
    flat = flatten_bodies(text)
    had_body, text = flat != text, flat
    if diagnostics := _DIAGNOSTIC.findall(text):
        return "\n".join(dict.fromkeys(diagnostics)), had_body
    copy = _COPY_OF_MAIL.search(text)
    return (text[: copy.start()] if copy and text[: copy.start()].strip() else text), had_body


def one_line(text: str) -> str:
    """A reply's lines as one sentence: repeated codes and enhanced codes go."""
    text = _PREFIX.sub("", " ".join(text.split()))
    if quoted := _QUOTED_REPLY.match(text):
        text = quoted[1]
    first = re.search(r"(?<![\w.])([245]\d\d)-(?:([245]\.\d{1,3}\.\d{1,3}) )?", text)
    if first:
        status = re.escape(first[2]) if first[2] else r"[245]\.\d{1,3}\.\d{1,3}"
        repeated = re.compile(_REPEATED.format(code=first[1], status=status))
        text = text[: first.end()] + repeated.sub("", text[first.end() :])
        text = text.replace(first[1] + "-", first[1] + " ", 1)
    return text


def _from_iso_2022_jp(match: re.Match[str]) -> str:
    return match[0].encode("ascii", "replace").decode("iso2022_jp", "replace")

"""Cuts addresses and credentials from texts: the second line, should the plugin's redactor have missed one.

A plugin's own hashes (`hashed-<12 hex digits>@domain`) stay, so that one mailbox can be
told from another. What slipped through becomes `***@domain`: the key of those hashes
never leaves the site, and a hash of ours would only look like one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

ADDRESS = re.compile(
    r"""(?: "[^"\r\n]{1,64}" | [^\s<>"'(),:;@\[\]\\|{}=&?/%]{1,64} )
        (?: @ | %40 )
        (?= [A-Za-z0-9\u00a1-\uffff\[] )""",
    re.VERBOSE | re.IGNORECASE,
)
HASHED = re.compile(r"hashed-[0-9a-f]{12}(?:@|%40)$")
_SCHEME = "(?:Basic|Bearer|Digest|Negotiate|Token)"
CREDENTIALS = (
    # C: AUTH PLAIN AGFiYwBkZWY=; but neither a list of mechanisms nor "AUTH LOGIN command failed"
    (
        re.compile(
            r"""\b((?i:AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM-[A-Z0-9-]+))[ \t]+)
                (?!(?i:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-|NTLM|SCRAM-|DIGEST-|GSSAPI|EXTERNAL|XYMCOOKIE))
                (?=\S*(?:[0-9+/=]|[a-z][A-Z]))[A-Za-z0-9+/=]{4,}""",
            re.X,
        ),
        r"\1***",
    ),
    (
        re.compile(
            rf"\b((?:Proxy-)?Authorization\s*[:=]\s*(?:{_SCHEME}\s+)?)(?!{_SCHEME}\b)[A-Za-z0-9+/=._~-]{{6,}}", re.I
        ),
        r"\1***",
    ),
    (re.compile(r"\b(Bearer\s+)[A-Za-z0-9+/=._~-]{12,}", re.I), r"\1***"),
    (re.compile(r"\b([a-z][a-z0-9+.-]{1,20}://)[^\s/@:]{0,200}:[^\s/@]{0,200}@", re.I), r"\1***@"),
    (
        re.compile(
            r"""((?:pass(?:wor[dt]|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|client[_-]?secret)
                ["']?\s*(?:=>|[:=])\s*["']?)(?!\*\*\*|>)[^\s"'&,;)\]}]+""",
            re.I | re.X,
        ),
        r"\1***",
    ),
    (
        re.compile(
            r"\b(?:SG\.[\w-]{16,}\.[\w-]{16,}|xkeysib-[\w-]{16,}|key-[0-9a-f]{32}|re_[A-Za-z0-9_]{16,}|AKIA[A-Z0-9]{16})"
        ),
        "***",
    ),
)
# A look at lower-case text that is quick, and says yes too often rather than too seldom.
_NAMED = re.compile(r"(?:pass|pwd|secret|token|key)[a-z]{0,12}[\"'\\]*\s*(?:=|:)")
_OFFERED = "(?:plain|login|xoauth2|oauthbearer|cram-|ntlm|scram-|digest-|gssapi|external|xymcookie)"
_TOLD = re.compile(rf"auth\s+{_OFFERED}[\w-]*[ \t]+(?!{_OFFERED})[a-z0-9+/=]")
_HASH = re.compile(r"(?<![^\s<>\"'(),:;@\[\]\\|{}=&?/%])hashed-[0-9a-f]{12}@")
_HEAD = re.compile(r"N:\s*(?:To|Subject|Headers|Body):", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
CONTROLS = {
    code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10, 13)
}  # C1 too: a terminal obeys


def suspicious(text: str) -> bool:
    """Whether `scrub` might change *text*; also of text in JSON, where controls are escaped. False is certain."""
    if "@" in text and text.count("@") != len(_HASH.findall(text)):
        return True
    if "%40" in text or "\\u00" in text or "\\b" in text or "\\f" in text or _CONTROL.search(text):
        return True
    low = text.lower()
    if "bearer" in low or "authorization" in low or "sg." in low or "xkeysib" in low or "re_" in low or "akia" in low:
        return True
    named = "pass" in low or "pwd" in low or "secret" in low or "token" in low or "key" in low
    if named and ("key-" in low or _NAMED.search(low) is not None):
        return True
    return "auth" in low and _TOLD.search(low) is not None


def scrub(text: str) -> str:
    """*text* without control characters, readable addresses and credentials."""
    if not suspicious(text):
        return text
    text = text.translate(CONTROLS)
    for pattern, instead in CREDENTIALS:
        text = pattern.sub(instead, text)
    return ADDRESS.sub(_unless_hashed, text)


def scrub_dialogue(lines: Sequence[str]) -> list[str]:
    """An SMTP dialogue, scrubbed, and cut as `cut_dialogue` does."""
    return [scrub(line) for line in cut_dialogue(lines)]


def cut_dialogue(lines: Sequence[str]) -> list[str]:
    """An SMTP dialogue without what answered a challenge (RFC 4954) and without the message (RFC 5321 §4.1.1.4).

    A mailer without SMTP notes the message's head line by line: that is cut too.
    """
    kept: list[str] = []
    challenged = in_data = cut = False
    for line in lines:
        if _HEAD.match(line):
            continue
        if line[:2] in ("C:", "c:") or line[:7].upper() == "CLIENT:":
            if challenged or (in_data and not cut):
                kept.append("C: ***")
                cut = in_data
            elif not in_data:
                kept.append(line)
            continue
        reply = line.partition(":")[2].strip()[:3]
        challenged = reply == "334"
        if reply == "354":
            in_data, cut = True, False
        elif reply.isdigit():
            in_data = False
        kept.append(line)
    return kept


def scrub_all(value: Any) -> Any:
    """Every text within *value*, the names of an object's fields too."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {
            scrub(str(name)): scrub_dialogue(item) if name == "dialogue" and _is_lines(item) else scrub_all(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [scrub_all(item) for item in value]
    return value


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def _unless_hashed(found: re.Match[str]) -> str:
    text = found.group()
    if HASHED.match(text) or text.startswith("***"):
        return text
    return "***%40" if text.endswith("%40") else "***@"

"""Text from outside (DNS, mail, servers), ready to be shown: escaped and bounded."""

from __future__ import annotations

MOST_SHOWN = 600  # characters of a term or a name


def printable(text: str | bytes, most: int = MOST_SHOWN) -> str:
    """*text* for people: what no terminal or page should get is escaped, what is too long is cut."""
    if isinstance(text, bytes):
        text = text[: most + 1].decode("utf-8", "surrogateescape")
    if text.isprintable() and len(text) <= most:
        return text  # as nearly all text is
    shown = "".join(each if each.isprintable() else _escaped(each) for each in text[:most])
    return shown + ("…" if len(text) > most else "")


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

"""Whose script an address is: by WordPress's own folders (wp-content/plugins/<slug>/, themes/<slug>/, wp-includes/)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PLUGIN = re.compile(r"/wp-content/(?:mu-)?plugins/([\w.-]+)(?:/|$)")
_THEME = re.compile(r"/wp-content/themes/([\w.-]+)/")
# What caches and optimisers make of others' files: they are named, for the fault may be theirs or anyone's.
_MADE = re.compile(
    r"/wp-content/(?:cache|uploads)/(?:min/)?(autoptimize|wp-rocket|min|litespeed|wpo-minify|fusion-scripts|bb-plugin|elementor|w3tc)?"
)
_STACK = re.compile(r"(https?://[^\s()]+?):(\d+)(?::\d+)?\)?\s*$", re.MULTILINE)


def component_of(url: str, page: str) -> str:
    """`plugin:slug`, `theme:slug`, `core`, `third-party:host`, or `page` for what stands in the page itself."""
    parts, own = urlsplit(url), urlsplit(page)
    if not parts.hostname or url.partition("#")[0] == page.partition("#")[0]:
        return "page"
    # Some sites serve their own files from another host of theirs.
    made_for_wordpress = _PLUGIN.search(parts.path) or _THEME.search(parts.path)
    if parts.hostname != own.hostname and not made_for_wordpress:
        return f"third-party:{parts.hostname[:100]}"
    if found := _PLUGIN.search(parts.path):
        return f"plugin:{found[1][:64].removesuffix('.php')}"
    if found := _THEME.search(parts.path):
        return f"theme:{found[1][:64]}"
    if "/wp-includes/" in parts.path or "/wp-admin/" in parts.path:
        return "core"
    if found := _MADE.search(parts.path):
        return f"plugin:{found[1]}" if found[1] else "page"
    return "page"


def thrown_at(stack: str) -> tuple[str, int]:
    """Address and line of an exception's topmost frame; ("", 0) where its stack names none."""
    found = _STACK.search(stack)
    return (found[1][:500], int(found[2])) if found else ("", 0)

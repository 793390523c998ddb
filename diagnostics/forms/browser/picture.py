"""Pictures cut to the form and what it says: nothing else of a page belongs in a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.forms.browser.gone import gone

if TYPE_CHECKING:
    from diagnostics.forms.browser.sight import Sight

SHOT_MS = 4_000
MOST_BYTES = 1_500_000


async def picture_of(sight: Sight, words: str) -> bytes:
    """A PNG of the form, or of the message with *words* where the form has gone; b"" where neither can be taken."""
    try:
        element = await sight.element("picture", words)
        if element is None:
            return b""
        picture = await element.screenshot(type="png", timeout=SHOT_MS, animations="disabled", caret="initial")
    except gone():
        return b""  # it went away while the picture was taken
    return picture if len(picture) <= MOST_BYTES else b""

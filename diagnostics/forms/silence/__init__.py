"""Silence: a form that takes fewer entries than its own rhythm lets expect.

Guide: Missing Form Submissions. Nobody complains about a form that fails silently; only its entries stay away.
"""

from diagnostics.forms.silence.calendar import Calendar
from diagnostics.forms.silence.entries import Entries
from diagnostics.forms.silence.gap import Gap, look_at
from diagnostics.forms.silence.judge import SILENT_WEEKS, TRY_WEEKS, Silence, Standing, silence_of
from diagnostics.forms.silence.rhythm import Rhythm, learn

__all__ = [
    "SILENT_WEEKS",
    "TRY_WEEKS",
    "Calendar",
    "Entries",
    "Gap",
    "Rhythm",
    "Silence",
    "Standing",
    "learn",
    "look_at",
    "silence_of",
]

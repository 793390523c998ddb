"""Planted faults of forms on real WordPress pages, and sound pages of different make."""

from tests.planted.forms import assets, entries, pages, roads
from tests.planted.forms.fault import FAULTS, FormFault
from tests.planted.forms.ground import Ground
from tests.planted.forms.sound import SOUND, SoundPage

__all__ = ["FAULTS", "SOUND", "FormFault", "Ground", "SoundPage", "assets", "entries", "pages", "roads"]

"""Sending domains with one planted fault each, and sound ones in the shapes of real providers."""

from tests.planted.faults import FAULTS
from tests.planted.planted import Planted, world_zone
from tests.planted.shapes import SHAPES
from tests.planted.sound import PROVIDED

SOUND = (*PROVIDED, *SHAPES)

__all__ = ["FAULTS", "SOUND", "Planted", "world_zone"]

"""The support guide's tables as data, and the one function that reads them."""

from sidecar.guide.loader import BadGuide, Guide, load_guide

__all__ = ["BadGuide", "Guide", "load_guide"]

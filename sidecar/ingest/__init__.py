"""The sidecar's doors for plugins: pairing, signatures, the event envelope, commands that sites fetch."""

from sidecar.ingest.pairing import make_code
from sidecar.ingest.routes import blueprint

__all__ = ["blueprint", "make_code"]

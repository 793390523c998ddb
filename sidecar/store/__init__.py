"""All SQL of the sidecar. Functions are named for their question; no rules live here."""

from sidecar.store.database import Conflict, Database, NotFound

__all__ = ["Conflict", "Database", "NotFound"]

"""What SQLite's errors mean for the operator: a full disk, a lock, a read-only or damaged file."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class StoreTrouble(Exception):
    """The database cannot be used now; the text says why and what to do."""


def explain(error: sqlite3.Error, path: Path) -> str:
    """*error* in a sentence that the operator can act on."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    match primary:
        case sqlite3.SQLITE_FULL:
            return f"The disk that holds {path} is full. Free some room; nothing was changed."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path} is locked by another program (a backup tool, a second sidecar?). Nothing was changed."
        case sqlite3.SQLITE_READONLY:
            return f"{path} is read-only. Give the sidecar's user the right to write it and its folder."
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return f"{path} cannot be opened. Give the sidecar's user the right to read and write it and its folder."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"{path} is damaged or no SQLite database. Restore a backup: aftercare restore FILE."
        case sqlite3.SQLITE_IOERR:
            return f"The disk that holds {path} reports errors. Look at the system's log; nothing was changed."
    return f"{path}: {error}"

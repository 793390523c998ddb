"""Opens the store: brings the schema up to date, after a copy, or says why it cannot.

The schema's number is SQLite's `user_version`; `migrations/NNNN_name.sql` leads to number
NNNN. Each file is one transaction: a process that dies midway leaves the number before.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sidecar.store.database import Database
from sidecar.store.trouble import StoreTrouble, explain

FILE_NAME = "aftercare.sqlite"
MIGRATIONS = Path(__file__).parent / "migrations"
COPIES_KEPT = 3


def open_store(data_dir: Path, *, migrations: Path = MIGRATIONS) -> Database:
    """The database of *data_dir*, made or migrated where needed. Raises StoreTrouble."""
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))  # it will hold personal data
    except OSError as error:
        raise StoreTrouble(f"{path} cannot be made: {error.strerror}.") from error
    db = Database(path)
    try:
        _migrate(db, _numbered(migrations))
    except sqlite3.Error as error:
        db.close()
        raise StoreTrouble(explain(error, path)) from error
    except StoreTrouble:
        db.close()
        raise
    return db


def newest_schema() -> int:
    """The number that this program migrates to."""
    return _numbered(MIGRATIONS)[-1][0]


def schema_version(db: Database) -> int:
    """The number of the last migration that was applied; 0 for an empty file."""
    return int(db.value("PRAGMA user_version"))


def _migrate(db: Database, migrations: list[tuple[int, Path]]) -> None:
    newest = migrations[-1][0]
    at_start = schema_version(db)
    if at_start > newest:
        raise StoreTrouble(
            f"{db.path} was written by a newer Aftercare (schema {at_start}; this one knows {newest}). "
            "Install that version again, or restore the copy that was made before it migrated."
        )
    if at_start == newest:
        return
    if at_start:
        _copy(db, at_start)
    for number, file in migrations:
        with db.transaction():  # takes the write lock: of two processes one waits, then finds it done
            if schema_version(db) >= number:
                continue
            for statement in _statements(file.read_text(encoding="utf-8")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")


def _copy(db: Database, version: int) -> None:
    """Keep the database as it is, beside itself. Raises StoreTrouble when there is no room."""
    free, size = shutil.disk_usage(db.path.parent).free, db.path.stat().st_size
    if free < 2 * size:
        raise StoreTrouble(
            f"{db.path} has to be copied before it is migrated: that takes {size} bytes twice, and {free} are free. "
            "Free some room and start again; nothing was changed."
        )
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    copy = db.path.with_name(f"{FILE_NAME}.schema-{version}.{stamp}")
    draft = copy.with_name(f"{copy.name}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(draft)) as target:
            db.copy_to(target)
        draft.rename(copy)
    finally:
        draft.unlink(missing_ok=True)
    kept = sorted(db.path.parent.glob(f"{FILE_NAME}.schema-*Z"), key=lambda file: file.stat().st_mtime)
    for old in kept[:-COPIES_KEPT]:
        old.unlink(missing_ok=True)


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    return sorted((int(file.name[:4]), file) for file in folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def _statements(script: str) -> Iterator[str]:
    """*script* cut at the semicolons that end a statement, as SQLite itself sees them."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip("; \n"):
                yield statement
            statement = ""

"""One `Database` for every room: typed rows out, named parameters in, time handed in.

SQLite: WAL, `synchronous=FULL` (what was answered 202 outlives a power cut), foreign
keys on, one connection a thread. JSON columns hold text; a row type whose field is
annotated as dict or list gets it parsed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

Row = TypeVar("Row")

BUSY_S = 10.0


class NotFound(Exception):
    """No such row."""


class Conflict(Exception):
    """The row is there already, or was changed by somebody else."""


class Database:
    """Opens *path*; each thread that uses it gets a connection of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._writing = threading.Lock()

    def rows(self, row_type: type[Row], sql: str, **parameters: Any) -> list[Row]:
        """Every row that *sql* finds, as *row_type* (a dataclass named after the columns)."""
        cursor = self._connection.execute(sql, _bound(parameters))
        if (read := _readers.get(row_type)) is None:  # type hints are slow to read, and never change
            read = _readers[row_type] = _reader(row_type)
        return [read(row) for row in cursor]

    def row(self, row_type: type[Row], sql: str, **parameters: Any) -> Row:
        """The first row. Raises NotFound."""
        if (found := self.row_or_none(row_type, sql, **parameters)) is None:
            raise NotFound(row_type.__name__)
        return found

    def row_or_none(self, row_type: type[Row], sql: str, **parameters: Any) -> Row | None:
        """The first row, or None."""
        found = self.rows(row_type, sql, **parameters)
        return found[0] if found else None

    def value(self, sql: str, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = self._connection.execute(sql, _bound(parameters)).fetchone()
        return row[0] if row else None

    def execute(self, sql: str, **parameters: Any) -> int:
        """Run *sql* and return how many rows it changed. Raises Conflict on a broken constraint."""
        try:
            return self._connection.execute(sql, _bound(parameters)).rowcount
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run *sql* (placeholders by place) for each of *rows*, text and numbers as they are; rows changed."""
        try:
            return self._connection.executemany(sql, rows).rowcount
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Takes the write lock at once, so a read inside it stays true.

        A transaction inside another one belongs to the outer one. The threads of this process take
        turns by a lock of ours: SQLite's own way to wait is to sleep and try again.
        """
        connection = self._connection
        if connection.in_transaction:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_S):
            raise _locked()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.commit()  # may fail too (a full disk): a transaction left open would swallow the next
            except BaseException:
                connection.rollback()
                raise
        finally:
            self._writing.release()

    def close(self) -> None:
        """Close this thread's connection."""
        if (connection := getattr(self._local, "connection", None)) is not None:
            connection.close()
            del self._local.connection

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
            connection.row_factory = sqlite3.Row
            busy = f"busy_timeout={int(BUSY_S * 1000)}"
            for pragma in (busy, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            self._local.connection = connection
        return connection

    def copy_to(self, target: sqlite3.Connection) -> None:
        """A copy as of this instant, while others go on writing (SQLite's backup API)."""
        self._connection.backup(target)


def _locked() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


def instant(moment: datetime) -> str:
    """How the store writes an instant: UTC, microseconds, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


_readers: dict[type, typing.Callable[[sqlite3.Row], Any]] = {}


def _bound(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _written(value) for name, value in parameters.items()}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise NotFound(f"no row has a number of {len(str(value))} digits")  # an id that was typed: SQLite has 64 bits
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def _reader(row_type: type[Row]) -> typing.Callable[[sqlite3.Row], Row]:
    if row_type in (int, str, float):
        return lambda row: row[0]  # a single column
    hints = typing.get_type_hints(row_type)
    readers = {f.name: _read_as(hints[f.name]) for f in fields(row_type)}  # type: ignore[arg-type]  # a dataclass by contract
    return lambda row: row_type(**{name: read(row[name]) for name, read in readers.items()})


def _read_as(hint: Any) -> typing.Callable[[Any], Any]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        [inner] = [part for part in typing.get_args(hint) if part is not type(None)]
        read = _read_as(inner)
        return lambda value: None if value is None else read(value)
    origin = typing.get_origin(hint) or hint
    if origin in (dict, list):
        return json.loads
    if origin is datetime:
        return datetime.fromisoformat
    if origin is bool:
        return bool
    if isinstance(origin, type) and issubclass(origin, Enum):
        return origin
    return lambda value: value

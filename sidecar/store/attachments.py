"""The pictures of a run: PNG only, bounded in size and number, deleted with the run."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database, NotFound

MOST_OCTETS = 400_000  # of one picture
MOST_A_RUN = 40
SIGNATURE = b"\x89PNG\r\n\x1a\n"  # PNG (ISO/IEC 15948) §5.2
HEADER = struct.Struct(">8sI4sII")  # signature, IHDR's length and name, width, height: §11.2.1
MOST_PIXELS = 20_000  # of a side: what is larger was not cut to a form


@dataclass(frozen=True)
class Picture:
    """One row of `attachments`, without its content."""

    id: str
    run_id: str
    step_id: str
    check_name: str
    name: str
    width: int
    height: int
    kept_at: datetime


@dataclass(frozen=True)
class Content:
    """The picture itself."""

    content: bytes


KEEP = """
    INSERT INTO attachments (id, run_id, step_id, check_name, name, width, height, content, kept_at)
    SELECT :id, :run, :step, :check, :name, :width, :height, :content, :now
     WHERE (SELECT COUNT(*) FROM attachments WHERE run_id = :run) < :most"""


def keep(db: Database, run_id: str, step_id: str, check: str, name: str, content: bytes, now: datetime) -> str:
    """Keep one picture; its id, "" where it is none, is too large, or the run has its number already.

    Raises Conflict when there is no such run.
    """
    size = size_of(content)
    if size is None or len(content) > MOST_OCTETS:
        return ""
    picture = f"picture_{secrets.token_hex(12)}"
    kept = db.execute(
        KEEP,
        id=picture,
        run=run_id,
        step=step_id,
        check=check,
        name=name[:200],
        width=size[0],
        height=size[1],
        content=content,
        now=now,
        most=MOST_A_RUN,
    )
    return picture if kept else ""


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG says of itself; None for what is none."""
    if len(content) < HEADER.size:
        return None
    signature, _, name, width, height = HEADER.unpack_from(content)
    fits = 0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS
    return (width, height) if signature == SIGNATURE and name == b"IHDR" and fits else None


def forget(db: Database, run_id: str, step_id: str, check: str) -> int:
    """The check looks again: what it brought before goes; how many."""
    return db.execute(
        "DELETE FROM attachments WHERE run_id = :run AND step_id = :step AND check_name = :check",
        run=run_id,
        step=step_id,
        check=check,
    )


def of_run(db: Database, run_id: str) -> list[Picture]:
    """A run's pictures, in the order in which they were taken."""
    return db.rows(
        Picture,
        """
        SELECT id, run_id, step_id, check_name, name, width, height, kept_at
          FROM attachments WHERE run_id = :run ORDER BY kept_at, rowid""",
        run=run_id,
    )


def still_kept(db: Database, pictures: Sequence[str]) -> set[str]:
    """Those of these ids that are kept."""
    wanted = list(pictures)
    return set(db.rows(str, "SELECT id FROM attachments WHERE id IN (SELECT value FROM json_each(:ids))", ids=wanted))


def content(db: Database, run_id: str, picture: str) -> bytes:
    """One picture of that run. Raises NotFound."""
    found = db.row_or_none(
        Content, "SELECT content FROM attachments WHERE id = :id AND run_id = :run", id=picture, run=run_id
    )
    if found is None:
        raise NotFound(f"there is no picture {picture} of {run_id}")
    return found.content


def purge_sound(db: Database, before: datetime) -> int:
    """Pictures of runs that ended sound before then: nobody asks for them any more, and they are large; how many."""
    return db.execute(
        """
        DELETE FROM attachments WHERE run_id IN
            (SELECT id FROM runs WHERE state = 'ended' AND outcome = 'sound' AND ended_at < :before)""",
        before=before,
    )

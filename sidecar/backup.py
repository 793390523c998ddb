"""Backup while the sidecar runs, and restore: one archive with both databases and the pairing key.

The engine's file is copied before the store: after a restore a step may then be done again,
which changes nothing, but none is taken for done that the store never saw. The archive holds
the sealing key only if asked: with it, whoever has the archive can read every secret in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sidecar.config import Settings
from sidecar.keys import BadKey, BadSeal, SealingKey, sealing_key_file
from sidecar.store.database import instant
from sidecar.store.migrate import FILE_NAME, newest_schema
from sidecar.store.trouble import StoreTrouble, explain

ENGINE_FILE = "runs.sqlite"
PAIRING_FILE = "pairing.key"
KEY_FILE = "sealing.key"
MANIFEST = "manifest.json"
DATABASES = (ENGINE_FILE, FILE_NAME)
STAGED = "restore-at-start"
LOCK = "serve.lock"
LARGEST = 1 << 40  # a file that claims more is no backup of ours


class BackupTrouble(StoreTrouble):
    """A backup or restore that cannot be; the text says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds."""

    made_at: str
    schema: int
    holds_key: bool
    files: dict[str, str]  # name -> SHA-256


def back_up(settings: Settings, file: Path, *, with_key: bool, now: datetime) -> Manifest:
    """Write the archive to *file*, mode 0600, while others go on. Raises BackupTrouble."""
    if file.exists():
        raise BackupTrouble(f"{file} is there already. Choose another name; nothing was written.")
    if with_key and not sealing_key_file(settings.data_dir).exists():
        raise BackupTrouble(
            "The sealing key comes from the environment, not from a file. Keep it where it is kept now."
        )
    if not (settings.data_dir / FILE_NAME).exists():
        raise BackupTrouble(f"There is no store in {settings.data_dir} yet. Is AFTERCARE_DATA_DIR right?")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.resolve().parent) as folder:
            return _archive(settings, Path(folder), file, with_key, now)
    except OSError as error:
        raise BackupTrouble(f"{file} cannot be written: {error.strerror or error}. Nothing is left of it.") from error


def _archive(settings: Settings, draft: Path, file: Path, with_key: bool, now: datetime) -> Manifest:
    names = [name for name in DATABASES if (settings.data_dir / name).exists()]
    for name in names:
        _copy_database(settings.data_dir / name, draft / name)
    for name in (PAIRING_FILE, *([KEY_FILE] if with_key else [])):
        if (settings.data_dir / name).exists():
            shutil.copyfile(settings.data_dir / name, draft / name)
            names.append(name)
    manifest = Manifest(
        instant(now), _schema(draft / FILE_NAME), with_key, {name: _sum(draft / name) for name in names}
    )
    whole = draft / "whole.tar.gz"
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as tar:
            text = json.dumps(asdict(manifest), indent=1).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size, head.mode, head.mtime = len(text), 0o600, int(now.timestamp())
            tar.addfile(head, io.BytesIO(text))
            for name in names:
                tar.add(draft / name, arcname=name, recursive=False)
        out.flush()
        os.fsync(out.fileno())
    os.link(whole, file)  # whole or not at all, and never over another
    return manifest


def restore(settings: Settings, file: Path) -> bool:
    """Put the data folder back as *file* has it. True: done; False: it is done when the sidecar starts next.

    What was there before is kept in a folder beside it. Raises BackupTrouble; then nothing was changed.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = settings.data_dir / STAGED
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as folder:
        draft = Path(folder)
        try:
            manifest = _unpack(file, draft)
            _check(settings, manifest, draft)
            (draft / ENGINE_FILE).touch(mode=0o600)  # a backup without one is of a sidecar that never ran: none goes on
            if staged.exists():
                shutil.rmtree(staged)  # an earlier one that no start has taken yet: this one replaces it
            draft.rename(staged)
        except (OSError, tarfile.TarError, EOFError) as error:
            raise BackupTrouble(f"{file} cannot be restored: {error}. Nothing was changed.") from error
        draft.mkdir()  # the context's own folder, for its end
    try:
        with serving(settings):
            return True  # taking the folder applied it
    except AnotherServes:
        return False


class AnotherServes(BackupTrouble):
    """A sidecar runs on this data folder."""


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """This process alone serves the data folder; what a restore left is put in place first. Raises BackupTrouble."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (settings.data_dir / LOCK).open("a")
    except OSError as error:
        raise BackupTrouble(f"{settings.data_dir} cannot be used: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AnotherServes(
                f"Another sidecar runs on {settings.data_dir}. Stop it, or give this one another AFTERCARE_DATA_DIR."
            ) from None
        _apply_staged(settings.data_dir)
        yield


def _apply_staged(data_dir: Path) -> None:
    staged = data_dir / STAGED
    if not staged.exists():
        return
    number = 1
    while (before := data_dir / f"before-restore-{number}").exists():
        number += 1
    before.mkdir(mode=0o700)
    for new in sorted(staged.iterdir()):  # one after the other: killed midway, the next start does the rest
        for old in (data_dir / f"{new.name}{end}" for end in ("", "-wal", "-shm")):
            if old.exists():
                old.rename(before / old.name)
        new.rename(data_dir / new.name)
    staged.rmdir()


def _unpack(file: Path, draft: Path) -> Manifest:
    """The archive's files, each checked against the manifest. Raises BackupTrouble."""
    allowed = {MANIFEST, *DATABASES, PAIRING_FILE, KEY_FILE}
    with tarfile.open(file, mode="r:gz") as tar:
        for member in tar:
            source = tar.extractfile(member) if member.isfile() else None
            if source is None or member.name not in allowed or member.size > LARGEST:
                raise BackupTrouble(f"{file} is no backup of Aftercare: it holds {member.name[:80]!r}.")
            with os.fdopen(os.open(draft / member.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                shutil.copyfileobj(source, target)
    try:
        manifest = Manifest(**json.loads((draft / MANIFEST).read_text(encoding="utf-8")))
        sums = {name: _sum(draft / name) for name in manifest.files}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BackupTrouble(f"{file} is no backup of Aftercare: its manifest is missing or damaged.") from error
    found = {path.name for path in draft.iterdir()} - {MANIFEST}
    if sums != manifest.files or found != set(manifest.files) or FILE_NAME not in found:
        raise BackupTrouble(f"{file} is damaged: what it holds is not what its manifest says. Nothing was changed.")
    (draft / MANIFEST).unlink()
    return manifest


def _check(settings: Settings, manifest: Manifest, draft: Path) -> None:
    """That this program can use it, and that its secrets can be opened here. Raises BackupTrouble."""
    if manifest.schema > newest_schema():
        raise BackupTrouble(
            f"The backup is of a newer Aftercare (schema {manifest.schema}; this one knows {newest_schema()}). "
            "Install that version first; nothing was changed."
        )
    for name in DATABASES:
        if (draft / name).exists() and (said := _quick_check(draft / name)) != "ok":
            raise BackupTrouble(f"{name} in the backup is damaged: {said}. Nothing was changed.")
    sealed = draft / PAIRING_FILE
    if not sealed.exists():
        return
    try:
        _sealing_for(settings, draft)(sealed.read_text().strip())
    except (BadSeal, BadKey) as error:
        raise BackupTrouble(
            f"The secrets in the backup were sealed by another sealing key than this machine has ({error}). "
            f"Put that key at {sealing_key_file(settings.data_dir)} (chmod 600) or into AFTERCARE_SEALING_KEY first; "
            "nothing was changed."
        ) from error


def _sealing_for(settings: Settings, draft: Path) -> Callable[[str], bytes]:
    """The key that the restored sidecar will have."""
    if settings.sealing_key:
        return SealingKey.load(settings).open
    folder = draft if (draft / KEY_FILE).exists() else settings.data_dir
    if not sealing_key_file(folder).exists():
        raise BadKey("there is none")
    return SealingKey.load(Settings(data_dir=folder)).open


def _copy_database(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, timeout=10)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        raise BackupTrouble(explain(error, source)) from error


def _schema(database: Path) -> int:
    with closing(sqlite3.connect(database)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def _quick_check(database: Path) -> str:
    try:
        with closing(sqlite3.connect(database)) as db:
            return str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

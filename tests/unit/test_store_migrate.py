"""Opening the store: migrations after a copy, and clear sentences when it cannot be opened."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from sidecar.store import migrate
from sidecar.store.migrate import MIGRATIONS, open_store, schema_version
from sidecar.store.trouble import StoreTrouble, explain


@pytest.fixture
def migrations(tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    return folder


def test_a_new_store_is_made_for_its_owner_only(tmp_path):
    db = open_store(tmp_path / "data")
    assert schema_version(db) == max(int(file.name[:4]) for file in MIGRATIONS.glob("*.sql"))
    assert stat.S_IMODE(db.path.stat().st_mode) == 0o600
    assert db.value("PRAGMA synchronous") == 2 and db.value("PRAGMA journal_mode") == "wal"
    assert list(db.path.parent.glob("*.schema-*")) == []  # there was nothing to copy
    assert schema_version(open_store(tmp_path / "data")) == schema_version(db)


def test_the_database_is_copied_before_it_is_migrated(tmp_path, migrations):
    before = open_store(tmp_path / "data")
    before.execute("INSERT INTO sites (id, name, url, state, created_at) VALUES ('s', 'n', 'u', 'waiting', '')")
    (migrations / "9000_next.sql").write_text(
        "-- a; comment\nALTER TABLE sites ADD COLUMN x TEXT DEFAULT ';';\nDELETE FROM sites;\n"
    )
    after = open_store(tmp_path / "data", migrations=migrations)
    assert schema_version(after) == 9000 and after.value("SELECT COUNT(*) FROM sites") == 0
    [copy] = (tmp_path / "data").glob("*.schema-*Z")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT id FROM sites").fetchall() == [("s",)]


def test_a_migration_that_fails_changes_nothing(tmp_path, migrations):
    open_store(tmp_path / "data")
    (migrations / "9000_next.sql").write_text("CREATE TABLE fresh (x);\nALTER TABLE no_such ADD COLUMN y;\n")
    with pytest.raises(StoreTrouble, match="no such table: no_such"):
        open_store(tmp_path / "data", migrations=migrations)
    db = open_store(tmp_path / "data")
    assert db.value("SELECT COUNT(*) FROM sqlite_master WHERE name = 'fresh'") == 0


def test_only_the_last_copies_are_kept(tmp_path, migrations):
    open_store(tmp_path / "data")
    for number in range(9000, 9000 + migrate.COPIES_KEPT + 2):
        (migrations / f"{number}_next.sql").write_text(f"CREATE TABLE t{number} (x);")
        open_store(tmp_path / "data", migrations=migrations)
    assert len(list((tmp_path / "data").glob("*.schema-*Z"))) == migrate.COPIES_KEPT


def test_a_newer_schema_is_refused_and_left_alone(tmp_path, migrations):
    (migrations / "9000_next.sql").write_text("CREATE TABLE fresh (x);")
    open_store(tmp_path / "data", migrations=migrations)
    with pytest.raises(
        StoreTrouble, match=rf"newer Aftercare \(schema 9000; this one knows {migrate.newest_schema()}\)"
    ):
        open_store(tmp_path / "data")


def test_two_that_open_a_new_store_at_once_both_get_it(tmp_path):
    opened, failed = [], []

    def attempt():
        try:
            opened.append(open_store(tmp_path / "data"))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and len(opened) == 6


def test_a_locked_database_is_said_to_be_locked(tmp_path, migrations, monkeypatch):
    monkeypatch.setattr("sidecar.store.database.BUSY_S", 0.05)
    path = open_store(tmp_path / "data").path
    (migrations / "9000_next.sql").write_text("CREATE TABLE fresh (x);")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreTrouble, match="locked by another program"):
        open_store(tmp_path / "data", migrations=migrations)
    holder.execute("ROLLBACK")
    assert schema_version(open_store(tmp_path / "data", migrations=migrations)) == 9000


def test_a_damaged_file_is_said_to_be_damaged(tmp_path):
    (tmp_path / migrate.FILE_NAME).write_bytes(b"this is no database, it is a letter. " * 100)
    with pytest.raises(StoreTrouble, match="damaged or no SQLite database"):
        open_store(tmp_path)


def test_a_data_dir_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreTrouble, match="cannot be made: Not a directory"):
        open_store(tmp_path / "file" / "data")


def test_a_full_disk_stops_the_migration_before_it_begins(tmp_path, migrations, monkeypatch):
    open_store(tmp_path / "data")
    (migrations / "9000_next.sql").write_text("CREATE TABLE fresh (x);")
    monkeypatch.setattr(migrate.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(StoreTrouble, match="Free some room"):
        open_store(tmp_path / "data", migrations=migrations)


def test_a_disk_that_fills_up_while_writing_is_named(tmp_path):
    """A real one: the file may not grow past its limit, and SQLite says SQLITE_FULL."""
    db = open_store(tmp_path)
    db.execute(f"PRAGMA max_page_count = {db.value('PRAGMA page_count')}")
    with pytest.raises(sqlite3.OperationalError) as full:
        for number in range(10_000):
            db.execute("INSERT INTO login_attempts (key, at) VALUES (:key, :at)", key="x" * 1000, at=str(number))
    assert "is full" in explain(full.value, db.path)


def test_a_read_only_database_is_named(tmp_path):
    path = open_store(tmp_path).path
    with (
        sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader,
        pytest.raises(sqlite3.OperationalError) as refused,
    ):
        reader.execute("DELETE FROM sites")
    assert "is read-only" in explain(refused.value, path)


def test_a_migration_that_is_killed_midway_is_done_at_the_next_start(tmp_path, migrations):
    open_store(tmp_path / "data")
    (migrations / "9000_next.sql").write_text(
        "CREATE TABLE big (x);\n"
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000)\n"
        "INSERT INTO big SELECT x FROM n;\n"
    )
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from sidecar.store.migrate import open_store; print('go', flush=True);"
            "open_store(pathlib.Path(sys.argv[1]), migrations=pathlib.Path(sys.argv[2]))",
            str(tmp_path / "data"),
            str(migrations),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(MIGRATIONS.parents[2])},
    )
    child.stdout.readline()
    while not any("wal" in path.name and path.stat().st_size > 100_000 for path in (tmp_path / "data").iterdir()):
        assert child.poll() is None, "it was done before it could be killed"
    child.kill()
    child.wait()
    (migrations / "9000_next.sql").write_text("CREATE TABLE big (x);")
    db = open_store(tmp_path / "data", migrations=migrations)
    assert schema_version(db) == 9000 and db.value("SELECT COUNT(*) FROM big") == 0

"""Backup while others write, and restore: whole or not at all."""

import io
import json
import os
import sqlite3
import stat
import tarfile
import threading
from datetime import UTC, datetime

import pytest

from sidecar import backup
from sidecar.backup import BackupTrouble, back_up, restore, serving
from sidecar.config import Settings
from sidecar.keys import PairingKey, SealingKey
from sidecar.store import events, sites
from sidecar.store.events import NewEvent
from sidecar.store.migrate import open_store

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def make(folder):
    """A data folder with a site, its secret, and an engine's file."""
    settings = Settings(data_dir=folder)
    sealing = SealingKey.load(settings)
    PairingKey.load(settings, sealing)
    db = open_store(folder)
    site = sites.add_site(db, "Shop", "", NOW)
    sites.paired(
        db,
        site.id,
        url="https://shop.example",
        rest_url="",
        xmlrpc_url="",
        plugin_version="",
        secret_sealed=sealing.seal(b"s" * 32),
        now=NOW,
    )
    with sqlite3.connect(folder / "runs.sqlite") as engine:
        engine.execute("PRAGMA journal_mode=WAL")
        engine.execute("CREATE TABLE workflows (id)")
        engine.execute("INSERT INTO workflows VALUES ('run_1')")
    engine.close()
    return settings, db, site


@pytest.fixture
def world(tmp_path):
    settings, db, site = make(tmp_path / "data")
    yield settings, db, site
    db.close()


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "serve.lock"}


def test_a_backup_made_while_events_arrive_holds_a_whole_number_of_batches(world, tmp_path):
    settings, db, site = world
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            batch = [NewEvent(f"e{number}-{n}", "mail.sent", "2026-11-24T00:00:00.000000Z", "{}") for n in range(10)]
            with db.transaction():
                events.insert_events(db, site.id, batch, NOW)
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        archives = [tmp_path / f"{n}.tar.gz" for n in range(3)]
        for archive in archives:
            back_up(settings, archive, with_key=False, now=NOW)
    finally:
        stop.set()
        thread.join()
    for archive in archives:
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        with tarfile.open(archive) as tar:
            (tmp_path / "aftercare.sqlite").write_bytes(tar.extractfile("aftercare.sqlite").read())
        with sqlite3.connect(tmp_path / "aftercare.sqlite") as copy:
            assert copy.execute("SELECT COUNT(*) % 10 FROM events").fetchone() == (0,)
    assert not list(tmp_path.glob(".backup-*"))


def test_what_was_backed_up_comes_back_and_what_was_there_is_kept(world, tmp_path):
    settings, db, site = world
    archive = tmp_path / "a.tar.gz"
    manifest = back_up(settings, archive, with_key=False, now=NOW)
    assert not manifest.holds_key and set(manifest.files) == {"aftercare.sqlite", "runs.sqlite", "pairing.key"}
    db.execute("DELETE FROM sites WHERE id = :id", id=site.id)
    db.close()
    assert restore(settings, archive) is True
    again = open_store(settings.data_dir)
    sealed = sites.site(again, site.id).secret_sealed
    assert SealingKey.load(settings).open(sealed) == b"s" * 32
    with sqlite3.connect(settings.data_dir / "runs.sqlite") as engine:
        assert engine.execute("SELECT id FROM workflows").fetchall() == [("run_1",)]
    kept = settings.data_dir / "before-restore-1"
    with sqlite3.connect(kept / "aftercare.sqlite") as old:
        assert old.execute("SELECT COUNT(*) FROM sites").fetchone() == (0,)
    again.close()


def rename(db, site_id, name):
    db.execute("UPDATE sites SET name = :name WHERE id = :id", id=site_id, name=name)


def test_while_a_sidecar_runs_the_restore_waits_for_its_next_start(world, tmp_path):
    settings, db, site = world
    archive = tmp_path / "a.tar.gz"
    back_up(settings, archive, with_key=False, now=NOW)
    rename(db, site.id, "Changed since")
    with serving(settings):
        assert restore(settings, archive) is False
        assert sites.site(db, site.id).name == "Changed since", "nothing changes under a running sidecar"
        rename(db, site.id, "Changed again")
    db.close()
    with serving(settings):
        again = open_store(settings.data_dir)
        assert sites.site(again, site.id).name == "Shop"
        again.close()


def test_a_restore_that_is_killed_midway_is_finished_at_the_next_start(world, tmp_path, monkeypatch):
    settings, db, site = world
    archive = tmp_path / "a.tar.gz"
    back_up(settings, archive, with_key=False, now=NOW)
    rename(db, site.id, "Changed since")
    db.close()
    with serving(settings):
        restore(settings, archive)
    real, moved = backup.Path.rename, []

    def dies(self, target):
        moved.append(self)
        if len(moved) == 3:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(backup.Path, "rename", dies)
        with pytest.raises(KeyboardInterrupt), serving(settings):
            pass
    with serving(settings):
        again = open_store(settings.data_dir)
        assert sites.site(again, site.id).name == "Shop"
        again.close()


def test_two_sidecars_on_one_folder_are_refused(world):
    settings = world[0]
    with serving(settings), pytest.raises(BackupTrouble, match="Another sidecar runs"), serving(settings):
        pass
    with serving(settings):
        pass


def test_on_another_machine_the_sealing_key_is_needed_and_may_be_in_the_archive(world, tmp_path):
    settings, _, site = world
    without, whole = tmp_path / "without.tar.gz", tmp_path / "with.tar.gz"
    back_up(settings, without, with_key=False, now=NOW)
    assert back_up(settings, whole, with_key=True, now=NOW).holds_key
    elsewhere = Settings(data_dir=tmp_path / "elsewhere")
    with pytest.raises(BackupTrouble, match=r"another sealing key than this machine has \(there is none"):
        restore(elsewhere, without)
    assert content(elsewhere.data_dir) == {}
    other = Settings(data_dir=tmp_path / "other")
    SealingKey.load(other)
    with pytest.raises(BackupTrouble, match="Put that key at"):
        restore(other, without)
    assert restore(elsewhere, whole) is True
    db = open_store(elsewhere.data_dir)
    assert SealingKey.load(elsewhere).open(sites.site(db, site.id).secret_sealed) == b"s" * 32
    assert stat.S_IMODE((elsewhere.data_dir / "sealing.key").stat().st_mode) == 0o600
    db.close()


def packed(path, **files):
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_what_is_no_backup_or_is_damaged_changes_nothing(world, tmp_path):
    settings, _, _ = world
    good = tmp_path / "good.tar.gz"
    back_up(settings, good, with_key=False, now=NOW)
    (cut := tmp_path / "cut.tar.gz").write_bytes(good.read_bytes()[:-200])
    (text := tmp_path / "text.tar.gz").write_text("hello")
    manifest = json.dumps({"made_at": "", "schema": 1, "holds_key": False, "files": {"aftercare.sqlite": "0" * 64}})
    newer = json.dumps({"made_at": "", "schema": 9, "holds_key": False, "files": {"aftercare.sqlite": EMPTY}})
    strange = [
        (cut, "cannot be restored|damaged"),
        (text, "cannot be restored"),
        (packed(tmp_path / "a", **{"../evil": b"x"}), "no backup of Aftercare"),
        (packed(tmp_path / "b", **{"aftercare.sqlite": b"x"}), "manifest is missing"),
        (packed(tmp_path / "c", **{"manifest.json": b"[]"}), "manifest is missing"),
        (
            packed(tmp_path / "d", **{"manifest.json": manifest.encode(), "aftercare.sqlite": b"x"}),
            "not what its manifest",
        ),
        (packed(tmp_path / "e", **{"manifest.json": newer.encode(), "aftercare.sqlite": b""}), "newer Aftercare"),
    ]
    before = content(settings.data_dir)
    for archive, said in strange:
        with pytest.raises(BackupTrouble, match=said):
            restore(settings, archive)
    assert content(settings.data_dir) == before and not (tmp_path / "evil").exists()
    assert not list(settings.data_dir.glob(".restore-*")) and not (settings.data_dir / "restore-at-start").exists()


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing


def test_a_backup_is_never_written_over_another_file_or_half(world, tmp_path, monkeypatch):
    settings, _, _ = world
    (there := tmp_path / "there").write_text("mine")
    with pytest.raises(BackupTrouble, match="there already"):
        back_up(settings, there, with_key=False, now=NOW)
    assert there.read_text() == "mine"
    with pytest.raises(BackupTrouble, match="cannot be written: No such file"):
        back_up(settings, tmp_path / "no" / "a.tar.gz", with_key=False, now=NOW)

    def full(*args, **kwargs):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(BackupTrouble, match="No space left on device"):
        back_up(settings, tmp_path / "full.tar.gz", with_key=False, now=NOW)
    assert {path.name for path in tmp_path.iterdir()} == {"data", "there"}


def test_an_empty_data_folder_is_not_backed_up(tmp_path):
    with pytest.raises(BackupTrouble, match="Is AFTERCARE_DATA_DIR right"):
        back_up(Settings(data_dir=tmp_path / "none"), tmp_path / "a", with_key=False, now=NOW)

"""`python -m demo`: one JSON line when all went well, a clear sentence when it cannot start, nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import __main__ as demo
from demo.stage import LOCK, the_only_demo
from tests.servers.process import MissingPart, need_root, server_directory, wait_until

DEMO = [sys.executable, "-m", "demo"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the demo under test keeps everything, so that what it leaves behind is seen."""
    try:
        need_root("the demo")
    except MissingPart as missing:
        pytest.skip(str(missing))
    folder = server_directory("demo")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def begun(folder: Path, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    """The demo with a lock of its own, so that a demo beside the tests does not stop them."""
    own = {"TMPDIR": str(folder), **environ}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*DEMO, *arguments], cwd=ROOT, env={**os.environ, **own}, stdout=pipe, stderr=pipe, text=True
    )


def refused(folder: Path, *arguments: str, **environ: str) -> str:
    """The sentence with which the demo does not start."""
    process = begun(folder, *arguments, **environ)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert "Traceback" not in said
    return said


def left_behind(folder: Path) -> list[str]:
    """Files, and processes that were started for one of them."""
    processes = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in words:
            processes.append(words)
    return [*(str(file) for file in folder.iterdir() if file.name != LOCK), *processes]


def test_once_and_json_print_one_line_and_leave_nothing(folder: Path) -> None:
    process = begun(folder, "--once", "--json", "--fault", "wrong password")
    out, progress = process.communicate(timeout=240)
    assert process.returncode == 0, progress
    [line] = out.splitlines()
    told = json.loads(line)
    assert told["ok"] is True
    [fault] = told["faults"]
    assert set(fault) == {"planted", "expected", "found", "ticket", "seconds_to_ticket", "resolved"}
    assert (fault["expected"], fault["found"], fault["resolved"]) == ("smtp.auth.rejected", "smtp.auth.rejected", True)
    assert left_behind(folder) == []


def test_ctrl_c_while_it_starts_leaves_nothing(folder: Path) -> None:
    process = begun(folder, "--once")
    wait_until(lambda: any(folder.glob("wordpress-*/db/data")), 90.0, "the demo did not come as far as its database")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert left_behind(folder) == []


def test_a_second_demo_says_that_one_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with the_only_demo():
        assert "A demo runs already" in refused(folder, "--once")


def test_a_link_in_the_place_of_its_lock_is_not_followed(folder: Path) -> None:
    aim = folder / "of-value"
    aim.write_text("kept")
    (folder / LOCK).symlink_to(aim)
    assert "cannot be opened" in refused(folder, "--once")
    assert aim.read_text() == "kept"


def test_a_taken_port_is_named(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is taken" in refused(folder, "--once", "--port", str(port))


def test_no_network_is_said_and_what_was_asked(folder: Path) -> None:
    said = refused(folder, "--once", AFTERCARE_CACHE=str(folder / "cache"), npm_config_registry="http://127.0.0.1:1/")
    assert "is there a network?" in said


def test_an_unknown_fault_lists_all(folder: Path) -> None:
    assert "there are: wrong password" in refused(folder, "--once", "--fault", "nonsense")


def test_without_root_and_sudo_it_says_who_must_run_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["demo", "--once"])
    assert demo.main() == 2
    assert "there is no sudo: run it as root" in capsys.readouterr().err

"""`aftercare serve` as a process of its own: the first link, a taken port, a second sidecar, a graceful end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from sidecar.config import Settings
from sidecar.services import build_services
from tests.servers.staffed import PASSWORD, Browser, Staffed, colleague, with_history

COMMAND = [sys.executable, "-c", "from sidecar.cli import main; main()"]


def environ(data_dir: Path, **settings: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")}
    return {**plain, "AFTERCARE_DATA_DIR": str(data_dir), "AFTERCARE_LISTEN": "127.0.0.1:0", **settings}


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """The running sidecar and what it said when it began."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--json"],
        env=environ(data_dir, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield json.loads(line), process
    finally:
        process.kill()
        process.wait(10)


def refused(data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A sidecar that does not start."""
    return subprocess.run(
        [*COMMAND, "serve"], env=environ(data_dir, **settings), capture_output=True, text=True, timeout=60
    )


def test_the_printed_link_makes_the_first_account_and_the_next_start_prints_none(tmp_path: Path) -> None:
    with serving(tmp_path) as (said, process):
        assert requests.get(f"{said['public_url']}/healthz", timeout=10).json() == {
            "ok": True,
            "database": True,
            "engine": True,
        }
        path = said["first_login"].removeprefix(said["public_url"])
        browser = Browser(said["public_url"])
        answer = browser.post(path, path, name="Ada", email="ada@example.com", password=PASSWORD, again=PASSWORD)
        assert answer.url == f"{said['public_url']}/"
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert process.stderr is not None
        for line in process.stderr.read().splitlines():
            assert path.rpartition("/")[2] not in line, "a link in the log is a link for whoever reads it"
            json.loads(line)
    with serving(tmp_path) as (said, _):
        assert said["first_login"] == ""


def test_a_taken_port_is_said_in_a_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = refused(tmp_path / "data", AFTERCARE_LISTEN=f"127.0.0.1:{port}")
    assert ended.returncode == 4
    assert re.search(rf"127\.0\.0\.1:{port} is taken", ended.stderr)
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_second_sidecar_on_one_data_folder_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path):
        ended = refused(tmp_path)
    assert ended.returncode == 4
    assert "Another sidecar runs" in ended.stderr


def test_a_run_asked_for_in_the_shell_is_carried_out_by_the_sidecar_that_serves(tmp_path: Path) -> None:
    services = build_services(Settings(data_dir=tmp_path))
    with_history(Staffed(services, colleague(services, "ada@example.com", "Ada"), ""))
    services.db.close()
    with serving(tmp_path, AFTERCARE_COMMAND_WAIT_S="5"):
        ended = subprocess.run(
            [*COMMAND, "run", "corner shop", "emails-not-sending", "--wait", "--json"],
            env=environ(tmp_path),
            capture_output=True,
            text=True,
            timeout=120,
        )
    run = json.loads(ended.stdout)
    assert run["state"] == "ended"
    assert {"sound": 0, "faults": 1}.get(run["outcome"], 3) == ended.returncode
    assert run["steps"][0]["findings"], "the site cannot be reached: at least that is found"


def test_an_open_stream_does_not_hold_up_the_end(tmp_path: Path) -> None:
    services = build_services(Settings(data_dir=tmp_path))
    staffed = Staffed(services, colleague(services, "ada@example.com", "Ada"), "")
    with_history(staffed)
    services.db.close()
    with serving(tmp_path) as (said, process):
        browser = Browser(said["public_url"])
        browser.log_in("ada@example.com", PASSWORD)
        with browser.get(f"/runs/{staffed.named['live']}/live", stream=True) as stream:
            assert stream.status_code == 200
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            b"".join(stream.iter_content())  # it ends as a stream should, rather than being cut
            assert time.monotonic() - began < 4, "it waited for its own time-out"
            assert process.wait(15) == 0


def test_no_file_with_data_is_readable_by_others_however_open_the_folder_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)  # as systemd makes a StateDirectory
    (data / "runs.sqlite").touch(mode=0o644)  # as an older sidecar left it
    with serving(data):
        files = [path for path in data.iterdir() if path.is_file() and path.stat().st_size]
        assert {"aftercare.sqlite", "runs.sqlite", "sealing.key", "pairing.key"} <= {path.name for path in files}
        assert [path.name for path in files if path.stat().st_mode & 0o077] == []

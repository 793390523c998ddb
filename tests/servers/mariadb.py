"""A real MariaDB for one site: private data folder, a socket, no port, no service."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from tests.servers.parts import cache
from tests.servers.process import DidNotStart, ServerProcess, log_tail, need, need_root

DATABASE = "wordpress"


class MariaDB:
    """One server in *directory*; `socket_path` is how it is reached. As root it runs as mysql."""

    def __init__(self, directory: Path) -> None:
        need_root("MariaDB in a folder of its own")
        self._program = need("mariadbd", "mariadb-server")
        self._install = need("mariadb-install-db", "mariadb-server")
        self.directory = directory
        self.socket_path = directory / "db.sock"
        self._process: ServerProcess | None = None

    def start(self) -> MariaDB:
        data = self.directory / "data"
        if not data.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            shutil.chown(self.directory, "mysql", "mysql")
            subprocess.run(["cp", "-a", "--reflink=auto", str(self._empty_data()), str(data)], check=True)
        first = self.directory / "first.sql"
        first.write_text(
            f"CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4;"
            f"CREATE USER IF NOT EXISTS {DATABASE}@localhost IDENTIFIED BY '{DATABASE}';"
            f"GRANT ALL ON {DATABASE}.* TO {DATABASE}@localhost;\n".replace(";", ";\n")
        )
        first.chmod(0o644)
        command = [
            *(self._program, "--no-defaults", "--user=mysql", f"--datadir={data}", f"--socket={self.socket_path}"),
            *("--skip-networking", "--skip-name-resolve", f"--init-file={first}"),
            *(f"--pid-file={self.directory / 'mariadb.pid'}", "--performance-schema=OFF", f"--tmpdir={self.directory}"),
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=48M", "--innodb-log-file-size=16M"),
        ]
        self._process = ServerProcess("mariadbd", command, self.directory / "mariadb.log")
        self._process.wait_ready(self._answers)
        return self

    def stop(self) -> None:
        if self._process:
            self._process.stop(patience_s=10.0)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(0.5)
            try:
                probe.connect(str(self.socket_path))
                return len(probe.recv(5)) == 5  # the greeting's header
            except OSError:
                return False

    def _empty_data(self) -> Path:
        """A freshly installed data folder of this version, made once and kept: it takes seconds to make."""
        version = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=True).stdout
        kept = cache() / f"mariadb-{version.split('Ver')[1].split()[0]}"
        if kept.exists():
            return kept
        making = self.directory / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        shutil.chown(making, "mysql", "mysql")
        options = ["--no-defaults", "--user=mysql", f"--datadir={making}", "--skip-test-db"]
        options += ["--auth-root-authentication-method=socket", "--innodb-log-file-size=16M"]
        log = self.directory / "install.log"
        with log.open("wb") as output:
            made = subprocess.run([self._install, *options], stdout=output, stderr=subprocess.STDOUT)
        if made.returncode:
            raise DidNotStart(f"mariadb-install-db failed:\n{log_tail(log)}")
        arriving = kept.with_name(f"{kept.name}.{self.directory.name}.new")
        arriving.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(making), str(arriving)], check=True)
        if kept.exists():  # another test run was faster
            shutil.rmtree(arriving)
        else:
            arriving.rename(kept)
        shutil.rmtree(making)
        return kept

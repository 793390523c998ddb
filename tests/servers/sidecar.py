"""The real sidecar as a process of its own: `aftercare serve` on a free port, and its staff API to look at it with."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import requests

from tests.servers.loopback import free_port, listens
from tests.servers.process import Server, ServerProcess, server_directory
from tests.servers.visitor import Visitor
from tests.servers.wordpress import WordPressSite, poll

STAFF = "staff@aftercare.test"
API = "/api/v1/staff"
_AFTERCARE = [sys.executable, "-c", "from sidecar.cli import main; main()"]  # as the installed `aftercare`


class Sidecar(Server):
    """Start it, pair sites with it, ask its API. A stopped one starts again on the same data. A context manager."""

    def __init__(
        self,
        *,
        directory: Path | None = None,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        ca_bundle: Path | None = None,
    ) -> None:
        """*settings*: names as in the environment, without AFTERCARE_. Loopback is allowed, nothing is inherited."""
        self.directory = directory or server_directory("sidecar")
        self._own_directory = directory is None
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {
            "DATA_DIR": str(self.directory / "data"),
            "LISTEN": f"127.0.0.1:{self.port}",
            "ALLOW_PRIVATE": "127.0.0.0/8",
            **(settings or {}),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")}
        self._environ = {**inherited, **{f"AFTERCARE_{name}": value for name, value in own.items()}}
        if ca_bundle:
            self._environ["SSL_CERT_FILE"] = str(ca_bundle)
        root = str(Path(__file__).resolve().parents[2])
        self._environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, inherited.get("PYTHONPATH", "")]))
        self.password = secrets.token_urlsafe(12)
        self.token = ""
        self._process: ServerProcess | None = None

    @property
    def log(self) -> Path:
        return self.directory / "sidecar.log"

    def start(self) -> Self:
        began = self.log.stat().st_size if self.log.exists() else 0
        self._process = ServerProcess("aftercare serve", [*_AFTERCARE, "serve", "--json"], self.log, self._environ)
        self._process.wait_ready(lambda: listens("127.0.0.1", self.port) and self._answers(), 40.0)
        if not self.token:
            self._first_account(began)
        return self

    def stop(self) -> None:
        if self._process:
            self._process.stop(patience_s=15.0)

    def kill(self) -> None:
        """`kill -9`, as a machine that loses its power."""
        if self._process:
            self._process.stop(patience_s=0.0)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Until the block ends it takes connections and never answers."""
        assert self._process
        self._process.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.signal(signal.SIGCONT)

    def command(self, *words: str) -> Any:
        """Run `aftercare` on the same data; its answer to --json. Raises CalledProcessError."""
        done = subprocess.run(
            [*_AFTERCARE, *words, "--json"], env=self._environ, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    def api(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: Any) -> Any:
        """One operation of the staff API. Raises HTTPError."""
        answer = requests.request(
            method,
            self.url + API + path,
            json=body,
            params=query,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()

    def pair(self, site: WordPressSite, name: str = "") -> str:
        """Pair as people do: a code from the staff, entered with WP-CLI at the site. The site's id."""
        added = self.api("POST", "/sites", {"name": name or site.title, "url": site.url})
        code = self.api("POST", f"/sites/{added['id']}/code")["code"]
        site.wp("aftercare", "pair", code)
        return str(added["id"])

    def tickets(self, site: str, state: str = "open") -> list[dict[str, Any]]:
        return list(self.api("GET", "/tickets", site=site, state=state)["items"])

    def openings(self, site: str) -> set[tuple[int, int]]:
        """Every opening and reopening of a ticket so far: its id, and how often it had reopened."""
        return {(ticket["id"], ticket["reopened"]) for ticket in self.tickets(site, "all")}

    def wait_for_ticket(
        self, site: str, *, timeout_s: float, known: Collection[tuple[int, int]] = ()
    ) -> dict[str, Any]:
        """The first ticket of *site* that opened or reopened beside the *known* ones. Raises DidNotStart."""

        def opened() -> dict[str, Any] | None:
            return next((each for each in self.tickets(site) if (each["id"], each["reopened"]) not in known), None)

        return dict(self._wait(opened, timeout_s, "no ticket"))

    def wait_for_state(self, ticket: int, state: str, *, timeout_s: float) -> dict[str, Any]:
        """The ticket once it is in *state*. Raises DidNotStart when it does not come to be."""

        def there() -> dict[str, Any] | None:
            found: dict[str, Any] = self.api("GET", f"/tickets/{ticket}")["ticket"]
            return found if found["state"] == state else None

        return self._wait(there, timeout_s, f"ticket {ticket} did not become {state}")

    def remove(self) -> None:
        self.stop()
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    # -- inside -----------------------------------------------------------

    def _wait(self, question: Callable[[], Any], timeout_s: float, what: str) -> Any:
        return poll(question, timeout_s, what, pause_s=0.25)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _first_account(self, log_offset: int) -> None:
        """Take up the link that `serve` prints, as the first of the staff does, and make a token."""
        lines = self.log.read_bytes()[log_offset:].decode("utf-8", "replace").splitlines()
        said = next(json.loads(line) for line in lines if "first_login" in line)
        visitor = Visitor(self.url)
        form = visitor.form(said["first_login"], "password")
        answer = visitor.submit(form, name="Staff", email=STAFF, password=self.password, again=self.password)
        answer.raise_for_status()
        self.token = self.command("token", "add", STAFF, "lab")["token"]

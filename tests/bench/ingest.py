"""How fast signed events are taken: the sidecar against a bare app that verifies nothing, in turn, in one run.

Both are processes of their own on loopback, both write with `synchronous=FULL`, both get the same signed bodies
from the same eight connections, made before the clock starts. Single events and batches of 100.
"""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sidecar.keys import TO_SIDECAR, derive, sign
from tests.bench.report import report, spread
from tests.servers.loopback import free_port, listens
from tests.servers.plugin_client import PluginClient, event
from tests.servers.process import ServerProcess, server_directory
from tests.servers.sidecar import Sidecar

BAR = 0.5
CONNECTIONS = 8
ROUNDS = 7
THREADS = 16  # the sidecar's default
SENT = {
    "kind": "form",
    "host": "relay.example.net",
    "port": 587,
    "encryption": "tls",
    "mailer": "smtp",
    "owner": "core",
    "seconds": 0.4,
    "size": 2100,
}
LOADS = {"single": (1, 400), "batches_of_100": (100, 40)}  # events a request, requests a round


@dataclass(frozen=True)
class Message:
    """One signed request, ready to go."""

    body: bytes
    headers: dict[str, str]


def messages(client: PluginClient, size: int, count: int) -> list[Message]:
    key = derive(client.secret, "events", TO_SIDECAR)
    made = []
    for _ in range(count):
        events = [event("mail.sent", mail=secrets.token_hex(8), **SENT) for _ in range(size)]
        body = json.dumps({"plugin": client.plugin, "events": events}).encode()
        message_id, now = f"msg_{secrets.token_hex(8)}", str(int(time.time()))
        signed = {"webhook-id": message_id, "webhook-timestamp": now}
        signed["webhook-signature"] = sign(key, message_id, now, body)
        made.append(Message(body, {"content-type": "application/json", "aftercare-site": client.site, **signed}))
    return made


def events_per_second(port: int, load: Sequence[Message], size: int, waits: list[float]) -> float:
    """Send the whole load over eight connections; each request's seconds go to *waits*."""

    def send(part: Sequence[Message]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for message in part:
            began = time.perf_counter()
            connection.request("POST", "/api/v1/events", message.body, message.headers)
            answer = connection.getresponse()
            answer.read()
            waits.append(time.perf_counter() - began)
            assert answer.status == 202, f"answered {answer.status}"

    threads = [threading.Thread(target=send, args=(load[n::CONNECTIONS],)) for n in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(load) * size / (time.perf_counter() - began)


def bare(folder: Path) -> tuple[int, ServerProcess]:
    port = free_port()
    words = [sys.executable, "-m", "tests.bench.bare_ingest", str(port), str(folder / "bare.sqlite"), str(THREADS)]
    process = ServerProcess("the bare app", words, folder / "bare.log")
    process.wait_ready(lambda: listens("127.0.0.1", port))
    return port, process


def measured(client: PluginClient, ours: int, theirs: int, load: str) -> bool:
    size, count = LOADS[load]
    rates: dict[str, list[float]] = {"ours": [], "theirs": []}
    waits: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(ROUNDS + 1):
        order = (("ours", ours), ("theirs", theirs)) if number % 2 else (("theirs", theirs), ("ours", ours))
        for who, port in order:
            kept: list[float] = []
            rate = events_per_second(port, messages(client, size, count), size, kept)
            if number:  # the first round only warms both up
                rates[who].append(rate)
                waits[who] += kept
    ratio = median(o / t for o, t in zip(rates["ours"], rates["theirs"], strict=True))
    return report(
        "ingest",
        ratio=ratio,
        bar=BAR,
        ok=ratio >= BAR,
        load=load,
        ours_events_per_s=spread(rates["ours"]),
        theirs_events_per_s=spread(rates["theirs"]),
        ours_p99_s=spread(waits["ours"])["p99"],
        theirs_p99_s=spread(waits["theirs"])["p99"],
    )


def main() -> bool:
    folder = server_directory("bench-ingest")
    settings = {"REQUESTS_PER_MINUTE": "1000000", "THREADS": str(THREADS)}
    try:
        with Sidecar(settings=settings) as sidecar:
            port, process = bare(folder)
            try:
                client = PluginClient(sidecar.url)
                site = sidecar.api("POST", "/sites", {"name": "Bench", "url": client.home})
                assert client.pair(sidecar.api("POST", f"/sites/{site['id']}/code")["code"]).status == 201
                fine = [measured(client, sidecar.port, port, load) for load in LOADS]
                return all(fine)
            finally:
                process.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

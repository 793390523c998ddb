"""Somebody between site and sidecar, who reads and changes what passes: the worst that it can do is to delay."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.servers.lab import LabSite
from tests.wordpress.told import Listeners, Told, listening, visit_running

FAILS = "wp_mail( 'jane@visitor.example', 's', 'm' );"
PASSED_ON = ("aftercare-site", "webhook-id", "webhook-timestamp", "webhook-signature")


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listeners]:
    with listening(tmp_path_factory.mktemp("doors")) as listeners:
        yield listeners


@pytest.fixture
def told(site: LabSite, listeners: Listeners) -> Told:
    return listeners.to(site)


@contextmanager
def in_between(sidecar: str) -> Iterator[str]:
    """Sends the sidecar a body of its own, far too large, under the site's message id; hands its signed no on."""

    class Between(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            headers = {name: self.headers[name] for name in PASSED_ON}
            answer = requests.post(sidecar + self.path, data=b" " * 1_100_000, headers=headers, timeout=10)
            self.send_response(answer.status_code)
            for name in ("content-type", *PASSED_ON[1:]):
                self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_a_signed_no_that_was_got_by_trickery_makes_the_site_drop_nothing(told: Told) -> None:
    told.site.set_mail(smtp_password="guess-7")
    with in_between(told.doors.url) as url, told.sidecar_at(url):
        visit_running(told.site, "template_redirect", FAILS)
        for _ in range(3):
            told.flush()
        assert told.waiting() >= 1 and told.all("mail.failed") == []
    told.flush()
    assert told.wait_for("mail.failed")["basic_code"] == 535

"""Pages over real sockets: redirects, caches, packed and endless bodies, certificates; and the check over all of it."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagnostics.check import Context, SiteUnavailable, all_checks
from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.page import fetch_page, read_page
from diagnostics.forms.page.fetch import MOST_BYTES, visit
from diagnostics.network import EgressPolicy, Network
from tests.servers.certificates import Authority
from tests.unit.form_pages import CF7, CF7_SCRIPTS, FLUENT, FLUENT_SCRIPTS, SITE, accused, form, html, unknown

Writer = asyncio.StreamWriter
Answering = Callable[[str, str, Writer], Awaitable[None]]  # (request line, head, writer)
LOOPBACK = EgressPolicy([ipaddress.ip_network("127.0.0.0/8")])


@dataclass
class Pages:
    """A web server that writes what it is told, byte for byte. `asked`: the requests, first line and body."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


@asynccontextmanager
async def serving(answering: Answering, tls: ssl.SSLContext | None = None) -> AsyncIterator[Pages]:
    pages = Pages()

    async def talk(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(
                (int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length")), 0
            )
            body = (await reader.readexactly(length)).decode()
            line = head.partition("\r\n")[0]
            pages.asked.append(f"{line} {body}".strip())
            pages.heads.append(head)
            await answering(line, head, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # who asks may go
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    pages.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield pages
    finally:
        server.close()


async def say(writer: Writer, body: str | bytes, status: str = "200 OK", **headers: str) -> None:
    data = body.encode() if isinstance(body, str) else body
    named = {"Content-Type": "text/html; charset=UTF-8", "Content-Length": str(len(data))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    writer.write(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + data)
    await writer.drain()


def wordpress(page: str, **more: Any) -> Answering:
    """A site with this page at /contact/, admin-ajax and REST open."""

    async def answering(line: str, head: str, writer: Writer) -> None:
        here = "http://" + next(each[6:] for each in head.splitlines() if each.lower().startswith("host: "))
        path = line.split()[1]
        if path.startswith("/contact/"):
            own = page.replace(SITE, here).replace(SITE.replace("/", r"\/"), here.replace("/", r"\/"))
            await say(writer, own, **more.get("headers", {}))
        elif path.startswith("/wp-admin/admin-ajax.php"):
            await say(writer, *more.get("ajax", ("0", "400 Bad Request")))
        elif path.startswith("/wp-json/"):
            await say(writer, *more.get("rest", ('{"rules": []}', "200 OK")), Content_Type="application/json")
        elif path.startswith("/wp-content/"):
            await say(writer, *more.get("script", ("var a;", "200 OK")), Content_Type="text/javascript")
        else:
            await say(writer, "no", "404 Not Found")

    return answering


@pytest.fixture
def network() -> Network:
    return Network(LOOPBACK)


async def look(network: Network, url: str) -> list[Finding]:
    return read_page(await fetch_page(network, url), form("contact-form-7"), datetime.now(UTC))


async def test_a_page_is_asked_once_as_it_comes_once_past_the_cache_and_its_road_once(network: Network) -> None:
    async with serving(wordpress(html(CF7, CF7_SCRIPTS))) as site:
        findings = await look(network, f"{site.url}/contact/#form")
    assert [each.code for each in findings] == ["form.page.sound"]
    page, fresh, road, script = site.asked
    assert script == "GET /wp-content/plugins/contact-form-7/includes/js/index.js?ver=1 HTTP/1.1"
    assert page == "GET /contact/ HTTP/1.1" and fresh.startswith("GET /contact/?aftercare=")
    assert road == "GET /wp-json/contact-form-7/v1/contact-forms/5/feedback/schema HTTP/1.1"
    assert all("cookie" not in each.lower() and "aftercare" in each for each in site.heads)


async def test_admin_ajax_is_asked_with_an_action_that_nobody_has(network: Network) -> None:
    async with serving(wordpress(html(FLUENT, FLUENT_SCRIPTS))) as site:
        fetched = await fetch_page(network, f"{site.url}/contact/")
        assert accused(read_page(fetched, None, datetime.now(UTC))) == []
    assert site.asked[-2] == "POST /wp-admin/admin-ajax.php HTTP/1.1 action=aftercare_nobody"


async def test_a_plugin_s_welcome_page_that_one_request_is_led_to_is_no_closed_road(network: Network) -> None:
    led: list[str] = []

    async def answering(line: str, head: str, writer: Writer) -> None:
        if "admin-ajax" in line and not led:
            led.append(line)
            await say(writer, "", "302 Found", Location="/wp-admin/admin.php?page=welcome")
        else:
            await wordpress(html(FLUENT, FLUENT_SCRIPTS))(line, head, writer)

    async with serving(answering) as site:
        fetched = await fetch_page(network, f"{site.url}/contact/")
    assert led and accused(read_page(fetched, None, datetime.now(UTC))) == []


async def test_a_form_s_script_that_is_not_there_is_found_missing(network: Network) -> None:
    async with serving(wordpress(html(FLUENT, FLUENT_SCRIPTS), script=("no", "404 Not Found"))) as site:
        findings = read_page(await fetch_page(network, f"{site.url}/contact/"), None, datetime.now(UTC))
    assert accused(findings) == ["script_not_found"] and findings[0].evidence["status"] == 404


async def test_closed_roads_are_found_where_they_are_closed(network: Network) -> None:
    closed = ('{"code":"rest_cannot_access"}', "401 Unauthorized")
    async with serving(wordpress(html(CF7, CF7_SCRIPTS), rest=closed)) as site:
        assert accused(await look(network, f"{site.url}/contact/")) == ["rest_blocked"]


async def test_a_script_object_that_names_a_stranger_s_host_makes_us_ask_nobody_there(network: Network) -> None:
    async with serving(wordpress("x")) as stranger:
        scripts = CF7_SCRIPTS.replace(SITE.replace("/", r"\/"), stranger.url.replace("127.0.0.1", "127.0.0.2"))
        async with serving(wordpress(html(CF7, scripts))) as site:
            assert accused(await look(network, f"{site.url}/contact/")) == ["posts_elsewhere"]
    assert stranger.asked == []


async def test_redirects_are_followed_and_a_circle_is_left(network: Network) -> None:
    async def answering(line: str, head: str, writer: Writer) -> None:
        path = line.split()[1]
        if path == "/a":
            await say(writer, "", "301 Moved", Location="/contact/")
        elif path.startswith("/round"):
            await say(writer, "", "302 Found", Location="/round")
        elif path.startswith("/away"):
            await say(writer, "", "302 Found", Location=f"/away{len(path)}{path[-20:]}")
        else:
            await wordpress(html(CF7, CF7_SCRIPTS))(line, head, writer)

    async with serving(answering) as site:
        assert accused(await look(network, f"{site.url}/a")) == []
        assert accused(await look(network, f"{site.url}/round")) == ["redirects"]
        assert accused(await look(network, f"{site.url}/away")) == ["redirects"]
    assert sum(each.startswith("GET /round") for each in site.asked) <= 3


async def test_a_redirect_into_a_network_that_is_not_allowed_is_not_followed() -> None:
    async def answering(line: str, head: str, writer: Writer) -> None:
        await say(writer, "", "302 Found", Location="http://169.254.169.254/latest/meta-data/")

    async with serving(answering) as site:
        findings = await look(Network(LOOPBACK), f"{site.url}/x")
    assert unknown(findings) == ["unseen"] and findings[0].reason is UnknownReason.NOT_ALLOWED


async def test_a_packed_page_is_unpacked_and_a_bomb_is_not(network: Network) -> None:
    bomb = gzip.compress(b"<p>" * 20_000_000, 9)

    async def answering(line: str, head: str, writer: Writer) -> None:
        if line.startswith("GET /bomb"):
            await say(writer, bomb, Content_Encoding="gzip")
        elif line.startswith("GET /liar"):
            await say(writer, "<html>", Content_Encoding="gzip")
        elif line.startswith("GET /other"):
            await say(writer, "x", Content_Encoding="br")
        elif line.startswith("GET /contact"):
            await say(writer, gzip.compress(html(CF7, CF7_SCRIPTS).encode()), Content_Encoding="gzip")

    async with serving(answering) as site:
        packed = await visit(network, f"{site.url}/contact/")
        assert packed.answer and b"wpcf7-form" in packed.answer.body
        cut = await visit(network, f"{site.url}/bomb")
        assert cut.answer and cut.answer.cut and len(cut.answer.body) == MOST_BYTES
        for path in ("/bomb", "/liar", "/other"):
            assert unknown(await look(network, site.url + path)) == ["unseen"]


async def test_a_page_of_50_mb_and_one_that_never_ends_are_left_in_time(network: Network) -> None:
    async def answering(line: str, head: str, writer: Writer) -> None:
        if line.startswith("GET /drip"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
            while not writer.is_closing():
                writer.write(b"<p>")
                await writer.drain()
                await asyncio.sleep(0.05)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(800):
                writer.write(b"10000\r\n" + b"<form><input>     " * 3855 + b"x" + b"\r\n")
                await writer.drain()

    async with serving(answering) as site:
        started = time.monotonic()
        assert unknown(await look(network, f"{site.url}/large")) == ["unseen"]
        dripping = await visit(network, f"{site.url}/drip", timeout_s=1.0)
        assert dripping.answer is None and "was not whole" in str(dripping.trouble)
        assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \x00\xff//[\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_an_answer_that_is_none_is_unknown(network: Network, raw: bytes) -> None:
    async def answering(line: str, head: str, writer: Writer) -> None:
        writer.write(raw)
        await writer.drain()

    async with serving(answering) as site:
        assert unknown(await look(network, f"{site.url}/")) == ["unseen"]


async def test_a_page_without_a_length_ends_with_its_connection(network: Network) -> None:
    page = html(CF7, CF7_SCRIPTS).replace(SITE.replace("/", r"\/"), "")

    async def answering(line: str, head: str, writer: Writer) -> None:
        if "/contact/" in line:
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page.encode())
        else:
            await say(writer, '{"rules": []}')

    async with serving(answering) as site:
        assert accused(await look(network, f"{site.url}/contact/")) == []


async def test_nuls_wrong_encodings_and_500_forms_are_read(network: Network) -> None:
    many = "".join(CF7.replace('"5"', f'"{number}"').replace("-f5-", f"-f{number}-") for number in range(500))
    page = html("\0\x0b" + many, CF7_SCRIPTS).encode() + b"\xff\xfe\x80" * 1000
    async with serving(wordpress("")) as _, serving(_fixed(page)) as site:
        findings = await look(network, f"{site.url}/contact/")
        assert [each.subject for each in findings] == ["contact-form-7:5"]
        every = read_page(await fetch_page(network, f"{site.url}/contact/"), None, datetime.now(UTC))
        assert 1 < len(every) <= 50


def _fixed(page: bytes) -> Answering:
    async def answering(line: str, head: str, writer: Writer) -> None:
        await say(writer, page if "/contact/" in line else b'{"rules": []}', Content_Type="text/html; charset=utf-7")

    return answering


async def test_a_certificate_that_browsers_refuse_is_the_cause_and_a_good_one_none(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    for made, code in (
        (authority.expired("127.0.0.1"), "certificate"),
        (authority.untrusted("127.0.0.1"), "certificate"),
    ):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(made.chain, made.key)
        async with serving(wordpress(html(CF7, CF7_SCRIPTS)), tls) as site:
            assert accused(await look(Network(LOOPBACK, ca_file=authority.bundle), f"{site.url}/contact/")) == [code]


# -- the check ------------------------------------------------------------------------


@dataclass
class ListingSite:
    """A site that answers `forms.list` with this."""

    answer: Mapping[str, Any] | Exception
    url: str = "https://bakery.example"
    roads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        assert (name, args) == ("forms.list", None)
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


async def run(network: Network, site: ListingSite | None, one: str = "") -> list[Finding]:
    return await all_checks()["forms.page"].look(Context(network, site, datetime.now(UTC), form=one))


async def test_the_check_reads_each_form_on_each_of_its_pages_and_says_what_it_could_not(network: Network) -> None:
    async with serving(wordpress(html(CF7, CF7_SCRIPTS))) as server:
        page = f"{server.url}/contact/"
        forms = [
            {
                "plugin": "contact-form-7",
                "form": "5",
                "title": "Contact",
                "on": True,
                "pages": [page, f"{server.url}/no/"],
            },
            {"plugin": "wpforms", "form": "9", "title": "Order", "on": True, "pages": [page]},
            {"plugin": "wpforms", "form": "10", "title": "Nowhere", "on": True, "pages": ["ftp://x/"]},
            {"plugin": "wpforms", "form": "11", "title": "Off", "on": False, "pages": [page]},
        ]
        site = ListingSite({"forms": forms})
        found = {(each.subject, each.code.removeprefix("form.page.")) for each in await run(network, site)}
        assert found == {
            ("contact-form-7:5", "sound"),
            ("contact-form-7:5", "gone"),
            ("wpforms:9", "form_missing"),
            ("wpforms:10", "nowhere"),
        }
        assert sum(each == "GET /contact/ HTTP/1.1" for each in server.asked) == 1  # shared by two forms
        assert [each.code for each in await run(network, site, "wpforms:9")] == ["form.page.form_missing"]
        assert [each.code for each in await run(network, site, "wpforms:77")] == ["form.page.not_listed"]


async def test_without_a_list_of_forms_the_check_says_why_it_could_not_look(network: Network) -> None:
    [finding] = await run(network, ListingSite(SiteUnavailable("no road", reason="not configured", tried=["rest"])))
    assert (finding.code, finding.reason) == ("form.page.not_listed", UnknownReason.NOT_CONFIGURED)
    assert [each.code for each in await run(network, None)] == ["form.page.not_listed"]
    assert await run(network, ListingSite({"forms": []})) == []

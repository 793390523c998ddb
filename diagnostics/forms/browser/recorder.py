"""Keeps what the browser tells of a page while a form is tried: network calls, complaints, dialogs, windows."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from diagnostics.forms.browser.component import component_of, thrown_at
from diagnostics.forms.browser.gone import gone
from diagnostics.forms.browser.tried import ConsoleError, Request
from diagnostics.printable import printable

if TYPE_CHECKING:
    from playwright import async_api as browser

MOST_REQUESTS, MOST_ERRORS, MOST_DIALOGS = 300, 40, 10
MOST_SAID = 2000  # of an answer to the form's own POST
HELD_BACK = "held back by this test"
_TOLD = ("document", "script", "stylesheet", "xhr", "fetch", "websocket", "ping", "other")


@dataclass
class _Call:
    request: browser.Request
    began: float
    ours: bool
    status: int = 0
    failed: str = ""
    took_ms: int = 0
    said: str = ""
    type: str = ""
    ended: bool = False


@dataclass
class Recorder:
    """Hear one page. *is_ours* says whether a request (method, address, body) carries the form."""

    page: browser.Page
    is_ours: Callable[[str, str, str], bool]
    held: Set[tuple[str, str]] = frozenset()  # method and address of what was not let out
    errors: list[ConsoleError] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    went: Counter[browser.Frame] = field(default_factory=Counter)  # documents that a frame came to
    calls: dict[browser.Request, _Call] = field(default_factory=dict)
    pressing: bool = False  # only what follows a press can be the form's own

    def __post_init__(self) -> None:
        page = self.page
        page.on("request", self._began)
        page.on("response", self._answered)
        page.on("requestfinished", lambda each: self._ended(each, ""))
        page.on("requestfailed", lambda each: self._ended(each, each.failure or "failed"))
        page.on("console", self._complained)
        page.on("pageerror", self._threw)
        page.on("dialog", self._asked)
        page.on("download", lambda each: self.note(f"a download was refused: {printable(each.suggested_filename, 80)}"))
        page.on("framenavigated", self._navigated)
        page.context.on("page", self._opened)
        self._tasks: set[asyncio.Task[None]] = set()

    # -- what was heard ---------------------------------------------------

    @property
    def requests(self) -> tuple[Request, ...]:
        """All calls but pictures, fonts and films, in order."""
        return tuple(
            Request(
                url=without_values(each.request.url),
                method=each.request.method,
                status=each.status,
                failed=each.failed,
                kind=each.request.resource_type,
                took_ms=each.took_ms,
                ours=each.ours,
                said=each.said,
                type=each.type,
            )
            for each in self.calls.values()
            if each.ours or each.request.resource_type in _TOLD
        )

    @property
    def own(self) -> list[_Call]:
        """The calls that carried the form, in order."""
        return [each for each in self.calls.values() if each.ours]

    @property
    def waiting(self) -> bool:
        """Whether a call that carried the form has no answer yet."""
        return any(not each.ended for each in self.own)

    def note(self, words: str) -> None:
        """Keep *words*, once."""
        if words not in self.notes and len(self.notes) < 30:
            self.notes.append(words)

    async def settled(self) -> None:
        """Wait for the answers' words that are still being read."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)

    # -- hearing ----------------------------------------------------------

    def _began(self, request: browser.Request) -> None:
        if len(self.calls) >= MOST_REQUESTS and not self.pressing:
            return
        ours = self.pressing and self.is_ours(request.method, request.url, body_of(request))
        self.calls[request] = _Call(request, time.monotonic(), ours)

    def _answered(self, response: browser.Response) -> None:
        call = self.calls.get(response.request)
        # Ours is a 204; the one that was let out to the same address afterwards has the site's own answer.
        held = call is not None and (call.request.method, call.request.url) in self.held and response.status == 204
        if call is not None and held:
            call.failed, call.ended = HELD_BACK, True
        elif call is not None:
            call.status = response.status
            call.type = response.headers.get("content-type", "").partition(";")[0].strip()[:60]
            if call.ours:
                self._later(self._read(response, call))

    async def _read(self, response: browser.Response, call: _Call) -> None:

        try:
            async with asyncio.timeout(5):
                call.said = printable(await response.text(), MOST_SAID)
        except (gone(), TimeoutError, UnicodeDecodeError):
            return  # redirects and navigations away leave no body to read

    def _ended(self, request: browser.Request, failed: str) -> None:
        if (call := self.calls.get(request)) is not None:
            if not call.failed:
                held = "ERR_BLOCKED_BY_CLIENT" in failed or (request.method, request.url) in self.held
                call.failed = HELD_BACK if failed and held else printable(failed, 120)
            call.took_ms = round((time.monotonic() - call.began) * 1000)
            call.ended = True

    def _complained(self, said: browser.ConsoleMessage) -> None:
        if said.type == "error" and "ERR_BLOCKED_BY_CLIENT" not in said.text:
            where = said.location
            self._keep(said.text, where.get("url", ""), int(where.get("lineNumber", 0)) + 1, thrown=False)

    def _threw(self, error: browser.Error) -> None:
        url, line = thrown_at(error.stack or "")
        self._keep(str(error), url, line, thrown=True)

    def _keep(self, text: str, url: str, line: int, *, thrown: bool) -> None:
        if len(self.errors) < MOST_ERRORS:
            component = component_of(url, self.page.url)
            complaint = ConsoleError(printable(text, 300), without_values(url), line, component, thrown)
            if complaint not in self.errors:
                self.errors.append(complaint)

    def _asked(self, dialog: browser.Dialog) -> None:
        if dialog.type != "beforeunload" and len(self.dialogs) < MOST_DIALOGS:
            self.dialogs.append(printable(dialog.message, 300))
        # "Leave this page?" is answered by leaving, all else by No.
        self._later(dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())

    def _navigated(self, frame: browser.Frame) -> None:
        self.went[frame] += 1

    def _opened(self, window: browser.Page) -> None:
        if window is not self.page:
            self.note("another window was closed")
            self._later(window.close())

    def _later(self, deed: Awaitable[object]) -> None:
        async def quietly() -> None:
            try:
                await deed
            except gone():
                return  # the window or the dialog is gone already

        task = asyncio.ensure_future(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def body_of(request: browser.Request) -> str:
    """A request's body as text, as far as the browser hands it out."""
    try:
        data = request.post_data_buffer
    except (UnicodeDecodeError, ValueError):
        return ""
    return data[:500_000].decode("utf-8", "replace") if data else ""


def without_values(url: str) -> str:
    """*url* for evidence: its query's names without their values, no fragment, no user."""
    try:
        parts = urlsplit(url[:2000])
        names = "&".join(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)[:12])
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return printable(url, 200)
    if parts.scheme in ("data", "blob"):
        return f"{parts.scheme}:…"
    host = f"[{host}]" if ":" in host else host
    return printable(urlunsplit((parts.scheme, host + port, parts.path, names, "")), 400)

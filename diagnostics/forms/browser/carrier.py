"""Puts the canary's token on the form's own POST and on nothing else, and keeps a test entry from going elsewhere.

Every request that follows a press stops here (DevTools: Fetch.requestPaused) until it is told where it may go. Only
a POST to the page's own origin that names the form carries the header `Aftercare-Canary`. One that takes what we
typed to another host is stopped: what a stranger made of it could not be taken back. Redirects come by here again,
so the token follows none of them to another origin.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlsplit

from diagnostics.forms.browser.chromium import client_hints
from diagnostics.forms.browser.gone import gone

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

HEADER = "Aftercare-Canary"
OPEN, EMPTY, STEP, SEND = "open", "empty", "step", "send"  # what was pressed last
MOST_BODY = 1_000_000


@dataclass
class Carrier:
    """What may leave the browser after a press."""

    origin: str  # of the page: scheme://host[:port]
    mark: str  # of this try, in what is typed
    named: str = ""  # the pattern by which the plugin names the form in its POST
    token: str = ""
    empty_token: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # to the own origin, at all times
    fields: tuple[str, ...] = ()  # names of the form's fields
    phase: str = OPEN
    carried: str = ""  # the request that the token went with
    posted_at: datetime | None = None
    elsewhere: str = ""
    by_get: bool = False
    stopped_empty: bool = False
    stopped_again: int = 0
    stopped: set[tuple[str, str]] = field(default_factory=set)  # method and address
    kept: set[str] = field(default_factory=set)  # origins that were not told what was typed

    async def ride(self, page: Page) -> None:
        """From now on every request of *page* stops here first."""
        self._session: CDPSession = await page.context.new_cdp_session(page)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session.on("Fetch.requestPaused", self._paused)
        await self._session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Request"}]})

    async def be_called(self, user_agent: str) -> None:
        """From now on the page is asked for in this browser's name."""
        told = {"userAgent": user_agent, "userAgentMetadata": client_hints(user_agent)}
        await self._session.send("Emulation.setUserAgentOverride", told)

    def names_the_form(self, method: str, url: str, body: str) -> bool:
        """Whether this request carries the form: by the plugin's own mark, by what we typed, by its fields' names."""
        if method not in ("POST", "PUT"):
            return False
        text = f"{url}\n{body}"
        if self.named and re.search(self.named, text):
            return True
        if self.phase in (SEND, STEP) and self._marked(text):
            return True
        if self.named or not self.fields:
            return False
        plain = unquote_plus(body)
        return sum(name in plain for name in self.fields) * 2 >= len(self.fields)

    def decide(self, request: Mapping[str, Any], paused_id: str, kind: str = "Document") -> tuple[str, str]:
        """What becomes of *request*, of the *kind* that DevTools names: ("pass" | "carry" | "stop", the token)."""
        method, url = str(request["method"]), str(request["url"])
        if self.phase == OPEN:
            return "pass", ""
        body = _body(request)
        own = origin_of(url) == self.origin
        if method in ("GET", "HEAD"):
            if self._marked(url):
                if own and self.phase in (SEND, STEP):
                    self.by_get = True
                return "stop", ""
            return "pass", ""
        if not self.names_the_form(method, url, body):
            return "pass", ""
        if not own:
            # The form itself, or its POST led on; else a script of somebody's that listens to what is typed.
            if kind == "Document" or paused_id == self.carried:
                self.elsewhere = origin_of(url)
            else:
                self.kept.add(origin_of(url))
            return "stop", ""
        if self.phase == STEP:
            return "pass", ""
        token = self.token if self.phase == SEND else self.empty_token
        if self.phase == EMPTY and not token:
            self.stopped_empty = True
            return "stop", ""
        if self.carried not in ("", paused_id):
            self.stopped_again += 1  # the button was taken for pressed twice, or a script sends twice
            return "stop", ""
        self.carried = paused_id
        if self.phase == SEND and self.posted_at is None:
            self.posted_at = datetime.now(UTC)
        return "carry", token

    def press(self, phase: str) -> None:
        """A button is about to be pressed."""
        self.phase = phase
        self.carried = ""
        if phase == SEND:
            self.stopped.clear()  # what was stopped before may go now, to the same address

    def _marked(self, text: str) -> bool:
        return self.mark in text or self.mark in unquote_plus(text)

    def _paused(self, event: Mapping[str, Any]) -> None:
        task = asyncio.ensure_future(self._answer(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: Mapping[str, Any]) -> None:

        request = event["request"]
        # A redirect has a new id here and the same one on the network.
        paused_id = str(event.get("networkId") or event["requestId"])
        what, token = self.decide(request, paused_id, str(event.get("resourceType", "")))
        try:
            if what == "stop":
                self.stopped.add((str(request["method"]), str(request["url"])))
                if event.get("resourceType") == "Document":
                    # No content: the page stays where it is, in the place of an error page of the browser's.
                    empty = {"requestId": event["requestId"], "responseCode": 204}
                    await self._session.send("Fetch.fulfillRequest", empty)
                else:
                    failure = {"requestId": event["requestId"], "errorReason": "BlockedByClient"}
                    await self._session.send("Fetch.failRequest", failure)
                return
            own = origin_of(str(request["url"])) == self.origin
            told = {name: value for name, value in request["headers"].items() if name.lower() != HEADER.lower()}
            added = {**(dict(self.headers) if own else {}), **({HEADER: token} if token else {})}
            onward: dict[str, Any] = {"requestId": event["requestId"]}
            if added or len(told) != len(request["headers"]):
                onward["headers"] = [{"name": name, "value": value} for name, value in {**told, **added}.items()]
            await self._session.send("Fetch.continueRequest", onward)
        except gone():
            return  # the page went away meanwhile


def _body(request: Mapping[str, Any]) -> str:
    if data := request.get("postData"):
        return str(data)[:MOST_BODY]
    parts = [each.get("bytes", "") for each in request.get("postDataEntries", ())]
    return b"".join(base64.b64decode(each) for each in parts if each)[:MOST_BODY].decode("utf-8", "replace")


def origin_of(url: str) -> str:
    """Scheme, host and port of *url*, as browsers compare origins."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port and port != usual else "")

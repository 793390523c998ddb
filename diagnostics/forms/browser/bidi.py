"""The carrier on WebDriver BiDi, for Firefox: the same decisions, another way to stop a request and to read its body.

W3C WebDriver BiDi §7.5.3: network.getData, network.continueRequest, network.failRequest.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from diagnostics.forms.browser.carrier import HEADER, MOST_BODY, OPEN, Carrier, origin_of
from diagnostics.forms.browser.relay import Refused, Relay

if TYPE_CHECKING:
    from playwright.async_api import Page

MOST_BODIES = 200


@dataclass
class BidiCarrier(Carrier):
    """What may leave a Firefox after a press."""

    relay: Relay = field(kw_only=True)
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)  # by method and address: the last one's

    async def ride(self, page: Page) -> None:
        """From now on every request of the browser stops here first."""
        self._reading: set[asyncio.Task[None]] = set()
        self.relay.paused = self._hear

    async def be_called(self, user_agent: str) -> None:
        """Firefox says of itself nothing that tells a robot."""

    def names_the_form(self, method: str, url: str, body: str) -> bool:
        """As for every browser; Playwright knows no body here, so it is the one that was read."""
        return super().names_the_form(method, url, body or self.bodies.get((method, url), ""))

    def _hear(self, event: dict[str, Any]) -> None:
        # Only what has a body waits for it: all else keeps its order.
        if self.phase == OPEN or event["request"]["method"] in ("GET", "HEAD", "OPTIONS"):
            self._answer_with(event, "")
            return
        task = asyncio.ensure_future(self._read_and_answer(event))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read_and_answer(self, event: dict[str, Any]) -> None:
        try:
            got = await self.relay.ask("network.getData", request=event["request"]["request"], dataType="request")
        except Refused:
            body = ""  # it has none, or one that is larger than a form's
        else:
            body = _text(got["bytes"])
        self._answer_with(event, body)

    def _answer_with(self, event: dict[str, Any], body: str) -> None:
        request = event["request"]
        method, number = str(request["method"]), str(request["request"])
        url = str(request["url"]).partition("#")[0]  # as Playwright and DevTools name it
        if body and len(self.bodies) < MOST_BODIES:
            self.bodies[method, url] = body
        kind = "Document" if event.get("navigation") else str(request.get("destination") or "")
        what, token = self.decide({"method": method, "url": url, "postData": body}, number, kind)
        if what == "stop":
            self.stopped.add((method, url))
        self.relay.pass_on(event)
        if what == "stop":
            self.relay.tell("network.failRequest", request=number)
            return
        given = [each for each in request["headers"] if each["name"].lower() != HEADER.lower()]
        added = {**(self.headers if origin_of(url) == self.origin else {}), **({HEADER: token} if token else {})}
        if added or len(given) != len(request["headers"]):
            more = [{"name": name, "value": {"type": "string", "value": value}} for name, value in added.items()]
            self.relay.tell("network.continueRequest", request=number, headers=[*given, *more])
        else:
            self.relay.tell("network.continueRequest", request=number)


def _text(data: dict[str, str]) -> str:
    if data["type"] == "base64":
        return base64.b64decode(data["value"])[:MOST_BODY].decode("utf-8", "replace")
    return data["value"][:MOST_BODY]

"""Between Playwright and Firefox: passes WebDriver BiDi on, and speaks of its own what Playwright does not.

W3C WebDriver BiDi §3 (transport), §7.5 (network). Playwright drives a Firefox as it is installed over BiDi, and hands
out no request's body there; without it a form's own POST cannot be told from another. A Firefox takes one session
only, so ours is the same as Playwright's: commands of both go out on one connection, told apart by their numbers.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.server import ServerConnection

OURS_FROM = 1 << 40  # Playwright counts from 1
ANSWER_S = 5.0
POLL_S = 0.02
# What Playwright asks of every Firefox and an extended support release may not know yet; no form depends on it.
_DISPENSABLE = "emulation."


class Refused(Exception):
    """Firefox did not do what it was asked; the text is Firefox's."""


@dataclass
class Relay:
    """Use it as an asynchronous context manager, around the browser's life. *profile*: where Firefox says its port."""

    profile: Path
    username: str  # of the proxy
    password: str
    # Told of each request that waits here; answers what Firefox is told of it, by `pass_on` and `tell`.
    paused: Callable[[dict[str, Any]], None] | None = None
    _asked: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _known_to_proxy: set[str] = field(default_factory=set)  # requests that gave the credential once
    _again: set[str] = field(default_factory=set)  # those of them that Firefox is about to make a second time
    _last: int = OURS_FROM
    _out: asyncio.Queue[str] = field(default_factory=asyncio.Queue)  # to Firefox
    _back: asyncio.Queue[str] = field(default_factory=asyncio.Queue)  # to Playwright

    async def __aenter__(self) -> Self:
        from websockets.asyncio.server import serve

        self._path = f"/{secrets.token_urlsafe(16)}"
        self._server = await serve(self._serve, "127.0.0.1", 0, max_size=None, compression=None)
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """What Playwright is told of as Firefox's own address; nobody else knows its path."""
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}{self._path}"

    @property
    def ended(self) -> Path:
        """The file that is there once Firefox has ended."""
        return self.profile.with_name("firefox-ended")

    # -- our own commands ---------------------------------------------------

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """Firefox's answer. Raises Refused."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[self.tell(method, **given)] = answer
        try:
            async with asyncio.timeout(ANSWER_S):
                return dict(await answer)
        except TimeoutError:
            raise Refused(f"{method}: no answer in {ANSWER_S:g} s") from None

    def tell(self, method: str, **given: Any) -> int:
        """A command whose answer nobody waits for; its number."""
        self._last += 1
        self._out.put_nowait(json.dumps({"id": self._last, "method": method, "params": given}))
        return self._last

    def pass_on(self, params: dict[str, Any]) -> None:
        """Let Playwright know of a request that waited here, as of one that did not."""
        number = params["request"]["request"]
        if number in self._again:
            self._again.discard(number)
            return
        known = {**params, "isBlocked": False}
        known.pop("intercepts", None)
        self._back.put_nowait(json.dumps({"type": "event", "method": "network.beforeRequestSent", "params": known}))

    # -- the two connections --------------------------------------------------

    async def _serve(self, playwright: ServerConnection) -> None:
        from websockets.asyncio.client import connect
        from websockets.exceptions import ConnectionClosed

        if playwright.request is None or not playwright.request.path.startswith(f"{self._path}/"):
            return
        try:
            address = f"{await self._firefox()}/session"
        except Refused:
            return  # Playwright learns it from the connection's end, and knows what Firefox said last
        async with connect(address, max_size=None, compression=None, proxy=None) as firefox:
            ways = [
                asyncio.ensure_future(way)
                for way in (
                    self._thither(playwright), self._hither(firefox),
                    _send(self._out, firefox), _send(self._back, playwright),
                )
            ]  # fmt: skip
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                for end in await asyncio.gather(*ways, return_exceptions=True):
                    if isinstance(end, Exception) and not isinstance(end, ConnectionClosed):
                        raise end

    async def _firefox(self) -> str:
        """Where Firefox listens: it writes so into its profile once it does."""
        said = self.profile / "WebDriverBiDiServer.json"
        while True:
            try:
                where = json.loads(said.read_text("utf-8"))
                return f"ws://{where['ws_host']}:{where['ws_port']}"
            except (OSError, ValueError, KeyError):  # not there yet, or half of it
                if self.ended.exists():
                    raise Refused("it ended at once") from None
                await asyncio.sleep(POLL_S)

    async def _thither(self, playwright: ServerConnection) -> None:
        async for words in playwright:
            self._out.put_nowait(str(words))

    async def _hither(self, firefox: ClientConnection) -> None:
        async for words in firefox:
            said = json.loads(words)
            if int(said.get("id") or 0) > OURS_FROM:
                self._hear(said)
            elif said.get("error") == "unknown command" and str(said.get("message", "")).startswith(_DISPENSABLE):
                self._back.put_nowait(json.dumps({"type": "success", "id": said["id"], "result": {}}))
            elif not self._is_for_us(said.get("method", ""), said.get("params", {})):
                self._back.put_nowait(str(words))

    def _hear(self, said: dict[str, Any]) -> None:
        answer = self._asked.pop(said["id"], None)
        if answer is None or answer.done():
            return
        if said.get("type") == "success":
            answer.set_result(said["result"])
        else:
            answer.set_exception(Refused(f"{said.get('error')}: {said.get('message')}"))

    def _is_for_us(self, event: str, params: dict[str, Any]) -> bool:
        if event == "network.beforeRequestSent" and params.get("isBlocked") and self.paused:
            self.paused(params)
            return True
        if not event.startswith("network.") or params.get("response", {}).get("status") != 407:
            return False
        if event == "network.authRequired":
            self._tell_proxy_who_we_are(params["request"]["request"])
        return True  # the proxy's own answer is none of the page's

    def _tell_proxy_who_we_are(self, request: str) -> None:
        if request in self._known_to_proxy:
            self.tell("network.continueWithAuth", request=request, action="cancel")
            return
        self._known_to_proxy.add(request)
        self._again.add(request)
        who = {"type": "password", "username": self.username, "password": self.password}
        self.tell("network.continueWithAuth", request=request, action="provideCredentials", credentials=who)


async def _send(words: asyncio.Queue[str], to: ClientConnection | ServerConnection) -> None:
    while True:
        await to.send(await words.get())

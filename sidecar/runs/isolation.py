"""Where a check looks: a thread and an event loop of its own, for as long as it may take.

The time that the site takes to answer is the site's: it has an end of its own (a command
expires), and a site that fetches its commands once a minute is slow, not broken.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from diagnostics.check import Check, Context, Site
from diagnostics.finding import Finding

LET_GO_S = 1.0  # for a check to close what it opened, once its time is over


async def within_its_time(check: Check, context: Context) -> list[Finding]:
    """What *check* finds in the seconds that it declares, its questions to the site not counted.

    Raises TimeoutError, and whatever the check raises.
    """
    clocked = _Clocked(context.site) if context.site else None
    looking = asyncio.ensure_future(check.look(dataclasses.replace(context, site=clocked)))
    began = time.monotonic()
    try:
        while True:
            own_s = time.monotonic() - began - (clocked.seconds if clocked else 0.0)
            if own_s >= check.timeout_s:
                raise TimeoutError
            done, _ = await asyncio.wait({looking}, timeout=check.timeout_s - own_s)
            if done:
                return looking.result()
    finally:
        if not looking.done():
            looking.cancel()
            await asyncio.wait({looking}, timeout=LET_GO_S)


class _Clocked:
    """The site as a check asks it; `seconds` is the time that it has taken to answer so far."""

    def __init__(self, site: Site) -> None:
        self.url = site.url
        self._site = site
        self._taken = 0.0
        self._asked_at: float | None = None

    @property
    def seconds(self) -> float:
        return self._taken + (time.monotonic() - self._asked_at if self._asked_at is not None else 0.0)

    @property
    def roads(self) -> Mapping[str, Mapping[str, Any]]:
        return self._site.roads

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if self._asked_at is not None:
            return await self._site.command(name, args)  # beside another question, whose clock runs
        self._asked_at = time.monotonic()
        try:
            return await self._site.command(name, args)
        finally:
            self._taken, self._asked_at = self.seconds, None


class _Daemons(ThreadPoolExecutor):
    """Where a check's blocking calls run: threads that no stop of the process waits for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # it is the caller's
                future.set_exception(error)

        threading.Thread(target=run, name="look", daemon=True).start()
        return future


class Looks:
    """The checks under way in this process, so that a stop need not wait for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[asyncio.Task[Any], asyncio.AbstractEventLoop] = {}

    def alone(self, looking: Coroutine[Any, Any, list[Finding]]) -> list[Finding]:
        """Run it in an event loop of its own. Raises CancelledError when the process stops."""
        loop = asyncio.new_event_loop()
        loop.set_default_executor(_Daemons())
        try:
            task = loop.create_task(looking)
            with self._lock:
                self._under_way[task] = loop
            try:
                return loop.run_until_complete(task)
            finally:
                with self._lock:
                    del self._under_way[task]
        finally:
            loop.close()  # does not wait for threads that a timed-out check left behind

    def stop(self) -> None:
        """Break off every check that is under way; its run goes on at that check after the next start."""
        with self._lock:
            for task, loop in self._under_way.items():
                loop.call_soon_threadsafe(task.cancel)


LOOKS = Looks()

"""What a channel raises; only the outbox retries."""

from __future__ import annotations


class Refused(Exception):
    """The channel will not take it, now or later: its settings need mending."""


class Unavailable(Exception):
    """The channel did not take it now. `retry_after_s` is what it asked for, if anything."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

"""What Playwright raises, named here so that it is loaded where a browser runs and nowhere else."""

from __future__ import annotations


def gone() -> type[Exception]:
    """The page, the frame or the element is not there any more, or did not do what it was asked."""
    from playwright.async_api import Error

    return Error


def slow() -> type[Exception]:
    """It did not do so in time. A kind of `gone`."""
    from playwright.async_api import TimeoutError as Slow

    return Slow

"""At the end of a test run: which real parts ran, and which were missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers import real_parts


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of pytest-xdist hands over what it saw."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["real_parts"] = real_parts.record()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """And the one that started it takes it; one that was killed has nothing to say."""
    if told := getattr(node, "workeroutput", {}).get("real_parts"):
        real_parts.add(told)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if lines := real_parts.lines():
        terminalreporter.section("real parts")
        for line in lines:
            terminalreporter.line(line)

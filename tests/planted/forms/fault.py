"""A planted form fault: how it comes about, and what a run must call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.planted.forms.ground import Ground

# The stages of an entry's way, as diagnostics/forms/trace names them; "shown" and "pressed" are the browser's.
BEFORE, ON_THE_WAY = ("shown",), ("pressed", "arrived")


@dataclass(frozen=True)
class FormFault:
    """One way to lose entries. *codes*: each of them names the cause right; *stages*: each names the stage right."""

    name: str
    plugin: str
    codes: tuple[str, ...]
    stages: tuple[str, ...]
    planted: Callable[[Ground], AbstractContextManager[str]]  # gives the page to be looked at


FAULTS: list[FormFault] = []
Planting = Callable[[Ground], Iterator[str]]


def fault(name: str, plugin: str, *codes: str, stages: tuple[str, ...]) -> Callable[[Planting], Planting]:
    """Declare the function below as the fault *name* of the plugin's form."""

    def declare(function: Planting) -> Planting:
        FAULTS.append(FormFault(name, plugin, codes, stages, contextmanager(function)))
        return function

    return declare

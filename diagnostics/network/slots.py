"""How many questions may be in flight, and whose turn is next: a queue without tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Slots:
    """How many more questions may be in flight, and who waits for a turn. Fresh fronts share them."""

    free: int
    queue: deque[Callable[[], None]] = field(default_factory=deque)
    _busy: bool = False

    def take(self, start: Callable[[], None]) -> None:
        """Call *start* when there is a slot for it, which it gives back."""
        self.queue.append(start)
        self._serve()

    def give_back(self) -> None:
        self.free += 1
        self._serve()

    def _serve(self) -> None:
        if self._busy:  # by one that gave back what it had just taken: the loop below goes on
            return
        self._busy = True
        try:
            while self.free and self.queue:
                self.free -= 1
                self.queue.popleft()()
        finally:
            self._busy = False

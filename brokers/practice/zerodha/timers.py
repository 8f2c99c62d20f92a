"""What happens later, in the order of its time."""

import heapq
from collections.abc import Callable
from itertools import count

from engine.domain.instant import Instant

Deed = Callable[[Instant], None]
"""Something to do, told when."""


class Timers:
    """Deeds that wait for their time; those of one instant in the order they were given."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Instant, int, Deed]] = []
        self._sequence = count()

    def at(self, due: int, deed: Deed) -> None:
        """Do something at an instant."""
        heapq.heappush(self._waiting, (Instant(due), next(self._sequence), deed))

    @property
    def next_due(self) -> Instant | None:
        """Answer when the next deed is due; None where none waits."""
        return self._waiting[0][0] if self._waiting else None

    def do_next(self) -> None:
        """Do the next deed at its own time."""
        due, _, deed = heapq.heappop(self._waiting)
        deed(due)

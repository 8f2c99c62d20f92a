"""What the runtime asks of a clock."""

from typing import Protocol

from engine.domain.instant import Instant


class Clock(Protocol):
    """Answers the present instant."""

    def now(self) -> Instant:
        """Answer the present instant."""
        ...

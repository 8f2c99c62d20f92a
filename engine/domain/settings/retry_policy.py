"""How often and when a refused order is sent again."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from engine.domain.instant import SECOND
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class RetryPolicy(Declared, frozen=True, kw_only=True):
    """Retries of refused orders.

    The first retry waits ``wait``; each further one twice as long, at most ``longest_wait``.
    """

    retries: Annotated[
        int, ask("Retries", "New orders after a refusal. Exits go on beyond it, with an alarm.", ge=0, le=10)
    ] = 3
    wait: Annotated[Decimal, ask("Wait", "Pause before the first retry.", unit="s", ge=0, le=600)] = Decimal(1)
    longest_wait: Annotated[
        Decimal, ask("Longest wait", "The pause doubles with every retry up to this.", unit="s", ge=0, le=600)
    ] = Decimal(10)

    def check(self) -> Iterator[FieldError]:
        """Refuse a longest wait below the first."""
        if self.longest_wait < self.wait:
            yield FieldError("longest_wait", f"Longest wait must be at least {self.wait}, the first pause")

    def pause(self, failures: int) -> int:
        """Answer the µs to wait after so many refusals in a row, counted from 1; 1 µs where no pause is wanted."""
        wait = int(self.wait * SECOND)
        return max(1, min(wait << min(failures - 1, 16), int(self.longest_wait * SECOND)))

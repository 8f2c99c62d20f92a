"""Limits of all calls or all puts together (executor reference §1.5)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class SideLimit(Declared, frozen=True, kw_only=True):
    """Limits of one side.

    Profit of all legs of one type in this execution, realised and open, before charges. Only that side is closed.
    """

    max_profit: Annotated[
        Decimal | None, ask("Max profit", "Profit of the side at which it is closed.", unit="₹", gt=0)
    ] = None
    max_loss: Annotated[Decimal | None, ask("Max loss", "Loss of the side at which it is closed.", unit="₹", gt=0)] = (
        None
    )

    def check(self) -> Iterator[FieldError]:
        """Refuse limits that limit nothing."""
        if self.max_profit is None and self.max_loss is None:
            yield FieldError("max_loss", "give a Max profit or a Max loss, or switch the limits of this side off")

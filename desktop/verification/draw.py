"""Plain values from a seeded generator."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Value = TypeVar("Value")


class Draw:
    """Draws plain values from a seeded generator; the same seed gives the same values.

    Everything is drawn through ``between``, so that another source of numbers needs to replace that alone.
    """

    def __init__(self, dice: np.random.Generator | None) -> None:
        self._dice = dice

    @property
    def dice(self) -> np.random.Generator:
        """The generator itself. Raises TypeError where the numbers come from elsewhere."""
        if self._dice is None:
            raise TypeError("these draws have no generator of their own")
        return self._dice

    def between(self, low: int, high: int) -> int:
        """Answer a whole number from ``low`` to ``high``, both included."""
        return int(self.dice.integers(low, high + 1))

    def chance(self, percent: int) -> bool:
        """Say yes in ``percent`` of a hundred cases."""
        return self.between(0, 99) < percent

    def one_of(self, values: Sequence[Value]) -> Value:
        """Answer one of several values."""
        return values[self.between(0, len(values) - 1)]

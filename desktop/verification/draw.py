"""Plain values from a seeded generator."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Value = TypeVar("Value")


class Draw:
    """Draws plain values from a seeded generator; the same seed gives the same values."""

    def __init__(self, dice: np.random.Generator) -> None:
        self.dice = dice

    def chance(self, percent: int) -> bool:
        """Say yes in ``percent`` of a hundred cases."""
        return bool(self.dice.integers(100) < percent)

    def between(self, low: int, high: int) -> int:
        """Answer a whole number from ``low`` to ``high``, both included."""
        return int(self.dice.integers(low, high + 1))

    def one_of(self, values: Sequence[Value]) -> Value:
        """Answer one of several values."""
        return values[int(self.dice.integers(len(values)))]

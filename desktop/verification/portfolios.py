"""Random portfolios over everything that can be declared today; plain data, checked like a file of the trader."""

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any

import numpy as np

from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load

Table = dict[str, Any]

_FIRST_MINUTE = 9 * 60 + 16
_LAST_START = 13 * 60
_LAST_SQUARE_OFF = 15 * 60 + 15


class Draw:
    """Draws plain values from a seeded generator."""

    def __init__(self, dice: np.random.Generator) -> None:
        self.dice = dice

    def chance(self, percent: int) -> bool:
        """Say yes in ``percent`` of a hundred cases."""
        return bool(self.dice.integers(100) < percent)

    def between(self, low: int, high: int) -> int:
        """Answer a whole number from ``low`` to ``high``, both included."""
        return int(self.dice.integers(low, high + 1))

    def one_of[T](self, values: Sequence[T]) -> T:
        """Answer one of several values."""
        return values[int(self.dice.integers(len(values)))]

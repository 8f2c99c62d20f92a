"""What a cell is worth as a value: a number, a text or a moment, for files, for sorting and for comparisons."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from desktop.presentation import formats
from desktop.viewmodels.columns import Align, Column, RowType
from engine.domain.instant import ist_datetime
from engine.domain.money import SCALE

CellValue = bool | int | Decimal | str | date | datetime | None
"""Everything that a cell can be in a file."""

_PLACES = 10
"""Places after the point of what is no whole number: beyond the truth of any model."""
_SIZES = {"L": 100_000, "Cr": 10_000_000, "M": 1_000_000, "B": 1_000_000_000}
_WRITTEN = re.compile(r"(-?)([\d,]+)(\.\d+)?(?: ?(L|Cr|M|B|%))?")
_SIGNS = str.maketrans({formats.MINUS: "-", "▲": None, "▼": None, "₹": None, "≠": None, "+": None, " ": None})


def rupees_value(units: int | None) -> Decimal | None:
    """Answer an amount or a price of 1/10,000 ₹ in ₹, exactly."""
    return None if units is None else Decimal(units) / SCALE


def measured_value(value: float | None) -> Decimal | None:
    """Answer what was measured or modelled, to ten places; None where it is not known."""
    return None if value is None or not math.isfinite(value) else Decimal(repr(round(float(value), _PLACES)))


def percent_value(fraction: float | None) -> Decimal | None:
    """Answer a part of one in percent, to ten places: 25.6 for 0.256."""
    return measured_value(None if fraction is None else fraction * 100)


def moment_value(at: int | None) -> datetime | None:
    """Answer an instant as an Indian date and time; None where it is not known (None or 0)."""
    return ist_datetime(at) if at else None


def number_in(text: str) -> Decimal | None:
    """Answer the number that a cell writes, ``"▲ +₹1,234.50"`` or ``"−3.40 Cr"``; None where it writes none.

    A percentage is its number: 25.6 for ``"25.6 %"``.
    """
    found = _WRITTEN.fullmatch(text.strip().translate(_SIGNS))
    if found is None:
        return None
    sign, whole, fraction, unit = found.groups()
    digits = whole.replace(",", "")
    number = Decimal(f"{sign}{digits}{fraction or ''}") if digits else None
    return None if number is None else number * _SIZES.get(unit or "", 1)


def cell_value(column: Column[RowType], row: RowType) -> CellValue:
    """Answer a cell's value; without a declared one a number is read back, except from a column of texts."""
    if column.value is not None:
        value: CellValue = column.value(row)
        return value
    text = column.text(row)
    if text in ("", formats.MISSING):
        return None
    if column.align is Align.LEFT:
        return text
    number = number_in(text)
    return text if number is None else number


def sort_values(column: Column[RowType], rows: Sequence[RowType]) -> list[Any]:
    """Answer what rows are sorted by in a column: numbers or texts, never a mixture; None comes last."""
    if column.sort_value is not None:
        return [column.sort_value(row) for row in rows]
    values = [cell_value(column, row) for row in rows]
    if any(isinstance(value, str) for value in values):
        return [None if value is None else str(value).casefold() for value in values]
    return [float(value) if isinstance(value, Decimal) else value for value in values]

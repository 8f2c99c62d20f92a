"""Declare the columns of a table: what they say, how they line up, how they sort."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Generic, TypeVar

import msgspec

from desktop.presentation.tones import Tone

RowType = TypeVar("RowType")


class Align(IntEnum):
    """Where a text stands in its cell, or from which edge a bar grows."""

    LEFT = 0
    RIGHT = 1
    CENTRE = 2


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What a header shows; enough for a grid whose cells come ready-made.

    Attributes:
        key: Stable name, used in saved layouts.
        header: Short text on screen.
        tooltip: What the column means, with its unit.
        width: First width in pixels.
        least: Pixels below which its texts would be cut; a saved arrangement does not make it narrower.
        align: Where texts stand; numbers stand right.
        hidden: Not shown until the trader asks for it.
        rank: Where there is no room, columns of the highest rank give way first; 0 always stays.
        bar_from: Edge from which an in-cell bar grows.
        bar_colour: Token of the theme that colours the bar.
    """

    key: str
    header: str
    tooltip: str = ""
    width: int = 72
    least: int = 0
    align: Align = Align.RIGHT
    hidden: bool = False
    rank: int = 0
    bar_from: Align = Align.LEFT
    bar_colour: str = "selection"


class Column(Heading, Generic[RowType], frozen=True, kw_only=True):
    """One column over immutable rows.

    Attributes:
        text: Writes the cell of a row.
        tone: Meaning of the cell's colour; ``None`` is plain.
        sort_value: Number or text to sort by; ``None`` sorts by ``value``, else by what is written.
        value: What a file says: a whole number, Decimal, text, datetime or truth, None for nothing; without it a
            number that is written is read back. An amount or a price is in ₹.
        unit: What the numbers of a file are in, where that is not plain from the title.
        total: Writes what several rows make together, for the line above a group.
        flash: Compares this number with the row's previous one and flashes the cell up or down.
        bar: Length of an in-cell bar, 0 to 1.
        cell_tooltip: Explains one cell, e.g. why an order was rejected.
    """

    text: Callable[[RowType], str]
    tone: Callable[[RowType], Tone] | None = None
    sort_value: Callable[[RowType], Any] | None = None
    value: Callable[[RowType], Any] | None = None
    unit: str = ""
    total: Callable[[Sequence[RowType]], str] | None = None
    flash: Callable[[RowType], float] | None = None
    bar: Callable[[RowType], float] | None = None
    cell_tooltip: Callable[[RowType], str] | None = None

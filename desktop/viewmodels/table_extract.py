"""The lines of a table as values under their titles, ready to be written on another thread."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from desktop.viewmodels.cell_values import CellValue, cell_value
from desktop.viewmodels.columns import Column
from desktop.viewmodels.grid_source import RowGridSource
from desktop.viewmodels.row_table import RowTableModel

_LEVEL = "Level"
"""Title of the column that tells the sums of a tree from what they add up."""


class TableExtract(msgspec.Struct, frozen=True):
    """Lines that were taken from a table at one moment; the rows are immutable, so any thread may read them.

    Attributes:
        columns: Columns as shown, from left to right.
        rows: What they are written of.
        levels: Depth of each line in its tree; empty for a flat table.
    """

    columns: tuple[Column[Any], ...]
    rows: list[Any]
    levels: list[int] = []

    @property
    def titles(self) -> list[str]:
        """Titles as shown, with the unit of what a file writes in another; the level of a tree's lines comes last."""
        titles = [f"{title} {column.unit}".rstrip() for title, column in zip(_titles(self), self.columns, strict=True)]
        return [*titles, _LEVEL] if self.levels else titles

    def lines(self) -> Iterator[list[CellValue]]:
        """Yield the values of each line; this is where the work is."""
        for number, row in enumerate(self.rows):
            values = [cell_value(column, row) for column in self.columns]
            yield [*values, self.levels[number]] if self.levels else values

    def texts(self) -> Iterator[list[str]]:
        """Yield what each line writes on screen."""
        for row in self.rows:
            yield [column.text(row) for column in self.columns]


def extract_of_model(model: RowTableModel[Any], columns: Sequence[int], lines: Sequence[int]) -> TableExtract:
    """Return some lines of a table, or all where none is named; lines above groups are left out."""
    rows = [model.row_at(line) for line in lines] if lines else model.shown_rows()
    return TableExtract(tuple(model.columns[number] for number in columns), rows)


def extract_of_source(source: RowGridSource[Any], columns: Sequence[int], lines: Sequence[int]) -> TableExtract:
    """Return some lines of a painted grid, or all where none is named."""
    numbers = lines or range(source.row_count())
    rows = [source.row(number) for number in numbers]
    levels = [source.level_of(row) for row in rows]
    return TableExtract(tuple(source.columns[n] for n in columns), rows, levels if any(levels) else [])


def tab_separated(extract: TableExtract) -> str:
    """Write the lines for a sheet, as they stand on screen."""
    return "\n".join("\t".join(cells) for cells in (_titles(extract), *extract.texts()))


def markdown(extract: TableExtract) -> str:
    """Write the lines as a Markdown table, numbers to the right."""
    marks = ["---:" if column.align else "---" for column in extract.columns]
    lines = (_titles(extract), marks, *extract.texts())
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in lines)


def _titles(extract: TableExtract) -> list[str]:
    """Return the titles as shown; those that several columns share are told apart by the columns' own names."""
    shown = [column.header or column.key for column in extract.columns]
    return [
        f"{title} ({column.key.replace('_', ' ')})" if shown.count(title) > 1 else title
        for title, column in zip(shown, extract.columns, strict=True)
    ]

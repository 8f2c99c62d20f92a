"""The board keeps the latest quote of every row."""

import numpy as np
import pytest

from engine.domain.instant import Instant
from engine.domain.quote import COLUMNS, QuoteBoard, QuoteColumn, QuoteFrame


def frame(at: int, rows: list[int], first: int) -> QuoteFrame:
    values = np.arange(first, first + len(rows) * COLUMNS, dtype=np.int64).reshape(len(rows), COLUMNS)
    return QuoteFrame(Instant(at), np.array(rows, dtype=np.int64), values)


def test_a_frame_overwrites_its_rows_and_no_other():
    board = QuoteBoard(3)
    board.take(frame(10, [2, 0], 100))
    board.take(frame(20, [0], 500))

    assert board.quote(0).last_price == 500
    assert board.quote(2).last_price == 100
    assert board.quote(1).last_price == 0
    assert [board.arrival(row) for row in range(3)] == [20, 0, 10]


def test_a_quote_has_its_columns_by_name():
    board = QuoteBoard(1)
    board.take(frame(10, [0], 100))

    quote = board.quote(0)

    for column in QuoteColumn:
        assert getattr(quote, column.name.lower()) == board.number(0, column) == 100 + column
    assert quote.at == 10


def test_a_row_that_does_not_exist_is_our_mistake():
    with pytest.raises(IndexError):
        QuoteBoard(1).take(frame(10, [1], 0))

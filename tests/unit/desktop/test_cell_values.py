"""What a cell is worth: declared, or read back from what is written."""

from decimal import Decimal

import pytest

from desktop.viewmodels.cell_values import cell_value, number_in, sort_values
from desktop.viewmodels.columns import Align, Column


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,23,456.50", "123456.50"),
        ("−95.00", "-95.00"),
        ("+1,234.50", "1234.50"),
        ("▲ +₹1,234.50", "1234.50"),
        ("▼ −₹0.05", "-0.05"),
        ("₹1.25 L", "125000.00"),
        ("−₹3.40 Cr", "-34000000.00"),
        ("25.6 %", "25.6"),
        ("≠ −75", "-75"),
        ("12.4 ms", None),
        ("market", None),
        ("–", None),
        ("", None),
        ("1-2", None),
    ],
)
def test_a_written_number_is_read_back(text: str, number: str | None) -> None:
    assert number_in(text) == (None if number is None else Decimal(number))


def test_numbers_of_a_column_sort_as_numbers_and_a_mixture_as_texts() -> None:
    column = Column[str](key="a", header="A", text=lambda row: row)

    assert sort_values(column, ["9.00", "−10.00", "–"]) == [9.0, -10.0, None]
    assert sort_values(column, ["9.00", "Market"]) == ["9.00", "market"]


def test_what_stands_left_is_a_text_even_if_it_is_a_number() -> None:
    left = Column[str](key="a", header="A", text=lambda row: row, align=Align.LEFT)
    centred = Column[str](key="a", header="A", text=lambda row: row, align=Align.CENTRE)

    assert cell_value(left, "24500") == "24500"
    assert cell_value(centred, "24500") == Decimal(24500)
    assert cell_value(centred, "yes") == "yes"

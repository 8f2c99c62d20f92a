"""Numbers and levels as they are typed: what is read, what is refused with a sentence, how they are stepped."""

import pytest

from desktop.presentation.typed_numbers import typed_number
from desktop.viewmodels.leg_levels import check_distance, read_price, stepped_price
from engine.domain.money import price_of

TICK = price_of("0.05")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2,00,000", "200000"),
        (" ₹ 1,234.50 ", "1234.50"),
        ("१२३", "123"),
        ("１２．５", "12.5"),
        ("−5", "-5"),
        ("12,34", "12,34"),
        ("NaN", "NaN"),
        ("1e400", "1e400"),
        ("", ""),
        ("abc", "abc"),
    ],
)
def test_numbers_are_read_as_traders_write_them_and_the_rest_stays_as_typed(text, number):
    assert typed_number(text) == number


@pytest.mark.parametrize("text", ["101.05", " ₹101.05 ", "1,01,000.05"])
def test_a_price_on_the_tick_is_read(text):
    assert read_price(text, TICK) == price_of(text.strip().removeprefix("₹").replace(",", ""))


@pytest.mark.parametrize(
    "text", ["", "  ", "-5", "0", "NaN", "Infinity", "1e400", "9" * 400, "101.07", "101,05", "1 2", "ten", "99999999"]
)
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"[A-Za-z]{3}"):
        read_price(text, TICK)


def test_a_level_out_of_all_proportion_is_taken_for_a_slip():
    with pytest.raises(ValueError, match="check the digits"):
        check_distance(price_of("10000"), price_of("100"))


@pytest.mark.parametrize(
    ("text", "steps", "found"),
    [
        ("101.05", 1, "101.10"),
        ("101.05", -10, "100.55"),
        ("0.05", -1, "0.05"),
        ("101.07", 1, "101.10"),
        ("", 1, "88.00"),
    ],
)
def test_a_price_is_stepped_by_ticks(text, steps, found):
    assert stepped_price(text, steps, TICK, price_of("88")) == found


@pytest.mark.parametrize("text", ["abc", "NaN", "9" * 400])
def test_what_is_no_price_is_not_stepped(text):
    assert stepped_price(text, 1, TICK, None) is None

"""Prices and money as whole numbers of 1/10,000 ₹."""

from decimal import Decimal

import pytest

from engine.domain.money import (
    divide_half_up,
    down_to_tick,
    exact_units,
    money_of,
    nearest_tick,
    paise_text,
    percent_of,
    plain_text,
    price_of,
    rupees,
    unit_text,
    up_to_tick,
)

TICK = 500  # ₹0.05


@pytest.mark.parametrize(
    ("written", "units"),
    [("101.05", 1_010_500), ("0.0025", 25), (Decimal("-3.10"), -31_000), (7, 70_000), ("1E+3", 10_000_000)],
)
def test_rupees_become_whole_units(written, units):
    assert exact_units(written) == price_of(written) == money_of(written) == units
    assert rupees(units) == Decimal(written)


@pytest.mark.parametrize("finer", ["0.00001", Decimal("1.23456"), "NaN", "Infinity"])
def test_an_amount_finer_than_a_unit_is_refused_and_never_rounded(finer):
    with pytest.raises(ValueError, match="more than four decimals"):
        exact_units(finer)


def test_text_that_is_no_amount_is_refused():
    with pytest.raises(ValueError, match="'ten' is not an amount in rupees"):
        exact_units("ten")


@pytest.mark.parametrize(
    ("units", "paise", "all_four", "plain"),
    [
        (1_140_500, "114.05", "114.0500", "114.05"),
        (25, "0.00", "0.0025", "0.0025"),
        (-12_345_000, "-1234.50", "-1234.5000", "-1234.50"),
        (50, "0.01", "0.0050", "0.0050"),
        (-50, "-0.01", "-0.0050", "-0.0050"),
        (0, "0.00", "0.0000", "0.00"),
    ],
)
def test_amounts_are_written_with_as_many_decimals_as_asked(units, paise, all_four, plain):
    assert (paise_text(units), unit_text(units), plain_text(units)) == (paise, all_four, plain)


@pytest.mark.parametrize(
    ("numerator", "denominator", "nearest"),
    [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (-5, -2, 3), (4, 3, 1), (-4, 3, -1), (0, 7, 0)],
)
def test_halves_are_divided_away_from_zero(numerator, denominator, nearest):
    assert divide_half_up(numerator, denominator) == nearest


@pytest.mark.parametrize(
    ("amount", "percent", "part"), [(1_200_000, "25", 300_000), (1, "50", 1), (-1, "50", -1), (3, "33.33", 1)]
)
def test_a_percentage_is_rounded_once(amount, percent, part):
    assert percent_of(amount, Decimal(percent)) == part


@pytest.mark.parametrize(
    ("price", "down", "up", "nearest"),
    [(1_000, 1_000, 1_000, 1_000), (1_249, 1_000, 1_500, 1_000), (1_250, 1_000, 1_500, 1_500), (-1, -500, 0, 0)],
)
def test_prices_are_rounded_to_the_tick(price, down, up, nearest):
    assert (down_to_tick(price, TICK), up_to_tick(price, TICK), nearest_tick(price, TICK)) == (down, up, nearest)

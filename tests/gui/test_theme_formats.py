"""Numbers are written as an Indian trader reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.composition.display import Grouping
from desktop.presentation import formats


@pytest.mark.parametrize(
    ("whole", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (99_999, "99,999"),
        (123_456, "1,23,456"),
        (123_456_789, "12,34,56,789"),
    ],
)
def test_digits_are_grouped_by_lakh_and_crore(whole, text):
    assert formats.group_digits(whole) == text


@given(st.integers(min_value=0, max_value=10**18))
def test_grouping_never_changes_the_number(whole):
    assert int(formats.group_digits(whole).replace(",", "")) == whole


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (1_234_565_000, "₹1,23,456.50"),
        (-950_000, "−₹95.00"),
        (0, "₹0.00"),
        (-49, "₹0.00"),
        (-50, "−₹0.01"),
        (49, "₹0.00"),
        (50, "₹0.01"),
        (None, "–"),
    ],
)
def test_amounts_are_written_in_rupees(units, text):
    assert formats.rupees(units) == text


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (12_345_000, "▲ +₹1,234.50"),
        (-950_000, "▼ −₹95.00"),
        (0, "₹0.00"),
        (20, "₹0.00"),
        (-20, "₹0.00"),
        (None, "–"),
    ],
)
def test_profit_and_loss_carry_arrow_and_sign(units, text):
    assert formats.arrowed_amount(units) == text


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_a_profit_and_the_same_loss_differ_only_in_their_sign(units):
    profit, loss = formats.signed_amount(abs(units)), formats.signed_amount(-abs(units))

    assert profit.lstrip("+") == loss.lstrip("−")


@pytest.mark.parametrize(
    ("units", "tick_units", "text"),
    [(1_200_500, 500, "120.05"), (500, 500, "0.05"), (831_225, 25, "83.1225"), (248_370_000, 500, "24,837.00")],
)
def test_prices_have_the_decimals_of_their_tick(units, tick_units, text):
    assert formats.price(units, tick_units) == text


@pytest.mark.parametrize(
    ("count", "text"), [(98_400, "98,400"), (1_235_000, "12.35 L"), (-41_000_000, "−4.10 Cr"), (None, "–")]
)
def test_large_counts_are_written_shortly(count, text):
    assert formats.compact_count(count) == text


def test_large_amounts_are_written_shortly():
    assert formats.compact_rupees(1_250_000_000) == "₹1.25 L"
    assert formats.compact_rupees(-340_000_000_000) == "−₹3.40 Cr"


def test_quantities_carry_their_sign():
    assert [formats.signed_quantity(n) for n in (75, -1_800, 0)] == ["+75", "−1,800", "0"]


def test_greeks_never_show_a_negative_zero():
    assert formats.delta(-0.0001) == "0.000"
    assert formats.delta(0.5119) == "+0.512"
    assert formats.theta(-12.349) == "−12.35"
    assert formats.gamma(0.001234) == "0.00123"
    assert formats.volatility(0.1253) == "12.5"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_is_not_there_is_a_dash(value):
    assert {formats.delta(value), formats.percent(value), formats.duration(value), formats.age(value)} == {"–"}


def test_times_are_indian():
    nine_twenty = 1_755_834_605_125_000_000  # 2025-08-22 03:50:05.125 UTC

    assert formats.clock_time(nine_twenty) == "09:20:05"
    assert formats.clock_time(nine_twenty, milliseconds=True) == "09:20:05.125"


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45 s"), (185, "3 m 05 s"), (7_800, "2 h 10 m"), (277_200, "3 d 5 h"), (-3, "0 s")]
)
def test_durations_show_their_two_largest_parts(seconds, text):
    assert formats.duration(seconds) == text


def test_ages_are_fine_below_ten_seconds():
    assert [formats.age(s) for s in (0.12, 4.21, 185)] == ["120 ms", "4.2 s", "3 m 05 s"]


@pytest.fixture
def in_millions():
    formats.use_grouping(Grouping.MILLIONS)
    yield
    formats.use_grouping(Grouping.LAKH_CRORE)


def test_large_numbers_stand_in_thousands_and_millions_where_that_was_chosen(in_millions):
    assert formats.rupees(123_456_785_000) == "₹12,345,678.50"
    assert formats.quantity(-1_800_000) == "−1,800,000"
    assert formats.compact_count(1_235_000) == "1.24 M"
    assert formats.compact_rupees(-34_000_000_000_000) == "−₹3.40 B"

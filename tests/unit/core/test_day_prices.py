"""Open, high and low of the day, and the close of the day before."""

from datetime import date, time

import numpy as np
import pytest

from engine.core.prices.day_prices import DayPrices
from engine.domain.instant import MINUTE, Instant, ist_instant
from engine.domain.quote import COLUMNS, QuoteColumn, QuoteFrame

FRIDAY, MONDAY = date(2026, 8, 21), date(2026, 8, 24)


def at(hour, minute, day=FRIDAY):
    return Instant(ist_instant(day, time(hour, minute)))


def days():
    return DayPrices(3, lambda day: at(9, 15, day))


def show(prices, when, shown, interest=0):
    values = np.zeros((len(shown), COLUMNS), dtype=np.int64)
    values[:, 0] = list(shown.values())
    values[:, QuoteColumn.OPEN_INTEREST] = interest
    prices.take(QuoteFrame(when, np.array(list(shown), dtype=np.int64), values))


def test_the_first_price_after_the_open_is_the_open():
    prices = days()
    show(prices, at(9, 8), {0: 90})
    for minute, price in ((15, 100), (20, 130), (25, 95), (30, 110)):
        show(prices, at(9, minute), {0: price})

    assert (prices.open(0), prices.high(0), prices.low(0)) == (100, 130, 95)
    assert prices.open(1) is None


def test_the_last_price_of_a_day_is_the_previous_close_of_the_next():
    prices = days()
    show(prices, at(9, 15), {0: 100, 1: 50})
    show(prices, at(15, 29), {0: 120})

    show(prices, at(9, 15, MONDAY), {0: 125})

    assert (prices.previous_close(0), prices.previous_close(1), prices.previous_close(2)) == (120, 50, None)
    assert (prices.open(0), prices.high(0), prices.low(0), prices.open(1)) == (125, 125, 125, None)


def test_a_day_that_was_not_watched_from_its_open_says_so():
    early, late = days(), days()
    show(early, at(9, 15), {0: 100})
    show(late, at(11, 0), {0: 100})

    assert early.is_whole(MINUTE)
    assert not late.is_whole(MINUTE)


def test_a_brokers_history_is_taken_over():
    prices = days()
    show(prices, at(11, 0), {0: 100})

    prices.know(0, opened=90, high=110, low=85, previous=80)

    assert (prices.open(0), prices.high(0), prices.low(0), prices.previous_close(0)) == (90, 110, 85, 80)


def test_rows_without_a_price_are_left_out():
    prices = days()

    show(prices, at(9, 20), {0: 0, 1: 70})

    assert (prices.open(0), prices.open(1)) == (None, 70)


def test_a_large_frame_says_the_same_as_its_rows_one_by_one():
    whole, single = (DayPrices(12, lambda day: at(9, 15, day)) for _ in range(2))
    dice = np.random.default_rng(7)
    for minute in range(15, 45):
        prices = dict(enumerate(dice.integers(0, 200, 12).tolist()))
        show(whole, at(9, minute), prices)
        for row, price in prices.items():
            show(single, at(9, minute), {row: price})

    for row in range(12):
        assert (whole.open(row), whole.high(row), whole.low(row)) == (
            single.open(row),
            single.high(row),
            single.low(row),
        )


@pytest.mark.parametrize("rows", [2, 20], ids=["a small frame", "a large frame"])
def test_open_interest_is_kept_as_it_was_first_today_and_at_the_last_close(rows):
    prices = DayPrices(rows, lambda day: at(9, 15, day))
    every = dict.fromkeys(range(rows), 100)
    show(prices, at(9, 15), every)
    show(prices, at(9, 16), every, 500)
    show(prices, at(15, 29), every, 700)
    before = prices.first_interest(1), prices.previous_interest(1)

    show(prices, at(9, 15, MONDAY), every, 650)

    assert before == (500, None)
    assert (prices.first_interest(1), prices.previous_interest(1)) == (650, 700)


def test_a_day_that_begins_without_a_price_keeps_the_close_of_the_one_before():
    prices = days()
    show(prices, at(15, 29), {0: 120}, 40)

    prices.turn_to(at(9, 0, MONDAY))
    prices.turn_to(at(9, 10, MONDAY))

    assert (prices.previous_close(0), prices.previous_interest(0), prices.open(0)) == (120, 40, None)

"""The candle book: bars anchored at the open, flat minutes, gaps, baskets, history."""

from datetime import date, time

import numpy as np

from engine.core.prices.candles import CLOSE, HIGH, LONGEST_SILENCE, LOW, OPEN, VOLUME, Basket, CandleBook, Named
from engine.domain.instant import MINUTE, SECOND, Instant, ist_instant
from engine.domain.instrument import Exchange

DAY = date(2026, 8, 19)
NFO = Exchange.NFO


def at(hour, minute, second=0.0, day=DAY):
    return Instant(ist_instant(day, time(hour, minute)) + round(second * SECOND))


def book_of(*series, since=None):
    book = CandleBook(lambda _exchange, day: (at(9, 15, day=day), at(15, 30, day=day)))
    for one in series:
        book.follow(one, NFO, at(9, 15) if since is None else since)
    return book


def tick(book, row, price, when, volume=0):
    book.feed_lives(when)
    book.take(row, price, when, volume)


def test_a_minute_has_the_first_highest_lowest_and_last_price_and_what_was_traded():
    book = book_of(7)

    for second, price, volume in ((1, 100, 1_000), (20, 130, 1_300), (40, 90, 1_350), (59, 110, 1_400)):
        tick(book, 7, price, at(9, 15, second), volume)

    bars = book.bars(7, 1, at(9, 16))
    assert bars.ends.tolist() == [at(9, 16)]
    assert bars.values[:, 0].tolist() == [100, 130, 90, 110, 400]


def test_a_growing_bar_is_not_answered():
    book = book_of(7)
    tick(book, 7, 100, at(9, 15, 1))

    assert len(book.bars(7, 1, at(9, 15, 59))) == 0
    assert book.last_bar(7, 1, at(9, 15, 59)) is None


def test_bars_are_counted_from_the_open_of_the_session():
    book = book_of(7)
    for minute in range(15, 40):
        tick(book, 7, 1_000 + minute, at(9, minute, 30))

    bars = book.bars(7, 10, at(9, 37))

    assert bars.ends.tolist() == [at(9, 25), at(9, 35)]
    assert bars.values[OPEN].tolist() == [1_015, 1_025]
    assert bars.values[CLOSE].tolist() == [1_024, 1_034]


def test_a_minute_without_a_quote_of_the_row_is_flat():
    book = book_of(7)
    tick(book, 7, 100, at(9, 15, 1), 10)
    tick(book, 7, 140, at(9, 18, 1), 15)

    bars = book.bars(7, 1, at(9, 19))

    assert bars.values[CLOSE].tolist() == [100, 100, 100, 140]
    assert bars.values[HIGH].tolist() == [100, 100, 100, 140]
    assert bars.values[VOLUME].tolist() == [0, 0, 0, 5]


def test_prices_outside_the_session_are_left_out():
    book = book_of(7)
    tick(book, 7, 90, at(9, 8))
    tick(book, 7, 100, at(9, 15, 1))
    tick(book, 7, 120, at(15, 30))

    bars = book.bars(7, 375, at(15, 31))

    assert bars.values[[OPEN, HIGH, LOW, CLOSE], 0].tolist() == [100, 100, 100, 100]


def test_the_last_bar_of_the_day_may_be_short():
    book = book_of(7)

    assert book.last_close(NFO, 60, at(15, 29)) == at(15, 15)
    assert book.last_close(NFO, 60, at(15, 30)) == at(15, 30)
    assert book.next_close(NFO, 60, at(15, 20)) == at(15, 30)


def test_closes_are_known_before_and_after_the_session():
    book = book_of(7)

    assert book.last_close(NFO, 5, at(9, 19, 59)) is None
    assert book.next_close(NFO, 5, at(9, 0)) == at(9, 20)
    assert book.next_close(NFO, 5, at(15, 30)) is None


def test_a_range_leaves_its_end_out():
    book = book_of(7)
    tick(book, 7, 100, at(9, 15, 0.5))
    tick(book, 7, 120, at(9, 29, 59.9))
    tick(book, 7, 150, at(9, 30))

    found = book.high_low(7, at(9, 15), at(9, 30), at(9, 30))

    assert (found.high, found.low) == (120, 100)


def test_a_silence_of_the_feed_makes_a_range_invalid():
    book = book_of(7)
    tick(book, 7, 100, at(9, 15, 1))
    tick(book, 7, 101, at(9, 16, 30))
    for minute in range(17, 30):
        tick(book, 7, 102, at(9, minute))

    found = book.high_low(7, at(9, 15), at(9, 30), at(9, 30))

    assert found.silence == 89 * SECOND
    assert not found.is_valid()
    assert found.is_valid(2 * LONGEST_SILENCE)


def test_a_silence_of_one_row_is_no_gap_while_the_feed_lives():
    book = book_of(7)
    tick(book, 7, 100, at(9, 15, 1))
    for minute in range(16, 30):
        book.feed_lives(at(9, minute))

    assert book.high_low(7, at(9, 15), at(9, 30), at(9, 30)).is_valid()


def test_a_range_that_was_followed_too_late_is_invalid_until_history_fills_it():
    book = book_of(7, since=at(9, 20))
    for minute in range(20, 30):
        tick(book, 7, 100, at(9, minute, 1))

    before = book.high_low(7, at(9, 15), at(9, 30), at(9, 30))
    starts = np.array([at(9, 15), at(9, 17)], dtype=np.int64)
    values = np.array([[90, 95], [92, 99], [88, 94], [91, 98], [0, 0]], dtype=np.int64)
    book.fill(7, at(9, 15), starts, values)
    after = book.high_low(7, at(9, 15), at(9, 30), at(9, 30))

    assert not before.is_valid()
    assert after.is_valid()
    assert (after.high, after.low) == (100, 88)
    assert book.bars(7, 1, at(9, 30)).values[CLOSE].tolist()[:6] == [91, 91, 98, 98, 98, 100]


def test_a_basket_is_the_signed_sum_of_its_rows_once_all_are_known():
    straddle_less_wing = Basket(((1, 1), (2, 1), (3, -1)))
    book = book_of(straddle_less_wing)
    tick(book, 1, 120, at(9, 15, 1))
    tick(book, 2, 115, at(9, 15, 2))

    assert book.basket_price(straddle_less_wing) is None
    tick(book, 3, 240, at(9, 15, 3))
    assert book.basket_price(straddle_less_wing) == -5
    tick(book, 3, 40, at(9, 15, 4))

    bar = book.last_bar(straddle_less_wing, 1, at(9, 16))
    assert (bar.open, bar.high, bar.low, bar.close) == (-5, 195, -5, 195)


def test_a_named_series_has_the_prices_that_were_noted():
    book = book_of(Named("NIFTY"))

    book.note(Named("NIFTY"), 24_855, at(9, 15, 1))

    assert book.last_bar(Named("NIFTY"), 1, at(9, 16)).close == 24_855


def test_what_nobody_wants_any_more_is_forgotten():
    basket = Basket(((1, 1), (2, 1)))
    book = book_of(7, basket)

    book.keep_only([7])

    assert book.rows == {7}
    tick(book, 1, 100, at(9, 15, 1))
    assert not book.follows(basket)


def test_bars_of_the_day_before_stay_and_keep_their_own_anchor():
    next_day = date(2026, 8, 20)
    book = book_of(7)
    tick(book, 7, 100, at(15, 29, 30))
    tick(book, 7, 200, at(9, 15, 30, next_day))

    bars = book.bars(7, 5, at(9, 20, day=next_day))

    assert bars.ends.tolist() == [at(15, 30), at(9, 20, day=next_day)]
    assert bars.ends[1] - bars.ends[0] > 60 * MINUTE

"""The hours before a live run, asked of a broker and told again as frames."""

import asyncio
from datetime import date

import msgspec
import pytest

from brokers.errors import BooksUnreadableError
from desktop.composition.broker_questions import Candle, Interval
from desktop.composition.live_history import Stretch, frames_of, past_of, worth_asking
from engine.core.prices.day_prices import DayPrices
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.money import price_of
from engine.runtime.bars import MinuteBars
from tests.helpers.core_desk import MASTER
from tests.helpers.practice_desk import at

SPOT = MASTER.spot("NIFTY")
FIVE = Instant(at(9, 15) + 5 * MINUTE)


def candle(minute, *prices, volume=0):
    first, high, low, last = (price_of(str(price)) for price in prices)
    return Candle(at=Instant(at(9, 15) + minute * MINUTE), open=first, high=high, low=low, close=last, volume=volume)


YESTERDAY = date(2026, 8, 18)


def stretch(until):
    return Stretch(at(9, 15, day=YESTERDAY), at(9, 15), Instant(until))


class Historian:
    """A broker that keeps bars of some instruments and refuses the others."""

    def __init__(self, kept):
        self.kept = kept
        self.asked = []

    async def history(self, instrument, interval, since, until):
        self.asked.append((instrument.id, interval))
        if instrument.id not in self.kept:
            raise BooksUnreadableError("there is none")
        return tuple(one for one in self.kept[instrument.id] if since <= one.at <= until)


def bars_again(frames, row):
    bars = MinuteBars(len(MASTER))
    for frame in frames:
        bars.take(frame)
    starts, values = bars.of(row)
    return [(Instant(start), *map(int, column)) for start, column in zip(starts, values.T, strict=True)]


def test_the_told_frames_make_the_same_bars_again():
    row, other = MASTER.row(SPOT.id), 3
    first = [candle(0, 100, 105, 99, 104), candle(1, 104, 104, 90, 91)]
    second = [candle(1, 20, 30, 10, 15, volume=40), candle(2, 15, 16, 15, 16, volume=25)]

    frames = list(frames_of({row: first, other: second}))

    assert [frame.at for frame in frames] == sorted(frame.at for frame in frames)
    assert bars_again(frames, row) == [(c.at, c.open, c.high, c.low, c.close, 0) for c in first]
    # The first sight of a volume says nothing about its minute, as on the live feed.
    assert [bar[5] for bar in bars_again(frames, other)] == [0, 25]


def test_the_minute_that_still_runs_is_left_to_the_feed():
    historian = Historian({SPOT.id: [candle(minute, 100, 101, 99, 100) for minute in range(6)]})

    past = asyncio.run(past_of(historian, MASTER, [SPOT], stretch(FIVE + 20 * SECOND)))

    assert past.today[-1].at == FIVE - SECOND
    assert past.problems == ()


def test_a_contract_without_history_is_named_and_the_others_are_told():
    future = MASTER.futures("NIFTY")[0]
    historian = Historian({SPOT.id: [candle(0, 100, 101, 99, 100)]})

    past = asyncio.run(past_of(historian, MASTER, [future, SPOT], stretch(FIVE)))

    assert len(past.today) == 4
    assert past.problems == (f"{future.id}: what it did before the start is not known: there is none",)
    assert historian.asked == [(future.id, Interval.DAY), (SPOT.id, Interval.DAY), (SPOT.id, Interval.MINUTE)]


def test_what_is_held_is_asked_before_the_underlyings_and_nothing_twice():
    held = MASTER.instruments[5].id

    asked = worth_asking(MASTER, (held, SPOT.id, "NFO:GONE"))

    assert [one.id for one in asked] == [held, SPOT.id, MASTER.futures("NIFTY")[0].id]


@pytest.mark.parametrize("count", [0, 200])
def test_never_more_is_asked_than_a_start_can_wait_for(count):
    held = [one.id for one in MASTER.instruments[:count]]

    assert len(worth_asking(MASTER, held)) <= 20


def test_the_day_before_says_how_it_closed_and_where_its_prices_ran():
    yesterday = msgspec.structs.replace(candle(0, 100, 120, 80, 111), at=at(0, day=YESTERDAY))
    days = DayPrices(len(MASTER), lambda on: at(9, 15, day=on))
    row = MASTER.row(SPOT.id)

    past = asyncio.run(past_of(Historian({SPOT.id: [yesterday]}), MASTER, [SPOT], stretch(at(9, 10))))
    for frame in past.before:
        days.take(frame)
    days.turn_to(at(9, 15))

    assert past.today == ()
    found = days.previous_high(row), days.previous_low(row), days.previous_close(row)
    assert found == tuple(price_of(str(price)) for price in (120, 80, 111))


def test_bars_of_before_are_there_for_charts_that_are_opened_later():
    row = MASTER.row(SPOT.id)
    before, running = MinuteBars(len(MASTER)), MinuteBars(len(MASTER))
    for frame in frames_of({row: [candle(0, 100, 105, 99, 104), candle(1, 104, 104, 90, 91)]}):
        before.take(frame)

    running.begin_from(before)
    for frame in frames_of({row: [candle(2, 91, 92, 91, 92)]}):
        running.take(frame)

    starts, values = running.of(row)
    assert [Instant(start) for start in starts] == [candle(minute, 1, 1, 1, 1).at for minute in range(3)]
    assert values[3].tolist() == [price_of(str(price)) for price in (104, 91, 92)]

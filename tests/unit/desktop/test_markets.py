"""A run that begins in the middle of its data knows every contract's latest quote of that day, and none of before."""

from datetime import date, time

import numpy as np

from desktop.composition.markets import caught_up
from engine.domain.instant import DAY, SECOND, Instant, ist_instant
from engine.domain.quote import COLUMNS, QuoteFrame

NOON = ist_instant(date(2026, 8, 19), time(12, 0))


def frame(at: int, *prices: tuple[int, int]) -> QuoteFrame:
    """A frame with last prices by row."""
    values = np.zeros((len(prices), COLUMNS), dtype=np.int64)
    values[:, 0] = [price for _, price in prices]
    return QuoteFrame(Instant(at), np.array([row for row, _ in prices], dtype=np.int64), values)


def told(frames: list[QuoteFrame]) -> list[tuple[int, dict[int, int]]]:
    """Each frame that is played as its time after noon and its last prices by row."""
    played = caught_up(iter(frames), NOON)
    return [(one.at - NOON, dict(zip(one.rows.tolist(), one.values[:, 0].tolist(), strict=True))) for one in played]


def test_earlier_frames_of_the_day_become_one_with_the_latest_quotes() -> None:
    frames = [frame(NOON - 2 * SECOND, (0, 10), (1, 20)), frame(NOON - SECOND, (1, 21)), frame(NOON + SECOND, (0, 11))]

    assert told(frames) == [(0, {0: 10, 1: 21}), (SECOND, {0: 11})]


def test_quotes_of_an_earlier_day_are_not_told() -> None:
    assert told([frame(NOON - DAY, (0, 10)), frame(NOON, (1, 20))]) == [(0, {1: 20})]


def test_frames_from_the_beginning_on_are_played_as_they_are() -> None:
    assert told([frame(NOON, (0, 10)), frame(NOON + SECOND, (0, 11))]) == [(0, {0: 10}), (SECOND, {0: 11})]


def test_data_that_ends_before_the_beginning_still_says_how_the_market_stands() -> None:
    assert told([frame(NOON - SECOND, (0, 10))]) == [(0, {0: 10})]

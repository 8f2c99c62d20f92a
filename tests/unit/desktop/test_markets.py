"""A run that begins in the middle of its data knows every contract's latest quote of that day, and none of before."""

from collections.abc import Iterator
from datetime import date, time

import msgspec
import numpy as np
import pytest

from desktop.commands.reading import read_instant
from desktop.composition.failures import MisuseError
from desktop.composition.markets import MarketChoice, OpenMarket, caught_up, open_market, recording_notes
from desktop.composition.rules import market_rules
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import DAY, MINUTE, SECOND, Instant, iso_text, ist_instant
from engine.domain.instrument import Kind
from engine.domain.quote import COLUMNS, DEPTH_LEVELS, QuoteFrame
from engine.runtime.recording.reader import Recording

NOON = ist_instant(date(2026, 8, 19), time(12, 0))


def frame(at: int, *prices: tuple[int, int]) -> QuoteFrame:
    """A frame with last prices by row."""
    values = np.zeros((len(prices), COLUMNS), dtype=np.int64)
    values[:, 0] = [price for _, price in prices]
    return QuoteFrame(Instant(at), np.array([row for row, _ in prices], dtype=np.int64), values)


def told(frames: list[QuoteFrame]) -> list[tuple[int, dict[int, int]]]:
    """Each frame that is played as its time after noon and its last prices by row."""
    played = caught_up(iter(frames), NOON, 2)
    return [(one.at - NOON, dict(zip(one.rows.tolist(), one.values[:, 0].tolist(), strict=True))) for one in played]


def test_earlier_frames_of_the_day_become_one_with_the_latest_quotes() -> None:
    frames = [frame(NOON - 2 * SECOND, (0, 10), (1, 20)), frame(NOON - SECOND, (1, 21)), frame(NOON + SECOND, (0, 11))]

    assert told(frames) == [(0, {0: 10, 1: 21}), (SECOND, {0: 11})]


def test_quotes_of_an_earlier_day_are_not_told() -> None:
    assert told([frame(NOON - DAY, (0, 10)), frame(NOON, (1, 20))]) == [(0, {1: 20})]


def test_frames_of_earlier_days_are_shown_to_who_wants_the_previous_close() -> None:
    before: list[int] = []
    frames = [frame(NOON - DAY, (0, 10)), frame(NOON - SECOND, (0, 11)), frame(NOON, (1, 20))]

    list(caught_up(iter(frames), NOON, 2, None, lambda one: before.append(one.at)))

    assert before == [NOON - DAY]


def test_frames_from_the_beginning_on_are_played_as_they_are() -> None:
    assert told([frame(NOON, (0, 10)), frame(NOON + SECOND, (0, 11))]) == [(0, {0: 10}), (SECOND, {0: 11})]


def test_data_that_ends_before_the_beginning_still_says_how_the_market_stands() -> None:
    assert told([frame(NOON - SECOND, (0, 10))]) == [(0, {0: 10})]


def opened(at: str, until: str) -> OpenMarket:
    """The simulated NIFTY between two Indian times."""
    begin, end = (read_instant(text, "--from") for text in (at, until))
    choice = MarketChoice(begin=begin, until=end, underlyings=("NIFTY",), expiries=1, step=MINUTE)
    return open_market(choice, market_rules())


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("2026-08-19T10:30", "2026-08-19T10:30:00+05:30"),
        ("2026-08-19T07:00", "2026-08-19T09:15:00+05:30"),
        ("2026-08-19T20:00", "2026-08-20T09:15:00+05:30"),
        ("2026-08-22T11:00", "2026-08-24T09:15:00+05:30"),
    ],
    ids=["in hours", "before the open", "after the close", "on a Saturday"],
)
def test_a_market_asked_for_at_a_closed_time_begins_at_the_next_open(asked: str, begins: str) -> None:
    assert iso_text(opened(asked, "2026-08-24T15:00").begin) == begins


def test_an_end_before_the_next_open_is_refused() -> None:
    with pytest.raises(MisuseError, match=r"is not after 2026-08-24T09:15:00\+05:30, where the market begins"):
        opened("2026-08-22T09:15", "2026-08-22T15:30")


def test_depth_stands_as_it_was_last_shown() -> None:
    plain = frame(NOON - 2 * SECOND, (0, 10), (1, 20))
    deep = [
        msgspec.structs.replace(plain, depth=np.full((2, DEPTH_LEVELS, 4), 7, dtype=np.int64)),
        msgspec.structs.replace(frame(NOON - SECOND, (1, 21)), depth=np.full((1, DEPTH_LEVELS, 4), 8, dtype=np.int64)),
    ]

    (whole,) = caught_up(iter(deep), NOON, 2)
    (partly,) = caught_up(iter([*deep, frame(NOON - 1, (1, 22))]), NOON, 2)

    assert whole.depth is not None
    assert whole.depth[:, 0, 0].tolist() == [7, 8]
    assert partly.depth is None


class Silent(Recording):
    """A recording of contracts without a quote."""

    def __init__(self, master: ContractMaster) -> None:
        self.master = master

    def frames(self, from_: Instant | None = None, until: Instant | None = None) -> Iterator[QuoteFrame]:
        """Yield nothing."""
        del from_, until
        return iter(())


def test_a_recording_without_quotes_in_the_window_or_without_its_index_is_told() -> None:
    market = opened("2026-08-19T10:30", "2026-08-19T10:31")
    no_index = ContractMaster([one for one in market.master.instruments if one.kind is not Kind.INDEX])

    notes = list(recording_notes(msgspec.structs.replace(market, recording=Silent(no_index)), ["NIFTY", "NIFTY"]))

    assert [note.partition(":")[0] for note in notes] == [
        "the simulated market has no quotes between 2026-08-19T10",
        "the simulated market holds no index of NIFTY",
    ]
    assert list(recording_notes(market, ["NIFTY"])) == []

"""Boards that other threads read: never torn, a version per row, references and one-minute bars."""

import os
import threading
from multiprocessing import get_context

import numpy as np

from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.quote import COLUMNS, IntArray, QuoteFrame
from engine.runtime.bars import MinuteBars
from engine.runtime.boards import SharedBoard
from engine.runtime.process.shared_arrays import SharedArrays
from engine.runtime.service import TappedFrames
from tests.helpers.simulated_desk import DAY, at

NEXT_DAY = DAY.replace(day=20)


def frame(when: Instant, prices: dict[int, int], volume: int = 0) -> QuoteFrame:
    values = np.zeros((len(prices), COLUMNS), dtype=np.int64)
    values[:, 0] = list(prices.values())
    values[:, 5] = volume
    return QuoteFrame(when, np.array(list(prices), dtype=np.int64), values)


def rows(*numbers: int) -> IntArray:
    return np.array(numbers, dtype=np.int64)


class OneFrame:
    """A market of one frame."""

    def __init__(self, only: QuoteFrame) -> None:
        self._only: QuoteFrame | None = only

    @property
    def next_at(self) -> Instant | None:
        """When the frame is due."""
        return None if self._only is None else self._only.at

    def take_next(self) -> QuoteFrame:
        """Answer the frame."""
        assert self._only is not None
        taken, self._only = self._only, None
        return taken


def test_boards_see_a_frame_only_when_the_engine_is_done_with_it() -> None:
    board, bars = SharedBoard(2), MinuteBars(2)
    tapped = TappedFrames(OneFrame(frame(at(9, 15), {1: 30_000})), board, bars, lambda _: None)

    tapped.take_next()
    assert board.copy(rows(1))[:, 0].tolist() == [0]

    tapped.show()
    tapped.show()
    assert board.copy(rows(1))[:, 0].tolist() == [30_000]
    assert board.versions(rows(1)).tolist() == [2]
    assert bars.of(1)[1][:, 0].tolist() == [30_000, 30_000, 30_000, 30_000, 0]
    assert (tapped.frames, tapped.quotes) == (1, 1)


def test_values_that_do_not_lie_in_one_piece_are_taken_alike() -> None:
    board, values = SharedBoard(3), np.arange(4 * COLUMNS, dtype=np.int64).reshape(4, COLUMNS)

    board.take(QuoteFrame(at(9, 15), rows(2, 0), values[::2]))

    assert board.copy(rows(0, 2)).tolist() == [values[2].tolist(), values[0].tolist()]


def test_a_copy_holds_the_latest_quotes_in_the_order_asked() -> None:
    board = SharedBoard(4)
    board.take(frame(at(9, 15), {0: 100, 2: 300}))
    board.take(frame(at(9, 16), {2: 310}))

    copied = board.copy(rows(2, 0, 1))

    assert copied[:, 0].tolist() == [310, 100, 0]


def test_a_row_below_zero_reads_as_no_quote() -> None:
    board = SharedBoard(2)
    board.take(frame(at(9, 15), {0: 100, 1: 200}))

    assert board.copy(rows(-1, 1))[:, 0].tolist() == [0, 200]
    assert board.versions(rows(-1)).tolist() == [0]
    assert board.references(rows(-1)).tolist() == [0]
    assert board.arrivals(rows(-1)).tolist() == [0]


def test_versions_grow_by_two_with_every_quote_of_a_row() -> None:
    board = SharedBoard(3)
    for second in range(3):
        board.take(frame(Instant(at(9, 15) + second * SECOND), {1: 100}))

    assert board.versions(rows(0, 1, 2)).tolist() == [0, 6, 0]
    assert board.arrivals(rows(1)).tolist() == [at(9, 15) + 2 * SECOND]


def test_a_row_that_is_being_written_keeps_its_earlier_copy() -> None:
    board = SharedBoard(1)
    board.take(frame(at(9, 15), {0: 100}))
    earlier = board.copy(rows(0))
    board._versions[0] += 1  # as a writer leaves it in the middle of a row
    board._values[0, 0] = 999

    again = board.copy(rows(0), into=earlier)

    assert again[0, 0] == 100


def test_no_copy_mixes_two_quotes_of_a_row() -> None:
    size = 2_000
    board = SharedBoard(size)
    everything = np.arange(size, dtype=np.int64)
    stop = threading.Event()

    def write() -> None:
        for number in range(1, 100_000):
            if stop.is_set():
                return
            # Every cell of a row carries the same number, so that a mixture shows.
            board.take(QuoteFrame(at(9, 15), everything, np.full((size, COLUMNS), number, dtype=np.int64)))

    writer = threading.Thread(target=write)
    writer.start()
    torn = 0
    for _ in range(100):
        copied = board.copy(everything)
        torn += int((copied != copied[:, :1]).any())
    stop.set()
    writer.join()

    assert torn == 0


def write_on(name: str, size: int) -> None:
    """Write quotes into a shared board, each row's cells alike, as another process does."""
    board = SharedBoard(size, SharedArrays(name, makes=False).allocate)
    everything = np.arange(size, dtype=np.int64)
    for number in range(1, 3_000):
        board.take(QuoteFrame(at(9, 15), everything, np.full((size, COLUMNS), number, dtype=np.int64)))


def test_no_copy_mixes_two_quotes_that_another_process_writes() -> None:
    size, arrays = 2_000, SharedArrays(f"{os.getpid()}-torn", makes=True)
    board = SharedBoard(size, arrays.allocate)
    writer = get_context("spawn").Process(target=write_on, args=(f"{os.getpid()}-torn", size))
    everything = np.arange(size, dtype=np.int64)
    torn, newest = 0, 0

    writer.start()
    while writer.is_alive():
        copied = board.copy(everything)
        torn += int((copied != copied[:, :1]).any())
        newest = max(newest, int(copied.max()))
    writer.join()
    arrays.forget()

    assert writer.exitcode == 0
    assert torn == 0
    assert newest == 2_999 == int(board.copy(everything).min())


def test_changes_count_from_the_first_price_and_next_day_from_the_close() -> None:
    board = SharedBoard(2)
    board.take(frame(at(9, 15), {0: 100}))
    board.take(frame(at(9, 16), {0: 120, 1: 50}))
    first_day = board.references(rows(0, 1)).tolist()

    board.take(frame(at(9, 15, day=NEXT_DAY), {0: 130}))

    assert first_day == [100, 50]
    assert board.references(rows(0, 1)).tolist() == [120, 50]


def test_a_board_can_lie_in_memory_of_somebody_else() -> None:
    given: list[tuple[int, ...]] = []

    def allocate(shape: tuple[int, ...]) -> IntArray:
        given.append(shape)
        return np.zeros(shape, dtype=np.int64)

    board = SharedBoard(5, allocate)

    assert len(board) == 5
    assert (5, COLUMNS) in given


def test_minute_bars_hold_open_high_low_close() -> None:
    bars = MinuteBars(2)
    for second, price in enumerate((10_000, 12_500, 9_000, 11_000)):
        bars.take(frame(Instant(at(9, 15) + second * SECOND), {1: price}))

    starts, values = bars.of(1)

    assert starts.tolist() == [at(9, 15)]
    assert values[:4, 0].tolist() == [10_000, 12_500, 9_000, 11_000]


def test_minutes_without_a_quote_have_no_bar() -> None:
    bars = MinuteBars(2)
    bars.take(frame(at(9, 15), {0: 100, 1: 200}))
    bars.take(frame(at(9, 16), {0: 300}))
    bars.take(frame(at(9, 20), {1: 400}))

    assert bars.of(0)[0].tolist() == [at(9, 15), at(9, 16)]
    assert bars.of(1)[0].tolist() == [at(9, 15), at(9, 20)]


def test_bars_from_an_instant_on_begin_with_its_minute() -> None:
    bars = MinuteBars(1)
    for minute in range(100):
        bars.take(frame(Instant(at(9, 15) + minute * MINUTE), {0: 100 * (minute + 1)}))

    starts, values = bars.of(0, at(10, 0, 30))

    assert starts[0] == at(10, 0)
    assert len(starts) == 55
    assert values[3, -1] == 10_000


def test_the_volume_of_a_bar_is_what_the_day_grew_by() -> None:
    bars = MinuteBars(1)
    for second, volume in enumerate((500, 520, 560)):
        bars.take(frame(Instant(at(9, 15) + second * SECOND), {0: 100}, volume))

    assert bars.of(0)[1][4].tolist() == [60]


def test_only_the_newest_minutes_are_kept() -> None:
    bars = MinuteBars(1, most_minutes=64)
    for minute in range(200):
        bars.take(frame(Instant(at(9, 15) + minute * MINUTE), {0: 100}))

    starts, _ = bars.of(0)

    assert len(starts) <= 64
    assert starts[-1] == at(9, 15) + 199 * MINUTE


def test_bars_can_lie_in_shared_memory_and_are_read_alike() -> None:
    name = f"{os.getpid()}-bars"
    writing, reading = SharedArrays(name, makes=True), SharedArrays(name, makes=False)
    written = MinuteBars(3, most_minutes=4, allocate=writing.allocate)
    read = MinuteBars(3, most_minutes=4, allocate=reading.allocate)
    reading.forget()

    for minute in range(10):
        written.take(frame(Instant(at(9, 15) + minute * MINUTE), {2: 100 * (minute + 1)}, volume=minute))

    starts, values = read.of(2)
    assert starts.tolist() == [at(9, 15) + minute * MINUTE for minute in range(6, 10)]
    assert values[3].tolist() == [700, 800, 900, 1_000]
    assert values[4].tolist() == [1, 1, 1, 1]


def test_a_row_that_is_not_listed_has_no_bars() -> None:
    assert MinuteBars(1).of(-1)[1].shape == (5, 0)

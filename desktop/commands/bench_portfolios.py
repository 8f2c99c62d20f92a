"""What a quote costs the core with one, fifty and two hundred portfolios running, on a full chain and on one row."""

from typing import Any

import msgspec
import numpy as np

from desktop.composition.clock import stopwatch
from desktop.composition.rules import market_rules
from desktop.verification.load import Loaded, loaded
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import QuoteColumn, QuoteFrame

QUOTES_PER_SECOND = 20_000
"""What the core must carry at well under half a core."""

_SIZES = (1, 50, 200)
_ROUNDS = 5
_QUOTES = 300
"""Quotes of one row in a round."""
_LAST = int(QuoteColumn.LAST_PRICE)


class Timing(msgspec.Struct):
    """How long some work took in each round, in microseconds for one piece."""

    rounds: list[float] = []
    slowest: float = 0.0

    @property
    def median(self) -> float:
        """Answer the median of the rounds."""
        return float(np.median(self.rounds))


def portfolio_benchmark(seconds: int = 60) -> dict[str, Any]:
    """Let portfolios of four legs run on one chain, feed all of them the same quotes in turns, and answer the figures.

    ``microseconds_per_quote`` are of a full chain's frames, by the portfolios that run; ``one_row`` of quotes of a
    single row by how many of how many watch it: it must grow with those, not with all. ``microseconds_per_step`` is
    one look of all monitors of a portfolio that is not at rest, ``core_load_at_20000`` the share of one core that
    20,000 quotes a second would take with all portfolios.
    """
    rules = market_rules()
    desks = {size: loaded(rules, size, seconds) for size in _SIZES}
    chain, facts = _full_chain(desks)
    rows = _one_row(desks)
    most = desks[_SIZES[-1]]
    per_quote = chain[_SIZES[-1]].median
    alone = rows["1 of 1"].median
    return {
        "portfolios_running": most.running,
        "rows_per_frame": round(sum(len(frame.rows) for frame in most.frames) / len(most.frames), 1),
        "facts": facts,
        "microseconds_per_quote": {str(size): round(timing.median, 3) for size, timing in chain.items()},
        "quotes_per_second": round(1e6 / per_quote),
        "slowest_frame_microseconds": round(max(timing.slowest for timing in chain.values()), 1),
        "core_load_at_20000": round(per_quote / 1e6 * QUOTES_PER_SECOND, 4),
        "one_row": {name: round(timing.median, 2) for name, timing in rows.items()},
        "ratio_to_alone": {name: round(timing.median / alone, 2) for name, timing in rows.items()},
        "microseconds_per_step": round(_step(most).median, 1),
    }


def _full_chain(desks: dict[int, Loaded]) -> tuple[dict[int, Timing], int]:
    """Time the chain's frames, a round of each size after the other, and count what followed on them."""
    timings = {size: Timing() for size in desks}
    facts = 0
    for number in range(_ROUNDS):
        for size, desk in desks.items():
            begin, end = (len(desk.frames) * part // _ROUNDS for part in (number, number + 1))
            facts += _timed(desk, desk.frames[begin:end], timings[size])
    return timings, facts


def _one_row(desks: dict[int, Loaded]) -> dict[str, Timing]:
    """Time quotes of single rows: one that a portfolio watches alone, one that many do, and the spot that all do."""
    cases: list[tuple[str, Loaded, int]] = []
    for size, desk in desks.items():
        watchers = desk.watchers()
        some = max((row for row, count in watchers.items() if count < size), key=lambda row: watchers[row], default=-1)
        cases.append((f"1 of {size}", desk, desk.lone_row()))
        if some >= 0 and watchers[some] > 1:
            cases.append((f"{watchers[some]} of {size}", desk, some))
        if size > 1:
            cases.append((f"{size} of {size}", desk, next(row for row, count in watchers.items() if count == size)))
    timings = {name: Timing() for name, _, _ in cases}
    for _ in range(_ROUNDS):
        for name, desk, row in cases:
            _timed(desk, _quotes(desk, row), timings[name])
    return timings


def _step(desk: Loaded) -> Timing:
    """Time quotes of a row that one portfolio watches, when it is not at rest: all its monitors look at each."""
    row, state, timing = desk.lone_row(), desk.run.state, Timing()
    for _ in range(_ROUNDS):
        quotes = _quotes(desk, row)
        whole = stopwatch()
        for frame in quotes:
            state.resting.clear()
            desk.run.engine.process([frame])
        timing.rounds.append(whole() / len(quotes) * 1e6)
    return timing


def _quotes(desk: Loaded, row: int) -> list[QuoteFrame]:
    """Answer quotes of one row around where it stands, a millisecond after each other."""
    state = desk.run.state
    rows = np.array([row], dtype=np.int64)
    values = np.array([[state.board.number(row, column) for column in QuoteColumn]], dtype=np.int64)
    tick = state.master.instruments[row].tick_size
    frames = []
    for number in range(1, _QUOTES + 1):
        quote = values.copy()
        quote[0, _LAST] += tick * (number % 3 - 1)
        frames.append(QuoteFrame(Instant(state.now + number * SECOND // 1_000), rows, quote))
    return frames


def _timed(desk: Loaded, frames: "tuple[QuoteFrame, ...] | list[QuoteFrame]", timing: Timing) -> int:
    facts = 0
    quotes = sum(len(frame.rows) for frame in frames)
    whole = stopwatch()
    for frame in frames:
        one = stopwatch()
        facts += len(desk.run.engine.process([frame]))
        timing.slowest = max(timing.slowest, one() * 1e6)
    timing.rounds.append(whole() / quotes * 1e6)
    return facts

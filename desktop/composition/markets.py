"""The market a run plays on: simulated, or a recording."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from brokers.simulated.listing import derivative_exchanges
from brokers.simulated.market import SimulatedMarket
from brokers.simulated.named_scenarios import scenario_of
from brokers.simulated.scenario import ScenarioError
from brokers.simulated.sessions import stretches_from
from desktop.composition.failures import MisuseError
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import MINUTE, SECOND, Instant, iso_text, ist_date, ist_instant
from engine.domain.instrument import Exchange, leading_exchanges
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.quote import DEPTH_LEVELS, IntArray, QuoteBoard, QuoteFrame

if TYPE_CHECKING:
    from engine.runtime.recording.reader import Recording

DEMONSTRATION_DAY = date(2026, 8, 19)
"""The fixed day of runs without --from, so that two runs are equal."""

SIMULATED = "simulated"

_INDEX_EXCHANGES = (Exchange.NFO, Exchange.BFO)

_STALE_SIMULATED = 5 * SECOND


class MarketChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: ``market`` is ``"simulated"`` or the path of a recording.

    ``underlyings`` and ``expiries`` limit the simulated universe (None: everything); ``step`` is its tick in µs.
    """

    market: str = SIMULATED
    begin: Instant | None = None
    until: Instant | None = None
    seed: int = 1
    scenario: str = "calm"
    underlyings: tuple[str, ...] | None = None
    expiries: int | None = None
    step: int = SECOND // 4


class OpenMarket(msgspec.Struct, frozen=True, kw_only=True):
    """A market ready to be played: its contracts, its frames in order, when it begins and ends."""

    name: str
    master: ContractMaster
    frames: Iterator[QuoteFrame]
    begin: Instant
    until: Instant
    stale_after: int
    """Silence after which the feed is stale, in µs."""
    recording: "Recording | None" = None
    day_before: Iterable[QuoteFrame] = ()
    """Frames of the trading day before it begins, where something is known of it."""


def open_market(choice: MarketChoice, rules: MarketRules) -> OpenMarket:
    """Open the market that was asked for.

    Raises MisuseError for times or scenarios that cannot be meant, UnknownRuleError for a date without a calendar and
    RecordingError for a file that cannot be replayed.
    """
    if choice.until is not None and choice.begin is not None and choice.until <= choice.begin:
        raise MisuseError(f"--until {iso_text(choice.until)} is not after --from {iso_text(choice.begin)}")
    return _simulated(choice, rules) if choice.market == SIMULATED else _recorded(choice)


def _simulated(choice: MarketChoice, rules: MarketRules) -> OpenMarket:
    asked = ist_instant(DEMONSTRATION_DAY, time(9, 15)) if choice.begin is None else choice.begin
    for end in (asked, asked if choice.until is None else choice.until):
        rules.trading_day(Exchange.NFO, ist_date(end))
    begin = _first_open(rules, asked, choice.underlyings)
    try:
        market = SimulatedMarket(
            rules,
            start=begin,
            seed=choice.seed,
            underlyings=choice.underlyings,
            scenario=scenario_of(choice.scenario),
            step=choice.step,
            expiries=choice.expiries,
        )
        session = market.session(market.start)
    except (ScenarioError, UnknownRuleError, ValueError) as error:
        raise MisuseError(str(error)) from error
    close = session.close if session is not None else market.start
    until = close if choice.until is None else choice.until
    if until <= market.start:
        raise MisuseError(f"--until {iso_text(until)} is not after {iso_text(market.start)}, where the market begins")
    return OpenMarket(
        name="the simulated market",
        master=market.master,
        frames=market.frames(until),
        begin=market.start,
        until=until,
        stale_after=max(_STALE_SIMULATED, 3 * choice.step),
        day_before=market.day_before(),
    )


def _first_open(rules: MarketRules, asked: Instant, underlyings: tuple[str, ...] | None) -> Instant:
    """Answer ``asked`` where the market trades then, else the next open; the market itself would go back to the last.

    Raises UnknownRuleError where no session is known after it.
    """
    exchanges = derivative_exchanges(rules, underlyings, ist_date(asked)) if underlyings else _INDEX_EXCHANGES
    stretch = next(stretches_from(rules, leading_exchanges(exchanges), asked), None)
    if stretch is None:
        raise UnknownRuleError(f"No trading session is known after {iso_text(asked)}; choose an earlier --from")
    return stretch.open


def _recorded(choice: MarketChoice) -> OpenMarket:
    # Parquet is loaded for recordings only: a window on the simulated market opens an eighth of a second earlier.
    from engine.runtime.recording.reader import open_recording

    recording = open_recording(Path(choice.market))
    begin = recording.first if choice.begin is None else choice.begin
    until = recording.last if choice.until is None else choice.until
    if begin > recording.last or until < recording.first:
        raise MisuseError(
            f"{choice.market} covers {iso_text(recording.first)} to {iso_text(recording.last)}; "
            "choose --from and --until inside that"
        )
    return OpenMarket(
        name=choice.market,
        master=recording.master,
        frames=recording.frames(_midnight(begin), until),
        begin=begin,
        until=until,
        stale_after=max(2 * recording.spacing, MINUTE),
        recording=recording,
        day_before=_recorded_day_before(recording, begin),
    )


def _recorded_day_before(recording: "Recording", begin: Instant) -> Iterator[QuoteFrame]:
    """Yield the newest day that a recording holds before the one of an instant; nothing where it holds none."""
    ends = _midnight(begin)
    while recording.first < ends:
        starts = _midnight(Instant(ends - 1))
        day = recording.frames(starts, Instant(ends - 1))
        first = next(day, None)
        if first is not None:
            yield from chain([first], day)
            return
        ends = starts


def _midnight(at: Instant) -> Instant:
    """Answer the Indian midnight before an instant: a run that begins at noon has to know the morning's quotes."""
    return ist_instant(ist_date(at), time(0))


def caught_up(
    frames: Iterator[QuoteFrame],
    begin: Instant,
    size: int,
    see_past: Callable[[QuoteFrame], None] | None = None,
    see_before: Callable[[QuoteFrame], None] | None = None,
) -> Iterator[QuoteFrame]:
    """Answer the frames from ``begin`` on, led by one that says how the market of that day stands then.

    A run that begins in the middle of its data, or goes on after an interruption, must not see the morning's prices
    again, but has to know every contract's latest quote. ``size`` is how many contracts the market lists. ``see_past``
    is shown the day's frames before ``begin``, for bars and the day's open; ``see_before`` those of earlier days, for
    the previous close.
    """
    standing = _Standing(size)
    day = _midnight(begin)
    for frame in frames:
        if frame.at >= begin:
            return chain(standing.frames(begin), [frame], frames)
        if frame.at >= day:
            standing.take(frame)
            if see_past is not None:
                see_past(frame)
        elif see_before is not None:
            see_before(frame)
    return standing.frames(begin)


class _Standing:
    """The latest quote of every contract, and its depth where every frame had it."""

    def __init__(self, size: int) -> None:
        self._board = QuoteBoard(size)
        self._depth: IntArray = np.zeros((size, DEPTH_LEVELS, 4), dtype=np.int64)
        self._has_depth: npt.NDArray[np.bool_] = np.zeros(size, dtype=np.bool_)

    def take(self, frame: QuoteFrame) -> None:
        self._board.take(frame)
        self._has_depth[frame.rows] = frame.depth is not None
        if frame.depth is not None:
            self._depth[frame.rows] = frame.depth

    def frames(self, at: Instant) -> Iterator[QuoteFrame]:
        """Yield one frame with every row that has arrived; none where no row has."""
        rows: IntArray = self._board.arrived_at.nonzero()[0]
        if len(rows):
            depth = self._depth[rows] if self._has_depth[rows].all() else None
            yield QuoteFrame(at, rows, self._board.values[rows], depth)


def recording_notes(market: OpenMarket, underlyings: Iterable[str]) -> Iterator[str]:
    """Yield what a trader has to know of a recording before reading an outcome; nothing of the simulated market.

    Reads no more of the file than the first frame of the window.
    """
    recording = market.recording
    if recording is None:
        return
    if next(recording.frames(market.begin, market.until), None) is None:
        window = f"{iso_text(market.begin)} and {iso_text(market.until)}"
        yield f"{market.name} has no quotes between {window}: choose other --from and --until"
    for name in sorted({*underlyings}):
        if recording.master.spot(name) is None:
            yield (
                f"{market.name} holds no index of {name}: strikes near the money and stops on the underlying have no "
                "price to go by; make a recording that includes the index"
            )

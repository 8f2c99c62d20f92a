"""The embedded market: a seeded, endless trading week in quote frames."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from brokers.simulated import day_before
from brokers.simulated.depth import depth_of
from brokers.simulated.disturbances import Disturbances
from brokers.simulated.effects import Effects, spans_of
from brokers.simulated.fair_values import fair_values, liquidity
from brokers.simulated.layout import Layout
from brokers.simulated.listing import derivative_exchanges, known_underlyings, simulated_contracts
from brokers.simulated.named_scenarios import CALM
from brokers.simulated.path import Paths, day_shape
from brokers.simulated.quoting import QuoteMaker
from brokers.simulated.scenario import Scenario
from brokers.simulated.sessions import (
    MarketSession,
    TradingStretch,
    session_start_for,
    sessions_on,
    stretches_from,
)
from brokers.simulated.underlyings import model_of
from engine.domain.instant import MINUTE, SECOND, Instant, ist_date
from engine.domain.instrument import Exchange, leading_exchanges
from engine.domain.market_rules import MarketRules
from engine.domain.quote import COLUMNS, QuoteFrame

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_BLOCK_CELLS = 16_384
"""Quotes computed at once: few enough to stay in the processor's cache, enough to drown the cost of the calls."""
_BLOCK_STEPS = 512
_BLOCK_TIME = 30 * MINUTE
"""Liquidity is set once a block, so a block must not be longer than liquidity lasts."""
_INTEREST_SECONDS = 9_000
"""Open interest at the start in seconds of ordinary trading."""


class SimulatedMarket:
    """A simulated market from ``start`` on, in steps of ``step`` microseconds of its own time.

    ``start`` may be any instant: outside trading hours it becomes what ``session_start_for`` answers. ``seed`` feeds
    NumPy's PCG64; the same arguments give byte-equal frames however they are asked for. ``expiries`` limits the
    expiries of each underlying to the nearest few, ``strikes_each_side`` the strikes around the money. With
    ``with_depth`` every frame carries five levels. The contracts are those listed on the first day; when they expire
    they fall silent.

    Raises ValueError for an underlying that is not simulated or a step that is not positive, UnknownRuleError where
    the market rules do not reach.
    """

    def __init__(
        self,
        rules: MarketRules,
        *,
        start: Instant,
        seed: int,
        underlyings: Sequence[str] | None = None,
        scenario: Scenario | None = None,
        step: int = SECOND // 4,
        expiries: int | None = None,
        strikes_each_side: int | None = None,
        with_depth: bool = False,
    ) -> None:
        if step < 1:
            raise ValueError("The step of the simulated market must be at least one microsecond")
        if seed < 0:
            raise ValueError(f"The seed must be a whole number from 0 up, and {seed} is not")
        chosen, self.start = _opening(rules, start, underlyings)
        day = ist_date(self.start)
        self._models = [model_of(name) for name in chosen]
        self._rules, self._step, self._with_depth = rules, step, with_depth
        self._leading = leading_exchanges(derivative_exchanges(rules, chosen, day))
        self.master = simulated_contracts(rules, chosen, day, expiries, strikes_each_side)
        """The contracts; row i of every frame is its instrument number i."""
        self._layout = Layout(self.master, rules, chosen)
        dice = np.random.Generator(np.random.PCG64(seed))
        spans = spans_of(scenario or CALM, stretches_from(rules, self._leading, self.start))
        effects = Effects(scenario or CALM, spans, chosen)
        strikes = [self._layout.strikes_of(index) for index in range(len(chosen))]
        self._paths = Paths(self._models, effects, strikes, day, dice)
        self._maker = QuoteMaker(
            self._layout.tick, self._layout.lot, self._layout.is_index, self._layout.has_interest, dice
        )
        self._disturbances = Disturbances(self._layout, spans)
        self._dice, self._seed = dice, seed
        self._opened: day_before.Opening | None = None
        self._delivered: IntArray = np.zeros((1, len(self._layout), COLUMNS), dtype=np.int64)
        self._column_of_row: IntArray = np.full(len(self.master), -1, dtype=np.int64)
        self._column_of_row[self._layout.rows] = np.arange(len(self._layout))
        self._previous: int | None = None
        self._stream = self._all_frames()
        self._waiting: QuoteFrame | None = None

    def frames(self, until: Instant | None = None) -> Iterator[QuoteFrame]:
        """Yield the frames not yet taken, up to and including those at ``until``; None goes on to the calendar's end.

        A frame holds the rows that changed, the first one all of them; while nothing changes there is no frame. After
        a close the next frame is the next trading day's first.
        """
        while True:
            at = self.next_at
            if at is None or self._waiting is None or (until is not None and at > until):
                return
            frame, self._waiting = self._waiting, None
            yield frame

    def day_before(self) -> Iterator[QuoteFrame]:
        """Yield some frames of the trading day before the market's first, with last prices and open interest.

        They are derived from the seed and from how the market opens; the market's own frames are the same whether they
        are asked for or not. None where the calendar knows no day before.
        """
        session = day_before.session_before(self._rules, tuple(self._leading), self.start)
        if self.next_at is None or self._opened is None or session is None:
            return
        yield from day_before.frames(self._layout, self._models, self._opened, session, self._seed)

    @property
    def next_at(self) -> Instant | None:
        """Answer when the next frame is due; None after the last."""
        if self._waiting is None:
            self._waiting = next(self._stream, None)
        return None if self._waiting is None else self._waiting.at

    def session(self, at: Instant) -> MarketSession | None:
        """Answer the market's session at an instant, or the next one after it; None past the calendar's end."""
        for stretch in stretches_from(self._rules, self._leading, at):
            whole = sessions_on(self._rules, self._leading, ist_date(stretch.open))
            return next(session for session in whole if session.close == stretch.close)
        return None

    def depth(self, rows: IntArray, values: IntArray) -> IntArray:
        """Answer five levels around the quotes ``values`` (n, COLUMNS) of ``rows``, (n, DEPTH_LEVELS, 4).

        The same levels a frame with depth would carry, for those who need them for a few rows only.
        """
        columns = self._column_of_row[rows]
        return depth_of(values, self._layout.tick[columns], self._layout.lot[columns])

    def _all_frames(self) -> Iterator[QuoteFrame]:
        steps = min(max(_BLOCK_CELLS // len(self._layout), 4), _BLOCK_STEPS, max(_BLOCK_TIME // self._step, 1))
        day_number = 0
        for stretch in stretches_from(self._rules, self._leading, self.start):
            hours = self._hours(stretch)
            for begin in range(stretch.open, stretch.close, steps * self._step):
                at = np.arange(begin, min(begin + steps * self._step, stretch.close), self._step, dtype=np.int64)
                yield from self._block(at, stretch, hours, stretch.day_number != day_number)
                day_number, self._previous = stretch.day_number, int(at[-1])

    def _hours(self, stretch: TradingStretch) -> Mapping[Exchange, Sequence[MarketSession]]:
        day = ist_date(stretch.day_open)
        return {exchange: sessions_on(self._rules, (exchange,), day) for exchange in set(self._layout.exchanges)}

    def _block(
        self, at: IntArray, stretch: TradingStretch, hours: Mapping[Exchange, Sequence[MarketSession]], opens_day: bool
    ) -> Iterator[QuoteFrame]:
        """Yield the frames of a block of steps."""
        spots, volatility, usual = self._paths.advance(at, self._previous, stretch, opens_day)
        fair, moneyness = fair_values(self._layout, self._models, at, spots, volatility, usual)
        share = (at - stretch.day_open) / (stretch.day_close - stretch.day_open)
        activity = np.sqrt(day_shape(share[:1]))
        traded = liquidity(self._layout, self._models, moneyness, float(activity[0]))
        if self._previous is None:
            spread = self._dice.uniform(0.5, 1.5, len(self._layout))
            self._maker.open_interest(traded.trades / activity * _INTEREST_SECONDS * spread)
            gap = self._paths.opening_gap(stretch.day_number)
            opened = int(at[0]), spots[0].copy(), volatility[0].copy(), usual[0].copy()
            self._opened = day_before.Opening(*opened, gap, self._maker.interest.copy())
        if opens_day:
            self._maker.open_day(fair[0], int(at[0]), traded.trades / activity * ((at[0] - stretch.day_open) / SECOND))
        trades = self._disturbances.trading(at, hours)
        values = self._maker.quotes(fair, traded, at, self._step / SECOND, trades)
        delivered = self._disturbances.delivered(at, spots, trades)
        self._disturbances.misprint(values, at, at[0] - 1 if self._previous is None else self._previous, spots)
        if delivered is not None:
            if self._previous is None:
                delivered[0] = True
            values = self._withhold(values, delivered)
        yield from self._changes(at, values)

    def _withhold(self, values: IntArray, delivered: BoolArray) -> IntArray:
        """Answer the values with every quote that does not arrive replaced by the last one that did."""
        known = np.concatenate((self._delivered, values))
        steps = np.arange(1, len(values) + 1, dtype=np.int64)[:, None]
        latest = np.maximum.accumulate(np.where(delivered, steps, 0), axis=0)
        answer: IntArray = np.take_along_axis(known, latest[:, :, None], axis=0)
        return answer

    def _changes(self, at: IntArray, values: IntArray) -> Iterator[QuoteFrame]:
        """Yield one frame per step with the rows that differ from the step before."""
        differs = np.empty(values.shape, dtype=np.bool_)
        np.not_equal(values[:1], self._delivered, out=differs[:1])
        np.not_equal(values[1:], values[:-1], out=differs[1:])
        # Eight flags of a cell are one machine word: any difference makes it non-zero.
        cells = np.flatnonzero(differs.view(np.int64)[:, :, 0])
        steps, columns = np.divmod(cells, values.shape[1])
        self._delivered = values[-1:].copy()
        rows, changed = self._layout.rows[columns], values.reshape(-1, COLUMNS).take(cells, axis=0)
        depth = None
        if self._with_depth:
            depth = depth_of(changed, self._layout.tick[columns], self._layout.lot[columns])
        ends = np.cumsum(np.bincount(steps, minlength=len(at))).tolist()
        first = 0
        for instant, end in zip(at.tolist(), ends, strict=True):
            if end > first:
                levels = None if depth is None else depth[first:end]
                yield QuoteFrame(Instant(instant), rows[first:end], changed[first:end], levels)
            first = end


def _opening(rules: MarketRules, wall: Instant, underlyings: Sequence[str] | None) -> tuple[tuple[str, ...], Instant]:
    """Answer the underlyings of a market, None being all that the rules know, and its first instant."""
    if underlyings is not None and not underlyings:
        raise ValueError("The simulated market needs at least one underlying")
    only_coins = underlyings is not None and all(model_of(name).market == "coin" for name in underlyings)
    first = session_start_for(rules, wall, (Exchange.CRYPTO,) if only_coins else (Exchange.NFO, Exchange.BFO))
    day = ist_date(first)
    chosen = known_underlyings(rules, day) if underlyings is None else tuple(dict.fromkeys(underlyings))
    return chosen, session_start_for(rules, first, derivative_exchanges(rules, chosen, day))

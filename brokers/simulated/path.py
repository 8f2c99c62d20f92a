"""The paths of the underlyings: spot and volatility, moving together.

Per underlying the logarithm of the spot is a jump diffusion whose volatility is the usual one times e^y, y reverting to
0 and falling when the spot rises. Underlyings of one market share part of every shock. Within a day variance follows a
U: much at the open, little at noon, more again into the close; between days there is an overnight gap.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from brokers.simulated.effects import Effects, Span
from brokers.simulated.sessions import TradingStretch
from brokers.simulated.underlyings import UnderlyingModel, log_level
from engine.domain.instant import DAY

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

INTRADAY_SHARE = 0.72
"""Share of a day's variance that falls between open and close; the rest is the overnight gap."""
_REALISED = 0.92
"""What the spot moves for what options expect: sellers of options are paid a premium on average."""
_REVERSION = 0.15
"""How fast y returns to 0, per trading day."""
_VOLATILITY_OF_VOLATILITY = 0.11
"""Standard deviation of y's daily change."""
_LEVERAGE = -0.7
"""Correlation between the shocks of a spot and of its volatility."""
_JUMPS_PER_DAY = 0.5
_JUMP_SIZE = 0.45
"""Standard deviation of a jump as a share of a day's movement."""
_START_SPREAD = 0.004
"""Standard deviation of the first level around the usual one, so that seeds differ from the first quote on."""
_START_VOLATILITY_SPREAD = 0.1
_LASTING = 0.7
"""How much of a scenario's rise in volatility (in logarithms) the market expects to last, so that later expiries and
the volatility index rise with it."""
_SETTLED_PIN = 0.03
"""Share of the distance to its strike that a pinned spot keeps."""


def day_shape(share: FloatArray) -> FloatArray:
    """Answer the variance per unit of time at a share of the day (0 open, 1 close), 1 on average over the day."""
    weight: FloatArray = 0.62 + 1.1 * np.exp(-share / 0.06) + 0.45 * np.exp((share - 1) / 0.08)
    return weight / 0.722


class Paths:
    """Spot and volatility of some underlyings, advanced a block of steps at a time.

    Raises ValueError for a day without a level, as ``level_on`` does. ``dice`` is consumed in a fixed order: for one
    seed the paths depend only on the blocks, never on who asks or when.
    """

    def __init__(
        self, models: Sequence[UnderlyingModel], effects: Effects, strikes: Sequence[FloatArray], day: date,
        dice: np.random.Generator,
    ) -> None:  # fmt: skip
        self._models, self._effects, self._strikes, self._dice = models, effects, strikes, dice
        self._market = np.array([int(model.market == "coin") for model in models])
        self._correlation = np.array([model.correlation for model in models])
        self._trading_days = np.array([model.trading_days for model in models])
        self._usual = np.array([model.volatility_on(day) for model in models])
        count = len(models)
        self._log_spot = np.array([log_level(model, day) for model in models])
        self._log_spot += _START_SPREAD * self._shared(dice.standard_normal((1, 2 + count)))[0]
        self._y = _START_VOLATILITY_SPREAD * self._shared(dice.standard_normal((1, 2 + count)))[0]
        self._offset = np.zeros(count)
        self._pinned_at: dict[tuple[int, int], float] = {}
        self._held_back: dict[tuple[int, int], float] = {}

    def _shared(self, shocks: FloatArray) -> FloatArray:
        """Answer one unit shock per underlying from 2 market shocks and one own shock each, (steps, 2 + count)."""
        market, own = shocks[:, self._market], shocks[:, 2:]
        shared: FloatArray = self._correlation * market + np.sqrt(1 - self._correlation**2) * own
        return shared

    def opening_gap(self, day_number: int) -> FloatArray:
        """Answer the logarithmic gap that the scenario adds to a night, shape (underlyings,)."""
        return self._effects.opening_gap(day_number)

    def advance(
        self, at: IntArray, previous: int | None, stretch: TradingStretch, opens_day: bool
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Answer spots in ₹, current and long-run volatilities per year at ``at``, each (steps, underlyings).

        ``previous`` is the last instant before the block, None at the market's start; ``opens_day`` says that the block
        begins a trading day.
        """
        if opens_day:
            self._offset += self._effects.opening_gap(stretch.day_number)
        by_market = self._elapsed_days(at, previous, stretch, opens_day)
        days = by_market[:, self._market]
        count = len(self._models)
        shocks = self._dice.standard_normal((len(at), 2 * (2 + count) + 2))
        spot_shock = self._shared(shocks[:, : 2 + count])
        own_shock = self._shared(shocks[:, 2 + count : 2 * (2 + count)])
        jumped = self._dice.random((len(at), 2)) < _JUMPS_PER_DAY * by_market
        jump_shock = (jumped * shocks[:, -2:])[:, self._market] * self._correlation
        y_shock = _LEVERAGE * spot_shock + np.sqrt(1 - _LEVERAGE**2) * own_shock
        y = self._volatility_path(days, y_shock)
        day_move = self._usual * np.exp(y) * (_REALISED * self._effects.realised(at)) / np.sqrt(self._trading_days)
        steps = day_move * (np.sqrt(days) * spot_shock + _JUMP_SIZE * jump_shock) - 0.5 * day_move**2 * days
        raw = self._log_spot + np.cumsum(steps, axis=0)
        self._log_spot, self._y = raw[-1].copy(), y[-1].copy()
        log_spot = raw + self._effects.displacement(at) + self._offset
        for number, span in enumerate(self._effects.pins):
            self._pin(number, span, at, log_spot)
        implied = self._effects.implied(at)
        return np.exp(log_spot), self._usual * np.exp(y + implied), self._usual * np.exp(_LASTING * implied)

    def _volatility_path(self, days: FloatArray, shock: FloatArray) -> FloatArray:
        """Answer y after each step: the closed form of its mean-reverting recursion."""
        age = np.cumsum(days, axis=0)
        growth = np.exp(_REVERSION * age)
        moved = np.cumsum(growth * np.sqrt(days) * shock, axis=0) * _VOLATILITY_OF_VOLATILITY
        answer: FloatArray = (self._y + moved) / growth
        return answer

    def _elapsed_days(self, at: IntArray, previous: int | None, stretch: TradingStretch, opens_day: bool) -> FloatArray:
        """Answer the trading days of variance before each step for listed underlyings and for coins, (steps, 2)."""
        since = np.diff(at, prepend=at[0] if previous is None else previous) / (stretch.day_close - stretch.day_open)
        share = (at - stretch.day_open) / (stretch.day_close - stretch.day_open)
        listed = INTRADAY_SHARE * day_shape(share) * since
        if opens_day and previous is not None:
            listed[0] = 1 - INTRADAY_SHARE
        coins = since * ((stretch.day_close - stretch.day_open) / DAY)
        return np.stack((listed, coins), axis=1)

    def _pin(self, number: int, span: Span, at: IntArray, log_spot: FloatArray) -> None:
        """Draw the spots of a pin's underlyings to a strike, in place; afterwards they go on from where they are."""
        active = np.flatnonzero((at >= span.start) & (at < span.end))
        after = at >= span.end
        for column in np.flatnonzero(self._effects.touched(span.event)).tolist():
            path, key = log_spot[:, column], (number, column)
            if len(active) and len(self._strikes[column]):
                target = self._pinned_at.setdefault(key, self._nearest_strike(column, float(path[active[0]])))
                settling = np.exp(-(at[active] - span.start) / max(0.06 * (span.end - span.start), 1))
                pinned = target + (path[active] - target) * np.maximum(settling, _SETTLED_PIN)
                self._held_back[key] = float(pinned[-1] - path[active[-1]])
                path[active] = pinned
            if after.any() and key in self._held_back:
                kept = self._held_back.pop(key)
                path[after] += kept
                self._offset[column] += kept

    def _nearest_strike(self, column: int, log_spot: float) -> float:
        logarithms = np.log(self._strikes[column])
        return float(logarithms[np.argmin(np.abs(logarithms - log_spot))])

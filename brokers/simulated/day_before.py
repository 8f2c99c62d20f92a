"""A sketch of the trading day before the simulated market begins, so that its first day can open with a gap."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from brokers.simulated.fair_values import fair_values
from brokers.simulated.layout import Layout
from brokers.simulated.path import INTRADAY_SHARE
from brokers.simulated.sessions import MarketSession, sessions_on
from brokers.simulated.underlyings import UnderlyingModel
from engine.domain.instant import DAY, SECOND, Instant, ist_date
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import SCALE
from engine.domain.quote import COLUMNS, QuoteColumn, QuoteFrame

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_FRAMES = 16
"""How often the day is seen: enough for a high and a low that differ from the close."""
_INTEREST_CHANGE = (-0.12, 0.18)
"""By how much the open interest of a contract may have grown by the first quote, as a share of that of the close."""
_LONGEST_CLOSURE = 15
"""Days to look back for a trading day."""


class Opening(NamedTuple):
    """How the market opened, per underlying, and the open interest per column."""

    at: int
    spots: FloatArray
    volatility: FloatArray
    usual: FloatArray
    gap: FloatArray
    """Logarithm of what a scenario adds to the night."""
    interest: IntArray


def frames(
    layout: Layout, models: Sequence[UnderlyingModel], opening: Opening, session: MarketSession, seed: int
) -> Iterator[QuoteFrame]:
    """Yield some frames of the day before with last prices and open interest, up to a second before its close.

    The opening is what is known, so the day is drawn backwards from it: the night, then the way of the day. ``seed``
    feeds a generator of its own, so that the market itself is the same with and without its day before.
    """
    dice = np.random.Generator(np.random.PCG64([seed, 7]))
    at = np.linspace(session.open, session.close - SECOND, _FRAMES).astype(np.int64)
    spots = _spots(models, opening, dice)
    steps = np.ones((_FRAMES, 1))
    fair, _ = fair_values(layout, models, at, spots, steps * opening.volatility, steps * opening.usual)
    prices = np.maximum(np.rint(fair * SCALE / layout.tick).astype(np.int64), 1) * layout.tick
    grown = dice.uniform(*_INTEREST_CHANGE, len(layout))
    lots = np.where(layout.has_interest, opening.interest // layout.lot / (1 + grown), 0)
    interest = np.maximum(np.rint(lots).astype(np.int64), layout.has_interest) * layout.lot
    for instant, shown in zip(at.tolist(), prices, strict=True):
        values = np.zeros((len(layout), COLUMNS), dtype=np.int64)
        values[:, QuoteColumn.LAST_PRICE] = shown
        values[:, QuoteColumn.OPEN_INTEREST] = interest
        values[:, QuoteColumn.TRADED_AT] = instant
        yield QuoteFrame(Instant(instant), layout.rows, values)


def _spots(models: Sequence[UnderlyingModel], opening: Opening, dice: np.random.Generator) -> FloatArray:
    """Answer the spots of the day before, (frames, underlyings), drawn back from the opening: night, then day."""
    days = np.array([model.trading_days for model in models])
    day_move = opening.volatility / np.sqrt(days)
    night = day_move * np.sqrt(1 - INTRADAY_SHARE) * _shared(models, dice, 1)[0]
    close = np.log(opening.spots) - opening.gap - night
    moves = day_move * np.sqrt(INTRADAY_SHARE / (_FRAMES - 1)) * _shared(models, dice, _FRAMES - 1)
    back = np.vstack((np.zeros((1, len(models))), np.cumsum(moves, axis=0)))[::-1]
    spots: FloatArray = np.exp(close - back)
    return spots


def _shared(models: Sequence[UnderlyingModel], dice: np.random.Generator, steps: int) -> FloatArray:
    """Answer one unit shock per step and underlying, those of one market moving together."""
    correlation = np.array([model.correlation for model in models])
    together, own = dice.standard_normal((steps, 1)), dice.standard_normal((steps, len(models)))
    shocks: FloatArray = correlation * together + np.sqrt(1 - correlation**2) * own
    return shocks


def session_before(rules: MarketRules, exchanges: Sequence[Exchange], first: Instant) -> MarketSession | None:
    """Answer the whole of the trading day before an instant's; None where the calendar does not reach so far back."""
    day = ist_date(first)
    for back in range(1, _LONGEST_CLOSURE + 1):
        try:
            sessions = sessions_on(rules, exchanges, day - timedelta(days=back))
        except UnknownRuleError:
            return None
        if sessions:
            return MarketSession(sessions[0].open, min(sessions[-1].close, Instant(sessions[0].open + DAY)))
    return None

"""Greeks, volatility and margin of portfolios and their legs at the quotes of a frame; for the screen only."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec
import numpy as np

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Exchange, Kind
from engine.domain.margin import Holding, blocked_margin
from engine.domain.market_rules import MarketRules
from engine.domain.money import Money, Price
from engine.domain.quote import IntArray, QuoteColumn
from engine.views.expiry_pricing import ExpiryLadder, ExpiryPricing, expiry_ladder
from engine.views.expiry_pricing import priced as expiry_priced
from engine.views.portfolios import LegRow, PortfolioRow

_LAST = int(QuoteColumn.LAST_PRICE)


class LegFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One leg; Greeks are of its whole position. None: a price or a volatility is missing, or nothing is held."""

    volatility: float | None = None
    """Per year."""
    delta: float | None = None
    """Units of the underlying, which is ₹ per index point."""
    theta: float | None = None
    """₹ per calendar day."""


class PortfolioFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A portfolio; money in 1/10,000 ₹."""

    delta: float | None = None
    """Of all legs, in units of the underlying; None where one is not known, or nothing is held."""
    theta: float | None = None
    """Of all legs, ₹ per calendar day."""
    margin: Money | None = None
    """What its open legs are estimated to block, netted against each other; None where nothing is held."""
    legs: Mapping[LegId, LegFigures] = msgspec.field(default_factory=dict)


NOTHING = PortfolioFigures()


class FiguresBook:
    """The open legs of portfolios and the quotes their figures need; build a new one when the rows change."""

    def __init__(self, portfolios: Iterable[PortfolioRow], master: ContractMaster, rules: MarketRules) -> None:
        self._master = master
        self._rows = [row for row in portfolios if row.open_legs]
        wanted = {(row.underlying, leg.expiry) for row in self._rows for leg in _held(row) if leg.kind.is_option}
        self._ladders = [
            expiry_ladder(master, rules, underlying, expiry) for underlying, expiry in sorted(wanted, key=str) if expiry
        ]
        own = sorted({leg.row for row in self._rows for leg in _held(row)} | {row.underlying_row for row in self._rows})
        self._own = [row for row in own if row >= 0]
        ladders = [ladder.rows for ladder in self._ladders]
        self.rows: IntArray = np.concatenate([np.array(self._own, dtype=np.int64), *ladders])
        """Rows of the quote board whose quotes ``priced`` wants, in this order."""

    def priced(self, values: IntArray, now: Instant) -> dict[PortfolioId, PortfolioFigures]:
        """Answer the figures of every portfolio that holds something, from the quotes of ``rows``."""
        count = len(self._own)
        prices = dict(zip(self._own, values[:count, _LAST].tolist(), strict=True))
        pricing: dict[tuple[str, date | None], tuple[ExpiryLadder, ExpiryPricing]] = {}
        start = count
        for ladder in self._ladders:
            end = start + len(ladder.rows)
            pricing[ladder.underlying, ladder.expiry] = ladder, expiry_priced(ladder, values[start:end], now)
            start = end
        return {row.portfolio_id: self._of(row, pricing, prices) for row in self._rows}

    def _of(
        self,
        row: PortfolioRow,
        pricing: Mapping[tuple[str, date | None], tuple[ExpiryLadder, ExpiryPricing]],
        prices: Mapping[int, int],
    ) -> PortfolioFigures:
        legs = {leg.leg_id: _leg_figures(leg, pricing.get((row.underlying, leg.expiry))) for leg in _held(row)}
        return PortfolioFigures(
            delta=_total(one.delta for one in legs.values()),
            theta=_total(one.theta for one in legs.values()),
            margin=self._margin(row, prices),
            legs=legs,
        )

    def _margin(self, row: PortfolioRow, prices: Mapping[int, int]) -> Money:
        """Answer the estimate of the exchange's manner; for bought legs alone what was paid for them."""
        spot = self._master.spot(row.underlying)
        on_share = spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO
        contracts = [(self._master.instruments[leg.row], leg) for leg in _held(row)]
        holdings = [Holding(contract, leg.net_quantity, on_share) for contract, leg in contracts]
        known = {contract.id: Price(prices.get(leg.row, 0)) for contract, leg in contracts}
        level = prices.get(row.underlying_row, 0)
        blocked = blocked_margin(holdings, known, {row.underlying: Price(level)} if level else {})
        return blocked if blocked > 0 else Money(sum(max(0, -leg.cash) for leg in _held(row)))


def _held(row: PortfolioRow) -> Iterator[LegRow]:
    return (leg for leg in row.legs if leg.net_quantity and leg.row >= 0)


def _leg_figures(leg: LegRow, found: tuple[ExpiryLadder, ExpiryPricing] | None) -> LegFigures:
    # A unit of a coin's quantity is a hundredth of a coin, and so are its Greeks.
    held = leg.net_quantity / leg.scale
    if not leg.kind.is_option:
        return LegFigures(delta=held, theta=0.0)
    if found is None or leg.strike is None:
        return LegFigures()
    ladder, pricing = found
    place = int(np.searchsorted(ladder.strikes, leg.strike))
    side = pricing.calls if leg.kind is Kind.CALL else pricing.puts
    volatility, delta, theta = (
        float(np.atleast_1d(column)[place]) for column in (pricing.volatility, side.delta, side.theta)
    )
    if np.isnan(volatility) or np.isnan(delta) or np.isnan(theta):
        return LegFigures()
    return LegFigures(volatility=volatility, delta=delta * held, theta=theta * held)


def _total(parts: Iterable[float | None]) -> float | None:
    known = list(parts)
    return None if not known or any(part is None for part in known) else sum(part for part in known if part is not None)

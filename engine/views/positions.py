"""Positions with Greeks: what every leg holds, what it is worth and how it moves, in groups with sub-totals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

import numpy as np

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Exchange, Kind
from engine.domain.margin import Holding, blocked_margin
from engine.domain.market_rules import MarketRules
from engine.domain.money import SCALE, Money, Price
from engine.domain.quote import IntArray, QuoteColumn
from engine.views.expiry_pricing import ExpiryLadder, ExpiryPricing
from engine.views.expiry_pricing import priced as expiry_priced
from engine.views.foreign_positions import BrokersBooks, foreign_rows
from engine.views.held_legs import Book, HeldLeg
from engine.views.kept_positions import KeptPositions
from engine.views.marks import last_price
from engine.views.portfolios import PortfolioRow
from engine.views.position_groups import Grouping, grouped
from engine.views.position_legs import Priced, UnitGreeks, known, leg_row
from engine.views.position_rows import PositionLevel, PositionRow

__all__ = ["BrokersBooks", "Grouping", "KeptPositions", "PositionBook", "PositionLevel", "PositionRow"]


class PositionBook:
    """The legs that are held, and the quotes their Greeks need; build a new one when the portfolio rows change.

    ``with_closed`` includes legs of the day ``on`` that are closed again; they ask for no quotes. Legs are valued by
    the price type of their portfolio, as everywhere else on the screen. ``kept`` is what the book before this one
    knew: a table hands the same to each of its books, and pays only for what changed. ``told`` are the rows that were
    told since that book, where they are known and no portfolio went away: the others are not looked at.
    """

    def __init__(
        self,
        portfolios: Iterable[PortfolioRow],
        master: ContractMaster,
        rules: MarketRules,
        on: date,
        *,
        with_closed: bool = False,
        kept: KeptPositions | None = None,
        told: Iterable[PortfolioRow] | None = None,
    ) -> None:
        self._master, self._on = master, on
        self._kept = KeptPositions() if kept is None else kept
        self._legs = self._kept.legs(portfolios, master, on, with_closed=with_closed, told=told)
        self._places = [place for place, held in enumerate(self._legs) if held.is_open]
        self._open = [self._legs[place] for place in self._places]
        options = {(one.portfolio.underlying, one.leg.expiry) for one in self._open if one.leg.kind.is_option}
        self._ladders = [
            self._kept.ladder(master, rules, underlying, expiry)
            for underlying, expiry in sorted(options, key=str)
            if expiry
        ]
        self._margins: dict[PortfolioId, Money] | None = None
        self._ours = _ledger(self._open)
        self.underlyings = self._kept.underlyings
        """Of all legs, in their order."""
        self.held: list[PositionRow] = []
        """The lines of the legs that hold something, as they were priced last and in no group."""
        legs = np.array([held.leg.row for held in self._open], dtype=np.int64)
        spots = np.array([held.portfolio.underlying_row for held in self._open], dtype=np.int64)
        self.rows: IntArray = np.concatenate([legs, spots, *(ladder.rows for ladder in self._ladders)])
        """Rows of the quote board whose quotes ``priced`` wants, in this order."""

    def priced(
        self,
        values: IntArray,
        now: Instant,
        brokers: BrokersBooks | None = None,
        grouping: Grouping = Grouping.UNDERLYING_EXPIRY_PORTFOLIO,
    ) -> list[PositionRow]:
        """Answer the lines from the quotes of ``rows``, int64 (n, COLUMNS): total, then each group before its parts.

        Behind them stands what the broker holds beyond our ledger, which no total counts.
        """
        brokers, count = brokers or BrokersBooks(), len(self._open)
        legs = self.legs(values, now, brokers)
        spots = values[count : 2 * count, int(QuoteColumn.LAST_PRICE)].tolist()
        if self._margins is None and all(spots):
            self._margins = self._estimated(spots)
        return grouped(legs, grouping, self._margins, self._kept.groups) + foreign_rows(self._master, brokers)

    def legs(self, values: IntArray, now: Instant, brokers: BrokersBooks | None = None) -> list[PositionRow]:
        """Answer the legs alone, in no group."""
        brokers, count = brokers or BrokersBooks(), len(self._open)
        pricing = self._pricing(values[2 * count :], now)
        quotes, spots = values[:count].tolist(), values[count : 2 * count].tolist()
        says = partial(_compared, self._ours, brokers)
        rows = self._kept.closed_rows(self._legs, self._ours, brokers, says)
        self.held = []
        for place, held, quote, spot in zip(self._places, self._open, quotes, spots, strict=True):
            of_expiry = pricing.get((held.portfolio.underlying, held.leg.expiry))
            rows[place] = row = leg_row(held, self._on, says(held.book), quote, spot, of_expiry)
            self.held.append(row)
        return [row for row in rows if row is not None]

    def _pricing(self, values: IntArray, now: Instant) -> dict[tuple[str, date | None], Priced]:
        found: dict[tuple[str, date | None], Priced] = {}
        start = 0
        for ladder in self._ladders:
            end = start + len(ladder.rows)
            pricing = expiry_priced(ladder, values[start:end], now)
            spot = last_price(values[start].tolist())
            points = pricing.forward if spot is None else spot / SCALE
            units = self._units(ladder, pricing)
            found[ladder.underlying, ladder.expiry] = Priced(pricing, units, points / 100)
            start = end
        return found

    def _units(self, ladder: ExpiryLadder, pricing: ExpiryPricing) -> dict[tuple[Price, Kind], UnitGreeks]:
        """Answer volatility and Greeks of the contracts of an expiry that are held."""
        of_expiry = ladder.underlying, ladder.expiry
        wanted = {
            (held.leg.strike, held.leg.kind)
            for held in self._open
            if (held.portfolio.underlying, held.leg.expiry) == of_expiry and held.leg.strike is not None
        }
        return {
            (strike, kind): _of_strike(pricing, kind, int(np.searchsorted(ladder.strikes, strike)))
            for strike, kind in wanted
            if kind.is_option
        }

    def _estimated(self, spots: Sequence[int]) -> dict[PortfolioId, Money]:
        """Answer the estimated margin of every portfolio alone, at these prices of the underlyings."""
        portfolios: dict[PortfolioId, list[HeldLeg]] = {}
        prices: dict[str, Price] = {}
        for held, price in zip(self._open, spots, strict=True):
            prices[held.portfolio.underlying] = Price(price)
            portfolios.setdefault(held.portfolio.portfolio_id, []).append(held)
        found: dict[PortfolioId, Money] = {}
        for name, legs in portfolios.items():
            row = legs[0].portfolio
            price = prices[row.underlying]
            found[name] = self._kept.margin(row, price, lambda legs=legs: self._estimate(legs, prices))  # type: ignore[misc]
        return found

    def _estimate(self, legs: Iterable[HeldLeg], prices: Mapping[str, Price]) -> Money:
        holdings = []
        for held in legs:
            spot = self._master.spot(held.portfolio.underlying)
            on_share = spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO
            contract = self._master.instruments[held.leg.row]
            holdings.append(Holding(contract, held.leg.net_quantity, on_share))
        return blocked_margin(holdings, {}, prices)


def _ledger(legs: Iterable[HeldLeg]) -> dict[Book, int]:
    """Answer what our ledger holds of each contract in each account."""
    found: dict[Book, int] = {}
    for held in legs:
        if held.leg.instrument is not None:
            key = held.portfolio.account, held.leg.instrument
            found[key] = found.get(key, 0) + held.leg.net_quantity
    return found


def _compared(ledger: Mapping[Book, int], brokers: BrokersBooks, book: Book) -> tuple[int, int]:
    """Answer what our books say that the broker holds of a contract in an account, and what he says himself."""
    drifted = brokers.drift.get(book)
    if drifted is not None:
        return drifted
    expected = ledger.get(book, 0) + brokers.outside.get(book, 0)
    return expected, expected


def _of_strike(pricing: ExpiryPricing, kind: Kind, place: int) -> UnitGreeks:
    side = pricing.calls if kind is Kind.CALL else pricing.puts
    columns = (pricing.volatility, side.delta, side.gamma, side.theta, side.vega)
    return UnitGreeks(*(known(float(np.atleast_1d(column)[place])) for column in columns))

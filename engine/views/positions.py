"""Positions with Greeks: what every leg holds, what it is worth and how it moves, in groups with sub-totals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
import numpy as np

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Exchange, Kind
from engine.domain.margin import Holding, blocked_margin
from engine.domain.market_rules import MarketRules
from engine.domain.money import SCALE, Money, Price
from engine.domain.quote import IntArray, QuoteColumn
from engine.views.contracts import contract_name
from engine.views.expiry_pricing import ExpiryLadder, ExpiryPricing, expiry_ladder
from engine.views.expiry_pricing import priced as expiry_priced
from engine.views.foreign_positions import BrokersBooks, foreign_rows
from engine.views.marks import last_price, leg_mark
from engine.views.portfolios import LegRow, PortfolioRow
from engine.views.position_groups import Grouping, grouped
from engine.views.position_rows import PositionLevel, PositionRow

__all__ = ["BrokersBooks", "Grouping", "PositionBook", "PositionLevel", "PositionRow"]


class _Held(msgspec.Struct, frozen=True):
    """One leg and the portfolio it belongs to, the contract in words."""

    portfolio: PortfolioRow
    leg: LegRow
    contract: str


class _UnitGreeks(msgspec.Struct, frozen=True):
    """Volatility and Greeks of one unit; None where they are not known."""

    volatility: float | None = None
    delta: float | None = None
    gamma: float | None = None
    theta: float | None = None
    vega: float | None = None


class _Priced(msgspec.Struct, frozen=True, eq=False):
    """An expiry's ladder with its volatilities and Greeks, and what one percent of its underlying is."""

    pricing: ExpiryPricing
    units: Mapping[tuple[Price, Kind], _UnitGreeks]
    """Of the contracts that are held, by strike and kind."""
    one_percent: float
    """Index points; NaN where there is no price."""


_FLAT = _UnitGreeks(delta=0.0, gamma=0.0, theta=0.0, vega=0.0)
_LINEAR = _UnitGreeks(delta=1.0, gamma=0.0, theta=0.0, vega=0.0)


class PositionBook:
    """The legs that are held, and the quotes their Greeks need; build a new one when the portfolio rows change.

    ``with_closed`` includes legs of the day ``on`` that are closed again. Legs are valued by the price type of
    their portfolio, as everywhere else on the screen.
    """

    def __init__(
        self,
        portfolios: Iterable[PortfolioRow],
        master: ContractMaster,
        rules: MarketRules,
        on: date,
        *,
        with_closed: bool = False,
    ) -> None:
        self._master, self._on = master, on
        held = [
            _Held(portfolio, leg, contract_name(master.instruments[leg.row]))
            for portfolio in portfolios
            for leg in portfolio.legs
            if leg.row >= 0 and (leg.net_quantity or (with_closed and _was_held(portfolio, leg, on)))
        ]
        # Nearest expiry first; a portfolio's legs stay together inside it.
        self._held = sorted(held, key=lambda h: (h.portfolio.underlying, h.leg.expiry or date.max))
        priced = {
            (item.portfolio.underlying, item.leg.expiry)
            for item in self._held
            if item.leg.kind.is_option and item.leg.net_quantity
        }
        self._ladders = [
            expiry_ladder(master, rules, underlying, expiry) for underlying, expiry in sorted(priced, key=str) if expiry
        ]
        self._margins: dict[PortfolioId, Money] | None = None
        self._ours = _ledger(self._held)
        legs = np.array([item.leg.row for item in self._held], dtype=np.int64)
        spots = np.array([item.portfolio.underlying_row for item in self._held], dtype=np.int64)
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
        brokers = brokers or BrokersBooks()
        legs = self.legs(values, now, brokers)
        spots = values[len(self._held) : 2 * len(self._held), int(QuoteColumn.LAST_PRICE)].tolist()
        if self._margins is None and all(spots):
            self._margins = self._estimated(spots)
        return grouped(legs, grouping, self._margins) + foreign_rows(self._master, brokers)

    def legs(self, values: IntArray, now: Instant, brokers: BrokersBooks | None = None) -> list[PositionRow]:
        """Answer the legs alone, in no group."""
        brokers, count = brokers or BrokersBooks(), len(self._held)
        pricing = self._pricing(values[2 * count :], now)
        quotes, spots = values[:count].tolist(), values[count : 2 * count].tolist()
        return [
            self._leg_row(item, quote, spot, pricing.get((item.portfolio.underlying, item.leg.expiry)), brokers)
            for item, quote, spot in zip(self._held, quotes, spots, strict=True)
        ]

    def _pricing(self, values: IntArray, now: Instant) -> dict[tuple[str, date | None], _Priced]:
        found: dict[tuple[str, date | None], _Priced] = {}
        start = 0
        for ladder in self._ladders:
            end = start + len(ladder.rows)
            pricing = expiry_priced(ladder, values[start:end], now)
            spot = last_price(values[start].tolist())
            points = pricing.forward if spot is None else spot / SCALE
            units = self._units(ladder, pricing)
            found[ladder.underlying, ladder.expiry] = _Priced(pricing, units, points / 100)
            start = end
        return found

    def _units(self, ladder: ExpiryLadder, pricing: ExpiryPricing) -> dict[tuple[Price, Kind], _UnitGreeks]:
        """Answer volatility and Greeks of the contracts of an expiry that are held."""
        of_expiry = ladder.underlying, ladder.expiry
        wanted = {
            (item.leg.strike, item.leg.kind)
            for item in self._held
            if (item.portfolio.underlying, item.leg.expiry) == of_expiry and item.leg.strike is not None
        }
        return {
            (strike, kind): _of_strike(pricing, kind, int(np.searchsorted(ladder.strikes, strike)))
            for strike, kind in wanted
            if kind.is_option
        }

    def _leg_row(
        self,
        item: _Held,
        quote: Sequence[int],
        spot: Sequence[int],
        pricing: _Priced | None,
        brokers: BrokersBooks,
    ) -> PositionRow:
        leg, portfolio = item.leg, item.portfolio
        contract = self._master.instruments[leg.row]
        mark = leg_mark(leg, portfolio.price_type, quote, None)
        unit = _unit_greeks(leg, pricing)
        # A unit of a coin's quantity is a hundredth of a coin, and so are its Greeks.
        held = leg.net_quantity / leg.scale
        percent = _one_percent(pricing, spot, quote)
        delta, gamma = _times(unit.delta, held), _times(unit.gamma, held)
        ours, theirs = _compared(self._ours, brokers, portfolio.account, contract.id)
        return PositionRow(
            key=(f"{portfolio.portfolio_id}/{leg.leg_id}",),
            level=PositionLevel.LEG,
            name=item.contract,
            contract=item.contract,
            underlying=portfolio.underlying,
            expiry=leg.expiry,
            days=None if leg.expiry is None else (leg.expiry - self._on).days,
            portfolio_id=portfolio.portfolio_id,
            portfolio=_called(portfolio),
            account=portfolio.account,
            tag=portfolio.tag,
            product=leg.product,
            leg_id=leg.leg_id,
            state=leg.state,
            origin=leg.origin,
            instrument=leg.instrument,
            row=leg.row,
            net_quantity=leg.net_quantity,
            lot_size=leg.lot_size,
            lots_entered=leg.entered // leg.lot_size,
            brokers_quantity=theirs,
            ledger_quantity=ours,
            average_price=leg.average_entry,
            exit_price=leg.average_exit,
            last_price=mark.last_price,
            tick_size=leg.tick_size,
            mtm=mark.unrealised,
            booked=mark.booked,
            entry_value=Money((leg.average_entry or 0) * leg.entered // leg.scale),
            volatility=unit.volatility,
            forward=_known(None if pricing is None else pricing.pricing.forward) or _rupees(mark.last_price),
            years=_known(None if pricing is None else pricing.pricing.years),
            kind=leg.kind,
            strike=leg.strike,
            side=leg.side,
            scale=leg.scale,
            delta=delta,
            gamma=gamma,
            theta=_times(unit.theta, held),
            vega=_times(unit.vega, held),
            cash_delta=_times(delta, percent),
            cash_gamma=_times(_times(gamma, percent), percent),
        )

    def _estimated(self, spots: Sequence[int]) -> dict[PortfolioId, Money]:
        """Answer the estimated margin of every portfolio alone, at these prices of the underlyings."""
        holdings: dict[PortfolioId, list[Holding]] = {}
        prices: dict[str, Price] = {}
        for item, price in zip(self._held, spots, strict=True):
            prices[item.portfolio.underlying] = Price(price)
            if item.leg.net_quantity:
                contract = self._master.instruments[item.leg.row]
                spot = self._master.spot(item.portfolio.underlying)
                on_share = spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO
                held = Holding(contract, item.leg.net_quantity, on_share)
                holdings.setdefault(item.portfolio.portfolio_id, []).append(held)
        return {name: blocked_margin(held, {}, prices) for name, held in holdings.items()}


def _ledger(held: Iterable[_Held]) -> dict[tuple[AccountId, InstrumentId], int]:
    """Answer what our ledger holds of each contract in each account."""
    found: dict[tuple[AccountId, InstrumentId], int] = {}
    for item in held:
        if item.leg.instrument is not None:
            key = item.portfolio.account, item.leg.instrument
            found[key] = found.get(key, 0) + item.leg.net_quantity
    return found


def _compared(
    ledger: Mapping[tuple[AccountId, InstrumentId], int],
    brokers: BrokersBooks,
    account: AccountId,
    instrument: InstrumentId,
) -> tuple[int, int]:
    """Answer what our books say that the broker holds of a contract in an account, and what he says himself."""
    drifted = brokers.drift.get((account, instrument))
    if drifted is not None:
        return drifted
    expected = ledger.get((account, instrument), 0) + brokers.outside.get((account, instrument), 0)
    return expected, expected


def _called(portfolio: PortfolioRow) -> str:
    """Answer a portfolio's name, with its account where there are copies in several."""
    return portfolio.name if portfolio.parent is None else f"{portfolio.name} · {portfolio.account}"


def _was_held(portfolio: PortfolioRow, leg: LegRow, on: date) -> bool:
    ended = leg.closed_at or portfolio.closed_at
    return leg.entered > 0 and (ended is None or ist_date(ended) == on)


def _one_percent(pricing: _Priced | None, spot: Sequence[int], quote: Sequence[int]) -> float | None:
    """Answer one percent of the underlying in index points: of its own price, else of the forward, else the future."""
    price = last_price(spot) or (last_price(quote) if pricing is None else None)
    if price is not None:
        return price / SCALE / 100
    return None if pricing is None or np.isnan(pricing.one_percent) else pricing.one_percent


def _known(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else value


def _rupees(price: Price | None) -> float | None:
    return None if price is None else price / SCALE


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


def _unit_greeks(leg: LegRow, pricing: _Priced | None) -> _UnitGreeks:
    if not leg.net_quantity:
        return _FLAT
    if leg.kind is Kind.FUTURE:
        return _LINEAR
    if pricing is None or leg.strike is None:
        return _UnitGreeks()
    return pricing.units.get((leg.strike, leg.kind), _UnitGreeks())


def _of_strike(pricing: ExpiryPricing, kind: Kind, place: int) -> _UnitGreeks:
    side = pricing.calls if kind is Kind.CALL else pricing.puts
    columns = (pricing.volatility, side.delta, side.gamma, side.theta, side.vega)
    return _UnitGreeks(*(_known(float(np.atleast_1d(column)[place])) for column in columns))

"""Positions with Greeks: underlying → expiry → portfolio → leg, with subtotals and a total."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import TypeVar

import msgspec
import numpy as np

from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Kind
from engine.domain.market_rules import MarketRules
from engine.domain.money import Money, Price
from engine.domain.quote import IntArray
from engine.views.contracts import contract_name
from engine.views.expiry_pricing import ExpiryLadder, ExpiryPricing, expiry_ladder
from engine.views.expiry_pricing import priced as expiry_priced
from engine.views.marks import leg_mark
from engine.views.portfolios import LegRow, PortfolioRow


class PositionLevel(IntEnum):
    """How deep a line of the positions stands."""

    TOTAL = 0
    UNDERLYING = 1
    EXPIRY = 2
    PORTFOLIO = 3
    LEG = 4


class PositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the positions. Money in 1/10,000 ₹; Greeks of the whole position: unit Greek × signed quantity.

    ``delta`` in units of the underlying (₹ per index point), ``gamma`` units per point, ``theta`` ₹ per calendar day,
    ``vega`` ₹ per volatility point. None: a price or a volatility is missing.
    """

    key: tuple[str, ...]
    """Underlying, expiry, portfolio, leg: as far as the level goes; empty for the total."""
    level: PositionLevel
    name: str
    underlying: str
    expiry: date | None
    portfolio_id: PortfolioId | None
    leg_id: LegId | None
    instrument: InstrumentId | None
    row: int
    """Row in the quote board; -1 on subtotals."""
    net_quantity: int | None
    """Signed; None on lines that join different contracts."""
    brokers_quantity: int | None
    """What the broker holds of the whole contract where its books and ours differ; None where they agree."""
    average_price: Price | None
    """Of the entry."""
    exit_price: Price | None
    """Average of what was closed; None before the first exit and on subtotals."""
    last_price: Price | None
    tick_size: Price
    mtm: Money | None
    """Profit still open."""
    booked: Money
    volatility: float | None
    """Per year; legs only."""
    delta: float | None
    gamma: float | None
    theta: float | None
    vega: float | None
    has_children: bool


class _Held(msgspec.Struct, frozen=True):
    """One leg and the portfolio it belongs to."""

    portfolio: PortfolioRow
    leg: LegRow


class _Sums(msgspec.Struct):
    """What a subtotal adds up; None once a part is missing."""

    mtm: int | None = 0
    booked: int = 0
    delta: float | None = 0.0
    gamma: float | None = 0.0
    theta: float | None = 0.0
    vega: float | None = 0.0

    def add(self, row: PositionRow) -> None:
        """Count a leg in."""
        self.booked += row.booked
        self.mtm = _plus(self.mtm, row.mtm)
        self.delta = _plus(self.delta, row.delta)
        self.gamma = _plus(self.gamma, row.gamma)
        self.theta = _plus(self.theta, row.theta)
        self.vega = _plus(self.vega, row.vega)


Number = TypeVar("Number", int, float)


def _plus(total: Number | None, part: Number | None) -> Number | None:
    return None if total is None or part is None else total + part


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
        self._master = master
        held = [
            _Held(portfolio, leg)
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
        legs = np.array([item.leg.row for item in self._held], dtype=np.int64)
        self.rows: IntArray = np.concatenate([legs, *(ladder.rows for ladder in self._ladders)])
        """Rows of the quote board whose quotes ``priced`` wants, in this order."""

    def priced(
        self, values: IntArray, now: Instant, drift: Iterable[tuple[InstrumentId, int, int]] = ()
    ) -> list[PositionRow]:
        """Answer the lines from the quotes of ``rows``, int64 (n, COLUMNS): total, then each group before its parts.

        ``drift`` names the contracts in which our net quantity and the broker's differ: ours, the broker's.
        """
        brokers = {instrument: theirs for instrument, _, theirs in drift}
        count = len(self._held)
        pricing = self._pricing(values[count:], now)
        quotes = values[:count].tolist()
        legs = [
            self._leg_row(item, quote, pricing.get((item.portfolio.underlying, item.leg.expiry)), brokers)
            for item, quote in zip(self._held, quotes, strict=True)
        ]
        return _with_subtotals(legs, {item.portfolio.portfolio_id: _called(item.portfolio) for item in self._held})

    def _pricing(self, values: IntArray, now: Instant) -> dict[tuple[str, date | None], "_Priced"]:
        found: dict[tuple[str, date | None], _Priced] = {}
        start = 0
        for ladder in self._ladders:
            end = start + len(ladder.rows)
            pricing = expiry_priced(ladder, values[start:end], now)
            found[ladder.underlying, ladder.expiry] = _Priced(ladder, pricing)
            start = end
        return found

    def _leg_row(
        self, item: _Held, quote: Sequence[int], pricing: "_Priced | None", brokers: Mapping[InstrumentId, int]
    ) -> PositionRow:
        leg, portfolio = item.leg, item.portfolio
        contract = self._master.instruments[leg.row]
        mark = leg_mark(leg, portfolio.price_type, quote, None)
        units = _unit_greeks(leg, pricing)
        # A unit of a coin's quantity is a hundredth of a coin, and so are its Greeks.
        held = leg.net_quantity / leg.scale
        delta, gamma, theta, vega = (None if unit is None else unit * held for unit in units[1:])
        return PositionRow(
            key=(portfolio.underlying, _text(leg.expiry), portfolio.portfolio_id, str(leg.leg_id)),
            level=PositionLevel.LEG,
            name=contract_name(contract),
            underlying=portfolio.underlying,
            expiry=leg.expiry,
            portfolio_id=portfolio.portfolio_id,
            leg_id=leg.leg_id,
            instrument=leg.instrument,
            row=leg.row,
            net_quantity=leg.net_quantity,
            brokers_quantity=None if leg.instrument is None else brokers.get(leg.instrument),
            average_price=leg.average_entry,
            exit_price=leg.average_exit,
            last_price=mark.last_price,
            tick_size=leg.tick_size,
            mtm=mark.unrealised,
            booked=mark.booked,
            volatility=units[0],
            delta=delta,
            gamma=gamma,
            theta=theta,
            vega=vega,
            has_children=False,
        )


class _Priced(msgspec.Struct, frozen=True, eq=False):
    """An expiry's ladder with its volatilities and Greeks."""

    ladder: ExpiryLadder
    pricing: ExpiryPricing


def _called(portfolio: PortfolioRow) -> str:
    """Answer a portfolio's name, with its account where there are copies in several."""
    return portfolio.name if portfolio.parent is None else f"{portfolio.name} · {portfolio.account}"


def _was_held(portfolio: PortfolioRow, leg: LegRow, on: date) -> bool:
    ended = leg.closed_at or portfolio.closed_at
    return leg.entered > 0 and (ended is None or ist_date(ended) == on)


def _unit_greeks(leg: LegRow, pricing: _Priced | None) -> tuple[float | None, ...]:
    """Answer volatility, delta, gamma, theta and vega of one unit; None where they are not known."""
    if not leg.net_quantity:
        return None, 0.0, 0.0, 0.0, 0.0
    if leg.kind is Kind.FUTURE:
        return None, 1.0, 0.0, 0.0, 0.0
    if pricing is None or leg.strike is None:
        return (None,) * 5
    place = int(np.searchsorted(pricing.ladder.strikes, leg.strike))
    side = pricing.pricing.calls if leg.kind is Kind.CALL else pricing.pricing.puts
    columns = (pricing.pricing.volatility, side.delta, side.gamma, side.theta, side.vega)
    numbers = (float(np.atleast_1d(column)[place]) for column in columns)
    return tuple(None if np.isnan(number) else number for number in numbers)


def _with_subtotals(legs: Sequence[PositionRow], names: Mapping[PortfolioId, str]) -> list[PositionRow]:
    """Answer the legs with a line before every group: total, underlying, expiry, portfolio."""
    members: dict[tuple[str, ...], list[PositionRow]] = {}
    for leg in legs:
        for depth in range(PositionLevel.LEG):
            members.setdefault(leg.key[:depth], []).append(leg)
    lines: list[PositionRow] = []
    for leg in _grouped(legs):
        for depth in range(PositionLevel.LEG):
            key = leg.key[:depth]
            if key in members:
                lines.append(_subtotal(key, members.pop(key), names))
        lines.append(leg)
    return lines


def _grouped(legs: Sequence[PositionRow]) -> list[PositionRow]:
    """Answer the legs with each group's together, groups in the order of their first leg."""
    groups: dict[tuple[str, ...], list[PositionRow]] = {}
    for leg in legs:
        groups.setdefault(leg.key[: PositionLevel.PORTFOLIO], []).append(leg)
    return [leg for group in groups.values() for leg in group]


def _subtotal(key: tuple[str, ...], legs: Sequence[PositionRow], names: Mapping[PortfolioId, str]) -> PositionRow:
    level = PositionLevel(len(key))
    sums = _Sums()
    for leg in legs:
        sums.add(leg)
    first = legs[0]
    below_expiry = level >= PositionLevel.EXPIRY
    portfolio_id = first.portfolio_id if level is PositionLevel.PORTFOLIO else None
    return PositionRow(
        key=key,
        level=level,
        name=_group_name(level, first, names),
        underlying=first.underlying if level else "",
        expiry=first.expiry if below_expiry else None,
        portfolio_id=portfolio_id,
        leg_id=None,
        instrument=None,
        row=-1,
        net_quantity=None,
        brokers_quantity=None,
        average_price=None,
        exit_price=None,
        last_price=None,
        tick_size=first.tick_size,
        mtm=None if sums.mtm is None else Money(sums.mtm),
        booked=Money(sums.booked),
        volatility=None,
        delta=sums.delta,
        gamma=sums.gamma,
        theta=sums.theta,
        vega=sums.vega,
        has_children=True,
    )


def _group_name(level: PositionLevel, first: PositionRow, names: Mapping[PortfolioId, str]) -> str:
    match level:
        case PositionLevel.TOTAL:
            return "Total"
        case PositionLevel.UNDERLYING:
            return first.underlying
        case PositionLevel.EXPIRY:
            return f"{first.expiry:%d %b %Y}" if first.expiry else "No expiry"
        case PositionLevel.PORTFOLIO | PositionLevel.LEG:
            portfolio_id = first.portfolio_id
            return names.get(portfolio_id, "") if portfolio_id is not None else ""


def _text(expiry: date | None) -> str:
    return "" if expiry is None else expiry.isoformat()

"""The line of one leg: what it holds, what it is worth at the quotes of a frame, and its Greeks."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import numpy as np

from engine.domain.instrument import Kind
from engine.domain.money import SCALE, Money, Price
from engine.views.expiry_pricing import ExpiryPricing
from engine.views.held_legs import HeldLeg
from engine.views.marks import last_price, leg_mark
from engine.views.portfolios import LegRow, PortfolioRow
from engine.views.position_rows import PositionLevel, PositionRow


class UnitGreeks(msgspec.Struct, frozen=True):
    """Volatility and Greeks of one unit; None where they are not known."""

    volatility: float | None = None
    delta: float | None = None
    gamma: float | None = None
    theta: float | None = None
    vega: float | None = None


class Priced(msgspec.Struct, frozen=True, eq=False):
    """An expiry's ladder with its volatilities and Greeks, and what one percent of its underlying is."""

    pricing: ExpiryPricing
    units: Mapping[tuple[Price, Kind], UnitGreeks]
    """Of the contracts that are held, by strike and kind."""
    one_percent: float
    """Index points; NaN where there is no price."""


_FLAT = UnitGreeks(delta=0.0, gamma=0.0, theta=0.0, vega=0.0)
_LINEAR = UnitGreeks(delta=1.0, gamma=0.0, theta=0.0, vega=0.0)


def leg_row(
    held: HeldLeg,
    on: date,
    books: tuple[int, int],
    quote: Sequence[int] | None = None,
    spot: Sequence[int] | None = None,
    pricing: Priced | None = None,
) -> PositionRow:
    """Answer the line of a leg on the day ``on``, in no group; a closed one needs no quotes.

    ``books`` are what ours and the broker's say of the whole contract; ``quote`` and ``spot`` are numbers by
    QuoteColumn of the contract and of its underlying.
    """
    leg, portfolio = held.leg, held.portfolio
    mark = leg_mark(leg, portfolio.price_type, quote, None)
    unit = _unit_greeks(leg, pricing)
    # A unit of a coin's quantity is a hundredth of a coin, and so are its Greeks.
    quantity = leg.net_quantity / leg.scale
    percent = _one_percent(pricing, spot, quote) if leg.net_quantity else 0.0
    delta, gamma = _times(unit.delta, quantity), _times(unit.gamma, quantity)
    ours, theirs = books
    return PositionRow(
        key=(f"{portfolio.portfolio_id}/{leg.leg_id}",),
        level=PositionLevel.LEG,
        name=held.contract,
        contract=held.contract,
        underlying=portfolio.underlying,
        expiry=leg.expiry,
        days=None if leg.expiry is None else (leg.expiry - on).days,
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
        forward=known(None if pricing is None else pricing.pricing.forward) or _rupees(mark.last_price),
        years=known(None if pricing is None else pricing.pricing.years),
        kind=leg.kind,
        strike=leg.strike,
        side=leg.side,
        scale=leg.scale,
        delta=delta,
        gamma=gamma,
        theta=_times(unit.theta, quantity),
        vega=_times(unit.vega, quantity),
        cash_delta=_times(delta, percent),
        cash_gamma=_times(_times(gamma, percent), percent),
    )


def _called(portfolio: PortfolioRow) -> str:
    """Answer a portfolio's name, with its account where there are copies in several."""
    return portfolio.name if portfolio.parent is None else f"{portfolio.name} · {portfolio.account}"


def _one_percent(pricing: Priced | None, spot: Sequence[int] | None, quote: Sequence[int] | None) -> float | None:
    """Answer one percent of the underlying in index points: of its own price, else of the forward, else the future."""
    price = last_price(spot) or (last_price(quote) if pricing is None else None)
    if price is not None:
        return price / SCALE / 100
    return None if pricing is None or np.isnan(pricing.one_percent) else pricing.one_percent


def known(value: float | None) -> float | None:
    """Answer a number; None where it is not one."""
    return None if value is None or np.isnan(value) else value


def _rupees(price: Price | None) -> float | None:
    return None if price is None else price / SCALE


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


def _unit_greeks(leg: LegRow, pricing: Priced | None) -> UnitGreeks:
    if not leg.net_quantity:
        return _FLAT
    if leg.kind is Kind.FUTURE:
        return _LINEAR
    if pricing is None or leg.strike is None:
        return UnitGreeks()
    return pricing.units.get((leg.strike, leg.kind), UnitGreeks())

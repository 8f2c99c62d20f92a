"""The option chain of one expiry: one line per strike, calls and puts side by side."""

import msgspec
import numpy as np

from engine.core.readings.market_data import at_the_money as money_by_step
from engine.domain.instant import Instant
from engine.domain.money import SCALE, Price
from engine.domain.multileg.portfolio import AtmRounding
from engine.domain.open_interest import max_pain
from engine.domain.quote import IntArray, QuoteColumn
from engine.pricing.greeks import Greeks
from engine.views.expiry_pricing import ExpiryLadder, ExpiryPricing, priced


class OptionSide(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The call or the put of a strike; prices in 1/10,000 ₹ (None: no such price yet), Greeks per unit."""

    row: int
    """Row in the quote board; -1 where it is not listed."""
    last_price: Price | None
    change: int | None
    """Against the previous close, or the first price of the session where that is not known."""
    bid: Price | None
    bid_quantity: int
    ask: Price | None
    ask_quantity: int
    volume: int
    open_interest: int
    open_interest_share: float
    """Of the chain's largest, 0 to 1 in hundredths, for a bar."""
    delta: float
    """Per point of the forward; Greeks are NaN where there is no usable price."""
    gamma: float
    theta: float
    """₹ per calendar day."""
    vega: float
    """₹ per volatility point."""


class ChainRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One strike."""

    strike: Price
    is_at_the_money: bool
    volatility: float
    """Per year, of the out-of-the-money side; NaN where neither side has a usable price."""
    call: OptionSide
    put: OptionSide


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """One expiry's chain at one instant."""

    rows: tuple[ChainRow, ...]
    spot: Price | None
    forward: float
    """Index points; NaN when unknown."""
    years: float
    at_the_money: int | None
    """Number of the row at the money by the spot, as a portfolio's strikes are chosen unless it says otherwise; None
    while the spot has no price or the strike is not listed."""
    volatility: float
    """At the money of the forward, per year; NaN when unknown."""
    put_call_ratio: float | None
    """Open interest of all puts over that of all calls; None without any call's."""
    max_pain: Price | None
    """The strike at which all options together would pay their holders least; None without open interest."""
    most_open_interest: int
    """The largest of any side, for bars; 0 while there is none."""


def chain(ladder: ExpiryLadder, values: IntArray, references: IntArray, now: Instant) -> Chain:
    """Answer the chain from the quotes of ``ladder.rows`` and their reference prices (0: unknown)."""
    pricing = priced(ladder, values, now)
    most = int(values[2:, QuoteColumn.OPEN_INTEREST].max(initial=0))
    calls = _sides(ladder.call_rows, ladder.calls_of(values), ladder.calls_of(references), pricing.calls, most)
    puts = _sides(ladder.put_rows, ladder.puts_of(values), ladder.puts_of(references), pricing.puts, most)
    spot = int(values[0, QuoteColumn.LAST_PRICE])
    at_the_money = _at_the_money(ladder, spot)
    rows = tuple(
        ChainRow(
            strike=Price(strike), is_at_the_money=number == at_the_money, volatility=volatility, call=call, put=put
        )
        for number, (strike, volatility, call, put) in enumerate(
            zip(ladder.strikes.tolist(), pricing.volatility.tolist(), calls, puts, strict=True)
        )
    )
    call_interest, put_interest = sum(side.open_interest for side in calls), sum(side.open_interest for side in puts)
    return Chain(
        rows=rows,
        spot=Price(spot) if spot > 0 else None,
        forward=pricing.forward,
        years=pricing.years,
        at_the_money=at_the_money,
        volatility=_volatility_at_the_forward(ladder, pricing),
        put_call_ratio=put_interest / call_interest if call_interest else None,
        max_pain=max_pain(
            {row.strike: row.call.open_interest for row in rows},
            {row.strike: row.put.open_interest for row in rows},
            spot,
        ),
        most_open_interest=most,
    )


def _at_the_money(ladder: ExpiryLadder, spot: int) -> int | None:
    if spot <= 0 or not ladder.strike_step:
        return None
    found = np.flatnonzero(ladder.strikes == money_by_step(spot, ladder.strike_step, AtmRounding.NEAREST))
    return int(found[0]) if len(found) else None


def _volatility_at_the_forward(ladder: ExpiryLadder, pricing: ExpiryPricing) -> float:
    if not len(ladder.strikes) or np.isnan(pricing.forward):
        return float("nan")
    return float(pricing.volatility[np.abs(ladder.strikes / SCALE - pricing.forward).argmin()])


def _sides(rows: IntArray, values: IntArray, references: IntArray, sensitivity: Greeks, most: int) -> list[OptionSide]:
    columns = (sensitivity.delta, sensitivity.gamma, sensitivity.theta, sensitivity.vega)
    lists = (np.atleast_1d(column).tolist() for column in columns)
    return [
        _side(row, quote, reference, most, *numbers)
        for row, quote, reference, *numbers in zip(
            rows.tolist(), values.tolist(), references.tolist(), *lists, strict=True
        )
    ]


def _side(
    row: int, quote: list[int], reference: int, most: int, delta: float, gamma: float, theta: float, vega: float
) -> OptionSide:
    last, bid, bid_quantity, ask, ask_quantity, volume, interest, _ = quote
    return OptionSide(
        row=row,
        last_price=Price(last) if last > 0 else None,
        change=last - reference if last > 0 and reference > 0 else None,
        bid=Price(bid) if bid > 0 else None,
        bid_quantity=bid_quantity,
        ask=Price(ask) if ask > 0 else None,
        ask_quantity=ask_quantity,
        volume=volume,
        open_interest=interest,
        # Hundredths, so that a growing maximum does not repaint every row with every trade.
        open_interest_share=round(interest / most, 2) if most else 0.0,
        delta=delta,
        gamma=gamma,
        theta=theta,
        vega=vega,
    )

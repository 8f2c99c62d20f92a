"""Volatility and Greeks of one expiry's options on its own synthetic forward, for the screen."""

from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import SCALE
from engine.domain.quote import IntArray, QuoteColumn
from engine.pricing.forward import synthetic_forward
from engine.pricing.greeks import Greeks, greeks
from engine.pricing.implied_volatility import chain_implied_volatility
from engine.pricing.time_to_expiry import years_to_expiry

FloatArray = npt.NDArray[np.float64]

RATE = 0.0
"""Per year; nothing to discount where the forward comes from the options themselves (executor reference §4.1)."""

_LAST, _BID, _ASK = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.BID), int(QuoteColumn.ASK)


class ExpiryLadder(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The listed options of one expiry, lowest strike first; arrays of one length, a row of -1 is not listed."""

    underlying: str
    expiry: date
    closes_at: Instant
    """When the expiry's options stop trading; 0 where the calendar does not know, and then nothing is priced."""
    strikes: IntArray
    """1/10,000 ₹."""
    strike_step: int
    """Between the strikes by the exchange's rules, 1/10,000 ₹; 0 where the rules do not know."""
    call_rows: IntArray
    put_rows: IntArray
    spot_row: int
    future_row: int
    rows: IntArray
    """Every row of the quote board that a pricing needs: spot, future, calls, puts."""

    def calls_of(self, values: IntArray) -> IntArray:
        """Answer the calls' quotes among the values of ``rows``."""
        return values[2 : 2 + len(self.strikes)]

    def puts_of(self, values: IntArray) -> IntArray:
        """Answer the puts' quotes among the values of ``rows``."""
        return values[2 + len(self.strikes) :]


class ExpiryPricing(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One expiry priced at one instant; index points and years. Arrays have one entry per strike, NaN for unknown."""

    years: float
    forward: float
    """NaN where neither options, future nor spot have a price."""
    volatility: FloatArray
    """Per year, from the out-of-the-money side of each strike; serves call and put."""
    calls: Greeks
    puts: Greeks


def expiry_ladder(master: ContractMaster, rules: MarketRules, underlying: str, expiry: date) -> ExpiryLadder:
    """Answer the ladder of an expiry; empty where nothing is listed."""
    strikes = master.strikes(underlying, expiry)
    sides = [[_row(master, underlying, expiry, strike, kind) for strike in strikes] for kind in (Kind.CALL, Kind.PUT)]
    calls, puts = (np.array(side, dtype=np.int64) for side in sides)
    spot = master.spot(underlying)
    future = next((future for future in master.futures(underlying) if future.expiry == expiry), None)
    spot_row = -1 if spot is None else master.row(spot.id)
    future_row = -1 if future is None else master.row(future.id)
    listed = next((master.instruments[row] for row in (*sides[0], *sides[1]) if row >= 0), None)
    return ExpiryLadder(
        underlying=underlying,
        expiry=expiry,
        closes_at=Instant(0) if listed is None else _close(rules, listed.exchange, expiry),
        strikes=np.array(strikes, dtype=np.int64),
        strike_step=_strike_step(rules, underlying, expiry),
        call_rows=calls,
        put_rows=puts,
        spot_row=spot_row,
        future_row=future_row,
        rows=np.concatenate([np.array([spot_row, future_row], dtype=np.int64), calls, puts]),
    )


def _close(rules: MarketRules, exchange: Exchange, expiry: date) -> Instant:
    try:
        return rules.expiry_close(exchange, expiry)
    except UnknownRuleError:
        return Instant(0)


def _strike_step(rules: MarketRules, underlying: str, expiry: date) -> int:
    try:
        return rules.contract_rule(underlying, expiry, expiry).strike_step
    except UnknownRuleError:
        return 0


def _row(master: ContractMaster, underlying: str, expiry: date, strike: int, kind: Kind) -> int:
    contract = master.contract(underlying, expiry, strike, kind)  # type: ignore[arg-type]  # strikes are Prices
    return -1 if contract is None else master.row(contract.id)


def priced(ladder: ExpiryLadder, values: IntArray, now: Instant) -> ExpiryPricing:
    """Answer an expiry's forward, volatilities and Greeks from the quotes of ``ladder.rows``, (rows, COLUMNS)."""
    strikes = ladder.strikes / SCALE
    calls, puts = middles(ladder.calls_of(values)), middles(ladder.puts_of(values))
    years = years_to_expiry(now, ladder.closes_at) if ladder.closes_at else float("nan")
    spot, future = (float(price) for price in middles(values[:2]))
    forward = synthetic_forward(strikes, calls, puts, years, RATE, None if np.isnan(spot) else spot)
    if np.isnan(forward):
        forward = spot if np.isnan(future) else future
    volatility = np.atleast_1d(chain_implied_volatility(calls, puts, forward, strikes, years, RATE).volatility)
    return ExpiryPricing(
        years=years,
        forward=forward,
        volatility=volatility,
        calls=greeks(forward, strikes, years, RATE, volatility, is_call=True),
        puts=greeks(forward, strikes, years, RATE, volatility, is_call=False),
    )


def middles(values: IntArray) -> FloatArray:
    """Answer the middle of bid and ask in ₹, the last price where a side is empty, NaN where there is neither."""
    last, bid, ask = values[:, _LAST], values[:, _BID], values[:, _ASK]
    price = np.where((bid > 0) & (ask >= bid), (bid + ask) / 2, last)
    answer: FloatArray = np.where(price > 0, price, np.nan) / SCALE
    return answer

"""The market of a scenario: typed prices, or premiums by model, by short names of contracts."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np

from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant, ist_instant
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.listing import listed_contracts
from engine.domain.money import SCALE, Price, nearest_tick, price_of
from engine.domain.quote import COLUMNS, IntArray, QuoteColumn, QuoteFrame
from engine.domain.volatility_history import DayVolatility, VolatilityHistory
from engine.pricing import black76
from engine.pricing.time_to_expiry import years_to_expiry
from tests.helpers.core_desk import RULES

QUANTITY = 6_500
"""Units on each side of the book, where nothing is typed."""

_ALIAS = re.compile(r"(?:(?P<strike>\d+)(?P<kind>CE|PE)|(?P<future>FUT))(?:\+(?P<later>\d))?")
_COLUMNS = {
    "last": QuoteColumn.LAST_PRICE,
    "bid": QuoteColumn.BID,
    "ask": QuoteColumn.ASK,
    "bid_quantity": QuoteColumn.BID_QUANTITY,
    "ask_quantity": QuoteColumn.ASK_QUANTITY,
    "volume": QuoteColumn.VOLUME,
    "open_interest": QuoteColumn.OPEN_INTEREST,
}
_PRICES = ("last", "bid", "ask")


class ScenarioError(Exception):
    """A scenario file that cannot be carried out; the message says what to write instead."""


@cache
def contracts(underlying: str, day: date, spot: str, expiries: int, strikes: int) -> ContractMaster:
    """Answer the contracts listed on a day around a spot."""
    listed = RULES.expiries(underlying, day)[:expiries]
    return listed_contracts(RULES, (underlying,), day, strikes, {underlying: price_of(spot)}, {underlying: listed})


class ScenarioMarket:
    """What the market shows: the spot, a model or one premium for every option, and what was typed."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        said = {"underlying": "NIFTY", "day": date(2026, 8, 19), "spot": "24850", "premium": "120", **declared}
        self.underlying, self.day = said["underlying"], said["day"]
        self.master = contracts(
            self.underlying, self.day, said["spot"], said.get("expiries", 1), said.get("strikes", 12)
        )
        self.spot = price_of(said["spot"])
        self.premium = price_of(said["premium"])
        self.volatility = Decimal(said["volatility"]) if "volatility" in said else None
        self.spread = price_of(said.get("spread", "0"))
        past = said.get("past_volatility", [])
        self.past_volatility = VolatilityHistory(
            DayVolatility(self.day - timedelta(days=len(past) - number), self.underlying, Decimal(percent))
            for number, percent in enumerate(past)
        )
        self._before: Mapping[str, Any] = said.get("day_before", {})
        self._typed: dict[int, dict[str, int]] = {}
        self._changes = 0
        self._said: tuple[object, ...] = ()
        self._values: IntArray = np.zeros((0, COLUMNS), dtype=np.int64)
        self.type_prices(said.get("prices", {}))

    def day_before(self) -> QuoteFrame | None:
        """Answer what the contracts showed at the close of the trading day before; None where nothing was typed."""
        if not self._before:
            return None
        before = next(at for back in range(1, 15) if RULES.is_open(Exchange.NFO, at := self._late(back)))
        values = np.zeros((len(self._before), COLUMNS), dtype=np.int64)
        for place, price in enumerate(self._before.values()):
            numbers = {"last": price} if isinstance(price, str) else price
            values[place, QuoteColumn.LAST_PRICE] = price_of(numbers.get("last", "100"))
            values[place, QuoteColumn.OPEN_INTEREST] = int(numbers.get("open_interest", 0))
        return QuoteFrame(before, np.array([self.row(alias) for alias in self._before], dtype=np.int64), values)

    def _late(self, back: int) -> Instant:
        return ist_instant(self.day - timedelta(days=back), time(15, 29))

    def instrument(self, alias: str) -> Instrument:
        """Answer the contract that a short name means."""
        if alias in self.master:
            return self.master.by_id(alias)  # type: ignore[arg-type]
        if alias == "spot":
            found = self.master.spot(self.underlying)
        elif (named := _ALIAS.fullmatch(alias)) is None:
            raise ScenarioError(f"{alias!r} is no contract; write it like 24850CE, 24850PE+1, FUT or spot")
        elif named["future"]:
            futures = [one for one in self.master.instruments if one.kind is Kind.FUTURE]
            found = futures[int(named["later"] or 0)]
        else:
            expiry = self.master.expiries(self.underlying)[int(named["later"] or 0)]
            found = self.master.contract(self.underlying, expiry, price_of(named["strike"]), Kind(named["kind"]))
        if found is None:
            raise ScenarioError(f"{alias} is not listed in this scenario; see market.strikes and market.expiries")
        return found

    def row(self, alias: str) -> int:
        """Answer the row of a contract."""
        return self.master.row(self.instrument(alias).id)

    def type_prices(self, prices: Mapping[str, Any]) -> None:
        """Take prices as typed; "model" gives a contract back to the model."""
        self._changes += len(prices)
        for alias, price in prices.items():
            row = self.row(alias)
            if price == "model":
                self._typed.pop(row, None)
                continue
            numbers = {"last": price} if isinstance(price, str) else dict(price)
            if unknown := set(numbers) - set(_COLUMNS):
                raise ScenarioError(f"{alias} has no {', '.join(sorted(unknown))}; a price has {', '.join(_COLUMNS)}")
            typed = self._typed.setdefault(row, {})
            if set(numbers) & set(_PRICES):
                for name in _PRICES:
                    typed.pop(name, None)
            typed.update({name: price_of(n) if name in _PRICES else int(n) for name, n in numbers.items()})

    def frame(self, now: Instant) -> QuoteFrame:
        """Answer everything the market shows at an instant."""
        said = (self.spot, self.premium, self.volatility, self._changes)
        if said != self._said or self.volatility is not None:
            self._said = said
            modelled = self._modelled(now)
            rows = [self._shown(row, modelled[row]) for row in range(len(self.master))]
            self._values = np.array(rows, dtype=np.int64)
        values = self._values.copy()
        values[:, QuoteColumn.TRADED_AT] = now
        return QuoteFrame(now, np.arange(len(self.master), dtype=np.int64), values)

    def _shown(self, row: int, model: int) -> list[int]:
        typed = self._typed.get(row, {})
        last = typed.get("last", typed.get("bid", typed.get("ask", model)))
        half = 0 if self.master.instruments[row].expiry is None else self.spread // 2
        shown = [0] * COLUMNS
        shown[QuoteColumn.LAST_PRICE] = last
        shown[QuoteColumn.BID] = typed.get("bid", last - half)
        shown[QuoteColumn.ASK] = typed.get("ask", last + half)
        shown[QuoteColumn.BID_QUANTITY] = typed.get("bid_quantity", QUANTITY)
        shown[QuoteColumn.ASK_QUANTITY] = typed.get("ask_quantity", QUANTITY)
        shown[QuoteColumn.VOLUME] = typed.get("volume", 1)
        shown[QuoteColumn.OPEN_INTEREST] = typed.get("open_interest", 1)
        return shown

    def _modelled(self, now: Instant) -> list[int]:
        listed = self.master.instruments
        prices = [self.premium if one.kind.is_option else self.spot for one in listed]
        if self.volatility is None:
            return prices
        options = [row for row, one in enumerate(listed) if one.kind.is_option]
        closes = [RULES.expiry_close(listed[row].exchange, listed[row].expiry or self.day) for row in options]
        exact = black76.price(
            self.spot / SCALE,
            np.array([listed[row].strike or 0 for row in options]) / SCALE,
            years_to_expiry(now, np.array(closes)),
            0.0,
            float(self.volatility) / 100,
            np.array([listed[row].kind is Kind.CALL for row in options]),
        )
        for row, premium in zip(options, exact.tolist(), strict=True):
            tick = listed[row].tick_size
            prices[row] = Price(max(tick, nearest_tick(round(premium * SCALE), tick)))
        return prices

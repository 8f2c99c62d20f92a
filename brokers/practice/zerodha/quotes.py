"""The quote calls: full quotes, open-high-low-close, last prices and the ranges of cover orders."""

from collections.abc import Callable, Iterable
from typing import Any

from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.wire import bad_input, number, ratio, stamp
from engine.domain.instant import Instant
from engine.domain.instrument import Kind
from engine.domain.quote import QuoteColumn

MOST_INSTRUMENTS = {"quote": 500, "ohlc": 1_000, "ltp": 1_000}

_CIRCUIT_PERCENT = 20
"""How far the daily price range of shares and futures reaches from the previous close."""

_COVER_PERCENT = 5
"""How far from the last price the stop of a cover order may lie."""

Shape = Callable[[int], dict[str, Any]]


class Quotes:
    """Answers quotes by key; keys that are not listed, or have no price, are left out of the answer."""

    def __init__(self, market: PracticeMarket) -> None:
        self._market = market

    def answer(self, call: str, keys: Iterable[str], now: Instant) -> dict[str, Any]:
        """Answer a quote call named ``quote``, ``ohlc`` or ``ltp``. Raises KiteError for too many instruments."""
        asked = list(keys)
        if not asked:
            raise bad_input("Missing or empty field `i`")
        if len(asked) > MOST_INSTRUMENTS[call]:
            raise bad_input(f"Maximum {MOST_INSTRUMENTS[call]} instruments are allowed in one request.")
        shapes: dict[str, Shape] = {"quote": lambda row: self.quote(row, now), "ohlc": self.ohlc, "ltp": self.ltp}
        found = ((key, self._market.listing.row_of_key(key)) for key in asked)
        return {key: shapes[call](row) for key, row in found if row is not None and self._market.last(row) > 0}

    def trigger_range(self, keys: Iterable[str], side: str) -> dict[str, Any]:
        """Answer the range of cover order triggers on a side."""
        if side not in ("buy", "sell"):
            raise bad_input("Invalid `transaction_type`.")
        answer: dict[str, Any] = {}
        for key in keys:
            row = self._market.listing.row_of_key(key)
            if row is not None:
                last, far = self._market.last(row), self._market.last(row) * _COVER_PERCENT // 100
                low, high = (last - far, last) if side == "buy" else (last, last + far)
                token = self._market.listing.token(row)
                answer[key] = {"instrument_token": token, "lower": number(low), "upper": number(high)}
        return answer

    def ltp(self, row: int) -> dict[str, Any]:
        """Answer the last price of a row."""
        return {"instrument_token": self._market.listing.token(row), "last_price": number(self._market.last(row))}

    def ohlc(self, row: int) -> dict[str, Any]:
        """Answer the last price and the day's prices of a row; ``close`` is the previous day's."""
        market = self._market
        return {
            **self.ltp(row),
            "ohlc": {
                "open": number(int(market.open[row])),
                "high": number(int(market.high[row])),
                "low": number(int(market.low[row])),
                "close": number(int(market.previous_close[row])),
            },
        }

    def quote(self, row: int, now: Instant) -> dict[str, Any]:
        """Answer the full quote of a row."""
        market, instrument = self._market, self._market.listing.instrument(row)
        is_index = instrument.kind is Kind.INDEX
        volume = 0 if is_index else market.board.number(row, QuoteColumn.VOLUME)
        levels = market.depth(row)
        low, high = self.circuit(row)
        return {
            **self.ltp(row),
            "timestamp": stamp(market.board.arrival(row) or now),
            "last_trade_time": stamp(market.board.number(row, QuoteColumn.TRADED_AT) or None),
            "last_quantity": 0 if is_index else int(market.last_quantity[row]),
            "buy_quantity": 0 if is_index else sum(level[1] for level in levels) * 7,
            "sell_quantity": 0 if is_index else sum(level[3] for level in levels) * 7,
            "volume": volume,
            "average_price": 0 if is_index else ratio(*self.average(row)),
            "oi": market.board.number(row, QuoteColumn.OPEN_INTEREST),
            "oi_day_high": int(market.interest_high[row]),
            "oi_day_low": int(market.interest_low[row]),
            "net_change": 0,
            "lower_circuit_limit": 0 if is_index else number(low),
            "upper_circuit_limit": 0 if is_index else number(high),
            "ohlc": self.ohlc(row)["ohlc"],
            "depth": {
                "buy": [_level(0, 0) if is_index else _level(level[0], level[1]) for level in levels],
                "sell": [_level(0, 0) if is_index else _level(level[2], level[3]) for level in levels],
            },
        }

    def average(self, row: int) -> tuple[int, int]:
        """Answer turnover and volume since the market began; the last price where nothing traded since."""
        turnover, last = int(self._market.turnover[row]), self._market.last(row)
        traded = self._market.traded_since(row)
        return (turnover, traded) if turnover and traded else (last, 1)

    def circuit(self, row: int) -> tuple[int, int]:
        """Answer the lowest and highest price of the day."""
        instrument = self._market.listing.instrument(row)
        close = int(self._market.previous_close[row]) or self._market.last(row)
        tick = instrument.tick_size
        if instrument.kind.is_option:
            return tick, max(close * 4, 200_000) // tick * tick
        width = close * _CIRCUIT_PERCENT // 100
        return (close - width) // tick * tick, (close + width) // tick * tick


def _level(price: int, quantity: int) -> dict[str, Any]:
    return {"price": number(price), "quantity": quantity, "orders": 0 if quantity == 0 else 1 + quantity % 37}

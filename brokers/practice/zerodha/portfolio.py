"""Positions, holdings and conversions, with the arithmetic of the API (kite protocol sheet §8)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from brokers.practice.zerodha.book import Book, Position
from brokers.practice.zerodha.ledger import Ledger
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.records import Carried, Trade
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.wire import bad_input, number, ratio, whole_of
from engine.domain.instant import Instant, ist_date
from engine.domain.money import exact_units

_PRODUCTS = ("CNC", "NRML", "MIS", "MTF")


class _Sum(msgspec.Struct):
    """What was bought and sold of a position: quantities, and values in 1/10,000 ₹."""

    row: int
    bought: int = 0
    buy_value: int = 0
    sold: int = 0
    sell_value: int = 0
    carried: Carried | None = None


class Portfolio:
    """Answers the portfolio calls."""

    def __init__(self, book: Book, market: PracticeMarket, ledger: Ledger, settings: PracticeSettings) -> None:
        self._book, self._market, self._ledger, self._settings = book, market, ledger, settings

    def positions(self) -> dict[str, Any]:
        """Answer net and day positions; flat ones stay listed for the day."""
        sums = self._sums()
        day = {position: one for position, one in sums.items() if one.bought or one.sold}
        return {
            "net": [self._row(position, one, with_carried=True) for position, one in sums.items()],
            "day": [self._row(position, one, with_carried=False) for position, one in day.items()],
        }

    def convert(self, fields: Mapping[str, str], now: Instant) -> bool:
        """Move a position to another product. Raises KiteError."""
        old, new = fields.get("old_product", ""), fields.get("new_product", "")
        if old not in _PRODUCTS or new not in _PRODUCTS or old == new:
            raise bad_input("Invalid `old_product` or `new_product`.")
        if fields.get("position_type") not in ("day", "overnight"):
            raise bad_input("Invalid `position_type`.")
        quantity = whole_of(fields.get("quantity"), "quantity")
        sign = {"BUY": 1, "SELL": -1}.get(fields.get("transaction_type", ""), 0)
        position = (fields.get("exchange", ""), fields.get("tradingsymbol", ""), old)
        held = self._sums().get(position)
        net = 0 if held is None else _net(held)
        if sign == 0 or held is None or not 0 < quantity <= net * sign:
            raise bad_input("Insufficient quantity to convert.")
        price = _cost(held) // net
        for product, side in ((old, "SELL" if sign > 0 else "BUY"), (new, "BUY" if sign > 0 else "SELL")):
            trade = Trade(
                trade_id=self._book.next_trade_id(),
                order_id=None,
                exchange_order_id=None,
                exchange=position[0],
                tradingsymbol=position[1],
                row=held.row,
                product=product,
                transaction_type=side,
                quantity=quantity,
                price=price,
                at=now,
                ordered_at=now,
            )
            self._ledger.traded(self._book.put_trade(trade))
        return True

    def holdings(self, now: Instant) -> list[dict[str, Any]]:
        """Answer what is held in shares."""
        rows: list[dict[str, Any]] = []
        for place, (symbol, (held, value)) in enumerate(self._held().items()):
            row = self._market.listing.row_of("NSE", symbol)
            if row is None or held <= 0:
                continue
            sold = max(held - self._left(symbol), 0)
            cost, last, close = value // held, self._market.last(row), int(self._market.previous_close[row])
            change = Decimal(last - close) * 100 / close if close else Decimal(0)
            rows.append(
                {
                    "tradingsymbol": symbol,
                    "exchange": "NSE",
                    "instrument_token": self._market.listing.token(row),
                    "isin": f"INE{place + 1:03d}A01018",
                    "product": "CNC",
                    "price": 0,
                    "quantity": held - sold,
                    "used_quantity": sold,
                    "t1_quantity": 0,
                    "realised_quantity": held,
                    "authorised_quantity": 0,
                    "authorised_date": f"{ist_date(now).isoformat()} 00:00:00",
                    "authorisation": {},
                    "opening_quantity": held,
                    "short_quantity": 0,
                    "collateral_quantity": 0,
                    "collateral_type": "",
                    "discrepancy": False,
                    "average_price": number(cost),
                    "last_price": number(last),
                    "close_price": number(close),
                    "pnl": number((last - cost) * held),
                    "day_change": number(last - close),
                    "day_change_percentage": change.quantize(Decimal("0.0000000001")),
                    "mtf": {"quantity": 0, "used_quantity": 0, "average_price": 0, "value": 0, "initial_margin": 0},
                }
            )
        return rows

    def summary(self, now: Instant) -> dict[str, Any]:
        """Answer the holdings in total."""
        rows = self.holdings(now)
        invested = sum(Decimal(row["average_price"]) * row["quantity"] for row in rows)
        worth = sum(Decimal(row["last_price"]) * row["quantity"] for row in rows)
        today = sum(Decimal(row["day_change"]) * row["quantity"] for row in rows)
        percent = (worth - invested) * 100 / invested if invested else Decimal(0)
        return {
            "total_pnl": worth - invested,
            "total_pnl_percent": percent,
            "today_pnl": today,
            "today_pnl_percent": today * 100 / (worth - today) if worth != today else 0,
            "invested_amount": invested,
            "current_value": worth,
        }

    def _held(self) -> dict[str, tuple[int, int]]:
        """Answer how many of each share the day began with, and what they cost; what was traded before is among it."""
        held = {one.symbol: (one.quantity, one.quantity * exact_units(one.price)) for one in self._settings.shares}
        for (_, symbol, product), one in self._book.carried.items():
            if product == "CNC":
                before, cost = held.get(symbol, (0, 0))
                grown = cost + one.value if one.quantity > 0 else cost * (before + one.quantity) // max(before, 1)
                held[symbol] = before + one.quantity, grown
        return held

    def _left(self, symbol: str) -> int:
        """Answer how many of a share are left of what the day began with."""
        trades = (one for one in self._book.trades if one.tradingsymbol == symbol and one.product == "CNC")
        return self._held()[symbol][0] + sum(one.sign * one.quantity for one in trades)

    def _sums(self) -> dict[Position, _Sum]:
        """Answer the positions; shares that were carried over a night are holdings, not positions."""
        carried = self._book.carried.items()
        sums = {position: _Sum(one.row, carried=one) for position, one in carried if one.product != "CNC"}
        for trade in self._book.trades:
            one = sums.setdefault((trade.exchange, trade.tradingsymbol, trade.product), _Sum(trade.row))
            if trade.sign > 0:
                one.bought += trade.quantity
                one.buy_value += trade.quantity * trade.price
            else:
                one.sold += trade.quantity
                one.sell_value += trade.quantity * trade.price
        return sums

    def _row(self, position: Position, one: _Sum, *, with_carried: bool) -> dict[str, Any]:
        exchange, symbol, product = position
        last, close = self._market.last(one.row), int(self._market.previous_close[one.row])
        over = one.carried.quantity if with_carried and one.carried is not None else 0
        cost = one.carried.value if with_carried and one.carried is not None else 0
        bought, sold = one.bought + max(over, 0), one.sold + max(-over, 0)
        buy_value, sell_value = one.buy_value + max(cost, 0), one.sell_value + max(-cost, 0)
        buy_m2m, sell_m2m = one.buy_value + max(over, 0) * close, one.sell_value + max(-over, 0) * close
        net = bought - sold
        profit = sell_value - buy_value + net * last
        return {
            "tradingsymbol": symbol,
            "exchange": exchange,
            "instrument_token": self._market.listing.token(one.row),
            "product": product,
            "quantity": net,
            "overnight_quantity": over,
            "multiplier": 1,
            "average_price": ratio(_cost(one) if with_carried else _day_cost(one), net),
            "close_price": number(close),
            "last_price": number(last),
            "value": number(sell_value - buy_value),
            "pnl": number(profit),
            "m2m": number(sell_m2m - buy_m2m + net * last),
            "unrealised": number(profit),
            "realised": 0,
            "buy_quantity": bought,
            "buy_price": ratio(buy_value, bought),
            "buy_value": number(buy_value),
            "buy_m2m": number(buy_m2m),
            "sell_quantity": sold,
            "sell_price": ratio(sell_value, sold),
            "sell_value": number(sell_value),
            "sell_m2m": number(sell_m2m),
            "day_buy_quantity": one.bought,
            "day_buy_price": ratio(one.buy_value, one.bought),
            "day_buy_value": number(one.buy_value),
            "day_sell_quantity": one.sold,
            "day_sell_price": ratio(one.sell_value, one.sold),
            "day_sell_value": number(one.sell_value),
        }


def _net(one: _Sum) -> int:
    return one.bought - one.sold + (0 if one.carried is None else one.carried.quantity)


def _day_cost(one: _Sum) -> int:
    """Answer the cost of what is left of today's trades, at the average of its side; signed as the quantity is."""
    net = one.bought - one.sold
    if net > 0:
        return one.buy_value * net // one.bought
    return one.sell_value * net // one.sold if net < 0 else 0


def _cost(one: _Sum) -> int:
    """Answer the cost of what is left, at the average of its side; signed as the quantity is."""
    over, cost = (0, 0) if one.carried is None else (one.carried.quantity, one.carried.value)
    net = _net(one)
    if net > 0:
        return (one.buy_value + max(cost, 0)) * net // (one.bought + max(over, 0))
    if net < 0:
        return (one.sell_value + max(-cost, 0)) * net // (one.sold + max(-over, 0))
    return 0

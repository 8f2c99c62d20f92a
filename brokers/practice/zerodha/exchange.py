"""The exchange's side of an order: it arrives, rests, wakes, fills, lapses; told through ``tell``."""

from collections.abc import Callable
from enum import Enum
from functools import partial

import msgspec

from brokers.practice.zerodha.book import Book
from brokers.practice.zerodha.ledger import Ledger
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.records import Order, Trade
from brokers.practice.zerodha.timers import Timers
from brokers.simulated.matching import ExchangeOrder, Fill, Matching
from engine.domain.identifiers import BrokerOrderId
from engine.domain.instant import MINUTE, Instant, ist_date
from engine.domain.instrument import value_of
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price
from engine.domain.order import OrderType, Side
from engine.domain.quote import QuoteFrame

_TYPES = {"LIMIT": OrderType.LIMIT, "MARKET": OrderType.LIMIT, "SL": OrderType.STOP_LIMIT, "SL-M": OrderType.STOP_LIMIT}


class Event(Enum):
    """What happened to an order, for its updates and for orders linked to it."""

    RESTS = "rests"
    TRIGGERED = "triggered"
    PART_FILLED = "part filled"
    FILLED = "filled"
    MODIFIED = "modified"
    NOT_MODIFIED = "not modified"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


Tell = Callable[[Order, Event, Instant], None]


class ExchangeFloor:
    """Our orders at the exchange, matched against the shown quotes by the paper exchange's rules."""

    def __init__(self, market: PracticeMarket, matching: Matching, book: Book, ledger: Ledger, timers: Timers) -> None:
        self._market, self._matching, self._book, self._ledger = market, matching, book, ledger
        self._timers = timers
        self.tell: Tell = _nobody

    def arrive(self, order: Order, at: Instant) -> None:
        """Take an order that passed the broker: it rests, and fills what it can."""
        sleeps = order.order_type in ("SL", "SL-M")
        order = self.put(
            msgspec.structs.replace(
                order,
                status="TRIGGER PENDING" if sleeps else "OPEN",
                exchange_order_id=order.exchange_order_id or self._book.next_exchange_id(),
                exchange_timestamp=order.exchange_timestamp or at,
                exchange_update_timestamp=at,
                order_timestamp=at,
            )
        )
        self.tell(order, Event.RESTS, at)
        if not sleeps and self._is_outside_protection(order, at):
            words = "The order price is outside the limit price protection (LPP) range of the exchange."
            self.cancel(order, at, words)
            return
        self._filled(self._matching.enter(at_exchange(order)), at)
        self.set_end(self._book.orders[order.order_id], at)

    def set_end(self, order: Order, at: Instant) -> None:
        """See to the end of an order's validity: at once, after its minutes, at the close."""
        if not order.is_live:
            return
        if order.validity == "IOC" and order.status == "OPEN":
            self.cancel(order, at, None)
            return
        if order.validity == "TTL":
            self._timers.at(at + order.validity_ttl * MINUTE, partial(self._lapse, order.order_id))
        instrument = self._market.listing.instrument(order.row)
        closes = [one.close for one in self._market.sessions(instrument, ist_date(at)) if one.close > at]
        if closes:
            self._timers.at(closes[-1], partial(self._lapse, order.order_id))

    def restore(self, order: Order) -> None:
        """Put an order back that was resting before a restart, without trading."""
        self._matching.rest(at_exchange(order))

    def withdraw(self, order: Order) -> None:
        """Take an order out of the matching; its row stays as it is."""
        self._matching.withdraw(BrokerOrderId(order.order_id))

    def replace(self, order: Order, at: Instant) -> None:
        """Give a withdrawn order's new terms to the matching, and fill what they let fill."""
        self._filled(self._matching.enter(at_exchange(order)), at)

    def fill_rest(self, order: Order, at: Instant) -> None:
        """Let somebody meet an order between two quotes."""
        self._filled(self._matching.fill_rest(BrokerOrderId(order.order_id)), at)

    def cancel(self, order: Order, at: Instant, reason: str | None) -> Order:
        """Take a live order out, whoever wants it."""
        self.withdraw(order)
        cancelled = self.put(
            msgspec.structs.replace(
                order,
                status="CANCELLED",
                status_message=reason,
                status_message_raw=reason,
                cancelled_quantity=order.left,
                exchange_update_timestamp=at,
                order_timestamp=at,
            )
        )
        self.tell(cancelled, Event.CANCELLED, at)
        return cancelled

    def see(self, frame: QuoteFrame) -> None:
        """See a frame, and fill what it lets fill."""
        for row in self._matching.see(frame):
            if self._market.is_open(self._market.listing.instrument(row), frame.at):
                self._woken(self._matching.wake(row), frame.at)
                self._filled(self._matching.match(row), frame.at)

    def put(self, order: Order) -> Order:
        """Write a state of an order down, in the book and in the ledger."""
        self._ledger.keep(order)
        return self._book.put(order)

    def _is_outside_protection(self, order: Order, at: Instant) -> bool:
        instrument, last = self._market.listing.instrument(order.row), self._market.last(order.row)
        if last <= 0:
            return False
        try:
            band = self._market.rules.price_protection(instrument.exchange, instrument.kind, ist_date(at), Price(last))
        except UnknownRuleError:
            return False
        return band is not None and order.limit not in band

    def _woken(self, numbers: list[BrokerOrderId], at: Instant) -> None:
        for number in numbers:
            order = self._book.orders[number]
            awake = self.put(
                msgspec.structs.replace(order, status="OPEN", order_timestamp=at, exchange_update_timestamp=at)
            )
            self.tell(awake, Event.TRIGGERED, at)

    def _filled(self, fills: list[Fill], at: Instant) -> None:
        for fill in fills:
            order = self._book.orders[fill.order]
            trade = Trade(
                trade_id=self._book.next_trade_id(),
                order_id=order.order_id,
                exchange_order_id=order.exchange_order_id,
                exchange=order.exchange,
                tradingsymbol=order.tradingsymbol,
                row=order.row,
                product=order.product,
                transaction_type=order.transaction_type,
                quantity=fill.quantity,
                price=fill.price,
                at=at,
                ordered_at=self._book.histories[order.order_id][0].order_timestamp,
            )
            self._ledger.traded(self._book.put_trade(trade))
            instrument = self._market.listing.instrument(order.row)
            filled = order.filled_quantity + fill.quantity
            is_whole = filled == order.quantity
            after = self.put(
                msgspec.structs.replace(
                    order,
                    filled_quantity=filled,
                    value=order.value + value_of(fill.price, fill.quantity, instrument),
                    status="COMPLETE" if is_whole else order.status if "PENDING" in order.status else "OPEN",
                    order_timestamp=at,
                    exchange_update_timestamp=at,
                )
            )
            self.tell(after, Event.FILLED if is_whole else Event.PART_FILLED, at)

    def _lapse(self, order_id: str, at: Instant) -> None:
        order = self._book.orders.get(order_id)
        if order is not None and order.is_live:
            self.cancel(order, at, None if order.validity == "TTL" else "Order lapsed at the end of the session")


def at_exchange(order: Order) -> ExchangeOrder:
    """Answer an order as the matching takes it."""
    sleeps = order.status == "TRIGGER PENDING" or (order.order_type in ("SL", "SL-M") and order.status != "OPEN")
    return ExchangeOrder(
        id=BrokerOrderId(order.order_id),
        row=order.row,
        side=Side.BUY if order.sign > 0 else Side.SELL,
        order_type=_TYPES[order.order_type],
        quantity=order.left,
        limit=Price(order.limit),
        trigger=Price(order.trigger_price) if sleeps else None,
    )


def _nobody(_order: Order, _event: Event, _at: Instant) -> None:
    """Hear of an order before anybody listens."""

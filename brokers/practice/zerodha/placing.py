"""Place orders of every variety: plain ones, sliced ones, icebergs and cover orders with their second legs."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from brokers.practice.zerodha.book import Book
from brokers.practice.zerodha.desk import OrderDesk
from brokers.practice.zerodha.exchange import Event, ExchangeFloor
from brokers.practice.zerodha.limits import RateLimits
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import Wish, wish_of
from brokers.practice.zerodha.protection import protected_limit
from brokers.practice.zerodha.records import Order
from brokers.practice.zerodha.settings import AutosliceShape, PracticeSettings
from brokers.practice.zerodha.timers import Timers
from brokers.practice.zerodha.wire import KiteError, bad_input
from engine.domain.instant import Instant
from engine.domain.money import SCALE

_MOST_SLICES = 10
_STOP_PROTECTION = 3 * SCALE
"""Per cent that the second leg of a cover order may trade beyond its trigger."""


class Placing:
    """Turns requests into orders, and goes on with orders that have a next part."""

    def __init__(
        self,
        desk: OrderDesk,
        floor: ExchangeFloor,
        book: Book,
        market: PracticeMarket,
        limits: RateLimits,
        timers: Timers,
        settings: PracticeSettings,
    ) -> None:
        self._desk, self._floor, self._book, self._market = desk, floor, book, market
        self._limits, self._timers, self._settings = limits, timers, settings

    def place(self, variety: str, fields: Mapping[str, str], now: Instant) -> Any:
        """Answer the data of a placed order. Raises KiteError."""
        self._limits.count_placement(now)
        wish = wish_of(variety, fields)
        freeze = self._market.listing.instrument(self._desk.checks.row_of(wish)).freeze_quantity
        if wish.autoslice and freeze is not None and wish.quantity > freeze:
            return self._sliced(wish, freeze, now)
        if variety == "iceberg":
            return {"order_id": self._iceberg(wish, now).order_id}
        return {"order_id": self._desk.place(wish, now).order_id}

    def goes_on(self, order: Order, event: Event, at: Instant) -> None:
        """Hear of an order, and place what follows from it: the next leg of an iceberg, a cover order's stop."""
        if event is not Event.FILLED:
            return
        if order.wish is not None:
            self._timers.at(at + self._settings.step_delay, partial(self._next_leg, order))
        if order.stop:
            self._second_leg(order, at)

    def leave_cover(self, order: Order, now: Instant) -> None:
        """Leave a cover order: its waiting stop becomes an order at market."""
        instrument = self._market.listing.instrument(order.row)
        limit = protected_limit(instrument, order.sign, self._market.last(order.row), _STOP_PROTECTION)
        self._floor.withdraw(order)
        awake = self._floor.put(
            msgspec.structs.replace(
                order, status="OPEN", order_type="LIMIT", shown_type="LIMIT", price=limit, limit=limit, trigger_price=0
            )
        )
        self._floor.replace(awake, now)

    def _sliced(self, wish: Wish, freeze: int, now: Instant) -> Any:
        lot = self._market.listing.instrument(self._desk.checks.row_of(wish)).lot_size
        most = freeze // lot * lot
        sizes = [most] * (wish.quantity // most) + [wish.quantity % most] * (wish.quantity % most > 0)
        if len(sizes) > _MOST_SLICES:
            raise bad_input(f"Autoslice allows at most {_MOST_SLICES} slices.")
        self._limits.count_placement(now, len(sizes) - 1)
        parent = self._book.next_order_id(now)
        children = [
            self._slice(msgspec.structs.replace(wish, quantity=size, autoslice=False), parent, now) for size in sizes
        ]
        if self._settings.autoslice_shape is AutosliceShape.FLAT:
            return children
        return {"order_id": parent, "children": children}

    def _slice(self, wish: Wish, parent: str, now: Instant) -> dict[str, Any]:
        try:
            order = self._desk.place(wish, now)
        except KiteError as error:
            return {
                "error": {
                    "code": error.status,
                    "error_type": error.kind.value,
                    "message": error.message,
                    "data": None,
                }
            }
        self._desk.tag(order, ("autoslice", f"autoslice:{parent}"))
        return {"order_id": order.order_id}

    def _iceberg(self, wish: Wish, now: Instant) -> Order:
        whole, legs = wish.quantity, wish.iceberg_legs
        self._desk.checks.check(self._desk.checks.row_of(wish), wish, now)
        self._limits.count_placement(now, max(legs - 1, 0))
        first = msgspec.structs.replace(wish, variety="regular", quantity=wish.iceberg_quantity)
        lent = self._leg(self._desk.place(first, now), 1, legs, wish.iceberg_quantity, whole)
        return self._floor.put(lent)

    def _leg(self, order: Order, leg: int, legs: int, size: int, whole: int) -> Order:
        iceberg = {
            "leg": leg,
            "legs": legs,
            "leg_quantity": size,
            "total_quantity": whole,
            "remaining_quantity": max(whole - leg * size, 0),
        }
        return msgspec.structs.replace(order, variety="iceberg", meta={"iceberg": iceberg}, wish=(legs, size, whole))

    def _next_leg(self, before: Order, at: Instant) -> None:
        if before.wish is None:
            return
        legs, size, whole = before.wish
        leg = before.meta["iceberg"]["leg"] + 1
        left = whole - (leg - 1) * size
        if leg > legs or left <= 0:
            return
        wish = Wish(
            variety="regular",
            exchange=before.exchange,
            tradingsymbol=before.tradingsymbol,
            transaction_type=before.transaction_type,
            order_type="LIMIT",
            product=before.product,
            quantity=min(size, left),
            validity=before.validity,
            validity_ttl=before.validity_ttl,
            price=before.price,
            tag=before.tag,
        )
        try:
            order = self._desk.place(wish, at, by_api=before.by_api)
        except KiteError:
            return  # The broker ends an iceberg whose next leg is refused; its legs so far stay.
        self._floor.put(self._leg(order, leg, legs, size, whole))

    def _second_leg(self, first: Order, at: Instant) -> None:
        instrument = self._market.listing.instrument(first.row)
        order_id = self._book.next_order_id(at)
        limit = protected_limit(instrument, -first.sign, first.stop, _STOP_PROTECTION)
        child = Order(
            order_id=order_id,
            parent_order_id=first.order_id,
            status="TRIGGER PENDING",
            order_timestamp=at,
            variety="co",
            exchange=first.exchange,
            tradingsymbol=first.tradingsymbol,
            row=first.row,
            order_type="SL",
            shown_type="SL",
            transaction_type="SELL" if first.transaction_type == "BUY" else "BUY",
            product="MIS",
            quantity=first.quantity,
            price=limit,
            trigger_price=first.stop,
            limit=limit,
            tag=first.tag,
            tags=first.tags,
            guid=f"01X{order_id[-9:]}",
        )
        self._floor.arrive(child, at)

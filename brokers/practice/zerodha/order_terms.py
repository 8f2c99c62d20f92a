"""The terms of an order: its limit, how it is listed, what a modification makes of it."""

import msgspec

from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import AUTOMATIC, Change, Wish
from brokers.practice.zerodha.protection import protected_limit, protection_tags
from brokers.practice.zerodha.records import Order
from brokers.practice.zerodha.settings import ModifyQuantity, PracticeSettings, ProtectedStop
from engine.domain.money import exact_units


class OrderTerms:
    """Works out terms from wishes, by the last prices and the settings."""

    def __init__(self, market: PracticeMarket, settings: PracticeSettings) -> None:
        self._market, self._settings = market, settings

    def of(self, row: int, wish: Wish) -> tuple[int, str, tuple[str, ...]]:
        """Answer the limit of a wish, the order type that the book lists, and the tags of its protection."""
        if wish.order_type in ("LIMIT", "SL"):
            return wish.price, wish.order_type, ()
        instrument = self._market.listing.instrument(row)
        automatic = self._settings.automatic_protection
        if wish.protection == AUTOMATIC and automatic is not None:
            wish = msgspec.structs.replace(wish, protection=exact_units(automatic))
        sign = 1 if wish.transaction_type == "BUY" else -1
        reference = wish.trigger_price if wish.order_type == "SL-M" else self._market.last(row)
        limit = protected_limit(instrument, sign, reference, wish.protection)
        tags = protection_tags(instrument, reference, wish.protection, self._settings.automatic_tag)
        if wish.order_type == "MARKET":
            return limit, "LIMIT", tags
        is_stop = self._settings.protected_stop is ProtectedStop.STOP
        return limit, "SL" if is_stop else "SL-M", tags

    def changed(self, order: Order, change: Change) -> Wish:
        """Answer the wish that an order becomes by a modification. Raises KiteError where protection is missing."""
        quantity = order.quantity if change.quantity is None else change.quantity
        if change.quantity is not None and self._settings.modify_quantity is ModifyQuantity.REMAINING:
            quantity += order.filled_quantity
        order_type = change.order_type or ("LIMIT" if order.order_type == "MARKET" else order.order_type)
        trigger = order.trigger_price if change.trigger_price is None else change.trigger_price
        if order.status == "OPEN" and order_type in ("SL", "SL-M") and change.order_type is None:
            order_type = "LIMIT"  # It woke: what is left is a limit order.
        protection = change.protection or (order.protection if order_type == order.order_type else 0)
        if order_type in ("MARKET", "SL-M"):
            protected_limit(self._market.listing.instrument(order.row), 1, 1, protection)
        return Wish(
            variety=order.variety,
            exchange=order.exchange,
            tradingsymbol=order.tradingsymbol,
            transaction_type=order.transaction_type,
            order_type=order_type,
            product=order.product,
            quantity=quantity,
            validity=change.validity or order.validity,
            validity_ttl=order.validity_ttl,
            price=order.price if change.price is None else change.price,
            trigger_price=trigger if order_type in ("SL", "SL-M") else 0,
            disclosed_quantity=change.disclosed_quantity or order.disclosed_quantity,
            protection=protection,
        )


def settled(order: Order) -> Order:
    """Answer an order that rests again after a change of it came to nothing."""
    sleeps = order.order_type in ("SL", "SL-M")
    return msgspec.structs.replace(order, status="TRIGGER PENDING" if sleeps else "OPEN")


def wish_of_order(order: Order) -> Wish:
    """Answer the wish that an order was, at the worst price it may trade at."""
    return Wish(
        variety=order.variety,
        exchange=order.exchange,
        tradingsymbol=order.tradingsymbol,
        transaction_type=order.transaction_type,
        order_type=order.order_type,
        product=order.product,
        quantity=order.quantity,
        price=order.limit,
    )

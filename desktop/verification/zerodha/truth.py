"""What truly stands in Zerodha's book, for checks that look behind the adapter."""

from collections.abc import Callable

from brokers.practice.zerodha.records import Order
from brokers.zerodha.words import side_of, status_of
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import BrokerOrderId, OrderId
from engine.domain.money import Money, Price
from engine.domain.order import OrderType, Product
from engine.domain.reports import BookOrder

_PRODUCTS = {"MIS": Product.INTRADAY, "NRML": Product.CARRY_FORWARD}
_STOPS = ("SL", "SL-M")


def book_order(order: Order, contracts: ContractMaster, ours: Callable[[str], bool]) -> BookOrder:
    """Answer an order of the practice Kite as a row of a book; its tag where it is one of ours."""
    is_stop = order.order_type in _STOPS
    tag = order.tag if order.tag is not None and ours(order.tag) else None
    return BookOrder(
        order_id=None if tag is None else OrderId(tag),
        broker_order_id=BrokerOrderId(order.order_id),
        instrument=contracts.instruments[order.row].id,
        side=side_of(order.transaction_type),
        product=_PRODUCTS[order.product],
        order_type=OrderType.STOP_LIMIT if is_stop else OrderType.LIMIT,
        quantity=order.quantity,
        filled=order.filled_quantity,
        value=Money(order.value),
        limit_price=Price(order.limit),
        status=status_of(order.status, sleeps=is_stop and order.status != "OPEN"),
        wording=order.status_message or "",
        updated_at=order.order_timestamp,
        trigger_price=Price(order.trigger_price) if is_stop else None,
    )

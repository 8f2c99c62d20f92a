"""How a broker's order book shows an order of ours."""

from typing import Any

from engine.domain import facts as f
from engine.domain.identifiers import BrokerOrderId
from engine.domain.reports import BookOrder


def book_row(request: f.OrderRequested, **shown: Any) -> BookOrder:
    """Answer the row of an order as it was requested, with ``shown``: what became of it, and what was changed."""
    row: dict[str, Any] = {"quantity": request.quantity, "limit_price": request.limit_price, "wording": "", **shown}
    return BookOrder(
        order_id=request.order_id,
        broker_order_id=BrokerOrderId(f"B{request.order_id}"),
        instrument=request.instrument,
        side=request.side,
        product=request.product,
        order_type=request.order_type,
        **row,
    )

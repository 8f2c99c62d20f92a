"""Orders and trades as the API lists them, and as updates and postbacks carry them."""

import hashlib
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from brokers.practice.zerodha.instruments import Listing
from brokers.practice.zerodha.records import Order, Trade
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.wire import number, ratio, stamp
from engine.domain.instant import clock_text

APP_ID = 101


def order_row(order: Order, settings: PracticeSettings, listing: Listing) -> dict[str, Any]:
    """Answer an order as the book lists it."""
    user = settings.user_id
    scale = listing.instrument(order.row).quantity_scale
    return {
        "account_id": user,
        "placed_by": user,
        "order_id": order.order_id,
        "exchange_order_id": order.exchange_order_id,
        "parent_order_id": order.parent_order_id,
        "status": order.status,
        "status_message": order.status_message,
        "status_message_raw": order.status_message_raw,
        "order_timestamp": stamp(order.order_timestamp),
        "exchange_update_timestamp": stamp(order.exchange_update_timestamp),
        "exchange_timestamp": stamp(order.exchange_timestamp),
        "variety": order.variety,
        "modified": order.modified,
        "exchange": order.exchange,
        "tradingsymbol": order.tradingsymbol,
        "instrument_token": listing.token(order.row),
        "order_type": order.shown_type,
        "transaction_type": order.transaction_type,
        "validity": order.validity,
        "validity_ttl": order.validity_ttl,
        "product": order.product,
        "quantity": order.quantity,
        "disclosed_quantity": order.disclosed_quantity,
        "price": number(order.price),
        "trigger_price": number(order.trigger_price),
        "auction_number": None,
        "average_price": _average(order, scale, settings.average_decimals),
        "filled_quantity": order.filled_quantity,
        # A cancelled row keeps what was pending: the recorded ones do.
        "pending_quantity": order.left,
        "cancelled_quantity": order.cancelled_quantity,
        "market_protection": 0,
        "meta": order.meta,
        "tag": order.tag,
        "tags": list(order.tags),
        "guid": order.guid,
    }


def update_of(
    order: Order, settings: PracticeSettings, listing: Listing, *, signed: bool = False, status: str | None = None
) -> dict[str, Any]:
    """Answer an order as updates and postbacks carry it; ``status`` replaces its own, only postbacks are signed."""
    row = order_row(order, settings, listing)
    for name in ("account_id", "modified", "tags", "auction_number", "validity_ttl"):
        del row[name]
    text = f"{order.order_id}{row['order_timestamp']}{settings.api_secret}"
    return {
        "user_id": settings.user_id,
        "unfilled_quantity": order.left,
        "app_id": APP_ID,
        "checksum": hashlib.sha256(text.encode()).hexdigest() if signed else "",
        **row,
        "status": status or order.status,
    }


def _average(order: Order, scale: int, decimals: int | None) -> int | Decimal:
    average = ratio(order.value * scale, order.filled_quantity)
    if decimals is None or isinstance(average, int):
        return average
    return average.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def trade_row(trade: Trade, listing: Listing) -> dict[str, Any]:
    """Answer a trade as the trade book lists it."""
    return {
        "trade_id": trade.trade_id,
        "order_id": trade.order_id,
        "exchange_order_id": trade.exchange_order_id,
        "exchange": trade.exchange,
        "tradingsymbol": trade.tradingsymbol,
        "instrument_token": listing.token(trade.row),
        "product": trade.product,
        "transaction_type": trade.transaction_type,
        "average_price": number(trade.price),
        "quantity": trade.quantity,
        "fill_timestamp": stamp(trade.at),
        "order_timestamp": clock_text(trade.ordered_at),
        "exchange_timestamp": stamp(trade.at),
    }

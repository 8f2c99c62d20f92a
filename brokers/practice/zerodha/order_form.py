"""Read an order request into a wish, refusing every field that cannot be meant."""

from collections.abc import Mapping

import msgspec

from brokers.practice.zerodha.wire import ErrorType, KiteError, bad_input, units_of, whole_of
from engine.domain.money import SCALE

VARIETIES = ("regular", "amo", "co", "iceberg", "auction")
_CHOICES = {
    "transaction_type": ("BUY", "SELL"),
    "order_type": ("MARKET", "LIMIT", "SL", "SL-M"),
    "product": ("CNC", "NRML", "MIS", "MTF"),
    "validity": ("DAY", "IOC", "TTL"),
    "exchange": ("NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX"),
}
_NEEDED = ("exchange", "tradingsymbol", "transaction_type", "quantity", "product", "order_type")
LONGEST_TAG = 20
MOST_QUANTITY = 10_000_000
AUTOMATIC = -SCALE
"""market_protection=-1: the automatic band."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it was asked for; prices in 1/10,000 ₹, ``protection`` in 1/10,000 per cent or AUTOMATIC."""

    variety: str
    exchange: str
    tradingsymbol: str
    transaction_type: str
    order_type: str
    product: str
    quantity: int
    validity: str = "DAY"
    validity_ttl: int = 0
    price: int = 0
    trigger_price: int = 0
    disclosed_quantity: int = 0
    protection: int = 0
    iceberg_legs: int = 0
    iceberg_quantity: int = 0
    autoslice: bool = False
    tag: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A modification as it was asked for; None leaves a field as it is."""

    quantity: int | None = None
    price: int | None = None
    trigger_price: int | None = None
    order_type: str | None = None
    validity: str | None = None
    disclosed_quantity: int | None = None
    protection: int | None = None


def wish_of(variety: str, fields: Mapping[str, str]) -> Wish:
    """Answer the wish of a form. Raises KiteError for missing and impossible fields; unknown ones are ignored."""
    if variety not in VARIETIES:
        raise bad_input("Invalid `variety`.")
    for name in _NEEDED:
        if not fields.get(name, "").strip():
            raise bad_input(f"Missing or empty field `{name}`")
    for name, choices in _CHOICES.items():
        if fields.get(name) and fields[name] not in choices:
            raise bad_input(f"Invalid `{name}`.")
    return Wish(
        variety=variety,
        exchange=fields["exchange"],
        tradingsymbol=fields["tradingsymbol"],
        transaction_type=fields["transaction_type"],
        order_type=fields["order_type"],
        product=fields["product"],
        quantity=_quantity(fields, "quantity"),
        validity=fields.get("validity") or "DAY",
        validity_ttl=whole_of(fields.get("validity_ttl"), "validity_ttl"),
        price=units_of(fields.get("price"), "price"),
        trigger_price=units_of(fields.get("trigger_price"), "trigger_price"),
        disclosed_quantity=whole_of(fields.get("disclosed_quantity"), "disclosed_quantity"),
        protection=_protection(fields.get("market_protection")),
        iceberg_legs=whole_of(fields.get("iceberg_legs"), "iceberg_legs"),
        iceberg_quantity=whole_of(fields.get("iceberg_quantity"), "iceberg_quantity"),
        autoslice=fields.get("autoslice", "").lower() in ("true", "1"),
        tag=_tag(fields.get("tag")),
    )


def change_of(fields: Mapping[str, str]) -> Change:
    """Answer the modification of a form. Raises KiteError for impossible fields."""
    for name in ("order_type", "validity"):
        if fields.get(name) and fields[name] not in _CHOICES[name]:
            raise bad_input(f"Invalid `{name}`.")
    return Change(
        quantity=_quantity(fields, "quantity") if fields.get("quantity") else None,
        price=units_of(fields["price"], "price") if fields.get("price") else None,
        trigger_price=units_of(fields["trigger_price"], "trigger_price") if fields.get("trigger_price") else None,
        order_type=fields.get("order_type") or None,
        validity=fields.get("validity") or None,
        disclosed_quantity=whole_of(fields["disclosed_quantity"], "disclosed_quantity")
        if fields.get("disclosed_quantity")
        else None,
        protection=_protection(fields.get("market_protection")) if fields.get("market_protection") else None,
    )


def _quantity(fields: Mapping[str, str], name: str) -> int:
    quantity = whole_of(fields.get(name), name)
    if not 0 < quantity <= MOST_QUANTITY:
        raise bad_input(f"Invalid `{name}`.")
    return quantity


def _protection(text: str | None) -> int:
    if not text:
        return 0
    try:
        protection = units_of(text, "market_protection")
    except KiteError:
        words = f"Invalid request (failed to decode market_protection, got: {text[:40]} (expected decimal))"
        raise KiteError(400, ErrorType.INPUT, words) from None
    if protection != AUTOMATIC and not 0 <= protection <= 100 * SCALE:
        raise bad_input("Invalid `market_protection`: send -1, or a per cent above 0 up to 100.")
    return protection


def _tag(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) > LONGEST_TAG:
        raise bad_input(f"Invalid `tag`: at most {LONGEST_TAG} characters are allowed.")
    return text

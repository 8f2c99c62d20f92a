"""What is refused here before it leaves: requests that Zerodha would refuse for certain, and why."""

from decimal import Decimal

from brokers.zerodha import words
from brokers.zerodha.answers import No
from brokers.zerodha.order_routes import AUTOMATIC_PROTECTION, NewOrder, NewTerms
from brokers.zerodha.rows import KiteOrder
from brokers.zerodha.session import Session
from brokers.zerodha.words import UnknownWordError, Variety
from engine.domain.contract_master import ContractMaster
from engine.domain.instrument import Instrument, Kind
from engine.domain.order import OrderType
from engine.ports.broker import ChangeOrder, PlaceOrder


class RefusedHereError(ValueError):
    """A request that is not sent; the message is the wording of the refusal."""


def new_order(order: PlaceOrder, contracts: ContractMaster, session: Session, protection: Decimal | None) -> NewOrder:
    """Answer an order ready for Kite. Raises RefusedHereError with a sentence where it would be refused for certain."""
    if order.instrument not in contracts:
        raise RefusedHereError(f"CONTRACT: {order.instrument} is not in today's contract list")
    instrument = contracts.by_id(order.instrument)
    if not instrument.is_tradable:
        raise RefusedHereError(f"CONTRACT: {order.instrument} is an index and cannot be traded")
    try:
        words.exchange_code(instrument.exchange)
        words.product_code(order.product)
        words.order_type_code(order.order_type)
    except UnknownWordError as error:
        raise RefusedHereError(f"INVALID: {error}") from error
    if not session.serves(instrument.exchange):
        raise RefusedHereError(f"RESTRICTED: this account has no access to {instrument.exchange.value} at Zerodha")
    if order.quantity <= 0 or order.quantity % instrument.lot_size:
        raise RefusedHereError(f"LOT: {order.quantity} is not a whole number of lots of {instrument.lot_size}")
    if instrument.freeze_quantity is not None and order.quantity > instrument.freeze_quantity:
        raise RefusedHereError(
            f"{No.QTY_FREEZE.name}: {order.quantity:,} is above the freeze quantity of {instrument.freeze_quantity:,}"
        )
    _refuse_prices(instrument, order.order_type, order.limit_price, order.trigger_price)
    if order.order_type is OrderType.MARKET and _is_share_option(instrument, contracts):
        raise RefusedHereError(f"{No.PROTECTION.name}: options on shares cannot be traded at market; give a limit")
    return NewOrder(
        tag=order.order_id,
        instrument=instrument,
        side=order.side,
        quantity=order.quantity,
        product=order.product,
        order_type=order.order_type,
        limit_price=order.limit_price,
        trigger_price=order.trigger_price,
        protection=AUTOMATIC_PROTECTION if protection is None else protection,
    )


def new_terms(
    change: ChangeOrder, known: KiteOrder | None, instrument: Instrument | None, protection: Decimal | None
) -> NewTerms:
    """Answer new terms ready for Kite; ``known`` is the newest word about the order. Raises RefusedHereError."""
    if known is not None and known.is_finished:
        raise RefusedHereError(f"{No.TOO_LATE.name}: the order is finished ({known.wording})")
    if known is not None and known.filled and change.quantity != known.quantity:
        raise RefusedHereError(
            f"{No.BUSY.name}: Zerodha does not say whether the quantity of a part-filled order is its whole or its "
            "rest, so it is not changed; cancel it and place another"
        )
    order_type = _type_of(change)
    if instrument is not None:
        _refuse_prices(instrument, order_type, change.limit_price, change.trigger_price)
    return NewTerms(
        number=change.broker_order_id,
        order_type=order_type,
        quantity=None if known is not None and known.quantity == change.quantity else change.quantity,
        limit_price=change.limit_price,
        trigger_price=change.trigger_price,
        # An order sent after hours is changed as a regular one once the exchange has it.
        variety=Variety.REGULAR if known is None or known.variety is Variety.AFTER_MARKET else known.variety,
        protection=AUTOMATIC_PROTECTION if protection is None else protection,
    )


def _type_of(change: ChangeOrder) -> OrderType:
    if change.limit_price is None:
        return OrderType.MARKET
    return OrderType.LIMIT if change.trigger_price is None else OrderType.STOP_LIMIT


def _refuse_prices(instrument: Instrument, order_type: OrderType, limit: int | None, trigger: int | None) -> None:
    if order_type is not OrderType.MARKET and limit is None:
        raise RefusedHereError(f"INVALID: an order of type {order_type.value} needs a limit price")
    if order_type is OrderType.STOP_LIMIT and trigger is None:
        raise RefusedHereError("INVALID: a stop order needs a trigger price")
    for what, price in (("limit", limit), ("trigger", trigger)):
        if price is not None and (price <= 0 or price % instrument.tick_size):
            tick = Decimal(instrument.tick_size) / 10_000
            raise RefusedHereError(f"{No.TICK.name}: the {what} is not a multiple of ₹{tick.normalize():f} above zero")


def _is_share_option(instrument: Instrument, contracts: ContractMaster) -> bool:
    spot = contracts.spot(instrument.underlying)
    return instrument.kind.is_option and spot is not None and spot.kind is Kind.EQUITY

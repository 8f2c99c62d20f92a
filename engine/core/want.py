"""Want: an order that a stage would like to send; Denial: why it may not."""

import msgspec

from engine.domain.denial import DenialReason
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instrument import Instrument
from engine.domain.money import Price
from engine.domain.order import OrderType, Purpose, RestsFor, Side


class Want(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order wanted; ``limit_price`` None at market; ``why`` goes with the order for ever."""

    portfolio_id: PortfolioId
    leg_id: LegId
    purpose: Purpose
    instrument: Instrument
    row: int
    side: Side
    quantity: int
    order_type: OrderType
    limit_price: Price | None
    why: str
    trigger_price: Price | None = None
    rests_for: RestsFor | None = None


class Denial(msgspec.Struct, frozen=True):
    """A refusal: its code, and the numbers behind it."""

    reason: DenialReason
    detail: str

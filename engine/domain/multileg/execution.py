"""How orders are sent: order of legs, pricing, chasing, retries, and what a failed leg means."""

from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.order import Product
from engine.schema.declared import Declared
from engine.schema.field import ask


class LegOrder(Enum):
    """Whether the legs of one set go together."""

    PARALLEL = "parallel"
    ONE_BY_ONE = "one by one"


class LegFailure(Enum):
    """What a failed leg does to the rest (ruling 5)."""

    AUTOMATIC = "automatic"
    KEEP_PLACED = "keep placed legs"
    EXIT_PLACED = "exit placed legs"
    RETRY_THEN_EXIT = "retry, then exit"
    RESIZE = "resize shorts to the filled wings"


class Pricing(Enum):
    """How an order is priced."""

    LIMIT_WITH_BUFFER = "limit with buffer"
    MARKET = "market"


class Chase(Declared, frozen=True, kw_only=True):
    """Chasing of unfilled orders.

    Every interval the limit goes a step further beyond the opposite quote; after the last step it crosses.
    """

    interval: Annotated[Decimal, ask("Interval", "Time between two prices.", unit="s", gt=0, le=3_600)] = Decimal(2)
    step: Annotated[Decimal, ask("Step", "How much further each price goes.", unit="% of price", ge=0, le=50)] = (
        Decimal("0.5")
    )
    steps: Annotated[int, ask("Steps", "How many prices before it crosses.", ge=0, le=20)] = 5
    cross: Annotated[
        Decimal,
        ask("Cross by", "How far beyond the opposite quote the last price goes.", unit="% of price", ge=0, le=50),
    ] = Decimal(3)


class Execution(Declared, frozen=True, kw_only=True):
    """Orders of the portfolio."""

    product: Annotated[
        Product, ask("Product", "MIS is squared off by the broker the same day; NRML may be carried.")
    ] = Product.INTRADAY
    buy_first: Annotated[
        bool, ask("Buy legs first", "Bought legs are filled before anything is sold: less margin, never naked.")
    ] = True
    leg_order: Annotated[LegOrder, ask("Legs are sent", "Together, or the next only when the last is filled.")] = (
        LegOrder.PARALLEL
    )
    leg_gap: Annotated[
        int, ask("Gap between legs", "Pause between two legs that are sent one by one.", unit="s", ge=0, le=999)
    ] = 0
    hold: Annotated[
        int,
        ask("Hold before selling", "Pause after the last bought leg, for the margin benefit.", unit="s", ge=0, le=999),
    ] = 0
    on_leg_failure: Annotated[
        LegFailure,
        ask("If a leg fails", "Automatic closes the placed legs when a short would be naked and keeps them otherwise."),
    ] = LegFailure.AUTOMATIC
    retries: Annotated[int, ask("Retries", "New orders for a rejected leg before it has failed.", ge=0, le=10)] = 3
    retry_wait: Annotated[
        Decimal, ask("Wait between retries", "Pause before a rejected leg is tried again.", unit="s", ge=0, le=600)
    ] = Decimal(1)
    pricing: Annotated[
        Pricing, ask("Order type", "A limit beyond the opposite quote protects; brokers restrict plain market orders.")
    ] = Pricing.LIMIT_WITH_BUFFER
    buffer: Annotated[
        Decimal,
        ask("Buffer", "How far beyond the opposite quote the first limit goes.", unit="% of price", ge=0, le=50),
    ] = Decimal(1)
    chase: Annotated[Chase, ask("Chase", "What happens to an order that is not filled.")] = Chase()
    entry_timeout: Annotated[
        int, ask("Entry timeout", "A leg that is not filled by then has failed.", unit="s", ge=5, le=3_600)
    ] = 60
    duplicate_window: Annotated[
        int, ask("No second start for", "A second start inside this time is ignored.", unit="s", ge=0, le=3_600)
    ] = 30

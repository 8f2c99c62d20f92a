"""How orders are sent: order of legs, pricing, slices, chasing, retries, and what a failed leg means."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.at_broker import PriceBuffer
from engine.domain.multileg.unit import Unit
from engine.domain.order import Product
from engine.schema.declared import Declared, FieldError
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
    LIMIT = "limit"
    """At the opposite quote, without a buffer."""
    MARKET = "market"
    STOP_LIMIT = "stop limit"
    """Sleeps at the exchange until the price goes on in the direction of the trade; only for entries."""


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


class TimeSlices(Declared, frozen=True, kw_only=True, tag="time"):
    """By time.

    So many lots of every leg at a time, the next after a pause.
    """

    lots: Annotated[int, ask("Lots", "Lots of each leg in one slice.", unit="lots", ge=1, le=999)] = 5
    every: Annotated[int, ask("Every", "Pause between two slices.", unit="s", ge=1, le=3_600)] = 3


class ConditionSlices(Declared, frozen=True, kw_only=True, tag="condition"):
    """While the entry rule holds.

    The next slice is sent only while what made the portfolio enter still holds.
    """

    lots: Annotated[int, ask("Lots", "Lots of each leg in one slice.", unit="lots", ge=1, le=999)] = 5
    every: Annotated[int, ask("Every", "Pause between two slices.", unit="s", ge=1, le=3_600)] = 3


Slicing = TimeSlices | ConditionSlices
"""How an entry is spread; what is above the exchange's freeze quantity is split in any case."""


class PremiumGap(Declared, frozen=True, kw_only=True):
    """Largest gap between call and put premium."""

    most: Annotated[Decimal, ask("At most", "A larger difference holds the entry back.", gt=0, le=100_000)] = Decimal(
        20
    )
    unit: Annotated[Unit, ask("In", "Points, or percent of the larger premium.")] = Unit.PERCENT


class MarginCheck(Enum):
    """What happens where the free funds do not cover the estimate by 5 percent."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


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
    leg_gap_again: Annotated[
        int,
        ask("Gap, re-executed", "The same pause where legs are re-executed or re-entered.", unit="s", ge=0, le=999),
    ] = 0
    hold: Annotated[
        int | None,
        ask(
            "Hold before selling",
            "Pause after the last bought leg, for the margin benefit; off takes the strategy tag's.",
            unit="s",
            ge=0,
            le=999,
        ),
    ] = None
    on_leg_failure: Annotated[
        LegFailure,
        ask("If a leg fails", "Automatic closes the placed legs when a short would be naked and keeps them otherwise."),
    ] = LegFailure.AUTOMATIC
    retries: Annotated[
        int | None,
        ask(
            "Retries",
            "New orders for a rejected leg before it has failed; off takes the strategy tag's.",
            ge=0,
            le=10,
        ),
    ] = None
    retry_wait: Annotated[
        Decimal | None,
        ask(
            "Wait between retries",
            "Pause before a rejected leg is tried again; off takes the strategy tag's growing pauses.",
            unit="s",
            ge=0,
            le=600,
        ),
    ] = None
    pricing: Annotated[
        Pricing,
        ask(
            "Order type",
            "A limit beyond the opposite quote protects; brokers restrict plain market orders. A stop limit enters "
            "only if the price goes on: it sleeps at the exchange, above the quote to buy and below it to sell, until "
            "it is triggered or the last time for an entry comes. Hedges, re-entries and exits are limits with buffer "
            "then.",
        ),
    ] = Pricing.LIMIT_WITH_BUFFER
    stop_trigger: Annotated[
        PriceBuffer,
        ask(
            "Stop-limit trigger",
            "How far beyond the quote of the moment a stop-limit entry is triggered, at least a tick: the opposite "
            "quote, or the last price where that lies further.",
        ),
    ] = PriceBuffer(value=Decimal(1), unit=Unit.PERCENT)
    stop_limit: Annotated[
        PriceBuffer,
        ask("Stop-limit limit", "How far beyond its trigger the limit of a stop-limit entry lies, at least a tick."),
    ] = PriceBuffer(value=Decimal(1), unit=Unit.PERCENT)
    buffer: Annotated[
        Decimal,
        ask("Buffer", "How far beyond the opposite quote the first limit goes.", unit="% of price", ge=0, le=50),
    ] = Decimal(1)
    buffer_points: Annotated[
        Decimal, ask("Buffer, at least", "The larger of both buffers is taken.", unit="₹", ge=0, le=1_000)
    ] = Decimal(0)
    chase: Annotated[Chase, ask("Chase", "What happens to an order that is not filled.")] = Chase()
    entry_timeout: Annotated[
        int,
        ask(
            "Entry timeout",
            "A leg that is not filled by then has failed. That of an order that sleeps at the broker begins when it is "
            "triggered; one that never is does not fail, it is given up at the last time for an entry.",
            unit="s",
            ge=5,
            le=3_600,
        ),
    ] = 60
    duplicate_window: Annotated[
        int, ask("No second start for", "A second start inside this time is ignored.", unit="s", ge=0, le=3_600)
    ] = 30
    cooling_off: Annotated[
        int,
        ask(
            "Cooling-off",
            "Nobody, no signal either, starts it again so soon after its last leg was closed; 0 is off.",
            unit="s",
            ge=0,
            le=3_600,
        ),
    ] = 0
    executions_a_day: Annotated[
        int,
        ask("Executions a day", "Starts of one day, by time, hand or signal; further ones are refused.", ge=1, le=100),
    ] = 1
    slicing: Annotated[
        Slicing | None, ask("Slices", "Enters in parts; off sends all at once, split only at the freeze quantity.")
    ] = None
    exposure: Annotated[
        Decimal | None,
        ask(
            "Quantity by exposure",
            "Multiplies the lots by how often this amount holds one lot at the underlying's price.",
            unit="₹",
            gt=0,
        ),
    ] = None
    max_lots: Annotated[
        int | None, ask("Max lots", "No leg takes more lots, whatever multiplies them.", unit="lots", ge=1, le=10_000)
    ] = None
    most_notional: Annotated[
        Decimal | None,
        ask(
            "Most notional",
            "Strike (of futures their price) times quantity of all legs that are open together; nothing is opened "
            "beyond it. Off: no limit.",
            unit="₹",
            gt=0,
        ),
    ] = None
    premium_gap: Annotated[
        PremiumGap | None, ask("Premium gap", "Waits while call and put premiums differ too much.")
    ] = None
    margin_check: Annotated[
        MarginCheck,
        ask("Margin check", "Before the first order: warn, or do not send where the funds do not cover the estimate."),
    ] = MarginCheck.BLOCK
    max_legs: Annotated[
        int,
        ask("Max legs", "Legs of one execution, with re-executed, lazy and hedge legs.", unit="legs", ge=1, le=200),
    ] = 24

    def check(self) -> Iterator[FieldError]:
        """Refuse pauses that nothing obeys."""
        if self.leg_order is LegOrder.PARALLEL and (self.leg_gap or self.leg_gap_again):
            yield FieldError("leg_order", "a gap between legs needs legs that are sent one by one")
        if self.pricing is not Pricing.STOP_LIMIT:
            return
        if self.leg_order is LegOrder.ONE_BY_ONE:
            yield FieldError(
                "leg_order", "prices wake stop-limit orders, in no order of ours; send the legs together (parallel)"
            )
        if self.slicing is not None:
            yield FieldError(
                "slicing",
                "a stop-limit order sleeps at one trigger; switch the slices off, or choose another order type",
            )

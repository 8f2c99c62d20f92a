"""What one portfolio, its legs and its orders are at this moment; written only by folding facts."""

import msgspec

from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price, divide_half_up
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.order import TERMINAL, OrderStatus, OrderTerms, OrderType, PendingRequest, Product, Purpose, Side


class Order(msgspec.Struct, kw_only=True):
    """One order of ours; quantities in units, ``value`` the exact value of what is filled."""

    order_id: OrderId
    account: AccountId
    portfolio_id: PortfolioId
    leg_id: LegId
    cycle: int
    purpose: Purpose
    instrument: InstrumentId
    side: Side
    quantity: int
    product: Product
    order_type: OrderType
    limit_price: Price | None
    why: str
    requested_at: Instant
    status: OrderStatus = OrderStatus.NEW
    broker_order_id: BrokerOrderId | None = None
    wording: str = ""
    filled: int = 0
    value: Money = Money(0)
    sent_at: Instant | None = None
    priced_at: Instant
    """When its present terms were decided; chasing counts from here."""
    updated_at: Instant
    pending: PendingRequest | None = None
    pending_since: Instant | None = None
    pending_terms: OrderTerms | None = None
    modifications: int = 0
    missing: int = 0
    """Fresh books in a row that did not show it."""

    @property
    def is_working(self) -> bool:
        """Say whether more of it may still be filled."""
        return self.status not in TERMINAL

    @property
    def remaining(self) -> int:
        """Answer the quantity that may still be filled; 0 once it is done."""
        return max(0, self.quantity - self.filled) if self.is_working else 0

    @property
    def average_price(self) -> Price | None:
        """Answer the average of its fills rounded to 1/10,000 ₹, for a scale of 1; None before the first."""
        return Price(divide_half_up(self.value, self.filled)) if self.filled else None


class LegRun(msgspec.Struct, kw_only=True):
    """One leg of a running portfolio, in its present cycle."""

    leg_id: LegId
    leg: Leg
    state: LegState = LegState.WAITING
    cycle: int = 1
    instrument: InstrumentId | None = None
    row: int = -1
    scale: int = 1
    """Quantity scale of the instrument."""
    tick: Price = Price(5)
    wanted: int = 0
    """Quantity to open; shrinks where a leg is resized or fails in part."""
    bought_quantity: int = 0
    bought_value: Money = Money(0)
    sold_quantity: int = 0
    sold_value: Money = Money(0)
    failed: bool = False
    failure: str = ""
    failure_handled: bool = False
    attempt: int = 1
    again_at: Instant = Instant(0)
    entered_at: Instant | None = None
    """The first fill of the entry."""
    filled_at: Instant | None = None
    """The last fill of the entry."""
    closed_at: Instant | None = None
    exercised_value: Money = Money(0)
    """Intrinsic value of what was bought and settled at the expiry; the exchange taxes it."""
    average_entry: Price | None = None
    average_exit: Price | None = None
    realised: Money = Money(0)
    stop: Price | None = None
    target: Price | None = None
    stop_reason: ExitReason = ExitReason.LEG_SL
    trail_steps: int = 0
    underlying_at_entry: Price | None = None
    protected_quantity: int = 0
    """Filled quantity that the levels were computed for."""
    exit_reason: ExitReason | None = None
    exit_why: str = ""
    exit_decided_at: Instant | None = None
    denied: str = ""
    """Our last refusal of an order of this leg, while it stands."""
    denied_since: Instant | None = None
    """Since when its entry is refused; not while the outcome of another order is awaited."""
    orders: list[OrderId] = []
    """Every order of this leg, oldest first."""
    working: list[OrderId] = []
    """Those that may still fill."""

    @property
    def net_quantity(self) -> int:
        """Answer what the leg holds, signed."""
        return self.bought_quantity - self.sold_quantity

    @property
    def entered_quantity(self) -> int:
        """Answer how much of the opening trade was filled."""
        return self.bought_quantity if self.leg.side is Side.BUY else self.sold_quantity

    @property
    def cash(self) -> int:
        """Answer what its trades brought so far: sold less bought."""
        return self.sold_value - self.bought_value

    def entry_average(self) -> Price | None:
        """Answer the average price of the opening trades; None before the first."""
        if self.leg.side is Side.BUY:
            return average(self.bought_value, self.bought_quantity, self.scale)
        return average(self.sold_value, self.sold_quantity, self.scale)

    def exit_average(self) -> Price | None:
        """Answer the average price of the closing trades; None before the first."""
        if self.leg.side is Side.BUY:
            return average(self.sold_value, self.sold_quantity, self.scale)
        return average(self.bought_value, self.bought_quantity, self.scale)


def average(value: int, quantity: int, scale: int) -> Price | None:
    """Answer value per unit of the underlying, rounded once to 1/10,000 ₹; None for nothing."""
    return Price(divide_half_up(value * scale, quantity)) if quantity else None


class PortfolioRun(msgspec.Struct, kw_only=True):
    """One portfolio in the engine."""

    portfolio_id: PortfolioId
    account: AccountId
    portfolio: MultilegPortfolio
    legs: list[LegRun]
    added_at: Instant
    state: PortfolioState = PortfolioState.IDLE
    starts_at: Instant = Instant(0)
    ends_at: Instant = Instant(0)
    square_off_at: Instant = Instant(0)
    started_at: Instant | None = None
    running_since: Instant | None = None
    closed_at: Instant | None = None
    underlying_at_start: Price | None = None
    combined_premium: Price | None = None
    """Combined premium at the entry, per unit of ``base_quantity``; sold less bought."""
    base_quantity: int = 0
    floor: Money | None = None
    """Profit at which the profit lock closes all; None before it is on."""
    anchor: Money = Money(0)
    trailed_stop: Money | None = None
    """Profit at which the trailed combined stop closes all; None before its first step."""
    stop_anchor: Money = Money(0)
    cost_move_due: bool = False
    last_close_at: Instant | None = None
    exit_reason: ExitReason | None = None
    exit_why: str = ""
    exit_decided_at: Instant | None = None
    panic: bool = False

    def leg(self, leg_id: LegId) -> LegRun:
        """Answer one leg by its number, counted from 1. Raises IndexError where there is none."""
        return self.legs[leg_id - 1]

    @property
    def holds_something(self) -> bool:
        """Say whether a leg has a net quantity or an order that may still fill."""
        return any(leg.net_quantity or leg.working for leg in self.legs)


def new_leg(leg_id: LegId, leg: Leg) -> LegRun:
    """Answer a leg that waits for its first cycle."""
    return LegRun(leg_id=leg_id, leg=leg)


def place_leg(run: LegRun, instrument: Instrument, row: int) -> None:
    """Lock a leg to a contract."""
    run.instrument = instrument.id
    run.row = row
    run.scale = instrument.quantity_scale
    run.tick = instrument.tick_size

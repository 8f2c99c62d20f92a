"""What one portfolio and its legs are at this moment; written only by folding facts."""

import msgspec

from engine.core.records.entry_run import EntryRun
from engine.core.records.order_record import average
from engine.core.records.pending import AgainRun, CombinedWaitRun, ConversionRun, PortfolioTodo, RollRun, Todo
from engine.core.records.range_run import RangeRun
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.levels import Level
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, Hit, LegOrigin, LegState, PortfolioState
from engine.domain.order import (
    Side,
)
from engine.domain.settings.strategy_tag import DEFAULT_TAG


class LegRun(msgspec.Struct, kw_only=True):
    """One execution of a leg: it is opened once and closed once; what follows on it is another."""

    leg_id: LegId
    """Its place among all executions of the portfolio, counted from 1; the declared legs come first."""
    leg: Leg
    number: int
    """The declared leg it is an execution of."""
    cycle: int = 1
    origin: LegOrigin = LegOrigin.DECLARED
    parent: LegId | None = None
    execution: int = 1
    """The execution of the portfolio it belongs to."""
    state: LegState = LegState.WAITING
    wanted_since: Instant = Instant(0)
    """Since when it wants to be entered: its portfolio's start, or the end of its wait."""
    waited: bool = False
    """Its wait is over; it does not wait again."""
    trigger: Level | None = None
    reference: Price | None = None
    """The price its wait was computed from."""
    until: Instant | None = None
    wait_why: str = ""
    conditions_met: bool = False
    """Its contract fulfils the extra conditions, so that it may be ordered."""
    triggered_at: Instant | None = None
    """When its wait for a price or a break was met."""
    slept: bool = False
    """Its stop-limit order sleeps at the exchange, or did: it does not sleep a second time."""
    breaks: int = 0
    """How many breaks let it go on: of the underlying's range, then of its own."""
    missed: bool = False
    """The price went through its trigger while the engine was down, and must come back first."""
    trigger_at: Instant = Instant(0)
    """When its trigger was set."""
    lost_why: str = ""
    """What is known of its trigger while the engine was down, in words; empty where nothing is to be said."""
    cause: ExitReason | None = None
    """The hit of its parent that led to it."""
    hit: ExitReason | None = None
    """A level that was hit while an action keeps the leg open."""
    hit_why: str = ""
    todo: list[Todo] = []
    """Actions that its hit set off and that are still to be done, oldest first."""
    todos: int = 0
    """How many actions its hits set off so far."""
    roll: RollRun | None = None
    """It is closed to be opened on another contract, or waits for that."""
    roll_why: str = ""
    """Why it was closed for a roll and not opened again."""
    conversion: ConversionRun | None = None
    """The broker was asked to move it to another product and has not answered."""
    conversions: int = 0
    """How often that was asked for."""
    conversion_why: str = ""
    """Why it stayed in its product at the last time."""
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
    disabled: bool = False
    """It has 0 lots."""
    skipped: bool = False
    """It was given up for want of a strike, and its guards say to go on without it."""
    failed_at: Instant = Instant(0)
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
    stop: Level | None = None
    target: Level | None = None
    stop_reason: ExitReason = ExitReason.LEG_SL
    trail_steps: int = 0
    underlying_at_entry: Price | None = None
    protected_quantity: int = 0
    """Filled quantity that the levels were computed for."""
    first_stop: Level | None = None
    """The stop before any trail, move to cost or change by hand."""
    pending: "Delay | None" = None
    """A level that is reached and must hold for some time."""
    floor: Level | None = None
    """Where its locked profit is kept; None before the lock is on."""
    floor_steps: int = 0
    moved_to_cost: bool = False
    keep: int | None = None
    """Units it still wants to hold; None: all it has. Only ever falls: the rest is closed."""
    keep_why: str = ""
    given_back: list[Instant] = []
    """When parts of it were closed because the delta that it offsets returned."""
    exit_reason: ExitReason | None = None
    exit_why: str = ""
    exit_decided_at: Instant | None = None
    stop_taken_over: bool = False
    """Its stop does not rest at the broker any more and is only watched from here."""
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


class Delay(msgspec.Struct, frozen=True):
    """A level that was reached ``since`` an instant and must hold ``until`` another."""

    hit: Hit
    since: Instant
    until: Instant
    value: int
    threshold: int


class References(msgspec.Struct, frozen=True):
    """What combined levels are measured from, as it was when all legs were in."""

    underlying: Price | None
    margin: Money | None
    most_profit: Money | None


class CostTrigger(msgspec.Struct, frozen=True):
    """A hit that may move the stops of the others to their cost; ``hit`` is None where an action wanted it."""

    leg_id: LegId
    at: Instant
    hit: Hit | None


class ScaleRun(msgspec.Struct, frozen=True):
    """More of open legs that is being entered: per leg what it held and what is added, in units."""

    legs: tuple[tuple[LegId, int, int], ...]
    since: Instant


class PortfolioRun(msgspec.Struct, kw_only=True):
    """One portfolio in the engine."""

    portfolio_id: PortfolioId
    account: AccountId
    portfolio: MultilegPortfolio
    legs: list[LegRun]
    added_at: Instant
    version: int = 1
    """How often its declaration was written: each edit makes the next."""
    scaling: "ScaleRun | None" = None
    """More of its legs that is being entered now."""
    lots_now: int | None = None
    """Lots that rupee limits per lot count since a part was entered or closed by hand; None: all of them."""
    tag: str = DEFAULT_TAG
    parent: PortfolioId | None = None
    """What the copies of a portfolio in the accounts of its tag have in common."""
    multiplier: int = 1
    """How many times its lots it trades in its account."""
    carried: Money = Money(0)
    """What it had made before the day ``carried_into``, a proleptic ordinal."""
    carried_into: int = 0
    sync_until: Instant | None = None
    """Until when the accounts that are not ready are waited for; the entry rule has come true."""
    sync_why: str = ""
    """The entry rule's own words, while accounts are waited for."""
    sync_missing: str = ""
    """The accounts that were not ready when it came true."""
    state: PortfolioState = PortfolioState.IDLE
    execution: int = 1
    """How often it was executed, this time included."""
    starts_at: Instant = Instant(0)
    ends_at: Instant = Instant(0)
    square_off_at: Instant = Instant(0)
    entry: EntryRun = msgspec.field(default_factory=EntryRun)
    lots_multiplier: int = 1
    """How many times their declared lots its legs take."""
    started_at: Instant | None = None
    running_since: Instant | None = None
    closed_at: Instant | None = None
    underlying_at_start: Price | None = None
    straddle_width: Price | None = None
    """Premium of the straddle that the straddle width multiplier is of."""
    straddle_of: int = 0
    """The execution it was taken for."""
    combined_premium: Price | None = None
    """Combined premium at the entry, per unit of ``base_quantity``; sold less bought."""
    base_quantity: int = 0
    floor: Money | None = None
    """Profit at which the profit lock closes all; None before it is on."""
    anchor: Money = Money(0)
    trailed_stop: Money | None = None
    """Profit at which the trailed combined stop closes all; None before its first step."""
    stop_anchor: Money = Money(0)
    stop_pending: "Delay | None" = None
    """The combined stop is reached and must hold for some time."""
    target_pending: "Delay | None" = None
    references: "References | None" = None
    """What combined levels in percent are measured from."""
    rearmed_stop: Money | None = None
    """Profit at which a combined stop that closed only a part of the legs fires again."""
    rearmed_target: Money | None = None
    targets_hit: int = 0
    """How many of several combined targets were reached."""
    cost_triggers: list["CostTrigger"] = []
    """Hits whose moves to cost are still to be decided, oldest first."""
    cost_moves: int = 0
    """How often a hit moved the stops of the others to their cost in this execution."""
    day_loss_hit: bool = False
    """All executions of the day lost what may be lost: nothing is executed again."""
    ranges: list[RangeRun] = []
    parts_done: list[int] = []
    """Planned part exits that were carried out in this execution."""
    conditions_met: bool = False
    """The extra conditions held at the start."""
    todo: list[PortfolioTodo] = []
    """What is still to follow the exit under way."""
    todos: int = 0
    again: AgainRun | None = None
    """Set while it waits for its next execution."""
    repeats: bool = False
    """An action led to the present execution."""
    reexecutions: list[tuple[ExitReason, Instant]] = []
    """What led to each execution after the first, and when."""
    is_reversed: bool = False
    """The present execution is opened on the sides opposite to those declared."""
    reversals: list[Instant] = []
    """When it was turned round."""
    combined_wait: CombinedWaitRun | None = None
    combined_wait_over_at: Instant | None = None
    last_close_at: Instant | None = None
    delta_left_at: Instant | None = None
    """Since when the delta lies outside its band; None inside, and after a hedge."""
    exit_reason: ExitReason | None = None
    exit_why: str = ""
    exit_decided_at: Instant | None = None
    panic: bool = False

    def leg(self, leg_id: LegId) -> LegRun:
        """Answer one leg execution by its place, counted from 1. Raises IndexError where there is none."""
        return self.legs[leg_id - 1]

    @property
    def present(self) -> list[LegRun]:
        """Answer the legs of the portfolio's present execution."""
        if self.execution == 1:
            return self.legs
        return [leg for leg in self.legs if leg.execution == self.execution]

    @property
    def is_synced(self) -> bool:
        """Say whether it starts together with its copies in the other accounts of its tag."""
        return self.parent is not None and self.portfolio.sync_users is not None

    @property
    def holds_something(self) -> bool:
        """Say whether a leg has a net quantity or an order that may still fill."""
        return any(leg.net_quantity or leg.working for leg in self.legs)


def new_leg(leg_id: LegId, leg: Leg) -> LegRun:
    """Answer the first execution of a declared leg; one of 0 lots is disabled and never entered."""
    if leg.lots == 0:
        return LegRun(leg_id=leg_id, leg=leg, number=leg_id, state=LegState.CANCELLED, disabled=True, failure="0 lots")
    return LegRun(leg_id=leg_id, leg=leg, number=leg_id)


def place_leg(run: LegRun, instrument: Instrument, row: int) -> None:
    """Lock a leg to a contract."""
    run.instrument = instrument.id
    run.row = row
    run.scale = instrument.quantity_scale
    run.tick = instrument.tick_size

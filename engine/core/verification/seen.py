"""What the facts alone tell of orders, legs and portfolios, without the folding of the core."""

from datetime import date

import msgspec

from engine.domain import facts as f
from engine.domain.identifiers import AccountId, InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.levels import Level
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.range_breakout import RangeSide
from engine.domain.multileg.states import ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.order import TERMINAL, OrderStatus, Side
from engine.schema.declared import replace


class SeenOrder(msgspec.Struct, kw_only=True):
    """An order as its facts alone describe it."""

    request: f.OrderRequested
    status: OrderStatus = OrderStatus.NEW
    changed_quantity: int | None = None
    trigger: Price | None = None
    """At which price the exchange wakes it, as it took it last."""
    limit: Price | None = None
    """The limit that it leaves with, where it was priced anew before it left."""
    filled: int = 0
    value: int = 0
    sent_at: Instant | None = None
    changes: int = 0
    cancels: int = 0
    absences: list[Instant] = []

    @property
    def working(self) -> int:
        """Answer what may still be filled."""
        return 0 if self.status in TERMINAL else max(0, self.quantity - self.filled)

    @property
    def quantity(self) -> int:
        """Answer its whole quantity, as the broker took it last."""
        return self.request.quantity if self.changed_quantity is None else self.changed_quantity


class SeenLeg(msgspec.Struct, kw_only=True):
    """A leg as its facts alone describe it."""

    declared: Leg
    stop: Level | None = None
    stop_reason: ExitReason = ExitReason.LEG_SL
    target: Level | None = None
    bought: int = 0
    sold: int = 0
    cash: int = 0
    failed: bool = False
    again_at: Instant = Instant(0)
    attempts: int = 1
    by_hand: bool = False
    floor: Level | None = None
    keep: int | None = None
    origin: LegOrigin = LegOrigin.DECLARED
    parent: LegId | None = None
    root: LegId | None = None
    """The first execution of the same leg; None for that one itself."""
    cause: ExitReason | None = None
    was_hit: bool = False
    """A level was hit while an action kept the leg open."""
    waits: bool | None = None
    """It waits for a word, a time, a price or a break; None until a fact says so or not."""
    waits_for: LegState | None = None
    """The kind of its newest wait."""
    waited: frozenset[LegState | None] = frozenset()
    """Kinds of waits that are over for good."""
    breaks: int = 0
    """How many breaks of a range let it go on."""
    most: int | None = None
    """What it may hold, since it was resized."""
    ends: bool = False
    """It was decided to close it."""
    converts: str | None = None
    """The reference of the conversion that is asked for and not answered."""
    conversions: frozenset[str] = frozenset()
    """Every conversion that was ever asked for."""
    rolls_to: tuple[InstrumentId, int] | None = None
    """The contract it is rolled to, and how many units of it; None once that is opened or given up."""
    rolls_with: tuple[LegId, ...] = ()
    """All legs of its roll."""
    answered: list[int] = []
    """Its actions that were carried out or blocked."""

    @property
    def is_waiting(self) -> bool:
        """Say whether it waits; an idle leg does from its beginning."""
        return self.declared.idle if self.waits is None else self.waits

    @property
    def side(self) -> Side:
        """Answer which way it is opened."""
        return self.declared.side

    @property
    def net(self) -> int:
        """Answer what the leg holds, signed."""
        return self.bought - self.sold


class SeenPortfolio(msgspec.Struct, kw_only=True):
    """A portfolio as its facts alone describe it."""

    declared: MultilegPortfolio
    account: AccountId = AccountId("")
    parent: PortfolioId | None = None
    """What its copies in other accounts have in common with it."""
    execution: int = 1
    legs: list[SeenLeg]
    state: PortfolioState = PortfolioState.IDLE
    square_off_at: Instant = Instant(0)
    floor: int | None = None
    stop: int | None = None
    naked_since: Instant | None = None
    multiplier: int = 1
    """How many times its lots it trades in its account."""
    times: int = 1
    """How many times its declared lots its legs take."""
    most_lots: int | None = None
    edited_at: Instant | None = None
    """The newest edit: levels may be loosened by it, and at no other time."""
    edit_is_fresh: bool = False
    """What comes now follows from that edit, and from nothing else."""
    edit_confirmed: bool = False
    """That edit may close and enter what it leads to."""
    may_add: int = 0
    """Legs that it adds."""
    begins: int = 0
    """How many legs earlier executions had."""
    is_reversed: bool = False
    """Its present execution is opened on the sides opposite to those declared."""
    is_again: bool = False
    """Its next start is a re-execution."""
    conditions_met: bool = False
    ranges: dict[int, frozenset[RangeSide]] = {}
    """Frozen ranges, and the boundaries of each that the price was inside of, so that a break counts."""
    ranges_of: date | None = None
    """The day on which they were frozen."""
    parts: set[int] = set()
    """Planned part exits that were carried out."""
    starts: dict[date, int] = {}
    reversals: dict[date, int] = {}
    hedged: dict[tuple[date, LegOrigin], dict[LegId, int]] = {}


def is_hedged(portfolio: MultilegPortfolio, *, is_reversed: bool = False) -> bool:
    """Say whether bought legs cover every sold leg of the same kind, lot for lot; those that may come later do not."""
    legs = [replace(leg, side=leg.side.opposite) if is_reversed else leg for leg in portfolio.legs]
    covered = {leg.kind: 0 for leg in legs}
    for leg in legs:
        late = leg.idle or leg.wait is not None or leg.start is not None or leg.entry_delay > 0
        late = late or (portfolio.range_breakout is not None and not leg.breakout_exempt)
        if leg.side is Side.SELL or not late:
            covered[leg.kind] += leg.lots * leg.side.sign
    sells = any(leg.side is Side.SELL for leg in legs)
    return sells and all(lots >= 0 for lots in covered.values()) and all(leg.expiry is None for leg in legs)

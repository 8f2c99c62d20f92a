"""Facts of whole portfolios."""

from engine.domain.facts.fact import PortfolioFact
from engine.domain.identifiers import AccountId, InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.multileg.actions import PortfolioAction
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.levels import Level
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.range_breakout import RangeSide
from engine.domain.multileg.states import ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.settings.strategy_tag import DEFAULT_TAG


class PortfolioAdded(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_added"):
    """The engine took a portfolio; it holds nothing and waits for a start."""

    account: AccountId
    portfolio: MultilegPortfolio
    tag: str = DEFAULT_TAG
    parent: PortfolioId | None = None
    """What the copies in the accounts of a tag have in common; None where there is only one."""
    multiplier: int = 1
    """How many times its lots it trades here: the tag's multiplier times the account's."""


class PortfolioArmed(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_armed"):
    """Its entry rule is watched from now on, between two instants."""

    starts_at: Instant
    ends_at: Instant
    square_off_at: Instant
    why: str = ""
    """Days that were left out, and why."""


class PortfolioStarted(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_started"):
    """The entry rule is true, or somebody said so: the entry begins."""

    ends_at: Instant
    square_off_at: Instant
    underlying_price: Price | None
    why: str


class StraddleWidthTaken(PortfolioFact, frozen=True, kw_only=True, tag="straddle_width_taken"):
    """The premium of the straddle at ``strike``, of which the portfolio's multiplier moves the money."""

    strike: Price
    width: Price
    execution: int


class LegAdded(PortfolioFact, frozen=True, kw_only=True, tag="leg_added"):
    """One more execution of a leg: a re-entry, a lazy leg, a hedge; ``leg_id`` is the next number of the portfolio."""

    leg_id: LegId
    leg: Leg
    origin: LegOrigin
    parent: LegId | None
    """The execution it comes from or belongs to."""
    number: int
    """The declared leg it is an execution of; that of its parent for hedges and lazy legs."""
    cycle: int
    why: str
    state: LegState = LegState.WAITING
    instrument: InstrumentId | None = None
    """The contract it is locked to; None where it is chosen anew."""
    quantity: int = 0
    """Quantity to open of a locked contract."""
    trigger: Level | None = None
    """What it waits for, in a state that waits for a price."""
    reference: Price | None = None
    until: Instant | None = None
    answers: int | None = None
    """The action of its parent that it carries out, which is done by this."""
    cause: ExitReason | None = None
    """The hit of its parent that led to it."""


class StopsMovedToCost(PortfolioFact, frozen=True, kw_only=True, tag="stops_moved_to_cost"):
    """Stops went to their own cost: of the others once a leg was hit, or of one by hand.

    ``why`` says which and which not.
    """

    moves: tuple[tuple[LegId, Price], ...]
    why: str
    by_hand: bool = False
    """No hit asked for it, so none is answered by it."""


class PortfolioRunning(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_running"):
    """The entry is over: the combined exits are armed on this combined premium.

    The combined premium is sold less bought, per unit of ``base_quantity``, the greatest common divisor of the legs.
    """

    partial: bool
    combined_premium: Price
    base_quantity: int


class CombinedPremiumSet(PortfolioFact, frozen=True, kw_only=True, tag="combined_premium_set"):
    """A leg was opened or closed while the portfolio runs, so the premium of the entry is counted anew."""

    combined_premium: Price
    base_quantity: int


class ConditionsMet(PortfolioFact, frozen=True, kw_only=True, tag="conditions_met"):
    """The extra conditions hold: what makes the portfolio enter is watched now."""

    why: str


class RangeSet(PortfolioFact, frozen=True, kw_only=True, tag="range_set"):
    """A range is frozen; ``number`` is the leg whose premium made it, 0 for the underlying and the combined premium.

    With a ``problem`` it cannot be relied on, and nothing is entered by it.
    """

    number: int
    high: Price
    low: Price
    armed: bool
    """A break counts at once, wherever the price is."""
    problem: str = ""


class RangeArmed(PortfolioFact, frozen=True, kw_only=True, tag="range_armed"):
    """The price is inside a boundary, so that the next break of it counts."""

    number: int
    side: RangeSide


class RangeBroken(PortfolioFact, frozen=True, kw_only=True, tag="range_broken"):
    """A boundary was broken: the legs of that side enter."""

    number: int
    side: RangeSide
    price: Price
    level: Price
    missed: bool = False
    """It was broken while the engine was down, and the price is still near enough to enter."""


class RangeLookedBack(PortfolioFact, frozen=True, kw_only=True, tag="range_looked_back"):
    """After a restart: a boundary was broken while the engine was down, or nobody can tell.

    ``armed`` says whether the next price beyond it counts, or must come back inside first.
    """

    number: int
    side: RangeSide
    armed: bool
    why: str


class ProfitLockMoved(PortfolioFact, frozen=True, kw_only=True, tag="profit_lock_moved"):
    """The profit lock went on, or its floor rose; ``anchor`` is the profit from which the next step counts."""

    floor: Money
    anchor: Money


class CombinedStopMoved(PortfolioFact, frozen=True, kw_only=True, tag="combined_stop_moved"):
    """The combined stop in rupees moved: all is closed at ``stop`` of profit (a loss is negative)."""

    stop: Money
    anchor: Money


class PortfolioExitDecided(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_exit_decided"):
    """Everything a portfolio holds must be closed; the first reason owns the exit."""

    reason: ExitReason
    why: str
    value: int | None = None
    """The measured value that decided it, in the unit of its measure; None where no level did."""
    threshold: int | None = None
    actions: tuple[PortfolioAction, ...] = ()
    """What is done once everything is flat; a later exit drops it."""


class PortfolioExitBlocked(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_exit_blocked"):
    """Exit orders keep failing; they are tried on."""

    why: str


class PortfolioClosed(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_closed"):
    """A portfolio is flat and done; ``realised`` before charges."""

    state: PortfolioState
    reason: ExitReason
    realised: Money
    why: str = ""


class PortfolioHeld(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_held"):
    """A restart caught the portfolio in the middle of its entry; nothing is opened until somebody resumes it."""


class PortfolioResumed(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_resumed"):
    """A held portfolio goes on with its entry."""

    why: str

"""Facts of portfolios and their legs."""

from engine.domain.facts.fact import Fact
from engine.domain.identifiers import AccountId, InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, PortfolioState


class PortfolioAdded(Fact, frozen=True, kw_only=True, tag="portfolio_added"):
    """The engine took a portfolio; it holds nothing and waits for a start."""

    portfolio_id: PortfolioId
    account: AccountId
    portfolio: MultilegPortfolio


class PortfolioArmed(Fact, frozen=True, kw_only=True, tag="portfolio_armed"):
    """Its entry rule is watched from now on, between two instants."""

    portfolio_id: PortfolioId
    starts_at: Instant
    ends_at: Instant
    square_off_at: Instant


class PortfolioStarted(Fact, frozen=True, kw_only=True, tag="portfolio_started"):
    """The entry rule is true, or somebody said so: the entry begins."""

    portfolio_id: PortfolioId
    ends_at: Instant
    square_off_at: Instant
    underlying_price: Price | None
    why: str


class LegResolved(Fact, frozen=True, kw_only=True, tag="leg_resolved"):
    """A leg's contract is chosen and locked for this cycle; ``why`` names the rule, the reference and the values."""

    portfolio_id: PortfolioId
    leg_id: LegId
    instrument: InstrumentId
    quantity: int
    why: str


class LegRetried(Fact, frozen=True, kw_only=True, tag="leg_retried"):
    """A leg's order failed; another is sent at ``again_at``."""

    portfolio_id: PortfolioId
    leg_id: LegId
    attempt: int
    again_at: Instant
    why: str


class LegEntryFailed(Fact, frozen=True, kw_only=True, tag="leg_entry_failed"):
    """A leg cannot be entered, or only in part."""

    portfolio_id: PortfolioId
    leg_id: LegId
    why: str


class LegResized(Fact, frozen=True, kw_only=True, tag="leg_resized"):
    """A leg wants less than planned, because the leg that protects it got less."""

    portfolio_id: PortfolioId
    leg_id: LegId
    quantity: int
    why: str


class LegCancelled(Fact, frozen=True, kw_only=True, tag="leg_cancelled"):
    """A waiting leg will not be entered."""

    portfolio_id: PortfolioId
    leg_id: LegId
    why: str


class LegOpened(Fact, frozen=True, kw_only=True, tag="leg_opened"):
    """A leg holds all it wanted, or all that could be had."""

    portfolio_id: PortfolioId
    leg_id: LegId
    quantity: int
    average_price: Price


class LegProtected(Fact, frozen=True, kw_only=True, tag="leg_protected"):
    """A leg's levels were set from its average fill; None where it has no such level.

    Levels of premium rules are premiums, levels of underlying rules are prices of the underlying.
    """

    portfolio_id: PortfolioId
    leg_id: LegId
    average_price: Price
    underlying_price: Price | None
    stop: Price | None
    target: Price | None


class StopMoved(Fact, frozen=True, kw_only=True, tag="stop_moved"):
    """A leg's stop moved, and why: a trail, to cost, or by hand."""

    portfolio_id: PortfolioId
    leg_id: LegId
    stop: Price | None
    reason: ExitReason
    """The reason a hit of this level will carry."""
    why: str
    trail_steps: int = 0
    target: Price | None = None


class StopsMovedToCost(Fact, frozen=True, kw_only=True, tag="stops_moved_to_cost"):
    """A leg was stopped, so the stops of the others went to their own cost; ``why`` says which and which not."""

    portfolio_id: PortfolioId
    moves: tuple[tuple[LegId, Price], ...]
    why: str


class LegExitDecided(Fact, frozen=True, kw_only=True, tag="leg_exit_decided"):
    """A leg must be closed: its stop or target was hit, or somebody said so."""

    portfolio_id: PortfolioId
    leg_id: LegId
    reason: ExitReason
    why: str


class LegClosed(Fact, frozen=True, kw_only=True, tag="leg_closed"):
    """A leg holds nothing any more; ``realised`` is what its trades came to, before charges."""

    portfolio_id: PortfolioId
    leg_id: LegId
    reason: ExitReason
    average_price: Price
    realised: Money


class LegExpired(Fact, frozen=True, kw_only=True, tag="leg_expired"):
    """What a leg still held of an expired contract was settled by the exchange at its intrinsic value."""

    portfolio_id: PortfolioId
    leg_id: LegId
    instrument: InstrumentId
    quantity: int
    """Signed quantity that was settled."""
    settlement_price: Price


class PortfolioRunning(Fact, frozen=True, kw_only=True, tag="portfolio_running"):
    """The entry is over: the combined exits are armed on this combined premium.

    The combined premium is sold less bought, per unit of ``base_quantity``, the greatest common divisor of the legs.
    """

    portfolio_id: PortfolioId
    partial: bool
    combined_premium: Price
    base_quantity: int


class ProfitLockMoved(Fact, frozen=True, kw_only=True, tag="profit_lock_moved"):
    """The profit lock went on, or its floor rose; ``anchor`` is the profit from which the next step counts."""

    portfolio_id: PortfolioId
    floor: Money
    anchor: Money


class CombinedStopMoved(Fact, frozen=True, kw_only=True, tag="combined_stop_moved"):
    """The combined stop in rupees moved: all is closed at ``stop`` of profit (a loss is negative)."""

    portfolio_id: PortfolioId
    stop: Money
    anchor: Money


class PortfolioExitDecided(Fact, frozen=True, kw_only=True, tag="portfolio_exit_decided"):
    """Everything a portfolio holds must be closed; the first reason owns the exit."""

    portfolio_id: PortfolioId
    reason: ExitReason
    why: str


class PortfolioExitBlocked(Fact, frozen=True, kw_only=True, tag="portfolio_exit_blocked"):
    """Exit orders keep failing; they are tried on."""

    portfolio_id: PortfolioId
    why: str


class PortfolioClosed(Fact, frozen=True, kw_only=True, tag="portfolio_closed"):
    """A portfolio is flat and done; ``realised`` before charges."""

    portfolio_id: PortfolioId
    state: PortfolioState
    reason: ExitReason
    realised: Money
    why: str = ""


class PortfolioHeld(Fact, frozen=True, kw_only=True, tag="portfolio_held"):
    """A restart caught the portfolio in the middle of its entry; nothing is opened until somebody resumes it."""

    portfolio_id: PortfolioId


class PortfolioResumed(Fact, frozen=True, kw_only=True, tag="portfolio_resumed"):
    """A held portfolio goes on with its entry."""

    portfolio_id: PortfolioId
    why: str

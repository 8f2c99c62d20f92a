"""Facts of portfolios and their legs."""

from engine.domain.facts.fact import LegFact, PortfolioFact
from engine.domain.identifiers import AccountId, InstrumentId, LegId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, PortfolioState


class PortfolioAdded(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_added"):
    """The engine took a portfolio; it holds nothing and waits for a start."""

    account: AccountId
    portfolio: MultilegPortfolio


class PortfolioArmed(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_armed"):
    """Its entry rule is watched from now on, between two instants."""

    starts_at: Instant
    ends_at: Instant
    square_off_at: Instant


class PortfolioStarted(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_started"):
    """The entry rule is true, or somebody said so: the entry begins."""

    ends_at: Instant
    square_off_at: Instant
    underlying_price: Price | None
    why: str


class LegResolved(LegFact, frozen=True, kw_only=True, tag="leg_resolved"):
    """A leg's contract is chosen and locked for this cycle; ``why`` names the rule, the reference and the values."""

    instrument: InstrumentId
    quantity: int
    why: str


class LegRetried(LegFact, frozen=True, kw_only=True, tag="leg_retried"):
    """A leg's order failed; another is sent at ``again_at``."""

    attempt: int
    again_at: Instant
    why: str


class LegEntryFailed(LegFact, frozen=True, kw_only=True, tag="leg_entry_failed"):
    """A leg cannot be entered, or only in part."""

    why: str


class LegResized(LegFact, frozen=True, kw_only=True, tag="leg_resized"):
    """A leg wants less than planned, because the leg that protects it got less."""

    quantity: int
    why: str


class LegCancelled(LegFact, frozen=True, kw_only=True, tag="leg_cancelled"):
    """A waiting leg will not be entered."""

    why: str


class LegOpened(LegFact, frozen=True, kw_only=True, tag="leg_opened"):
    """A leg holds all it wanted, or all that could be had."""

    quantity: int
    average_price: Price


class LegProtected(LegFact, frozen=True, kw_only=True, tag="leg_protected"):
    """A leg's levels were set from its average fill; None where it has no such level.

    Levels of premium rules are premiums, levels of underlying rules are prices of the underlying.
    """

    average_price: Price
    underlying_price: Price | None
    stop: Price | None
    target: Price | None


class StopMoved(LegFact, frozen=True, kw_only=True, tag="stop_moved"):
    """A leg's stop moved, and why: a trail, to cost, or by hand."""

    stop: Price | None
    reason: ExitReason
    """The reason a hit of this level will carry."""
    why: str
    trail_steps: int = 0
    target: Price | None = None


class StopsMovedToCost(PortfolioFact, frozen=True, kw_only=True, tag="stops_moved_to_cost"):
    """A leg was stopped, so the stops of the others went to their own cost; ``why`` says which and which not."""

    moves: tuple[tuple[LegId, Price], ...]
    why: str


class LegExitDecided(LegFact, frozen=True, kw_only=True, tag="leg_exit_decided"):
    """A leg must be closed: its stop or target was hit, or somebody said so."""

    reason: ExitReason
    why: str


class LegClosed(LegFact, frozen=True, kw_only=True, tag="leg_closed"):
    """A leg holds nothing any more; ``realised`` is what its trades came to, before charges."""

    reason: ExitReason
    average_price: Price
    realised: Money


class LegExpired(LegFact, frozen=True, kw_only=True, tag="leg_expired"):
    """What a leg still held of an expired contract was settled by the exchange at its intrinsic value."""

    instrument: InstrumentId
    quantity: int
    """Signed quantity that was settled."""
    settlement_price: Price


class PortfolioRunning(PortfolioFact, frozen=True, kw_only=True, tag="portfolio_running"):
    """The entry is over: the combined exits are armed on this combined premium.

    The combined premium is sold less bought, per unit of ``base_quantity``, the greatest common divisor of the legs.
    """

    partial: bool
    combined_premium: Price
    base_quantity: int


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

"""Facts of stops and targets: delays, locks, parts that are closed, and what combined levels are measured by."""

from engine.domain.facts.fact import LegFact, PortfolioFact
from engine.domain.identifiers import LegId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.multileg.levels import Level
from engine.domain.multileg.states import ExitReason, Hit


class LegLevelFact(LegFact, frozen=True, kw_only=True):
    """A fact about the levels of one leg."""


class CombinedLevelFact(PortfolioFact, frozen=True, kw_only=True):
    """A fact about the levels of all legs together."""


class LegDelayStarted(LegLevelFact, frozen=True, kw_only=True, tag="leg_delay_started"):
    """A level of a leg is reached; it must stay so until an instant before the leg is closed."""

    hit: Hit
    level: Level
    value: int
    until: Instant
    why: str


class LegDelayCleared(LegLevelFact, frozen=True, kw_only=True, tag="leg_delay_cleared"):
    """The level that was reached is not reached any more: the leg stays open."""

    hit: Hit
    why: str


class LegFloorMoved(LegLevelFact, frozen=True, kw_only=True, tag="leg_floor_moved"):
    """A leg's profit is locked at a price, or the lock followed the price."""

    floor: Level
    steps: int
    why: str


class LegReduced(LegLevelFact, frozen=True, kw_only=True, tag="leg_reduced"):
    """A leg is closed in part: it keeps ``keep`` units, never more than before."""

    keep: int
    reason: ExitReason
    why: str


class PortfolioReduced(CombinedLevelFact, frozen=True, kw_only=True, tag="portfolio_reduced"):
    """A part of a portfolio is closed: ``keeps`` says what each leg keeps, in units; 0 closes the leg."""

    keeps: tuple[tuple[LegId, int], ...]
    reason: ExitReason
    why: str
    step: int = 0
    """Which of several targets it was, counted from 1; 0: none of them."""
    part: int = 0
    """Which of the planned part exits it was, counted from 1; 0: none of them."""
    lots: int = 0
    """Lots that rupee limits per lot count from now on, where the trader closed a part; 0: as before."""


class CombinedDelayStarted(CombinedLevelFact, frozen=True, kw_only=True, tag="combined_delay_started"):
    """The combined stop or target is reached; it must stay so until an instant before anything is closed."""

    hit: Hit
    value: int
    threshold: int
    until: Instant
    why: str


class CombinedDelayCleared(CombinedLevelFact, frozen=True, kw_only=True, tag="combined_delay_cleared"):
    """The combined stop or target is not reached any more: everything stays open."""

    hit: Hit
    why: str


class CombinedReferencesSet(CombinedLevelFact, frozen=True, kw_only=True, tag="combined_references_set"):
    """What combined levels in percent, and moves of the underlying, are measured from; None where it is not known."""

    underlying: Price | None
    margin: Money | None
    """Estimated margin of what was entered, in 1/10,000 ₹."""
    most_profit: Money | None
    """The most that can be made at the expiry; None where it has no bound or is not known."""


class CombinedHitInPart(CombinedLevelFact, frozen=True, kw_only=True, tag="combined_hit_in_part"):
    """A combined stop or target closed only the legs that lose, or only those that gain; the others go on."""

    hit: Hit
    legs: tuple[LegId, ...]
    reason: ExitReason
    rearmed: Money
    """The profit (a loss is negative) at which it fires again."""
    why: str


class CostMoveWanted(LegLevelFact, frozen=True, kw_only=True, tag="cost_move_wanted"):
    """An action of this leg wants the stops of the others at their cost."""

    why: str


AnyLegLevelFact = LegDelayStarted | LegDelayCleared | LegFloorMoved | LegReduced | CostMoveWanted
"""Every fact about the levels of one leg."""

AnyCombinedLevelFact = (
    PortfolioReduced | CombinedDelayStarted | CombinedDelayCleared | CombinedReferencesSet | CombinedHitInPart
)
"""Every fact about the levels of all legs together."""

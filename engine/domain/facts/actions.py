"""Facts of on-hit actions, waits and re-executions."""

from engine.domain.facts.fact import LegFact, PortfolioFact
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instant import Instant
from engine.domain.multileg.states import ExitReason


class LegActionFact(LegFact, frozen=True, kw_only=True):
    """A fact about what a leg's hit sets off, or about its wait."""


class LegHit(LegActionFact, frozen=True, kw_only=True, tag="leg_hit"):
    """A leg's stop or target was hit and its actions begin while it stays open; the level that was hit is gone."""

    reason: ExitReason
    why: str


class ActionDone(LegActionFact, frozen=True, kw_only=True, tag="action_done"):
    """An action of a leg is done, or there was nothing to do; ``action`` is its number among those of the leg."""

    action: int
    what: str


class ReentryBlocked(LegActionFact, frozen=True, kw_only=True, tag="reentry_blocked"):
    """An action that would have opened something again is not carried out."""

    action: int
    why: str
    reason: ExitReason = ExitReason.REENTRY_BLOCKED


class LegWaitMissed(LegActionFact, frozen=True, kw_only=True, tag="leg_wait_missed"):
    """The price went through a waiting leg's trigger while the engine was down: it must come back first."""

    why: str


class LegLookedBack(LegActionFact, frozen=True, kw_only=True, tag="leg_looked_back"):
    """After a restart: a waiting leg's trigger was reached while the engine was down, or nobody can tell.

    It waits on as before; ``passed`` is False where the prices of the stretch are not known.
    """

    since: Instant
    until: Instant
    passed: bool
    why: str


class RollBlocked(LegActionFact, frozen=True, kw_only=True, tag="roll_blocked"):
    """A leg was closed for a roll and is not opened on its new contract."""

    instrument: InstrumentId
    why: str


class PortfolioActionFact(PortfolioFact, frozen=True, kw_only=True):
    """A fact about what follows the close of a whole portfolio, or about the wait of all its legs together."""


class PortfolioActionDone(PortfolioActionFact, frozen=True, kw_only=True, tag="portfolio_action_done"):
    """An action of a portfolio is done, or there was nothing to do."""

    action: int
    what: str


class PortfolioReentryBlocked(PortfolioActionFact, frozen=True, kw_only=True, tag="portfolio_reentry_blocked"):
    """A portfolio is not executed again, although an action says so."""

    action: int
    why: str
    reason: ExitReason = ExitReason.REENTRY_BLOCKED


class PortfolioReexecuted(PortfolioActionFact, frozen=True, kw_only=True, tag="portfolio_reexecuted"):
    """A flat portfolio begins its next execution: fresh legs wait until ``starts_at``, or for the entry premium."""

    action: int
    cause: ExitReason
    """What had closed it."""
    starts_at: Instant
    ends_at: Instant
    why: str
    contracts: tuple[InstrumentId | None, ...] = ()
    """The contract each declared leg is locked to; empty where all are chosen anew."""
    premium: int | None = None
    """Combined premium of the contracts before, in 1/10,000 ₹ per unit, that is waited for; None enters at once."""
    rising: bool = False
    measured_on: tuple[LegId, ...] = ()
    is_reversed: bool = False
    """Its legs are opened on the sides opposite to those declared."""
    turned: bool = False
    """It turns the execution before it round: its contracts are opened, legs that had none are not."""
    """The legs of the execution before, whose contracts that premium is measured on."""


class RollDecided(PortfolioActionFact, frozen=True, kw_only=True, tag="roll_decided"):
    """Open legs are closed and opened on other contracts; nothing is opened before all of them are closed."""

    rolls: tuple[tuple[LegId, InstrumentId, int], ...]
    """Leg, new contract, and how many units of it."""
    why: str


class CombinedWaitSet(PortfolioActionFact, frozen=True, kw_only=True, tag="combined_wait_set"):
    """The combined wait and trade begins: nothing is entered before the combined premium reaches ``trigger``."""

    reference: int
    trigger: int


class CombinedWaitOver(PortfolioActionFact, frozen=True, kw_only=True, tag="combined_wait_over"):
    """The combined premium made its move."""

    why: str


AnyLegActionFact = LegHit | ActionDone | ReentryBlocked | LegWaitMissed | LegLookedBack | RollBlocked
"""Every fact about what a leg's hit sets off, or about its wait."""

AnyPortfolioActionFact = (
    PortfolioActionDone
    | PortfolioReentryBlocked
    | PortfolioReexecuted
    | RollDecided
    | CombinedWaitSet
    | CombinedWaitOver
)
"""Every fact about what follows the close of a portfolio, or about the wait of its legs together."""

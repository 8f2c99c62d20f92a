"""Facts of legs."""

from engine.domain.facts.fact import LegFact
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.multileg.levels import Level
from engine.domain.multileg.states import ExitReason, LegState


class LegResolved(LegFact, frozen=True, kw_only=True, tag="leg_resolved"):
    """A leg's contract is chosen and locked for this cycle; ``why`` names the rule, the reference and the values."""

    instrument: InstrumentId
    quantity: int
    why: str


class LegWaits(LegFact, frozen=True, kw_only=True, tag="leg_waits"):
    """A leg waits for a word, a time or a price before it is entered; ``until`` ends a wait for a time."""

    state: LegState
    trigger: Level | None = None
    reference: Price | None = None
    """The price that the trigger was computed from."""
    until: Instant | None = None
    why: str = ""


class LegReleased(LegFact, frozen=True, kw_only=True, tag="leg_released"):
    """What a leg waited for has come: it is entered now."""

    why: str


class LegConditionsMet(LegFact, frozen=True, kw_only=True, tag="leg_conditions_met"):
    """A leg's contract fulfils the extra conditions: it may be ordered."""


class StopTakenOver(LegFact, frozen=True, kw_only=True, tag="stop_taken_over"):
    """The order of a stop does not rest at the broker any more: from now on the stop is only watched from here."""

    why: str


class LegRetried(LegFact, frozen=True, kw_only=True, tag="leg_retried"):
    """A leg's order failed; another is sent at ``again_at``."""

    attempt: int
    again_at: Instant
    why: str


class LegEntryFailed(LegFact, frozen=True, kw_only=True, tag="leg_entry_failed"):
    """A leg cannot be entered, or only in part."""

    why: str
    skipped: bool = False
    """No strike fits and its guards say to go on without it."""


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
    """A leg's levels were set from its average fill; None where it has no such level."""

    average_price: Price
    underlying_price: Price | None
    stop: Level | None
    target: Level | None
    first_stop: Level | None = None
    """The stop as it was computed, whatever moved it since."""


class StopMoved(LegFact, frozen=True, kw_only=True, tag="stop_moved"):
    """A leg's stop moved, and why: a trail, to cost, or by hand."""

    stop: Level | None
    reason: ExitReason
    """The reason a hit of this level will carry."""
    why: str
    trail_steps: int = 0
    target: Level | None = None


class LegExitDecided(LegFact, frozen=True, kw_only=True, tag="leg_exit_decided"):
    """A leg must be closed: its stop or target was hit, or somebody said so."""

    reason: ExitReason
    why: str
    value: int | None = None
    """The measured value that decided it, in the unit of its measure; None where no level did."""
    threshold: int | None = None


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

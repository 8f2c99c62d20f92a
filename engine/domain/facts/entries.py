"""Facts of a portfolio's entry: what is watched, what was seen, and what made it enter."""

from engine.domain.facts.fact import PortfolioFact
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.money import Price
from engine.domain.multileg.entry import Direction
from engine.domain.multileg.states import SignalAction


class EntryFact(PortfolioFact, frozen=True, kw_only=True):
    """A fact about how a portfolio comes to enter."""


class EntryReferenceTaken(EntryFact, frozen=True, kw_only=True, tag="entry_reference_taken"):
    """The reference of a dynamic entry was taken; the watched price is held against ``low`` and ``high`` from now on.

    Prices are signed where they are combined premiums. A bound that is None is not watched; the two of a single level
    are the same.
    """

    reference: Price
    low: Price | None
    high: Price | None
    direction: Direction
    phase: int
    """How many of its crossings are behind a crossover."""
    side: int
    """Where the watched price lies now: −1 below the level, 1 above it, 0 at it."""
    straddle: tuple[InstrumentId, ...] = ()
    """Call and put whose premium is watched, where it is not that of the legs."""
    why: str


class EntrySideSeen(EntryFact, frozen=True, kw_only=True, tag="entry_side_seen"):
    """The watched price went to the other side of its level without making the portfolio enter."""

    side: int
    phase: int
    price: Price


class EntryLookedBack(EntryFact, frozen=True, kw_only=True, tag="entry_looked_back"):
    """After a restart: the level was reached while the engine was down, or nobody can tell; it is waited for on."""

    why: str


class LotsMultiplied(EntryFact, frozen=True, kw_only=True, tag="lots_multiplied"):
    """How many lots the legs of a portfolio really take, because of its exposure or its most lots."""

    multiplier: int
    lots: tuple[tuple[LegId, int], ...]
    why: str


class PortfolioReset(EntryFact, frozen=True, kw_only=True, tag="portfolio_reset"):
    """A portfolio that was done stands ready for its next execution of the day, with fresh legs."""

    execution: int


class MarginShort(EntryFact, frozen=True, kw_only=True, tag="margin_short"):
    """The estimate says that the funds do not cover the portfolio; it is entered all the same, as it says."""

    execution: int
    detail: str


class SignalTaken(EntryFact, frozen=True, kw_only=True, tag="signal_taken"):
    """A signal with the right word arrived and was carried out."""

    key: str
    """What makes it the same signal as another."""
    action: SignalAction
    words: str


AnyEntryFact = (
    EntryReferenceTaken | EntrySideSeen | EntryLookedBack | LotsMultiplied | PortfolioReset | MarginShort | SignalTaken
)
"""Every fact about an entry."""

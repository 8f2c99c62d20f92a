"""What a portfolio's entry is at this moment; written only by folding facts."""

import msgspec

from engine.domain.identifiers import InstrumentId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.multileg.entry import Direction


class EntryWatch(msgspec.Struct, kw_only=True):
    """What a dynamic entry is held against, and where its price was seen."""

    reference: Price
    low: Price | None
    high: Price | None
    direction: Direction
    phase: int
    side: int
    straddle: tuple[InstrumentId, ...] = ()


class EntryRun(msgspec.Struct, kw_only=True):
    """How a portfolio comes to enter."""

    watch: EntryWatch | None = None
    """The reference of a dynamic entry, once it was taken."""
    watched_at: Instant = Instant(0)
    """When that reference was taken."""
    lost_why: str = ""
    """What is known of its level while the engine was down, in words; empty where nothing is to be said."""
    start_signalled: bool = False
    """A signal asked for its start; its gates may still hold it back."""
    signals: dict[str, Instant] = {}
    """Signals that were carried out, by what makes them the same, and when."""
    starts_of_day: int = 0
    start_day: int = 0
    """The Indian date, as an ordinal, of which the starts are counted."""
    lots_are_set: bool = False
    """Exposure and most lots have had their say."""
    margin_short_of: int = 0
    """The execution for which the funds were found short."""

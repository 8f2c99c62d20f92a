"""Facts of what a trader changes while a portfolio lives: edits, parts, switching it off, closing it elsewhere."""

from enum import Enum

from engine.domain.facts.fact import LegFact, PortfolioFact
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.levels import Level
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason


class EditFact(PortfolioFact, frozen=True, kw_only=True):
    """A fact about what a trader changed of a whole portfolio."""


class LegEditFact(LegFact, frozen=True, kw_only=True):
    """A fact about what a trader changed of one leg."""


class PortfolioEdited(EditFact, frozen=True, kw_only=True, tag="portfolio_edited"):
    """A portfolio has another declaration from now on; ``changes`` is the difference in words."""

    portfolio: MultilegPortfolio
    changes: tuple[str, ...]
    version: int
    anew: bool
    """Nothing had begun: its legs are those of the new declaration, and it waits for a start or to be armed."""
    repeats: bool = False
    """Declared anew while it waits to be executed again, which it goes on to do."""
    legs: tuple[tuple[LegId, Leg], ...] = ()
    """What executions of its legs keep to from now on, where that changed."""
    ends_at: Instant | None = None
    """The last time for an entry, where it moved."""
    square_off_at: Instant | None = None


class SecretWordSealed(EditFact, frozen=True, kw_only=True, tag="secret_word_sealed"):
    """The plain secret word that an older version kept is a salted hash from now on."""

    token: str


class ConfirmationWanted(EditFact, frozen=True, kw_only=True, tag="confirmation_wanted"):
    """A command was not carried out, because of what it would lead to at once; confirmed, it is."""

    command: str
    sentence: str


class PartEntryBegun(EditFact, frozen=True, kw_only=True, tag="part_entry_begun"):
    """More is entered of legs that are open: ``adds`` says of which, how many units, and how many lots these are."""

    adds: tuple[tuple[LegId, int, int], ...]
    lots: int
    """Lots that rupee limits per lot count from now on."""
    why: str


class PartEntryOver(EditFact, frozen=True, kw_only=True, tag="part_entry_over"):
    """What was to be added is there, or given up: ``keeps`` says what legs keep, where others could not follow."""

    keeps: tuple[tuple[LegId, int], ...]
    why: str


class PortfolioDisabled(EditFact, frozen=True, kw_only=True, tag="portfolio_disabled"):
    """A portfolio must not be started by anything until it is enabled again."""


class PortfolioEnabled(EditFact, frozen=True, kw_only=True, tag="portfolio_enabled"):
    """A portfolio may be started again; it waits for a click."""


class LegLevelsEdited(LegEditFact, frozen=True, kw_only=True, tag="leg_levels_edited"):
    """An edit changed the rules of an open leg: its levels lie where the new rules put them, looser ones too."""

    stop: Level | None
    target: Level | None
    first_stop: Level | None
    reason: ExitReason
    """The reason that a hit of the stop will carry."""
    trail_steps: int
    keeps_lock: bool
    why: str


class OutsidePrice(Enum):
    """Whose price a leg that was closed outside is counted at."""

    BROKER = "the broker's average"
    MOMENT = "the price of the moment"
    TYPED = "typed by hand"


class LegClosedOutside(LegEditFact, frozen=True, kw_only=True, tag="leg_closed_outside"):
    """What a leg held was closed at the broker by somebody else; ``source`` says whose price it is counted at."""

    instrument: InstrumentId
    quantity: int
    """Signed quantity that we held."""
    price: Price
    source: OutsidePrice = OutsidePrice.MOMENT


AnyEditFact = (
    PortfolioEdited
    | SecretWordSealed
    | ConfirmationWanted
    | PartEntryBegun
    | PartEntryOver
    | PortfolioDisabled
    | PortfolioEnabled
)
"""Every fact about what a trader changed of a whole portfolio."""

AnyLegEditFact = LegLevelsEdited | LegClosedOutside
"""Every fact about what a trader changed of one leg."""

"""What a portfolio has still to do after a hit, and what all of it waits for."""

import msgspec

from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instant import Instant
from engine.domain.multileg.actions import PortfolioAction
from engine.domain.multileg.exit import Reverse
from engine.domain.multileg.leg import LegAction
from engine.domain.multileg.states import ExitReason
from engine.domain.order import Product


class Todo(msgspec.Struct, frozen=True):
    """An action that a leg's hit set off, still to be done."""

    number: int
    action: LegAction
    reason: ExitReason
    since: Instant


class RollRun(msgspec.Struct, frozen=True):
    """A leg that is closed to be opened on another contract."""

    instrument: InstrumentId
    quantity: int
    since: Instant
    together: tuple[LegId, ...]
    """All legs of the roll: each is closed before any is opened anew."""


class ConversionRun(msgspec.Struct, frozen=True):
    """A conversion that the broker was asked for and has not answered."""

    reference: str
    before: Product
    after: Product
    quantity: int
    since: Instant


class PortfolioTodo(msgspec.Struct, frozen=True):
    """What is still to follow the close of a whole portfolio."""

    number: int
    action: PortfolioAction | Reverse
    reason: ExitReason
    since: Instant


class AgainRun(msgspec.Struct, kw_only=True):
    """A portfolio that waits for its next execution."""

    cause: ExitReason
    since: Instant
    premium: int | None
    """Combined premium that is waited for; None where only a time is."""
    rising: bool
    measured_on: list[LegId]
    """The legs of the execution before, whose contracts the premium is measured on."""


class CombinedWaitRun(msgspec.Struct, frozen=True):
    """The combined premium at the start, and the one that is waited for."""

    reference: int
    trigger: int

"""Power losses at chosen moments: before and after the journal is written, and between two orders on the wire."""

from collections.abc import Sequence
from enum import Enum
from typing import Self

import msgspec

from engine.ports.journal import JournalEntry
from engine.runtime.journal.memory import MemoryJournal


class Moment(Enum):
    """When the power fails."""

    BEFORE_WRITING = "crash_before_journal"
    AFTER_WRITING = "crash_after_journal"
    ON_THE_WIRE = "crash_on_the_wire"


class PowerLoss(Exception):  # noqa: N818  # Not an error of the program: the machine stops.
    """The machine stops at this instant; only what is in the journal and at the broker is left."""

    def __init__(self, moment: Moment) -> None:
        super().__init__(moment.value)
        self.moment = moment


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """One power loss: at the ``number``-th event of its kind since the last start, for ``lasts`` microseconds."""

    moment: Moment
    number: int
    lasts: int


class Breaker:
    """Counts events of the one outage that comes next, and cuts the power when it is due."""

    def __init__(self, outages: Sequence[Outage]) -> None:
        self._left = list(outages)
        self._counted = 0

    @property
    def next(self) -> Outage | None:
        """The outage that comes next; None after the last."""
        return self._left[0] if self._left else None

    def count(self, moment: Moment) -> None:
        """Count an event. Raises PowerLoss where it is the one."""
        outage = self.next
        if outage is not None and outage.moment is moment:
            self._counted += 1
            if self._counted >= outage.number:
                raise PowerLoss(moment)

    def fail_next(self, outage: Outage) -> None:
        """Put an outage before all others; those count from anew afterwards."""
        self._left.insert(0, outage)
        self._counted = 0

    def stay_on(self) -> None:
        """Let the power fail no more."""
        self._left.clear()

    def restored(self) -> Outage:
        """Answer the outage that is over, and count for the next one."""
        self._counted = 0
        return self._left.pop(0)

    def off(self) -> None:
        """Let the power stay on from here."""
        self._left.clear()


class BreakableJournal(MemoryJournal):
    """A journal in memory that can lose its power before or after each append."""

    breaker: Breaker | None = None

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Keep all entries. Raises PowerLoss before or after doing so, when that is due."""
        if self.breaker is None:
            super().append(entries)
            return
        self.breaker.count(Moment.BEFORE_WRITING)
        super().append(entries)
        self.breaker.count(Moment.AFTER_WRITING)

    def after_power_loss(self, breaker: Breaker) -> Self:
        """Answer the journal that the next start finds."""
        copy = self.crash_copy()
        copy.breaker = breaker
        return copy

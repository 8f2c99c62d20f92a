"""What goes wrong on purpose: a plan of chances, and the dice that follow it."""

from collections import Counter
from enum import Enum

import msgspec
import numpy as np

from engine.domain.instant import SECOND, Instant

CERTAIN = 10_000
"""A chance that always strikes: chances are whole numbers out of 10,000."""


class Fault(Enum):
    """A kind of trouble; the value is the plan's field that holds its chance."""

    LOST_REQUEST = "lost_request"
    LOST_ANSWER = "lost_answer"
    DELAYED_ACCEPTANCE = "delayed_acceptance"
    RANDOM_REJECT = "random_reject"
    PARTIAL_FILL = "partial_fill"
    LOST_REPORT = "lost_report"
    DUPLICATED_REPORT = "duplicated_report"
    REORDERED_REPORT = "reordered_report"
    STALE_BOOKS = "stale_books"
    SLOW_BOOKS = "slow_books"
    FAILING_BOOKS = "failing_books"
    FILL_BEFORE_CANCEL = "fill_before_cancel"
    LOST_CANCEL = "lost_cancel"
    LOST_MODIFY = "lost_modify"
    SESSION_LOSS = "session_loss"


class FaultPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The chance of each fault out of 10,000 for every request or report it can strike, and how long it may last.

    The default plan is free of faults and never rolls the dice.
    """

    lost_request: int = 0
    """A new order never arrives: UNKNOWN after the timeout."""
    lost_answer: int = 0
    """A new order arrives, its answers until the timeout do not: UNKNOWN."""
    delayed_acceptance: int = 0
    """A new order hangs at the broker for up to ``longest_delay``: UNKNOWN, and then it lives."""
    random_reject: int = 0
    partial_fill: int = 0
    """An arriving order of several lots fills only in part at first."""
    lost_report: int = 0
    duplicated_report: int = 0
    reordered_report: int = 0
    stale_books: int = 0
    """A read answers what the last one answered, not proven fresh."""
    slow_books: int = 0
    """A read arrives up to ``longest_delay`` after it was made."""
    failing_books: int = 0
    """A read ends in a ConnectionReport."""
    fill_before_cancel: int = 0
    """Somebody meets the order just before its cancellation arrives."""
    lost_cancel: int = 0
    lost_modify: int = 0
    session_loss: int = 0
    """The session ends at this request, for up to ``longest_session_loss``."""
    longest_delay: int = 90 * SECOND
    longest_disorder: int = 3 * SECOND
    longest_session_loss: int = 60 * SECOND
    session_losses: tuple[tuple[Instant, Instant], ...] = ()
    """Session losses at fixed times: from, until."""
    ends_at: Instant | None = None
    """From then on nothing goes wrong any more, so that a test can see everything settle."""

    def chance(self, fault: Fault) -> int:
        """Answer the chance of a fault out of 10,000."""
        chance: int = getattr(self, fault.value)
        return chance


_WORST: dict[Fault, int] = {
    Fault.LOST_REQUEST: 600,
    Fault.LOST_ANSWER: 800,
    Fault.DELAYED_ACCEPTANCE: 400,
    Fault.RANDOM_REJECT: 1_000,
    Fault.PARTIAL_FILL: 5_000,
    Fault.LOST_REPORT: 1_500,
    Fault.DUPLICATED_REPORT: 5_000,
    Fault.REORDERED_REPORT: 3_000,
    Fault.STALE_BOOKS: 3_000,
    Fault.SLOW_BOOKS: 2_000,
    Fault.FAILING_BOOKS: 2_000,
    Fault.FILL_BEFORE_CANCEL: 3_000,
    Fault.LOST_CANCEL: 1_500,
    Fault.LOST_MODIFY: 1_500,
    Fault.SESSION_LOSS: 50,
}
"""The highest chance that a drawn plan gives each fault."""


def drawn_plan(dice: np.random.Generator, ends_at: Instant | None = None) -> FaultPlan:
    """Answer a plan whose chances are themselves drawn: about half of the kinds are off in any one plan."""
    chances = {
        fault.value: int(dice.integers(1, worst + 1)) if dice.integers(2) else 0 for fault, worst in _WORST.items()
    }
    return msgspec.structs.replace(FaultPlan(ends_at=ends_at), **chances)


class FaultDice:
    """Rolls for a plan's faults and counts those that struck. Raises ValueError for a plan with faults and no dice."""

    def __init__(self, plan: FaultPlan, dice: np.random.Generator | None) -> None:
        self.plan = plan
        self.injected: Counter[str] = Counter()
        self._dice = dice
        self._chances = {fault: plan.chance(fault) for fault in Fault}
        if dice is None and any(self._chances.values()):
            raise ValueError("a fault plan with chances needs a seeded generator to draw from")

    def strikes(self, fault: Fault, at: Instant) -> bool:
        """Say whether a fault strikes now, and count it."""
        chance = self._chances[fault]
        ended = self.plan.ends_at is not None and at >= self.plan.ends_at
        if chance == 0 or ended or self._dice is None or self._dice.integers(CERTAIN) >= chance:
            return False
        self.injected[fault.value] += 1
        return True

    def between(self, low: int, high: int) -> int:
        """Answer a whole number from ``low`` to ``high``, both included; ``low`` where there are no dice."""
        if self._dice is None or high <= low:
            return low
        return int(self._dice.integers(low, high + 1))

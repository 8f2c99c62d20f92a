"""Days made harder in one way, so that a rare mistake has its chance within a few seeds."""

import msgspec

from brokers.paper.faults import FaultPlan
from desktop.verification.plan import FAULTS_END, Action, DayPlan, Deed
from engine.domain.instant import SECOND, Instant, day_time, ist_time_of_day
from engine.domain.multileg.portfolio import MultilegPortfolio


def as_drawn(plan: DayPlan, _opens: Instant) -> DayPlan:
    """The day as its seed has it."""
    return plan


def killed_while_queued(plan: DayPlan, opens: Instant) -> DayPlan:
    """One order a second, and the kill switch two seconds into every entry."""
    kills = tuple(
        Action(at=_start(declared, opens, 2), deed=Deed.KILL_OPENINGS, pick=0) for declared in plan.portfolios
    )
    starts = tuple(
        Action(at=_start(declared, opens, 0), deed=Deed.START, pick=n) for n, declared in enumerate(plan.portfolios)
    )
    limits = msgspec.structs.replace(plan.limits, orders_per_second=1)
    actions = tuple(sorted(kills + starts, key=lambda action: action.at))
    return msgspec.structs.replace(plan, limits=limits, actions=actions, outages=())


def slow_line(plan: DayPlan, _opens: Instant) -> DayPlan:
    """One order a second."""
    return msgspec.structs.replace(plan, limits=msgspec.structs.replace(plan.limits, orders_per_second=1))


def unanswered(plan: DayPlan, opens: Instant) -> DayPlan:
    """A third of the orders is not answered, a third refused."""
    faults = FaultPlan(lost_request=3_300, random_reject=5_000, ends_at=Instant(opens + FAULTS_END))
    return msgspec.structs.replace(plan, faults=faults, outages=(), answer_timeout=SECOND)


def _start(declared: MultilegPortfolio, opens: Instant, after: int) -> Instant:
    return Instant(opens - ist_time_of_day(opens) + day_time(declared.schedule.start) + after * SECOND)

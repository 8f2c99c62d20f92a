"""Days made harder in one way, so that a rare mistake has its chance within a few seeds."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from brokers.paper.faults import FaultPlan
from desktop.verification.account_draws import BOTH, FIRST, OTHER, AccountPlan
from desktop.verification.deed_draws import Action, Deed
from desktop.verification.plan import DayPlan
from desktop.verification.power import Moment, Outage
from engine.domain.instant import SECOND, Instant, day_time, ist_time_of_day
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.sync_users import SyncUsers
from engine.domain.settings.account import Account
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from engine.schema.declared import replace
from engine.schema.load import load


def as_drawn(plan: DayPlan) -> DayPlan:
    """The day as its seed has it."""
    return plan


def killed_while_queued(plan: DayPlan) -> DayPlan:
    """One order a second, and the kill switch two seconds into every entry."""
    kills = tuple(
        Action(at=_start(declared, plan.opens, 2), deed=Deed.KILL_OPENINGS, pick=0) for declared in plan.portfolios
    )
    starts = tuple(
        Action(at=_start(declared, plan.opens, 0), deed=Deed.START, pick=number)
        for number, declared in enumerate(plan.portfolios)
    )
    actions = tuple(sorted(kills + starts, key=lambda action: action.at))
    return msgspec.structs.replace(slow_line(plan), actions=actions, outages=())


def slow_line(plan: DayPlan) -> DayPlan:
    """One order a second."""
    account = plan.accounts[0].declared
    return _on_account(plan, declared=replace(account, limits=replace(account.limits, orders_per_second=1)))


def unanswered(plan: DayPlan) -> DayPlan:
    """A third of the orders is not answered, a third refused."""
    faults = FaultPlan(lost_request=3_300, random_reject=5_000, ends_at=plan.faults_end)
    return msgspec.structs.replace(_on_account(plan, faults=faults, answer_timeout=SECOND), outages=())


def _on_account(plan: DayPlan, **changes: Any) -> DayPlan:
    """The day with another first account."""
    first = msgspec.structs.replace(plan.accounts[0], **changes)
    return msgspec.structs.replace(plan, accounts=(first, *plan.accounts[1:]))


def playing(
    *deeds: tuple[int, Deed], tag_loss: int | None = None, wrong_prints: int = 0, **declared: Any
) -> Callable[[DayPlan], DayPlan]:
    """A day without faults on which one portfolio trades from 09:20 to 15:10; deeds are so many minutes after 09:15."""

    def plays(plan: DayPlan) -> DayPlan:
        tag = None
        if tag_loss is not None:
            member = TagMember(account="PAPER")
            tag = StrategyTag(name="T", members=(member,), max_loss=Decimal(tag_loss))
        schedule = {"start": "09:20:00", "end": "15:00:00", "square_off": "15:10:00"}
        data = {"name": "P1", "schedule": schedule, "tag": "Default" if tag is None else "T", **declared}
        actions = tuple(
            Action(at=Instant(plan.opens + minutes * 60 * SECOND), deed=deed, pick=minutes) for minutes, deed in deeds
        )
        return msgspec.structs.replace(
            plan, days=(date(2026, 8, 19),), step=30 * SECOND, wrong_prints=wrong_prints,
            outages=(), portfolios=(load(data, MultilegPortfolio),), actions=actions, expiries=1, strikes=12,
            accounts=(easy_account("PAPER"),), tags=() if tag is None else (tag,),
        )  # fmt: skip

    return plays


def in_both(
    plays: Callable[[DayPlan], DayPlan],
    sync: int | None = None,
    down: tuple[int, int] | None = None,
    **declared: Any,
) -> Callable[[DayPlan], DayPlan]:
    """That day with a second account, and its portfolio in both; the second takes twice the lots.

    ``sync`` is how long one waits for the other, ``down`` from which to which minute after 09:15 the line of the second
    is down, ``declared`` what the second account declares.
    """

    def plays_in_both(plan: DayPlan) -> DayPlan:
        plan = plays(plan)
        members = (TagMember(account=FIRST), TagMember(account=OTHER, multiplier=2))
        users = None if sync is None else SyncUsers(timeout=sync)
        loss = () if down is None else (tuple(Instant(plan.opens + minute * 60 * SECOND) for minute in down),)
        other = msgspec.structs.replace(easy_account(OTHER, **declared), faults=FaultPlan(session_losses=loss))
        return msgspec.structs.replace(
            plan,
            portfolios=tuple(replace(one, tag=BOTH, sync_users=users) for one in plan.portfolios),
            accounts=(plan.accounts[0], other),
            tags=(StrategyTag(name=BOTH, members=members),),
        )

    return plays_in_both


def easy_account(name: str, **declared: Any) -> AccountPlan:
    """An account with plenty of funds, on a line without latency or faults."""
    return AccountPlan(
        declared=Account(id=name, **declared), funds=Decimal(50_000_000), request_latency=0, report_latency=0,
        faults=FaultPlan(), late_fills=0,
    )  # fmt: skip


def cut_off(plays: Callable[[DayPlan], DayPlan], number: int) -> Callable[[DayPlan], DayPlan]:
    """That day with a power loss at a numbered order on the wire."""
    outage = Outage(moment=Moment.ON_THE_WIRE, number=number, lasts=30 * SECOND)
    return lambda plan: msgspec.structs.replace(plays(plan), outages=(outage,))


def _start(declared: MultilegPortfolio, opens: Instant, after: int) -> Instant:
    return Instant(opens - ist_time_of_day(opens) + day_time(declared.schedule.start) + after * SECOND)

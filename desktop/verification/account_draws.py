"""Random accounts of a day, each with its own funds, line and faults, and the strategy tags that lie over them."""

from datetime import time
from decimal import Decimal

import msgspec

from brokers.paper.faults import FaultPlan, drawn_plan
from desktop.verification.draw import Draw
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.settings.account import Account
from engine.domain.settings.day_limits import DayLock
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from engine.schema.declared import replace

FIRST, OTHER = AccountId("PAPER"), AccountId("OTHER")
"""The default account of every day, and the second one of some."""

BOTH = "Both"
"""The tag whose portfolios run in both accounts."""


class AccountPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One account of a day: what it may do, and what goes wrong between it and its broker."""

    declared: Account
    funds: Decimal
    request_latency: int
    report_latency: int
    answer_timeout: int = 7 * SECOND
    faults: FaultPlan
    late_fills: int
    """Chance that the news of a part fill is held back until after a cancellation, out of 10,000."""

    @property
    def account(self) -> AccountId:
        """Answer the account's id."""
        return AccountId(self.declared.id)


def limits(draw: Draw) -> RiskLimits:
    """Answer drawn limits: mostly wide ones."""
    return RiskLimits(
        lots_per_order=draw.one_of((*(500,) * 6, 25, 4)),
        lots_per_position=draw.one_of((*(2_000,) * 6, 50, 4)),
        orders_per_day=draw.one_of((3_000, 3_000, 3_000, 30)),
        orders_per_second=draw.one_of((8, 8, 3, 1)),
        daily_loss=draw.one_of((*(None,) * 8, Decimal(2_000), Decimal(20_000))),
        check_margin=draw.chance(80),
        most_notional=draw.one_of((*(None,) * 8, Decimal(4_000_000))),
    )


def funds(draw: Draw) -> Decimal:
    """Answer drawn funds in ₹: mostly plenty."""
    return Decimal(draw.one_of((150_000, 2_000_000, *(50_000_000,) * 6)))


def latency(draw: Draw) -> int:
    """Answer a drawn latency of a line in µs."""
    return draw.one_of((0, 50_000, 400_000))


def late_fills(draw: Draw) -> int:
    """Answer a drawn chance of late fills out of 10,000."""
    return draw.one_of((0, 5_000, 9_000))


def faults(draw: Draw, ends_at: Instant) -> FaultPlan:
    """Answer drawn faults; in a storm, orders are refused and unanswered four times as often."""
    plan = drawn_plan(draw.dice, ends_at)
    if not draw.chance(20):
        return plan
    return msgspec.structs.replace(
        plan,
        lost_request=plan.lost_request * 4,
        lost_answer=plan.lost_answer * 4,
        random_reject=plan.random_reject * 4,
        partial_fill=9_000,
    )


def mild(plan: FaultPlan) -> FaultPlan:
    """Answer the faults without those that end most entries."""
    return msgspec.structs.replace(plan, random_reject=0, lost_request=0, delayed_acceptance=0)


def second(draw: Draw, opens: Instant, ends_at: Instant) -> AccountPlan:
    """Answer a second account with faults and losses of its line that are its own."""
    trouble = FaultPlan() if draw.chance(20) else faults(draw, ends_at)
    return AccountPlan(
        declared=_with_day(draw, Account(id=OTHER, multiplier=draw.one_of((1, 1, 2, 3)), limits=limits(draw))),
        funds=funds(draw),
        request_latency=latency(draw),
        report_latency=latency(draw),
        faults=with_line_losses(draw, trouble, opens, ends_at),
        late_fills=late_fills(draw),
    )


def first_of_two(draw: Draw, plan: AccountPlan, opens: Instant, ends_at: Instant) -> AccountPlan:
    """Answer the default account as it stands beside a second one: with limits of its day, and losses of its line."""
    declared = _with_day(draw, replace(plan.declared, multiplier=draw.one_of((1, 1, 1, 2))))
    trouble = with_line_losses(draw, plan.faults, opens, ends_at)
    return msgspec.structs.replace(plan, declared=declared, faults=trouble)


def with_line_losses(draw: Draw, plan: FaultPlan, opens: Instant, ends_at: Instant) -> FaultPlan:
    """Answer the faults with losses of the line at fixed times, from seconds to a quarter of an hour long."""
    losses = []
    for _ in range(draw.one_of((0, 0, 1, 2, 4))):
        begins = opens + draw.between(30, 360 * 60) * SECOND
        over = begins + draw.one_of((2, 20, 90, 300, 900)) * SECOND
        if over < ends_at:
            losses.append((Instant(begins), Instant(over)))
    return msgspec.structs.replace(plan, session_losses=tuple(losses))


def _with_day(draw: Draw, declared: Account) -> Account:
    """Give an account limits of its day, now and then."""
    if draw.chance(15):
        declared = replace(declared, max_profit=Decimal(draw.one_of((2_000, 20_000))))
    elif draw.chance(15):
        declared = replace(declared, profit_lock=_lock(draw))
    if draw.chance(12):
        minute = draw.between(9 * 60 + 40, 15 * 60)
        declared = replace(declared, square_off=time(minute // 60, minute % 60))
    known: Account = replace(declared, market_orders=draw.chance(85))
    return known


def _lock(draw: Draw) -> DayLock:
    reach = draw.one_of((500, 2_000))
    return DayLock(reach=Decimal(reach), lock=Decimal(reach // 2), every=Decimal(200), by=Decimal(100))


def tag_over_both(draw: Draw) -> StrategyTag:
    """Answer a tag that fans its portfolios out to both accounts, with multipliers and now and then limits."""
    members = (
        TagMember(account=FIRST, multiplier=draw.one_of((1, 1, 2))),
        TagMember(account=OTHER, multiplier=draw.one_of((1, 2, 3))),
    )
    tag = StrategyTag(name=BOTH, members=members, hold=draw.one_of((0, 0, 3)))
    if draw.chance(25):
        tag = replace(tag, max_loss=Decimal(draw.one_of((300, 2_000, 20_000))))
    if draw.chance(15):
        tag = replace(tag, max_profit=Decimal(draw.one_of((500, 2_000, 20_000))))
    elif draw.chance(15):
        tag = replace(tag, profit_lock=_lock(draw))
    return tag

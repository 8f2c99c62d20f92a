"""What one seed stands for: market, portfolios, limits, faults, power losses and what the trader does."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum

import msgspec
import numpy as np

from brokers.paper.faults import FaultPlan, drawn_plan
from brokers.simulated.scenario import Event, FeedGap, Gap, Halt, Move, Scenario, Volatility, Whipsaw
from desktop.verification.draw import Draw
from desktop.verification.portfolios import FIRST_START, LAST_START, Refusals, portfolio
from desktop.verification.power import Moment, Outage
from engine.domain.instant import MINUTE, SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, with_defaults
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from engine.schema.declared import replace

FAULTS_END = 363 * MINUTE
"""After the last opening at 09:15: 15:18. The rest of that day is the liveness phase."""

_ORDINARY = date(2026, 8, 19)
"""A Wednesday, far enough from the expiry on the 25th."""
_DAYS: tuple[tuple[date, ...], ...] = (
    *((_ORDINARY,),) * 6,
    (date(2026, 8, 25),),
    (date(2026, 8, 25),),
    (_ORDINARY, date(2026, 8, 20)),
    (date(2026, 8, 24), date(2026, 8, 25)),
)
"""The days that are played: mostly an ordinary one, an expiry day, or two days, the second an expiry day or not."""


class Deed(Enum):
    """What a trader does in the middle of a day."""

    START = "start"
    SQUARE_OFF = "square_off"
    PANIC = "panic"
    SQUARE_OFF_LEG = "square_off_leg"
    KILL_OPENINGS = "kill_openings"
    KILL_CANCEL = "kill_cancel"
    KILL_FLATTEN = "kill_flatten"
    RELEASE = "release"
    RESUME = "resume"
    ADD_AGAIN = "add_again"
    CANCEL_ORDER = "cancel_order"
    MODIFY_ORDER = "modify_order"
    CHANGE_PROTECTION = "change_protection"
    TRADE_OUTSIDE = "trade_outside"
    ACCEPT_DRIFT = "accept_drift"
    BROKER_CANCELS = "broker_cancels"


_KILLS = (Deed.KILL_OPENINGS, Deed.KILL_CANCEL, Deed.KILL_FLATTEN)
_DEEDS = (*(deed for deed in Deed if deed not in _KILLS), *(deed for deed in Deed if deed not in _KILLS), *_KILLS)
"""What is drawn from: the kill switch half as often as the rest, because it ends most of what could go wrong."""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A deed at an instant; ``pick`` chooses among what is there then."""

    at: Instant
    deed: Deed
    pick: int


class DayPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole day, drawn from a seed."""

    seed: int
    days: tuple[date, ...]
    step: int
    expiries: int
    strikes: int
    scenario: Scenario
    wrong_prints: int
    """Chance of a wrong print after a frame, out of 10,000."""
    portfolios: tuple[MultilegPortfolio, ...]
    limits: RiskLimits
    funds: Decimal
    request_latency: int
    report_latency: int
    answer_timeout: int = 7 * SECOND
    faults: FaultPlan
    late_fills: int
    """Chance that the news of a part fill is held back until after a cancellation, out of 10,000."""
    outages: tuple[Outage, ...]
    actions: tuple[Action, ...]
    tag: StrategyTag | None
    """A strategy tag with limits of its own; None for a day without."""

    def hierarchy(self, account: str) -> Hierarchy | None:
        """Answer the accounts and tags that the day declares; None where it declares none."""
        if self.tag is None:
            return None
        accounts = (Account(id=account, limits=self.limits),)
        return with_defaults(Hierarchy(accounts=accounts, tags=(self.tag,)), account)

    @property
    def opens(self) -> Instant:
        """When the first day opens."""
        return opens_on(self.days[0])

    @property
    def faults_end(self) -> Instant:
        """When the faults stop, on the last day."""
        return Instant(opens_on(self.days[-1]) + FAULTS_END)


def opens_on(day: date) -> Instant:
    """Answer the instant at which a day opens."""
    return ist_instant(day, time(9, 15))


def day_plan(seed: int, rules: MarketRules) -> DayPlan:
    """Answer the day that a seed stands for; the rates of the faults are drawn too, so that days differ in kind."""
    draw = Draw(np.random.Generator(np.random.PCG64([seed, 1])))
    days = draw.one_of(_DAYS)
    opens = opens_on(days[0])
    tag = _tag(draw) if draw.chance(15) else None
    portfolios = _portfolios(draw, tag, lambda declared: refusals(declared, rules, None, days[0]))
    calm = draw.chance(15)
    ends_at = Instant(opens_on(days[-1]) + FAULTS_END)
    return DayPlan(
        seed=seed,
        days=days,
        expiries=draw.one_of((1, 1, 2)),
        strikes=draw.one_of((7, 7, 12)),
        step=draw.one_of((20, 30, 30, 60, 60)) * SECOND,
        scenario=_scenario(draw),
        wrong_prints=0 if draw.chance(40) else draw.one_of((100, 400)),
        portfolios=portfolios,
        limits=_limits(draw),
        funds=Decimal(draw.one_of((150_000, 2_000_000, *(50_000_000,) * 6))),
        request_latency=draw.one_of((0, 50_000, 400_000)),
        report_latency=draw.one_of((0, 50_000, 400_000)),
        faults=FaultPlan() if calm else _faults(draw, ends_at),
        late_fills=draw.one_of((0, 5_000, 9_000)),
        outages=_outages(draw),
        actions=_actions(draw, opens, ends_at, portfolios),
        tag=tag,
    )


def _tag(draw: Draw) -> StrategyTag:
    member = TagMember(account="PAPER", multiplier=draw.one_of((1, 1, 2)))
    loss = Decimal(draw.one_of((300, 2_000, 20_000)))
    return StrategyTag(name="T", members=(member,), max_loss=loss)


def _portfolios(draw: Draw, tag: StrategyTag | None, refused: Refusals) -> tuple[MultilegPortfolio, ...]:
    together = draw.one_of((None, None, None, draw.between(FIRST_START, LAST_START)))
    found: list[MultilegPortfolio] = []
    for number in range(1, draw.one_of((1, 1, 2, 2, 3)) + 1):
        # One may name those that were added before it.
        declared = portfolio(draw, f"P{number}", together, [one.name for one in found], refused)
        found.append(declared if tag is None else replace(declared, tag=tag.name))
    return tuple(found)


def _faults(draw: Draw, ends_at: Instant) -> FaultPlan:
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


def _limits(draw: Draw) -> RiskLimits:
    return RiskLimits(
        lots_per_order=draw.one_of((*(500,) * 6, 25, 4)),
        lots_per_position=draw.one_of((*(2_000,) * 6, 50, 4)),
        orders_per_day=draw.one_of((3_000, 3_000, 3_000, 30)),
        orders_per_second=draw.one_of((8, 8, 3, 1)),
        daily_loss=draw.one_of((*(None,) * 8, Decimal(2_000), Decimal(20_000))),
        check_margin=draw.chance(80),
        most_notional=draw.one_of((*(None,) * 8, Decimal(4_000_000))),
    )


def _scenario(draw: Draw) -> Scenario:
    events: list[Event] = []
    if draw.chance(30):
        events.append(Gap(percent=draw.between(-15, 15) / 10))
    for _ in range(draw.between(0, 3)):
        begins, minutes = float(draw.between(5, 330)), float(draw.between(0, 40))
        match draw.between(0, 4):
            case 0:
                events.append(Move(after_minutes=begins, minutes=minutes, percent=draw.between(-20, 20) / 10))
            case 1:
                implied, realised = draw.between(8, 16) / 10, draw.between(1, 4)
                events.append(Volatility(after_minutes=begins, minutes=minutes, realised=realised, implied=implied))
            case 2:
                events.append(Whipsaw(after_minutes=begins, minutes=minutes + 5, percent=draw.between(2, 10) / 10))
            case 3:
                events.append(Halt(after_minutes=begins, minutes=minutes))
            case _:
                events.append(FeedGap(after_minutes=begins, minutes=minutes / 4))
    return Scenario(name="drawn", events=tuple(events))


def _outages(draw: Draw) -> tuple[Outage, ...]:
    outages = []
    for _ in range(draw.one_of((0, 0, 1, 1, 2, 4))):
        moment = draw.one_of(tuple(Moment))
        number = draw.between(1, 12 if moment is Moment.ON_THE_WIRE else 60)
        lasts = draw.one_of((2, 5, 30, 200, 900)) * SECOND
        outages.append(Outage(moment=moment, number=number, lasts=lasts))
    return tuple(outages)


def _actions(draw: Draw, opens: Instant, ends: Instant, portfolios: Sequence[MultilegPortfolio]) -> tuple[Action, ...]:
    deeds: list[tuple[int, Deed]] = []
    for declared in portfolios:
        begins = (declared.schedule.start.hour * 60 + declared.schedule.start.minute - 555) * 60
        if draw.chance(90):
            deeds.append((begins + draw.between(0, 3), Deed.START))
        for _ in range(draw.one_of((0, 0, 1, 3))):
            # Most things that matter happen around an entry.
            soon = begins + draw.between(0, draw.one_of((5, 40, 400)))
            deeds.append((soon, draw.one_of(_DEEDS)))
    deeds += [(draw.between(60, 360 * 60), draw.one_of(_DEEDS)) for _ in range(draw.between(0, 3))]
    last_day = (ends - FAULTS_END - opens) // SECOND
    if last_day:
        deeds += [(last_day + draw.between(0, 360 * 60), draw.one_of(_DEEDS)) for _ in range(draw.between(0, 2))]
    if draw.chance(60):
        deeds.append((last_day + draw.between(300 * 60, 355 * 60), Deed.ACCEPT_DRIFT))
    return tuple(
        Action(at=Instant(opens + second * SECOND), deed=deed, pick=draw.between(0, 1_000_000))
        for second, deed in sorted(deeds, key=lambda one: (one[0], one[1].value))
        if opens + second * SECOND < ends
    )

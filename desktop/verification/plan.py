"""What one seed stands for: market, accounts, portfolios, faults, power losses and what the trader does."""

from datetime import date, time
from decimal import Decimal

import msgspec
import numpy as np

from brokers.paper.faults import FaultPlan
from brokers.simulated.scenario import Event, FeedGap, Gap, Halt, Move, Scenario, Volatility, Whipsaw
from desktop.verification import account_draws
from desktop.verification.account_draws import BOTH, FIRST, AccountPlan, mild
from desktop.verification.deed_draws import FAULTS_END, Action, account_deeds, actions, edits, position_deeds
from desktop.verification.draw import Draw
from desktop.verification.portfolios import FIRST_START, LAST_START, Refusals, portfolio
from desktop.verification.power import Moment, Outage
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.sync_users import SyncUsers
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, with_defaults
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from engine.schema.declared import replace

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
    accounts: tuple[AccountPlan, ...]
    """The default account first."""
    outages: tuple[Outage, ...]
    actions: tuple[Action, ...]
    tags: tuple[StrategyTag, ...]
    """Strategy tags beside the default one."""

    def hierarchy(self) -> Hierarchy | None:
        """Answer the accounts and tags that the day declares; None where it has one account and no tag."""
        if not self.tags and len(self.accounts) == 1:
            return None
        accounts = tuple(one.declared for one in self.accounts)
        return with_defaults(Hierarchy(accounts=accounts, tags=self.tags), self.accounts[0].account)

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
    draw = _draw(seed, 1)
    days = draw.one_of(_DAYS)
    opens = opens_on(days[0])
    tag = _tag(draw) if draw.chance(15) else None
    portfolios = _portfolios(draw, tag, lambda declared: refusals(declared, rules, None, days[0]))
    calm = draw.chance(15)
    ends_at = Instant(opens_on(days[-1]) + FAULTS_END)
    expiries, strikes = draw.one_of((1, 1, 2)), draw.one_of((7, 7, 12))
    step, scenario = draw.one_of((20, 30, 30, 60, 60)) * SECOND, _scenario(draw)
    wrong_prints = 0 if draw.chance(40) else draw.one_of((100, 400))
    account = AccountPlan(
        declared=Account(id=FIRST, limits=account_draws.limits(draw)),
        funds=account_draws.funds(draw),
        request_latency=account_draws.latency(draw),
        report_latency=account_draws.latency(draw),
        faults=FaultPlan() if calm else account_draws.faults(draw, ends_at),
        late_fills=account_draws.late_fills(draw),
    )
    plan = DayPlan(
        seed=seed,
        days=days,
        expiries=expiries,
        strikes=strikes,
        step=step,
        scenario=scenario,
        wrong_prints=wrong_prints,
        portfolios=portfolios,
        accounts=(account,),
        outages=_outages(draw),
        actions=actions(draw, opens, ends_at, portfolios),
        tags=() if tag is None else (tag,),
    )
    plan = _with_edits(_draw(seed, 6), _with_second_account(_draw(seed, 5), plan, ends_at), ends_at)
    return _with_position_deeds(_draw(seed, 7), plan, ends_at)


def _draw(seed: int, stream: int) -> Draw:
    return Draw(np.random.Generator(np.random.PCG64([seed, stream])))


def _with_second_account(draw: Draw, plan: DayPlan, ends_at: Instant) -> DayPlan:
    """Let some days play a second account, most of their portfolios in both by one tag, in sync or not."""
    if not draw.chance(30):
        return plan
    both = account_draws.tag_over_both(draw)
    portfolios = [_fanned_out(draw, declared) if draw.chance(80) else declared for declared in plan.portfolios]
    deeds = account_deeds(draw, plan.opens, ends_at, portfolios)
    first = account_draws.first_of_two(draw, plan.accounts[0], plan.opens, ends_at)
    return msgspec.structs.replace(
        plan,
        portfolios=tuple(portfolios),
        accounts=(first, account_draws.second(draw, plan.opens, ends_at)),
        tags=(*plan.tags, both),
        actions=_merged(plan.actions, deeds),
    )


def _fanned_out(draw: Draw, declared: MultilegPortfolio) -> MultilegPortfolio:
    sync = SyncUsers(timeout=draw.one_of((0, 5, 30, 120))) if draw.chance(40) else None
    both: MultilegPortfolio = replace(declared, tag=BOTH, sync_users=sync)
    return both


def _with_edits(draw: Draw, plan: DayPlan, ends_at: Instant) -> DayPlan:
    """Let the trader edit running portfolios on some days; on most of these, few entries fail."""
    if not draw.chance(40):
        return plan
    deeds = edits(draw, plan.opens, ends_at, plan.portfolios)
    accounts = plan.accounts
    if draw.chance(60):
        accounts = tuple(msgspec.structs.replace(one, faults=mild(one.faults)) for one in accounts)
    return msgspec.structs.replace(plan, actions=_merged(plan.actions, deeds), accounts=accounts)


def _with_position_deeds(draw: Draw, plan: DayPlan, ends_at: Instant) -> DayPlan:
    """Let the trader work on open legs on some days."""
    if not draw.chance(40):
        return plan
    deeds = position_deeds(draw, plan.opens, ends_at, plan.portfolios)
    return msgspec.structs.replace(plan, actions=_merged(plan.actions, deeds))


def _merged(one: tuple[Action, ...], other: tuple[Action, ...]) -> tuple[Action, ...]:
    return tuple(sorted((*one, *other), key=lambda action: action.at))


def _tag(draw: Draw) -> StrategyTag:
    member = TagMember(account=FIRST, multiplier=draw.one_of((1, 1, 2)))
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

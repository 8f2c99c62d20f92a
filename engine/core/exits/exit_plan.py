"""Exits that were planned: parts, a condition, days in trade, expiry day, and what a leg's stop takes along (§1.9)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_FLOOR

from engine.core.orders import reducing
from engine.core.prices.resting import FAR, ProfitWatch, Watch
from engine.core.readings import conditions, decisions, ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, PortfolioReduced
from engine.domain.instant import clock_text, ist_date, ist_instant
from engine.domain.money import exact_units, plain_text
from engine.domain.multileg.exit import LegStopScope, PartAtLoss, PartAtProfit, PartAtTime, PartExit, PartLegs
from engine.domain.multileg.states import ACTIVE, LEG_OPEN, ON_STOP_HITS, PROTECTORS, RUNNING, ExitReason


def planned_exits(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close all, or a part, where the plan says so now: days in trade, condition, expiry day, parts."""
    if run.state not in ACTIVE or run.started_at is None:
        return
    ends = _days_are_over(state, run)
    if ends is not None:
        yield decisions.portfolio_exit(state, run, ExitReason.DTE, ends)
        return
    yield from _expiry_day(state, run)
    if run.state not in RUNNING or not market_data.can_trigger(state, run):
        return
    tree = run.portfolio.exit.condition
    if tree is not None:
        judged = conditions.judged(state, run, tree, run.running_since or run.started_at)
        if judged.met:
            yield decisions.portfolio_exit(state, run, ExitReason.CONDITION, judged.words)
            return
    yield from _parts(state, run)


def _days_are_over(state: EngineState, run: PortfolioRun) -> str | None:
    days = run.portfolio.exit.days_in_trade
    if days is None or run.started_at is None:
        return None
    at = ist_instant(market_data.today(state), run.portfolio.schedule.square_off)
    passed = _trading_days(state, run)
    if passed < days or state.now < at:
        return None
    return f"{passed} trading days since the entry, the plan is {days}"


def _trading_days(state: EngineState, run: PortfolioRun) -> int:
    """Answer how many trading days have begun since the day of the entry."""
    day, today = ist_date(run.started_at or state.now), market_data.today(state)
    passed = 0
    while day < today:
        day += timedelta(days=1)
        passed += state.rules.is_trading_day(run.portfolio.exchange, day)
    return passed


def _expiry_day(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    at = run.portfolio.exit.expiry_day
    if at is None or state.now < ist_instant(market_data.today(state), at):
        return
    for leg in run.legs:
        if leg.state in LEG_OPEN and leg.net_quantity and _expires_today(state, leg):
            why = f"its contract expires today; closed at {at:%H:%M:%S} as planned"
            yield decisions.leg_exit(state, run, leg, ExitReason.EXPIRY, why)


def _expires_today(state: EngineState, leg: LegRun) -> bool:
    return ledger.instrument_of(state, leg).expiry == market_data.today(state)


def _parts(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    for number, part in enumerate(run.portfolio.exit.parts, 1):
        if number in run.parts_done:
            continue
        found = _due(state, run, part)
        if found is None:
            continue
        reason, why = found
        keeps = reducing.after_part(state, run, part.percent, least=0, rounding=ROUND_FLOOR)
        keeps = tuple((leg_id, keep) for leg_id, keep in keeps if _is_meant(state, run, run.leg(leg_id), part.legs))
        held = {leg.leg_id for leg in reducing.held_legs(run)}
        if keeps and {leg_id for leg_id, keep in keeps if keep == 0} == held:
            yield decisions.portfolio_exit(state, run, reason, why)
            return
        yield PortfolioReduced(
            at=state.now, portfolio_id=run.portfolio_id, keeps=keeps, reason=reason, why=why, part=number
        )


def _due(state: EngineState, run: PortfolioRun, part: PartExit) -> tuple[ExitReason, str] | None:
    """Answer the reason and the words of a part that is due now."""
    if isinstance(part, PartAtTime):
        at = ist_instant(market_data.today(state), part.at)
        due = state.now >= at and (run.started_at or at) < at
        return (ExitReason.TIME, f"part of {part.percent} % at {clock_text(at)}") if due else None
    profit = market_data.profit(state, run)
    if profit is None:
        return None
    units = exact_units(part.amount)
    if isinstance(part, PartAtProfit):
        words = f"part of {part.percent} %: profit {plain_text(profit)} ≥ {plain_text(units)}"
        return (ExitReason.COMB_TGT, words) if profit >= units else None
    words = f"part of {part.percent} %: profit {plain_text(profit)} ≤ {plain_text(-units)}"
    return (ExitReason.COMB_SL, words) if profit <= -units else None


def _is_meant(state: EngineState, run: PortfolioRun, leg: LegRun, legs: PartLegs) -> bool:
    if legs is PartLegs.ALL:
        return True
    profit = _profit(state, run, leg)
    return profit is not None and (profit > 0 if legs is PartLegs.PROFITABLE else profit < 0)


def _profit(state: EngineState, run: PortfolioRun, leg: LegRun) -> int | None:
    price = market_data.mark(state, leg, run.portfolio.price_type)
    return None if price is None else leg.cash + leg.net_quantity * price // leg.scale


def taken_along(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close the legs that another leg's stop takes along; only those that were open when it was hit."""
    scope = run.portfolio.exit.leg_stop
    if scope is LegStopScope.THIS or run.state not in ACTIVE:
        return
    stopped = [leg for leg in run.present if leg.exit_reason in ON_STOP_HITS and leg.exit_decided_at is not None]
    for hit in stopped:
        for leg in run.present:
            was_open = leg.entered_at is not None and leg.entered_at <= (hit.exit_decided_at or 0)
            is_held = leg.state in LEG_OPEN and leg.net_quantity and was_open
            if leg is hit or not is_held or leg.origin in PROTECTORS:
                continue
            if _is_taken(state, run, hit, leg, scope):
                why = f"the stop of leg {hit.leg_id} closes {scope.value}"
                yield decisions.leg_exit(state, run, leg, ExitReason.LINKED, why)


def _is_taken(state: EngineState, run: PortfolioRun, hit: LegRun, leg: LegRun, scope: LegStopScope) -> bool:
    match scope:
        case LegStopScope.ALL:
            return True
        case LegStopScope.SAME_TYPE:
            return leg.leg.kind is hit.leg.kind
        case LegStopScope.OTHER_TYPE:
            return leg.leg.kind is not hit.leg.kind
        case LegStopScope.PROFITABLE:
            profit = _profit(state, run, leg)
            return profit is not None and profit > 0
        case LegStopScope.THIS:
            return False


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Answer the profits at which a part is closed."""
    if run.state not in RUNNING:
        return
    for number, part in enumerate(run.portfolio.exit.parts, 1):
        if number in run.parts_done or isinstance(part, PartAtTime):
            continue
        units = exact_units(part.amount)
        yield ProfitWatch(-units, FAR) if isinstance(part, PartAtLoss) else ProfitWatch(-FAR, units)


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the times of day of the plan, and the next close of the bars of its condition."""
    if run.started_at is None:
        return
    day = market_data.today(state)
    plan = run.portfolio.exit
    times = [part.at for part in plan.parts if isinstance(part, PartAtTime)]
    times += [plan.expiry_day] if plan.expiry_day is not None else []
    times += [run.portfolio.schedule.square_off] if plan.days_in_trade is not None else []
    yield from (ist_instant(day, at) for at in times)
    if plan.condition is not None:
        yield from conditions.next_close(state, run, plan.condition)

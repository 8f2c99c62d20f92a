"""On which days a portfolio may enter, and when it squares off: run days, event days, distance to the expiry."""

from collections.abc import Iterator
from datetime import date, timedelta

from engine.core.readings import market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import PortfolioArmed
from engine.domain.instant import Instant, ist_instant
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg.expiry import mapped, resolve, usable_expiries
from engine.domain.multileg.resting_checks import begins
from engine.domain.multileg.schedule import Counted, Positional, Weekday

_WEEKDAYS = tuple(Weekday)

_LOOK_AHEAD = 370
"""Days within which a portfolio must find a day to enter."""


def arm(state: EngineState, run: PortfolioRun) -> PortfolioArmed:
    """Answer the fact that puts a portfolio on watch for its next day.

    Raises UnknownRuleError where the calendar does not reach the coming days, or no day is allowed.
    """
    schedule = run.portfolio.schedule
    day = market_data.today(state)
    left_out: list[str] = []
    for _ in range(_LOOK_AHEAD):
        try:
            why_not = refusal(state, run, day)
            if why_not is None and last_entry_on(state, run, day) >= state.now:
                break
        except UnknownRuleError as error:
            raise _no_day(run, left_out, f"{error}") from error
        if why_not is not None and len(left_out) < 2:
            left_out.append(f"not on {day.isoformat()}: {why_not}")
        day += timedelta(days=1)
    else:
        raise _no_day(run, left_out, "change its schedule")
    return PortfolioArmed(
        at=state.now,
        portfolio_id=run.portfolio_id,
        starts_at=ist_instant(day, begins(run.portfolio.range_breakout, schedule)),
        ends_at=last_entry_on(state, run, day),
        square_off_at=square_off_at(state, run, day),
        why="; ".join(left_out),
    )


def _no_day(run: PortfolioRun, left_out: list[str], advice: str) -> UnknownRuleError:
    words = f" ({'; '.join(left_out)})" if left_out else ""
    return UnknownRuleError(f"{run.portfolio.name} finds no day to enter{words}: {advice}")


def refusal(state: EngineState, run: PortfolioRun, day: date) -> str | None:
    """Answer why a portfolio may not enter on a date; None where it may. Raises UnknownRuleError."""
    return next(_objections(state, run, day), None)


def hours_today(state: EngineState, run: PortfolioRun) -> tuple[Instant, str | None]:
    """Answer today's last time for an entry, and why today is left out, if it is. Raises UnknownRuleError."""
    today = market_data.today(state)
    return last_entry_on(state, run, today), refusal(state, run, today)


def last_entry_on(state: EngineState, run: PortfolioRun, day: date) -> Instant:
    """Answer the last time for an entry on a date: End, or the square-off where that comes first.

    A portfolio that is held over days may square off before its End on the last of them. Raises UnknownRuleError.
    """
    return min(ist_instant(day, run.portfolio.schedule.end), square_off_at(state, run, day))


def square_off_at(state: EngineState, run: PortfolioRun, day: date) -> Instant:
    """Answer when a portfolio that enters on a date is squared off: the same day, or some days before its expiry.

    Raises UnknownRuleError.
    """
    schedule = run.portfolio.schedule
    expiry = nearest_expiry(state, run, day) if schedule.positional is not None else None
    if schedule.positional is not None and expiry is not None:
        day = max(day, _before(state, run, schedule.positional, expiry, schedule.positional.square_off_before))
    return ist_instant(day, schedule.square_off)


def nearest_expiry(state: EngineState, run: PortfolioRun, day: date) -> date | None:
    """Answer the first expiry among the legs of a portfolio that enters on a date; None where none is listed."""
    portfolio = run.portfolio
    underlying, choice = portfolio.underlying, portfolio.contracts
    listed = [expiry for expiry in state.master.expiries(underlying) if expiry >= day]
    try:
        listed = listed or [expiry for expiry in state.rules.expiries(underlying, day) if expiry >= day]
        weekly = state.rules.contract_rule(underlying, day).weekly
    except UnknownRuleError:
        return None
    usable = usable_expiries(listed, day, portfolio.schedule.start, choice.on_expiry_day)
    found = []
    for leg in portfolio.legs:
        rule = mapped(leg.expiry or portfolio.expiry, weekly=weekly, map_weeks=choice.map_weeks_to_months)
        expiry = rule and resolve(rule, usable, listed, lambda one: state.rules.is_monthly(underlying, one))
        if expiry:
            found.append(expiry)
    return min(found, default=None)


def days_to_expiry(state: EngineState, run: PortfolioRun, day: date, expiry: date) -> int:
    """Answer how many trading days lie between a date and an expiry; 0 on expiry day. Raises UnknownRuleError."""
    count = 0
    while day < expiry:
        day = state.rules.next_trading_day(run.portfolio.exchange, day)
        count += 1
    return count


def _objections(state: EngineState, run: PortfolioRun, day: date) -> Iterator[str]:
    schedule, exchange = run.portfolio.schedule, run.portfolio.exchange
    if not state.rules.is_trading_day(exchange, day):
        yield state.rules.trading_day(exchange, day).note or f"{exchange.value} is closed"
    if _WEEKDAYS[day.weekday()] not in schedule.days:
        yield f"{_WEEKDAYS[day.weekday()].value} is no run day"
    for blackout in schedule.blackouts:
        if blackout.on == day:
            yield f"event day{f' ({blackout.event})' if blackout.event else ''}"
    needs_expiry = (
        schedule.ranges_to_expiry() or schedule.positional or not schedule.enters_at(0) or not schedule.enters_at(1)
    )
    if not needs_expiry:
        return
    expiry = nearest_expiry(state, run, day)
    if expiry is None:
        yield "no expiry of its legs is listed"
        return
    distance = days_to_expiry(state, run, day, expiry)
    if not schedule.enters_at(distance):
        yield f"{distance} trading days to the expiry {expiry.isoformat()}"
    positional = schedule.positional
    if positional is not None:
        if positional.enter_before is not None:
            enters = _before(state, run, positional, expiry, positional.enter_before)
            if enters != day:
                yield f"it enters {positional.enter_before} days before the expiry, on {enters.isoformat()}"
        leaves = _before(state, run, positional, expiry, positional.square_off_before)
        if ist_instant(leaves, schedule.square_off) <= ist_instant(day, schedule.start):
            yield f"it would be squared off before, on {leaves.isoformat()}"


def _before(state: EngineState, run: PortfolioRun, positional: Positional, expiry: date, days: int) -> date:
    """Answer the day that lies some days before an expiry, as the declaration counts and moves off closed days."""
    exchange, rules = run.portfolio.exchange, state.rules
    if positional.counted is Counted.TRADING_DAYS:
        for _ in range(days):
            expiry = rules.previous_trading_day(exchange, expiry)
        return expiry
    day = expiry - timedelta(days=days)
    if rules.is_trading_day(exchange, day):
        return day
    if positional.counted is Counted.EARLIER:
        return rules.previous_trading_day(exchange, day)
    return rules.next_trading_day(exchange, day)

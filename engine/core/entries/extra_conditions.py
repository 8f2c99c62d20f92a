"""Test the extra conditions of a portfolio before its entry, and those of its legs before their orders (§1.5)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from engine.core.entries import interest_change
from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import bar_series, conditions, decisions, ledger, market_data, volatility_now
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import expiry_choice
from engine.core.unmet import Unmet
from engine.domain.facts import (
    AnyFact,
    ConditionsMet,
    LegCancelled,
    LegConditionsMet,
    LegWaits,
    PortfolioClosed,
)
from engine.domain.instrument import Instrument, Kind
from engine.domain.money import SCALE, Money, Price, plain_text
from engine.domain.multileg.extra_conditions import (
    DayOpen,
    ExtraConditions,
    FilteredLegs,
    LegFilter,
    LegOpen,
    MissingData,
    NumberRange,
    OnUnmet,
)
from engine.domain.multileg.states import (
    ENTERS,
    EXITING,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)
from engine.domain.volatility_history import SESSIONS

_AT_ONCE = frozenset({LegOrigin.HEDGE, LegOrigin.GUARD, LegOrigin.ROLLED})
"""Legs that protect, or that somebody wants whatever the conditions are."""


def at_the_start(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say once that the conditions of a waiting portfolio hold, or end it for today because they do not."""
    extra = run.portfolio.extra_conditions
    if extra is None or run.conditions_met or run.state is not PortfolioState.WAITING or state.now < run.starts_at:
        return
    if state.books.of(run.account).recovering or not market_data.can_trigger(state, run):
        return
    if market_data.underlying_price(state, run) is None:
        return
    unmet = list(portfolio_unmet(state, run, extra))
    if not unmet:
        yield ConditionsMet(at=state.now, portfolio_id=run.portfolio_id, why="all extra conditions hold")
    elif extra.unmet is not OnUnmet.WAIT:
        yield PortfolioClosed(
            at=state.now,
            portfolio_id=run.portfolio_id,
            state=PortfolioState.COMPLETED,
            reason=ExitReason.CONDITION,
            realised=Money(ledger.realised(run)),
            why="; ".join(one.sentence() for one in unmet),
        )


def before_orders(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Test the contract of each leg before its first order: order it, leave it out, let it wait, or end all."""
    extra = run.portfolio.extra_conditions
    if extra is None or not extra.tests_legs() or run.state not in ENTERS:
        return
    for leg in run.present:
        tested = leg.state in (LegState.RESOLVED, LegState.WAIT_CONDITION) and leg.origin not in _AT_ONCE
        if not tested or leg.conditions_met or market_data.is_stale(state):
            continue
        unmet = list(leg_unmet(state, extra, leg))
        why = "; ".join(one.sentence() for one in unmet)
        if not unmet:
            yield LegConditionsMet(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id)
        elif extra.unmet is OnUnmet.SKIP_LEG:
            yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)
        elif extra.unmet is OnUnmet.WAIT:
            if leg.state is LegState.RESOLVED:
                yield LegWaits(
                    at=state.now,
                    portfolio_id=run.portfolio_id,
                    leg_id=leg.leg_id,
                    state=LegState.WAIT_CONDITION,
                    why=why,
                )
        else:
            yield decisions.portfolio_exit(state, run, ExitReason.CONDITION, f"leg {leg.leg_id}: {why}")
            return


def unmet(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer which extra conditions keep a waiting portfolio from what makes it enter; nothing once they held."""
    extra = run.portfolio.extra_conditions
    if extra is None or run.conditions_met:
        return
    if state.now < run.starts_at:
        yield Unmet("extra conditions are tested at the start time")
        return
    yield from portfolio_unmet(state, run, extra)


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Say that every quote is looked at while a condition is waited for."""
    if run.portfolio.extra_conditions is None:
        return
    waits = run.state is PortfolioState.WAITING and not run.conditions_met
    if waits or any(leg.state is LegState.WAIT_CONDITION for leg in run.present):
        yield AlwaysLook()


def refusal(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a portfolio may not be started by hand now; None where its conditions hold or it has none."""
    extra = run.portfolio.extra_conditions
    if extra is None or run.conditions_met:
        return None
    unmet = "; ".join(one.sentence() for one in portfolio_unmet(state, run, extra))
    return f"its extra conditions do not hold: {unmet}" if unmet else None


def portfolio_unmet(state: EngineState, run: PortfolioRun, extra: ExtraConditions) -> Iterator[Unmet]:
    """Answer the conditions of the whole portfolio that do not hold now, each with its live value."""
    yield from _gap(state, run, extra)
    if extra.day_open is not None:
        yield from _day_open(state, run, extra, extra.day_open)
    if extra.vix is not None:
        vix = state.master.spot(bar_series.VIX)
        level = None if vix is None else market_data.last_price(state, state.master.row(vix.id))
        yield from _number(extra, "India VIX", _rupees(level), extra.vix)
    if extra.volatility is not None:
        yield from _number(extra, "implied volatility", at_the_money_volatility(state, run), extra.volatility)
    yield from _against_history(state, run, extra)
    if extra.put_call_ratio is not None:
        yield from _number(extra, "put-call ratio", put_call_ratio(state, run), extra.put_call_ratio)
    for name, kind, wanted in (
        ("open interest of calls", Kind.CALL, extra.call_interest),
        ("open interest of puts", Kind.PUT, extra.put_interest),
    ):
        if wanted is not None:
            yield from _interest(state, run, extra, name, kind, wanted)
    if extra.condition is not None:
        yield from conditions.judged(state, run, extra.condition, run.starts_at).unmet
    if extra.most_running is not None:
        others = sum(
            one.account == run.account and (one.state in ENTERS or one.state in EXITING)
            for one in state.alive()
            if one.portfolio_id != run.portfolio_id
        )
        if others >= extra.most_running:
            yield Unmet("portfolios of the account that are entered", str(others), f"< {extra.most_running}")


def _against_history(state: EngineState, run: PortfolioRun, extra: ExtraConditions) -> Iterator[Unmet]:
    if extra.volatility_rank is None and extra.volatility_percentile is None:
        return
    underlying, today, past = run.portfolio.underlying, market_data.today(state), state.volatility
    now = volatility_now.of_thirty_days(state, underlying)
    lack = past.lack(underlying, today)
    if lack is None and now is None:
        lack = "no quotes of options at the money"
    for name, rule, measure in (
        ("IV rank", extra.volatility_rank, past.rank),
        ("IV percentile", extra.volatility_percentile, past.percentile),
    ):
        if rule is None:
            continue
        value = None if now is None else measure(underlying, today, now)
        if value is None:
            yield from _unknown(extra, name, lack or "")
        elif not rule.holds(value):
            known = f"{len(past.before(underlying, today))} of {SESSIONS} days known"
            yield Unmet(name, f"{value} % (volatility {now} %, {known})", f"{rule.words()} %")


def _gap(state: EngineState, run: PortfolioRun, extra: ExtraConditions) -> Iterator[Unmet]:
    if extra.gap_up is None and extra.gap_down is None:
        return
    row = _spot_row(state, run)
    opened = None if row is None else state.days.open(row)
    closed = None if row is None else state.days.previous_close(row)
    if opened is None or closed is None:
        yield from _unknown(extra, "the gap to the previous close")
        return
    gap = _percent(opened - closed, closed)
    rule = extra.gap_up if gap > 0 else extra.gap_down if gap < 0 else None
    if rule is not None and not rule.holds(abs(gap)):
        yield Unmet("gap up" if gap > 0 else "gap down", f"{abs(gap)} %", f"{rule.words()} %")


def _day_open(state: EngineState, run: PortfolioRun, extra: ExtraConditions, rule: DayOpen) -> Iterator[Unmet]:
    row = _spot_row(state, run)
    opened = None if row is None else state.days.open(row)
    high = None if row is None else state.days.previous_high(row)
    low = None if row is None else state.days.previous_low(row)
    if opened is None or high is None or low is None:
        yield from _unknown(extra, "the day before")
        return
    holds = {DayOpen.ABOVE_HIGH: opened > high, DayOpen.BELOW_LOW: opened < low, DayOpen.BETWEEN: low <= opened <= high}
    if not holds[rule]:
        yield Unmet("day's open", plain_text(opened), f"{rule.value} ({plain_text(low)} to {plain_text(high)})")


def leg_unmet(state: EngineState, extra: ExtraConditions, leg: LegRun) -> Iterator[Unmet]:
    """Answer the conditions of a leg's contract that do not hold now, each with its live value."""
    contract = ledger.instrument_of(state, leg)
    for rule in extra.leg_filters:
        if _is_about(rule.legs, contract):
            yield from _filtered(state, extra, rule, leg)


def _filtered(state: EngineState, extra: ExtraConditions, rule: LegFilter, leg: LegRun) -> Iterator[Unmet]:
    closed, opened = state.days.previous_close(leg.row), state.days.open(leg.row)
    last = market_data.last_price(state, leg.row)
    if closed is None or opened is None or last is None:
        yield from _unknown(extra, "the contract's previous close")
        return
    if rule.day_open is not None:
        above = rule.day_open is LegOpen.ABOVE_CLOSE
        if not (opened > closed if above else opened < closed):
            yield Unmet("day's open", plain_text(opened), f"{'>' if above else '<'} {plain_text(closed)}")
    if rule.day_change is not None:
        change = _percent(last - closed, closed)
        if not rule.day_change.holds(change):
            yield Unmet("change today", f"{change} %", f"{rule.day_change.words()} %")


def _is_about(legs: FilteredLegs, contract: Instrument) -> bool:
    wanted = {FilteredLegs.CALLS: Kind.CALL, FilteredLegs.PUTS: Kind.PUT}.get(legs)
    return wanted is None or contract.kind is wanted


def _number(extra: ExtraConditions, name: str, value: Decimal | None, rule: NumberRange) -> Iterator[Unmet]:
    if value is None:
        yield from _unknown(extra, name)
    elif not rule.holds(value):
        yield Unmet(name, str(value), rule.words())


def _interest(
    state: EngineState, run: PortfolioRun, extra: ExtraConditions, name: str, kind: Kind, wanted: NumberRange
) -> Iterator[Unmet]:
    since = extra.interest_since
    change = interest_change.change(state, run, kind, since)
    if change is None:
        yield from _unknown(extra, f"the change of {name}", f"no figure of {since.value} is there")
    elif not wanted.holds(change):
        yield Unmet(f"{name} since {since.value}", f"{change:+} %", f"{wanted.words()} %")


def _unknown(extra: ExtraConditions, what: str, why: str = "") -> Iterator[Unmet]:
    if extra.missing is MissingData.UNMET:
        yield Unmet(f"{what} is not known{f': {why}' if why else ''}")


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01")) if whole else Decimal(0)


def _rupees(price: Price | None) -> Decimal | None:
    return None if price is None else Decimal(price) / SCALE


def _spot_row(state: EngineState, run: PortfolioRun) -> int | None:
    spot = state.master.spot(run.portfolio.underlying)
    return None if spot is None else state.master.row(spot.id)


def put_call_ratio(state: EngineState, run: PortfolioRun) -> Decimal | None:
    """Answer open interest of the puts over that of the calls of the portfolio's expiry; None without any of calls."""
    calls, puts = (interest_change.summed(state, run, kind) for kind in (Kind.CALL, Kind.PUT))
    return (Decimal(puts) / calls).quantize(Decimal("0.01")) if calls else None


def at_the_money_volatility(state: EngineState, run: PortfolioRun) -> Decimal | None:
    """Answer the mean implied volatility of call and put nearest the forward, in percent; None while it is not known.

    Executor reference §4.6: the strike nearest the implied forward of the portfolio's expiry, priced at the middle.
    """
    expiry = expiry_choice.expiry_of(state, run, run.portfolio.expiry)
    spot = market_data.spot_price(state, run)
    if not isinstance(expiry, date) or spot is None:
        return None
    return volatility_now.of_expiry(state, run.portfolio.underlying, expiry, spot)

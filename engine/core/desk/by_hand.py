"""What a person does with a whole portfolio beside starting and closing it: reset, switch off, mark as done, re-arm."""

from collections.abc import Iterator
from datetime import time

from engine.core.entries import entry_start
from engine.core.readings import ledger, market_data, reopening
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    CommandRefused,
    LegAdded,
    LegClosedOutside,
    PortfolioDisabled,
    PortfolioEnabled,
    PortfolioExitDecided,
    PortfolioReset,
)
from engine.domain.identifiers import LegId
from engine.domain.instant import ist_date, ist_instant
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg.states import (
    ACTIVE,
    ENTERS,
    EXITING,
    FINAL,
    LEG_DONE,
    ExitReason,
    LegOrigin,
    PortfolioState,
)

_DAY_RESETS_AT = time(8, 45)
"""When what was done before today stands ready again (state table P26)."""


def reset(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a portfolio that is done wait for another start."""
    if run.state in FINAL and not run.holds_something:
        yield entry_start.reset(state, run)
    else:
        yield _refused(state, run, "reset_portfolio", "only one that is done and flat is reset")


def disable(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Switch off a portfolio that does not run."""
    if run.state is PortfolioState.DISABLED:
        yield _refused(state, run, "disable_portfolio", "it is disabled already")
    elif run.state in ACTIVE or run.state in EXITING or run.holds_something:
        yield _refused(state, run, "disable_portfolio", "square it off first")
    else:
        if run.state in FINAL:
            yield entry_start.reset(state, run)
        yield PortfolioDisabled(at=state.now, portfolio_id=run.portfolio_id)


def enable(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Let a disabled portfolio be started again."""
    if run.state is PortfolioState.DISABLED:
        yield PortfolioEnabled(at=state.now, portfolio_id=run.portfolio_id)
    else:
        yield _refused(state, run, "enable_portfolio", "it is not disabled")


def mark_completed(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Take as done what was closed at the broker; his own books must show that it is gone (state table P21)."""
    sentence = _still_there(state, run)
    if sentence is not None:
        yield _refused(state, run, "mark_completed", sentence)
        return
    held = [leg for leg in run.legs if leg.net_quantity]
    yield PortfolioExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        reason=ExitReason.MANUAL_EXTERNAL,
        why="marked as done by hand: it was closed at the broker",
    )
    for leg in held:
        contract = ledger.instrument_of(state, leg)
        yield LegClosedOutside(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            instrument=contract.id,
            quantity=leg.net_quantity,
            price=market_data.last_price(state, leg.row) or leg.average_entry or contract.tick_size,
        )


def _still_there(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a portfolio cannot be taken as done; None where the broker's books show that nothing is left."""
    if run.state not in ACTIVE and run.state not in EXITING:
        return "only one that runs or is being closed is marked as done"
    if any(leg.working for leg in run.legs):
        return "an order of it is still under way; cancel it first"
    account = state.books.of(run.account)
    if account.recovering or not state.sight(run.account).fresh_books_at:
        return "the broker's books were not read yet; try again in a moment"
    ours: dict[str, int] = {}
    for leg in run.legs:
        if leg.instrument is not None and leg.net_quantity:
            ours[leg.instrument] = ours.get(leg.instrument, 0) + leg.net_quantity
    for leg in run.legs:
        instrument = leg.instrument
        if instrument is None:
            continue
        expected, shown = account.drift.get(instrument, (0, 0))
        if shown - expected != -ours.get(instrument, 0):
            held, symbol = ours.get(instrument, 0), instrument.partition(":")[2] or instrument
            words = "do not show that it is gone" if held else f"show {shown - expected:+d} that is not ours"
            return f"we hold {held:+d} {symbol} and the broker's books {words}; square it off, or wait for fresh books"
    return None


def rearm(state: EngineState, run: PortfolioRun, leg_id: LegId) -> Iterator[AnyFact]:
    """Enter a leg again that is done; its contract is chosen anew."""
    sentence = _cannot_rearm(state, run, leg_id)
    if sentence is not None:
        yield _refused(state, run, "rearm_leg", sentence)
        return
    leg = run.leg(leg_id)
    entered = leg.entered_quantity > 0
    yield LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=LegId(len(run.legs) + 1),
        leg=leg.leg,
        origin=LegOrigin.REEXECUTED if entered else LegOrigin.ADDED,
        parent=leg.leg_id if entered else None,
        number=leg.number,
        cycle=leg.cycle + entered,
        why="armed again by hand",
    )


def _cannot_rearm(state: EngineState, run: PortfolioRun, leg_id: LegId) -> str | None:
    if not 1 <= leg_id <= len(run.legs) or run.leg(leg_id).execution != run.execution:
        return f"it has no leg {leg_id} now"
    leg = run.leg(leg_id)
    if hedge_ties.is_hedge(leg):
        return f"leg {leg_id} is a hedge; it comes and goes with the leg it protects"
    alive = [one for one in reopening.executions(run, leg) if one.state not in LEG_DONE]
    if alive:
        return f"leg {alive[0].leg_id} is {alive[0].state.value}; only a leg that is done is armed again"
    if run.state not in ENTERS:
        return f"its state is {run.state.value}"
    if state.books.kill_level:
        return "the kill switch is on; release it first"
    return "End has passed; set End later first" if state.now >= run.ends_at else None


def day_resets(state: EngineState) -> Iterator[PortfolioReset]:
    """Let portfolios that were done before today wait for another start, from 08:45 of a trading day on (P26)."""
    today = ist_date(state.now)
    if state.resets_of == today.toordinal() or state.now < ist_instant(today, _DAY_RESETS_AT):
        return
    state.resets_of = today.toordinal()
    for run in list(state.books.portfolios.values()):
        done_before = run.closed_at is not None and ist_date(run.closed_at) < today
        if run.state in FINAL and done_before and not run.holds_something and _trades(state, run):
            yield entry_start.reset(state, run)


def _trades(state: EngineState, run: PortfolioRun) -> bool:
    try:
        return state.rules.is_trading_day(run.portfolio.exchange, ist_date(state.now))
    except UnknownRuleError:
        return False


def _refused(state: EngineState, run: PortfolioRun, command: str, why: str) -> CommandRefused:
    sentence = f"{run.portfolio.name} is {run.state.value}: {why}"
    return CommandRefused(at=state.now, command=command, sentence=sentence, portfolio_id=run.portfolio_id)

"""What a person does with a whole portfolio beside starting and closing it: reset, switch off, re-arm."""

from collections.abc import Iterator
from datetime import time

from engine.core.entries import entry_start
from engine.core.readings import entry_days, reopening
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    CommandRefused,
    LegAdded,
    PortfolioDisabled,
    PortfolioEnabled,
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


def arm(state: EngineState, run: PortfolioRun, refusal: str | None) -> Iterator[AnyFact]:
    """Let a portfolio watch its entry rule; ``refusal`` says why it may not, if it may not."""
    armed: AnyFact | None = None
    if refusal is None:
        try:
            armed = entry_days.arm(state, run)
        except UnknownRuleError as error:
            refusal = str(error)
    if armed is None:
        words = refusal or ""
        yield CommandRefused(at=state.now, command="arm_portfolio", sentence=words, portfolio_id=run.portfolio_id)
        return
    if run.state is not PortfolioState.IDLE:
        yield entry_start.reset(state, run)
    yield armed


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

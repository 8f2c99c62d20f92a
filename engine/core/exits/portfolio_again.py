"""What follows the close of a whole portfolio: other portfolios, and its next execution (P16, P19 of §2.1)."""

from collections.abc import Callable, Generator, Iterator
from math import gcd

from engine.core.prices.resting import AlwaysLook, Watch
from engine.core.readings import account_standing, ledger, market_data, reopening
from engine.core.records.pending import PortfolioTodo
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.unmet import Unmet
from engine.domain.facts import (
    AnyFact,
    PortfolioActionDone,
    PortfolioClosed,
    PortfolioReentryBlocked,
    PortfolioReexecuted,
    PortfolioStarted,
)
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import clock_text, ist_date
from engine.domain.money import Money, divide_half_up, plain_text
from engine.domain.multileg import actions as a
from engine.domain.multileg.exit import Reverse
from engine.domain.multileg.states import (
    EXITING,
    LEG_DONE,
    LEG_TARGET_HITS,
    PROTECTORS,
    RUNNING,
    ExitReason,
    LegOrigin,
    LegState,
    PortfolioState,
)

Others = Callable[[EngineState, PortfolioRun, a.OtherAction], Generator[AnyFact, None, str]]

_TARGETS = LEG_TARGET_HITS | {ExitReason.COMB_TGT, ExitReason.COMB_TGT_TRAIL}


def is_awaited(run: PortfolioRun) -> bool:
    """Say whether something is still to follow, so that the portfolio must not be called done."""
    return bool(run.todo) or any(leg.todo for leg in run.legs)


def follow_ups(state: EngineState, run: PortfolioRun, others: Others) -> Iterator[AnyFact]:
    """Carry out what follows a close once everything is flat, in order; nothing while something is still held."""
    if state.books.of(run.account).recovering:
        return
    if run.state in EXITING and not run.holds_something and all(leg.state in LEG_DONE for leg in run.legs):
        for todo in list(run.todo):
            match todo.action:
                case a.ReExecutePortfolio():
                    yield from _again(state, run, todo)
                    return
                case Reverse() as strategy:
                    yield from _turned(state, run, todo, strategy)
                    return
                case _:
                    words = yield from others(state, run, todo.action)
                    yield PortfolioActionDone(
                        at=state.now, portfolio_id=run.portfolio_id, action=todo.number, what=words
                    )
    elif run.state in RUNNING:
        yield from _on_complete(state, run)


def _on_complete(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Execute again when the last leg is done, where a leg's hit wanted that."""
    open_legs = [leg for leg in run.legs if leg.state not in LEG_DONE and leg.state is not LegState.IDLE_LEG]
    todos = [(leg, todo) for leg in run.legs for todo in leg.todo]
    if open_legs or not todos or any(not isinstance(todo.action, a.ReExecutePortfolio) for _, todo in todos):
        return
    _, todo = todos[0]
    yield from _again(state, run, PortfolioTodo(0, todo.action, todo.reason, todo.since))  # type: ignore[arg-type]


def _again(state: EngineState, run: PortfolioRun, todo: PortfolioTodo) -> Iterator[AnyFact]:
    action = todo.action
    assert isinstance(action, a.ReExecutePortfolio)  # chosen by the callers
    why = _blocked(state, run, todo, action)
    if why is not None:
        yield PortfolioReentryBlocked(at=state.now, portfolio_id=run.portfolio_id, action=todo.number, why=why)
        return
    same = action.when is a.Again.SAME_STRIKES
    at_price = same or action.when is a.Again.AT_ENTRY_PRICE
    rising = todo.reason in _TARGETS
    starts_at = reopening.again_at(state, run, todo)
    words = f"executed again after {todo.reason.value}, not before {clock_text(starts_at)}"
    if at_price:
        words += f", when the combined premium is {'≥' if rising else '≤'} {plain_text(run.combined_premium or 0)}"
    yield PortfolioReexecuted(
        at=state.now,
        portfolio_id=run.portfolio_id,
        action=todo.number,
        cause=todo.reason,
        starts_at=starts_at,
        ends_at=ledger.last_execution(run),
        why=words,
        contracts=_contracts(run) if same else (),
        premium=run.combined_premium if at_price else None,
        rising=rising,
        measured_on=tuple(leg.leg_id for leg in ledger.premium_legs(run)) if at_price else (),
        is_reversed=run.is_reversed,
    )


def _turned(state: EngineState, run: PortfolioRun, todo: PortfolioTodo, strategy: Reverse) -> Iterator[AnyFact]:
    """Open what was closed on the opposite sides, as the next execution (executor reference §1.9)."""
    today = ist_date(state.now)
    done = sum(ist_date(at) == today for at in run.reversals)
    why = _forbidden(state, run)
    contracts = _last_contracts(run)
    bare = [number for number, leg in enumerate(run.portfolio.legs, 1) if leg.lots and not contracts[number - 1]]
    if why is None and done >= strategy.times:
        why = f"it was reversed {done} times today, as often as declared"
    elif why is None and any(not run.portfolio.legs[number - 1].idle for number in bare):
        why = f"leg {bare[0]} was not entered, and without it the opposite would be another position"
    if why is not None:
        yield PortfolioReentryBlocked(at=state.now, portfolio_id=run.portfolio_id, action=todo.number, why=why)
        return
    starts_at = reopening.again_at(state, run, todo)
    sides = "on the sides it was declared with" if run.is_reversed else "on the opposite sides"
    yield PortfolioReexecuted(
        at=state.now,
        portfolio_id=run.portfolio_id,
        action=todo.number,
        cause=todo.reason,
        starts_at=starts_at,
        ends_at=ledger.last_execution(run),
        why=f"reversed after {todo.reason.value}, {sides} and not before {clock_text(starts_at)}",
        contracts=contracts,
        is_reversed=not run.is_reversed,
        turned=True,
    )


def _last_contracts(run: PortfolioRun) -> tuple[InstrumentId | None, ...]:
    """Answer the contract that each declared leg held last in the present execution."""
    held = {
        leg.number: leg.instrument
        for leg in run.present
        if leg.entered_quantity and leg.origin not in PROTECTORS | {LegOrigin.LAZY}
    }
    return tuple(held.get(number) for number in range(1, len(run.portfolio.legs) + 1))


def _contracts(run: PortfolioRun) -> tuple[InstrumentId | None, ...]:
    """Answer the contract that each declared leg had in the present execution."""
    had = {leg.number: leg.instrument for leg in run.present if leg.origin is LegOrigin.DECLARED}
    return tuple(had.get(number) for number in range(1, len(run.portfolio.legs) + 1))


def _blocked(state: EngineState, run: PortfolioRun, todo: PortfolioTodo, action: a.ReExecutePortfolio) -> str | None:
    today, is_target = ist_date(state.now), todo.reason in _TARGETS
    done = [cause for cause, at in run.reexecutions if ist_date(at) == today and (cause in _TARGETS) is is_target]
    why = _forbidden(state, run)
    if why is None and reopening.used_up(action.times, len(done)):
        return f"it was executed again {len(done)} times today, as often as declared"
    return why


def _forbidden(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer what forbids every next execution now, whatever wants it; None where nothing does."""
    if state.books.kill_level:
        return f"the kill switch is on: {state.books.kill_reason}"
    denial = account_standing.account_denial(state.books, run.account) or account_standing.tag_denial(
        state.books, run.tag
    )
    if denial is not None:
        return account_standing.sentence(denial)
    if run.day_loss_hit:
        return "the portfolio's loss limit for the day is reached"
    last = ledger.last_execution(run)
    if state.now >= last:
        return f"after {clock_text(last)} nothing is executed again"
    executed = len(run.reexecutions) + len(run.reversals)
    if executed >= _MOST:
        return f"it was executed again {executed} times, the most that is allowed"
    return None


_MOST = 100
"""Executions of one portfolio in one journal, so that no rule repeats for ever."""


def reexecutes(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Start the next execution when its time and its premium have come; give it up at its last time."""
    again = run.again
    if run.state is not PortfolioState.WAITING or again is None:
        return
    if state.now >= run.ends_at or state.books.kill_level or run.day_loss_hit:
        late = f"not executed again until {clock_text(run.ends_at)}"
        why = "the kill switch is on" if state.books.kill_level else late
        yield PortfolioClosed(
            at=state.now,
            portfolio_id=run.portfolio_id,
            state=PortfolioState.COMPLETED,
            reason=again.cause,
            realised=Money(ledger.realised(run)),
            why=f"closed by {again.cause.value} and {why}",
        )
    elif not any(unmet(state, run)):
        yield PortfolioStarted(
            at=state.now,
            portfolio_id=run.portfolio_id,
            ends_at=run.ends_at,
            square_off_at=run.square_off_at,
            underlying_price=market_data.underlying_price(state, run),
            why=f"execution {run.execution}, after {again.cause.value}",
        )


def unmet(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer what the next execution waits for, with the live value against the threshold."""
    again = run.again
    if again is None:
        return
    if state.books.of(run.account).recovering:
        yield Unmet("the broker's books after the start")
    if state.now < run.starts_at:
        yield Unmet("time", clock_text(state.now), f"≥ {clock_text(run.starts_at)}")
    if not market_data.can_trigger(state, run):
        yield Unmet("an open market with fresh quotes")
    elif market_data.underlying_price(state, run) is None:
        yield Unmet(f"a price of {run.portfolio.underlying}")
    if again.premium is not None:
        value = premium(state, run)
        sign = "≥" if again.rising else "≤"
        if value is None or (value < again.premium if again.rising else value > again.premium):
            live = "not known" if value is None else plain_text(value)
            yield Unmet("combined premium of the contracts before", live, f"{sign} {plain_text(again.premium)}")


def premium(state: EngineState, run: PortfolioRun) -> int | None:
    """Answer what the legs of the execution before would bring now, sold less bought, per unit of their ratio."""
    again = run.again
    legs = [run.leg(leg_id) for leg_id in again.measured_on] if again is not None else []
    base = gcd(*(leg.entered_quantity for leg in legs))
    total = 0
    for leg in legs:
        price = market_data.trigger_price(state, leg.row)
        if price is None:
            return None
        total -= leg.leg.side.sign * price * leg.entered_quantity
    return divide_half_up(total, base) if base else None


def rows(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer the contracts whose premium a re-execution waits for."""
    if run.again is not None and run.again.premium is not None:
        yield from (run.leg(leg_id).row for leg_id in run.again.measured_on)


def watches(_state: EngineState, run: PortfolioRun) -> Iterator[Watch]:
    """Ask for every quote while the entry premium is waited for."""
    if run.again is not None and run.state is PortfolioState.WAITING:
        yield AlwaysLook()


def asks_again(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a re-execution is due and waits for its account, its premium or the market."""
    return run.again is not None and run.state is PortfolioState.WAITING and state.now >= run.starts_at


def wakes(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a re-execution is due, or given up."""
    if run.again is not None and run.state is PortfolioState.WAITING:
        yield run.starts_at
        yield run.ends_at

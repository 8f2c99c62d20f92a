"""Commands → the facts that carry them out, or the sentence why not."""

from collections.abc import Generator, Iterator

from engine.core.entries import entry_start
from engine.core.readings import account_standing, ledger, market_data, reopening
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.facts import (
    AnyFact,
    CommandRefused,
    KillSwitchReleased,
    KillSwitchTripped,
    LegCancelled,
    LegExitDecided,
    OrderCancelRequested,
    OrderModifyRequested,
    PortfolioClosed,
    PortfolioExitDecided,
    PortfolioReentryBlocked,
    StopMoved,
)
from engine.domain.instant import SECOND
from engine.domain.money import Money, Price
from engine.domain.multileg.actions import ReExecutePortfolio
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.exit import Reverse
from engine.domain.multileg.levels import premium_stop, premium_target
from engine.domain.multileg.states import (
    ENTERS,
    EXITING,
    FINAL,
    LEG_OPEN,
    LEG_WAITS,
    NOT_BEGUN,
    ExitReason,
    LegState,
    PortfolioState,
)
from engine.domain.order import RESTING, OrderStatus

_AGAIN = (ReExecutePortfolio, Reverse)
"""What opens a whole portfolio again once it is flat."""


def refuse(state: EngineState, command: c.AnyCommand, sentence: str) -> CommandRefused:
    """Answer the fact that a command was not carried out."""
    portfolio_id = getattr(command, "portfolio_id", None)
    kind = str(type(command).__struct_config__.tag)
    return CommandRefused(at=state.now, command=kind, sentence=sentence, portfolio_id=portfolio_id)


def duplicate_of(state: EngineState, command: c.AddPortfolio) -> PortfolioRun | None:
    """Answer a portfolio of the same name that was added within the duplicate window and is not done."""
    window = command.portfolio.execution.duplicate_window * SECOND
    for run in state.alive():
        if run.portfolio.name == command.portfolio.name and state.now - run.added_at < window:
            return run
    return None


def is_done(run: PortfolioRun) -> bool:
    """Say whether a portfolio is done and flat, so that another execution may begin."""
    return run.state in FINAL and not run.holds_something


def start_refusal(state: EngineState, run: PortfolioRun, *, ask_account: bool = True) -> str | None:
    """Answer why a portfolio cannot be started by hand now; None where it can.

    Its account is not asked for where copies in several accounts start together and wait for each other. Raises
    UnknownRuleError where the calendar does not reach today or its expiry.
    """
    if run.state is PortfolioState.DISABLED:
        return f"{run.portfolio.name} is disabled; enable it first"
    if run.state not in (PortfolioState.IDLE, PortfolioState.WAITING) and not is_done(run):
        return f"{run.portfolio.name} is {run.state.value}; only a portfolio that waits or is done can be started"
    often = entry_start.too_often(state, run)
    if often is not None:
        return often
    if state.books.kill_level:
        return "the kill switch is on; release it first"
    denial = account_standing.start_denial(state.books, run, ask_account=ask_account)
    if denial is not None:
        return account_standing.sentence(denial)
    if not market_data.is_open(state, run.portfolio.exchange):
        return f"{run.portfolio.exchange.value} is closed at this time"
    return entry_start.too_late(state, run)


def square_off(state: EngineState, command: c.SquareOffPortfolio) -> Iterator[AnyFact]:
    """Close a portfolio by hand."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None:
        yield refuse(state, command, f"there is no portfolio {command.portfolio_id}")
    elif run.state in NOT_BEGUN or run.state is PortfolioState.WAITING:
        yield PortfolioClosed(
            at=state.now,
            portfolio_id=run.portfolio_id,
            state=PortfolioState.COMPLETED,
            reason=ExitReason.MANUAL,
            realised=Money(ledger.realised(run)),
            why="taken back by hand before its entry",
        )
    elif run.state in FINAL:
        yield refuse(state, command, f"{run.portfolio.name} is already {run.state.value}")
    elif run.state in EXITING and not command.panic and any(isinstance(one.action, _AGAIN) for one in run.todo):
        # It is closed already; what a hand takes back is only what would open it again.
        for todo in [one for one in run.todo if isinstance(one.action, _AGAIN)]:
            why = _asked_how(command)
            yield PortfolioReentryBlocked(at=state.now, portfolio_id=run.portfolio_id, action=todo.number, why=why)
    elif run.state not in EXITING or command.panic:
        reason = ExitReason.MANUAL_PANIC if command.panic else _asked_by(command)
        why = "panic exit by hand" if command.panic else _asked_how(command)
        yield PortfolioExitDecided(at=state.now, portfolio_id=run.portfolio_id, reason=reason, why=why)


def _asked_by(command: c.SquareOffPortfolio | c.SquareOffLeg) -> ExitReason:
    return ExitReason.SIGNAL if command.by_signal else ExitReason.MANUAL


def _asked_how(command: c.SquareOffPortfolio | c.SquareOffLeg) -> str:
    return "a signal asked for it" if command.by_signal else "squared off by hand"


def square_off_leg(state: EngineState, command: c.SquareOffLeg) -> Iterator[AnyFact]:
    """Close one leg by hand."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None or not 1 <= command.leg_id <= len(run.legs):
        yield refuse(state, command, f"there is no leg {command.leg_id} of {command.portfolio_id}")
        return
    leg = run.leg(command.leg_id)
    if leg.state not in LEG_OPEN:
        yield refuse(state, command, f"leg {leg.leg_id} of {run.portfolio.name} is {leg.state.value}, not open")
        return
    if hedge_ties.guards_open_short(run, leg):
        words = (
            f"leg {leg.leg_id} is the hedge of leg {leg.parent}, which is still sold; square off leg {leg.parent} first"
        )
        yield refuse(state, command, words)
        return
    yield LegExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        reason=_asked_by(command),
        why=_asked_how(command),
    )


def execute_idle(state: EngineState, command: c.ExecuteIdleLeg) -> Iterator[AnyFact]:
    """Enter an idle leg by hand."""
    leg = _leg_of(state, command)
    if leg is None:
        yield refuse(state, command, f"there is no leg {command.leg_id} of {command.portfolio_id}")
        return
    run = state.books.portfolios[command.portfolio_id]
    if run.state not in ENTERS:
        yield refuse(state, command, f"{run.portfolio.name} is {run.state.value}; its legs cannot be executed now")
    elif leg.state is not LegState.IDLE_LEG:
        yield refuse(state, command, f"leg {leg.leg_id} of {run.portfolio.name} is {leg.state.value}, not idle")
    elif state.books.kill_level:
        yield refuse(state, command, "the kill switch is on; release it first")
    else:
        yield reopening.released(state, run, leg, "executed by hand")


def cancel_waiting(state: EngineState, command: c.CancelWaitingLeg) -> Iterator[AnyFact]:
    """Give up a waiting leg by hand."""
    leg = _leg_of(state, command)
    if leg is None:
        yield refuse(state, command, f"there is no leg {command.leg_id} of {command.portfolio_id}")
        return
    run = state.books.portfolios[command.portfolio_id]
    if leg.state not in LEG_WAITS:
        yield refuse(state, command, f"leg {leg.leg_id} of {run.portfolio.name} is {leg.state.value}, not waiting")
    else:
        why = "cancelled by hand"
        yield LegCancelled(at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, why=why)


def _leg_of(state: EngineState, command: c.ExecuteIdleLeg | c.CancelWaitingLeg) -> LegRun | None:
    run = state.books.portfolios.get(command.portfolio_id)
    return run.leg(command.leg_id) if run is not None and 1 <= command.leg_id <= len(run.legs) else None


def named(state: EngineState, run: PortfolioRun, name: str) -> PortfolioRun | None:
    """Answer another portfolio of the same account by its name: one that may still be moved before one that is done."""
    found = [
        other for other in state.books.portfolios.values()
        if other.portfolio.name == name and other.account == run.account and other is not run
    ]  # fmt: skip
    return next((other for other in found if other.state not in FINAL), found[-1] if found else None)


def square_off_other(state: EngineState, run: PortfolioRun, other: PortfolioRun) -> Generator[AnyFact, None, str]:
    """Close a portfolio because another one's hit says so, and answer what was done in words."""
    name, why = other.portfolio.name, f"squared off by {run.portfolio.name}"
    if other.state is PortfolioState.WAITING:
        yield PortfolioClosed(
            at=state.now,
            portfolio_id=other.portfolio_id,
            state=PortfolioState.COMPLETED,
            reason=ExitReason.ACTION,
            realised=Money(ledger.realised(other)),
            why=why,
        )
    elif other.state in FINAL or other.state in EXITING or other.state in NOT_BEGUN:
        return f"{name} is {other.state.value}; there is nothing to square off"
    else:
        yield PortfolioExitDecided(at=state.now, portfolio_id=other.portfolio_id, reason=ExitReason.ACTION, why=why)
    return f"{name} is squared off"


def arm_refusal(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a portfolio cannot be put on watch by another one; None where it can."""
    if run.state is not PortfolioState.IDLE and not is_done(run):
        return f"{run.portfolio.name} is {run.state.value}"
    if isinstance(run.portfolio.entry, Manual):
        return f"{run.portfolio.name} enters only when somebody says so; use Execute"
    return entry_start.too_often(state, run)


def change_protection(state: EngineState, command: c.ChangeLegProtection) -> Iterator[AnyFact]:
    """Set a leg's stop and target by hand."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None or not 1 <= command.leg_id <= len(run.legs):
        yield refuse(state, command, f"there is no leg {command.leg_id} of {command.portfolio_id}")
        return
    leg = run.leg(command.leg_id)
    if leg.state not in LEG_OPEN:
        yield refuse(state, command, f"leg {leg.leg_id} of {run.portfolio.name} is {leg.state.value}, not open")
    elif hedge_ties.is_hedge(leg):
        yield refuse(state, command, f"leg {leg.leg_id} is a hedge; it has no stop and no target of its own")
    elif any(level is not None and (level <= 0 or level % leg.tick) for level in _new_levels(command)):
        yield refuse(state, command, "a stop and a target must be above zero and on the tick of the contract")
    else:
        stop = None if command.stop is None else premium_stop(leg.leg.side, command.stop)
        target = None if command.target is None else premium_target(leg.leg.side, command.target)
        yield StopMoved(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            stop=leg.stop if command.keeps_stop else stop,
            target=leg.target if command.keeps_target else target,
            reason=ExitReason.MANUAL,
            why="set by hand",
            trail_steps=leg.trail_steps,
        )


def _new_levels(command: c.ChangeLegProtection) -> tuple[Price | None, ...]:
    """Answer the levels that a command sets."""
    return (None if command.keeps_stop else command.stop, None if command.keeps_target else command.target)


def cancel(state: EngineState, command: c.CancelWorkingOrder) -> Iterator[AnyFact]:
    """Cancel an order by hand."""
    order = state.books.orders.get(command.order_id)
    if order is None:
        yield refuse(state, command, f"there is no order {command.order_id}")
    elif not order.is_working or order.status is OrderStatus.UNKNOWN:
        yield refuse(state, command, f"order {order.order_id} is {order.status.value} and cannot be cancelled")
    elif order.pending is not None or (order.broker_order_id is None and order.status is not OrderStatus.NEW):
        yield refuse(state, command, f"order {order.order_id} waits for the broker's answer; try again in a moment")
    else:
        yield OrderCancelRequested(at=state.now, order_id=order.order_id, why="cancelled by hand")


def modify(state: EngineState, command: c.ModifyWorkingOrder, denial: str | None) -> Iterator[AnyFact]:
    """Give an order another limit by hand; ``denial`` is the risk gate's sentence, if it has one."""
    order = state.books.orders.get(command.order_id)
    if order is None:
        yield refuse(state, command, f"there is no order {command.order_id}")
    elif order.status not in RESTING or order.limit_price is None:
        yield refuse(state, command, f"order {order.order_id} is {order.status.value} and cannot be changed")
    elif order.rests_for is not None:
        words = f"order {order.order_id} rests at the broker for its leg's {order.rests_for.value} and follows it"
        yield refuse(state, command, f"{words}; change that instead")
    elif order.pending is not None:
        yield refuse(state, command, f"order {order.order_id} waits for the broker's answer; try again in a moment")
    elif denial is not None:
        yield refuse(state, command, denial)
    else:
        yield OrderModifyRequested(
            at=state.now,
            order_id=order.order_id,
            quantity=order.quantity,
            limit_price=command.limit_price,
            why="changed by hand",
            by_hand=True,
        )


def trip(state: EngineState, command: c.TripKillSwitch) -> Iterator[AnyFact]:
    """Latch the kill switch; it only goes up."""
    if command.level > state.books.kill_level:
        yield KillSwitchTripped(at=state.now, level=command.level, reason=command.reason)


def release(state: EngineState, command: c.ReleaseKillSwitch) -> Iterator[AnyFact]:
    """Release the kill switch."""
    if not state.books.kill_level:
        yield refuse(state, command, "the kill switch is not on")
    elif not command.reason.strip():
        yield refuse(state, command, "releasing the kill switch needs a reason")
    else:
        yield KillSwitchReleased(at=state.now, reason=command.reason)

"""Commands → the facts that carry them out, or the sentence why not."""

from collections.abc import Iterator

from engine.core import market_data
from engine.core.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.facts import (
    AnyFact,
    CommandRefused,
    DriftCleared,
    KillSwitchReleased,
    KillSwitchTripped,
    LegExitDecided,
    OrderCancelRequested,
    OrderModifyRequested,
    PortfolioAdded,
    PortfolioClosed,
    PortfolioExitDecided,
    RiskLimitsSet,
    StopMoved,
)
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import SECOND
from engine.domain.money import Money
from engine.domain.multileg.states import EXITING, FINAL, ExitReason, LegState, PortfolioState
from engine.domain.order import RESTING, OrderStatus
from engine.schema.diff import diff


def refuse(state: EngineState, command: c.AnyCommand, sentence: str) -> CommandRefused:
    """Answer the fact that a command was not carried out."""
    portfolio_id = getattr(command, "portfolio_id", None)
    kind = str(type(command).__struct_config__.tag)
    return CommandRefused(at=state.now, command=kind, sentence=sentence, portfolio_id=portfolio_id)


def add(state: EngineState, command: c.AddPortfolio) -> PortfolioAdded:
    """Answer the fact that the engine took a portfolio."""
    return PortfolioAdded(
        at=state.now,
        portfolio_id=PortfolioId(f"P{state.books.portfolios_made + 1}"),
        account=command.account,
        portfolio=command.portfolio,
    )


def duplicate_of(state: EngineState, command: c.AddPortfolio) -> PortfolioRun | None:
    """Answer a portfolio of the same name that was added within the duplicate window and is not done."""
    window = command.portfolio.execution.duplicate_window * SECOND
    for run in state.alive():
        if run.portfolio.name == command.portfolio.name and state.now - run.added_at < window:
            return run
    return None


def start_refusal(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a portfolio cannot be started by hand now; None where it can."""
    if run.state not in (PortfolioState.IDLE, PortfolioState.WAITING):
        return f"{run.portfolio.name} is {run.state.value}; only a portfolio that waits can be started"
    if state.books.kill_level:
        return "the kill switch is on; release it first"
    if state.books.halted:
        return "the account's daily loss limit is reached; nothing is opened today"
    if state.books.recovering:
        return "the engine still compares its books with the broker's; try again in a few seconds"
    if not market_data.is_open(state, run.portfolio.exchange):
        return f"{run.portfolio.exchange.value} is closed at this time"
    return None


def square_off(state: EngineState, command: c.SquareOffPortfolio) -> Iterator[AnyFact]:
    """Close a portfolio by hand."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None:
        yield refuse(state, command, f"there is no portfolio {command.portfolio_id}")
    elif run.state in (PortfolioState.IDLE, PortfolioState.WAITING):
        yield PortfolioClosed(
            at=state.now,
            portfolio_id=run.portfolio_id,
            state=PortfolioState.COMPLETED,
            reason=ExitReason.MANUAL,
            realised=Money(0),
            why="taken back by hand before its entry",
        )
    elif run.state in FINAL:
        yield refuse(state, command, f"{run.portfolio.name} is already {run.state.value}")
    elif run.state not in EXITING or command.panic:
        reason = ExitReason.MANUAL_PANIC if command.panic else ExitReason.MANUAL
        why = "panic exit by hand" if command.panic else "squared off by hand"
        yield PortfolioExitDecided(at=state.now, portfolio_id=run.portfolio_id, reason=reason, why=why)


def square_off_leg(state: EngineState, command: c.SquareOffLeg) -> Iterator[AnyFact]:
    """Close one leg by hand."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None or not 1 <= command.leg_id <= len(run.legs):
        yield refuse(state, command, f"there is no leg {command.leg_id} of {command.portfolio_id}")
        return
    leg = run.leg(command.leg_id)
    if leg.state is not LegState.OPEN:
        yield refuse(state, command, f"leg {leg.leg_id} of {run.portfolio.name} is {leg.state.value}, not open")
        return
    yield LegExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        reason=ExitReason.MANUAL,
        why="squared off by hand",
    )


def change_protection(state: EngineState, command: c.ChangeLegProtection) -> Iterator[AnyFact]:
    """Set a leg's stop and target by hand."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None or not 1 <= command.leg_id <= len(run.legs):
        yield refuse(state, command, f"there is no leg {command.leg_id} of {command.portfolio_id}")
        return
    leg = run.leg(command.leg_id)
    if leg.state is not LegState.OPEN:
        yield refuse(state, command, f"leg {leg.leg_id} of {run.portfolio.name} is {leg.state.value}, not open")
    elif any(level is not None and (level <= 0 or level % leg.tick) for level in (command.stop, command.target)):
        yield refuse(state, command, "a stop and a target must be above zero and on the tick of the contract")
    else:
        yield StopMoved(
            at=state.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            stop=command.stop,
            target=command.target,
            reason=ExitReason.MANUAL,
            why="set by hand",
            trail_steps=leg.trail_steps,
        )


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


def set_limits(state: EngineState, command: c.SetRiskLimits) -> Iterator[AnyFact]:
    """Replace the limits, with what changed in words."""
    changes = tuple(diff(state.books.limits, command.limits))
    if changes:
        yield RiskLimitsSet(at=state.now, limits=command.limits, changes=changes)


def accept_drift(state: EngineState, command: c.AcceptDrift) -> Iterator[AnyFact]:
    """Take what the broker holds beyond our ledger as not ours."""
    for instrument, (ours, brokers) in sorted(state.books.drift.items()):
        outside = state.books.outside.get(instrument, 0) + brokers - ours
        yield DriftCleared(at=state.now, instrument=instrument, accepted=outside, reason=command.reason)

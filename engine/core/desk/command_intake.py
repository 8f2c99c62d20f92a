"""Commands → the stages that carry them out; what they change is nudged, so that the pipeline looks at it."""

from collections.abc import Generator, Iterator

import msgspec

from engine.core.accounts import account_desk, fan_out, user_sync
from engine.core.desk import by_hand, closed_outside, command_desk, live_edit, part_desk, position_desk, signal_desk
from engine.core.entries import entry_start, extra_conditions
from engine.core.exits import cost_moves
from engine.core.orders import reconciliation, risk_gate
from engine.core.readings import entry_days
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.facts import (
    AlarmRaised,
    AnyFact,
)
from engine.domain.instant import ist_date
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg import actions
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.secret_words import with_sealed_word
from engine.domain.multileg.states import PortfolioState

Facts = Iterator[AnyFact]


def carry_out(state: EngineState, command: c.AnyCommand) -> Facts:
    """Answer the facts that a command leads to; portfolios to be looked at afterwards are nudged."""
    match command:
        case c.AddPortfolio():
            yield from _add(state, command)
        case c.StartPortfolio():
            yield from _start(state, command)
        case c.SquareOffPortfolio():
            copies = [run.portfolio_id for run in fan_out.family(state.books, command.portfolio_id)]
            for copy in copies or [command.portfolio_id]:
                yield from command_desk.square_off(state, msgspec.structs.replace(command, portfolio_id=copy))
            state.nudged += copies
        case c.SquareOffLeg():
            yield from command_desk.square_off_leg(state, command)
            state.nudged.append(command.portfolio_id)
        case c.PartExitLeg() | c.AddHedge() | c.RollLegs() | c.ConvertLeg():
            yield from position_desk.carry_out(state, command)
            state.nudged.append(command.portfolio_id)
        case c.ExecuteIdleLeg():
            yield from command_desk.execute_idle(state, command)
            state.nudged.append(command.portfolio_id)
        case c.CancelWaitingLeg():
            yield from command_desk.cancel_waiting(state, command)
            state.nudged.append(command.portfolio_id)
        case c.EditPortfolio() | c.PartExit() | c.PartEntry() | c.RearmLeg() | c.MoveLegToCost() | c.ArmPortfolio():
            yield from _change(state, command)
        case c.MarkCompleted() | c.MarkLegClosed() | c.ResetPortfolio() | c.EnablePortfolio() | c.DisablePortfolio():
            yield from _change(state, command)
        case c.Signal():
            yield from _signal(state, command)
        case c.ResumePortfolio():
            yield from _resume(state, command)
        case c.ChangeLegProtection():
            yield from command_desk.change_protection(state, command)
            state.nudged.append(command.portfolio_id)
        case c.CancelWorkingOrder():
            yield from command_desk.cancel(state, command)
        case c.ModifyWorkingOrder():
            yield from _modify(state, command)
        case c.TripKillSwitch():
            yield from command_desk.trip(state, command)
            state.nudged += [run.portfolio_id for run in state.alive()]
        case c.ReleaseKillSwitch():
            yield from command_desk.release(state, command)
        case c.SetRiskLimits():
            yield from account_desk.set_limits(state, command)
        case c.SetAccount():
            yield from account_desk.set_account(state, command.declared, by_hand=True)
        case c.SetExitOnly():
            yield from account_desk.set_exit_only(state, command)
            state.nudged += [run.portfolio_id for run in state.alive()]
        case c.SetTag():
            yield from account_desk.set_tag(state, command.declared)
        case c.RemoveTag():
            yield from account_desk.remove_tag(state, command)
        case c.AcceptDrift():
            yield from account_desk.accept_drift(state, command)
            state.nudged += [run.portfolio_id for run in state.alive()]


ChangeOfOne = (
    c.PartExit
    | c.PartEntry
    | c.RearmLeg
    | c.MoveLegToCost
    | c.ArmPortfolio
    | c.MarkCompleted
    | c.MarkLegClosed
    | c.ResetPortfolio
    | c.EnablePortfolio
    | c.DisablePortfolio
)
"""What is done to a portfolio that is there, in each of its accounts where its parent is named, each for itself."""


def _change(state: EngineState, command: c.EditPortfolio | ChangeOfOne) -> Facts:
    runs = fan_out.family(state.books, command.portfolio_id)
    if not runs:
        yield command_desk.refuse(state, command, f"there is no portfolio {command.portfolio_id}")
    if isinstance(command, c.EditPortfolio):
        if runs:
            yield from live_edit.edit(state, runs, command)
    else:
        for run in runs:
            yield from _change_one(state, run, command)
    state.nudged += [run.portfolio_id for run in runs]


def _change_one(state: EngineState, run: PortfolioRun, command: ChangeOfOne) -> Facts:
    match command:
        case c.PartExit():
            yield from part_desk.part_exit(state, run, command)
        case c.PartEntry():
            yield from part_desk.part_entry(state, run, command)
        case c.RearmLeg():
            yield from by_hand.rearm(state, run, command.leg_id)
        case c.MoveLegToCost():
            yield cost_moves.by_hand(state, run, command.leg_id)
        case c.ArmPortfolio():
            yield from by_hand.arm(state, run, command_desk.arm_refusal(state, run))
        case c.MarkCompleted():
            yield from closed_outside.mark_completed(state, run)
        case c.MarkLegClosed():
            yield from closed_outside.mark_leg_closed(state, run, command.leg_id, command.price)
        case c.ResetPortfolio():
            yield from by_hand.reset(state, run)
        case c.EnablePortfolio():
            yield from by_hand.enable(state, run)
        case c.DisablePortfolio():
            yield from by_hand.disable(state, run)


def _add(state: EngineState, command: c.AddPortfolio) -> Facts:
    twin = command_desk.duplicate_of(state, command)
    if twin is not None:
        sentence = f"{command.portfolio.name} was added a moment ago as {twin.portfolio_id}; the second is ignored"
        yield command_desk.refuse(state, command, sentence)
        return
    wrong = refusals(command.portfolio, state.rules, state.master, ist_date(state.now))
    words = "; ".join(str(error) for error in wrong)
    refusal = f"{command.portfolio.name}: {words}" if wrong else fan_out.refusal(state, command)
    if refusal is not None:
        yield command_desk.refuse(state, command, refusal)
        return
    for sentence in fan_out.left_out(state, command):
        yield AlarmRaised(at=state.now, code="ACCOUNT_LEFT_OUT", sentence=sentence)
    portfolio = with_sealed_word(command.portfolio, signal_desk.salt_for(state, command.portfolio.name))
    added = fan_out.added(state, msgspec.structs.replace(command, portfolio=portfolio))
    yield from added
    if command.start:
        yield from _start_or_arm(state, command, [state.books.portfolios[one.portfolio_id] for one in added])


def _start_or_arm(state: EngineState, command: c.AnyCommand, runs: list[PortfolioRun]) -> Facts:
    if isinstance(runs[0].portfolio.entry, Manual):
        first = runs[0].parent or runs[0].portfolio_id
        yield from _start(state, c.StartPortfolio(at=command.at, portfolio_id=first))
        return
    for run in runs:
        try:
            yield entry_days.arm(state, run)
        except UnknownRuleError as error:
            yield command_desk.refuse(state, command, str(error))
        state.nudged.append(run.portfolio_id)


def _start(state: EngineState, command: c.StartPortfolio) -> Facts:
    """Start a portfolio, all its copies where its parent is named or where users are kept in sync."""
    runs = fan_out.family(state.books, command.portfolio_id)
    if not runs:
        yield command_desk.refuse(state, command, f"there is no portfolio {command.portfolio_id}")
        return
    if runs[0].is_synced:
        runs = [user_sync.leader(state, runs[0])]
    for run in runs:
        sentence = _start_refusal(state, run)
        if sentence is not None:
            yield command_desk.refuse(state, command, sentence)
        elif run.is_synced:
            yield from starts(state, user_sync.decide(state, run, "started by hand"))
            state.nudged.append(run.portfolio_id)
        else:
            yield from entry_start.begin(state, run, "started by hand")
            state.nudged.append(run.portfolio_id)


def _start_refusal(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a portfolio cannot be started by hand now; copies in sync wait for their accounts instead."""
    try:
        sentence = command_desk.start_refusal(state, run, ask_account=not run.is_synced)
    except UnknownRuleError as error:
        sentence = str(error)
    if sentence is None and (lack := extra_conditions.refusal(state, run)) is not None:
        sentence = f"{run.portfolio.name} is not started: {lack}"
    return sentence


def starts(state: EngineState, decisions: Iterator[AnyFact | user_sync.Starts]) -> Facts:
    """Answer what was decided about copies that are kept in sync, their starts as facts."""
    for decision in decisions:
        if isinstance(decision, user_sync.Starts):
            for run in decision.runs:
                yield from entry_start.begin(state, run, decision.why)
                state.nudged.append(run.portfolio_id)
        else:
            yield decision


def on_other(state: EngineState, run: PortfolioRun, action: actions.OtherAction) -> Generator[AnyFact, None, str]:
    """Carry out what a hit does to another portfolio of the same account, and answer what was done in words."""
    other = command_desk.named(state, run, action.portfolio)
    if other is None:
        return f"{action.portfolio} is not in the engine on {run.account}; nothing is done with it"
    state.nudged.append(other.portfolio_id)
    match action:
        case actions.SquareOffOther():
            return (yield from command_desk.square_off_other(state, run, other))
        case actions.ExecuteOther():
            found = command_desk.start_refusal(state, other) or extra_conditions.refusal(state, other)
            if found is None:
                yield from entry_start.begin(state, other, f"executed by {run.portfolio.name}")
            return f"{other.portfolio.name} is executed" if found is None else f"not executed: {found}"
        case actions.StartOther():
            found = command_desk.arm_refusal(state, other)
            if found is None:
                try:
                    armed = entry_days.arm(state, other)
                except UnknownRuleError as error:
                    return f"not started: {error}"
                if other.state is not PortfolioState.IDLE:
                    yield entry_start.reset(state, other)
                yield armed
            return f"{other.portfolio.name} is started" if found is None else f"not started: {found}"


def _signal(state: EngineState, command: c.Signal) -> Facts:
    taken = signal_desk.judged(state, command)
    if isinstance(taken, str):
        yield command_desk.refuse(state, command, taken)
        return
    yield from taken.facts
    for asked in taken.commands:
        yield from carry_out(state, asked)
    state.nudged += [fact.portfolio_id for fact in taken.facts]


def _resume(state: EngineState, command: c.ResumePortfolio) -> Facts:
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None or run.state.value != "HELD":
        yield command_desk.refuse(state, command, f"{command.portfolio_id} is not held by a restart")
        return
    yield reconciliation.resumed(state, run, "resumed by hand")
    state.nudged.append(run.portfolio_id)


def _modify(state: EngineState, command: c.ModifyWorkingOrder) -> Facts:
    order = state.books.orders.get(command.order_id)
    denial = None
    if order is not None:
        row = state.master.row(order.instrument)
        found = risk_gate.resting_price_refusal(state, order.account, row, command.limit_price)
        denial = None if found is None else found.detail
    yield from command_desk.modify(state, command, denial)

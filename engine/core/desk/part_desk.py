"""Close or enter a part of a portfolio by hand: which legs, how much, and why not (state table P17, P18)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.core.desk import trial
from engine.core.orders import margin_gate, reducing
from engine.core.readings import account_standing, ledger
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.commands import PartEntry, PartExit
from engine.domain.facts import AnyFact, CommandRefused, ConfirmationWanted, PartEntryBegun, PortfolioReduced
from engine.domain.identifiers import LegId
from engine.domain.instant import clock_text
from engine.domain.multileg.states import LEG_OPEN, RUNNING, ExitReason, LegOrigin, LegState


def part_exit(state: EngineState, run: PortfolioRun, command: PartExit) -> Iterator[AnyFact]:
    """Close the same part of every leg, in whole lots; the ledger closes what is above what each keeps."""
    share = _share(state, run, command)
    if isinstance(share, str):
        yield _refused(state, run, "part_exit", share)
        return
    keeps = reducing.after_share(state, run, share)
    if not keeps:
        yield _refused(state, run, "part_exit", f"that is less than one lot of every leg of {run.portfolio.name}")
        return
    what = f"{command.lots} lots" if command.lots is not None else f"{command.percent} percent"
    fact = PortfolioReduced(
        at=state.now,
        portfolio_id=run.portfolio_id,
        keeps=keeps,
        reason=ExitReason.MANUAL,
        why=f"{what} closed by hand",
        lots=max(1, int(_lots_now(run) * (1 - share))),
    )
    found = [] if command.confirmed else trial.consequences(state, run, lambda _twin: iter((fact,)))
    if found:
        yield ConfirmationWanted(
            at=state.now,
            portfolio_id=run.portfolio_id,
            command="part_exit",
            sentence=f"{run.portfolio.name}: {'; '.join(found)}",
        )
        return
    yield fact


def _share(state: EngineState, run: PortfolioRun, command: PartExit) -> Fraction | str:
    """Answer which part of what is held is meant, or why none can be closed."""
    name = run.portfolio.name
    obstacle = _obstacle(run)
    smallest = _smallest(state, run)
    if obstacle is not None:
        return obstacle
    if (command.lots is None) is (command.percent is None):
        return "say lots or percent, one of them"
    if not smallest:
        return f"{name} holds nothing"
    share = Fraction(command.lots, smallest) if command.lots is not None else Fraction(command.percent or 0) / 100
    if share <= 0:
        return "a part must be above 0"
    if share >= 1:
        return f"that is all that {name} holds ({smallest} lots of its smallest leg); square it off instead"
    return share


def part_entry(state: EngineState, run: PortfolioRun, command: PartEntry) -> Iterator[AnyFact]:
    """Enter more of every open leg in proportion; entry, levels and combined premium follow the new averages."""
    adds = _adds(state, run, command)
    if isinstance(adds, str):
        yield _refused(state, run, "part_entry", adds)
        return
    smallest = _smallest(state, run)
    yield PartEntryBegun(
        at=state.now,
        portfolio_id=run.portfolio_id,
        adds=tuple((leg_id, units, units // _lot(state, run.leg(leg_id))) for leg_id, units in adds.items()),
        lots=_lots_now(run) * (smallest + command.lots) // smallest,
        why=f"{command.lots} lots more by hand",
    )


def _adds(state: EngineState, run: PortfolioRun, command: PartEntry) -> dict[LegId, int] | str:
    """Answer the units to be added to each leg, or why nothing can be."""
    obstacle = _obstacle(run) or _closed_door(state, run)
    if obstacle is not None:
        return obstacle
    legs = list(_open_legs(run))
    if not legs:
        return f"{run.portfolio.name} holds nothing that more could be entered of"
    if command.lots < 1:
        return "a part must be at least one lot"
    smallest = _smallest(state, run)
    adds = {leg.leg_id: _lots(state, leg) * command.lots // smallest * _lot(state, leg) for leg in legs}
    lack = margin_gate.lack_for_more(state, run, adds)
    return f"the funds do not cover it: {lack.detail}" if lack is not None else adds


def _closed_door(state: EngineState, run: PortfolioRun) -> str | None:
    if state.books.kill_level:
        return "the kill switch is on; release it first"
    if state.now >= run.ends_at:
        return f"End {clock_text(run.ends_at)} has passed; set End later first"
    return account_standing.obstacle(state, run)


def _obstacle(run: PortfolioRun) -> str | None:
    name = run.portfolio.name
    if run.state not in RUNNING:
        return f"{name} is {run.state.value}; only a running portfolio is entered or closed in part"
    if run.scaling is not None:
        return f"more of {name} is being entered already; wait until that is done"
    busy = [leg for leg in run.present if leg.state in (LegState.ENTERING, LegState.EXITING)]
    return f"leg {busy[0].leg_id} of {name} is {busy[0].state.value}; try again when it is done" if busy else None


def _open_legs(run: PortfolioRun) -> Iterator[LegRun]:
    return (
        leg for leg in run.present if leg.net_quantity and leg.state in LEG_OPEN and leg.origin is not LegOrigin.DELTA
    )


def _smallest(state: EngineState, run: PortfolioRun) -> int:
    return min((_lots(state, leg) for leg in _open_legs(run)), default=0)


def _lots(state: EngineState, leg: LegRun) -> int:
    return reducing.kept(leg) // _lot(state, leg)


def _lot(state: EngineState, leg: LegRun) -> int:
    return ledger.instrument_of(state, leg).lot_size


def _lots_now(run: PortfolioRun) -> int:
    return run.lots_now or ledger.common_lots(run)


def _refused(state: EngineState, run: PortfolioRun, command: str, sentence: str) -> CommandRefused:
    return CommandRefused(at=state.now, command=command, sentence=sentence, portfolio_id=run.portfolio_id)

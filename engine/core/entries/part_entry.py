"""More of open legs is entered: when it is there, and what happens where a leg cannot follow (state table P18)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.core.readings import ledger
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, PartEntryOver
from engine.domain.identifiers import LegId
from engine.domain.multileg.states import RUNNING


def scaling(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Say when all that was to be added is there; where a leg failed, cut the others back to what it got."""
    if run.scaling is None or run.state not in RUNNING:
        return
    legs = [run.leg(leg_id) for leg_id, _, _ in run.scaling.legs]
    failed = [leg for leg in legs if leg.failed]
    if failed:
        names = ", ".join(f"leg {leg.leg_id} ({leg.failure})" for leg in failed)
        yield PartEntryOver(
            at=state.now,
            portfolio_id=run.portfolio_id,
            keeps=tuple(_keeps(state, run)),
            why=f"no more of {names}; the others keep to its proportion",
        )
    elif not any(ledger.is_entering(leg) for leg in legs):
        yield PartEntryOver(at=state.now, portfolio_id=run.portfolio_id, keeps=(), why="all that was wanted is there")


def _keeps(state: EngineState, run: PortfolioRun) -> Iterator[tuple[LegId, int]]:
    """Answer what each leg keeps, so that all have got the same share of what they were to get, in whole lots."""
    assert run.scaling is not None  # asked by the caller
    held = [(run.leg(leg_id), before, add) for leg_id, before, add in run.scaling.legs if run.leg(leg_id).net_quantity]
    shares = [Fraction(max(0, abs(leg.net_quantity) - before), add) for leg, before, add in held]
    share = min(shares, default=Fraction(0))
    for leg, before, add in held:
        lot = ledger.instrument_of(state, leg).lot_size
        keep = min(abs(leg.net_quantity), before + int(add * share) // lot * lot)
        yield leg.leg_id, keep

"""What a change would lead to at once: it is made on a copy of the portfolio, and the exits are asked about that."""

import copy
from collections.abc import Callable, Iterator

import msgspec

from engine.core.entries import legs_waiting
from engine.core.exits import closings, combined_exits, exit_plan, leg_exits, side_limits
from engine.core.readings import market_data
from engine.core.records.folding import fold
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain import facts as f
from engine.domain.multileg.states import LEG_WAITS

_STAGES = (
    closings.time_exit,
    exit_plan.planned_exits,
    combined_exits.combined_exits,
    side_limits.side_limits,
    leg_exits.leg_exits,
    legs_waiting.waiters,
)
"""What closes, gives up or enters something by itself, in the order of the precedence matrix."""

_LOOKS = 50


def consequences(
    state: EngineState, run: PortfolioRun, change: Callable[[PortfolioRun], Iterator[f.AnyFact]]
) -> list[str]:
    """Answer what would be closed, given up or entered at once after a change, in words; empty where nothing would.

    ``change`` yields the facts of the change of the portfolio it is given, each folded before the next is asked for.
    """
    twin = copy.deepcopy(run)
    books = msgspec.structs.replace(state.books, portfolios={**state.books.portfolios, run.portfolio_id: twin})
    samples, first_waits = dict(state.samples), set(state.first_waits)
    try:
        for fact in change(twin):
            fold(books, state.master, fact)
        found: list[str] = []
        for _ in range(_LOOKS):
            facts = 0
            for fact in _look(state, twin):
                fold(books, state.master, fact)
                facts += 1
                words = _said(fact)
                if words is not None and words not in found:
                    found.append(words)
            if not facts:
                break
        return found
    finally:
        # Monitors that look now and then must not believe that they have looked.
        state.samples.clear()
        state.samples.update(samples)
        state.first_waits = first_waits


def blind(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why nobody can say what would follow at once; None where there are prices to go by."""
    watched = [leg for leg in run.present if leg.net_quantity or leg.state in LEG_WAITS]
    price_type, freak = run.portfolio.price_type, run.portfolio.freak
    if any(leg.row >= 0 and market_data.mark(state, leg, price_type, freak) is None for leg in watched):
        return "no price yet: what would follow cannot be foreseen"
    if not market_data.can_trigger(state, run):
        return "no fresh price: what would follow cannot be foreseen"
    return None


def _look(state: EngineState, twin: PortfolioRun) -> Iterator[f.AnyFact]:
    for stage in _STAGES:
        yield from stage(state, twin)


def _said(fact: f.AnyFact) -> str | None:
    match fact:
        case f.PortfolioExitDecided():
            return f"everything would be closed at once: {fact.why}"
        case f.LegExitDecided() | f.LegHit():
            return f"leg {fact.leg_id} would be closed at once: {fact.why}"
        case f.PortfolioReduced() | f.CombinedHitInPart():
            return f"a part would be closed at once: {fact.why}"
        case f.LegReduced():
            return f"a part of leg {fact.leg_id} would be closed at once: {fact.why}"
        case f.LegDelayStarted():
            return f"leg {fact.leg_id} would be closed if this holds: {fact.why}"
        case f.CombinedDelayStarted():
            return f"everything would be closed if this holds: {fact.why}"
        case f.LegCancelled():
            return f"leg {fact.leg_id} would be given up at once: {fact.why}"
        case f.LegReleased():
            return f"leg {fact.leg_id} would be entered at once: {fact.why}"
        case _:
            return None

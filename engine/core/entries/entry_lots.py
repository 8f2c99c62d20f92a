"""How many lots a portfolio really takes: quantity by exposure, and the most that any leg may take."""

from collections.abc import Iterator

from engine.core.readings import market_data
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LotsMultiplied
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price, exact_units, plain_text
from engine.domain.multileg.states import LegOrigin, PortfolioState


def multiplied(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Set the lots of the declared legs once, before the first of their contracts is chosen.

    The exposure holds floor(exposure / (reference price × lot size)) lots, at least one (executor reference §1.3.1).
    """
    execution = run.portfolio.execution
    if run.entry.lots_are_set or (execution.exposure is None and execution.max_lots is None):
        return
    if run.state is not PortfolioState.ENTERING and not (run.state is PortfolioState.WAITING and _is_due(state, run)):
        return
    times, why = 1, f"at most {execution.max_lots} lots"
    if execution.exposure is not None:
        price = run.underlying_at_start or market_data.underlying_price(state, run)
        if price is None:
            return
        times, why = _held_by(state, run, exact_units(execution.exposure), price)
    most = execution.max_lots
    lots = tuple(
        (leg.leg_id, leg.leg.lots * times if most is None else min(leg.leg.lots * times, most))
        for leg in run.legs
        if leg.origin is LegOrigin.DECLARED and not leg.entered_quantity
    )
    yield LotsMultiplied(at=state.now, portfolio_id=run.portfolio_id, multiplier=times, lots=lots, why=why)


def _held_by(state: EngineState, run: PortfolioRun, exposure: int, price: Price) -> tuple[int, str]:
    try:
        lot = state.rules.contract_rule(run.portfolio.underlying, market_data.today(state)).lot_size
    except UnknownRuleError:
        lot = 1
    times = max(1, exposure // (price * lot))
    words = (
        f"an exposure of ₹{plain_text(exposure)} at {plain_text(price)} × {lot} holds {exposure // (price * lot)} lots"
    )
    return times, words


def _is_due(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether the contracts of a waiting portfolio are about to be chosen."""
    return state.now >= run.starts_at or run.portfolio.contracts.selection_time is not None

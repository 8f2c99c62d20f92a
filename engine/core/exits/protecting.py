"""Put the levels of a leg where its fill says: stop and target, from the average entry (executor reference §1.2.6)."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.core.readings import estimates, ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AlarmRaised, AnyFact, LegProtected
from engine.domain.money import Price, plain_text
from engine.domain.multileg.levels import Level, is_clamped, stop_level, target_level
from engine.domain.multileg.states import LEG_OPEN
from engine.domain.multileg.stop import Basis


class Computed(NamedTuple):
    """Where the rules of a leg put its levels, and what they were counted from."""

    average: Price
    underlying: Price | None
    stop: Level | None
    target: Level | None


def computed(state: EngineState, run: PortfolioRun, leg: LegRun) -> Computed | None:
    """Answer where the rules of a leg put its levels, counted from its average entry; None while a price is missing."""
    average = leg.entry_average() or Price(0)
    # A print in doubt must not leave a leg without its stop, so the last known price does as a reference.
    underlying = (
        leg.underlying_at_entry or market_data.underlying_price(state, run) or market_data.spot_price(state, run)
    )
    rules = [rule for rule in (leg.leg.stop_loss, leg.leg.target) if rule is not None]
    if underlying is None and any(rule.basis.needs_underlying for rule in rules):
        return None  # Right after a restart: the first quote gives it, and nothing could fire before.
    strike = ledger.instrument_of(state, leg).strike
    wants_margin = any(rule.basis is Basis.MARGIN_PERCENT for rule in rules)
    margin = estimates.margin_of(state, [leg]) if wants_margin else None
    first = stop_level(leg.leg, average, underlying, leg.tick, strike=strike, margin=margin)
    target = target_level(leg.leg, average, underlying, leg.tick, strike=strike, margin=margin)
    return Computed(average, underlying, first, target)


def protection(state: EngineState, run: PortfolioRun, leg: LegRun) -> Iterator[AnyFact]:
    """Set the levels of a leg after one more fill of its entry."""
    found = computed(state, run, leg)
    if found is None:
        return
    average, underlying, first, target = found
    if is_clamped(leg.leg, average, leg.tick) and first is not None:
        words = f"the stop of leg {leg.leg_id} lay on its entry at {plain_text(average)}"
        sentence = f"{run.portfolio.name}: {words}; it is put to {plain_text(first.value)}"
        yield AlarmRaised(at=state.now, code="STOP_CLAMPED", sentence=sentence, portfolio_id=run.portfolio_id)
    # What an open leg has stays over a late part fill: it may have been trailed, moved to cost or set by hand.
    kept = leg.state in LEG_OPEN and leg.protected_quantity > 0
    yield LegProtected(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        average_price=average,
        underlying_price=underlying,
        stop=leg.stop if kept else _not_loosened(leg, first),
        target=leg.target if kept else target,
        first_stop=leg.first_stop if kept else first,
    )


def _not_loosened(leg: LegRun, computed: Level | None) -> Level | None:
    """Answer the stop after one more part fill of an entry: one that was trailed already never loosens."""
    if computed is None or leg.stop is None or not leg.trail_steps:
        return computed
    return leg.stop if leg.stop.is_tighter_than(computed) else computed

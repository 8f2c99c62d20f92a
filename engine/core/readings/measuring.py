"""What is held against a level: its live value, and which quotes can change it."""

from engine.core.prices.resting import AlwaysLook, RowWatch, Watch
from engine.core.readings import ledger, leg_greeks, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.money import plain_text
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.portfolio import UnderlyingReference


def measured(state: EngineState, run: PortfolioRun, leg: LegRun, of: Measure) -> int | None:
    """Answer the live value of a measure of one leg; None while it is not known or in doubt."""
    match of:
        case Measure.PREMIUM:
            return market_data.mark(state, leg, run.portfolio.price_type, run.portfolio.freak)
        case Measure.UNDERLYING:
            expiry = ledger.instrument_of(state, leg).expiry if leg.row >= 0 else None
            return market_data.underlying_price(state, run, expiry)
        case Measure.DELTA | Measure.THETA:
            greeks = leg_greeks.of_leg(state, run, leg)
            return None if greeks is None else abs(greeks.delta if of is Measure.DELTA else greeks.theta)
        case Measure.PROFIT:
            price = market_data.mark(state, leg, run.portfolio.price_type, run.portfolio.freak)
            return None if price is None else leg.cash + leg.net_quantity * price // leg.scale


_NAMES = {
    Measure.PREMIUM: "",
    Measure.UNDERLYING: "underlying ",
    Measure.DELTA: "delta ",
    Measure.THETA: "theta ",
    Measure.PROFIT: "profit of the leg ",
}


def said(value: int, level: Level) -> str:
    """Answer a live value against its level in signs: ``"150.05 ≥ 150.00"``, ``"delta 0.4512 ≥ 0.45"``."""
    return f"{_NAMES[level.of]}{plain_text(value)} {'≥' if level.rising else '≤'} {plain_text(level.value)}"


def watch(state: EngineState, run: PortfolioRun, leg: LegRun, level: Level) -> Watch:
    """Answer between which quotes a level cannot be reached."""
    low, high = (None, level.value) if level.rising else (level.value, None)
    if level.of is Measure.PREMIUM:
        return RowWatch(leg.row, low, high)
    if level.of is Measure.PROFIT and leg.net_quantity:
        price = (level.value - leg.cash) * leg.scale // leg.net_quantity
        # A sold leg gains as its price falls; one unit nearer, because the division rounds.
        rising = level.rising is (leg.net_quantity > 0)
        return RowWatch(leg.row, None if rising else price + 1, price - 1 if rising else None)
    spot = state.master.spot(run.portfolio.underlying)
    on_spot = run.portfolio.underlying_reference is UnderlyingReference.SPOT and spot is not None
    if level.of is Measure.UNDERLYING and on_spot and spot is not None:
        return RowWatch(state.master.row(spot.id), low, high)
    return AlwaysLook()

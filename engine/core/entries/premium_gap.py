"""The guard against a skewed pair: call and put premiums must not differ too much (executor reference §1.3.1)."""

from collections.abc import Iterator

from engine.core.entries import entry_watch
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import strike_selector
from engine.core.strikes.choice import Chosen
from engine.core.unmet import Unmet
from engine.domain.money import exact_units, plain_text, rupees
from engine.domain.multileg.entry_prices import premium_gap
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.states import LegOrigin, LegState
from engine.domain.multileg.unit import Unit
from engine.domain.order import Side


def unmet(state: EngineState, run: PortfolioRun) -> Iterator[Unmet]:
    """Answer that the nearest call and put of one side differ by more than the declared gap; the larger is the measure.

    Of legs whose contracts are not chosen yet the contract of the moment counts. Wings are not compared: only the first
    sold call and put, or the first bought ones where nothing is sold.
    """
    declared = run.portfolio.execution.premium_gap
    if declared is None:
        return
    premiums = _pair(state, run)
    if not premiums:
        return
    gap, unit = max(premiums) - min(premiums), "points"
    most = exact_units(declared.most)
    if declared.unit is Unit.PERCENT:
        gap, unit = premium_gap(premiums), "%"
    if gap > most:
        words = " and ".join(plain_text(premium) for premium in premiums)
        yield Unmet(
            f"call and put premium ({words}) differ by", f"{rupees(gap):.2f} {unit}", f"≤ {declared.most} {unit}"
        )


def _pair(state: EngineState, run: PortfolioRun) -> list[int]:
    for side in (Side.SELL, Side.BUY):
        found: dict[LegKind, int] = {}
        for leg in run.present:
            wanted = leg.origin is LegOrigin.DECLARED and leg.state is not LegState.IDLE_LEG and leg.leg.lots
            if not wanted or leg.leg.side is not side or leg.leg.kind is LegKind.FUTURE or leg.leg.kind in found:
                continue
            if leg.row >= 0:
                price = entry_watch.leg_premium(state, run, leg)
            else:
                choice = strike_selector.choose(state, run, leg)
                price = (
                    entry_watch.premium_of(state, run, choice.instrument, side) if isinstance(choice, Chosen) else None
                )
            if price is not None:
                found[leg.leg.kind] = price
        if len(found) == 2:
            return list(found.values())
    return []

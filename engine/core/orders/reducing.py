"""How much each leg keeps when a part of a portfolio is closed."""

from collections.abc import Callable, Iterable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from engine.core.readings import ledger
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.identifiers import LegId
from engine.domain.multileg.states import LEG_DONE, LegState

Keeps = tuple[tuple[LegId, int], ...]
"""What legs keep, in units."""


def held_legs(run: PortfolioRun) -> Iterable[LegRun]:
    """Answer the legs that hold something and are not being closed already."""
    return (leg for leg in run.legs if leg.net_quantity and leg.state is not LegState.EXITING)


def after_part(
    state: EngineState, run: PortfolioRun, percent: Decimal, *, least: int = 1, rounding: str = ROUND_HALF_UP
) -> Keeps:
    """Answer what each held leg keeps after ``percent`` of the lots it was entered with are closed.

    Whole lots are closed, at least ``least`` of each leg (0 where rounding down may leave a leg untouched). Legs that
    keep what they have are left out.
    """
    return _kept(state, run, lambda lots: int((Decimal(lots) * percent / 100).to_integral_value(rounding)), least)


def after_lots(state: EngineState, run: PortfolioRun, lots: int) -> Keeps:
    """Answer what each held leg keeps after ``lots`` of the smallest leg are closed, of larger ones in proportion."""
    smallest = min((_lots(state, leg, leg.entered_quantity) for leg in held_legs(run)), default=0)
    if not smallest:
        return ()
    share = Decimal(lots) / smallest
    return _kept(state, run, lambda whole: int((whole * share).to_integral_value(ROUND_FLOOR)), 1)


def kept(leg: LegRun) -> int:
    """Answer what a leg holds and still wants to hold, in units."""
    held = abs(leg.net_quantity)
    return held if leg.keep is None else min(held, leg.keep)


def after_share(state: EngineState, run: PortfolioRun, share: Fraction) -> Keeps:
    """Answer what each held leg keeps after a share of what it holds now is closed, rounded down to whole lots."""
    keeps = []
    for leg in held_legs(run):
        closed = int(_lots(state, leg, kept(leg)) * share) * ledger.instrument_of(state, leg).lot_size
        if closed and leg.state not in LEG_DONE:
            keeps.append((leg.leg_id, kept(leg) - closed))
    return tuple(keeps)


def _kept(state: EngineState, run: PortfolioRun, closed: Callable[[int], int], least: int) -> Keeps:
    keeps = []
    for leg in held_legs(run):
        if leg.state in LEG_DONE:
            continue
        lot = ledger.instrument_of(state, leg).lot_size
        held = min(abs(leg.net_quantity), leg.keep or abs(leg.net_quantity))
        part = max(least, closed(_lots(state, leg, leg.entered_quantity))) * lot
        if part > 0:
            keeps.append((leg.leg_id, max(0, held - part)))
    return tuple(keeps)


def _lots(state: EngineState, leg: LegRun, quantity: int) -> int:
    return quantity // ledger.instrument_of(state, leg).lot_size

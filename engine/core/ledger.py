"""Questions about what a portfolio's orders and legs hold, want and have under way."""

from collections.abc import Iterator
from math import gcd

from engine.core.portfolio_run import LegRun, Order, PortfolioRun
from engine.core.resting import FAR
from engine.core.state import EngineState
from engine.domain.identifiers import LegId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price, divide_half_up, exact_units, percent_of
from engine.domain.multileg.exit import (
    CombinedLoss,
    CombinedPremiumStop,
    CombinedPremiumTarget,
    CombinedProfit,
    Unit,
)
from engine.domain.multileg.protection import Stake, protectors
from engine.domain.multileg.states import LegState
from engine.domain.order import OrderStatus, Purpose


def orders_of(state: EngineState, leg: LegRun, purpose: Purpose) -> list[Order]:
    """Answer every order of a leg for one purpose, oldest first."""
    orders = (state.books.orders[order_id] for order_id in leg.orders)
    return [order for order in orders if order.purpose is purpose]


def working(state: EngineState, leg: LegRun, purpose: Purpose | None = None) -> list[Order]:
    """Answer a leg's orders that may still fill, of one purpose or of both."""
    orders = [state.books.orders[order_id] for order_id in leg.working]
    return [order for order in orders if purpose is None or order.purpose is purpose]


def under_way(state: EngineState, leg: LegRun, purpose: Purpose) -> int:
    """Answer the quantity that working orders of a purpose may still fill; an unknown order counts as if it fills."""
    return sum(order.remaining for order in working(state, leg, purpose))


def has_unknown(state: EngineState, run: PortfolioRun) -> bool:
    """Say whether the outcome of an order of this portfolio is unknown."""
    return any(order.status is OrderStatus.UNKNOWN for leg in run.legs if leg.working for order in working(state, leg))


def instrument_of(state: EngineState, leg: LegRun) -> Instrument:
    """Answer a resolved leg's contract."""
    return state.master.instruments[leg.row]


def protection(state: EngineState, run: PortfolioRun) -> dict[LegId, list[tuple[LegId, int]]]:
    """Answer which bought legs protect which sold legs by their planned quantities.

    A leg that failed before it had a contract still counts with what was planned: what it was to protect is naked.
    """
    stakes = []
    lot = next((instrument_of(state, leg).lot_size for leg in run.legs if leg.row >= 0), 0)
    for leg in run.legs:
        if leg.row < 0:
            if leg.failed and lot:
                kind = leg.leg.kind.kind
                quantity = leg.leg.lots * lot
                stake = Stake(
                    leg_id=leg.leg_id, side=leg.leg.side, kind=kind, expiry=None, strike=None, quantity=quantity
                )
                stakes.append(stake)
            continue
        contract = instrument_of(state, leg)
        stakes.append(
            Stake(
                leg_id=leg.leg_id,
                side=leg.leg.side,
                kind=contract.kind,
                expiry=contract.expiry,
                strike=contract.strike,
                quantity=leg.leg.lots * contract.lot_size,
            )
        )
    return protectors(stakes)


def protected_quantity(run: PortfolioRun, pairs: list[tuple[LegId, int]]) -> int:
    """Answer how much of a sold leg is covered by what its protecting legs really hold."""
    return sum(min(quantity, abs(run.leg(leg_id).net_quantity)) for leg_id, quantity in pairs)


def entered_legs(run: PortfolioRun) -> Iterator[LegRun]:
    """Answer the legs that opened anything."""
    return (leg for leg in run.legs if leg.entered_quantity)


def combined_premium(run: PortfolioRun) -> tuple[Price, int]:
    """Answer the combined premium at the entry, sold less bought, and the base quantity it is counted per.

    The base is the greatest common divisor of the legs' quantities, so that ratios keep their weight.
    """
    base = 0
    value = 0
    for leg in entered_legs(run):
        base = gcd(base, leg.entered_quantity)
        value -= leg.leg.side.sign * (leg.average_entry or 0) * leg.entered_quantity
    return (Price(divide_half_up(value, base)), base) if base else (Price(0), 0)


def realised(run: PortfolioRun) -> int:
    """Answer what closed legs came to, before charges, in 1/10,000 ₹."""
    return sum(leg.cash for leg in run.legs if leg.net_quantity == 0)


def is_entering(leg: LegRun) -> bool:
    """Say whether a leg still wants to be opened."""
    return leg.state in (LegState.WAITING, LegState.RESOLVED, LegState.ENTERING)


def entry_deadline(state: EngineState, run: PortfolioRun, leg: LegRun) -> Instant:
    """Answer when an entering leg has failed for want of fills, counted from its first order of this entry."""
    started = run.started_at or state.now
    orders = (order.requested_at for order in orders_of(state, leg, Purpose.ENTRY))
    first = min((at for at in orders if at >= started), default=state.now)
    return Instant(first + state.books.patience(run.portfolio.execution.entry_timeout * SECOND))


def last_failure(state: EngineState, leg: LegRun) -> str | None:
    """Answer the broker's words about the newest ended entry order since the last retry; None where none ended."""
    ended = [
        order
        for order in orders_of(state, leg, Purpose.ENTRY)
        if not order.is_working and order.filled < order.quantity and order.requested_at >= leg.again_at
    ]
    return (ended[-1].wording or ended[-1].status.value.lower()) if ended else None


def combined_stop(run: PortfolioRun) -> int | None:
    """Answer the profit (a loss is negative) at which the combined stop closes all; None without one."""
    fixed: int | None
    match run.portfolio.stop:
        case None:
            return None
        case CombinedLoss(amount=amount):
            fixed = -exact_units(amount)
        case CombinedPremiumStop() as rule:
            fixed = -_premium_move(run, rule)
    return fixed if run.trailed_stop is None else max(fixed, run.trailed_stop)


def combined_target(run: PortfolioRun) -> int | None:
    """Answer the profit at which the combined target closes all; None without one."""
    match run.portfolio.target:
        case None:
            return None
        case CombinedProfit(amount=amount):
            return exact_units(amount)
        case CombinedPremiumTarget() as rule:
            return _premium_move(run, rule)


def _premium_move(run: PortfolioRun, rule: CombinedPremiumStop | CombinedPremiumTarget) -> int:
    """Answer a move of the combined premium as money: points per unit times the base quantity."""
    premium = abs(run.combined_premium or 0)
    points = percent_of(premium, rule.distance) if rule.unit is Unit.PERCENT else exact_units(rule.distance)
    scale = run.legs[0].scale
    return points * run.base_quantity // scale


def profit_range(run: PortfolioRun) -> tuple[int, int]:
    """Answer the profits strictly between which no combined rule of a running portfolio fires or moves."""
    low, high = -FAR, FAR
    stop, target, trail = combined_stop(run), combined_target(run), run.portfolio.stop_trail
    if stop is not None:
        low = stop
    if target is not None:
        high = target
    if trail is not None and isinstance(run.portfolio.stop, CombinedLoss):
        high = min(high, run.stop_anchor + exact_units(trail.every))
    lock = run.portfolio.profit_lock
    if lock is not None and run.floor is None:
        high = min(high, exact_units(lock.reach))
    elif lock is not None and run.floor is not None:
        low, high = max(low, run.floor), min(high, run.anchor + exact_units(lock.every))
    return low, high


CANCEL_DOUBT = 30 * SECOND
"""How long the word of a cancelled order is doubted; a broker whose books cannot be read must not hold us up."""

_WORKED_AT = {LegState.ENTERING: Purpose.ENTRY, LegState.EXITING: Purpose.EXIT}


def cancel_in_doubt(state: EngineState, leg: LegRun) -> bool:
    """Say whether a cancelled order of what a leg is at may have filled more than its last report said.

    Another order waits for fresh books then: sent at once, an exit could turn the position round and an entry double
    what was wanted.
    """
    purpose = _WORKED_AT.get(leg.state)
    return purpose is not None and any(
        order.status is OrderStatus.CANCELLED
        and order.filled < order.quantity
        and order.updated_at >= state.fresh_books_at
        and state.now - order.updated_at < CANCEL_DOUBT
        for order in orders_of(state, leg, purpose)
    )

"""After a leg's hit, move the stops of the others to their cost (Appendix E, rank 9)."""

from collections.abc import Iterator

from engine.core.readings import estimates, market_data
from engine.core.records.portfolio_run import CostTrigger, LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, CommandRefused, StopsMovedToCost
from engine.domain.identifiers import LegId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price, down_to_tick, plain_text, up_to_tick
from engine.domain.multileg.leg import LegKind
from engine.domain.multileg.levels import cost_level, premium_stop
from engine.domain.multileg.move_to_cost import CostScope, CostTimes, CostType, MoveToCost, SafetyFrom
from engine.domain.multileg.states import ACTIVE, LEG_OPEN, PROTECTORS, Hit
from engine.domain.order import Side

_BEHIND = 10_000 // 5
"""A losing leg's stop goes 0.05 % behind its price: one part in so many."""


def move_to_cost(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """After a hit, move the stops of the others to their cost; a stop only ever tightens."""
    if not run.cost_triggers or run.state not in ACTIVE:
        return
    trigger = run.cost_triggers[0]
    rule = run.portfolio.move_to_cost or MoveToCost()
    if state.now < _not_before(trigger, rule):
        return
    refusal = _refusal(run, trigger, rule)
    moves: list[tuple[LegId, Price]] = []
    words: list[str] = []
    if refusal is None:
        for leg in run.present:
            if leg.leg_id != trigger.leg_id and _is_meant(run, leg, trigger, rule):
                level, verdict = _verdict(state, run, leg, rule)
                words.append(f"leg {leg.leg_id} {verdict}")
                if level is not None:
                    moves.append((leg.leg_id, level))
    why = refusal or "; ".join(words) or "no other leg is open"
    yield StopsMovedToCost(at=state.now, portfolio_id=run.portfolio_id, moves=tuple(moves), why=why)


def by_hand(state: EngineState, run: PortfolioRun, leg_id: LegId) -> StopsMovedToCost | CommandRefused:
    """Move the stop of one open leg to its cost, or say why it stays.

    Buffer and charges are those of the portfolio's own rule. What is losing would be closed at once by such a stop.
    """
    found: Price | str
    if not 1 <= leg_id <= len(run.legs):
        found = f"it has no leg {leg_id}"
    elif run.state not in ACTIVE:
        found = "only stops of one that runs are moved"
    else:
        found = _cost_by_hand(state, run, run.leg(leg_id))
    if isinstance(found, str):
        sentence = f"{run.portfolio.name} is {run.state.value}: {found}"
        return CommandRefused(
            at=state.now, command="move_leg_to_cost", sentence=sentence, portfolio_id=run.portfolio_id
        )
    moves, why = ((leg_id, found),), f"leg {leg_id} to {plain_text(found)}, by hand"
    return StopsMovedToCost(at=state.now, portfolio_id=run.portfolio_id, moves=moves, why=why, by_hand=True)


def _cost_by_hand(state: EngineState, run: PortfolioRun, leg: LegRun) -> Price | str:
    """Answer where a leg's stop goes by hand, or the sentence why it stays."""
    rule = run.portfolio.move_to_cost or MoveToCost()
    if leg.state not in LEG_OPEN or not leg.net_quantity or leg.average_entry is None:
        return f"leg {leg.leg_id} is {leg.state.value} and holds nothing to protect"
    if leg.origin in PROTECTORS:
        return f"leg {leg.leg_id} is a hedge; it has no stop of its own"
    price = market_data.mark(state, leg, run.portfolio.price_type, run.portfolio.freak)
    charges = estimates.round_trip(state, leg) if rule.charges else 0
    level = cost_level(leg.leg, leg.average_entry, rule, leg.tick, charges)
    at_cost = premium_stop(leg.leg.side, level)
    if price is None:
        return f"leg {leg.leg_id} has no price now; whether its cost lies behind it cannot be said"
    if at_cost.is_reached(price):
        cost = plain_text(level)
        return (
            f"leg {leg.leg_id} is not in profit: at its cost {cost} it would be closed at once; square it off instead"
        )
    if leg.stop is not None and (leg.stop == at_cost or leg.stop.is_tighter_than(at_cost)):
        return f"leg {leg.leg_id} has a better stop already, at {plain_text(leg.stop.value)}"
    return level


def _not_before(trigger: CostTrigger, rule: MoveToCost) -> Instant:
    waits = rule.not_before_from is SafetyFrom.HIT and trigger.hit is not None
    return Instant(trigger.at + rule.not_before * SECOND) if waits else trigger.at


def _refusal(run: PortfolioRun, trigger: CostTrigger, rule: MoveToCost) -> str | None:
    """Answer why a hit moves nothing; None where it does."""
    if trigger.hit is None:
        return None
    times = rule.on_stop if trigger.hit is Hit.STOP else rule.on_target
    if times is CostTimes.FIRST and run.cost_moves:
        return f"only the first {trigger.hit.value} moves them"
    if rule.not_before_from is SafetyFrom.START:
        safe_from = (run.started_at or trigger.at) + rule.not_before * SECOND
        if trigger.at < safe_from:
            return "too soon after the start"
    return None


def _is_meant(run: PortfolioRun, leg: LegRun, trigger: CostTrigger, rule: MoveToCost) -> bool:
    if leg.state not in LEG_OPEN or not leg.net_quantity or leg.average_entry is None or leg.origin in PROTECTORS:
        return False
    hit = run.leg(trigger.leg_id).leg.kind
    match rule.option_type:
        case CostType.ANY:
            return True
        case CostType.SAME:
            return leg.leg.kind is hit
        case CostType.OPPOSITE:
            return {leg.leg.kind, hit} == {LegKind.CALL, LegKind.PUT}


def _verdict(state: EngineState, run: PortfolioRun, leg: LegRun, rule: MoveToCost) -> tuple[Price | None, str]:
    """Answer where a leg's stop goes, None where it stays, and why in words."""
    if leg.leg.stop_loss is None:
        return None, "has no stop of its own to move"
    if leg.leg.side is Side.BUY and not rule.bought_legs:
        return None, "is bought, and only sold ones are moved"
    price = market_data.mark(state, leg, run.portfolio.price_type, run.portfolio.freak)
    charges = estimates.round_trip(state, leg) if rule.charges else 0
    level = cost_level(leg.leg, leg.average_entry or Price(0), rule, leg.tick, charges)
    is_losing = price is None or premium_stop(leg.leg.side, level).is_reached(price)
    behind = ""
    if is_losing and rule.legs is CostScope.PROFITABLE:
        return None, "is not in profit"
    if is_losing and rule.legs is CostScope.BEHIND_PRICE:
        if price is None:
            return None, "has no price to put a stop behind"
        level, behind = _behind(leg, price), " behind its price"
    at_cost = premium_stop(leg.leg.side, level)
    stop = leg.stop
    if stop is not None and (stop == at_cost or stop.is_tighter_than(at_cost)):
        return None, f"has a better stop already ({plain_text(stop.value)})"
    return level, f"to {plain_text(level)}{behind}"


def _behind(leg: LegRun, price: Price) -> Price:
    """Answer a stop 0.05 % beyond the price, one tick at least."""
    if leg.leg.side is Side.SELL:
        return max(down_to_tick(price + price // _BEHIND, leg.tick), Price(down_to_tick(price, leg.tick) + leg.tick))
    return max(
        min(up_to_tick(price - price // _BEHIND, leg.tick), Price(up_to_tick(price, leg.tick) - leg.tick)), leg.tick
    )


def wakes(_state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when stops that wait after a hit are moved."""
    if run.cost_triggers:
        yield _not_before(run.cost_triggers[0], run.portfolio.move_to_cost or MoveToCost())

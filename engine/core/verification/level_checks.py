"""What must always be true of levels and parts: floors rise, what is kept falls; part of the invariants."""

from collections.abc import Iterator

from engine.core.verification.seen import SeenLeg, SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.instant import Instant
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import ExitReason
from engine.domain.multileg.stop import Basis


def see_leg(portfolio: SeenPortfolio, fact: f.LegLevelFact) -> Iterator[Violation]:
    """Take a fact of a leg's levels and answer what it breaks."""
    leg = portfolio.legs[fact.leg_id - 1]
    match fact:
        case f.LegFloorMoved():
            if leg.floor is not None and not fact.floor.is_tighter_than(leg.floor):
                yield Violation(35, fact.at, f"leg {fact.leg_id}: its lock goes from {leg.floor} to {fact.floor}")
            leg.floor = fact.floor
        case f.LegReduced():
            yield from _kept(leg, fact.leg_id, fact.keep, fact.at)
        case _:
            return


def see_combined(portfolio: SeenPortfolio, fact: f.CombinedLevelFact) -> Iterator[Violation]:
    """Take a fact of the combined levels and answer what it breaks."""
    match fact:
        case f.PortfolioReduced():
            for leg_id, keep in fact.keeps:
                yield from _kept(portfolio.legs[leg_id - 1], leg_id, keep, fact.at)
        case f.CombinedHitInPart():
            portfolio.floor = portfolio.stop = None
            for leg_id in fact.legs:
                yield from _kept(portfolio.legs[leg_id - 1], leg_id, 0, fact.at)
        case _:
            return


def begin_again(portfolio: SeenPortfolio) -> None:
    """Forget the levels of an earlier execution."""
    portfolio.floor = portfolio.stop = None


def is_on_wrong_side(leg: SeenLeg, fact: f.LegProtected) -> bool:
    """Say whether a stop that is counted from the entry lies beyond it; one written as a price may."""
    stop, rule = fact.stop, leg.declared.stop_loss
    if stop is None or stop.of is not Measure.PREMIUM or leg.stop_reason is not ExitReason.LEG_SL:
        return False
    written = rule is not None and rule.basis is Basis.PREMIUM_PRICE
    return not written and (fact.average_price - stop.value) * leg.side.sign < 0


def _kept(leg: SeenLeg, leg_id: int, keep: int, at: Instant) -> Iterator[Violation]:
    if keep < 0 or keep > abs(leg.net) or (leg.keep is not None and keep > leg.keep):
        yield Violation(13, at, f"leg {leg_id} shall keep {keep} of {leg.net:+d}, before it was {leg.keep}")
    leg.keep = keep

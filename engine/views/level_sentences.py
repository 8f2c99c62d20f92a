"""What the facts of stops and targets say: whether somebody should look, and the sentence."""

from engine.domain import facts as f
from engine.domain.instant import SECOND, clock_text
from engine.domain.money import plain_text
from engine.domain.multileg.levels import Level, Measure
from engine.views.amounts import rupees_text

_UNITS = {
    Measure.PREMIUM: "",
    Measure.UNDERLYING: " of underlying",
    Measure.DELTA: " of delta",
    Measure.THETA: " of theta",
    Measure.PROFIT: " of the leg's profit",
}


def level_words(level: Level) -> str:
    """Answer a level with what is held against it: ``"24897.00 of underlying"``."""
    return f"{plain_text(level.value)}{_UNITS[level.of]}"


def leg_level_words(fact: f.AnyLegLevelFact, leg: str) -> tuple[bool, str]:
    """Answer whether a fact of a leg's levels is a warning, and what it says."""
    match fact:
        case f.LegDelayStarted():
            seconds = (fact.until - fact.at) / SECOND
            return True, f"{leg}: {fact.hit.value} reached, it is closed if that holds for {seconds:g} s: {fact.why}"
        case f.LegDelayCleared():
            return False, f"{leg} stays open, its {fact.hit.value} is not reached any more: {fact.why}"
        case f.LegFloorMoved():
            return False, f"{leg}: profit locked at {level_words(fact.floor)}: {fact.why}"
        case f.LegReduced():
            return True, f"{leg} is closed in part and keeps {fact.keep}: {fact.why} ({fact.reason.value})"
        case f.CostMoveWanted():
            return False, f"{leg} moves the stops of the others to their cost: {fact.why}"


def combined_level_words(fact: f.AnyCombinedLevelFact, name: str) -> tuple[bool, str]:
    """Answer whether a fact of the combined levels is a warning, and what it says."""
    match fact:
        case f.PortfolioReduced():
            kept = ", ".join(f"leg {leg_id} keeps {keep}" for leg_id, keep in fact.keeps)
            return True, f"{name} is closed in part ({kept}): {fact.why} ({fact.reason.value})"
        case f.CombinedDelayStarted():
            until = clock_text(fact.until)
            return (
                True,
                f"{name}: combined {fact.hit.value} reached, all is closed if that holds until {until}: {fact.why}",
            )
        case f.CombinedDelayCleared():
            return False, f"{name} goes on, the combined {fact.hit.value} is not reached any more: {fact.why}"
        case f.CombinedReferencesSet():
            return False, f"{name}: combined levels are measured from {_references(fact)}"
        case f.CombinedHitInPart():
            legs = ", ".join(f"leg {leg_id}" for leg_id in fact.legs)
            again = rupees_text(fact.rearmed)
            return (
                True,
                f"{name}: {legs} closed, the others go on; it fires again at {again}: {fact.why} ({fact.reason.value})",
            )


def _references(fact: f.CombinedReferencesSet) -> str:
    known = [
        f"{word} {plain_text(value)}"
        for word, value in (
            ("underlying", fact.underlying),
            ("margin", fact.margin),
            ("most profit", fact.most_profit),
        )
        if value is not None
    ]
    return ", ".join(known) or "nothing that is known"

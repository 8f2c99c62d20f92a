"""What the facts of actions, waits and re-executions say: whether somebody should look, and the sentence."""

from engine.domain import facts as f
from engine.domain.instant import clock_text
from engine.domain.money import plain_text


def leg_action_words(fact: f.AnyLegActionFact, leg: str) -> tuple[bool, str]:
    """Answer whether a fact of a leg's actions or its wait is a warning, and what it says."""
    match fact:
        case f.LegHit():
            return True, f"{leg} was hit and stays open for now: {fact.why} ({fact.reason.value})"
        case f.ActionDone():
            return False, f"{leg}, on its hit: {fact.what}"
        case f.ReentryBlocked():
            return True, f"{leg} is not opened again: {fact.why} ({fact.reason.value})"
        case f.RollBlocked():
            contract = fact.instrument.partition(":")[2] or fact.instrument
            return True, f"{leg} is closed and its roll to {contract} is not carried out: {fact.why}"
        case f.LegLookedBack():
            return True, f"{leg} goes on waiting: {fact.why}"
        case f.LegWaitMissed():
            return True, f"{leg} goes on waiting: {fact.why}"


def conversion_words(fact: f.AnyConversionFact, leg: str) -> tuple[bool, str]:
    """Answer whether a fact of a conversion is a warning, and what it says."""
    match fact:
        case f.ConversionRequested():
            return (
                False,
                f"{leg}: {fact.quantity:+d} are to be converted from {fact.before.value} to {fact.after.value}",
            )
        case f.LegConverted():
            return False, f"{leg} is {fact.product.value} now: {fact.why}"
        case f.ConversionRefused():
            return True, f"{leg} is not converted: {fact.why}"


def portfolio_action_words(fact: f.AnyPortfolioActionFact, name: str) -> tuple[bool, str]:
    """Answer whether a fact of what follows a close, or of a combined wait, is a warning, and what it says."""
    match fact:
        case f.PortfolioActionDone():
            return False, f"{name}, after its close: {fact.what}"
        case f.PortfolioReentryBlocked():
            return True, f"{name} is not executed again: {fact.why} ({fact.reason.value})"
        case f.PortfolioReexecuted():
            return False, f"{name} is {fact.why}; last time for it {clock_text(fact.ends_at)}"
        case f.RollDecided():
            legs = ", ".join(f"leg {leg_id} to {to.partition(':')[2] or to}" for leg_id, to, _ in fact.rolls)
            return True, f"{name} is rolled, {legs}: {fact.why}"
        case f.CombinedWaitSet():
            words = f"{plain_text(fact.trigger)}, counted from {plain_text(fact.reference)}"
            return False, f"{name} waits for a combined premium of {words}"
        case f.CombinedWaitOver():
            return False, f"{name}: the combined wait is over: {fact.why}"

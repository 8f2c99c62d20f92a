"""Facts of an entry in sentences."""

from engine.domain import facts as f
from engine.domain.money import plain_text


def entry_words(fact: f.AnyEntryFact, name: str) -> tuple[bool, str]:
    """Answer whether a fact of an entry deserves attention, and what it says."""
    match fact:
        case f.EntryReferenceTaken():
            return False, f"{name} watches its entry: {fact.why}"
        case f.EntrySideSeen():
            side = "below" if fact.side < 0 else "above" if fact.side else "at"
            return False, f"{name}: the watched price {plain_text(fact.price)} is {side} the entry price"
        case f.EntryLookedBack():
            return True, f"{name} goes on waiting: {fact.why}"
        case f.LotsMultiplied():
            lots = ", ".join(f"leg {leg_id} takes {count} lots" for leg_id, count in fact.lots)
            return False, f"{name}: {lots}: {fact.why}"
        case f.PortfolioReset():
            return False, f"{name} stands ready for execution {fact.execution}"
        case f.MarginShort():
            return True, f"{name} enters although the funds may not cover it: {fact.detail}"
        case f.SignalTaken():
            return False, f"{name}: signal taken: {fact.words}"

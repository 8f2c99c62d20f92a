"""What the facts of edits and parts say: whether somebody should look, and the sentence."""

from engine.domain import facts as f
from engine.domain.facts.edits import OutsidePrice
from engine.domain.money import plain_text
from engine.views.level_sentences import level_words


def edit_words(fact: f.AnyEditFact, name: str) -> tuple[bool, str]:
    """Answer whether a fact of what a trader changed is a warning, and what it says."""
    match fact:
        case f.PortfolioEdited():
            when = "" if fact.anew else " while it runs"
            return False, f"{name} edited{when}, version {fact.version}: {'; '.join(fact.changes) or 'as it was'}"
        case f.SecretWordSealed():
            return False, f"{name}: its secret word is kept as a salted hash from now on"
        case f.ConfirmationWanted():
            words = fact.command.replace("_", " ")
            return True, f"Not done yet ({words}): {fact.sentence}. Confirm it to do it all the same"
        case f.PartEntryBegun():
            added = ", ".join(f"leg {leg_id} {units} more" for leg_id, units, _lots in fact.adds)
            return False, f"{name} is entered in part ({added}): {fact.why}"
        case f.PartEntryOver():
            kept = ", ".join(f"leg {leg_id} keeps {keep}" for leg_id, keep in fact.keeps)
            return bool(kept), f"{name}: the part entry is over{f' ({kept})' if kept else ''}: {fact.why}"
        case f.PortfolioDisabled():
            return False, f"{name} is disabled: nothing starts it until it is enabled"
        case f.PortfolioEnabled():
            return False, f"{name} is enabled: it waits for a start"


def leg_edit_words(fact: f.AnyLegEditFact, leg: str) -> tuple[bool, str]:
    """Answer whether a fact of what a trader changed of a leg is a warning, and what it says."""
    match fact:
        case f.LegLevelsEdited():
            levels = (("stop", fact.stop), ("target", fact.target))
            known = [f"{word} {level_words(level)}" for word, level in levels if level is not None]
            return False, f"{leg}: {', '.join(known) or 'no stop and no target'}: {fact.why}"
        case f.LegClosedOutside():
            words = f"{fact.quantity:+d} closed at the broker, counted at {plain_text(fact.price)}"
            true = "; the true price is in the broker's books" if fact.source is OutsidePrice.MOMENT else ""
            return True, f"{leg}: {words} ({fact.source.value}){true}"

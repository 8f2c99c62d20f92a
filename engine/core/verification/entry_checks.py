"""What the checks of ``legwork verify`` learn from the facts of an entry."""

from engine.core.verification.seen import SeenPortfolio
from engine.domain import facts as f
from engine.schema.declared import replace


def see(portfolio: SeenPortfolio, fact: f.LotsMultiplied) -> None:
    """Follow the lots that the legs really take."""
    portfolio.times *= fact.multiplier
    portfolio.most_lots = portfolio.declared.execution.max_lots
    for leg_id, lots in fact.lots:
        seen = portfolio.legs[leg_id - 1]
        seen.declared = replace(seen.declared, lots=lots)

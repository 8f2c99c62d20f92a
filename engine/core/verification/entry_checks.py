"""What the checks of ``legwork verify`` learn from the facts of an entry."""

from collections.abc import Iterator

from engine.core.verification.seen import SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.multileg.execution import LegFailure
from engine.domain.settings.retry_policy import RetryPolicy
from engine.schema.declared import replace


def see(portfolio: SeenPortfolio, fact: f.LotsMultiplied) -> None:
    """Follow the lots that the legs really take."""
    portfolio.times *= fact.multiplier
    portfolio.most_lots = portfolio.declared.execution.max_lots
    for leg_id, lots in fact.lots:
        seen = portfolio.legs[leg_id - 1]
        seen.declared = replace(seen.declared, lots=lots)


def retried(portfolio: SeenPortfolio, fact: f.LegRetried, of_tag: int | None) -> Iterator[Violation]:
    """Answer a leg that is tried more often than declared; ``of_tag`` is its tag's number of retries."""
    leg = portfolio.legs[fact.leg_id - 1]
    leg.again_at, leg.attempts = fact.again_at, fact.attempt
    execution = portfolio.declared.execution
    rounds = 2 if execution.on_leg_failure is LegFailure.RETRY_THEN_EXIT else 1
    retries = execution.retries
    if retries is None:
        retries = RetryPolicy().retries if of_tag is None else of_tag
    if fact.attempt > retries * rounds + 1:
        yield Violation(41, fact.at, f"leg {fact.leg_id} is tried the {fact.attempt}th time")

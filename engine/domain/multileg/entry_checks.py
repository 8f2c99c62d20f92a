"""What the fields of an entry, its schedule and its orders say against each other."""

from collections.abc import Iterator, Sequence

from engine.domain.multileg.condition import leg_errors
from engine.domain.multileg.entry import (
    AtCombinedPremium,
    AtPremiumCrossOver,
    AtTime,
    EntryRule,
    Manual,
    OnCondition,
    OnSignal,
    PremiumOf,
)
from engine.domain.multileg.execution import ConditionSlices, Execution
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.schedule import Schedule
from engine.domain.order import Product, Side
from engine.schema.declared import FieldError


def entry_contradictions(
    entry: EntryRule, schedule: Schedule, execution: Execution, legs: Sequence[Leg]
) -> Iterator[FieldError]:
    """Yield every contradiction of tab 3, each beside its own field; paths are the portfolio's."""
    yield from _rule(entry, legs)
    yield from _orders(entry, execution, legs)
    if schedule.positional is not None:
        if execution.product is Product.INTRADAY:
            yield FieldError(
                "execution.product", "a positional portfolio is held over days, and MIS is not; choose NRML"
            )
        for index, leg in enumerate(legs):
            if leg.product is Product.INTRADAY:
                yield FieldError(
                    f"legs[{index}].product", "a positional portfolio is held over days, and MIS is not; choose NRML"
                )


def _rule(entry: EntryRule, legs: Sequence[Leg]) -> Iterator[FieldError]:
    match entry:
        case OnCondition(condition=condition):
            yield from leg_errors(condition, len(legs), "entry.condition")
        case AtCombinedPremium(of=PremiumOf.LEGS) | AtPremiumCrossOver(of=PremiumOf.LEGS):
            if any(leg.kind is LegKind.FUTURE and not leg.idle for leg in legs):
                yield FieldError("entry.of", "a future has no premium to combine; watch the ATM straddle instead")
        case _:
            pass


def _orders(entry: EntryRule, execution: Execution, legs: Sequence[Leg]) -> Iterator[FieldError]:
    if isinstance(execution.slicing, ConditionSlices) and isinstance(entry, Manual | AtTime | OnSignal):
        yield FieldError(
            "execution.slicing", "this entry rule never ceases to hold; slice by time, or enter on a price or condition"
        )
    if execution.premium_gap is not None and not any(_has_pair(legs, side) for side in Side):
        yield FieldError("execution.premium_gap", "a premium gap needs a call and a put on the same side")
    if execution.max_legs < len(legs):
        yield FieldError("execution.max_legs", f"Max legs must be at least {len(legs)}, the legs of the portfolio")


def _has_pair(legs: Sequence[Leg], side: Side) -> bool:
    kinds = {leg.kind for leg in legs if leg.side is side}
    return {LegKind.CALL, LegKind.PUT} <= kinds

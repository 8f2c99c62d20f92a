"""What contradicts entries by stop-limit orders, which sleep at the exchange until they are triggered."""

from collections.abc import Iterator, Sequence

from engine.domain.multileg.at_broker import AtBroker
from engine.domain.multileg.dynamic_hedge import DynamicHedge
from engine.domain.multileg.execution import Execution, Pricing
from engine.domain.multileg.leg import Leg
from engine.domain.order import Side
from engine.schema.declared import FieldError


def stop_entry_contradictions(
    execution: Execution, at_broker: AtBroker | None, hedge: DynamicHedge | None, legs: Sequence[Leg]
) -> Iterator[FieldError]:
    """Answer what cannot go together with stop-limit entries; paths are the portfolio's."""
    if execution.pricing is not Pricing.STOP_LIMIT:
        return
    for index, leg in enumerate(legs):
        if at_broker is not None and at_broker.leg_wait and leg.wait is not None and not leg.wait.basis.on_underlying:
            yield FieldError(
                f"legs[{index}].wait",
                "its wait rests at the broker as an order of its own already; switch Wait and trade at the broker off, "
                "or choose another order type than stop limit",
            )
        if hedge is not None and leg.hedge_required:
            yield FieldError(
                f"legs[{index}].hedge_required",
                "a hedge is bought before its leg is sold, and a stop-limit order may never be triggered: the hedge "
                "would be paid for nothing; choose another order type, or hedge by a leg of the portfolio",
            )
    yield from _protection(execution, legs)


def _protection(execution: Execution, legs: Sequence[Leg]) -> Iterator[FieldError]:
    """Refuse bought legs that must be there before something is sold: they would sleep."""
    traded = [leg for leg in legs if leg.lots]
    bought = [leg for leg in traded if leg.side is Side.BUY]
    sold = [leg for leg in traded if leg.side is Side.SELL]
    if bought and sold and execution.buy_first:
        yield FieldError(
            "execution.pricing",
            "Buy legs first sells nothing before the bought legs are filled, and a stop-limit order may sleep all day; "
            "choose another order type, or switch Buy legs first off",
        )
    elif any(leg.kind is one.kind for leg in bought for one in sold):
        yield FieldError(
            "execution.pricing",
            "a bought leg protects a sold one here, and the sold one may be triggered first and be naked until then; "
            "choose another order type",
        )

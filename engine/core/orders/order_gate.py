"""The last look before an order: what is wanted becomes an order, or a refusal that is told once."""

from collections.abc import Iterator

from engine.core.orders import conversions, margin_gate, notional_gate, risk_gate
from engine.core.readings import ledger
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Want
from engine.domain.denial import RETRYABLE, DenialReason
from engine.domain.facts import (
    AnyFact,
    LegEntryFailed,
    OrderDenied,
    OrderRequested,
)
from engine.domain.identifiers import LegId, OrderId
from engine.domain.order import Purpose, RestsFor, order_tag

_OF_BASKET = frozenset({DenialReason.MARGIN, DenialReason.NOTIONAL})
"""Refusals of all that is about to be opened together."""


def through_the_gate(state: EngineState, run: PortfolioRun, wants: Iterator[Want]) -> Iterator[AnyFact]:
    """Answer the orders that may be sent, in order, up to the first that is refused: what follows waits for it."""
    refused: set[tuple[LegId, RestsFor | None]] = set()
    for want in wants:
        if (want.leg_id, want.rests_for) in refused:
            continue  # The other slices of what was refused wait with it; their own reasons would be told in turns.
        denial = risk_gate.refusal(state, run, want)
        if denial is None and want.purpose is Purpose.ENTRY:
            denial = notional_gate.refusal(state, run, want) or margin_gate.refusal(state, run)
        if denial is None:
            yield _requested(state, run, want)
            continue
        leg = run.leg(want.leg_id)
        # What may not rest at the broker is watched from here; its own order is judged when its price has come.
        rests = want.rests_for is not None
        final = want.purpose is Purpose.ENTRY and denial.reason not in RETRYABLE and not rests
        if final or leg.denied != f"{want.purpose.value} {denial.reason.name}":
            yield OrderDenied(
                at=state.now,
                portfolio_id=run.portfolio_id,
                leg_id=want.leg_id,
                purpose=want.purpose,
                instrument=want.instrument.id,
                side=want.side,
                quantity=want.quantity,
                reason=denial.reason,
                detail=denial.detail,
            )
        if final:
            why = f"{denial.reason.value} {denial.detail}".strip()
            # What the funds or a cap do not cover is the whole basket: the rest of it, cheaper alone, must not go on.
            failed = [one for one in run.legs if one is leg or denial.reason in _OF_BASKET]
            for one in filter(ledger.is_entering, failed):
                yield LegEntryFailed(at=state.now, portfolio_id=run.portfolio_id, leg_id=one.leg_id, why=why)
        refused.add((want.leg_id, want.rests_for))
        if not rests:
            return  # What was wanted after a refused order waits for it.


def _requested(state: EngineState, run: PortfolioRun, want: Want) -> OrderRequested:
    return OrderRequested(
        at=state.now,
        order_id=OrderId(order_tag(state.books.lineage, state.books.orders_made + 1)),
        account=run.account,
        portfolio_id=run.portfolio_id,
        leg_id=want.leg_id,
        cycle=run.leg(want.leg_id).cycle,
        purpose=want.purpose,
        instrument=want.instrument.id,
        side=want.side,
        quantity=want.quantity,
        product=conversions.product_of(run, run.leg(want.leg_id)),
        order_type=want.order_type,
        limit_price=want.limit_price,
        trigger_price=want.trigger_price,
        rests_for=want.rests_for,
        why=want.why,
    )

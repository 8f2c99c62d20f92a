"""Whether Zerodha's book and our journal tell of the same orders when a day is over."""

from collections.abc import Iterator

from desktop.verification.zerodha.house import KiteHouse
from engine.core.state import EngineState
from engine.core.verification.invariants import FactChecks
from engine.core.verification.violations import Violation
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import Instant
from engine.domain.order import OrderStatus

_NEVER_THERE = (OrderStatus.NOT_SENT, OrderStatus.REJECTED)


def disagreements(
    state: EngineState,
    now: Instant,
    account: AccountId,
    house: KiteHouse,
    checks: FactChecks,
    converted: int | None,
) -> Iterator[Violation]:
    """Answer orders that one side has and the other has not, or has otherwise; tags that nobody wrote down.

    ``converted`` is how many conversions the journal knows; None where the trader was told to look for himself.
    """
    by_tag: dict[str, list[str]] = {}
    for number, row in house.orders.items():
        if row.by_api:
            by_tag.setdefault(row.tag or "", []).append(number)
    for tag, numbers in by_tag.items():
        if not tag:
            yield Violation(64, now, f"{numbers} were placed without a tag")
        elif OrderId(tag) not in checks.orders:
            yield Violation(64, now, f"{tag} is at Zerodha as {numbers} and in no journal")
        elif len(numbers) > 1:
            yield Violation(64, now, f"{tag} is at Zerodha {len(numbers)} times: {numbers}")
    moved = sum(1 for one in house.trades if one.order_id is None) // 2
    if converted is not None and moved != converted:
        yield Violation(63, now, f"{moved} conversions at Zerodha, {converted} in the journal")
    for order_id, seen in checks.orders.items():
        if seen.request.account != account:
            continue
        ours, numbers = state.books.orders.get(order_id), by_tag.get(order_id, [])
        if ours is None:
            continue  # Of an earlier day.
        if not numbers:
            if ours.status not in _NEVER_THERE or ours.filled:
                yield Violation(64, now, f"{order_id} is {ours.status.value} here and unknown at Zerodha")
            continue
        theirs = house.orders[numbers[0]]
        if ours.filled != theirs.filled_quantity:
            words = f"{order_id}: {ours.filled} filled here, {theirs.filled_quantity} at Zerodha"
            yield Violation(64, now, words)
        if ours.status is OrderStatus.NOT_SENT:
            yield Violation(64, now, f"{order_id} counts as not sent and is {theirs.status} at Zerodha")
        if ours.broker_order_id not in (None, theirs.order_id):
            yield Violation(64, now, f"{order_id} is {theirs.order_id} at Zerodha, not {ours.broker_order_id}")

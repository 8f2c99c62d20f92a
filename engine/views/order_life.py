"""The life of each order: every step with its time, who asked for it and what the broker said."""

from collections.abc import Iterable

import msgspec

from engine.domain import facts as f
from engine.domain.facts import AnyFact
from engine.domain.identifiers import OrderId
from engine.domain.instant import SECOND, Instant, clock_text
from engine.domain.money import plain_text
from engine.domain.order import OrderStatus
from engine.views.amounts import rupees_text

LEGWORK, BROKER, BY_HAND = "Legwork", "broker", "by hand"
"""Who a step comes from."""

_NOT_ANSWERED = frozenset({OrderStatus.NEW, OrderStatus.SENT, OrderStatus.UNKNOWN})

_STATUS_WORDS: dict[OrderStatus, tuple[str, str]] = {
    OrderStatus.NEW: (LEGWORK, "written to the journal"),
    OrderStatus.SENT: (LEGWORK, "sent"),
    OrderStatus.ACKED: (BROKER, "acknowledged"),
    OrderStatus.OPEN: (BROKER, "open at the exchange"),
    OrderStatus.TRIGGER_PENDING: (BROKER, "waits at the exchange for its trigger"),
    OrderStatus.UNKNOWN: (LEGWORK, "not answered; the broker's books decide"),
    OrderStatus.COMPLETE: (BROKER, "complete"),
    OrderStatus.CANCELLED: (BROKER, "cancelled"),
    OrderStatus.REJECTED: (BROKER, "rejected"),
    OrderStatus.NOT_SENT: (LEGWORK, "not sent"),
}

_HAND_WORDS = "cancelled by hand"
"""Why an order is cancelled that somebody chose in the order book."""


class OrderStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the life of an order."""

    at: Instant
    who: str
    """Who it comes from: ``LEGWORK``, ``BROKER`` or ``BY_HAND``."""
    words: str
    """What happened, in a few words: ``"sent"``, ``"65 filled, 130 in all"``."""
    detail: str = ""
    """Why, or the broker's own words; empty where neither says anything."""


class OrderLives:
    """What the facts told about each order, kept for the screen only."""

    def __init__(self) -> None:
        self._steps: dict[OrderId, tuple[OrderStep, ...]] = {}
        self._acknowledged: dict[OrderId, Instant] = {}
        self._filled: dict[OrderId, Instant] = {}

    def take(self, facts: Iterable[AnyFact]) -> None:
        """Note the steps among facts, oldest first."""
        for fact in facts:
            if not isinstance(fact, f.OrderFact):
                continue
            order_id = fact.order_id
            self._steps[order_id] = (*self._steps.get(order_id, ()), order_step(fact))
            match fact:
                case f.OrderMoved() if fact.status not in _NOT_ANSWERED:
                    self._acknowledged.setdefault(order_id, fact.at)
                case f.OrderFilled():
                    self._acknowledged.setdefault(order_id, fact.at)
                    self._filled[order_id] = fact.at
                case _:
                    pass

    def steps(self, order_id: OrderId) -> tuple[OrderStep, ...]:
        """Answer the steps of an order, oldest first."""
        return self._steps.get(order_id, ())

    def acknowledged_at(self, order_id: OrderId) -> Instant | None:
        """Answer when the broker first answered; None before."""
        return self._acknowledged.get(order_id)

    def filled_at(self, order_id: OrderId) -> Instant | None:
        """Answer when the last part so far was filled; None before the first."""
        return self._filled.get(order_id)


def order_step(fact: f.AnyOrderFact) -> OrderStep:
    """Answer a fact of an order as a step of its life."""
    who, words, detail = _worded(fact)
    return OrderStep(at=fact.at, who=who, words=words, detail=detail)


def _worded(fact: f.AnyOrderFact) -> tuple[str, str, str]:
    match fact:
        case f.OrderRequested():
            trigger = "" if fact.trigger_price is None else f", trigger {plain_text(fact.trigger_price)}"
            terms = f"{fact.quantity} {_price(fact.limit_price)}{trigger}"
            return LEGWORK, f"written to the journal: {fact.side.value} {terms}", fact.why
        case f.OrderMoved():
            return *_STATUS_WORDS[fact.status], fact.wording
        case f.OrderFilled():
            return BROKER, f"{fact.quantity} filled, {fact.filled} in all, for {rupees_text(fact.value)}", ""
        case f.OrderModifyRequested():
            who = BY_HAND if fact.by_hand else LEGWORK
            return who, f"change asked: {fact.quantity} {_price(fact.limit_price)}", fact.why
        case f.OrderPricedAnew():
            waited = f"waited {fact.waited / SECOND:.1f} s for its turn"
            return LEGWORK, f"priced anew at {plain_text(fact.limit_price)}", waited
        case f.OrderModified():
            return BROKER, f"changed: {fact.quantity} {_price(fact.limit_price)}", ""
        case f.OrderCancelRequested():
            by_hand = fact.why == _HAND_WORDS
            return BY_HAND if by_hand else LEGWORK, "cancellation asked", "" if by_hand else fact.why
        case f.OrderChangeRefused():
            return BROKER, "not changed" if fact.certain else "may or may not be changed", fact.wording
        case f.OrderMissing():
            times = "once" if fact.times == 1 else f"{fact.times} times in a row"
            return BROKER, f"not in the broker's book of {clock_text(fact.book_at)}, {times}", ""


def _price(limit: int | None) -> str:
    return "at the market" if limit is None else f"at {plain_text(limit)}"

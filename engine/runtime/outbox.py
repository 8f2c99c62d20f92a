"""Where orders leave: exits first, never faster than allowed, each once, at no old price, the kill switch last."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from engine.core.records.order_record import Order
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, ConversionRequested, OrderCancelRequested, OrderModifyRequested, OrderRequested
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price, exact_units
from engine.domain.multileg.states import KillLevel
from engine.domain.order import OrderStatus, Purpose
from engine.domain.reports import ChangeRefused, HeldBackReport, OrderReport, SendReport
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.broker import CancelOrder, ChangeOrder, ConvertPosition, OrderGateway, PlaceOrder
from engine.runtime.request_stages import RequestStages

OfOrder = OrderRequested | OrderModifyRequested | OrderCancelRequested
Outgoing = OfOrder | ConversionRequested
Told = SendReport | OrderReport | ChangeRefused | HeldBackReport
"""What the engine is told about requests."""


def requests_among(facts: Iterable[AnyFact]) -> list[Outgoing]:
    """Answer the facts that ask a broker for something."""
    wanted = OrderRequested | OrderModifyRequested | OrderCancelRequested | ConversionRequested
    return [fact for fact in facts if isinstance(fact, wanted)]


class Waiting(msgspec.Struct, frozen=True):
    """One request that has not left, and its place in the queue: lower goes first, then older."""

    priority: int
    sequence: int
    fact: Outgoing


_EXIT, _CANCEL, _MODIFY, _CONVERT, _ENTRY = range(5)


class Outbox:
    """The queue in front of one account's broker.

    ``take`` gathers the requests among journaled facts; ``release`` sends what the rate allows and answers what the
    engine must be told. Nothing that is not in the journal can get here, because only journaled facts are taken.
    ``stages`` stamps what leaves.
    """

    def __init__(self, gateway: OrderGateway, state: EngineState, account: AccountId, stages: RequestStages) -> None:
        self._gateway = gateway
        self._state = state
        self._account = account
        self._stages = stages
        self._queue: list[Waiting] = []
        self._sequence = 0
        self._sent: deque[Instant] = deque()
        self._placed: set[OrderId] = set()
        self._converted: set[str] = set()
        self._asked: dict[OrderId, Instant] = {}
        """When the engine was asked for a fresh price of a request that still waits."""
        self._kill_at_once = False
        self._is_held: Callable[[], bool] = lambda: False

    def hold_while(self, is_held: Callable[[], bool]) -> None:
        """Let no opening order pass while ``is_held`` says so; it is asked at the last moment and must be quick."""
        self._is_held = is_held

    def stop_openings(self) -> None:
        """Let no opening order pass from this moment, before the kill switch's fact exists; safe from any thread."""
        self._kill_at_once = True

    def allow_openings(self) -> None:
        """Take stop_openings back: the kill switch was released."""
        self._kill_at_once = False

    def take(self, facts: Iterable[AnyFact]) -> None:
        """Queue the requests among facts that are safely in the journal."""
        for fact in requests_among(facts):
            if self._account_of(fact) != self._account:
                continue
            self._sequence += 1
            self._queue.append(Waiting(self._priority(fact), self._sequence, fact))
        if len(self._queue) > 1:
            self._queue.sort(key=lambda waiting: (waiting.priority, waiting.sequence))

    def _account_of(self, fact: Outgoing) -> AccountId:
        return fact.account if isinstance(fact, ConversionRequested) else self._order(fact.order_id).account

    def _priority(self, fact: Outgoing) -> int:
        if isinstance(fact, ConversionRequested):
            return _CONVERT
        exits = self._order(fact.order_id).purpose is Purpose.EXIT
        match fact:
            case OrderRequested():
                return _EXIT if exits else _ENTRY
            case OrderModifyRequested():
                return _EXIT if exits else _MODIFY
            case OrderCancelRequested():
                return _CANCEL

    def next_due(self) -> Instant | None:
        """Answer when the next queued request may leave; None when the queue is empty."""
        if not self._queue:
            return None
        limit = self._limit()
        if len(self._sent) < limit:
            return self._state.now
        return Instant(self._sent[-limit] + SECOND)

    def release(self, now: Instant) -> list[Told]:
        """Send what may leave now, in order of priority, and answer what the engine must be told about it.

        Where the price of something that may leave is an old one, nothing leaves: the engine is asked first, and says
        in the journal at which price it goes. To be called again until there is nothing to tell.
        """
        if not self._queue:
            return []
        reports: list[Told] = list(self._outdated(now))
        if reports:
            return reports
        while self._queue and self._room(now):
            waiting = self._queue.pop(0)
            report = self._stamped(waiting.fact, now)
            if report is not None:
                reports.append(report)
        return reports

    def _outdated(self, now: Instant) -> Iterator[HeldBackReport]:
        """Answer the requests whose turn has come and whose price was decided too long ago."""
        room = self._limit() - len(self._sent) if self._room(now) else 0
        patience = exact_units(self._limits().priced_anew_after) * SECOND // exact_units(1)
        for waiting in self._queue[: max(0, room)]:
            if isinstance(waiting.fact, OrderCancelRequested | ConversionRequested):
                continue
            order = self._order(waiting.fact.order_id)
            if not order.is_working:
                continue
            waited = now - order.priced_at
            if min(waited, now - self._asked.get(order.order_id, Instant(0))) > patience:
                self._asked[order.order_id] = now
                yield HeldBackReport(at=now, account=order.account, order_id=order.order_id, waited=waited)

    def _room(self, now: Instant) -> bool:
        while self._sent and self._sent[0] <= now - SECOND:
            self._sent.popleft()
        return len(self._sent) < self._limit()

    def _limit(self) -> int:
        return self._limits().orders_per_second

    def _limits(self) -> RiskLimits:
        return self._state.books.of(self._account).limits

    def _order(self, order_id: OrderId) -> Order:
        return self._state.books.orders[order_id]

    def _stamped(self, fact: Outgoing, now: Instant) -> Told | None:
        """Send a request and note when the gateway had it; a conversion is no order, and nobody waits for it."""
        if isinstance(fact, ConversionRequested):
            self._convert(fact, now)
            return None
        sent_before = len(self._sent)
        report = self._send(fact, now)
        if len(self._sent) > sent_before:
            self._stages.handed_over(fact, now)
        else:
            self._stages.dropped(fact)
        return report

    def _send(self, fact: OfOrder, now: Instant) -> Told | None:
        order = self._order(fact.order_id)
        self._asked.pop(fact.order_id, None)
        match fact:
            case OrderRequested():
                return self._place(order, now)
            case OrderModifyRequested():
                if order.broker_order_id is None or not order.is_working:
                    return self._moot(order, now)
                self._sent.append(now)
                self._gateway.modify(
                    ChangeOrder(
                        account=order.account,
                        order_id=order.order_id,
                        broker_order_id=order.broker_order_id,
                        quantity=fact.quantity,
                        limit_price=_limit_of(order, fact),
                        trigger_price=fact.trigger_price,
                    )
                )
            case OrderCancelRequested():
                return self._cancel(order, now)
        return None

    def _convert(self, fact: ConversionRequested, now: Instant) -> None:
        awaited = fact.reference in self._state.books.of(self._account).converting
        if not awaited or fact.reference in self._converted:
            return
        self._converted.add(fact.reference)
        self._sent.append(now)
        self._gateway.convert(
            ConvertPosition(
                account=fact.account,
                reference=fact.reference,
                instrument=fact.instrument,
                quantity=fact.quantity,
                before=fact.before,
                after=fact.after,
            )
        )

    def _place(self, order: Order, now: Instant) -> SendReport | OrderReport | None:
        if order.status is not OrderStatus.NEW or order.order_id in self._placed:
            return None
        books = self._state.books
        killed = self._kill_at_once or books.kill_level >= KillLevel.NO_OPENINGS
        if order.purpose is Purpose.ENTRY and (killed or self._is_held()):
            return self._withdrawn(order, now, "held back by the kill switch")
        if order.purpose is Purpose.ENTRY and books.journal_failed:
            return self._withdrawn(order, now, "held back: the journal cannot be written")
        self._sent.append(now)
        self._placed.add(order.order_id)
        self._gateway.place(
            PlaceOrder(
                account=order.account,
                order_id=order.order_id,
                instrument=order.instrument,
                side=order.side,
                quantity=order.quantity,
                product=order.product,
                order_type=order.order_type,
                limit_price=order.limit_price,
                trigger_price=order.trigger_price,
                purpose=order.purpose,
            )
        )
        return SendReport(at=now, account=order.account, order_id=order.order_id)

    def _cancel(self, order: Order, now: Instant) -> OrderReport | ChangeRefused | None:
        # An order placed a moment ago, in the same release, is still NEW until the engine hears of it.
        if order.status is OrderStatus.NEW and order.order_id not in self._placed:
            for waiting in self._queue:
                if not isinstance(waiting.fact, ConversionRequested) and waiting.fact.order_id == order.order_id:
                    self._stages.dropped(waiting.fact)
            self._queue = [waiting for waiting in self._queue if _order_of(waiting.fact) != order.order_id]
            return self._withdrawn(order, now, "withdrawn before it left")
        if order.broker_order_id is None or not order.is_working:
            return self._moot(order, now)
        self._sent.append(now)
        self._gateway.cancel(
            CancelOrder(account=order.account, order_id=order.order_id, broker_order_id=order.broker_order_id)
        )
        return None

    def _withdrawn(self, order: Order, now: Instant, wording: str) -> OrderReport:
        return OrderReport(
            at=now, account=order.account, order_id=order.order_id, status=OrderStatus.NOT_SENT, wording=wording
        )

    def _moot(self, order: Order, now: Instant) -> ChangeRefused:
        wording = "the broker has not given it a number yet" if order.is_working else "the order is done"
        return ChangeRefused(at=now, account=order.account, order_id=order.order_id, wording=wording)


def _order_of(fact: Outgoing) -> OrderId | None:
    return None if isinstance(fact, ConversionRequested) else fact.order_id


def _limit_of(order: Order, fact: OrderModifyRequested) -> Price | None:
    """Answer the limit of a change as the journal says it now: it may have been priced anew while it waited."""
    terms = order.pending_terms
    return fact.limit_price if terms is None or terms.limit_price is None else Price(terms.limit_price)

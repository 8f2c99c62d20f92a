"""The tapped line between an outbox and its broker: requests are held against the journal and the broker's truth."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, time

import msgspec

from desktop.verification.findings import Findings
from desktop.verification.late_fills import LateFills
from desktop.verification.power import Breaker, Moment
from desktop.verification.venue import Venue
from engine.core.verification.invariants import FactChecks
from engine.core.verification.violations import Violation
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import AnyFact, OrderMoved, OrderRequested
from engine.domain.identifiers import AccountId, LegId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant, ist_date, ist_instant
from engine.domain.multileg.states import KillLevel
from engine.domain.order import TERMINAL, OrderStatus, Purpose
from engine.domain.quote import QuoteFrame
from engine.domain.reports import BookOrder, BooksReport, OrderReport, Report
from engine.ports.broker import CancelOrder, Capabilities, ChangeOrder, ConvertPosition, PlaceOrder

MOST_PER_SECOND = 10
_MOST_CHANGES = 20


class Wire:
    """A broker for the engine that passes everything on to the broker behind it and looks at it on the way."""

    def __init__(
        self,
        account: AccountId,
        broker: Venue,
        checks: FactChecks,
        contracts: ContractMaster,
        findings: Findings,
        breaker: Breaker,
        late: LateFills,
    ) -> None:
        self.account = account
        self.broker = broker
        self.late = late
        self.catch_up: Callable[[], None] = lambda: None
        """Lets the checks see what the journal holds; set by the day."""
        self.posts = 0
        self.log: list[tuple[Instant, str, OrderId]] = []
        self.claimed: dict[OrderId, set[OrderStatus]] = {}
        """What the broker ever said about an order in the engine's hearing."""
        self.fresh_books: BooksReport | None = None
        self._checks = checks
        self._contracts = contracts
        self._findings = findings
        self._breaker = breaker
        self._now = Instant(0)
        self._posted: set[OrderId] = set()
        self._changes: dict[OrderId, int] = {}
        self._cancels: dict[OrderId, int] = {}
        self._recent: deque[Instant] = deque()
        self._last_opening: Instant = Instant(-1)
        self._earlier: list[BookOrder] = []
        """Orders of earlier days, which the broker's books show no more."""
        self._date: date | None = None

    # --- the broker's ports ----------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What the broker allows."""
        return self.broker.capabilities

    @property
    def orders(self) -> tuple[BookOrder, ...]:
        """The orders of all days as the broker has them."""
        return (*self._earlier, *self.broker.orders)

    def note_day(self, at: Instant) -> None:
        """Remember the orders of a day that is over; those that still worked have lapsed."""
        today = ist_date(at)
        if self._date is not None and today > self._date:
            for row in self.broker.orders:
                lapsed = row.status not in TERMINAL
                self._earlier.append(msgspec.structs.replace(row, status=OrderStatus.CANCELLED) if lapsed else row)
        self._date = today

    def at(self, now: Instant) -> None:
        """Tell the time."""
        self.note_day(now)
        self._now = now
        self.broker.at(now)

    def next_due(self) -> Instant | None:
        """Answer when the broker's next report or request is due."""
        broker, late = self.broker.next_due(), self.late.next_due()
        return broker if late is None else late if broker is None else min(broker, late)

    def take(self, until: Instant) -> list[Report]:
        """Answer the reports due, and remember what they claim."""
        self.note_day(until)
        reports = self.late.passed(list(self.broker.take(until)), until)
        for report in reports:
            if isinstance(report, OrderReport):
                self.claimed.setdefault(report.order_id, set()).add(report.status)
            elif isinstance(report, BooksReport):
                self.fresh_books = report if report.fresh else self.fresh_books
                for row in report.orders:
                    if row.order_id is not None:
                        self.claimed.setdefault(row.order_id, set()).add(row.status)
        return reports

    def take_quotes(self, frame: QuoteFrame) -> None:
        """Show the exchange a frame."""
        self.note_day(frame.at)
        self.broker.take_quotes(frame)

    def ask_books(self, account: AccountId) -> None:
        """Ask for the books; a read is no request for the exchange."""
        self.broker.ask_books(account)

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        self.catch_up()
        self._findings.take(self._placed(order))
        self._sent("place", order.order_id)
        self.broker.place(order)
        self._breaker.count(Moment.ON_THE_WIRE)

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms."""
        self.catch_up()
        self._findings.take(self._changed(change))
        self._sent("modify", change.order_id)
        self.broker.modify(change)

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation."""
        self.catch_up()
        self._findings.take(self._cancelled(cancel))
        self._sent("cancel", cancel.order_id)
        self.broker.cancel(cancel)
        self._breaker.count(Moment.ON_THE_WIRE)

    def convert(self, conversion: ConvertPosition) -> None:
        """Ask for a conversion."""
        self.catch_up()
        self._sent("convert", OrderId(conversion.reference))
        self.broker.convert(conversion)
        self._breaker.count(Moment.ON_THE_WIRE)

    # --- the checks ------------------------------------------------------------------------------------------------

    def _sent(self, kind: str, order_id: OrderId) -> None:
        self.posts += kind == "place"
        self.log.append((self._now, kind, order_id))
        self._recent.append(self._now)
        while self._recent[0] <= self._now - SECOND:
            self._recent.popleft()
        if len(self._recent) > MOST_PER_SECOND:
            self._findings.take([Violation(28, self._now, f"{len(self._recent)} requests within a second")])

    def _placed(self, order: PlaceOrder) -> Iterator[Violation]:
        now, order_id = self._now, order.order_id
        if order_id in self._posted:
            yield Violation(1, now, f"{order_id} is sent a second time")
        self._posted.add(order_id)
        seen = self._checks.orders.get(order_id)
        if seen is None:
            yield Violation(3, now, f"{order_id} is not in the journal")
            return
        request = seen.request
        told = (order.instrument, order.side, order.quantity, order.limit_price, order.order_type, order.purpose)
        asked = (
            request.instrument,
            request.side,
            request.quantity,
            request.limit_price if seen.limit is None else seen.limit,
            request.order_type,
            request.purpose,
        )
        if told != asked:
            yield Violation(3, now, f"{order_id} is not sent as the journal says")
        if self.account != order.account or self.account != request.account:
            yield Violation(58, now, f"{order_id} of {request.account} is sent to the broker of {self.account}")
        yield from self._size(order)
        if order.purpose is Purpose.ENTRY:
            yield from self._opening(order)
        else:
            yield from self._closing(order, request)

    def _size(self, order: PlaceOrder) -> Iterator[Violation]:
        contract = self._contracts.by_id(order.instrument)
        freeze = contract.freeze_quantity
        if order.quantity <= 0 or order.quantity % contract.lot_size:
            yield Violation(16, self._now, f"{order.order_id}: {order.quantity} with a lot of {contract.lot_size}")
        if freeze is not None and order.quantity > freeze // contract.lot_size * contract.lot_size:
            yield Violation(16, self._now, f"{order.order_id}: {order.quantity} with a freeze quantity of {freeze}")

    def _opening(self, order: PlaceOrder) -> Iterator[Violation]:
        self._last_opening = self._now
        if self._checks.kill_level >= KillLevel.NO_OPENINGS:
            yield Violation(26, self._now, f"{order.order_id} opens after the kill switch")

    def _closing(self, order: PlaceOrder, request: OrderRequested) -> Iterator[Violation]:
        waited = self._now - request.at
        if waited > SECOND and request.at < self._last_opening:
            yield Violation(28, self._now, f"{order.order_id} waited {waited} µs while openings left")
        entered, exited, under_way = self._truth(request)
        if order.quantity + under_way > entered - exited:
            words = f"{order.order_id} closes {order.quantity} with {under_way} under way of {entered - exited}"
            yield Violation(13, self._now, words)

    def _truth(self, request: OrderRequested) -> tuple[int, int, int]:
        """Answer what the broker knows of a leg: quantity entered, exited, and in exit orders that still work.

        A stop and a target may rest for the same quantity.
        """
        portfolio_id, leg_id, kind = request.portfolio_id, request.leg_id, request.rests_for
        entered = exited = under_way = 0
        for row in self.orders:
            seen = None if row.order_id is None else self._checks.orders.get(row.order_id)
            if seen is None or (seen.request.portfolio_id, seen.request.leg_id) != (portfolio_id, leg_id):
                continue
            if seen.request.purpose is Purpose.ENTRY:
                entered += row.filled
            else:
                exited += row.filled
                rival = kind is not None and seen.request.rests_for not in (None, kind)
                under_way += 0 if rival or row.status in TERMINAL else row.quantity - row.filled
        return entered, exited, under_way

    def _changed(self, change: ChangeOrder) -> Iterator[Violation]:
        seen = self._checks.orders.get(change.order_id)
        self._changes[change.order_id] = self._changes.get(change.order_id, 0) + 1
        if seen is None or self._changes[change.order_id] > seen.changes:
            yield Violation(9, self._now, f"a change of {change.order_id} is not in the journal")
        if self._changes[change.order_id] > _MOST_CHANGES:
            yield Violation(10, self._now, f"{change.order_id} is changed {self._changes[change.order_id]} times")
        yield from self._known(change.order_id, change.broker_order_id)

    def _cancelled(self, cancel: CancelOrder) -> Iterator[Violation]:
        seen = self._checks.orders.get(cancel.order_id)
        self._cancels[cancel.order_id] = self._cancels.get(cancel.order_id, 0) + 1
        if seen is None or self._cancels[cancel.order_id] > seen.cancels:
            yield Violation(9, self._now, f"a cancellation of {cancel.order_id} is not in the journal")
        yield from self._known(cancel.order_id, cancel.broker_order_id)

    def _known(self, order_id: OrderId, broker_order_id: str) -> Iterator[Violation]:
        for row in self.broker.orders:
            if row.order_id == order_id and row.broker_order_id != broker_order_id:
                yield Violation(
                    9, self._now, f"{order_id} is {row.broker_order_id} at the broker, not {broker_order_id}"
                )

    def told(self, fact: AnyFact) -> Iterator[Violation]:
        """Answer an order that ended in a way of which the broker never told."""
        ended = (OrderStatus.REJECTED, OrderStatus.CANCELLED, OrderStatus.COMPLETE)
        if isinstance(fact, OrderMoved) and fact.status in ended and self._is_ours(fact.order_id):
            claimed = self.claimed.get(fact.order_id, set())
            if fact.status not in claimed and not self._is_expired(fact):
                yield Violation(5, fact.at, f"{fact.order_id} is {fact.status.value}, which the broker never said")

    def _is_ours(self, order_id: OrderId) -> bool:
        return self._checks.orders[order_id].request.account == self.account

    def _is_expired(self, fact: OrderMoved) -> bool:
        """Say whether an order lapsed with its contract, which needs no word of the broker."""
        contract = self._contracts.by_id(self._checks.orders[fact.order_id].request.instrument)
        closed = contract.expiry is not None and fact.at >= ist_instant(contract.expiry, time(15, 30))
        return fact.status is OrderStatus.CANCELLED and closed

    # --- the broker's truth, asked at rest ---------------------------------------------------------------------------

    def accepted(self) -> Iterator[Violation]:
        """Answer what the broker took more of than was wanted."""
        rows: dict[OrderId, int] = {}
        entered: dict[tuple[PortfolioId, LegId], list[int]] = {}
        for row in self.orders:
            if row.order_id is None:
                continue
            rows[row.order_id] = rows.get(row.order_id, 0) + 1
            seen = self._checks.orders.get(row.order_id)
            if seen is None:
                yield Violation(3, self._now, f"the broker holds {row.order_id}, which is not in the journal")
                continue
            if rows[row.order_id] > 1 or row.filled > seen.request.quantity:
                yield Violation(2, self._now, f"{row.order_id} is at the broker {rows[row.order_id]} times")
            numbers = entered.setdefault((seen.request.portfolio_id, seen.request.leg_id), [0, 0])
            numbers[seen.request.purpose is Purpose.EXIT] += row.filled
        for (portfolio_id, leg_id), (opened, closed) in entered.items():
            resting = self._checks.portfolios[portfolio_id].declared.at_broker
            if closed > opened and not (resting is not None and resting.leg_target):
                yield Violation(13, self._now, f"leg {leg_id} of {portfolio_id}: {opened} opened, {closed} closed")

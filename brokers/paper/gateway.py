"""The paper broker: an exchange simulator and a broker behind the ports of a real one.

It looks at no clock. Requests are stamped with the time it was last told, reach the exchange after the request latency,
and what comes of them is due after the report latency. It learns prices only from the frames it is shown.
"""

import heapq
from collections import Counter
from itertools import count

import msgspec
import numpy as np

from brokers.definition import Surroundings
from brokers.paper.desk import Answers, Desk
from brokers.paper.faults import Fault, FaultDice, FaultPlan
from brokers.paper.refusals import Refusal, wording
from brokers.paper.report_line import PaperReport, ReportLine
from brokers.paper.settings import PaperRules, PaperSettings
from engine.domain.identifiers import AccountId, BrokerOrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price
from engine.domain.order import OrderStatus, Product, Side
from engine.domain.quote import QuoteFrame
from engine.domain.reports import (
    BookOrder,
    BookPosition,
    BooksReport,
    ChangeRefused,
    ConversionReport,
    OrderReport,
)
from engine.ports.broker import CancelOrder, Capabilities, ChangeOrder, ConvertPosition, PlaceOrder

RANDOM_REJECTS = (
    wording(Refusal.SYSTEM, "the exchange's gateway is busy; try again"),
    wording(Refusal.MARGIN, "the benefit of your hedge is not booked yet; try again"),
    wording(Refusal.RESTRICTED, "the broker does not allow new positions in this strike"),
    wording(Refusal.RESTRICTED, "the risk desk has blocked this order"),
)
"""What a rejected order is told by the fault plan; the first two may work a little later."""


class AskBooks(msgspec.Struct, frozen=True, kw_only=True):
    """A read of the books on its way."""

    asked_at: Instant


class _Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A request on its way to the exchange, with what the fault plan has in store for it."""

    request: PlaceOrder | ChangeOrder | CancelOrder | ConvertPosition | AskBooks
    fill_percent: int = 100
    reject: str = ""
    filled_just_before: bool = False
    is_silent: bool = False
    """Nothing is told of it."""


class PaperBroker:
    """An OrderGateway on simulated time that learns prices from the engine's own frames, for one account.

    - ``at(now)`` before requests are sent: it stamps them. Frames and ``take`` move the time too; it never goes back.
    - ``take_quotes(frame)`` before the engine sees the frame. A request that is due earlier meets the quotes before it;
      one that is due at the frame's own instant meets the frame.
    - ``take(until)`` answers the reports due, in time order; ``next_due`` says when it is worth calling.

    The same calls with the same generator give the same reports. Raises BooksFileError where ``around.books_file``
    exists and cannot be used, ValueError for a fault plan with chances and no ``dice``.
    """

    def __init__(
        self,
        around: Surroundings,
        settings: PaperSettings | None = None,
        *,
        rules: PaperRules | None = None,
        faults: FaultPlan | None = None,
        dice: np.random.Generator | None = None,
    ) -> None:
        self._settings = settings or PaperSettings()
        self._account = around.account
        self._contracts = around.contracts
        self._dice = FaultDice(faults or FaultPlan(), dice)
        self._desk = Desk(self._settings, rules or PaperRules(), around)
        self._line = ReportLine(around.account, self._settings.report_latency, self._dice)
        self._arrivals: list[tuple[Instant, int, _Arrival]] = []
        self._sequence = count()
        self._now = Instant(0)
        self._second = 0
        self._sent_this_second = 0
        self._trouble_told = ""
        self._last_books: BooksReport | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the paper broker allows."""
        return capabilities(self._settings)

    @property
    def faults_injected(self) -> Counter[str]:
        """How often each kind of fault has struck so far."""
        return self._dice.injected

    @property
    def now(self) -> Instant:
        """The latest time the broker was told."""
        return self._now

    def at(self, now: Instant) -> None:
        """Tell the time: requests from here on are sent at it. An earlier time than the latest is not believed."""
        self._now = max(self._now, now)

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        refusal = self._refused_at_door(order.account)
        if refusal is not None:
            self._line.tell(self._answer(order, self._soon(), OrderStatus.REJECTED, refusal))
            return
        timeout = self._timeout()
        unknown = self._answer(order, timeout, OrderStatus.UNKNOWN, "No answer in time; asking the books")
        if self._strikes(Fault.LOST_REQUEST):
            self._line.tell(unknown)
            return
        arrives = self._arrival_time()
        if self._strikes(Fault.DELAYED_ACCEPTANCE):
            arrives = Instant(arrives + self._dice.between(SECOND, self._dice.plan.longest_delay))
        is_silent = self._strikes(Fault.LOST_ANSWER)
        if is_silent:
            self._line.silence(order.order_id, timeout)
        if is_silent or arrives + self._settings.report_latency > timeout:
            self._line.tell(unknown)
        self._depart(arrives, _Arrival(request=order, fill_percent=self._fill_percent(order), reject=self._reject()))

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms for a working order."""
        if self._leaves(change, Fault.LOST_MODIFY):
            self._depart(self._arrival_time(), _Arrival(request=change))

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation."""
        if self._leaves(cancel, Fault.LOST_CANCEL):
            met = self._strikes(Fault.FILL_BEFORE_CANCEL)
            self._depart(self._arrival_time(), _Arrival(request=cancel, filled_just_before=met))

    def convert(self, conversion: ConvertPosition) -> None:
        """Ask to move a position to another product."""
        refusal = self._refused_at_door(conversion.account)
        if refusal is not None:
            self._line.tell(self._conversion(conversion, self._soon(), refusal, done=False))
            return
        unanswered = self._conversion(conversion, self._timeout(), "No answer in time; asking the books", done=None)
        if self._strikes(Fault.LOST_REQUEST):
            self._line.tell(unanswered)
            return
        is_silent = self._strikes(Fault.LOST_ANSWER)
        if is_silent:
            self._line.tell(unanswered)
        self._depart(self._arrival_time(), _Arrival(request=conversion, is_silent=is_silent))

    def ask_books(self, account: AccountId) -> None:
        """Ask for orders, positions and funds; a read does not count towards the request rate."""
        if not self._line.has_session(self._now):
            self._line.session_is_lost(self._now)
            return
        if account != self._account:
            self._line.books_failed(self._soon())
            return
        self._depart(self._arrival_time(), _Arrival(request=AskBooks(asked_at=self._now)))

    def take_quotes(self, frame: QuoteFrame) -> None:
        """See a frame that the engine is about to see."""
        self._receive(Instant(frame.at - 1))
        self.at(frame.at)
        self._send(self._desk.take_quotes(frame))

    def next_due(self) -> Instant | None:
        """Answer when a report is due or a request reaches the exchange; None when nothing is on its way."""
        due = self._line.next_due()
        if not self._arrivals:
            return due
        arrives = self._arrivals[0][0]
        return arrives if due is None else min(arrives, due)

    def take(self, until: Instant) -> list[PaperReport]:
        """Answer the reports due up to and including ``until``, in time order; none where only a request arrived."""
        self._receive(until)
        self.at(until)
        return self._line.take(until)

    def hang_up(self) -> None:
        """Lose every report on its way: the engine is gone. What is on its way to the exchange still arrives."""
        self._line.hang_up()

    def close(self) -> None:
        """Close the books file; the broker must not be used afterwards."""
        self._desk.close(self._now)

    def trade_externally(
        self, instrument: Instrument, side: Side, quantity: int, price: Price, product: Product = Product.CARRY_FORWARD
    ) -> BrokerOrderId:
        """Trade by hand in the broker's own terminal, past every check; only the books tell of it."""
        self._receive(self._now)
        return self._desk.trade_by_hand(instrument, side, quantity, price, product, self._now).broker_order_id

    def cancel_externally(self, order: BrokerOrderId, reason: str = "Cancelled by the broker") -> bool:
        """Cancel a working order from the broker's side; answer whether it was working."""
        self._receive(self._now)
        if order not in self._desk.books.working:
            return False
        self._send(self._desk.withdraw(order, self._now, reason))
        return True

    @property
    def orders(self) -> tuple[BookOrder, ...]:
        """The orders of the day as they stand in the books, for checks that look behind the port."""
        return tuple(self._desk.books.orders.values())

    @property
    def positions(self) -> tuple[BookPosition, ...]:
        """The positions as they stand in the books, for checks that look behind the port."""
        return self._desk.books.positions()

    @property
    def cash(self) -> Money:
        """What all trades have paid and received: minus the sum of their signed values."""
        return self._desk.books.cash

    def _refused_at_door(self, account: AccountId) -> str | None:
        """Count a request; answer why it is refused before it goes anywhere, or None."""
        if account != self._account:
            return wording(Refusal.ACCOUNT, f"this broker keeps the account {self._account}, not {account}")
        if self._strikes(Fault.SESSION_LOSS):
            length = self._dice.between(SECOND, self._dice.plan.longest_session_loss)
            self._line.lose_session(self._now, Instant(self._now + length))
        if not self._line.has_session(self._now):
            return wording(Refusal.SESSION, "the broker's session has ended; log in again")
        if self._now // SECOND != self._second:
            self._second, self._sent_this_second = self._now // SECOND, 0
        self._sent_this_second += 1
        most = self._settings.orders_per_second
        if most is not None and self._sent_this_second > most:
            return wording(Refusal.RATE_LIMIT, f"more than {most} requests in one second")
        return None

    def _leaves(self, request: ChangeOrder | CancelOrder, loss: Fault) -> bool:
        """Say whether a change gets as far as the wire; tell what becomes of it otherwise."""
        refusal = self._refused_at_door(request.account)
        if refusal is not None:
            self._line.tell(self._change_refused(request, self._soon(), refusal, certain=True))
            return False
        if self._strikes(loss):
            self._line.tell(self._change_refused(request, self._timeout(), "No answer in time", certain=False))
            return False
        return True

    def _receive(self, until: Instant) -> None:
        """Let the requests reach the exchange that are due up to and including ``until``."""
        while self._arrivals and self._arrivals[0][0] <= until:
            at, _, arrival = heapq.heappop(self._arrivals)
            match arrival.request:
                case PlaceOrder() as order:
                    if arrival.reject:
                        self._line.send(self._answer(order, at, OrderStatus.REJECTED, arrival.reject))
                    else:
                        self._send(self._desk.place(order, at, arrival.fill_percent))
                case ChangeOrder() as change:
                    self._send(self._desk.modify(change, at))
                case CancelOrder() as cancel:
                    self._send(self._desk.cancel(cancel, at, filled_just_before=arrival.filled_just_before))
                case ConvertPosition() as conversion:
                    answers = self._desk.convert(conversion, at)
                    self._send(answers[:-1] if arrival.is_silent else answers)
                case AskBooks() as read:
                    self._read_books(read, at)

    def _read_books(self, read: AskBooks, at: Instant) -> None:
        self._send(self._desk.new_day(at))
        if self._strikes(Fault.FAILING_BOOKS, at):
            self._line.books_failed(Instant(at + self._settings.report_latency))
            return
        books = self._books(read, at)
        if self._last_books is not None and self._strikes(Fault.STALE_BOOKS, at):
            self._line.send(msgspec.structs.replace(self._last_books, at=at, read_at=read.asked_at, fresh=False))
            return
        self._last_books = books
        is_slow = self._strikes(Fault.SLOW_BOOKS, at)
        self._line.send(books, self._dice.between(SECOND, self._dice.plan.longest_delay) if is_slow else 0)

    def _books(self, read: AskBooks, at: Instant) -> BooksReport:
        standing = self._desk.standing()
        return BooksReport(
            at=at,
            account=self._account,
            read_at=read.asked_at,
            fresh=True,
            orders=self.orders,
            positions=self.positions,
            available_funds=standing.available,
            used_margin=standing.blocked,
            charges=standing.charges,
        )

    def _send(self, reports: Answers) -> None:
        for report in reports:
            self._line.send(report)
        trouble = self._desk.books.trouble
        if trouble and not self._trouble_told:
            self._trouble_told = trouble
            self._line.note(self._now, f"{trouble}. Paper orders go on, but will be forgotten at the next start.")

    def _depart(self, arrives: Instant, arrival: _Arrival) -> None:
        heapq.heappush(self._arrivals, (arrives, next(self._sequence), arrival))

    def _strikes(self, fault: Fault, at: Instant | None = None) -> bool:
        return self._dice.strikes(fault, self._now if at is None else at)

    def _fill_percent(self, order: PlaceOrder) -> int:
        is_splittable = order.instrument in self._contracts and (
            order.quantity > self._contracts.by_id(order.instrument).lot_size
        )
        if is_splittable and self._strikes(Fault.PARTIAL_FILL):
            return self._dice.between(1, 99)
        return 100

    def _reject(self) -> str:
        if not self._strikes(Fault.RANDOM_REJECT):
            return ""
        return RANDOM_REJECTS[self._dice.between(0, len(RANDOM_REJECTS) - 1)]

    def _arrival_time(self) -> Instant:
        return Instant(self._now + self._settings.request_latency)

    def _soon(self) -> Instant:
        return Instant(self._arrival_time() + self._settings.report_latency)

    def _timeout(self) -> Instant:
        return Instant(self._now + self._settings.answer_timeout)

    def _answer(self, order: PlaceOrder, at: Instant, status: OrderStatus, words: str) -> OrderReport:
        return OrderReport(
            at=at,
            account=order.account,
            order_id=order.order_id,
            status=status,
            wording=words,
            quantity=order.quantity,
            limit_price=order.limit_price,
        )

    def _conversion(self, request: ConvertPosition, at: Instant, words: str, *, done: bool | None) -> ConversionReport:
        return ConversionReport(at=at, account=request.account, reference=request.reference, done=done, wording=words)

    def _change_refused(
        self, request: ChangeOrder | CancelOrder, at: Instant, words: str, *, certain: bool
    ) -> ChangeRefused:
        return ChangeRefused(at=at, account=request.account, order_id=request.order_id, wording=words, certain=certain)


def capabilities(settings: PaperSettings) -> Capabilities:
    """Answer what a paper broker of these settings allows."""
    return Capabilities(
        name="paper",
        is_live=False,
        market_orders=True,
        orders_per_second=settings.orders_per_second or 1_000_000,
        modifications_per_order=settings.modifications_per_order,
    )

"""Order rows from the socket, postbacks and books → reports for the engine, and the ends of changes under way."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from brokers.live_line import Clock, Listener
from brokers.zerodha.books import average_price, value_of_fills
from brokers.zerodha.figures import FigureError
from brokers.zerodha.freshness import Freshness
from brokers.zerodha.order_story import OrderStories
from brokers.zerodha.rows import KiteOrder, Ours, read_order
from brokers.zerodha.words import UnknownWordError
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, BrokerOrderId, OrderId
from engine.domain.instant import ist_date
from engine.domain.order import OrderStatus
from engine.domain.reports import ChangeRefused, OrderReport
from engine.ports.broker import CancelOrder, ChangeOrder

_REFUSED_CHANGES = ("NOT MODIFIED", "NOT CANCELLED")


class _Change(NamedTuple):
    """A change that Zerodha has taken, and what the order said of itself before: an old reason explains nothing."""

    request: ChangeOrder | CancelOrder
    wording: str


class OrderNews:
    """Merges what is said about orders and tells the engine what is new about ours.

    ``outside`` is called where an order that is not ours was filled: the books should be read.
    """

    def __init__(
        self,
        account: AccountId,
        contracts: ContractMaster,
        listener: Listener,
        clock: Clock,
        ours: Ours,
        freshness: Freshness,
        outside: Callable[[], None],
    ) -> None:
        self.stories = OrderStories()
        self._account = account
        self._contracts = contracts
        self._listener = listener
        self._clock = clock
        self._ours = ours
        self._freshness = freshness
        self._outside = outside
        self._changes: dict[BrokerOrderId, _Change] = {}

    def row(self, row: object) -> bool:
        """Take one row from the socket or a postback; answer whether it could be read."""
        try:
            order = read_order(row, self._ours)
        except (FigureError, UnknownWordError) as error:
            # The word is lost, not the order: the book is read instead.
            self._listener.notice(self._clock.now(), f"News about an order could not be read: {error}")
            return False
        if order is not None:
            self.take([order])
        return True

    def take(self, orders: Iterable[KiteOrder]) -> None:
        """Take what is said about some orders and tell what is new."""
        at = self._clock.now()
        for order in orders:
            known = self.stories.orders.get(order.number)
            merged = self.stories.take(order)
            if order.placed_at is None or ist_date(order.placed_at) >= ist_date(at):
                # A book that is days old shows orders that today's book will never show.
                self._freshness.saw(order.number, at, order.filled, finished=order.is_finished)
            if order.tag is not None:
                self._freshness.settled(order.tag)
            if merged is None:
                continue
            if merged.tag is not None:
                self._listener.report(self.report(merged, merged.tag))
                self._end_change(merged, merged.tag)
            elif merged.filled > (0 if known is None else known.filled):
                self._outside()

    def adopt(self, number: BrokerOrderId, tag: OrderId) -> bool:
        """Note that an order of ours was given a number; answer whether its news had overtaken the answer.

        They are told now where they were not known to be ours.
        """
        self.stories.accepted(number, tag)
        known = self.stories.orders.get(number)
        if known is not None:
            self.take([msgspec.structs.replace(known, tag=tag)])
        return known is not None

    def report(self, order: KiteOrder, tag: OrderId) -> OrderReport:
        """Answer what the engine is told of an order of ours."""
        return OrderReport(
            at=self._clock.now(),
            account=self._account,
            order_id=tag,
            broker_order_id=order.number,
            status=order.status,
            wording=order.wording,
            quantity=order.quantity,
            limit_price=order.limit_price,
            trigger_price=order.trigger_price,
            filled=order.filled,
            value=value_of_fills(order, self._contracts) if order.filled else None,
            average_price=average_price(order),
        )

    def change_sent(self, request: ChangeOrder | CancelOrder) -> None:
        """Note that a change was taken by Zerodha, which says nothing about its outcome yet."""
        known = self.stories.orders.get(request.broker_order_id)
        if isinstance(request, ChangeOrder):
            self.stories.asked_at_market(request.broker_order_id, at_market=request.limit_price is None)
        self._changes[request.broker_order_id] = _Change(request, "" if known is None else known.wording)

    def forget_day(self) -> None:
        """Forget everything: Kite serves the current day only."""
        self.stories.forget_day()
        self._changes.clear()

    def _end_change(self, order: KiteOrder, tag: OrderId) -> None:
        """Say that a change under way did not happen, where the order's new state shows it."""
        under_way = self._changes.get(order.number)
        if under_way is None:
            return
        change = under_way.request
        if order.is_finished:
            del self._changes[order.number]
            wanted = isinstance(change, CancelOrder) and order.status is OrderStatus.CANCELLED
            if not wanted:
                self._refuse(tag, f"TOO_LATE: the order was finished first ({order.wording})")
            return
        if isinstance(change, ChangeOrder) and _has(order, change):
            del self._changes[order.number]
        elif order.wording != under_way.wording and _explains_itself(order):
            del self._changes[order.number]
            self._refuse(tag, f"BUSY: {order.wording}")

    def _refuse(self, tag: OrderId, wording: str) -> None:
        at = self._clock.now()
        self._listener.report(ChangeRefused(at=at, account=self._account, order_id=tag, wording=wording, certain=True))


def _has(order: KiteOrder, change: ChangeOrder) -> bool:
    wanted = (change.quantity, change.limit_price, change.trigger_price)
    return (order.quantity, order.limit_price, order.trigger_price) == wanted


def _explains_itself(order: KiteOrder) -> bool:
    """Say whether a working order carries a reason: a refused change leaves the order as it was and says why."""
    said = ": " in order.wording or order.wording.startswith(_REFUSED_CHANGES)
    return said and order.status in (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)

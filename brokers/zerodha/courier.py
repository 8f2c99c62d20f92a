"""Carries one request to Zerodha and tells the engine what became of it; trouble included, it never raises."""

from collections.abc import Callable

import msgspec

from brokers.live_line import Clock, Listener
from brokers.zerodha.answers import Accepted, No, NotSent, Refused, Unsure
from brokers.zerodha.freshness import Freshness
from brokers.zerodha.limits import Limits
from brokers.zerodha.order_news import OrderNews
from brokers.zerodha.order_routes import NewOrder, NewTerms, OrderRoutes, Outcome
from brokers.zerodha.session import Session
from brokers.zerodha.words import Variety
from engine.domain.identifiers import BrokerOrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.order import OrderStatus, OrderType
from engine.domain.reports import ChangeRefused, OrderReport
from engine.ports.broker import CancelOrder, ChangeOrder, PlaceOrder

_CLOCKS_APART = 3 * SECOND
"""Zerodha's clock is told in whole seconds, and an answer takes time too."""


class Alarms(msgspec.Struct, frozen=True):
    """Whom the courier tells what concerns more than its request."""

    session_lost: Callable[[str], None]
    unreachable: Callable[[str], None]
    stirred: Callable[[], None]
    """Something was sent: its outcome should be looked for."""


class Courier:
    """Sends what the gateway has decided to send."""

    def __init__(
        self,
        routes: OrderRoutes,
        news: OrderNews,
        freshness: Freshness,
        limits: Limits,
        listener: Listener,
        clock: Clock,
        alarms: Alarms,
    ) -> None:
        self._routes = routes
        self._news = news
        self._freshness = freshness
        self._limits = limits
        self._listener = listener
        self._clock = clock
        self._alarms = alarms
        self._clock_told = False

    async def place(self, request: PlaceOrder, order: NewOrder, session: Session) -> None:
        """Send a new order and tell whether it was taken."""
        outcome = await self._routes.place(order, session)
        match outcome.answer:
            case Accepted(number=number, children=children):
                self._accepted(request, order, number, children)
            case Refused() as refused:
                self._tell(request, OrderStatus.REJECTED, refused.wording)
            case Unsure(message=message):
                self._unsure(request, message)
            case NotSent(message=message):
                self._tell(request, OrderStatus.NOT_SENT, message)
        self._consequences(outcome)

    async def modify(self, request: ChangeOrder, terms: NewTerms, session: Session) -> None:
        """Send new terms and tell where they were not taken; that they were shows in the order itself."""
        outcome = await self._routes.modify(terms, session)
        self._changed(request, outcome)

    async def cancel(self, request: CancelOrder, session: Session) -> None:
        """Send a cancellation and tell where it was not taken; that it was shows in the order itself."""
        known = self._news.stories.orders.get(request.broker_order_id)
        variety = Variety.REGULAR if known is None or known.variety is Variety.AFTER_MARKET else known.variety
        outcome = await self._routes.cancel(request.broker_order_id, variety, session)
        self._changed(request, outcome)

    def _accepted(
        self, request: PlaceOrder, order: NewOrder, number: BrokerOrderId, children: tuple[BrokerOrderId, ...]
    ) -> None:
        self._freshness.saw(number, self._clock.now())
        self._freshness.settled(request.order_id)
        overtaken = False
        for one in (number, *children):
            self._news.stories.asked_at_market(one, at_market=order.order_type is OrderType.MARKET)
            overtaken = self._news.adopt(one, request.order_id) or overtaken
        if not overtaken:
            self._tell(request, OrderStatus.ACKED, "", number)

    def _unsure(self, request: PlaceOrder, message: str) -> None:
        known = self._news.stories.of_tag(request.order_id)
        if known is not None:
            # The socket was faster than the answer that did not come: the order is there.
            self._listener.report(self._news.report(known, request.order_id))
            return
        self._freshness.unsure(request.order_id, self._clock.now())
        self._tell(request, OrderStatus.UNKNOWN, f"{message}; looked for in the order book by its tag")

    def _changed(self, request: ChangeOrder | CancelOrder, outcome: Outcome) -> None:
        match outcome.answer:
            case Accepted():
                self._news.change_sent(request)
            case Refused() as refused:
                self._refuse_change(request, refused.wording, certain=True)
            case Unsure(message=message):
                self._news.change_sent(request)
                self._refuse_change(request, f"{message}; the order book will show it", certain=False)
            case NotSent(message=message):
                self._refuse_change(request, message, certain=True)
        self._consequences(outcome)

    def _consequences(self, outcome: Outcome) -> None:
        match outcome.answer:
            case Refused(why=No.SESSION, message=message):
                self._alarms.session_lost(message)
            case Refused(why=No.RATE_LIMIT):
                self._limits.told_too_many(self._clock.now())
            case NotSent(message=message):
                self._alarms.unreachable(message)
            case Refused(why=No.STATIC_IP) as refused:
                self._listener.notice(self._clock.now(), refused.wording)
            case _:
                pass
        if outcome.said_at is not None:
            self._look_at_clock(outcome.said_at)
        self._alarms.stirred()

    def _look_at_clock(self, said_at: Instant) -> None:
        """Warn once where this computer's clock and Zerodha's are far apart: entries and expiries go by ours."""
        apart = said_at - self._clock.now()
        if abs(apart) > _CLOCKS_APART and not self._clock_told:
            self._clock_told = True
            way = "behind" if apart > 0 else "ahead of"
            sentence = (
                f"This computer's clock is {abs(apart) // SECOND} s {way} Zerodha's; let it be set over the network"
            )
            self._listener.notice(self._clock.now(), sentence)

    def _tell(
        self, request: PlaceOrder, status: OrderStatus, wording: str, number: BrokerOrderId | None = None
    ) -> None:
        self._listener.report(placed_report(request, self._clock.now(), status, wording, number))

    def _refuse_change(self, request: ChangeOrder | CancelOrder, wording: str, *, certain: bool) -> None:
        self._listener.report(change_refused(request, self._clock.now(), wording, certain=certain))


def refusal(request: PlaceOrder | ChangeOrder | CancelOrder, at: Instant, wording: str) -> OrderReport | ChangeRefused:
    """Answer the report that a request was not sent."""
    if isinstance(request, PlaceOrder):
        return placed_report(request, at, OrderStatus.REJECTED, wording)
    return change_refused(request, at, wording, certain=True)


def placed_report(
    request: PlaceOrder, at: Instant, status: OrderStatus, wording: str, number: BrokerOrderId | None = None
) -> OrderReport:
    """Answer what the engine is told of a new order."""
    return OrderReport(
        at=at,
        account=request.account,
        order_id=request.order_id,
        broker_order_id=number,
        status=status,
        wording=wording,
        quantity=request.quantity,
        limit_price=request.limit_price,
        trigger_price=request.trigger_price,
    )


def change_refused(request: ChangeOrder | CancelOrder, at: Instant, wording: str, *, certain: bool) -> ChangeRefused:
    """Answer that a change did not happen, or may not have."""
    return ChangeRefused(at=at, account=request.account, order_id=request.order_id, wording=wording, certain=certain)

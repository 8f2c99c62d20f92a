"""A Zerodha account behind the engine's port: fire and report, never wait, never raise for broker trouble."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
import numpy as np

from brokers.definition import TradingHours
from brokers.errors import BrokerError, NotSentError, OutcomeUnknownError, SessionLostError
from brokers.live_line import LiveLine
from brokers.zerodha.account_questions import AccountQuestions
from brokers.zerodha.answers import No, Refused, read_answer
from brokers.zerodha.asking import Asking
from brokers.zerodha.book_desk import BookDesk
from brokers.zerodha.books import BookReader
from brokers.zerodha.capabilities import capabilities
from brokers.zerodha.conversions import After, Conversions
from brokers.zerodha.courier import Alarms, Courier, refusal
from brokers.zerodha.feed import Feed
from brokers.zerodha.feed_door import FeedDoor
from brokers.zerodha.feed_line import Watch
from brokers.zerodha.frames import token_rows
from brokers.zerodha.freshness import Freshness
from brokers.zerodha.limits import Budgets, Limits, Priority
from brokers.zerodha.line_keeper import LineKeeper
from brokers.zerodha.order_checks import RefusedHereError, new_order, new_terms
from brokers.zerodha.order_line import OrderLine, Request, Waiting
from brokers.zerodha.order_news import OrderNews
from brokers.zerodha.order_routes import NewOrder, OrderRoutes
from brokers.zerodha.order_story import read_postback
from brokers.zerodha.rows import Ours
from brokers.zerodha.session import Session, kept_session
from brokers.zerodha.settings import ZerodhaSettings
from brokers.zerodha.standing import Line, Standing
from brokers.zerodha.tasks import Tasks, until
from brokers.zerodha.wire import Wire
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import SECOND, Instant, clock_text
from engine.domain.order import Purpose
from engine.ports.broker import CancelOrder, Capabilities, ChangeOrder, ConvertPosition, PlaceOrder

_ENTRY_WAITS = 5 * SECOND
"""An entry that waited so long for its turn is given back: it would leave at an old price."""


class Transport(msgspec.Struct, frozen=True):
    """The three ways to Zerodha: over the network, or to a simulated Kite inside this process."""

    wire: Wire
    asking: Asking
    door: FeedDoor


class Surrounding(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway lives in; ``ours`` says whether an order tag is one of ours, ``dice`` makes pauses uneven."""

    account: AccountId
    contracts: ContractMaster
    hours: TradingHours
    line: LiveLine
    ours: Ours
    dice: np.random.Generator


class ZerodhaGateway:
    """One account at Zerodha; a LiveGateway. All calls are made on the loop that opened it."""

    def __init__(
        self,
        settings: ZerodhaSettings,
        around: Surrounding,
        session: Callable[[], Session | None],
        transport: Callable[[Session], Transport],
    ) -> None:
        self._settings = settings
        self._around = around
        self._clock = around.line.clock
        self._listener = around.line.listener
        self._find_session = session
        self._make_transport = transport
        self._session: Session | None = None
        self._transport: Transport | None = None
        self._standing = Standing(around.account, self._listener, self._clock)
        self._freshness = Freshness(settings.quiet_books * SECOND)
        self._news = OrderNews(
            around.account,
            around.contracts,
            self._listener,
            self._clock,
            around.ours,
            self._freshness,
            self._outside_fill,
        )
        self._limits = Limits(
            Budgets(
                per_second=settings.orders_per_second,
                second_reserve=min(2, settings.orders_per_second - 1),
                per_minute=settings.orders_per_minute,
                orders_per_day=settings.orders_per_day,
                day_reserve=settings.orders_per_day // 10,
            )
        )
        after = After(self.session_lost, self._answers_again)
        self._conversions = Conversions(
            around.contracts, self._standing, self._listener, self._clock, lambda: self._books.carried, after
        )
        self._line = OrderLine(self._limits, lambda _waiting: self._standing.may_send)
        self._ready: dict[OrderId, NewOrder] = {}
        self._purposes: dict[OrderId, Purpose] = {}
        self._tasks = Tasks()
        self._wake = asyncio.Event()
        self._in_hurry = False
        self._feed: Feed | None = None
        self._rows: Sequence[int] = ()
        self._courier: Courier
        self._routes: OrderRoutes
        self._books: BookDesk

    # --- life -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Prove the session, then connect. Raises SessionLostError where to log in, BrokerError where unreachable."""
        session = await kept_session(self._find_session)
        transport = self._transport = self._make_transport(session)
        self._routes = OrderRoutes(transport.wire)
        try:
            await self._prove(session)
        except BrokerError:
            await self.close()
            raise
        alarms = Alarms(self.session_lost, self._unreachable, self._stirred)
        self._courier = Courier(
            self._routes, self._news, self._freshness, self._limits, self._listener, self._clock, alarms
        )
        self._books = BookDesk(
            self._around.account,
            self._around.contracts,
            BookReader(transport.asking, self._around.ours),
            self._news,
            self._freshness,
            self._limits,
            self._standing,
            self._listener,
            self._clock,
            self.session_lost,
        )
        self._conversions.routes = self._routes
        self._feed = Feed(
            self._around.account,
            transport.door,
            token_rows(self._around.contracts),
            self._listener,
            self,
            Watch(
                silence=self._settings.silence * SECOND,
                stale=self._settings.stale_data * SECOND,
                trades_now=self._trades_now,
            ),
            self._clock,
            self._around.dice,
        )
        self._feed.subscribe(self._rows)
        self._begin(session)
        self._tasks.spawn(self._pump(), "zerodha-orders")
        keeper = LineKeeper(self._routes, self._standing, self._clock, lambda: self._session, self._answers_again)
        self._tasks.spawn(keeper.run(self.session_lost), "zerodha-warm")
        self._tasks.spawn(self._books.run(), "zerodha-books")

    async def log_in(self, session: Session | None = None) -> None:
        """Go on with a new session, else the one in the secrets: what waited leaves, books are read. Raises as open."""
        session = session or await kept_session(self._find_session)
        await self._prove(session)
        if self._feed is not None:
            await self._feed.stop()
        self._begin(session)
        self._books.ask()

    async def close(self) -> None:
        """Stop everything; safe to call twice. Orders at the broker stay as they are."""
        await self._tasks.end()
        if self._feed is not None:
            await self._feed.stop()
            self._feed = None
        if self._transport is not None:
            transport, self._transport = self._transport, None
            await transport.wire.close()
            await transport.door.close()
            await transport.asking.close()

    async def _prove(self, session: Session) -> None:
        try:
            reply = await self._routes.warm(session)
        except (NotSentError, OutcomeUnknownError) as error:
            raise BrokerError(f"{error}. Check the connection and the address in the account's settings") from error
        answer = read_answer(reply.status, reply.body)
        if isinstance(answer, Refused) and answer.why is No.SESSION:
            raise SessionLostError("Zerodha does not take the session of before any more: log in again")
        if reply.status != 200:
            raise BrokerError(f"Zerodha answers with HTTP {reply.status} and is not ready; try again a little later")

    def _begin(self, session: Session) -> None:
        assert self._transport is not None  # opened before
        assert self._feed is not None
        self._session = session
        self._transport.asking.use(session)
        self._feed.start(session)
        self._standing.up(f"Logged in to Zerodha as {session.user} until {clock_text(session.expires_at)}")
        self._wake.set()

    # --- the port ---------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What Zerodha allows."""
        return capabilities(self._settings)

    def place(self, order: PlaceOrder) -> None:
        """Send a new order in its turn."""
        self._purposes[order.order_id] = order.purpose
        session = self._session
        if order.account != self._around.account:
            self._refuse(order, f"ACCOUNT: this line is of the account {self._around.account}, not {order.account}")
        elif session is None or (self._standing.line is Line.LOGGED_OUT and order.purpose is Purpose.ENTRY):
            self._refuse(order, f"{No.SESSION.name}: {No.SESSION.value}; nothing was sent")
        elif self._standing.line is Line.DOWN and order.purpose is Purpose.ENTRY:
            self._refuse(order, "NETWORK: Zerodha cannot be reached at the moment; nothing was sent")
        else:
            try:
                self._ready[order.order_id] = new_order(
                    order, self._around.contracts, session, self._settings.market_protection
                )
            except RefusedHereError as error:
                self._refuse(order, str(error))
            else:
                self._queue(order)

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms in their turn."""
        self._queue(change)

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation in its turn."""
        self._queue(cancel)

    def convert(self, conversion: ConvertPosition) -> None:
        """Ask to move a position to another product, at once."""
        self._tasks.spawn(self._conversions.convert(conversion, self._session), "zerodha-conversion")

    def ask_books(self, account: AccountId) -> None:
        """Ask for orders, trades, positions and funds."""
        if account == self._around.account and self._session is not None:
            self._books.ask()

    def subscribe(self, rows: Sequence[int]) -> None:
        """Ask for the quotes of exactly these rows of the contract master."""
        self._rows = tuple(rows)
        if self._feed is not None:
            self._feed.subscribe(self._rows)

    def hurry(self, on: bool) -> None:
        """Let exits and cancellations go before all else: the kill switch is on."""
        self._in_hurry = on

    @property
    def questions(self) -> AccountQuestions:
        """Margins, charges, history and what else can be asked. Raises BrokerError while the account is not open."""
        if self._transport is None:
            raise BrokerError("Log in to Zerodha first")
        return AccountQuestions(self._transport.asking)

    # --- what others tell -------------------------------------------------------------------------------------------

    def order_row(self, row: object) -> None:
        """Take an order row of the feed; where it cannot be read, the book is."""
        if not self._news.row(row):
            self._stirred()

    def postback(self, body: bytes, api_secret: str) -> None:
        """Take what Zerodha sent to the app's own address. Raises FigureError for what it did not send."""
        self.order_row(read_postback(body, api_secret))

    def joined(self) -> None:
        """Read the orders after the feed connected: their news meanwhile were not kept."""
        self._stirred()

    def session_lost(self, detail: str) -> None:
        """Stop entries, let exits wait for a login, and say so once."""
        waits = self._settings.exit_waits
        sentence = f"Zerodha's session has ended: log in again. No entries; exits wait {waits} s ({detail})"
        if not self._standing.logged_out(sentence):
            return
        self._listener.notice(self._clock.now(), sentence)
        for waiting in self._line.drop(lambda one: one.priority is Priority.ENTRY):
            self._refuse(waiting.request, f"{No.SESSION.name}: {No.SESSION.value}; nothing was sent")
        if self._feed is not None:
            self._tasks.spawn(self._feed.stop(), "zerodha-feed-stop")
        self._wake.set()

    def _unreachable(self, detail: str) -> None:
        self._standing.down(detail)

    def _answers_again(self) -> None:
        self._books.ask()
        self._wake.set()

    def _stirred(self) -> None:
        self._books.stir()

    def _outside_fill(self) -> None:
        self._books.ask_soon()

    def _trades_now(self, at: Instant) -> bool:
        contracts = self._around.contracts
        return any(self._around.hours(contracts.instruments[row], at) for row in self._rows[:1])

    # --- sending ----------------------------------------------------------------------------------------------------

    def _queue(self, request: Request) -> None:
        now = self._clock.now()
        priority = self._priority(request)
        waits = _ENTRY_WAITS if priority is Priority.ENTRY else self._settings.exit_waits * SECOND
        self._line.put(Waiting(request, priority, now, Instant(now + waits)))
        self._wake.set()

    def _priority(self, request: Request) -> Priority:
        purpose = self._purposes.get(request.order_id)
        hurried = self._in_hurry and not (isinstance(request, PlaceOrder) and purpose is Purpose.ENTRY)
        match request:
            case _ if hurried:
                return Priority.KILL
            case PlaceOrder(trigger_price=trigger):
                if purpose is Purpose.ENTRY:
                    return Priority.ENTRY
                return Priority.EXIT if trigger is None else Priority.STOP
            case ChangeOrder():
                # An order of before the start may be a stop.
                return {Purpose.EXIT: Priority.EXIT, Purpose.ENTRY: Priority.MODIFY, None: Priority.STOP}[purpose]
            case CancelOrder():
                return Priority.CANCEL

    def _refuse(self, request: Request, wording: str) -> None:
        """Tell that a request was not sent, after the call that asked for it has returned."""
        if isinstance(request, PlaceOrder):
            self._ready.pop(request.order_id, None)
        report = refusal(request, self._clock.now(), wording)
        asyncio.get_running_loop().call_soon(self._listener.report, report)

    async def _pump(self) -> None:
        """Send what may leave, most urgent first, and give back what waited too long."""
        while True:
            self._wake.clear()
            now = self._clock.now()
            for waiting in self._line.expired(now):
                waited = (now - waiting.asked_at) // SECOND
                self._refuse(waiting.request, f"RATE_LIMIT: it waited {waited} s for its turn; nothing was sent")
            while (next_one := self._line.take(now)) is not None:
                self._send(next_one, now)
            due = self._line.next_due(now)
            await until(self._wake, None if due is None else max(1_000, due - now))

    def _send(self, waiting: Waiting, now: Instant) -> None:
        request, session = waiting.request, self._session
        assert session is not None  # may_send is only true with one
        refusal = self._limits.refusal(waiting.priority, now, places=waiting.places)
        if refusal:
            self._refuse(request, refusal)
            return
        work: Coroutine[Any, Any, None]
        try:
            match request:
                case PlaceOrder():
                    work = self._courier.place(request, self._ready.pop(request.order_id), session)
                case ChangeOrder():
                    work = self._change(request, session)
                case CancelOrder():
                    work = self._courier.cancel(request, session)
        except RefusedHereError as error:
            self._refuse(request, str(error))
            return
        warning = self._limits.sent(now, places=waiting.places)
        if warning:
            self._listener.notice(now, warning)
        self._tasks.spawn(work, f"zerodha-{type(request).__name__}")

    def _change(self, request: ChangeOrder, session: Session) -> Coroutine[Any, Any, None]:
        """Answer the work of a change. Raises RefusedHereError where it is not worth sending."""
        known = self._news.stories.orders.get(request.broker_order_id)
        contracts = self._around.contracts
        listed = known is not None and known.instrument in contracts
        instrument = contracts.by_id(known.instrument) if known is not None and listed else None
        terms = new_terms(request, known, instrument, self._settings.market_protection)
        if not self._limits.may_change(request.broker_order_id):
            raise RefusedHereError(f"{No.MODIFICATIONS.name}: {No.MODIFICATIONS.value}")
        self._limits.changed(request.broker_order_id)
        return self._courier.modify(request, terms, session)

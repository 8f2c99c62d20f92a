"""Reads the books when asked, soon after something was sent, and every few seconds while orders work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from brokers.errors import BrokerError, SessionLostError
from brokers.live_line import Clock, Listener
from brokers.zerodha.books import BookReader, Reading, books_report
from brokers.zerodha.freshness import Freshness
from brokers.zerodha.limits import Limits
from brokers.zerodha.order_news import OrderNews
from brokers.zerodha.order_story import PollPlan
from brokers.zerodha.rows import Carried
from brokers.zerodha.standing import Line, Standing
from brokers.zerodha.tasks import until
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant, ist_date

_AGAIN: Final = tuple(seconds * SECOND for seconds in (1, 2, 4, 8, 15))
"""Pauses after books that could not be read."""

_SOON: Final = SECOND


class BookDesk:
    """One reading at a time; what is asked meanwhile is read right after, so that it begins after the question."""

    def __init__(
        self,
        account: AccountId,
        contracts: ContractMaster,
        reader: BookReader,
        news: OrderNews,
        freshness: Freshness,
        limits: Limits,
        standing: Standing,
        listener: Listener,
        clock: Clock,
        session_lost: Callable[[str], None],
    ) -> None:
        self._account = account
        self._contracts = contracts
        self._reader = reader
        self._news = news
        self._freshness = freshness
        self._limits = limits
        self._standing = standing
        self._listener = listener
        self._clock = clock
        self._session_lost = session_lost
        self._plan = PollPlan()
        self._wanted_at: Instant | None = None
        self._failures = 0
        self._wake = asyncio.Event()
        self._day = 0
        self._outside_told: tuple[str, ...] = ()
        self._doubt_told = ""
        self.carried: Carried = {}

    def ask(self) -> None:
        """Read all books now."""
        self._want(self._clock.now())

    def ask_soon(self) -> None:
        """Read all books within a second, once for many reasons."""
        self._want(Instant(self._clock.now() + _SOON))

    def stir(self) -> None:
        """Read the order book soon, and then ever less often: something was sent, or came anew."""
        self._plan.stir(self._clock.now())
        self._wake.set()

    async def run(self) -> None:
        """Read for ever."""
        while True:
            self._wake.clear()
            now = self._clock.now()
            due = self._next_due()
            if due is None or due > now:
                await until(self._wake, None if due is None else due - now)
                continue
            self._begin_day(now)
            if self._wanted_at is not None and self._wanted_at <= now:
                self._wanted_at = None
                await self._read(self._read_everything, asked=True)
            else:
                await self._read(self._read_orders, asked=False)

    def _want(self, at: Instant) -> None:
        self._wanted_at = at if self._wanted_at is None else min(at, self._wanted_at)
        self._wake.set()

    def _next_due(self) -> Instant | None:
        if self._standing.line is Line.LOGGED_OUT:
            return None
        live = self._news.stories.are_live() or self._freshness.is_waiting(self._clock.now())
        dues = (self._wanted_at, self._plan.next_due(live=live))
        return min((due for due in dues if due is not None), default=None)

    async def _read(self, reading: Callable[[], Awaitable[None]], *, asked: bool) -> None:
        """Read, and say where that fails; of what nobody asked for only when it fails twice."""
        try:
            await reading()
        except SessionLostError as error:
            self._session_lost(str(error))
        except BrokerError as error:
            if asked or self._failures:
                self._standing.books_failed(f"{error}; asking again")
            pause = _AGAIN[min(self._failures, len(_AGAIN) - 1)]
            self._failures += 1
            if asked or self._failures > 1:
                self._want(Instant(self._clock.now() + pause))
            self._plan.asked(self._clock.now())
        else:
            self._failures = 0
            self._standing.books_read()

    async def _read_orders(self) -> None:
        now = self._clock.now()
        self._plan.asked(now)
        orders = await self._reader.orders()
        self._news.take(orders)
        self._limits.seen_in_book(len(orders), now)

    async def _read_everything(self) -> None:
        read_at = self._clock.now()
        reading = await self._reader.everything(read_at)
        doubt = self._freshness.doubt(read_at, reading.orders)
        self._news.take(reading.orders)
        self._limits.seen_in_book(len(reading.orders), read_at)
        self.carried = reading.holdings.carried
        self._tell_oddities(reading, doubt)
        self._listener.report(books_report(reading, self._account, self._contracts, self._clock.now(), fresh=not doubt))

    def _tell_oddities(self, reading: Reading, doubt: str) -> None:
        outside = reading.holdings.outside
        if outside != self._outside_told:
            self._outside_told = outside
            if outside:
                sentence = f"Positions at Zerodha that are not traded from here: {', '.join(outside[:5])}"
                self._listener.notice(self._clock.now(), sentence)
        if doubt != self._doubt_told:
            self._doubt_told = doubt
            if doubt:
                self._listener.notice(self._clock.now(), f"The books are not taken as fresh: {doubt}")

    def _begin_day(self, now: Instant) -> None:
        day = ist_date(now).toordinal()
        if day != self._day:
            self._day = day
            self.carried = {}
            self._news.forget_day()
            self._freshness.forget_day()

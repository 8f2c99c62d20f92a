"""A live run in the hands of a test: a gateway that notes what it is asked, a clock set by hand, quotes of a market."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from brokers.simulated.market import SimulatedMarket
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.quote import QuoteFrame
from engine.domain.reports import BooksReport
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, with_defaults
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.broker import CancelOrder, Capabilities, ChangeOrder, ConvertPosition, PlaceOrder
from engine.ports.journal import Journal
from engine.ports.live import LiveErrors
from engine.runtime.arrivals import ArrivedFrames
from engine.runtime.engine import Engine
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.live_account import LiveAccount
from engine.runtime.live_side import LiveSide
from engine.runtime.run import SimulatedRun
from tests.helpers.simulated_desk import at, rules

LIVE = AccountId("LIVE")


class TroubleError(Exception):
    """The broker cannot be reached."""


class LoggedOutError(TroubleError):
    """Nobody is logged in."""


class HandClock:
    """A clock that stands where it is put."""

    speed = 1.0

    def __init__(self, start: Instant) -> None:
        self._now = start

    def now(self) -> Instant:
        return self._now

    def put(self, now: Instant) -> None:
        self._now = now


class HandGateway:
    """Notes what it is asked; ``troubles`` are raised by the next calls of open and log_in."""

    def __init__(self, troubles: Sequence[Exception] = ()) -> None:
        self.troubles = list(troubles)
        self.calls: Counter[str] = Counter()
        self.placed: list[PlaceOrder] = []
        self.hurried: list[bool] = []
        self.closes_never = False
        self.answer_books: Callable[[], None] = lambda: None

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            name="hand", is_live=True, market_orders=True, orders_per_second=10, modifications_per_order=25
        )

    async def open(self) -> None:
        self.calls["open"] += 1
        if self.troubles:
            raise self.troubles.pop(0)

    async def log_in(self) -> None:
        self.calls["log_in"] += 1
        if self.troubles:
            raise self.troubles.pop(0)

    async def close(self) -> None:
        self.calls["close"] += 1
        if self.closes_never:
            await asyncio.Event().wait()

    def subscribe(self, rows: Sequence[int]) -> None:
        self.calls["subscribe"] += 1

    def hurry(self, on: bool) -> None:
        self.hurried.append(on)

    def place(self, order: PlaceOrder) -> None:
        self.placed.append(order)

    def modify(self, change: ChangeOrder) -> None:
        self.calls["modify"] += 1

    def cancel(self, cancel: CancelOrder) -> None:
        self.calls["cancel"] += 1

    def convert(self, conversion: ConvertPosition) -> None:
        self.calls["convert"] += 1

    def ask_books(self, account: AccountId) -> None:
        self.calls["ask_books"] += 1
        self.answer_books()


class LiveWorld:
    """A live run at 09:19:55 whose gateway is in the test's hands; ``show`` lets the next second's quotes arrive."""

    def __init__(
        self, journal: Journal | None = None, troubles: Sequence[Exception] = (), *, real_money: bool = False
    ) -> None:
        start = at(9, 19, 55)
        self._market = SimulatedMarket(
            rules(), start=start, seed=1, underlyings=("NIFTY",), expiries=1, strikes_each_side=10, step=SECOND
        )
        self.clock = HandClock(start)
        self.said: list[str] = []
        self.frames = ArrivedFrames()
        self.account = LiveAccount(LIVE, self.clock, self.frames, self.said.append)
        self.gateway = HandGateway(troubles)
        self.killed = False
        self.account.attach(self.gateway, lambda: self.killed)
        self.side = LiveSide(self.clock, [self.account], LiveErrors(TroubleError, LoggedOutError), self.said.append)
        state = EngineState(self._market.master, rules())
        self.run = SimulatedRun(Engine(state, journal or MemoryJournal()), self.frames, self.account, None, self.side)
        hierarchy = with_defaults(Hierarchy(accounts=(Account(id=LIVE, broker="zerodha"),)), LIVE)
        self.run.open_session(start, LIVE, "LIVE1", RiskLimits(), 5 * SECOND, hierarchy, real_money=real_money)

    def frame(self) -> QuoteFrame:
        """The next second's quotes, at the clock's new time."""
        frame = next(self._market.frames())
        self.clock.put(max(frame.at, self.clock.now()))
        return frame

    def show(self, seconds: int = 1) -> None:
        """Let quotes arrive and the run take them."""
        for _ in range(seconds):
            self.account.quotes(self.frame())
            self.settle()

    def settle(self) -> None:
        """Let the run take everything that has arrived."""
        for _ in range(100):
            due = self.run.next_due()
            if due is None or due > self.clock.now():
                return
            self.run.step(due)
        raise AssertionError("the run does not come to rest")

    def tell_books(self) -> None:
        """Let fresh, empty books arrive."""
        now = self.clock.now()
        self.account.report(
            BooksReport(at=now, account=LIVE, read_at=now, fresh=True, orders=(), positions=(), available_funds=None)
        )

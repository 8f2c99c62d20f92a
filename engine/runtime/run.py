"""One run on simulated time: market, broker, timers and outbox merged into one order of events."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from engine.core.state import EngineState
from engine.domain.facts import AnyFact
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.messages import Message, OpenSession
from engine.domain.quote import QuoteFrame
from engine.domain.reports import Report, TimerDue
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.broker import OrderGateway
from engine.runtime.bars import MinuteBars
from engine.runtime.books_watch import BooksWatch
from engine.runtime.engine import Engine
from engine.runtime.live_side import LiveSide
from engine.runtime.outbox import Outbox
from engine.runtime.outboxes import Outboxes
from engine.runtime.profit_watch import Keep as KeepProfits
from engine.runtime.profit_watch import ProfitWatch
from engine.runtime.request_stages import RequestStages
from engine.runtime.volatility_watch import Keep, VolatilityWatch


class Frames(Protocol):
    """A market that is asked for its next frame: simulated or recorded."""

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        ...

    def take_next(self) -> QuoteFrame:
        """Answer the next frame and go on to the one after it."""
        ...


class Run(Protocol):
    """What a service drives: an engine with a market and a broker on one time line, as SimulatedRun is."""

    @property
    def engine(self) -> Engine:
        """The engine; single writer, on the thread of the service."""
        ...

    @property
    def state(self) -> EngineState:
        """The engine's state."""
        ...

    @property
    def outbox(self) -> Outboxes:
        """Where the orders of all accounts leave."""
        ...

    market: Frames
    """Where quotes come from; the service puts its tap in front of it."""

    live: LiveSide | None
    """What is opened on the service's loop; None in a simulated run."""

    past_bars: MinuteBars | None
    """The minutes of today from before the run began, for charts; None where nobody watched them."""

    def next_due(self) -> Instant | None:
        """Answer the instant of the next event; None when nothing will happen any more."""
        ...

    def step(self, at: Instant) -> list[AnyFact]:
        """Handle everything due up to an instant, commands included."""
        ...

    def submit(self, command: Callable[[Instant], Message]) -> None:
        """Queue a command."""
        ...


class SimulatedBroker(OrderGateway, Protocol):
    """A broker that lives on simulated time and learns prices from the engine's own message order."""

    def take_quotes(self, frame: QuoteFrame) -> None:
        """See a frame that the engine is about to see."""
        ...

    def at(self, now: Instant) -> None:
        """Tell the time at which requests are sent from here on."""
        ...

    def next_due(self) -> Instant | None:
        """Answer when its next report or request is due."""
        ...

    def take(self, until: Instant) -> Iterable[Report]:
        """Answer the reports due up to an instant, in order."""
        ...


class AccountLine:
    """One account: its gateway, the queue in front of it, and when its books are read."""

    def __init__(self, account: AccountId, gateway: SimulatedBroker, state: EngineState, stages: RequestStages) -> None:
        self.account = account
        self.gateway = gateway
        self.outbox = Outbox(gateway, state, account, stages)
        self.books_watch = BooksWatch(state, account)


class SimulatedRun:
    """Engine, market and the brokers of all accounts on one time line.

    ``broker`` is the default account's; ``others`` are those of further accounts, which ``open_session`` must declare.
    With ``live`` some of them are live accounts, time is the wall's and no quote waits for the disk.
    ``step`` handles everything that is due at the next instant, in this order: quotes (the exchange sees them first),
    broker reports, commands, timers, the journal's health, then what leaves the outbox. Nothing else happens in
    between, so the same inputs give the same facts.
    """

    def __init__(
        self,
        engine: Engine,
        market: Frames,
        broker: SimulatedBroker,
        others: Mapping[AccountId, SimulatedBroker] | None = None,
        live: LiveSide | None = None,
    ) -> None:
        self.engine = engine
        self.state: EngineState = engine.state
        self.stages: RequestStages = engine.stages
        self.market = market
        self.broker = broker
        self.outbox = Outboxes()
        self.live = live
        self.past_bars: MinuteBars | None = None
        self._waits = True
        self._others = dict(others or {})
        self._lines: list[AccountLine] = []
        self.inbox: deque[Callable[[Instant], Message]] = deque()
        self.now: Instant = engine.state.now
        self.messages = 0
        self._volatility: VolatilityWatch | None = None
        self._profits: ProfitWatch | None = None

    def open_session(
        self,
        at: Instant,
        account: AccountId,
        lineage: str,
        limits: RiskLimits,
        stale_after: int,
        hierarchy: Hierarchy | None = None,
        *,
        real_money: bool = False,
    ) -> None:
        """Begin: recover, and ask the brokers for their books. ``hierarchy`` declares accounts and tags.

        With ``real_money`` nothing is opened by exchange rules that nobody confirmed.

        Raises ValueError where it declares an account without a gateway: a mistake of the caller.
        """
        gateways = {account: self.broker, **self._others}
        declared = {account} if hierarchy is None else {AccountId(one.id) for one in hierarchy.accounts}
        if declared != set(gateways):
            raise ValueError(f"gateways of {sorted(gateways)} for the accounts {sorted(declared)}")
        self._lines = [AccountLine(one, gateway, self.state, self.stages) for one, gateway in gateways.items()]
        self.outbox.put(line.outbox for line in self._lines)
        self.now = max(at, self.now)
        message = OpenSession(
            at=self.now,
            account=account,
            lineage=lineage,
            limits=limits,
            stale_after=stale_after,
            is_live=real_money,
            hierarchy=hierarchy,
        )
        self._process([message])
        self._act()
        self._waits = self.live is None
        self.engine.publish()

    def keep_volatility(self, keep: Keep) -> None:
        """Note the implied volatility of every underlying after each close, and hand what is new to ``keep``."""
        self._volatility = VolatilityWatch(self.state, keep)

    def keep_profits(self, keep: KeepProfits) -> None:
        """Note the profit of every portfolio as often as it says, and hand what is noted to ``keep``."""
        self._profits = ProfitWatch(self.state, keep)

    def submit(self, command: Callable[[Instant], Message]) -> None:
        """Queue a command; it is stamped with the time at which it is taken."""
        self.inbox.append(command)

    def next_due(self) -> Instant | None:
        """Answer the instant of the next event; None when nothing will happen any more."""
        asked = [self.market.next_at, self.engine.journal_due(), self.state.day_wake]
        if self._volatility is not None and self.market.next_at is not None:
            asked.append(self._volatility.next_due(self.now))
        for line in self._lines:
            asked += line.gateway.next_due(), line.outbox.next_due(), line.books_watch.next_due()
        due: list[int] = [at for at in asked if at is not None]
        due += self.state.wakes.values()
        return Instant(max(min(due), self.now)) if due else None

    def step(self, at: Instant) -> list[AnyFact]:
        """Handle everything due up to ``at``, which must be what next_due answered or earlier than it."""
        self.now = max(self.now, at)
        while (frame_at := self.market.next_at) is not None and frame_at <= at:
            self.stages.begin()
            frame = self.market.take_next()
            self.messages += 1
            for line in self._lines:
                line.gateway.take_quotes(frame)
            self.engine.decide([frame])
        reports = sorted(self._reports(), key=lambda report: report.at)
        if reports:
            self.stages.begin()
            self.engine.decide(reports)
        while self.inbox:
            self.stages.begin()
            self.engine.decide([self.inbox.popleft()(self.now)])
        if self._must_wake():
            self.stages.begin()
            self.engine.decide([TimerDue(at=self.now)])
        journal_due = self.engine.journal_due()
        if journal_due is not None and journal_due <= self.now:
            self.engine.look_after_journal(self.now)
        if self._volatility is not None:
            self._volatility.look(self.now)
        facts = self._told() + self._act()
        self.engine.publish()
        if self._profits is not None:
            # Last, so that no order waits for it.
            self._profits.look(self.now)
        if not facts:
            self.engine.checkpoint_if_due()
            self.engine.keep_snapshot_if_due()
        return facts

    def _reports(self) -> Iterator[Report]:
        for line in self._lines:
            yield from line.gateway.take(self.now)

    def _must_wake(self) -> bool:
        wakes, day_wake = self.state.wakes, self.state.day_wake
        if day_wake is not None and day_wake <= self.now:
            return True
        return bool(wakes) and min(wakes.values()) <= self.now

    def _act(self) -> list[AnyFact]:
        """Let orders leave and ask for the books when that is due."""
        facts: list[AnyFact] = []
        for line in self._lines:
            line.gateway.at(self.now)
        for _ in range(1_000):
            reports = self.outbox.release(self.now)
            if not reports:
                break
            facts += self._process(reports)
        for line in self._lines:
            due = line.books_watch.next_due()
            if due is not None and due <= self.now:
                line.books_watch.asked(self.now)
                line.gateway.ask_books(line.account)
        return facts

    def _process(self, messages: Iterable[Message]) -> list[AnyFact]:
        self.stages.begin()
        self.engine.decide(messages)
        return self._told()

    def _told(self) -> list[AnyFact]:
        """Queue what is on the disk. Simulated time stands still until all is; live, the rest is told when it is."""
        facts = self.engine.tell(wait=self._waits, listeners_later=True)
        if facts:
            self.outbox.take(facts)
        return facts

"""One run on simulated time: market, broker, timers and outbox merged into one order of events."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from engine.core.state import EngineState
from engine.domain.facts import AnyFact
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.messages import Message, OpenSession
from engine.domain.quote import QuoteFrame
from engine.domain.reports import Report, TimerDue
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.broker import OrderGateway
from engine.runtime.books_watch import BooksWatch
from engine.runtime.engine import Engine
from engine.runtime.outbox import Outbox


class Frames(Protocol):
    """A market that is asked for its next frame: simulated or recorded."""

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        ...

    def take_next(self) -> QuoteFrame:
        """Answer the next frame and go on to the one after it."""
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


class SimulatedRun:
    """Engine, market and broker on one time line.

    ``step`` handles everything that is due at the next instant, in this order: quotes (the exchange sees them first),
    broker reports, commands, timers, the journal's health, then what leaves the outbox. Nothing else happens in
    between, so the same inputs give the same facts.
    """

    def __init__(self, engine: Engine, market: Frames, broker: SimulatedBroker) -> None:
        self.engine = engine
        self.state: EngineState = engine.state
        self.market = market
        self.broker = broker
        self.outbox = Outbox(broker, engine.state)
        self.books_watch = BooksWatch(engine.state)
        self.inbox: deque[Callable[[Instant], Message]] = deque()
        self.now: Instant = engine.state.now
        self.messages = 0

    def open_session(self, at: Instant, account: AccountId, lineage: str, limits: RiskLimits, stale_after: int) -> None:
        """Begin: recover, and ask the broker for its books."""
        self.now = max(at, self.now)
        message = OpenSession(at=self.now, account=account, lineage=lineage, limits=limits, stale_after=stale_after)
        self._process([message])
        self._act()

    def submit(self, command: Callable[[Instant], Message]) -> None:
        """Queue a command; it is stamped with the time at which it is taken."""
        self.inbox.append(command)

    def next_due(self) -> Instant | None:
        """Answer the instant of the next event; None when nothing will happen any more."""
        asked = (
            self.market.next_at,
            self.broker.next_due(),
            self.outbox.next_due(),
            self.books_watch.next_due(),
            self.engine.journal_due(),
        )
        due: list[int] = [at for at in asked if at is not None]
        due += self.state.wakes.values()
        return Instant(max(min(due), self.now)) if due else None

    def step(self, at: Instant) -> list[AnyFact]:
        """Handle everything due up to ``at``, which must be what next_due answered or earlier than it."""
        self.now = max(self.now, at)
        while (frame_at := self.market.next_at) is not None and frame_at <= at:
            frame = self.market.take_next()
            self.messages += 1
            self.broker.take_quotes(frame)
            self.engine.decide([frame])
        reports = list(self.broker.take(self.now))
        if reports:
            self.engine.decide(reports)
        while self.inbox:
            self.engine.decide([self.inbox.popleft()(self.now)])
        wakes = self.state.wakes
        if wakes and min(wakes.values()) <= self.now:
            self.engine.decide([TimerDue(at=self.now)])
        journal_due = self.engine.journal_due()
        if journal_due is not None and journal_due <= self.now:
            self.engine.look_after_journal(self.now)
        facts = self._told() + self._act()
        if not facts:
            self.engine.keep_snapshot_if_due()
        return facts

    def _act(self) -> list[AnyFact]:
        """Let orders leave and ask for the books when that is due."""
        facts: list[AnyFact] = []
        self.broker.at(self.now)
        for _ in range(1_000):
            reports = self.outbox.release(self.now)
            if not reports:
                break
            facts += self._process(reports)
        due = self.books_watch.next_due()
        if due is not None and due <= self.now:
            self.books_watch.asked(self.now)
            self.broker.ask_books(self.state.books.account)
        return facts

    def _process(self, messages: Iterable[Message]) -> list[AnyFact]:
        self.engine.decide(messages)
        return self._told()

    def _told(self) -> list[AnyFact]:
        """Wait until everything decided is on the disk (simulated time stands still meanwhile); only then queue it."""
        facts = self.engine.tell()
        if facts:
            self.outbox.take(facts)
        return facts

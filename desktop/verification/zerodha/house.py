"""Zerodha's side of a day: a practice Kite on a virtual loop, which can be killed, and what it wrote down."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from urllib.parse import urlencode

import msgspec

from brokers.practice.zerodha.faults import FaultPlan
from brokers.practice.zerodha.kite import PracticeKite
from brokers.practice.zerodha.records import Line, Order, Trade
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.sockets import Hangup, Outgoing, SocketLine
from brokers.practice.zerodha.wire import Answer
from brokers.zerodha.session import Session, session_of
from desktop.verification.virtual_time import VirtualClock
from desktop.verification.zerodha.market import KiteSource, SharedMarket
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import value_of
from engine.domain.market_rules import MarketRules
from engine.domain.money import Money, Price

Sink = Callable[[Outgoing], None]
"""Takes what a socket of the server's sends."""


class KiteHouse:
    """One practice Kite, from ``restart`` on. What it writes down is kept before it answers, and outlives it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: VirtualClock,
        market: SharedMarket,
        rules: MarketRules,
        settings: PracticeSettings,
        faults: FaultPlan,
        seed: int,
    ) -> None:
        self.settings = settings
        self.kills = 0
        self.first_seen: dict[str, date] = {}
        """The day of every order ever."""
        self.orders: dict[str, Order] = {}
        """The newest state of every order ever."""
        self.tagged: dict[str, str] = {}
        """The number of the newest order of every tag."""
        self.trades: list[Trade] = []
        self.posted: Callable[[bytes], None] = lambda _: None
        """Takes the postbacks of orders, where the settings ask for them."""
        self._loop, self._clock, self._market, self._rules = loop, clock, market, rules
        self._faults, self._seed = faults, seed
        self._lines: list[Line] = []
        self._sinks: list[tuple[SocketLine, Sink]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._struck: Counter[str] = Counter()
        self._kite: PracticeKite | None = None

    @property
    def is_up(self) -> bool:
        """Whether the server runs."""
        return self._kite is not None

    @property
    def struck(self) -> Counter[str]:
        """How often each kind of fault has struck so far."""
        now = Counter() if self._kite is None else self._kite.broker.dice.injected
        return self._struck + Counter({kind.name.lower(): count for kind, count in now.items()})

    @property
    def cash(self) -> Money:
        """What all trades of orders have paid and received."""
        instruments = self._market.simulated.master.instruments
        values = (-one.sign * value_of(Price(one.price), one.quantity, instruments[one.row]) for one in self._ordered())
        return Money(sum(values))

    def _ordered(self) -> list[Trade]:
        return [one for one in self.trades if one.order_id is not None]

    # --- the server's life ------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Start the server from what it wrote down."""
        self._kite = self._new_kite()
        self.live()

    def _new_kite(self) -> PracticeKite:
        source = KiteSource(self._market)
        kite = PracticeKite(source, self._rules, self.settings, self._faults, seed=self._seed, lines=self._lines)
        kite.begin(self._clock.now())
        return kite

    def kill(self) -> None:
        """Kill the server: its sockets break, and what it had in mind is gone."""
        self._struck = self.struck
        self._kite = None
        self.kills += 1
        if self._timer is not None:
            self._timer.cancel()
        sinks, self._sinks = self._sinks, []
        for _, sink in sinks:
            sink(Hangup())

    def behave(self) -> None:
        """Do nothing wrong from now on."""
        self._faults = FaultPlan()
        if self._kite is not None:
            self._kite.broker.dice.follow(self._faults)

    def live(self) -> None:
        """Let everything happen that is due, write it down, send it, and wait for the next thing."""
        kite, now = self._kite, self._clock.now()
        if kite is None:
            return
        kite.advance(now)
        self._keep(kite.take_changes())
        for line, sink in list(self._sinks):
            for frame in line.take(now):
                sink(frame)
        for postback in kite.take_postbacks():
            self.posted(postback.body)
        self._sinks = [(line, sink) for line, sink in self._sinks if line.is_open]
        if self._timer is not None:
            self._timer.cancel()
        due = kite.next_due()
        if due is not None:
            self._timer = self._loop.call_at(self._clock.seconds(max(due, Instant(now + 1))), self.live)

    def _keep(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._lines.append(line)
            match line:
                case Order():
                    self.first_seen.setdefault(line.order_id, ist_date(self._clock.now()))
                    self.orders[line.order_id] = line
                    if line.tag is not None:
                        self.tagged[line.tag] = line.order_id
                case Trade():
                    self.trades.append(line)
                case _:
                    pass

    # --- requests ---------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Answer a request; None where nobody is there."""
        if self._kite is None:
            return None
        answer = self._kite.answer(method, target, headers, body, self._clock.now())
        self.live()
        return answer

    def connect(self, target: str, sink: Sink) -> SocketLine | Answer | None:
        """Open a socket whose frames go to ``sink``; the refusal where it cannot be, None where nobody is there."""
        if self._kite is None:
            return None
        line = self._kite.connect(target, self._clock.now())
        if isinstance(line, SocketLine):
            self._sinks.append((line, sink))
            self.live()
        return line

    def hear(self, line: SocketLine, text: str) -> None:
        """Take what a client sends over its socket."""
        if self._kite is not None and line.is_open:
            line.receive(text, self._clock.now())
            self.live()

    def leave(self, line: SocketLine) -> None:
        """Let a client close its socket."""
        line.is_open = False

    # --- what people do -----------------------------------------------------------------------------------------------

    def log_in(self) -> Session | None:
        """Log in as the trader does in the browser; None where the server is down."""
        kite, now, settings = self._kite, self._clock.now(), self.settings
        if kite is None:
            return None
        token = kite.broker.sessions.request_token(now)
        proof = hashlib.sha256(f"{settings.api_key}{token}{settings.api_secret}".encode()).hexdigest()
        fields = {"api_key": settings.api_key, "request_token": token, "checksum": proof}
        answer = kite.broker.sessions.exchange(fields, now)
        self._keep(kite.take_changes())
        return session_of(answer, settings.api_key, now)

    def is_good(self, session: Session) -> bool:
        """Say whether a session still lives at the server."""
        return self._kite is not None and self._kite.broker.sessions.is_good(session.access_token, self._clock.now())

    def packets(self, rows: Iterable[int]) -> list[bytes]:
        """Answer the packets of some rows with their depth, as they would be sent now. Raises where it is down."""
        if self._kite is None:
            raise RuntimeError("the server is down")
        return self._kite.broker.packets.packets(dict.fromkeys(rows, "full"))

    def trade_by_hand(self, fields: Mapping[str, str]) -> bool:
        """Order in Zerodha's own terminal; answer whether it was taken."""
        answer = self.answer("POST", "/sim/orders", {}, urlencode(fields).encode())
        return answer is not None and answer.status == 200

    def cancel(self, order_id: str, reason: str) -> bool:
        """Let the exchange cancel a resting order; answer whether it rested."""
        kite = self._kite
        order = None if kite is None else kite.broker.book.orders.get(order_id)
        if kite is None or order is None or order.status not in ("OPEN", "TRIGGER PENDING"):
            return False
        kite.broker.floor.cancel(msgspec.structs.replace(order), self._clock.now(), reason)
        self.live()
        return True

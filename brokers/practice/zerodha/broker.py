"""The broker behind the API: its books, its desk, its watchers, put together and moved through time."""

from collections.abc import Iterable
from datetime import time, timedelta

import numpy as np

from brokers.practice.zerodha.alerts import Alerts
from brokers.practice.zerodha.book import Book, day_number
from brokers.practice.zerodha.desk import OrderDesk
from brokers.practice.zerodha.exchange import Event, ExchangeFloor
from brokers.practice.zerodha.faults import FaultDice, FaultPlan
from brokers.practice.zerodha.gtt import Triggers
from brokers.practice.zerodha.ledger import Ledger
from brokers.practice.zerodha.limits import RateLimits
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.packets import Packets
from brokers.practice.zerodha.placing import Placing
from brokers.practice.zerodha.records import Alert, Head, Issued, Line, Moment, NewDay, Order, Trade, Trigger
from brokers.practice.zerodha.session import Sessions
from brokers.practice.zerodha.settings import PracticeSettings, SocketAtExpiry
from brokers.practice.zerodha.sockets import Hangup, SocketLine
from brokers.practice.zerodha.square_off import SquareOff
from brokers.practice.zerodha.timers import Timers
from brokers.practice.zerodha.updates import Updates
from brokers.simulated.matching import Matching
from engine.domain.instant import Instant, ist_date, ist_instant
from engine.domain.instrument import Instrument, Kind, value_of
from engine.domain.money import Price, money_of


class PracticeBroker:
    """Everything that is true at the broker at one time. It never reads a clock: whoever calls says what time it is.

    ``changes`` collects the lines to write down since they were last taken.
    """

    def __init__(
        self, market: PracticeMarket, settings: PracticeSettings, plan: FaultPlan, seed: int, lines: Iterable[Line] = ()
    ) -> None:
        self.market, self.settings = market, settings
        self.changes: list[Line] = []
        self.timers = Timers()
        self.dice = FaultDice(plan, np.random.Generator(np.random.PCG64([seed, 11])))
        self.sessions = Sessions(settings, seed, self.changes.append)
        self.limits = RateLimits(settings)
        self.book = Book(self.changes.append, seed)
        self._matching = Matching(market.master, walks_depth=False)
        self.ledger = Ledger(settings.user_id, money_of(settings.funds), market.master, self._matching.shown)
        self.floor = ExchangeFloor(market, self._matching, self.book, self.ledger, self.timers)
        self.desk = OrderDesk(self.book, self.floor, market, self.ledger, self.timers, self.dice, settings)
        self.placing = Placing(self.desk, self.floor, self.book, market, self.limits, self.timers, settings)
        self.square_off = SquareOff(self.desk, self.floor, self.book, market)
        self.updates = Updates(settings, market.listing, self.dice, self._send_update)
        self.floor.tell = self._heard
        self.triggers = Triggers(market, self.desk, self.dice, settings, self.changes.append)
        self.alerts = Alerts(market, self.desk, settings.user_id, self.changes.append)
        self.packets = Packets(market, settings.index_change_scale)
        self.sockets: list[SocketLine] = []
        self.now = Instant(0)
        for line in lines:
            self._recall(line)

    def begin(self, at: Instant) -> None:
        """Let the market play up to an instant, without trading, and open the books then."""
        while (due := self.market.source.next_at) is not None and due <= at:
            frame = self.market.next_frame()
            if frame is not None:
                self._matching.see(frame)
        self.now = at
        if self.book.day == 0:
            self.book.begin(NewDay(day=day_number(at), cash=0, carried=()))
        if self.book.day < day_number(at):
            self._new_day(at)
        else:
            self._await(at)
        self.desk.resume(at)

    def advance(self, now: Instant) -> None:
        """Let everything happen that is due up to ``now``, in the order of its time."""
        while True:
            frame_at, due = self.market.source.next_at, self.timers.next_due
            if frame_at is not None and frame_at <= now and (due is None or frame_at <= due):
                self._play()
            elif due is not None and due <= now:
                self.now = due
                self.timers.do_next()
            else:
                break
        self.now = max(self.now, now)
        if self.settings.socket_at_expiry is SocketAtExpiry.CLOSES:
            for line in self.sockets:
                if line.is_open and not self.sessions.is_good(line.access_token, now):
                    line.hang_up(Hangup(code=1000), now)

    def next_due(self) -> Instant | None:
        """Answer when something happens next; None where nothing ever will."""
        self.sockets = [line for line in self.sockets if line.is_open]
        waits = [line.next_due() for line in self.sockets]
        events = (self.market.source.next_at, self.timers.next_due)
        waits += [due for due in events if due is not None]
        return min(waits, default=None)

    def _play(self) -> None:
        frame = self.market.next_frame()
        if frame is None:
            return
        self.now = frame.at
        self.floor.see(frame)
        self.triggers.watch(frame.at)
        self.alerts.watch(frame.at)
        for line in self.sockets:
            line.see(frame.rows)

    def _heard(self, order: Order, event: Event, at: Instant) -> None:
        self.updates.hear(order, event, at)
        self.placing.goes_on(order, event, at)

    def _send_update(self, text: bytes, at: Instant) -> None:
        if self.settings.updates_need_data_plan and not self.settings.has_data_plan:
            return
        for line in self.sockets:
            line.send(text.decode(), at)

    def _await(self, at: Instant) -> None:
        """Wait for what a day brings by itself: the squaring off of intraday positions, and midnight."""
        self.timers.at(ist_instant(ist_date(at) + timedelta(days=1), time(0)), self._new_day)
        off_at = self.settings.squares_off_at
        if off_at is not None and ist_instant(ist_date(at), off_at) > at:
            self.timers.at(ist_instant(ist_date(at), off_at), self.square_off.at)

    def _new_day(self, at: Instant) -> None:
        for order in self.book.live():
            if order.status != "AMO REQ RECEIVED":
                self.floor.cancel(order, at, "Order lapsed at the end of the session")
        cash, today = self.ledger.cash, ist_date(at)
        carried = []
        for one in self.book.carrying():
            instrument = self.market.listing.instrument(one.row)
            if instrument.expiry is not None and instrument.expiry < today:
                cash += value_of(self._settlement(instrument, one.row), one.quantity, instrument)
            else:
                carried.append(one)
        self.book.begin(NewDay(day=day_number(at), cash=cash, carried=tuple(carried)))
        self.ledger.begin_day(cash, carried)
        self._await(at)

    def _settlement(self, instrument: Instrument, row: int) -> Price:
        """Answer what an expired contract is worth: its intrinsic value at the underlying's last price."""
        spot, strike = self.ledger.spot(instrument.underlying), instrument.strike or 0
        if spot == 0:
            return Price(self.market.last(row))
        match instrument.kind:
            case Kind.CALL:
                return Price(max(spot - strike, 0))
            case Kind.PUT:
                return Price(max(strike - spot, 0))
            case _:
                return spot

    def _recall(self, line: Line) -> None:
        match line:
            case NewDay():
                self.book.recall(line)
                self.ledger.begin_day(line.cash, line.carried)
            case Trade():
                self.book.recall(line)
                self.ledger.traded(line)
            case Order():
                self.book.recall(line)
            case Issued():
                self.sessions.recall(line)
            case Trigger():
                self.triggers.recall(line)
            case Alert():
                self.alerts.recall(line)
            case Head() | Moment():
                pass

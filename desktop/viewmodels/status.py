"""The status bar: what each lamp shows and why."""

from collections.abc import Sequence
from statistics import median

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.viewmodels.times import latency_text
from engine.domain.instant import SECOND, ist_datetime
from engine.domain.multileg.states import KillLevel
from engine.domain.reports import Channel
from engine.views.latency import RequestLatency
from engine.views.status import EngineStopped, StatusRow

_LATE_AFTER = 2
"""Seconds, where no account says how late the engine may be."""

_NEWEST = 256
"""Requests that the latency in the status bar is of."""

GOOD, WAITING, BAD, OFF = "good", "waiting", "bad", "off"


class StatusItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the status bar."""

    key: str
    """``engine``, ``clock``, ``market``, ``feed``, ``broker``, ``orders``, ``latency``, ``journal`` or ``kill``."""
    lamp: str
    """``good``, ``waiting``, ``bad`` or ``off``: the values of Lamp."""
    text: str
    explanation: str = ""


class StatusModel(QObject):
    """Items of the status bar in their order; always the same keys.

    Signals:
        items_changed: list[StatusItem], all of them; about twice a second.
    """

    items_changed = Signal(list)

    def __init__(self, bridge: EngineBridge, broker: str = "paper", parent: QObject | None = None) -> None:
        """``broker`` is what the trader calls the broker."""
        super().__init__(parent)
        self._broker = broker
        self._bridge = bridge
        self._status = bridge.status
        self._bridge = bridge
        self._stopped: EngineStopped | None = None
        self._is_fresh, self._told_ms, self._silent = True, 0, 0
        bridge.status_changed.connect(self._take_status)
        bridge.engine_stopped.connect(self._take_stop)

    def items(self) -> Sequence[StatusItem]:
        """Return what every item shows now; empty before the engine's first word."""
        status = self._status
        if status is None:
            return ()
        return (
            _engine(status, self._stopped, self._silent, self._bridge.way),
            _clock(status),
            _market(status),
            _feed(status),
            _broker(status, self._broker),
            _orders(status),
            _latency(status, [one.tick_to_order for one in self._newest_latencies()]),
            _journal(status),
            _kill(status),
        )

    def look(self, now_ms: int) -> None:
        """Notice that the engine says nothing: one that hangs in a step cannot tell so itself.

        ``now_ms`` is the clock of the window's frames.
        """
        status = self._status
        if self._is_fresh or status is None:
            self._is_fresh, self._told_ms = False, now_ms
        limit = status.accounts[0].limits.engine_late_after if status is not None and status.accounts else _LATE_AFTER
        silent = (now_ms - self._told_ms) // 1_000
        silent = silent if silent > limit else 0
        if silent != self._silent:
            self._silent = silent
            self.items_changed.emit(list(self.items()))

    def _newest_latencies(self) -> list[RequestLatency]:
        return list(self._bridge.latencies)[-_NEWEST:]

    def _take_status(self, status: StatusRow) -> None:
        self._status, self._is_fresh = status, True
        self.items_changed.emit(list(self.items()))

    def _take_stop(self, stopped: EngineStopped) -> None:
        self._stopped = stopped
        self.items_changed.emit(list(self.items()))


def _engine(status: StatusRow, stopped: EngineStopped | None, silent: int, way: str) -> StatusItem:
    if stopped is not None:
        return StatusItem(key="engine", lamp=BAD, text="engine stopped", explanation=stopped.sentence)
    if silent:
        words = f"The engine has said nothing for {silent} s: a step takes long, and nothing is decided meanwhile"
        return StatusItem(key="engine", lamp=BAD, text=f"engine silent {silent} s", explanation=words)
    if status.engine_lag:
        late = f"{status.engine_lag / SECOND:.1f} s"
        words = f"A step of the engine took {late}; stops and orders are late by it. Close what strains this machine"
        return StatusItem(key="engine", lamp=BAD, text=f"engine late {late}", explanation=words)
    if status.recovering:
        words = "Our books are compared with the broker's; nothing is opened until that is done"
        return StatusItem(key="engine", lamp=WAITING, text="recovering", explanation=words)
    if status.drift:
        words = "\n".join(f"{name}: ours {ours:+d}, broker's {theirs:+d}" for name, ours, theirs in status.drift)
        return StatusItem(key="engine", lamp=BAD, text="books differ", explanation=f"Nothing is opened:\n{words}")
    if status.halted:
        words = "The daily loss limit is reached; nothing is opened today"
        return StatusItem(key="engine", lamp=BAD, text="halted", explanation=words)
    kind = "LIVE" if status.is_live else "simulated"
    explanation = f"Account {status.account}; portfolios alive: {status.portfolios_alive}\nThe engine runs {way}"
    return StatusItem(key="engine", lamp=GOOD, text=kind, explanation=explanation)


def _clock(status: StatusRow) -> StatusItem:
    figures = status.figures
    moment = ist_datetime(status.at)
    pace = "paused" if figures.paused else f"{figures.speed:g}×"
    text = f"{moment:%a %d %b} {moment:%H:%M:%S}"
    if figures.paused or figures.speed != 1:
        text += f" · {pace}"
    lamp = OFF if figures.ended else WAITING if figures.paused else GOOD
    words = "The market data has ended" if figures.ended else f"The engine's clock, Indian time, {pace}"
    return StatusItem(key="clock", lamp=lamp, text=text, explanation=words)


def _market(status: StatusRow) -> StatusItem:
    text = "market open" if status.market_open else "market closed"
    return StatusItem(key="market", lamp=GOOD if status.market_open else OFF, text=text)


def _feed(status: StatusRow) -> StatusItem:
    age = status.feed_age
    seconds = None if age is None else age / SECOND
    late = age is None or status.feed_stale or age > status.stale_after
    lamp = OFF if not status.market_open else BAD if late else GOOD
    if Channel.MARKET_DATA in dict(status.down):
        lamp = BAD
    limit = formats.age(status.stale_after / SECOND)
    rate = f"{formats.quantity(status.figures.quotes_per_second)} quotes/s"
    words = f"Age of the newest quote; stops wait beyond {limit}. {rate}"
    return StatusItem(key="feed", lamp=lamp, text=f"feed {formats.age(seconds)} · {rate}", explanation=words)


def _broker(status: StatusRow, name: str) -> StatusItem:
    down = dict(status.down)
    if Channel.ORDERS in down:
        return StatusItem(key="broker", lamp=BAD, text=f"{name} down", explanation=down[Channel.ORDERS])
    if status.unknown_orders:
        words = "The broker's books decide what became of them; they are not sent again"
        return StatusItem(key="broker", lamp=WAITING, text=f"{name} {status.unknown_orders} unknown", explanation=words)
    return StatusItem(key="broker", lamp=GOOD, text=name, explanation=f"Orders at work: {status.working_orders}")


def _orders(status: StatusRow) -> StatusItem:
    full = status.orders_last_second >= status.orders_per_second
    words = f"Orders in the last second of at most {status.orders_per_second}, and today of {status.orders_per_day:,}"
    text = f"{status.orders_last_second}/s · {status.orders_today} today"
    return StatusItem(key="orders", lamp=WAITING if full else GOOD, text=text, explanation=words)


def _latency(status: StatusRow, newest: Sequence[int]) -> StatusItem:
    """Write the time from a quote to the order it led to; ``newest`` in microseconds, of the newest requests."""
    middle = int(median(newest)) if newest else None
    words = (
        f"From what led to an order until it was handed to the broker: median {latency_text(middle)}, worst "
        f"{latency_text(max(newest, default=None))} of the newest {len(newest)}; engine loop late by "
        f"{latency_text(status.figures.loop_lag)}. The Latency panel has every stage"
    )
    text = f"tick to order {latency_text(middle)}"
    return StatusItem(key="latency", lamp=OFF if middle is None else GOOD, text=text, explanation=words)


def _journal(status: StatusRow) -> StatusItem:
    if status.journal_failed:
        words = "The journal cannot be written: nothing is opened, exits go on. Free disk space"
        return StatusItem(key="journal", lamp=BAD, text="journal fails", explanation=words)
    return StatusItem(key="journal", lamp=GOOD, text="journal", explanation="Every decision is on disk before it acts")


def _kill(status: StatusRow) -> StatusItem:
    if status.kill_level is KillLevel.OFF:
        return StatusItem(key="kill", lamp=OFF, text="kill switch off")
    name = status.kill_level.name.lower().replace("_", " ")
    return StatusItem(key="kill", lamp=BAD, text=f"KILL: {name}", explanation=status.kill_reason)

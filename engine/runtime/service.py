"""The engine's thread: its own loop, paced simulated time, commands that wake it, and what it tells others."""

import asyncio
import gc
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from engine.domain.commands import AnyCommand, TripKillSwitch
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import KillSwitchReleased
from engine.domain.facts.codec import decode
from engine.domain.identifiers import AccountId
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.instrument import leading_exchanges
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import KillLevel
from engine.runtime.bars import MinuteBars
from engine.runtime.boards import Allocate, SharedBoard, in_process
from engine.runtime.clock import stopwatch
from engine.runtime.gauges import Gauges
from engine.runtime.heartbeat import Heartbeat, Stopwatch
from engine.runtime.live_pace import LivePace
from engine.runtime.live_side import LiveSide
from engine.runtime.pace import Pace
from engine.runtime.precedence import Precedence
from engine.runtime.run import Run
from engine.runtime.shared_time import SharedTime
from engine.runtime.tapped_frames import TappedFrames
from engine.views.desk import Desk, Notice
from engine.views.status import StatusRow, engine_stopped, status_row, trades_now

_TURN_NS = 4_000_000
"""Longest stretch of work before commands and timers are looked at again."""
_BEAT = SECOND // 4
"""Time between two measurements of the loop's lag."""
_BEATS_PER_STATUS = 2
_MOST_BEHIND = SECOND // 4
"""Wall time by which an engine may be late before its clock waits for it."""
_NIGHT = 5 * MINUTE
"""A closed market whose next frame is further away than this is not waited for."""
_LONGEST_SLEEP = 0.5
"""Seconds after which the clock is looked at again: a market may have closed meanwhile."""

Tell = Callable[[Sequence[Notice]], None]


class EngineService:
    """Drives one run on a thread of its own and tells a listener what changes.

    Only the run's own thread touches the run. Other threads submit commands, read the boards and steer the pace. The
    kill switch reaches the outbox at once, from any thread. ``allocate`` makes the arrays of board, bars and time, in
    this order; ``opened`` is called when the run is there and nothing of it was told yet.

    A live run goes by its own clock, which nobody can stop or hurry: ``speed`` is not asked then. Its accounts are
    opened on the loop once it turns, and closed before it ends; whatever arrives wakes the engine.
    """

    def __init__(
        self,
        open_run: Callable[[], Run],
        *,
        speed: float = 1.0,
        clock: Stopwatch = stopwatch,
        allocate: Allocate = in_process,
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_run = open_run
        self._speed = speed
        self._clock = clock
        self._allocate = allocate
        self._opened = opened
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tell: Tell = lambda _notices: None
        self._turn_due: asyncio.Handle | None = None
        self._trips: deque[KillLevel] = deque()
        self._stopping = False
        self._nudged = False
        self._horizon: Instant | None = None
        self._gauges = Gauges()
        self._precedence = Precedence()
        self._is_behind = False
        self.run: Run
        self.board: SharedBoard
        self.bars: MinuteBars
        self.pace: Pace | LivePace
        self._live_side: LiveSide | None = None

    @property
    def is_running(self) -> bool:
        """Whether the engine's thread works."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def way(self) -> str:
        """Where the engine runs, in words."""
        return "in a thread of the window's process"

    @property
    def master(self) -> ContractMaster:
        """The contracts of the session."""
        return self.run.state.master

    @property
    def rules(self) -> MarketRules:
        """The exchange's dated rules."""
        return self.run.state.rules

    def now(self) -> Instant:
        """Answer the engine's time: simulated time, but never past what the engine has not handled yet."""
        horizon, now = self._horizon, self.pace.now()
        return now if horizon is None else min(now, horizon)

    # --- from other threads ---------------------------------------------------------------------------------------

    def start(self, tell: Tell) -> None:
        """Open the run, tell everything so far, and start the thread. Raises what opening raises."""
        if self._thread is not None:
            raise RuntimeError("this engine was started before; build a new one")
        self._tell = tell
        self._open()
        self._loop = _new_loop()
        self._loop.set_exception_handler(self._give_up)
        self._thread = threading.Thread(target=self._live, args=(self._loop,), name="engine", daemon=True)
        self._thread.start()

    def submit(self, command: AnyCommand) -> None:
        """Queue a command and wake the engine, which stamps it; ignored once the engine stopped."""
        self._on_loop(self._take_command, lambda at: msgspec.structs.replace(command, at=at))

    def trip_kill_switch(self, level: KillLevel, reason: str) -> None:
        """Hold back openings this moment, then submit the command that latches the switch."""
        self._trips.append(level)
        self.run.outbox.stop_openings()

        def command(at: Instant) -> TripKillSwitch:
            self._trips.popleft()
            return TripKillSwitch(at=at, level=level, reason=reason)

        self._on_loop(self._take_command, command)

    def set_paused(self, paused: bool) -> None:
        """Let simulated time stand still, or run on. Raises LiveTimeError where time is the market's."""
        if paused:
            self.pace.pause()
        else:
            self.pace.resume()
        self._on_loop(self._wake)

    def set_speed(self, speed: float) -> None:
        """Let simulated time run at another speed. Raises ValueError for one that it cannot run at."""
        self.pace.set_speed(speed)
        self._on_loop(self._wake)

    def log_in(self, account: AccountId) -> None:
        """Let a live account go on with the session that lies in the secrets now; nothing happens for any other."""
        if self._live_side is not None:
            self._on_loop(self._live_side.log_in, account)

    def stop(self) -> None:
        """Stop and wait for the thread; safe to call twice and before a start."""
        if self._thread is None:
            return
        self._on_loop(self._stop_loop)
        self._thread.join()

    def _on_loop(self, call: Callable[..., None], *arguments: object) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            # The loop was closed between the look and the call: the engine has stopped and said so.
            return

    # --- the engine's thread ----------------------------------------------------------------------------------------

    def _open(self) -> None:
        run = self.run = self._open_run()
        size = len(run.state.master)
        self.board, self.bars = SharedBoard(size, self._allocate), MinuteBars(size, allocate=self._allocate)
        if run.past_bars is not None:
            self.bars.begin_from(run.past_bars)
            run.past_bars = None
        self._time = SharedTime(self._allocate)
        # Wrapped here and not where the run is built, so that every kind of run feeds the boards alike.
        self._tap = TappedFrames(run.market, self.board, self.bars, self._note_taken, self._precedence.waiting)
        run.market = self._tap
        live = self._live_side = run.live
        self.pace = Pace(run.state.now, self._speed, self._time) if live is None else LivePace(live.clock, self._time)
        if live is not None:
            live.attach(self._nudge)
            run.engine.nudge_when_durable(lambda: self._on_loop(self._nudge))
        run.engine.around_disk = self._precedence.waiting
        # Before anybody asks for the time: it must not run ahead of the first event.
        self._look_ahead()
        self._heartbeat = Heartbeat(run.state, self._clock)
        self._desk = Desk(run.state.rules)
        history = [decode(entry.body) for entry in run.engine.journal.entries()]
        self._exchanges = leading_exchanges(contract.exchange for contract in run.state.master.instruments)
        self._opened()
        self._tell([*self._desk.everything(history, run.state), self._status()])

    def _live(self, loop: asyncio.AbstractEventLoop) -> None:
        previous = sys.getswitchinterval()
        self._precedence.share()
        # A collection of the oldest objects holds the interpreter for 20 ms; what lives since the start is left out.
        gc.collect()
        gc.freeze()
        live = self._live_side
        if live is not None:
            loop.call_soon(live.begin)
        loop.call_soon(self._turn)
        self._next_beat(loop, 1)
        try:
            loop.run_forever()
        finally:
            if live is not None:
                loop.run_until_complete(live.close())
            self._loop = None
            loop.close()
            gc.unfreeze()
            sys.setswitchinterval(previous)

    def _take_command(self, command: Callable[[Instant], AnyCommand]) -> None:
        self.run.submit(command)
        self._wake()

    def _wake(self) -> None:
        if self._turn_due is not None:
            self._turn_due.cancel()
        self._turn()

    def _nudge(self) -> None:
        """Wake the engine after what is happening on the loop now; many nudges are one."""
        if not self._nudged and self._loop is not None:
            self._nudged = True
            self._loop.call_soon(self._wake)

    def _turn(self) -> None:
        """Work off what is due, then sleep until the next thing is."""
        self._nudged = False
        self._turn_due = None
        loop = self._loop
        if self._stopping or loop is None:
            return
        # An engine that cannot keep up has no right to keep the window waiting as well.
        if not self._is_behind:
            self._precedence.keep()
        try:
            seconds = self._work()
        finally:
            self._precedence.share()
        self._is_behind = seconds == 0.0
        if seconds is not None:
            self._turn_due = loop.call_later(seconds, self._turn) if seconds else loop.call_soon(self._turn)

    def _work(self) -> float | None:
        """Step until nothing is due or the turn is over.

        Answers the seconds until the next turn; None where only a command or a change of pace can bring something.
        """
        began = stopwatch()
        self._look_ahead()
        self._step(self.now())
        while (due := self._look_ahead()) is not None:
            wait = self._seconds_until(due)
            if wait is None or wait > 0:
                return None if wait is None else min(wait, _LONGEST_SLEEP)
            if stopwatch() - began > _TURN_NS:
                self._slip(due)
                return 0.0
            self._step(due)
        return None

    def _note_taken(self, due: Instant) -> None:
        """Stamp quotes as taken, with the wall time since the instant they were due at."""
        self.run.engine.stages.quotes_taken(int((self.pace.now() - due) / self.pace.speed))

    def _look_ahead(self) -> Instant | None:
        self._horizon = self.run.next_due()
        self._time.look_ahead(self._horizon)
        return self._horizon

    def _seconds_until(self, due: Instant) -> float | None:
        """Answer how long to wait for an instant; a night in which nothing trades is jumped over."""
        wait = self.pace.seconds_until(due)
        if wait and self._live_side is None and self._is_night():
            self.pace.jump_to(due)
            return 0.0
        return wait

    def _is_night(self) -> bool:
        now, next_frame = self.pace.now(), self._tap.next_at
        if next_frame is None or next_frame - now <= _NIGHT:
            return False
        return not trades_now(self.run.state.rules, self._exchanges, now)

    def _slip(self, due: Instant) -> None:
        """Let time wait for an engine that cannot keep up, so that a slower pace later is slower at once."""
        if self._live_side is None and self.pace.now() - due > self.pace.speed * _MOST_BEHIND:
            self.pace.slip_to(due)

    def _step(self, at: Instant) -> None:
        facts = self.run.step(at)
        self._tap.show()
        if not facts:
            return
        if any(isinstance(fact, KillSwitchReleased) for fact in facts):
            self._allow_openings()
        self._tell(self._desk.take(facts, self.run.state))

    def _allow_openings(self) -> None:
        """Let openings pass again after a release, unless the switch was tripped anew meanwhile."""
        outbox = self.run.outbox
        if self.run.state.books.kill_level is KillLevel.OFF and not self._trips:
            outbox.allow_openings()
            if self._trips:
                outbox.stop_openings()

    def _next_beat(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self._heartbeat.wait(_BEAT)
        loop.call_later(_BEAT / SECOND, self._beat, number)

    def _beat(self, number: int) -> None:
        """Measure how late the loop is, tell the engine where that matters, and tell the status now and then."""
        loop = self._loop
        if loop is None or self._stopping:
            return
        self._gauges.note_lag(self._heartbeat.ring())
        if isinstance(self.pace, LivePace):
            self.pace.show()
        news = self._heartbeat.news()
        if news is not None:
            self.run.submit(news)
            self._wake()
        if number % _BEATS_PER_STATUS == 0:
            self._gauges.note_quotes(self._tap.quotes, loop.time())
            left = self.run.engine.stages.news()
            self._tell([*left, self._status(), *self._desk.waiting(self.run.state)])
        self._next_beat(loop, number + 1)

    def _status(self) -> StatusRow:
        state, now = self.run.state, self.now()
        ended = self._live_side is None and self._tap.next_at is None
        figures = self._gauges.figures(self._tap.frames, self.pace, ended=ended)
        return status_row(state, now, figures, market_open=trades_now(state.rules, self._exchanges, now))

    def _give_up(self, _loop: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
        """Stop at once: nothing more is decided or sent by a state that cannot be trusted.

        This is the engine's outermost frame: the loop brings whatever any of its callbacks raised.
        """
        self._stop_loop()
        error = context.get("exception")
        words = str(error or context.get("message") or "a fault without a name")
        detail = "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else words
        self._tell([engine_stopped(self.run.state.now, words, detail)])

    def _stop_loop(self) -> None:
        self._stopping = True
        if self._loop is not None:
            self._loop.stop()


def _new_loop() -> asyncio.AbstractEventLoop:
    """Answer uvloop's event loop where it exists, else asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop

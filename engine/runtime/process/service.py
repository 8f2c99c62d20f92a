"""The engine in a process of its own, driven from the window's."""

import signal
import threading
from collections.abc import Callable
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from engine.domain.commands import AnyCommand
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import KillLevel
from engine.runtime.bars import MinuteBars
from engine.runtime.boards import SharedBoard
from engine.runtime.live_pace import LiveTimeError
from engine.runtime.pace import checked_speed
from engine.runtime.process.child import live
from engine.runtime.process.errors import EngineProcessError
from engine.runtime.process.program import Program
from engine.runtime.process.sender import Sender
from engine.runtime.process.shared_arrays import SharedArrays, new_name, sweep
from engine.runtime.process.words import (
    Aside,
    Leave,
    LoggedIn,
    Opened,
    Paused,
    Refused,
    Sped,
    Submitted,
    Told,
    ToWindow,
    Tripped,
    Working,
    notices_of,
    to_window,
)
from engine.runtime.service import Tell
from engine.runtime.shared_time import SharedTime
from engine.views.status import EngineStopped, engine_stopped

_PATIENCE = 20.0
"""Seconds in which an engine that was told to stop may finish what it does; then it is ended."""

_LAST_BREATH = 0.5
"""Seconds between the end of the line and that of its process."""

_numbers = count(1)


class ProcessService:
    """Drives the engine's process as EngineService drives its thread: the same calls, the same notices.

    Words go through a pipe, in order and without loss; quotes, bars and the time lie in memory that both processes
    see. When the process ends by itself the listener is told so at once; when this process ends, however, the engine's
    sees the pipe close and stops in order: what is open stays protected at the broker.

    ``take_aside`` gets what the program says besides, on the thread that reads.
    """

    def __init__(
        self, program: Program, rules: MarketRules, *, speed: float = 1.0, take_aside: Callable[[bytes], None]
    ) -> None:
        self._program = program
        self._speed = checked_speed(speed)
        self._take_aside = take_aside
        self._tell: Tell = lambda _notices: None
        self._process: SpawnProcess | None = None
        self._listener: threading.Thread | None = None
        self._is_stopping = False
        self._has_stopped = False
        self._is_working = False
        self._is_live = False
        self._trips_lock = threading.Lock()
        self._connection: Connection
        self._sender: Sender
        self._arrays: SharedArrays
        self._time: SharedTime
        self.rules = rules
        self.master: ContractMaster
        self.board: SharedBoard
        self.bars: MinuteBars

    @property
    def is_running(self) -> bool:
        """Whether the engine works, as far as it was heard."""
        return self._is_working and not self._has_stopped

    @property
    def way(self) -> str:
        """Where the engine runs, in words."""
        process = self._process
        number = "" if process is None or process.pid is None else f", number {process.pid}"
        return f"in a process of its own{number}"

    @property
    def process_id(self) -> int | None:
        """The number of the engine's process; None before the start and after the end."""
        return None if self._process is None else self._process.pid

    def now(self) -> Instant:
        """Answer the engine's time; it goes on from where it was when the process ends."""
        return self._time.now()

    def start(self, tell: Tell) -> None:
        """Start the process, and return when its engine is open for business and everything so far was told.

        Raises what the program expects of opening, and EngineProcessError.
        """
        if self._process is not None:
            raise RuntimeError("this engine was started before; build a new one")
        self._tell = tell
        sweep()
        name = new_name(next(_numbers))
        self._arrays = SharedArrays(name, makes=False)
        self._spawn(name)
        try:
            while not self._is_working:
                self._hear(self._read())
        finally:
            self._arrays.forget()
            if not self._is_working:
                self._end()
        self._listener = threading.Thread(target=self._listen, name="from the engine", daemon=True)
        self._listener.start()

    def submit(self, command: AnyCommand) -> None:
        """Send a command; ignored once the engine stopped."""
        if self.is_running:
            self._sender.say(Submitted(command))

    def trip_kill_switch(self, level: KillLevel, reason: str) -> None:
        """Hold back openings this moment, by a count that the engine's outbox reads, then send the command."""
        if self.is_running:
            with self._trips_lock:
                self._trips[0] += 1
                self._sender.say(Tripped(level, reason))

    def set_paused(self, paused: bool) -> None:
        """Let simulated time stand still, or run on. Raises LiveTimeError where time is the market's."""
        if self._is_live and paused:
            raise LiveTimeError("This desk trades on a live market: its time cannot be paused. Use the kill switch")
        if self.is_running:
            self._sender.say(Paused(paused))

    def set_speed(self, speed: float) -> None:
        """Let simulated time run at another speed. Raises ValueError for one that it cannot run at."""
        checked = checked_speed(speed)
        if self._is_live:
            raise LiveTimeError("This desk trades on a live market: its time cannot be sped up or slowed down")
        if self.is_running:
            self._sender.say(Sped(checked))

    def log_in(self, account: AccountId) -> None:
        """Let a live account go on with the session that lies in the secrets now."""
        if self.is_running:
            self._sender.say(LoggedIn(account))

    def stop(self) -> None:
        """Stop the engine and wait for its process; safe to call twice and before a start."""
        if self._process is None or self._listener is None:
            return
        self._is_stopping = True
        self._sender.say(Leave())
        self._sender.close(_PATIENCE)
        self._listener.join(_PATIENCE)
        self._end()
        self._listener.join()

    # --- from the engine's process -----------------------------------------------------------------------------------

    def _spawn(self, name: str) -> None:
        # Not forked: a copy of a process that has Qt's threads and locks would not live long.
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=live, args=(theirs, self._program, name, self._speed), name="engine", daemon=True
        )
        try:
            self._process.start()
        except OSError as error:
            self._process = None
            self._connection.close()
            raise EngineProcessError(
                f"The engine's process cannot be started ({error.strerror}). Close other programs, or start Legwork "
                "without --engine-process"
            ) from error
        finally:
            theirs.close()
        self._sender = Sender(self._connection, "to the engine")

    def _read(self) -> ToWindow:
        """Answer the next word while the engine opens. Raises EngineProcessError where none comes any more."""
        try:
            return to_window(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise EngineProcessError(
                f"The engine did not open: {self._how_it_ended()}. The terminal may say why; nothing was sent. Start "
                "Legwork again, or without --engine-process"
            ) from error

    def _listen(self) -> None:
        try:
            while not self._is_over():
                pass
        finally:
            # Where the reading itself broke, the engine's process sees the line close and stops in order.
            self._connection.close()
            if not self._is_stopping and not self._has_stopped:
                self._has_stopped = True
                self._tell([engine_stopped(self.now(), self._how_it_ended(), detail="")])
            self._has_stopped = True

    def _is_over(self) -> bool:
        """Hear the next word; say whether there will be no other."""
        try:
            body = self._connection.recv_bytes()
        except (EOFError, OSError):
            return True
        self._hear(to_window(body))
        return False

    def _hear(self, word: ToWindow) -> None:
        match word:
            case Told():
                notices = notices_of(word)
                if any(isinstance(notice, EngineStopped) for notice in notices):
                    self._has_stopped = True
                self._tell(notices)
            case Aside(body):
                self._take_aside(body)
            case Opened(instruments, is_live):
                self._is_live = is_live
                self._open(instruments)
            case Working():
                self._is_working = True
            case Refused(which, sentence):
                raise (EngineProcessError if which < 0 else self._program.expected[which])(sentence)

    def _open(self, instruments: tuple[Instrument, ...]) -> None:
        """Open the arrays in the order in which the engine's process made them."""
        self.master = ContractMaster(instruments)
        size, allocate = len(self.master), self._arrays.allocate
        self.board, self.bars = SharedBoard(size, allocate), MinuteBars(size, allocate=allocate)
        self._time = SharedTime(allocate)
        self._trips = allocate((1,))

    def _how_it_ended(self) -> str:
        """Answer in words how the process ended, which it just did."""
        assert self._process is not None
        self._process.join(_LAST_BREATH)
        status = self._process.exitcode
        if status is None:
            return "its process closed the line"
        if status < 0:
            return f"its process was ended by {_signal_name(-status)}"
        return f"its process ended by itself (status {status})"

    def _end(self) -> None:
        """See the process to its end, and end it where it does not."""
        assert self._process is not None
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._sender.close(_PATIENCE)
        self._connection.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

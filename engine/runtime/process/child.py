"""The engine's process: opens a run, does what the window says, and ends with it."""

import signal
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from engine.domain.quote import IntArray
from engine.runtime.process.errors import EngineProcessError
from engine.runtime.process.program import Program
from engine.runtime.process.sender import Sender
from engine.runtime.process.shared_arrays import SharedArrays
from engine.runtime.process.words import (
    Aside,
    Leave,
    LoggedIn,
    Opened,
    Paused,
    Refused,
    Sped,
    Submitted,
    Tripped,
    Working,
    to_engine,
)
from engine.runtime.service import EngineService

_PATIENCE = 10.0
"""Seconds for the window to read the last words."""


def live(connection: Connection, program: Program, name: str, speed: float) -> None:
    """Be the engine's process until the window says so or is gone; ``name`` is that of the shared memory."""
    # Ctrl-C and the end of a terminal reach every process of it; the window decides what comes of that.
    for ignored in ("SIGINT", "SIGHUP"):
        if hasattr(signal, ignored):
            signal.signal(getattr(signal, ignored), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    arrays = SharedArrays(name, makes=True)
    sender = Sender(connection, "to the window")
    expected: tuple[type[Exception], ...] = (EngineProcessError, *program.expected)
    try:
        try:
            engine = _Engine(program, arrays, sender, connection, speed)
        except expected as error:
            sender.say(Refused(_which(error, program), str(error)))
            return
        try:
            engine.obey()
        finally:
            engine.service.stop()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        program.close()
        sender.close(_PATIENCE)
        # The window does this as soon as it has opened them; where it was killed before, nobody else would.
        arrays.forget()


class _Engine:
    """The engine's thread and what the window has to know of it."""

    def __init__(
        self, program: Program, arrays: SharedArrays, sender: Sender, connection: Connection, speed: float
    ) -> None:
        self._connection = connection
        self._trips: IntArray | None = None
        self._handled = 0
        self.service = EngineService(
            lambda: program.open_run(lambda body: sender.say(Aside(body))),
            speed=speed,
            allocate=arrays.allocate,
            opened=lambda: self._introduce(arrays, sender),
        )
        self.service.start(sender.tell)
        sender.say(Working())

    def _introduce(self, arrays: SharedArrays, sender: Sender) -> None:
        if self._connection.poll():
            # The window says nothing before the engine works: the line was closed, and nobody is there to look.
            raise EngineProcessError("The window was closed while the engine opened; start Legwork again")
        run = self.service.run
        self._trips = arrays.allocate((1,))
        run.outbox.hold_while(self._is_tripped)
        sender.say(Opened(run.state.master.instruments, is_live=run.live is not None))

    def _is_tripped(self) -> bool:
        """Say whether the kill switch was pressed and its word is still on the way."""
        return self._trips is not None and int(self._trips[0]) != self._handled

    def obey(self) -> None:
        """Do what the window says; return when it says to leave, or is gone."""
        while True:
            try:
                word = to_engine(self._connection.recv_bytes())
            except (EOFError, OSError):
                return
            match word:
                case Submitted(command):
                    self.service.submit(command)
                case Tripped(level, reason):
                    self.service.trip_kill_switch(level, reason)
                    # Only now: the outbox's own mark took over.
                    self._handled += 1
                case Paused(on):
                    self.service.set_paused(on)
                case Sped(speed):
                    self.service.set_speed(speed)
                case LoggedIn(account):
                    self.service.log_in(account)
                case Leave():
                    return


def _which(error: Exception, program: Program) -> int:
    """Answer which of the program's expected errors this is; -1 for one of the process itself."""
    return next((place for place, kind in enumerate(program.expected) if isinstance(error, kind)), -1)


def _leave(_number: int, _frame: Any) -> NoReturn:
    """End in order when the system asks."""
    raise SystemExit

"""The front door: start the engine, submit commands, read quotes, stop; safe from any thread."""

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.domain.commands import AnyCommand
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import KillLevel
from engine.domain.quote import IntArray
from engine.runtime.bars import MinuteBars
from engine.runtime.boards import SharedBoard
from engine.runtime.pace import Pace
from engine.runtime.service import EngineService, Run
from engine.views.desk import Notice

__all__ = ["EngineClient", "EngineListener", "Notice"]

CommandMaker = Callable[[Instant], AnyCommand]
"""Makes a command, stamped with the engine time at which it is taken: ``lambda at: StartPortfolio(at=at, …)``."""


class EngineListener(Protocol):
    """Somebody who is told what changed, on the engine's thread: it must take the rows and return at once."""

    def take_notices(self, notices: Sequence[Notice]) -> None:
        """See changed rows, messages and the status, oldest first."""
        ...


class EngineClient:
    """One engine in its own thread.

    ``open_run`` builds engine, market and broker and opens the session; it is called by ``start``. ``speed`` is how
    many times faster than the wall simulated time runs.
    """

    def __init__(self, open_run: Callable[[], Run], *, speed: float = 1.0) -> None:
        self._service = EngineService(open_run, speed=speed)

    def start(self, listener: EngineListener) -> None:
        """Start the engine; returns when it is open for business and the listener has been told all rows so far.

        Raises what ``open_run`` raises; then nothing runs.
        """
        self._service.start(listener.take_notices)

    def submit(self, command: CommandMaker) -> None:
        """Queue a command and wake the engine; what comes of it arrives as facts. Does nothing once it stopped."""
        self._service.submit(command)

    def trip_kill_switch(self, level: KillLevel, reason: str) -> None:
        """Let no opening order pass from this moment, then latch the kill switch at a level."""
        self._service.trip_kill_switch(level, reason)

    def stop(self) -> None:
        """Stop the engine and wait for its thread; what is open stays open at the broker. Safe to call twice."""
        self._service.stop()

    @property
    def is_running(self) -> bool:
        """Say whether the engine's thread works."""
        return self._service.is_running

    @property
    def master(self) -> ContractMaster:
        """The contracts of the session; row i of every board is its instrument number i."""
        return self._service.run.state.master

    @property
    def rules(self) -> MarketRules:
        """The exchange's dated rules."""
        return self._service.run.state.rules

    @property
    def board(self) -> SharedBoard:
        """The latest quotes, to be copied row by row from any thread."""
        return self._service.board

    @property
    def bars(self) -> MinuteBars:
        """One-minute bars of every instrument since the session's start."""
        return self._service.bars

    @property
    def pace(self) -> Pace:
        """The simulated clock: pause, speed. A live engine ignores changes."""
        return self._service.pace

    def nudge(self) -> None:
        """Let the engine look at the pace anew, after it was paused, resumed or changed."""
        self._service.nudge()

    def now(self) -> Instant:
        """Answer the engine's time, from any thread."""
        return self._service.now()

    def quotes(self, rows: IntArray) -> IntArray:
        """Answer the quotes of board rows, int64 (n, COLUMNS); zeros for a row below 0."""
        return self._service.board.copy(rows)

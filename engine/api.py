"""The front door: start the engine, submit commands, read quotes, stop; safe from any thread."""

from collections.abc import Callable, Sequence
from typing import Protocol, Self

from engine.domain.commands import AnyCommand
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import KillLevel
from engine.domain.quote import IntArray
from engine.runtime.bars import MinuteBars
from engine.runtime.boards import SharedBoard
from engine.runtime.process.errors import EngineProcessError
from engine.runtime.process.program import Program
from engine.runtime.process.service import ProcessService
from engine.runtime.run import Run
from engine.runtime.service import EngineService, Tell
from engine.views.desk import Notice

__all__ = ["EngineClient", "EngineListener", "EngineProcessError", "Notice", "Program"]

CommandMaker = Callable[[Instant], AnyCommand]
"""Makes a command: ``lambda at: StartPortfolio(at=at, …)``. It is called once, at once, with the engine's time; the
engine stamps the command anew with the time at which it takes it, so it may be taken in another process."""


class EngineListener(Protocol):
    """Somebody who is told what changed, on the engine's thread: it must take the rows and return at once."""

    def take_notices(self, notices: Sequence[Notice]) -> None:
        """See changed rows, messages and the status, oldest first."""
        ...


class EngineDriver(Protocol):
    """Who drives an engine for its client: in a thread of this process, or in a process of its own."""

    board: SharedBoard
    bars: MinuteBars

    @property
    def is_running(self) -> bool:
        """Whether the engine works."""
        ...

    @property
    def way(self) -> str:
        """Where the engine runs, in words."""
        ...

    @property
    def master(self) -> ContractMaster:
        """The contracts of the session."""
        ...

    @property
    def rules(self) -> MarketRules:
        """The exchange's dated rules."""
        ...

    def start(self, tell: Tell) -> None:
        """Open for business and tell everything so far."""
        ...

    def submit(self, command: AnyCommand) -> None:
        """Queue a command; it is stamped when it is taken."""
        ...

    def trip_kill_switch(self, level: KillLevel, reason: str) -> None:
        """Hold back openings this moment, then latch the kill switch."""
        ...

    def set_paused(self, paused: bool) -> None:
        """Let simulated time stand still, or run on."""
        ...

    def set_speed(self, speed: float) -> None:
        """Let simulated time run at another speed."""
        ...

    def log_in(self, account: AccountId) -> None:
        """Let a live account go on with the session that lies in the secrets now."""
        ...

    def now(self) -> Instant:
        """Answer the engine's time."""
        ...

    def stop(self) -> None:
        """Stop the engine and wait for its end."""
        ...


class EngineClient:
    """One engine, in a thread of this process or, built by ``own_process``, in a process of its own.

    ``open_run`` builds engine, market and broker and opens the session; it is called by ``start``. ``speed`` is how
    many times faster than the wall simulated time runs. Both ways take the same calls and tell the same notices; what
    differs is only whose interpreter an order has to wait for.
    """

    def __init__(self, open_run: Callable[[], Run], *, speed: float = 1.0) -> None:
        self._service: EngineDriver = EngineService(open_run, speed=speed)

    @classmethod
    def own_process(
        cls,
        program: Program,
        rules: MarketRules,
        *,
        speed: float = 1.0,
        take_aside: Callable[[bytes], None] = lambda _body: None,
    ) -> Self:
        """Answer a client whose engine opens ``program`` in a process of its own.

        ``rules`` are those that the program trades by; ``take_aside`` gets what it says besides, on another thread.
        """
        client = cls.__new__(cls)
        client._service = ProcessService(program, rules, speed=speed, take_aside=take_aside)
        return client

    def start(self, listener: EngineListener) -> None:
        """Start the engine; returns when it is open for business and the listener has been told all rows so far.

        Raises what ``open_run`` raises, and EngineProcessError where a process cannot be had; then nothing runs.
        """
        self._service.start(listener.take_notices)

    def submit(self, command: CommandMaker) -> None:
        """Make a command, queue it and wake the engine; what comes of it arrives as facts.

        Does nothing before the start and once the engine stopped.
        """
        if self._service.is_running:
            self._service.submit(command(self._service.now()))

    def trip_kill_switch(self, level: KillLevel, reason: str) -> None:
        """Let no opening order pass from this moment, then latch the kill switch at a level."""
        self._service.trip_kill_switch(level, reason)

    def stop(self) -> None:
        """Stop the engine and wait for its end; what is open stays open at the broker. Safe to call twice."""
        self._service.stop()

    @property
    def is_running(self) -> bool:
        """Say whether the engine works."""
        return self._service.is_running

    @property
    def way(self) -> str:
        """Where the engine runs, in words: ``"in a process of its own, number 4711"``."""
        return self._service.way

    @property
    def master(self) -> ContractMaster:
        """The contracts of the session; row i of every board is its instrument number i."""
        return self._service.master

    @property
    def rules(self) -> MarketRules:
        """The exchange's dated rules."""
        return self._service.rules

    @property
    def board(self) -> SharedBoard:
        """The latest quotes, to be copied row by row from any thread."""
        return self._service.board

    @property
    def bars(self) -> MinuteBars:
        """One-minute bars of every instrument since the session's start."""
        return self._service.bars

    def set_paused(self, paused: bool) -> None:
        """Let simulated time stand still, or run on. Raises ValueError with a sentence on a live market."""
        self._service.set_paused(paused)

    def set_speed(self, speed: float) -> None:
        """Let simulated time run this many times as fast as the wall.

        Raises ValueError unless it is above 0, and on a live market.
        """
        self._service.set_speed(speed)

    def log_in(self, account: AccountId) -> None:
        """Let a live account go on with the session that lies in the secrets now; what comes of it arrives as facts.

        Nothing happens for a simulated account.
        """
        self._service.log_in(account)

    def now(self) -> Instant:
        """Answer the engine's time, from any thread."""
        return self._service.now()

    def quotes(self, rows: IntArray) -> IntArray:
        """Answer the quotes of board rows, int64 (n, COLUMNS); zeros for a row below 0."""
        return self._service.board.copy(rows)

"""The practice Kite put together: simulated market, clock, settings, fault plan and state file, served on a port."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from brokers.practice.zerodha.app import PracticeServer
from brokers.practice.zerodha.faults import NAMED_PLANS, FaultPlan, FaultPlanError, plan_from_toml
from brokers.practice.zerodha.kite import PracticeKite
from brokers.practice.zerodha.records import Head, Line, Moment
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.state_file import VERSION, StateFile
from brokers.simulated.listing import known_underlyings
from brokers.simulated.market import SimulatedMarket
from brokers.simulated.named_scenarios import scenario_of
from brokers.simulated.scenario import ScenarioError
from brokers.simulated.sessions import sessions_on
from brokers.simulated.underlyings import model_of
from desktop.composition.clock import now as wall_now
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.markets import DEMONSTRATION_DAY
from desktop.composition.practice_days import EXCHANGES, begins_anew, next_open
from desktop.composition.rules import market_rules
from desktop.composition.whole_file import set_aside
from engine.domain.instant import SECOND, Instant, iso_text, ist_date, ist_instant
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.runtime.clock import PacedClock
from engine.runtime.journal.errors import JournalInUseError
from engine.runtime.journal.lock import InstanceLock
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.load import DeclarationError, load

_STEP = SECOND // 2
_LONGEST_ABSENCE = 3_600 * SECOND
"""A server that was down for longer goes on from where it stopped, not from where the market would be by now."""
_MOMENT_EVERY = 5 * SECOND


class PracticeChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. ``port`` 0 is any free one; None for seed and begin: those of the state file, or defaults."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: int | None = None
    begin: Instant | None = None
    speed: float = 1.0
    scenario: str = "calm"
    faults: str | None = None
    """A named plan, or the path of one in TOML."""
    settings: Path | None = None
    redirect: str | None = None
    postback: str | None = None
    state: Path | None = None
    underlyings: tuple[str, ...] | None = None
    """None for all that are simulated and not coins."""
    next_session: bool = False
    """A state file that ends on a closed market goes on at its next opening."""
    until_closed: bool = False
    """End when standard input closes: with the program that started the server, however that ends."""


class _Pace:
    """Simulated time against the wall, in whole microseconds."""

    def __init__(self, clock: PacedClock) -> None:
        self._clock = clock

    def now(self) -> Instant:
        """Answer the present simulated instant."""
        return self._clock.now()

    def wall_until(self, due: Instant) -> int:
        """Answer how many microseconds of the wall's time away a simulated instant is."""
        return int(self._clock.seconds_until(due) * SECOND)


class _Writer:
    """Writes lines into the state file, with the time now and then; without a file it forgets them."""

    def __init__(self, file: StateFile | None, pace: _Pace) -> None:
        self._file, self._pace = file, pace
        self._told = 0

    def keep(self, lines: Iterable[Line]) -> None:
        """Write lines down. Raises StateFileError where the disk does not take them."""
        if self._file is None:
            return
        listed, wall = list(lines), wall_now()
        if listed or wall - self._told >= _MOMENT_EVERY:
            self._told = wall
            self._file.append([*listed, Moment(at=self._pace.now(), wall=wall)])


def serve_practice(choice: PracticeChoice, announce: Callable[[dict[str, Any]], None]) -> None:
    """Serve a practice Kite until interrupted; ``announce`` is told once where it is and how to log in.

    Raises MisuseError for what cannot be meant, BrokerError for a port or a state file that cannot be used,
    UnknownRuleError for a date without a calendar.
    """
    rules = market_rules()
    settings, plan = _settings(choice), _plan(choice)
    with ExitStack() as leaving:
        file = None if choice.state is None else _state_file(choice.state, leaving)
        if file is not None and choice.next_session:
            file, choice = _new_day(file, choice, rules, leaving)
        head, at = _beginning(choice, file, rules)
        # From here on: what is played again first must not make the market late.
        pace = _Pace(PacedClock(at, choice.speed))
        source = _market(choice, head, rules)
        lines = () if file is None else file.lines
        kite = PracticeKite(source, rules, settings, plan, seed=head.seed, lines=lines)
        token = kite.begin(at)
        if file is not None and not file.lines:
            file.append([head])
        writer = _Writer(file, pace)
        writer.keep(kite.take_changes())
        asyncio.run(_serve(choice, kite, pace, writer, lambda port: announce(_card(choice, settings, port, token))))


async def _serve(
    choice: PracticeChoice, kite: PracticeKite, pace: _Pace, writer: _Writer, started: Callable[[int], None]
) -> None:
    server = PracticeServer(kite, pace, writer.keep, note=_note)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, server.stop)
        except NotImplementedError:  # Windows: the handler runs between two steps of the loop.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(server.stop))
    if choice.until_closed:
        stop = partial(loop.call_soon_threadsafe, server.stop)
        threading.Thread(target=_wait_for_end, args=(stop,), name="standard input", daemon=True).start()
    await server.serve(choice.host, choice.port, started)


def _wait_for_end(stop: Callable[[], object]) -> None:
    """Stop once standard input closes."""
    # Not through sys.stdin: its lock would be held when the interpreter ends.
    while os.read(sys.stdin.fileno(), 1):
        continue
    with suppress(RuntimeError):  # The loop has ended already.
        stop()


def _state_file(path: Path, leaving: ExitStack) -> StateFile:
    """Open a state file for this server alone. Raises MisuseError where another has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        leaving.enter_context(InstanceLock(path))
    except JournalInUseError as error:
        raise MisuseError(f"The state file {path} is in use by another server; close it, or choose another") from error
    except OSError as error:
        raise FailureError(f"The folder {path.parent} cannot be made: {error.strerror}") from error
    file = StateFile(path)
    leaving.callback(file.close)
    return file


def _new_day(
    file: StateFile, choice: PracticeChoice, rules: MarketRules, leaving: ExitStack
) -> tuple[StateFile, PracticeChoice]:
    """Begin a new file where its market is over and nothing is held; the old one is kept beside it."""
    head = file.head
    if head is None or choice.begin is not None:
        return file, choice
    opening = begins_anew(file.lines, _reached(file, head, choice), rules)
    if opening is None:
        return file, choice
    file.close()
    try:
        set_aside(file.path)
    except OSError as error:
        raise FailureError(f"The state file {file.path} cannot be moved aside: {error.strerror}") from error
    fresh = StateFile(file.path)
    leaving.callback(fresh.close)
    # Another day, another path: the same seed would play the same one again.
    return fresh, msgspec.structs.replace(choice, begin=opening, seed=head.seed + 1)


def _reached(file: StateFile, head: Head, choice: PracticeChoice) -> Instant:
    """Answer where the market of a state file stands by now; long absences are not counted."""
    last = _last_moment(file, head)
    away = max(wall_now() - last.wall, 0)
    return Instant(last.at + (int(away * choice.speed) if away <= _LONGEST_ABSENCE else 0))


def _last_moment(file: StateFile, head: Head) -> Moment:
    moments = [line for line in file.lines if isinstance(line, Moment)]
    return moments[-1] if moments else Moment(at=head.start, wall=wall_now())


def _card(choice: PracticeChoice, settings: PracticeSettings, port: int, token: str) -> dict[str, Any]:
    place = f"{choice.host}:{port}"
    return {
        "root": f"http://{place}",
        "login": f"http://{place}/connect/login?v=3&api_key={settings.api_key}",
        "websocket": f"ws://{place}",
        "api_key": settings.api_key,
        "api_secret": settings.api_secret,
        "user_id": settings.user_id,
        "request_token": token,
    }


def _note(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _settings(choice: PracticeChoice) -> PracticeSettings:
    settings = PracticeSettings()
    if choice.settings is not None:
        try:
            settings = load(document_from_toml(_text(choice.settings)), PracticeSettings)
        except (DocumentError, DeclarationError) as error:
            raise MisuseError(f"{choice.settings} cannot be used: {error}") from error
    given = {"redirect_url": choice.redirect, "postback_url": choice.postback}
    return msgspec.structs.replace(settings, **{name: value for name, value in given.items() if value is not None})


def _plan(choice: PracticeChoice) -> FaultPlan:
    if choice.faults is None:
        return FaultPlan()
    if choice.faults in NAMED_PLANS:
        return NAMED_PLANS[choice.faults]
    path = Path(choice.faults)
    if not path.exists():
        known = ", ".join(NAMED_PLANS)
        raise MisuseError(f"There is no fault plan called {choice.faults!r}; choose a TOML file, or one of: {known}")
    try:
        return plan_from_toml(_text(path))
    except FaultPlanError as error:
        raise MisuseError(f"{path}: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise FailureError(f"{path} cannot be read: {reason}") from error


def _beginning(choice: PracticeChoice, file: StateFile | None, rules: MarketRules) -> tuple[Head, Instant]:
    """Answer what the market is made of, and the instant at which the server opens."""
    head = None if file is None else file.head
    if head is None or file is None:
        asked = ist_instant(DEMONSTRATION_DAY, time(9, 15)) if choice.begin is None else choice.begin
        return Head(version=VERSION, seed=1 if choice.seed is None else choice.seed, start=_start(rules, asked)), asked
    if choice.seed not in (None, head.seed):
        raise MisuseError(f"{file.path} belongs to seed {head.seed}; leave --seed out, or choose another --state")
    last, at = _last_moment(file, head), _reached(file, head, choice)
    if choice.begin is not None:
        if choice.begin < last.at:
            raise MisuseError(f"{file.path} has reached {iso_text(last.at)}; --from cannot be before that")
        at = choice.begin
    elif choice.next_session:
        at = next_open(rules, at)
    return head, at


def _start(rules: MarketRules, asked: Instant) -> Instant:
    """Answer where the market begins: at the instant asked for, or with the session of its day that is still to come.

    Before a session it begins with that session, so that the day has its quotes; the books open at the instant itself.
    """
    for session in sessions_on(rules, EXCHANGES, ist_date(asked)):
        if asked < session.close:
            return max(asked, session.open)
    return asked


def _market(choice: PracticeChoice, head: Head, rules: MarketRules) -> SimulatedMarket:
    try:
        names = choice.underlyings or tuple(
            name for name in known_underlyings(rules, ist_date(head.start)) if model_of(name).market != "coin"
        )
        scenario = scenario_of(choice.scenario)
        return SimulatedMarket(
            rules, start=head.start, seed=head.seed, underlyings=names, scenario=scenario, step=_STEP
        )
    except UnknownRuleError:
        raise
    except (ScenarioError, ValueError) as error:
        raise MisuseError(str(error)) from error

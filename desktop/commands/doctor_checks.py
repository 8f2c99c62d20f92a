"""What `legwork doctor` looks at: each check answers what it found and what to do about it."""

import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from desktop.composition.clock import now
from desktop.composition.folders import data_folder, default_journal, resource_path
from desktop.composition.journals import (
    INLINE_MICROSECONDS,
    JournalError,
    JournalInUseError,
    location_warnings,
    measure_flush,
    open_for_reading,
    refuse_held,
)
from desktop.composition.rules import MarketDataError, market_rules
from engine.domain.instant import ist_date, ist_datetime
from engine.domain.instrument import Exchange
from engine.domain.market_rules import UnknownRuleError

_LIBRARIES = ("PySide6-Essentials", "PySide6-QtAds", "numpy", "scipy", "msgspec", "SQLAlchemy", "pyarrow", "typer")
_OLDEST, _NEWEST = (3, 11), (3, 13)
_LOW_SPACE = 1_000_000_000
_NO_SPACE = 50_000_000
_SLOW_FLUSH = 20_000
_HORIZON = timedelta(days=60)
_EARLIEST_CLOCK = date(2026, 1, 1)
"""A clock before this was never set: this program did not exist then."""


class Verdict(Enum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """What one check found; ``advice`` says what to do, empty where nothing has to be done."""

    subject: str
    verdict: Verdict
    found: str
    advice: str = ""


def python_version() -> Iterator[Finding]:
    """Look at the interpreter."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if _OLDEST <= sys.version_info[:2] <= _NEWEST:
        yield Finding("Python", Verdict.OK, found)
    else:
        yield Finding("Python", Verdict.FAIL, found, "install Python 3.11, 3.12 or 3.13 and run: python3 start.py")


def libraries() -> Iterator[Finding]:
    """Look for the libraries that everything stands on."""
    found, missing = [], []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        advice = "set Legwork up again: python3 start.py"
        yield Finding("Libraries", Verdict.FAIL, f"missing: {', '.join(missing)}", advice)
    else:
        yield Finding("Libraries", Verdict.OK, ", ".join(found))


def display() -> Iterator[Finding]:
    """Look for something that a window can be drawn on."""
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if chosen:
        hidden = chosen in ("offscreen", "minimal")
        advice = "unset QT_QPA_PLATFORM to see the window" if hidden else ""
        yield Finding("Display", Verdict.WARN if hidden else Verdict.OK, f"QT_QPA_PLATFORM={chosen}", advice)
    elif sys.platform in ("win32", "darwin"):
        yield Finding("Display", Verdict.OK, platform.system())
    else:
        shown = [f"{name}={os.environ[name]}" for name in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(name)]
        if shown:
            yield Finding("Display", Verdict.OK, ", ".join(shown))
        else:
            advice = "start it from a desktop session; legwork run --headless works without one"
            yield Finding("Display", Verdict.WARN, "neither DISPLAY nor WAYLAND_DISPLAY is set", advice)


def window_programs() -> Iterator[Finding]:
    """Look for what the tests with real windows need; nobody else does."""
    if not sys.platform.startswith("linux"):
        return
    missing = [name for name in ("Xvfb", "openbox", "xdotool") if shutil.which(name) is None]
    if missing:
        advice = "only the tests with real windows need them; they skip without"
        yield Finding("Test display", Verdict.OK, f"optional, missing: {', '.join(missing)}", advice)
    else:
        yield Finding("Test display", Verdict.OK, "Xvfb, openbox, xdotool")


def fonts() -> Iterator[Finding]:
    """Look for the fonts that a bare machine does not have."""
    folder = resource_path("fonts")
    files = [path for path in folder.glob("*") if path.suffix in (".ttf", ".otf")] if folder.is_dir() else []
    if files and all(path.stat().st_size for path in files):
        yield Finding("Fonts", Verdict.OK, f"{len(files)} bundled")
    else:
        yield Finding("Fonts", Verdict.FAIL, f"none or empty in {folder}", "set Legwork up again: python3 start.py")


def own_folder() -> Iterator[Finding]:
    """Try to write the trader's own folder, and look at the room on its disk."""
    folder = data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        flush = measure_flush(folder)
        free = shutil.disk_usage(folder).free
    except (OSError, JournalError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        advice = "make it writable, or name another folder with LEGWORK_HOME"
        yield Finding("Data folder", Verdict.FAIL, f"{folder}: {reason}", advice)
        return
    yield Finding("Data folder", Verdict.OK, str(folder))
    yield _room(free)
    yield _flush(flush)


def _room(free: int) -> Finding:
    found = f"{free / 1e9:,.1f} GB free"
    if free < _NO_SPACE:
        return Finding("Disk space", Verdict.FAIL, found, "free some space before trading")
    if free < _LOW_SPACE:
        return Finding("Disk space", Verdict.WARN, found, "free some space: the journal grows while you trade")
    return Finding("Disk space", Verdict.OK, found)


def _flush(microseconds: int) -> Finding:
    where = "on the engine's thread" if microseconds < INLINE_MICROSECONDS else "in a writer thread"
    found = f"{microseconds:,} µs per flush; the journal is written {where}"
    if microseconds > _SLOW_FLUSH:
        return Finding("Disk speed", Verdict.WARN, found, "every order waits for a flush: keep the journal on an SSD")
    return Finding("Disk speed", Verdict.OK, found)


def journal() -> Iterator[Finding]:
    """Look for the workstation's journal: there, whole, held by somebody."""
    path = default_journal()
    for warning in location_warnings(str(path)):
        yield Finding("Journal place", Verdict.WARN, warning)
    if not path.exists():
        yield Finding("Journal", Verdict.OK, f"{path}: none yet; the workstation makes it")
        return
    try:
        with open_for_reading(str(path)) as reader:
            report = reader.verify()
    except JournalError as error:
        yield Finding("Journal", Verdict.FAIL, str(error))
        return
    if report.problem is not None:
        advice = "move it aside or restore a copy; see legwork journal verify"
        yield Finding("Journal", Verdict.FAIL, f"{path}: {report.problem}", advice)
    else:
        yield Finding("Journal", Verdict.OK, f"{path}: {report.count:,} facts, all as they were written")
    yield _holder(path)


def _holder(path: Path) -> Finding:
    try:
        refuse_held(path)
    except JournalInUseError as error:
        return Finding("Journal lock", Verdict.OK, str(error).partition(":")[0])
    except JournalError as error:
        return Finding("Journal lock", Verdict.FAIL, str(error))
    return Finding("Journal lock", Verdict.OK, "free")


def rules() -> Iterator[Finding]:
    """Load the exchanges' rules and look at what is not confirmed for today."""
    try:
        known = market_rules()
    except MarketDataError as error:
        yield Finding("Market rules", Verdict.FAIL, str(error), "mend or remove that file")
        return
    yield Finding("Market rules", Verdict.OK, f"{len(known.underlyings())} underlyings")
    today = ist_date(now())
    doubts = [refusal for name in known.underlyings() if (refusal := _live_refusal(name, today)) is not None]
    if doubts:
        advice = "replay and paper trading go on; live trading of these is refused until the rules are confirmed"
        yield Finding("Rules of today", Verdict.WARN, f"{len(doubts)} not confirmed, e.g. {doubts[0]}", advice)
    else:
        yield Finding("Rules of today", Verdict.OK, "all confirmed")


def _live_refusal(underlying: str, today: date) -> str | None:
    try:
        return market_rules().live_refusal(underlying, today)
    except UnknownRuleError as error:
        return str(error)


def holidays() -> Iterator[Finding]:
    """Look how far the trading calendar reaches."""
    try:
        known = market_rules()
    except MarketDataError:
        return
    today = ist_date(now())
    for exchange in (Exchange.NFO, Exchange.BFO):
        subject = f"Calendar {exchange.value}"
        try:
            known.trading_day(exchange, today)
        except UnknownRuleError as error:
            yield Finding(subject, Verdict.FAIL, str(error), "update Legwork, or add the year to holidays.toml")
            continue
        try:
            known.trading_day(exchange, today + _HORIZON)
        except UnknownRuleError as error:
            yield Finding(subject, Verdict.WARN, f"ends within {_HORIZON.days} days: {error}", "update Legwork soon")
        else:
            yield Finding(subject, Verdict.OK, f"known for the next {_HORIZON.days} days and more")


def clock() -> Iterator[Finding]:
    """Look at the clock and the time zone; Legwork counts in Indian time whatever the zone is."""
    moment = ist_datetime(now())
    zone = time.strftime("%Z %z")
    found = f"{moment:%Y-%m-%d %H:%M} Indian time; this machine's zone is {zone}"
    if moment.date() < _EARLIEST_CLOCK:
        yield Finding("Clock", Verdict.FAIL, found, "set the clock: dates decide contracts, expiries and charges")
    else:
        yield Finding("Clock", Verdict.OK, found)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    python_version,
    libraries,
    display,
    window_programs,
    fonts,
    own_folder,
    journal,
    rules,
    holidays,
    clock,
)
"""Every check, in the order of the report."""

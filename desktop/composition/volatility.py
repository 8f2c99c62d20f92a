"""The trader's record of implied volatility: read for every run, added to by the window, imported by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder
from desktop.composition.markets import SIMULATED, OpenMarket
from engine.domain.market_rules import MarketRules
from engine.domain.volatility_history import DayVolatility
from engine.runtime.recording.errors import RecordingError
from engine.runtime.volatility_filling import found_again
from engine.runtime.volatility_store import (
    StoredVolatility,
    VolatilityFileError,
    append_volatility,
    read_volatility,
)
from engine.runtime.volatility_watch import Keep

_MOST_SENTENCES = 20


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import came to: days that were new or changed, and days that were known already."""

    new: tuple[DayVolatility, ...]
    known: int


def volatility_file(market: str | None = None) -> Path:
    """Answer where past volatilities lie; days of the simulated market have a file of their own beside it."""
    return data_folder() / ("volatility-simulated.csv" if market == SIMULATED else "volatility.csv")


def volatility_history(market: str | None = None) -> StoredVolatility:
    """Answer what is known for a run on a market; on the simulated one its own days, under those of the real file.

    A line that is wrong is left out and named, and so is a file that cannot be read: no run depends on it.
    """
    own = _readable(volatility_file())
    if market != SIMULATED:
        return own
    simulated = _readable(volatility_file(SIMULATED))
    return StoredVolatility(days=(*simulated.days, *own.days), problems=(*simulated.problems, *own.problems))


def with_recorded_days(
    past: StoredVolatility, market: OpenMarket, rules: MarketRules, before: date, *, keep: bool
) -> StoredVolatility:
    """Answer the history with the days before a date that only the recording of this market shows.

    Nobody noted them, because no window was open at their close. With ``keep`` they are added to the market's file. A
    recording that cannot be read to its end adds nothing here; the run itself says what is wrong with it.
    """
    if market.recording is None:
        return past
    try:
        found = tuple(found_again(market.recording, rules, past.history, before))
        if found and keep:
            append_volatility(volatility_file(market.name), found)
    except RecordingError:
        return past
    except VolatilityFileError as error:
        return StoredVolatility(days=(*past.days, *found), problems=(*past.problems, str(error)))
    return StoredVolatility(days=(*past.days, *found), problems=past.problems)


def keeping(market: str, trouble: Callable[[str], None]) -> Keep:
    """Answer what adds new days to a market's file; where the disk refuses, ``trouble`` gets the sentence."""
    path = volatility_file(market)

    def keep(days: list[DayVolatility]) -> None:
        try:
            append_volatility(path, days)
        except VolatilityFileError as error:
            trouble(f"{error}. The volatility of today is known to this session only")

    return keep


def import_volatility(file: Path) -> Imported:
    """Add the days of a CSV file to the trader's record.

    Raises MisuseError with every wrong line, or for a file without days: nothing is added then. Raises FailureError
    where a file cannot be read or written.
    """
    if not file.is_file():
        raise MisuseError(f"There is no file {file}")
    given = _read(file)
    if given.problems:
        shown = given.problems[:_MOST_SENTENCES]
        more = len(given.problems) - len(shown)
        rest = f"\nand {more} more" if more else ""
        raise MisuseError("\n".join(shown) + rest + "\nNothing was imported; correct these lines and import it again")
    if not given.days:
        raise MisuseError(f"{file} holds no day; its lines are like 2026-08-19,NIFTY,13.25")
    path = volatility_file()
    before = _read(path).history
    new = tuple(one for one in given.history.all_days() if before.on(one.underlying, one.day) != one.percent)
    if new:
        try:
            append_volatility(path, new)
        except VolatilityFileError as error:
            raise FailureError(str(error)) from error
    return Imported(new=new, known=len(given.history.all_days()) - len(new))


def _readable(path: Path) -> StoredVolatility:
    try:
        return read_volatility(path)
    except VolatilityFileError as error:
        return StoredVolatility(days=(), problems=(str(error),))


def _read(path: Path) -> StoredVolatility:
    try:
        return read_volatility(path)
    except VolatilityFileError as error:
        raise FailureError(str(error)) from error

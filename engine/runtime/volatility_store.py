"""The file of past days' implied volatility: one line a day and underlying, read whole and only ever added to."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec

from engine.domain.volatility_history import DayVolatility, VolatilityHistory

COLUMNS = ("date", "underlying", "volatility")
"""The first line of the file; the volatility is in percent."""

_MOST = Decimal(1_000)
_LARGEST = 64 * 1024 * 1024
"""Bytes; a hundred underlyings of a century need a tenth of it."""


class VolatilityFileError(Exception):
    """The file cannot be read or written; the message says why and what to do."""


class StoredVolatility(msgspec.Struct, frozen=True, kw_only=True):
    """What a file held, and a sentence for every line that is not usable."""

    days: tuple[DayVolatility, ...]
    problems: tuple[str, ...]

    @property
    def history(self) -> VolatilityHistory:
        """The days by underlying; of a day that is there twice, the later line counts."""
        return VolatilityHistory(self.days)


def read_volatility(path: Path) -> StoredVolatility:
    """Answer the days of a CSV file (date, underlying, volatility in percent); nothing for a file that is not there.

    Lines that are wrong are left out and named. Raises VolatilityFileError for a file that cannot be read at all.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise VolatilityFileError(f"{path} is far larger than a file of volatilities; give the right one")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return StoredVolatility(days=(), problems=())
    except UnicodeDecodeError as error:
        reason = f"byte {error.start}"
        raise VolatilityFileError(f"{path} is not text in UTF-8 ({reason}): save it as CSV in UTF-8") from None
    except OSError as error:
        raise VolatilityFileError(f"{path} cannot be read: {error.strerror}") from error
    days: list[DayVolatility] = []
    problems: list[str] = []
    for line, row in _rows(text):
        found = _day(row)
        if isinstance(found, str):
            problems.append(f"{path.name}, line {line}: {found}")
        else:
            days.append(found)
    return StoredVolatility(days=tuple(days), problems=tuple(problems))


def append_volatility(path: Path, days: Iterable[DayVolatility]) -> None:
    """Add days behind what the file holds; what is there is never rewritten.

    Raises VolatilityFileError where the disk refuses; the file is then as it was, or lacks only the end of a line,
    which the next reading names.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for one in days:
        writer.writerow((one.day.isoformat(), one.underlying, f"{one.percent:f}"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.write(_before(file.tell(), path) + text.getvalue().encode("utf-8"))
    except OSError as error:
        raise VolatilityFileError(
            f"{path} cannot be written ({error.strerror}): check the folder and the disk's space"
        ) from error


def _before(size: int, path: Path) -> bytes:
    """Answer what has to stand before new lines: the first line of a new file, the end of one that was cut off."""
    if not size:
        return (",".join(COLUMNS) + "\n").encode("utf-8")
    with path.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        return b"" if file.read(1) == b"\n" else b"\n"


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    for line, written in enumerate(text.splitlines(), 1):
        row = [cell.strip() for cell in written.split(",")]
        if not any(row) or (line == 1 and row[0].lower() == COLUMNS[0]):
            continue
        yield line, row


def _day(row: list[str]) -> DayVolatility | str:
    """Answer the day of a line, or what is wrong with it."""
    if len(row) != len(COLUMNS):
        return f"a line has a date, an underlying and a volatility in percent, this one has {len(row)} parts"
    day, underlying, percent = row
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return f"{day[:40]!r} is no date; write it like 2026-08-19"
    if not underlying or len(underlying) > 40:
        return "the underlying is missing or far too long; write it like NIFTY"
    try:
        value = Decimal(percent.removesuffix("%").strip())
    except InvalidOperation:
        return f"{percent[:40]!r} is no number; write the volatility in percent, like 13.25"
    if not value.is_finite() or not 0 < value <= _MOST:
        return f"a volatility of {percent[:40]} % cannot be; it lies above 0 and is at most {_MOST} %"
    return DayVolatility(on, underlying.upper(), value)

"""The file of profit curves beside a journal: profits of portfolios over time, and the best and worst of their legs."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.profit_curve import LegExtremes, Noted, ProfitCurve

_TABLES = """
create table if not exists journal (birth text not null);
create table if not exists sample (
    portfolio text not null, execution integer not null, at integer not null, profit integer not null,
    primary key (portfolio, execution, at)
) without rowid;
create table if not exists leg (
    portfolio text not null, leg integer not null, best integer not null, best_at integer not null,
    worst integer not null, worst_at integer not null,
    primary key (portfolio, leg)
) without rowid;
"""
_MERGED = """
insert into leg values (?, ?, ?, ?, ?, ?) on conflict (portfolio, leg) do update set
    best_at = iif(excluded.best > best, excluded.best_at, best_at), best = max(best, excluded.best),
    worst_at = iif(excluded.worst < worst, excluded.worst_at, worst_at), worst = min(worst, excluded.worst)
"""


class CurveFileError(Exception):
    """The file of curves cannot be read or written; the message says why and what to do."""


class CurveFile:
    """The open file, used from one thread. What was appended survives a kill of this process.

    ``birth`` tells journals apart: a file that belongs to another journal is put aside under the next free name.
    """

    def __init__(self, path: Path, birth: str) -> None:
        """Open it, or make it. Raises CurveFileError."""
        self.path = path
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._opened()
            known = self._connection.execute("select birth from journal").fetchone()
            if known is not None and known[0] != birth:
                self._connection.close()
                path.rename(_free_name(path))
                self._connection, known = self._opened(), None
            if known is None:
                with self._connection:
                    self._connection.execute("insert into journal values (?)", (birth,))

    def append(self, noted: Iterable[Noted]) -> None:
        """Keep what was noted, in one transaction. Raises CurveFileError; nothing of it is kept then."""
        batch = list(noted)
        samples = [(one.portfolio_id, one.execution, one.at, one.profit) for part in batch for one in part.samples]
        legs = [
            (one.portfolio_id, one.leg_id, one.best, one.best_at, one.worst, one.worst_at)
            for part in batch
            for one in part.legs
        ]
        with _told(self.path), self._connection:
            self._connection.executemany("insert or replace into sample values (?, ?, ?, ?)", samples)
            self._connection.executemany(_MERGED, legs)

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False)
        # Beside the journal nothing waits for these: a power cut may take the last seconds, a kill takes nothing.
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.executescript(_TABLES)
        return connection


def read_curves(path: Path, portfolio_ids: Iterable[PortfolioId]) -> list[ProfitCurve]:
    """Answer the curves of portfolios, execution by execution; empty where no file or no curve is there.

    Raises CurveFileError for a file that cannot be read.
    """
    if not path.exists():
        return []
    with _told(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return [curve for one in portfolio_ids for curve in _curves(connection, one)]


def read_leg_extremes(path: Path) -> list[LegExtremes]:
    """Answer the best and the worst of every leg that was ever noted; empty where no file is there.

    Raises CurveFileError for a file that cannot be read.
    """
    if not path.exists():
        return []
    with _told(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return [_extremes(row) for row in connection.execute("select * from leg")]


def _extremes(row: tuple[str, int, int, int, int, int]) -> LegExtremes:
    of, leg, best, best_at, worst, worst_at = row
    return LegExtremes(PortfolioId(of), LegId(leg), Money(best), Instant(best_at), Money(worst), Instant(worst_at))


def _curves(connection: sqlite3.Connection, portfolio_id: PortfolioId) -> Iterator[ProfitCurve]:
    found: dict[int, tuple[list[int], list[int]]] = {}
    query = "select execution, at, profit from sample where portfolio = ? order by execution, at"
    for execution, at, profit in connection.execute(query, (portfolio_id,)):
        times, profits = found.setdefault(execution, ([], []))
        times.append(at)
        profits.append(profit)
    rows = connection.execute("select * from leg where portfolio = ? order by leg", (portfolio_id,))
    legs = tuple(_extremes(row) for row in rows)
    for execution, (times, profits) in found.items():
        yield ProfitCurve(portfolio_id=portfolio_id, execution=execution, at=times, profit=profits, legs=legs)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the disk or the file says into a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise CurveFileError(
            f"The profit curves in {path} cannot be read or written ({error}): check the disk's space and your rights "
            "to it, or move the file aside; trading does not need it"
        ) from error
    except OSError as error:
        raise CurveFileError(
            f"The profit curves in {path} cannot be kept ({error.strerror}): check the folder and the disk's space"
        ) from error


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return free

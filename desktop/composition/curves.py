"""Profit curves of a run: where they are kept beside its journal, and what the window and the command line read."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Self

from desktop.composition.failures import FailureError
from desktop.composition.folders import server_file
from engine.domain.identifiers import PortfolioId
from engine.domain.profit_curve import LegExtremes, Noted, ProfitCurve
from engine.ports.journal import Journal
from engine.runtime.curve_store import CurveFile, CurveFileError, read_curves, read_leg_extremes
from engine.runtime.curve_writer import CurveBook, CurveWriter
from engine.runtime.journal.location import ServerLocation, SqliteLocation, journal_location

__all__ = ["Curves", "curve_file", "curves_of"]

_OF_BIRTH = 2
"""The day that began, and the session with its lineage."""


def curve_file(journal: str) -> Path:
    """Answer where the curves of a journal are kept: beside a file, on this machine for one on a server."""
    match journal_location(journal):
        case SqliteLocation(path=path):
            return path.with_name(f"{path.name}.curves")
        case ServerLocation(name=name):
            return server_file(name, "curves")


def curves_of(journal: str, portfolio_ids: Iterable[PortfolioId]) -> list[ProfitCurve]:
    """Answer the curves of some portfolios of a journal, by execution. Raises FailureError for an unreadable file."""
    try:
        return read_curves(curve_file(journal), portfolio_ids)
    except CurveFileError as error:
        raise FailureError(str(error)) from error


class Curves:
    """The curves of a session: those of before, and what the engine notes from now on."""

    def __init__(
        self, address: str | None, journal: Journal, wanted: Iterable[PortfolioId], trouble: Callable[[str], None]
    ) -> None:
        """``address`` is the journal's, None for one in memory; curves of ``wanted`` portfolios are read at once.

        A file that cannot be read or written is told to ``trouble``: no session depends on it.
        """
        self.book = CurveBook()
        self._writer: CurveWriter | None = None
        self._before: dict[tuple[str, int], LegExtremes] | None = None
        self._path: Path | None = None
        if address is None:
            return
        path = self._path = curve_file(address)
        try:
            file = CurveFile(path, _birth(journal))
            self.book = CurveBook(read_curves(path, wanted))
        except CurveFileError as error:
            trouble(str(error))
            return
        self._writer = CurveWriter(file, trouble)

    @classmethod
    def mirrored(cls, known: Iterable[ProfitCurve]) -> Self:
        """Answer curves that only follow those of another process, which keeps the file."""
        mirror = cls.__new__(cls)
        mirror.book, mirror._writer = CurveBook(known), None
        return mirror

    def keep(self, noted: Noted) -> None:
        """Take what the engine noted; returns at once."""
        self.book.take(noted)
        if self._writer is not None:
            self._writer.take(noted)

    def leg_extremes(self) -> dict[tuple[str, int], LegExtremes]:
        """Answer the best and the worst of every leg that was noted, by portfolio and leg; safe from any thread.

        Those of earlier sessions are read from the file the first time, so not on a thread that must not wait. What
        cannot be read is left out: the opening has told why.
        """
        if self._before is None:
            self._before = {(leg.portfolio_id, leg.leg_id): leg for leg in self._read_before()}
        return self._before | {(leg.portfolio_id, leg.leg_id): leg for leg in self.book.leg_extremes()}

    def _read_before(self) -> list[LegExtremes]:
        if self._path is None:
            return []
        try:
            return read_leg_extremes(self._path)
        except CurveFileError:
            return []

    def close(self) -> None:
        """Write what waits and close the file; safe to call twice."""
        if self._writer is not None:
            self._writer.close()


def _birth(journal: Journal) -> str:
    """Answer what tells a journal from every other: its first facts, which say when and as what it began."""
    first = islice(journal.entries(), _OF_BIRTH)
    return sha256(b"\n".join(entry.body for entry in first)).hexdigest()

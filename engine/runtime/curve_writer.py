"""Keeps what was noted of profits without holding up the engine: in memory at once, in a file by its own thread."""

import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import NamedTuple

from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.profit_curve import LegExtremes, Noted, ProfitCurve
from engine.runtime.curve_store import CurveFile, CurveFileError


class Extremes(NamedTuple):
    """How far a profit went, in 1/10,000 ₹, from its beginning at 0: see CurveFigures."""

    peak: int
    trough: int
    drawdown: int

    def and_then(self, profit: int) -> "Extremes":
        """Answer them with one sample more; themselves where it goes no further."""
        if self.trough <= profit <= self.peak and self.peak - profit <= self.drawdown:
            return self
        peak = max(self.peak, profit)
        return Extremes(peak, min(self.trough, profit), max(self.drawdown, peak - profit))


class Track:
    """One execution's curve, grown by the engine's thread and copied by others."""

    def __init__(self) -> None:
        self.at, self.profit = array("q"), array("q")
        self.extremes = Extremes(0, 0, 0)

    def add(self, at: int, profit: int) -> None:
        """Add a sample; the profit comes first, so that no instant is ever seen without its profit."""
        self.profit.append(profit)
        self.at.append(at)
        self.extremes = self.extremes.and_then(profit)

    def before(self, at: int) -> "Track":
        """Answer a copy of what was noted before an instant."""
        kept, length = Track(), bisect_left(self.at, at)
        for noted in range(length):
            kept.add(self.at[noted], self.profit[noted])
        return kept


class CurveBook:
    """The curves of a session's portfolios, for the window: nothing is read from a disk while it is drawn."""

    def __init__(self, known: Iterable[ProfitCurve] = ()) -> None:
        self._tracks: dict[PortfolioId, dict[int, Track]] = {}
        self._legs: dict[PortfolioId, dict[LegId, LegExtremes]] = {}
        for curve in known:
            track = self._track(curve.portfolio_id, curve.execution)
            for at, profit in zip(curve.at, curve.profit, strict=True):
                track.add(at, profit)
            self._merge(curve.legs)

    def take(self, noted: Noted) -> None:
        """Add what was noted; from the engine's thread only."""
        for sample in noted.samples:
            track = self._track(sample.portfolio_id, sample.execution)
            if track.at and sample.at <= track.at[-1]:
                # A replayed market goes on from the journal's last fact: what was seen beyond it is seen again.
                track = self._tracks[sample.portfolio_id][sample.execution] = track.before(sample.at)
            track.add(sample.at, sample.profit)
        self._merge(noted.legs)

    def count(self, portfolio_id: PortfolioId, execution: int) -> int:
        """Answer how many samples an execution has; safe from any thread."""
        track = self._tracks.get(portfolio_id, {}).get(execution)
        return 0 if track is None else len(track.at)

    def extremes(self, portfolio_id: PortfolioId, execution: int) -> Extremes | None:
        """Answer how far an execution's profit went; None where nothing was noted of it. Safe from any thread."""
        track = self._tracks.get(portfolio_id, {}).get(execution)
        return None if track is None or not track.at else track.extremes

    def curve(self, portfolio_id: PortfolioId, execution: int) -> ProfitCurve | None:
        """Answer a copy of an execution's curve; None where nothing was noted of it. Safe from any thread."""
        track = self._tracks.get(portfolio_id, {}).get(execution)
        if track is None:
            return None
        at = track.at[:]
        legs = tuple(self._legs.get(portfolio_id, {}).copy().values())
        return ProfitCurve(
            portfolio_id=portfolio_id,
            execution=execution,
            at=at.tolist(),
            profit=track.profit[: len(at)].tolist(),
            legs=legs,
        )

    def leg_extremes(self) -> list[LegExtremes]:
        """Answer the best and the worst of every leg of the session. Safe from any thread."""
        return [leg for legs in list(self._legs.values()) for leg in legs.copy().values()]

    def curves(self) -> list[ProfitCurve]:
        """Answer copies of all curves; safe from any thread."""
        keys = [(portfolio, execution) for portfolio, tracks in self._tracks.copy().items() for execution in [*tracks]]
        return [curve for key in keys if (curve := self.curve(*key)) is not None]

    def _track(self, portfolio_id: PortfolioId, execution: int) -> Track:
        return self._tracks.setdefault(portfolio_id, {}).setdefault(execution, Track())

    def _merge(self, legs: Iterable[LegExtremes]) -> None:
        for leg in legs:
            known = self._legs.setdefault(leg.portfolio_id, {})
            before = known.get(leg.leg_id)
            known[leg.leg_id] = leg if before is None else before.merged(leg)


class CurveWriter:
    """Appends to the file in a thread; where the disk refuses it says so once and goes on trying.

    ``trouble`` gets the sentence, on the writer's thread.
    """

    def __init__(self, file: CurveFile, trouble: Callable[[str], None]) -> None:
        self._file = file
        self._trouble = trouble
        self._is_broken = False
        self._waiting: SimpleQueue[Noted | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_on, name="profit curves", daemon=True)
        self._thread.start()

    def take(self, noted: Noted) -> None:
        """Queue what was noted; returns at once."""
        self._waiting.put(noted)

    def close(self) -> None:
        """Write what waits, end the thread and close the file; safe to call twice."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
            self._file.close()

    def _write_on(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, more = [first], True
            while more:
                try:
                    follows = self._waiting.get_nowait()
                except Empty:
                    break
                more = follows is not None
                if follows is not None:
                    batch.append(follows)
            self._append(batch)
            if not more:
                return

    def _append(self, batch: list[Noted]) -> None:
        try:
            self._file.append(batch)
        except CurveFileError as error:
            if not self._is_broken:
                self._trouble(f"{error}. The curve of now is lost where it is not on the screen")
            self._is_broken = True
        else:
            self._is_broken = False

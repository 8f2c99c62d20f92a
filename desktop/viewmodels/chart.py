"""Bars for the chart: of an instrument, or of a portfolio's combined premium."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.bridge import EngineBridge
from desktop.viewmodels.bars import Bars, CombinedBars, InstrumentBars, joined
from engine.domain.identifiers import InstrumentId, PortfolioId
from engine.domain.money import SCALE
from engine.domain.multileg.levels import Measure
from engine.views.contracts import contract_name
from engine.views.portfolios import LegRow, PortfolioRow

INTERVALS = (1, 3, 5, 15, 30, 60)
"""Minutes of a bar that are offered."""

_NANOSECONDS = 1_000


class ChartModel(QObject):
    """What one chart shows. Prices in ₹ as floats of the screen; the history begins with the session.

    Signals:
        history_replaced: times (n,) int64 nanoseconds, values (5, n) float64; for ``CandleChart.set_bars``.
        bar_changed: (time_ns, open, high, low, close, volume); for ``CandleChart.put_bar(Bar(*...))``.
        title_changed: Text.
        levels_changed: list of (value ₹, caption): stops and targets of what is shown, or the premium at the entry.
    """

    history_replaced = Signal(object, object)
    bar_changed = Signal(object)
    title_changed = Signal(str)
    levels_changed = Signal(list)

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._interval = 1
        self._bars: Bars | None = None
        self._instrument: InstrumentId | None = None
        self._portfolio_id: PortfolioId | None = None
        self._title = ""
        self._last_start: int | None = None
        self._levels: list[tuple[float, str]] = []
        self._held: dict[PortfolioId, PortfolioRow] = {}
        """Portfolios that hold something, of which alone there can be levels."""
        self._note_held(bridge.portfolios.values())
        bridge.portfolios_changed.connect(self._take_portfolios)

    @property
    def title(self) -> str:
        """What is shown, in words."""
        return self._title

    @property
    def interval(self) -> int:
        """Minutes of a bar."""
        return self._interval

    def show_instrument(self, instrument: InstrumentId) -> None:
        """Show an instrument's prices. Raises UnknownInstrumentError for one that is not listed."""
        row = self._bridge.master.row(instrument)
        self._instrument, self._portfolio_id = instrument, None
        self._bars = InstrumentBars(self._bridge, row)
        self._begin(contract_name(self._bridge.master.instruments[row]))

    def show_portfolio(self, portfolio_id: PortfolioId) -> None:
        """Show the combined premium of a portfolio's legs: sold less bought, per unit of its base quantity.

        Every leg with a chosen contract counts, closed ones too, so that the line does not jump when a leg is closed.
        """
        self._instrument, self._portfolio_id = None, portfolio_id
        portfolio = self._bridge.portfolios.get(portfolio_id)
        legs = portfolio.legs if portfolio else ()
        self._bars = CombinedBars(self._bridge, legs)
        name = portfolio.name if portfolio else portfolio_id
        self._begin(f"{name}: combined premium")

    def set_interval(self, minutes: int) -> None:
        """Join this many minutes into one bar. Raises ValueError for a number that is not offered."""
        if minutes not in INTERVALS:
            raise ValueError(f"bars of {minutes} minutes are not offered; choose one of {INTERVALS}")
        self._interval = minutes
        self._replace()

    def refresh(self, _now_ms: int) -> None:
        """Say what changed since the last frame; nothing where there was no quote."""
        if self._bars is None or not self._bars.has_news():
            return
        if self._last_start is None:
            self._replace()
            return
        starts, values = joined(*self._bars.since(self._last_start), self._interval)
        for start, bar in zip(starts.tolist(), (values.T / SCALE).tolist(), strict=True):
            *prices, volume = bar
            self.bar_changed.emit((start * _NANOSECONDS, *prices, volume * SCALE))
            self._last_start = start

    def _begin(self, title: str) -> None:
        self._title = title
        self.title_changed.emit(title)
        self._replace()
        self._tell_levels()

    def _replace(self) -> None:
        if self._bars is None:
            return
        self._bars.has_news()
        starts, values = joined(*self._bars.since(0), self._interval)
        floats = values.astype(np.float64)
        floats[:4] /= SCALE
        self._last_start = int(starts[-1]) if len(starts) else None
        self.history_replaced.emit(starts * _NANOSECONDS, floats)

    def _note_held(self, rows: Iterable[PortfolioRow]) -> None:
        for row in rows:
            if row.open_legs:
                self._held[row.portfolio_id] = row
            else:
                self._held.pop(row.portfolio_id, None)

    def _take_portfolios(self, rows: list[PortfolioRow]) -> None:
        self._note_held(rows)
        shown = next((row for row in rows if row.portfolio_id == self._portfolio_id), None)
        if shown is not None and isinstance(self._bars, CombinedBars) and not self._bars.is_of(shown.legs):
            self.show_portfolio(shown.portfolio_id)
        elif self._bars is not None:
            self._tell_levels()

    def _tell_levels(self) -> None:
        levels = self._leg_levels() if self._instrument is not None else self._premium_levels()
        if levels != self._levels:
            self._levels = levels
            self.levels_changed.emit(levels)

    def _leg_levels(self) -> list[tuple[float, str]]:
        """Return the stops and targets of every leg that is closed by the shown price."""
        levels: list[tuple[float, str]] = []
        row = self._bridge.master.row(self._instrument) if self._instrument is not None else -1
        for portfolio in self._held.values():
            for leg in portfolio.legs:
                if leg.net_quantity:
                    levels += _levels_of(leg, row, portfolio)
        return levels

    def _premium_levels(self) -> list[tuple[float, str]]:
        portfolio = self._bridge.portfolios.get(self._portfolio_id) if self._portfolio_id is not None else None
        if portfolio is None or portfolio.combined_premium is None or not portfolio.base_quantity:
            return []
        levels = [(portfolio.combined_premium / SCALE, "Entry")]
        if all(leg.net_quantity for leg in portfolio.legs if leg.entered):
            # While every leg is open, a profit in rupees is a distance of the premium from where it was sold.
            stop = None if portfolio.stop is None else max(portfolio.stop, portfolio.floor or portfolio.stop)
            for profit, caption in ((stop, "Stop"), (portfolio.target, "Target")):
                if profit is not None:
                    points = profit * portfolio.legs[0].scale / portfolio.base_quantity
                    levels.append(((portfolio.combined_premium - points) / SCALE, caption))
        return levels


def _levels_of(leg: LegRow, row: int, portfolio: PortfolioRow) -> list[tuple[float, str]]:
    found = []
    for level, word in ((leg.stop, "Stop"), (leg.target, "Target")):
        if level is None:
            continue
        # Levels of profit and Greeks are no prices and have no line.
        watched = {Measure.PREMIUM: leg.row, Measure.UNDERLYING: portfolio.underlying_row}.get(level.of)
        if watched == row:
            found.append((level.value / SCALE, f"{word} {portfolio.name} leg {leg.leg_id}"))
    return found

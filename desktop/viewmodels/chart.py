"""Bars for the chart: of an instrument, or of a portfolio's combined premium."""

from PySide6.QtCore import QObject, Signal

from desktop.bridge import EngineBridge
from engine.domain.identifiers import InstrumentId, PortfolioId

INTERVALS = (1, 3, 5, 15, 30, 60)
"""Minutes of a bar that are offered."""


class ChartModel(QObject):
    """What one chart shows. Prices in ₹ as floats of the screen.

    Signals:
        history_replaced: times (n,) int64 nanoseconds, values (5, n) float64; for ``CandleChart.set_bars``.
        bar_changed: time_ns, open, high, low, close, volume; for ``CandleChart.put_bar(Bar(*...))``.
        title_changed: Text.
        levels_changed: list of (value ₹, caption): stops and targets of what is shown.
    """

    history_replaced = Signal(object, object)
    bar_changed = Signal(object)
    title_changed = Signal(str)
    levels_changed = Signal(list)

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def show_instrument(self, instrument: InstrumentId) -> None:
        """Show an instrument's prices."""

    def show_portfolio(self, portfolio_id: PortfolioId) -> None:
        """Show the combined premium of a portfolio's legs: sold less bought, per unit of its base quantity."""

    def set_interval(self, minutes: int) -> None:
        """Join the minutes of this many into one bar."""

    def refresh(self, now_ms: int) -> None:
        """Say what changed since the last frame."""

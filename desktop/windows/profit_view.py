"""What a portfolio made over time: its curve with peak and trough, its drawdown, and the best and worst of its legs."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.presentation import formats
from desktop.widgets.profit_chart import ProfitChart
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import Desk, muted_label
from engine.domain.instant import clock_text
from engine.domain.profit_curve import CurveFigures, ProfitCurve
from engine.views.portfolios import PortfolioRow

_FOLLOW_MS = 1_000


class ProfitView(QWidget):
    """The curve of a portfolio's present execution, and what it came to in words.

    Attributes:
        chart: The curve.
        words: Peak, trough and drawdown.
        legs: The best and the worst of every leg, which the words show as their tooltip.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves = desk.curves
        self._shown = ("", 0, -1)
        self.chart = ProfitChart(desk.theme)
        self.words = muted_label()
        self.words.setWordWrap(True)
        self.legs = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.chart, 1)
        column.addWidget(self.words)

    def follow(self, row: PortfolioRow) -> bool:
        """Show what was noted of a portfolio; return whether anything was. Nothing new costs nothing."""
        count = 0 if self._curves is None else self._curves.book.count(row.portfolio_id, row.execution)
        shown = (row.portfolio_id, row.execution, count)
        if shown != self._shown and self._curves is not None:
            self._shown = shown
            self._show(row, self._curves.book.curve(row.portfolio_id, row.execution))
        return count > 0

    def _show(self, row: PortfolioRow, curve: ProfitCurve | None) -> None:
        self.chart.show_curve(curve)
        figures = None if curve is None else curve.figures()
        self.words.setText("" if figures is None else _words(figures))
        self.legs = "" if curve is None else _leg_words(row, curve)
        self.words.setToolTip(self.legs)


class ProfitDialog(DeskDialog):
    """The curve in a window of its own, followed while it is open."""

    def __init__(self, parent: QWidget, desk: Desk, row: PortfolioRow) -> None:
        super().__init__(parent, f"Profit of {row.name} ({row.portfolio_id})")
        self.setObjectName("profit_dialog")
        self.resize(720, 420)
        self._desk, self._row = desk, row
        self.view = ProfitView(desk, self)
        self.column.addWidget(self.view, 1)
        self._legs = self.add_text("", muted=True)
        self.add_buttons(None, "Close")
        timer = QTimer(self)
        timer.timeout.connect(self.follow)
        timer.start(_FOLLOW_MS)
        self.follow()

    def follow(self) -> None:
        """Show what was noted since."""
        row = self._desk.bridge.portfolios.get(self._row.portfolio_id, self._row)
        if not self.view.follow(row):
            self._legs.setText("Nothing of it was filled yet, or its Monitoring says that no curve is kept.")
        elif self._legs.text() != self.view.legs:
            self._legs.setText(self.view.legs)


def _words(figures: CurveFigures) -> str:
    peak = formats.signed_amount(figures.peak, 0)
    trough = formats.signed_amount(figures.trough, 0)
    fall = formats.rupees(figures.drawdown, 0)
    when = "" if figures.drawdown_at is None else f" at {clock_text(figures.drawdown_at)[:8]}"
    return f"Best {peak} · worst {trough} · deepest drawdown {fall}{when}"


def _leg_words(row: PortfolioRow, curve: ProfitCurve) -> str:
    """Write the best and the worst of every leg of the execution, a line each."""
    known = {leg.leg_id: leg for leg in curve.legs}
    return "\n".join(
        f"Leg {leg.leg_id} {leg.contract}: best {formats.signed_amount(known[leg.leg_id].best, 0)}, "
        f"worst {formats.signed_amount(known[leg.leg_id].worst, 0)}"
        for leg in row.legs
        if leg.execution == row.execution and leg.leg_id in known
    )

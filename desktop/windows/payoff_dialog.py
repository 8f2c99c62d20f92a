"""A window with the payoff of what is held, which follows quotes and fills while it is open."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.presentation.theme import Theme
from desktop.viewmodels.held_payoff import against, held_payoff
from desktop.widgets.payoff_chart import Payoff, PayoffChart
from desktop.windows.dialog import DeskDialog
from engine.views.positions import PositionRow

_EVERY_MS = 500
_SIZE = (760, 480)


class PayoffDialog(DeskDialog):
    """Shows profit and loss of some legs at every level of their underlying; it does not stand in the way."""

    def __init__(self, parent: QWidget, theme: Theme, name: str, legs: Callable[[], Sequence[PositionRow]]) -> None:
        super().__init__(parent, f"Payoff of {name}")
        self.setModal(False)
        self._legs = legs
        self.chart = PayoffChart(theme, f"Payoff of {name}", self)
        self.chart.setMinimumHeight(260)
        self.column.addWidget(self.chart, 1)
        self.figures = self.add_text("")
        self.figures.setAccessibleName("Figures of the payoff")
        self.add_text("At the nearest expiry and today, at unchanged volatility; before charges.", muted=True)
        self.add_buttons(None, "Close")
        self.resize(*_SIZE)
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(_EVERY_MS)
        self.look()

    def look(self) -> None:
        """Show what is held now."""
        legs = self._legs()
        found = held_payoff(legs)
        if found is None:
            self.chart.show_payoff(None)
            words = against(legs) or "a price is missing"
            self.figures.setText(f"No payoff now: {words}.")
            return
        self.chart.show_payoff(
            Payoff(
                underlying=found.underlying,
                at_expiry=found.at_expiry,
                today=found.today,
                break_evens=found.summary.break_evens,
                spot=found.forward,
            )
        )
        self.figures.setText("  ·  ".join(found.sentences()))

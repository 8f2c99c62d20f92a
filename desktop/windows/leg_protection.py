"""Change the stop and the target of an open leg by hand."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from desktop.presentation import formats
from desktop.viewmodels.leg_levels import check_sides, premium_of, read_price
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk, muted_label, push_button
from engine.domain.commands import ChangeLegProtection, SquareOffLeg
from engine.domain.money import Price, plain_text
from engine.views.portfolios import LegRow, Level, PortfolioRow

_LEAST_WIDTH, _SIDE_BY_SIDE = 230, 332  # pixels


class LegProtection(QWidget):
    """Two prices of the selected leg and a button; an empty line takes a level away."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shown: tuple[PortfolioRow, LegRow] | None = None
        self._title = muted_label("Select an open leg to change its stop or target.")
        self._title.setWordWrap(True)
        self.stop_line = _price_line("Stop of the leg, ₹")
        self.target_line = _price_line("Target of the leg, ₹")
        self.set_button = push_button("Set", "Use these levels from now on", self.apply)
        self.close_button = push_button("Square off leg…", "Close this leg only", self._ask_square_off, danger=True)
        self._error = QLabel()
        self._error.setProperty("error", True)
        self._error.setWordWrap(True)
        self._error.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self._title, 0, 0, 1, 6)
        self._titles = QLabel("Stop"), QLabel("Target")
        stop, target = self._titles
        for column, widget in enumerate(
            (stop, self.stop_line, target, self.target_line, self.set_button, self.close_button)
        ):
            grid.addWidget(widget, 1, column)
        grid.addWidget(self._error, 3, 0, 1, 6)
        self._grid = grid
        self.setMinimumWidth(_LEAST_WIDTH)
        self._enable(open_leg=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the button below the prices where they do not stand side by side."""
        super().resizeEvent(event)
        if event.size().width() < _SIDE_BY_SIDE:
            self._grid.addWidget(self.close_button, 2, 0, 1, 6)
        else:
            self._grid.addWidget(self.close_button, 1, 5)

    def show_leg(self, portfolio: PortfolioRow, leg: LegRow | None) -> None:
        """Show a leg's levels for editing; None for a line that is no leg."""
        self._error.hide()
        self._shown = None if leg is None else (portfolio, leg)
        if leg is None:
            self._title.setText("Select an open leg to change its stop or target.")
            self._enable(open_leg=False)
            return
        self.stop_line.setText(_level_text(leg.stop))
        self.target_line.setText(_level_text(leg.target))
        self.follow(portfolio, leg)

    def follow(self, portfolio: PortfolioRow, leg: LegRow | None) -> None:
        """Take newer rows of the shown leg without touching what is being typed."""
        if leg is None or self._shown is None or self._shown[1].leg_id != leg.leg_id:
            return
        before = self._shown[1]
        self._shown = portfolio, leg
        for line, old, new in ((self.stop_line, before.stop, leg.stop), (self.target_line, before.target, leg.target)):
            if old != new and not line.hasFocus():
                line.setText(_level_text(new))
        holds = leg.net_quantity != 0
        words = f"Leg {leg.leg_id}: {formats.signed_quantity(leg.net_quantity)} {leg.contract}"
        others = {
            level.of.value for level in (leg.stop, leg.target) if level is not None and level.of.value != "premium"
        }
        if others:
            words += f" · levels in {', '.join(sorted(others))}; what is typed here is a price of the leg"
        self._title.setText(words if holds else f"Leg {leg.leg_id} {leg.contract} holds nothing now.")
        self._enable(open_leg=holds)

    def apply(self) -> None:
        """Send the levels to the engine, or say what is wrong with them."""
        if self._shown is None:
            return
        portfolio, leg = self._shown
        try:
            # What was not touched stays as it is: a level of the underlying is no price of the leg.
            keeps_stop = self.stop_line.text().strip() == _level_text(leg.stop)
            keeps_target = self.target_line.text().strip() == _level_text(leg.target)
            stop = premium_of(leg.stop) if keeps_stop else _read(self.stop_line, leg, "Stop")
            target = premium_of(leg.target) if keeps_target else _read(self.target_line, leg, "Target")
            check_sides(leg, stop, target)
        except ValueError as error:
            self._error.setText(f"✕ {error}")
            self._error.show()
            return
        self._error.hide()
        self._desk.bridge.submit(
            lambda at: ChangeLegProtection(
                at=at,
                portfolio_id=portfolio.portfolio_id,
                leg_id=leg.leg_id,
                stop=None if keeps_stop else stop,
                target=None if keeps_target else target,
                keeps_stop=keeps_stop,
                keeps_target=keeps_target,
            )
        )

    def square_off(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        """Ask, then close one leg."""
        ask(
            self,
            "Square off a leg",
            [
                f"Close {formats.signed_quantity(leg.net_quantity)} {leg.contract}?",
                f"The other legs of {portfolio.name} go on, with their stops.",
            ],
            "Square off",
            lambda: self._desk.bridge.submit(
                lambda at: SquareOffLeg(at=at, portfolio_id=portfolio.portfolio_id, leg_id=leg.leg_id)
            ),
            danger=True,
            question=self._desk.questions["square_off_leg"],
        )

    def _ask_square_off(self) -> None:
        if self._shown is not None:
            self.square_off(*self._shown)

    def _enable(self, *, open_leg: bool) -> None:
        for widget in (self.stop_line, self.target_line, self.set_button, self.close_button):
            widget.setEnabled(open_leg)
        # Without an open leg the room belongs to the reasons above.
        for shown in (*self._titles, self.stop_line, self.target_line, self.set_button, self.close_button):
            shown.setVisible(open_leg)


def _price_line(name: str) -> QLineEdit:
    line = QLineEdit()
    line.setAccessibleName(name)
    line.setPlaceholderText("none")
    line.setMaximumWidth(86)
    return line


def _level_text(level: Level | None) -> str:
    return plain_text(level.value) if level is not None else ""


def _read(line: QLineEdit, leg: LegRow, title: str) -> Price | None:
    text = line.text().strip()
    if not text:
        return None
    try:
        return read_price(text, leg.tick_size)
    except ValueError as error:
        raise ValueError(f"{title}: {error}") from error

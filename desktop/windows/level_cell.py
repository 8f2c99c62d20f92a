"""Change the stop or the target of an open leg in its cell of the grid."""

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop.forms.inputs import SteppedEdit
from desktop.viewmodels.leg_levels import (
    check_distance,
    check_sides,
    is_reached,
    premium_of,
    read_price,
    stepped_price,
)
from desktop.windows.panel import Desk
from engine.domain.commands import ChangeLegProtection
from engine.domain.money import Price, plain_text
from engine.views.marks import LegMark
from engine.views.portfolios import LegRow, PortfolioRow

_LEAST_WIDTH, _SENTENCE_WIDTH = 76, 250  # pixels
_STAYS_FOR = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""Who looks into another window or opens a menu comes back to what was typed."""
_ENDS = (Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value)


class LevelCell(SteppedEdit):
    """A line over a cell: Enter takes the price, Esc leaves it, the arrow keys step by ticks, with Shift by ten.

    What is wrong is said below the cell, and nothing is sent. An empty line takes the level away.

    Attributes:
        sentence: What is wrong with what was typed.
    """

    def __init__(self, desk: Desk, over: QWidget, back_to: QWidget) -> None:
        """``over`` is the viewport whose cell it covers, ``back_to`` has the focus afterwards."""
        super().__init__(self._stepped, over)
        self._desk, self._back_to = desk, back_to
        self._shown: tuple[PortfolioRow, LegRow, str] | None = None
        self._last: Price | None = None
        self._warned_of = ""
        self.setAccessibleName("Level of the leg, ₹")
        self.setMinimumWidth(_LEAST_WIDTH)
        self.sentence = QLabel(over)
        self.sentence.setProperty("error", True)
        self.sentence.setProperty("raised", True)
        self.sentence.setWordWrap(True)
        self.sentence.setFixedWidth(_SENTENCE_WIDTH)
        self.sentence.setAutoFillBackground(True)
        self.sentence.hide()
        self.textEdited.connect(lambda _text: self._unsay())
        self.hide()

    @property
    def edits(self) -> tuple[str, int, str] | None:
        """Portfolio, leg and column of the cell that is edited; None while none is."""
        return None if self._shown is None else (self._shown[0].portfolio_id, self._shown[1].leg_id, self._shown[2])

    def open(self, portfolio: PortfolioRow, leg: LegRow, mark: LegMark | None, column: str, cell: QRect) -> None:
        """Edit a level of an open leg, ``column`` being ``"stop"`` or ``"target"``, over its cell."""
        self._shown, self._last = (portfolio, leg, column), None if mark is None else mark.last_price
        level = premium_of(leg.stop if column == "stop" else leg.target)
        self._unsay()
        self.setAccessibleName(f"{column.capitalize()} of leg {leg.leg_id}, ₹")
        self.setText("" if level is None else plain_text(level))
        self.place(cell)
        self.show()
        self.setFocus()
        self.selectAll()

    def place(self, cell: QRect) -> None:
        """Stay over the cell."""
        self.setGeometry(cell.left(), cell.top() - 1, max(cell.width(), _LEAST_WIDTH), cell.height() + 2)
        self._place_sentence()

    def leave(self) -> None:
        """Change nothing, and go away."""
        if self._shown is not None:
            self._shown = None
            self._unsay()
            self.hide()
            self._back_to.setFocus()

    def take(self) -> None:
        """Send the typed level, or say what is wrong with it; what closes the leg at once is asked for twice."""
        if self._shown is None:
            return
        portfolio, leg, column = self._shown
        try:
            price = self._read(leg, column)
        except ValueError as error:
            self._say(f"✕ {error}")
            return
        is_stop = column == "stop"
        if is_reached(leg, self._last, **{column: price}) and self._warned_of != self.text():
            self._warned_of = self.text()
            last = plain_text(self._last or 0)
            self._say(f"⚠ It trades at {last}: the leg would be closed at once. Enter once more if that is meant.")
            return
        before = leg.stop if is_stop else leg.target
        self._send(portfolio, leg, column, price)
        if before is None or premium_of(before) is not None:
            was, now = _words(premium_of(before)), _words(price)

            def take_back() -> str:
                self._send(portfolio, leg, column, premium_of(before))
                return f"{column.capitalize()} of leg {leg.leg_id}: {was} again."

            self._desk.way_back.offer(f"{column.capitalize()} of leg {leg.leg_id}: {was} → {now}.", take_back)
        self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the level on Enter, leave it on Esc, step it on the arrow keys."""
        if event.key() in _ENDS:
            self.take()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc and Enter from what is around."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and event.key() in (*_ENDS, Qt.Key.Key_Escape.value):  # type: ignore[attr-defined]  # a key event
            event.accept()
            return True
        return bool(super().event(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave it: what was not taken with Enter was not meant yet."""
        super().focusOutEvent(event)
        if self._shown is not None and event.reason() not in _STAYS_FOR:
            self._shown = None
            self._unsay()
            self.hide()

    def _read(self, leg: LegRow, column: str) -> Price | None:
        text = self.text().strip()
        if not text:
            return None
        price = read_price(text, leg.tick_size)
        check_distance(price, self._last)
        if column == "stop":
            check_sides(leg, price, premium_of(leg.target))
        else:
            check_sides(leg, premium_of(leg.stop), price)
        return price

    def _send(self, portfolio: PortfolioRow, leg: LegRow, column: str, price: Price | None) -> None:
        is_stop = column == "stop"
        self._desk.bridge.submit(
            lambda at: ChangeLegProtection(
                at=at,
                portfolio_id=portfolio.portfolio_id,
                leg_id=leg.leg_id,
                stop=price if is_stop else None,
                target=None if is_stop else price,
                keeps_stop=not is_stop,
                keeps_target=is_stop,
            )
        )

    def _stepped(self, text: str, steps: int) -> str | None:
        if self._shown is None:
            return None
        self._unsay()
        return stepped_price(text, steps, self._shown[1].tick_size, self._last)

    def _say(self, words: str) -> None:
        self.sentence.setText(words)
        self.sentence.adjustSize()
        self._place_sentence()
        self.sentence.show()
        self.sentence.raise_()

    def _unsay(self) -> None:
        self._warned_of = ""
        self.sentence.hide()

    def _place_sentence(self) -> None:
        over = self.parentWidget()
        if over is None:
            return
        box = self.geometry()
        left = max(0, min(box.left(), over.width() - self.sentence.width()))
        below = box.bottom() + 1
        fits = below + self.sentence.height() <= over.height()
        self.sentence.move(left, below if fits else max(0, box.top() - self.sentence.height()))


def _words(price: Price | None) -> str:
    return "none" if price is None else f"₹{plain_text(price)}"

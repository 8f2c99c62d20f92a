"""Say that one leg was closed in the broker's own application, and at which price."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop.presentation import formats
from desktop.windows.dialog import DeskDialog
from desktop.windows.limit_dialog import read_price
from desktop.windows.panel import Desk
from engine.domain.commands import MarkLegClosed
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.money import Price


class ClosedOutsideDialog(DeskDialog):
    """Asks for the price of a leg that somebody closed; an empty line leaves it to the broker's books."""

    def __init__(
        self, parent: QWidget, contract: str, net_quantity: int, tick: Price, mark: Callable[[Price | None], None]
    ) -> None:
        super().__init__(parent, "Mark a leg as closed")
        self._tick, self._mark = tick, mark
        self.add_text(f"Was {formats.signed_quantity(net_quantity)} {contract} closed in the broker's own application?")
        self.add_text(
            "It is taken as closed only if the broker's books show it. Its stop and target at the broker are "
            "cancelled, the other legs go on, and nothing follows as on a stop.",
            muted=True,
        )
        self.add_text("Price; empty: the broker's average where his books tell it, else the price of now.", muted=True)
        self.price_line = QLineEdit(self)
        self.price_line.setAccessibleName("Price of the close in rupees")
        self.price_line.setPlaceholderText("from the broker's books")
        self.column.addWidget(self.price_line)
        self._error = QLabel(self)
        self._error.setProperty("error", True)
        self._error.setWordWrap(True)
        self._error.hide()
        self.column.addWidget(self._error)
        self.add_buttons("Mark as closed", "Leave it", danger=True)

    def accept(self) -> None:
        """Take the price, or say what is wrong with it."""
        text = self.price_line.text().strip()
        try:
            price = read_price(text, self._tick) if text else None
        except ValueError as error:
            self._error.setText(f"✕ {error}")
            self._error.show()
            return
        self._mark(price)
        super().accept()


def ask_closed_outside(
    parent: QWidget, desk: Desk, portfolio_id: PortfolioId, leg_id: LegId, contract: str, held: int, tick: Price
) -> ClosedOutsideDialog:
    """Open the question; the command is sent when the trader agrees."""

    def mark(price: Price | None) -> None:
        desk.bridge.submit(lambda at: MarkLegClosed(at=at, portfolio_id=portfolio_id, leg_id=leg_id, price=price))

    dialog = ClosedOutsideDialog(parent, contract, held, tick, mark)
    dialog.open()
    return dialog

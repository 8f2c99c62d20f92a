"""Give a working order another limit."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop.presentation import formats
from desktop.viewmodels.leg_levels import read_price
from desktop.windows.dialog import DeskDialog
from engine.domain.money import Price, plain_text
from engine.views.orders import OrderRow

__all__ = ["LimitDialog", "read_price"]


class LimitDialog(DeskDialog):
    """Asks for a limit on the order's tick; a wrong one is refused with a sentence beside it."""

    def __init__(self, parent: QWidget, order: OrderRow, modify: Callable[[OrderRow, Price], None]) -> None:
        super().__init__(parent, "Modify the limit")
        self._order, self._modify = order, modify
        self.add_text(
            f"{order.side.value} {formats.quantity(order.remaining)} {order.contract}, limit "
            f"₹{formats.price(order.limit_price, order.tick_size)}"
        )
        self.price_line = QLineEdit(plain_text(order.limit_price or 0), self)
        self.price_line.setAccessibleName("New limit in rupees")
        self.price_line.selectAll()
        self.column.addWidget(self.price_line)
        self._error = QLabel(self)
        self._error.setProperty("error", True)
        self._error.setWordWrap(True)
        self._error.hide()
        self.column.addWidget(self._error)
        self.add_buttons("Change the limit", "Leave it")

    def accept(self) -> None:
        """Take the limit, or say what is wrong with it."""
        try:
            limit = read_price(self.price_line.text(), self._order.tick_size)
        except ValueError as error:
            self._error.setText(f"✕ {error}")
            self._error.show()
            return
        self._modify(self._order, limit)
        super().accept()

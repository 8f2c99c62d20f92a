"""Give a working order another limit."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop.presentation import formats
from desktop.windows.dialog import DeskDialog
from engine.domain.money import Price, plain_text, price_of
from engine.views.orders import OrderRow


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


def read_price(text: str, tick: Price) -> Price:
    """Answer a typed price that lies on the tick. Raises ValueError with a sentence."""
    price = price_of(text.strip().replace(",", "").removeprefix("₹"))
    if price <= 0:
        raise ValueError("A price must be above 0")
    if price > price_of(10_000_000):
        raise ValueError("No contract trades at that price; check the digits")
    if tick and price % tick:
        raise ValueError(f"Prices here move in steps of ₹{plain_text(tick)}; write a multiple of it")
    return price

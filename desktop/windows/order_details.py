"""The life of one order: its terms, every step with its time and reason, and the orders beside it."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QLabel, QListWidget, QWidget

from desktop.viewmodels.order_columns import day_text
from desktop.viewmodels.order_life_words import brother_line, brothers_of, life_lines, life_text, step_lines
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import Desk, push_button
from engine.domain.identifiers import OrderId
from engine.domain.instant import ist_date
from engine.views.orders import OrderRow


class OrderDetails(DeskDialog):
    """Terms, steps and brothers of an order; it follows the order while it is open.

    Attributes:
        steps: Every step: time, time since the step before, who, what and why.
        brothers: The other orders for the same of its leg: slices and retries.
    """

    def __init__(self, parent: QWidget, desk: Desk, order_id: OrderId) -> None:
        super().__init__(parent, "Life of an order")
        self._desk, self._order_id = desk, order_id
        self.resize(720, 600)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(3)
        self.column.addLayout(self._form)
        self._values: dict[str, QLabel] = {}
        self.steps = self._list("Steps in the order's life")
        self.column.addWidget(self.steps, 3)
        self._brothers_title = self.add_text("", muted=True)
        self.brothers = self._list("Other orders for the same of its leg")
        self.column.addWidget(self.brothers, 1)
        self.copy_button = push_button("Copy as text", "Put all of this on the clipboard as text", self.copy)
        self.column.addWidget(self.copy_button)
        self.add_buttons(None, "Close")
        self._show()
        desk.bridge.orders_changed.connect(self._on_orders)

    def copy(self) -> None:
        """Put the life of the order on the clipboard as text."""
        QGuiApplication.clipboard().setText(life_text(self._order(), self._brothers()))

    def _list(self, name: str) -> QListWidget:
        lines = QListWidget(self)
        lines.setAccessibleName(name)
        lines.setWordWrap(True)
        return lines

    def _order(self) -> OrderRow:
        return self._desk.bridge.orders[self._order_id]

    def _brothers(self) -> list[OrderRow]:
        return brothers_of(self._order(), self._desk.bridge.orders.values())

    def _on_orders(self, rows: list[OrderRow]) -> None:
        own = self._order()
        if any(row.order_id == self._order_id or row.portfolio_id == own.portfolio_id for row in rows):
            self._show()

    def _show(self) -> None:
        order, brothers = self._order(), self._brothers()
        for title, text in life_lines(order):
            if title not in self._values:
                label = QLabel(self)
                label.setWordWrap(True)
                label.setAccessibleName(title)
                self._values[title] = label
                self._form.addRow(title, label)
            self._values[title].setText(text)
        _fill(self.steps, step_lines(order))
        self._brothers_title.setText(
            f"{len(brothers)} other orders for the same of its leg: slices and retries"
            if brothers
            else f"The only order of {day_text(ist_date(order.requested_at))} for this of its leg"
        )
        self.brothers.setVisible(bool(brothers))
        _fill(self.brothers, [brother_line(one) for one in brothers])


def _fill(shown: QListWidget, lines: list[str]) -> None:
    """Show lines; those that stand there already are not touched, so that a reader keeps his place."""
    for place, line in enumerate(lines):
        if place == shown.count():
            shown.addItem(line)
        elif shown.item(place).text() != line:
            shown.item(place).setText(line)
    while shown.count() > len(lines):
        shown.takeItem(shown.count() - 1)

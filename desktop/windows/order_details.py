"""The life of one order: its terms, and every step with its reason."""

from PySide6.QtWidgets import QFormLayout, QLabel, QListWidget, QWidget

from desktop.presentation import formats
from desktop.viewmodels.orders import price_text, status_text
from desktop.viewmodels.times import latency_text, time_text
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import Desk
from engine.domain.identifiers import OrderId
from engine.views.orders import OrderRow


class OrderDetails(DeskDialog):
    """Terms, times and the messages about one order; it follows the order while it is open."""

    def __init__(self, parent: QWidget, desk: Desk, order_id: OrderId) -> None:
        super().__init__(parent, "Details of an order")
        self._desk, self._order_id = desk, order_id
        self.resize(620, 520)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(3)
        self.column.addLayout(self._form)
        self._values: dict[str, QLabel] = {}
        self.steps = QListWidget(self)
        self.steps.setAccessibleName("Steps in the order's life")
        self.steps.setWordWrap(True)
        self.column.addWidget(self.steps, 1)
        self.add_buttons(None, "Close")
        self._show()
        desk.bridge.orders_changed.connect(self._on_orders)

    def _on_orders(self, rows: list[OrderRow]) -> None:
        if any(row.order_id == self._order_id for row in rows):
            self._show()

    def _show(self) -> None:
        order = self._desk.bridge.orders[self._order_id]
        for title, text in _lines(order):
            if title not in self._values:
                label = QLabel(self)
                label.setWordWrap(True)
                label.setAccessibleName(title)
                self._values[title] = label
                self._form.addRow(title, label)
            self._values[title].setText(text)
        told = [message for message in self._desk.bridge.messages if message.tag == self._order_id]
        self.steps.clear()
        self.steps.addItems([f"{time_text(told_one.at, milliseconds=True)}   {told_one.sentence}" for told_one in told])


def _lines(order: OrderRow) -> list[tuple[str, str]]:
    filled = f"{formats.quantity(order.filled)} of {formats.quantity(order.quantity)}"
    if order.average_price is not None:
        filled += f" at ₹{formats.price(order.average_price)} on average"
    return [
        ("Order", f"{order.side.value} {formats.quantity(order.quantity)} {order.contract}, {price_text(order)}"),
        ("Why", order.why),
        ("Status", status_text(order)),
        ("Filled", filled),
        ("Belongs to", f"{order.portfolio} ({order.portfolio_id}), leg {order.leg_id}, cycle {order.cycle}"),
        ("Our tag", f"{order.order_id}, broker's number {order.broker_order_id or 'not given yet'}"),
        ("Broker says", order.wording or formats.MISSING),
        (
            "Times",
            (
                f"decided {time_text(order.requested_at, milliseconds=True)}, first answer after "
                f"{latency_text(order.acknowledge_latency)}, last fill after {latency_text(order.fill_latency)}"
            ),
        ),
    ]

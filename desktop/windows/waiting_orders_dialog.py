"""The orders that wait at a broker for a price: made elsewhere, seen and cancelled here."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QWidget

from desktop.composition.broker_questions import Waiting, asking_for, waiting_text
from desktop.windows.attempt import Attempt
from desktop.windows.dialog import DeskDialog, ask
from engine.domain.instant import Instant
from engine.domain.settings.account import Account

_SIZE = (680, 380)


class WaitingOrdersDialog(DeskDialog):
    """Lists an account's waiting orders (GTT) as its broker answers, and cancels the selected one.

    Attributes:
        orders: One line each.
        answer: What is asked, or what went wrong.
    """

    def __init__(self, parent: QWidget, account: Account, now: Callable[[], Instant]) -> None:
        super().__init__(parent, f"Waiting at the broker: {account.id}")
        self.setObjectName("waiting_orders_dialog")
        self._account, self._now = account, now
        self.add_text(
            "They were made elsewhere and are placed by the broker itself; Legwork never makes any.", muted=True
        )
        self.orders = QListWidget(self)
        self.orders.setAccessibleName("Waiting orders")
        self.orders.itemSelectionChanged.connect(self._show_what_can_be_done)
        self.column.addWidget(self.orders, 1)
        self.cancel = QPushButton("Cancel the selected one…", self)
        self.cancel.setAccessibleName("Cancel the selected order")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self._ask_cancel)
        self.column.addWidget(self.cancel)
        self.answer = self.add_text("Asking the broker …")
        self.answer.setAccessibleName("Answer")
        self.add_buttons(None, "Close")
        self._attempt = Attempt(self._show, self.answer.setText)
        self.finished.connect(self._attempt.leave)
        self.resize(*_SIZE)
        self._show_what_can_be_done()
        self._attempt.begin(self._read)

    async def _read(self) -> tuple[Waiting, ...]:
        async with asking_for(self._account, now=self._now) as questions:
            return await questions.waiting_orders()

    async def _cancel(self, number: int) -> tuple[Waiting, ...]:
        async with asking_for(self._account, now=self._now) as questions:
            await questions.cancel_waiting(number)
            return await questions.waiting_orders()

    def _show(self, found: Sequence[Waiting]) -> None:
        self.orders.clear()
        for one in found:
            item = QListWidgetItem(waiting_text(one), self.orders)
            item.setData(Qt.ItemDataRole.UserRole, one.number)
        self.answer.setText(f"{len(found)} in all." if found else f"Nothing waits for a price in {self._account.id}.")
        self._show_what_can_be_done()

    def _show_what_can_be_done(self) -> None:
        self.cancel.setEnabled(bool(self.orders.selectedItems()))

    def _ask_cancel(self) -> None:
        item = self.orders.selectedItems()[0]  # The button is off without one.
        number = int(item.data(Qt.ItemDataRole.UserRole))

        def cancel() -> None:
            self.answer.setText(f"Cancelling {number} …")
            self._attempt.begin(lambda: self._cancel(number))

        ask(self, f"Cancel the waiting order {number}", [item.text()], "Cancel the order", cancel, danger=True)

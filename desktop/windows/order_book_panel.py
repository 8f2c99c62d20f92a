"""The order book: every order, with filter, cancel, change of limit, copy and the story of each."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.viewmodels.orders import ORDER_COLUMNS, OrdersModel
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.widgets.keyed_tip import ActionButton
from desktop.windows.account_column import AccountColumn
from desktop.windows.deeds import add_action, add_deed, add_table_deeds, cursor_menu
from desktop.windows.limit_dialog import LimitDialog
from desktop.windows.order_details import OrderDetails
from desktop.windows.panel import Desk, Links, Panel, muted_label
from desktop.workspace.links import AccountChosen, InstrumentChosen
from engine.domain.commands import CancelWorkingOrder, ModifyWorkingOrder
from engine.domain.identifiers import OrderId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.order import OrderStatus
from engine.views.orders import OrderRow


class OrderBookPanel(Panel):
    """The orders of the day. In a link group it tells the contract and the account of the order under the cursor."""

    linkable = True

    def __init__(self, desk: Desk, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Order book", parent)
        self._desk, self._links = desk, links
        self.model = OrdersModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Order book", self)
        self._build_bar()
        self._account_column = AccountColumn(desk.bridge, self.table.header(), ORDER_COLUMNS)
        self.column.addWidget(self.table)
        self.table.row_activated.connect(lambda _row: self.show_details())
        self.table.context_menu_requested.connect(self._open_menu)
        self.table.view.selectionModel().currentRowChanged.connect(self._row_chosen)
        desk.bridge.orders_changed.connect(self._count)
        self._count()

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def selected(self) -> list[OrderRow]:
        """Return the selected orders, or the only one shown under the cursor."""
        return [self.model.row_at(row) for row in self.table.selected_rows()]

    def cancel_selected(self) -> None:
        """Cancel what the selected orders still have open."""
        working = [order for order in self.selected() if order.is_working]
        if not working:
            self._links.say("Select an order that is still working to cancel it.")
        for order in working:
            self._desk.bridge.submit(_cancelling(order.order_id))

    def modify_selected(self) -> None:
        """Ask for another limit of the selected order."""
        working = [order for order in self.selected() if order.is_working and order.limit_price is not None]
        if len(working) != 1:
            self._links.say("Select one working limit order to change its limit.")
            return
        LimitDialog(self, working[0], self._modify).open()

    def show_details(self) -> None:
        """Show the life of the selected order."""
        chosen = self.selected()
        if not chosen:
            self._links.say("Select an order to see its details.")
            return
        OrderDetails(self, self._desk, chosen[0].order_id).open()

    def _modify(self, order: OrderRow, limit: Price) -> None:
        self._desk.bridge.submit(lambda at: ModifyWorkingOrder(at=at, order_id=order.order_id, limit_price=limit))

    def _build_bar(self) -> None:
        bar = self.bar()
        self.table.filter_line.setMaximumWidth(260)
        bar.addWidget(self.table.filter_line)
        self.working_only = QCheckBox("Working only")
        self.working_only.setToolTip("Show only orders that may still fill")
        self.working_only.toggled.connect(self.model.show_working_only)
        bar.addWidget(self.working_only)
        self._counts = muted_label()
        bar.addWidget(self._counts, 1)
        for name in ("order_details", "modify_order", "cancel_orders"):
            bar.addWidget(ActionButton(self._links.action(name), self))

    def _row_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        # The cursor also moves when a filter takes its row away; only a trader in the table chooses.
        if current.isValid() and self.table.view.hasFocus():
            order = self.model.row_at(current.row())
            self._links.choose(InstrumentChosen(order.instrument))
            self._links.choose(AccountChosen(order.account))

    def _count(self, _rows: object = None) -> None:
        orders = self._desk.bridge.orders.values()
        working = sum(order.is_working for order in orders)
        complete = sum(order.status is OrderStatus.COMPLETE for order in orders)
        refused = sum(order.status in (OrderStatus.REJECTED, OrderStatus.NOT_SENT) for order in orders)
        unknown = sum(order.status is OrderStatus.UNKNOWN for order in orders)
        parts = [f"{len(orders)} orders", f"{working} working", f"{complete} complete", f"{refused} refused"]
        if unknown:
            parts.append(f"{unknown} not answered: the broker's books are being asked")
        self._counts.setText(" · ".join(parts))

    def _open_menu(self, row: int, column: str, at: QPoint) -> None:
        order = self.model.row_at(row)
        menu = cursor_menu(self)
        add_action(menu, self._links.action("order_details"))
        add_action(
            menu, self._links.action("modify_order"), possible=order.is_working and order.limit_price is not None
        )
        add_action(menu, self._links.action("cancel_orders"), possible=order.is_working)
        menu.addSeparator()
        add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(order.instrument))
        add_table_deeds(menu, self.table, column)
        menu.popup(at)


def _cancelling(order_id: OrderId) -> Callable[[Instant], CancelWorkingOrder]:
    return lambda at: CancelWorkingOrder(at=at, order_id=order_id)

"""The order book: orders of the days that are chosen, filtered, grouped, in saved views, and what is done to them."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from desktop.viewmodels.orders import ALL_DAYS, ORDER_COLUMNS, ORDER_GROUPINGS, REFUSED, TODAY, OrdersModel, day_text
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.widgets.keyed_tip import ActionButton
from desktop.windows.account_column import AccountColumn
from desktop.windows.deeds import add_action, add_deed, add_group_deeds, add_table_deeds, cursor_menu
from desktop.windows.order_chips import OrderChips
from desktop.windows.order_deeds import OrderDeeds
from desktop.windows.order_details import OrderDetails
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.windows.table_views import TableViews
from desktop.workspace.links import AccountChosen, InstrumentChosen
from desktop.workspace.saved_views import ViewFile
from engine.domain.identifiers import PortfolioId
from engine.domain.order import TERMINAL, OrderStatus
from engine.views.orders import OrderRow

KIND = "order_book"
"""Under which saved views of it are kept."""

_COUNTS_EVERY_MS = 300
"""Between two counts of the orders: a number that changes more often is not read."""

_STATUS = attrgetter("status")
_COMPLETE = frozenset({OrderStatus.COMPLETE})
_WORKING = frozenset(OrderStatus) - TERMINAL

_DAY_COLUMN = next(number for number, column in enumerate(ORDER_COLUMNS) if column.key == "day")


class OrderBookPanel(Panel):
    """Orders of a day, or of all. In a link group it tells the contract and the account of the order at the cursor."""

    linkable = True

    def __init__(
        self,
        desk: Desk,
        links: Links,
        own_folder: Path,
        context: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Order book", parent)
        self._desk, self._links = desk, links
        self.model = OrdersModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Order book", self)
        self.deeds = OrderDeeds(self, desk, links.say)
        file = ViewFile(own_folder, KIND, keeps=desk.keeps_settings)
        self.views = TableViews(self, file, KIND, links.say, self._show_context)
        self._today = desk.bridge.today()
        self._uncounted, self._counted_ms = False, 0
        self._build_bars()
        self._account_column = AccountColumn(desk.bridge, self.table.header(), ORDER_COLUMNS)
        self.column.addWidget(self.table)
        self.table.row_activated.connect(lambda _row: self.show_details())
        self.table.context_menu_requested.connect(self._open_menu)
        self.table.group_menu_requested.connect(self._open_group_menu)
        self.table.look_changed.connect(self._show_grouping)
        self.table.view.selectionModel().currentRowChanged.connect(self._row_chosen)
        desk.bridge.orders_changed.connect(self._orders_changed)
        self._show_context(context or {})
        self._orders_changed()

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def context(self) -> Mapping[str, str]:
        """Return which days are shown, where it is not today."""
        days = str(self.days_box.currentData())
        return {} if days == TODAY else {"days": days}

    def shows(self) -> str:
        """Return which days are shown where it is not today."""
        return "" if self.days_box.currentData() == TODAY else self.days_box.currentText()

    def selected(self) -> list[OrderRow]:
        """Return the selected orders."""
        return [self.model.row_at(row) for row in self.table.selected_rows()]

    def cancel_selected(self) -> None:
        """Cancel what the selected orders still have open."""
        self.deeds.cancel(self.selected())

    def cancel_shown(self) -> None:
        """Ask, then cancel every working order that the filter and the days show."""
        self.deeds.cancel_shown(self.model.shown_rows())

    def cancel_all(self) -> None:
        """Ask, then cancel every working order of every portfolio and account."""
        self.deeds.cancel_all()

    def modify_selected(self) -> None:
        """Ask for another limit of the selected order."""
        self.deeds.modify(self.selected())

    def square_off_selected(self) -> None:
        """Ask, then close the legs that the selected orders filled."""
        self.deeds.square_off(self.selected())

    def portfolio_of_selected(self) -> PortfolioId | None:
        """Return the selected order's portfolio; None where there is none to go to, which the trader is told."""
        chosen = self.selected()
        if not chosen:
            self._links.say("Select an order to go to its portfolio.")
            return None
        if chosen[0].portfolio_id not in self._desk.bridge.portfolios:
            self._links.say(f"{chosen[0].portfolio} was done on an earlier day; the journal has what it did.")
            return None
        return chosen[0].portfolio_id

    def show_details(self) -> None:
        """Show the life of the selected order."""
        chosen = self.selected()
        if not chosen:
            self._links.say("Select an order to see its details.")
            return
        OrderDetails(self, self._desk, chosen[0].order_id).open()

    def open_views(self) -> None:
        """Open the menu of the saved views."""
        self.views.menu().popup(self.views_button.mapToGlobal(QPoint(0, self.views_button.height())))

    # --- what is built once -------------------------------------------------------------------------------------------

    def _build_bars(self) -> None:
        choosing, acting = self.bar(), self.bar()
        self.table.filter_line.setMaximumWidth(300)
        choosing.addWidget(self.table.filter_line, 1)
        self.chips = OrderChips(self.table, self)
        choosing.addWidget(self.chips)
        self.days_box = _box("Days", "Which days are shown; what still works is of today whenever it was decided")
        self.days_box.currentIndexChanged.connect(lambda _index: self._days_chosen())
        choosing.addWidget(self.days_box)
        self.group_box = _box("Grouping", "Put orders together, with their sums")
        self.group_box.addItem("Not grouped", "")
        for grouping in ORDER_GROUPINGS:
            self.group_box.addItem(f"By {grouping.title.casefold()}", grouping.key)
        self.group_box.activated.connect(lambda _index: self.table.group_by(str(self.group_box.currentData())))
        choosing.addWidget(self.group_box)
        self.views_button = push_button("Views", "Choose, save, rename or delete a view", self.open_views)
        choosing.addWidget(self.views_button)
        choosing.addStretch(1)
        self._counts = muted_label()
        # The first to give way in a narrow panel.
        self._counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        acting.addWidget(self._counts, 1)
        for name in ("order_details", "modify_order", "square_off_order", "cancel_orders", "cancel_all_orders"):
            acting.addWidget(ActionButton(self._links.action(name), self))

    # --- days and groups ----------------------------------------------------------------------------------------------

    def _show_context(self, context: Mapping[str, str]) -> None:
        days = context.get("days", TODAY)
        if _is_date(days):
            self.model.days.add(date.fromisoformat(days))
        self._list_days()
        place = self.days_box.findData(days)
        self.days_box.setCurrentIndex(max(place, 0))
        self._days_chosen()

    def _list_days(self) -> None:
        """Offer the days on which there are orders, newest first."""
        wanted = [TODAY, ALL_DAYS, *(day.isoformat() for day in sorted(self.model.days, reverse=True))]
        if wanted == [self.days_box.itemData(place) for place in range(self.days_box.count())]:
            return
        chosen = self.days_box.currentData() or TODAY
        self.days_box.blockSignals(True)
        self.days_box.clear()
        for days in wanted:
            self.days_box.addItem(_title_of(days), days)
        self.days_box.setCurrentIndex(max(self.days_box.findData(chosen), 0))
        self.days_box.blockSignals(False)

    def _days_chosen(self) -> None:
        days = str(self.days_box.currentData())
        self.model.show_days(days)
        if days == ALL_DAYS:
            self.table.header().show_column(_DAY_COLUMN, True)
        self.shows_changed.emit(self.shows())
        self._count()

    def _show_grouping(self) -> None:
        self.group_box.setCurrentIndex(max(self.group_box.findData(self.model.grouping_key), 0))
        self._count()

    # --- what changes -------------------------------------------------------------------------------------------------

    def refresh(self, now_ms: int) -> None:
        """Count anew what changed since, a few times a second."""
        if self._uncounted and now_ms - self._counted_ms >= _COUNTS_EVERY_MS:
            self._counted_ms = now_ms
            self._count()

    def _orders_changed(self, _rows: object = None) -> None:
        self._list_days()
        if self._desk.bridge.today() != self._today:
            # Midnight passed: today's orders are others.
            self._today = self._desk.bridge.today()
            self.model.show_days(str(self.days_box.currentData()))
        self._uncounted = True

    def _count(self) -> None:
        self._uncounted = False
        shown = Counter(map(_STATUS, self.model.shown_rows()))
        working, refused, complete = (sum(shown[one] for one in some) for some in (_WORKING, REFUSED, _COMPLETE))
        unknown = Counter(map(_STATUS, self._desk.bridge.orders.values()))[OrderStatus.UNKNOWN]
        orders = shown.total()
        parts = [f"{orders:,} orders", f"{working:,} working", f"{complete:,} complete", f"{refused:,} refused"]
        if unknown:
            parts.append(f"{unknown:,} not answered: the broker's books are being asked")
        self._counts.setText(" · ".join(parts))
        self._counts.setToolTip(self._counts.text())

    def _row_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        # The cursor also moves when a filter takes its row away; only a trader in the table chooses.
        if current.isValid() and self.table.view.hasFocus() and not self.model.is_group(current.row()):
            order = self.model.row_at(current.row())
            self._links.choose(InstrumentChosen(order.instrument))
            self._links.choose(AccountChosen(order.account))

    def _open_menu(self, row: int, column: str, at: QPoint) -> None:
        order = self.model.row_at(row)
        menu = cursor_menu(self)
        add_action(menu, self._links.action("order_details"))
        is_limit = order.limit_price is not None
        add_action(menu, self._links.action("modify_order"), possible=order.is_working and is_limit)
        add_action(menu, self._links.action("cancel_orders"), possible=order.is_working)
        add_action(menu, self._links.action("square_off_order"), possible=self.deeds.can_square_off(order))
        menu.addSeparator()
        for name in ("cancel_shown_orders", "cancel_all_orders"):
            add_action(menu, self._links.action(name))
        menu.addSeparator()
        has_portfolio = order.portfolio_id in self._desk.bridge.portfolios
        add_action(menu, self._links.action("order_portfolio"), possible=has_portfolio)
        listed = order.instrument in self._desk.bridge.master
        add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(order.instrument), possible=listed)
        add_table_deeds(menu, self.table, column, self._links.action)
        menu.popup(at)

    def _open_group_menu(self, row: int, at: QPoint) -> None:
        menu = cursor_menu(self)
        add_group_deeds(menu, self.table, row)
        menu.popup(at)


def _box(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _title_of(days: str) -> str:
    return {TODAY: "Today", ALL_DAYS: "All days"}.get(days) or day_text(date.fromisoformat(days))

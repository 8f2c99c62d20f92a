"""The message log: what happened and why, by level and by words."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.viewmodels.messages import MessagesModel
from desktop.viewmodels.times import time_text
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.dialog import tell
from desktop.windows.order_details import OrderDetails
from desktop.windows.panel import Desk, Links, Panel, muted_label
from engine.domain.identifiers import OrderId
from engine.views.messages import MessageLevel


class MessagesPanel(Panel):
    """Every message, newest at the bottom and followed while the end is in view."""

    def __init__(self, desk: Desk, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Message log", parent)
        self._desk, self._links = desk, links
        self.model = MessagesModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Message log", self)
        self.levels: dict[MessageLevel, QCheckBox] = {}
        self._build_bar()
        self.column.addWidget(self.table)
        self._following = True
        self.table.context_menu_requested.connect(self._open_menu)
        self.table.row_activated.connect(self.show_details)
        self.table.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.model.rowsInserted.connect(lambda *_rows: self._follow())
        self._follow()

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def show_details(self, row: int) -> None:
        """Show the life of the order that a message is about, else the whole message."""
        message = self.model.row_at(row)
        if message.tag in self._desk.bridge.orders:
            OrderDetails(self, self._desk, OrderId(message.tag)).open()
            return
        about = " · ".join(part for part in (message.portfolio, message.account, message.tag) if part)
        tell(self, f"{message.level.value.capitalize()} of {time_text(message.at)}", message.sentence, about)

    def shown_levels(self) -> frozenset[MessageLevel]:
        """Return the levels that are shown."""
        return frozenset(level for level, box in self.levels.items() if box.isChecked())

    def _build_bar(self) -> None:
        bar = self.bar()
        self.table.filter_line.setMaximumWidth(260)
        bar.addWidget(self.table.filter_line)
        for level in MessageLevel:
            box = QCheckBox(level.value.capitalize())
            box.setChecked(True)
            box.setToolTip(f"Show messages of level {level.value}")
            box.toggled.connect(lambda _on: self.model.show_levels(self.shown_levels()))
            self.levels[level] = box
            bar.addWidget(box)
        bar.addWidget(muted_label(), 1)

    def _follow(self) -> None:
        if self._following:
            self.table.view.scrollToBottom()

    def _scrolled(self, value: int) -> None:
        self._following = value >= self.table.view.verticalScrollBar().maximum() - 1

    def _open_menu(self, row: int, column: str, at: QPoint) -> None:
        message = self.model.row_at(row)
        menu = cursor_menu(self)
        add_deed(menu, "message_details", lambda: self.show_details(row))
        portfolio_id = message.portfolio_id
        if portfolio_id is not None:
            add_deed(
                menu,
                "select_portfolio",
                lambda: self._links.select_portfolio(portfolio_id),
                about=message.portfolio,
            )
        menu.addSeparator()
        add_table_deeds(menu, self.table, column, self._links.action)
        menu.popup(at)

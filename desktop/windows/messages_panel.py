"""The message log: what happened and why, by type, account, portfolio and words."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QWidget

from desktop.composition.grid_log import MessageLog, save_message_log
from desktop.viewmodels.messages import MessageChoice, MessagesModel
from desktop.viewmodels.times import time_text
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_table import DataTable
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.dialog import tell
from desktop.windows.order_details import OrderDetails
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.windows.settings_dialog import SettingsDialog
from desktop.workspace.links import PortfolioChosen, Subject
from engine.domain.identifiers import OrderId
from engine.schema.declared import Declared
from engine.views.messages import MessageLevel

_EVERY_ACCOUNT = "all users"
_EVERY_PORTFOLIO = "all portfolios"
_LINKED = "the linked portfolio"
_ROOM_FOR_GRID_LOG = 740


class MessagesPanel(Panel):
    """Every message, newest at the bottom and followed while the end is in view.

    In a link group it tells the portfolio of the message under the cursor; it follows portfolios where "the linked
    portfolio" is chosen.
    """

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Message log", parent)
        self._desk, self._links = desk, links
        self.model = MessagesModel(desk.bridge, desk.theme, self)
        self.table = DataTable(self.model, desk.theme, "Message log", self)
        self.levels: dict[MessageLevel, QCheckBox] = {}
        self._linked = ""
        self._following = True
        self._build_bar(context or {})
        self.column.addWidget(self.table)
        self.table.context_menu_requested.connect(self._open_menu)
        self.table.row_activated.connect(self.show_details)
        self.table.view.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.model.rowsInserted.connect(lambda *_rows: self._follow())
        self.model.names_changed.connect(self._offer_names)
        self.model.held_changed.connect(self._show_held)
        self._choose()
        self._follow()

    def table_header(self) -> ColumnHeader:
        """Return the header of the table."""
        return self.table.header()

    def context(self) -> Mapping[str, str]:
        """Return the types that are shown, and whose messages."""
        return {
            "levels": " ".join(level.value for level in MessageLevel if self.levels[level].isChecked()),
            "account": self.account.currentText(),
            "portfolio": self.portfolio.currentText(),
        }

    def follow(self, subject: Subject) -> None:
        """Show the messages of a portfolio, where the linked one is wanted."""
        if isinstance(subject, PortfolioChosen):
            self._linked = subject.portfolio_id
            if self.portfolio.currentText() == _LINKED:
                self._choose()

    def show_details(self, row: int) -> None:
        """Show the life of the order that a message is about, else the whole message."""
        message = self.model.row_at(row)
        if message.tag in self._desk.bridge.orders:
            OrderDetails(self, self._desk, OrderId(message.tag)).open()
            return
        about = " · ".join(part for part in (message.portfolio, message.account, message.tag) if part)
        tell(self, f"{message.level.value.capitalize()} of {time_text(message.at)}", message.sentence, about)

    def shown_levels(self) -> frozenset[MessageLevel]:
        """Return the types that are shown."""
        return frozenset(level for level, box in self.levels.items() if box.isChecked())

    def ask_grid_log(self) -> None:
        """Ask whether GridLog.csv is written."""
        log = self._desk.grid_log
        if log is None:
            self._links.say("This window keeps no journal, so it writes no GridLog.csv either.")
            return
        note = f"Today's file: {log.path_of(self._desk.bridge.today())}"
        SettingsDialog(self, "Message log", MessageLog, log.settings, self._keep_settings, note).open()

    def _build_bar(self, context: Mapping[str, str]) -> None:
        bar = self.bar()
        self.table.filter_line.setMinimumWidth(60)
        self.table.filter_line.setMaximumWidth(220)
        bar.addWidget(self.table.filter_line)
        wanted = context.get("levels")
        for level in MessageLevel:
            box = QCheckBox(level.value.capitalize())
            box.setChecked(wanted is None or level.value in wanted.split())
            box.setToolTip(f"Show messages of type {level.value}")
            box.toggled.connect(lambda _on: self._choose())
            self.levels[level] = box
            bar.addWidget(box)
        self.account = _chooser("Whose messages", (_EVERY_ACCOUNT, context.get("account", "")))
        self.portfolio = _chooser(
            "Messages of which portfolio", (_EVERY_PORTFOLIO, _LINKED, context.get("portfolio", ""))
        )
        for chooser, name in ((self.account, "account"), (self.portfolio, "portfolio")):
            chooser.setCurrentIndex(max(0, chooser.findText(context.get(name, ""))))
            chooser.currentTextChanged.connect(lambda _text: self._choose())
            bar.addWidget(chooser)
        self._offer_names()
        self.pause_button = QPushButton("Pause")
        self.pause_button.setCheckable(True)
        self.pause_button.setAutoDefault(False)
        self.pause_button.setAccessibleName("Pause the message log")
        self.pause_button.setToolTip("Let new messages wait, so that the log stands still; once more shows them")
        self.pause_button.toggled.connect(self.model.pause)
        bar.addWidget(self.pause_button)
        bar.addWidget(muted_label(), 1)
        self.grid_log_button = push_button(
            "GridLog…", "Choose whether GridLog.csv is written for scrapers", self.ask_grid_log
        )
        bar.addWidget(self.grid_log_button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room to the filters where it is narrow; the menu of a message asks for GridLog too."""
        super().resizeEvent(event)
        self.grid_log_button.setVisible(event.size().width() >= _ROOM_FOR_GRID_LOG)

    def _offer_names(self) -> None:
        """Offer accounts and portfolios that messages name; one account alone needs no choice."""
        _extend(self.account, self.model.accounts)
        _extend(self.portfolio, self.model.portfolios)
        self.account.setVisible(self.account.count() > len((_EVERY_ACCOUNT, "the only one")))

    def _choose(self) -> None:
        shown, account, portfolio = self.shown_levels(), self.account.currentText(), self.portfolio.currentText()
        self.model.choose(
            MessageChoice(
                levels=None if len(shown) == len(MessageLevel) else shown,
                account="" if account == _EVERY_ACCOUNT else account,
                portfolio="" if portfolio in (_EVERY_PORTFOLIO, _LINKED) else portfolio,
                portfolio_id=self._linked if portfolio == _LINKED else "",
            )
        )
        self._follow()

    def _show_held(self, count: int) -> None:
        self.pause_button.setText(f"Paused · {count} new" if count else "Pause")

    def _keep_settings(self, settings: Declared) -> None:
        """Keep a choice. Raises FailureError where it cannot be written."""
        assert isinstance(settings, MessageLog)  # The form was drawn from it.
        if self._desk.keeps_settings:
            save_message_log(settings)
        if self._desk.grid_log is not None:
            self._desk.grid_log.use(settings)

    def _row_chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and self.table.view.hasFocus() and self.portfolio.currentText() != _LINKED:
            portfolio_id = self.model.row_at(current.row()).portfolio_id
            if portfolio_id is not None:
                self._links.choose(PortfolioChosen(portfolio_id))

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
        add_deed(menu, "grid_log", self.ask_grid_log)
        add_table_deeds(menu, self.table, column, self._links.action)
        menu.popup(at)


def _chooser(name: str, texts: Iterable[str]) -> QComboBox:
    box = QComboBox()
    box.addItems([text for text in dict.fromkeys(texts) if text])
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setMaximumWidth(180)
    return box


def _extend(box: QComboBox, names: Iterable[str]) -> None:
    """Add names that are not there yet; what is chosen stays."""
    blocked = QSignalBlocker(box)
    for name in names:
        if box.findText(name) < 0:
            box.addItem(name)
    blocked.unblock()

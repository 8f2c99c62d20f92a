"""Everything that can be chosen, on pages of one window, with a search over all settings."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout
from PySide6.QtWidgets import QWidget as Widget

from desktop.windows.dialog import DeskDialog
from desktop.windows.live_form import LiveForm
from desktop.windows.settings_pages import RiskPage, SettingsPage

_SIZE = (980, 640)
_LIST_WIDTH = 240
_PLACE = Qt.ItemDataRole.UserRole


class SettingsWindow(DeskDialog):
    """Stands beside the desk, which goes on; changes hold at once.

    Attributes:
        list: The pages, or what the search found.
        search_line: Words to look for.
        pages: The pages in their order.
    """

    def __init__(self, parent: Widget, pages: Sequence[SettingsPage]) -> None:
        super().__init__(parent, "Settings")
        self.setObjectName("settings_window")
        self.pages = tuple(pages)
        self._built: dict[str, Widget] = {}
        self.search_line = QLineEdit(self)
        self.search_line.setPlaceholderText("Search all settings")
        self.search_line.setAccessibleName("Search all settings")
        self.search_line.setClearButtonEnabled(True)
        self.search_line.textChanged.connect(lambda _text: self._fill())
        self.list = QListWidget(self)
        self.list.setAccessibleName("Pages of settings")
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setWordWrap(True)
        self.list.currentItemChanged.connect(lambda item, _before: self._chosen(item))
        self.list.itemActivated.connect(self._enter)
        self._title = QLabel(self)
        font = self._title.font()
        font.setPixelSize(font.pixelSize() + 5 if font.pixelSize() > 0 else 17)
        font.setBold(True)
        self._title.setFont(font)
        self._stack = QStackedWidget(self)
        left = QVBoxLayout()
        left.addWidget(self.search_line)
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._title)
        right.addWidget(self._stack, 1)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addLayout(left)
        row.addLayout(right, 1)
        self.column.addLayout(row, 1)
        self.add_buttons(None, "Close")
        self.resize(*_SIZE)
        self._fill()
        self.search_line.setFocus()

    def page(self) -> str:
        """Return the title of the page that is shown."""
        return self._title.text()

    def widget(self, title: str) -> Widget:
        """Return what stands on a page. Raises KeyError for an unknown page."""
        if title not in self._built:
            page = next((one for one in self.pages if one.title == title), None)
            if page is None:
                raise KeyError(title)
            self._built[title] = page.make()
            self._stack.addWidget(self._built[title])
        return self._built[title]

    def show_page(self, title: str, field: str = "") -> None:
        """Show a page, with the focus on a field where one is named. Raises KeyError for an unknown page."""
        shown = self.widget(title)
        self._stack.setCurrentWidget(shown)
        self._title.setText(title)
        if field and isinstance(shown, LiveForm | RiskPage):
            shown.go_to(field)
        if not self.search_line.text():
            row = next(number for number, page in enumerate(self.pages) if page.title == title)
            if self.list.currentRow() != row:
                self.list.setCurrentRow(row)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Apply what was typed last, then go."""
        self._flush()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close; there is nothing to take back."""
        self._flush()
        super().reject()

    def _flush(self) -> None:
        for shown in self._built.values():
            if isinstance(shown, LiveForm | RiskPage):
                shown.flush()

    def _fill(self) -> None:
        """List the pages, or while words are typed every setting that they are in."""
        words = self.search_line.text().casefold().split()
        self.list.clear()
        for page in self.pages:
            if not words or _has(words, f"{page.title} {page.words}"):
                self._add(page.title, page.title, "")
            if words:
                for name, title, told in page.fields():
                    if _has(words, f"{page.title} {title} {told}"):
                        self._add(f"{page.title} › {title}", page.title, name, told)
        if words and not self.list.count():
            nothing = QListWidgetItem("No setting has all these words", self.list)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        elif not words:
            self.show_page(self.page() or self.pages[0].title)

    def _add(self, text: str, title: str, field: str, tip: str = "") -> None:
        item = QListWidgetItem(text, self.list)
        item.setData(_PLACE, (title, field))
        item.setToolTip(tip)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_PLACE):
            self.show_page(item.data(_PLACE)[0])

    def _enter(self, item: QListWidgetItem) -> None:
        if item.data(_PLACE):
            self.show_page(*item.data(_PLACE))


def _has(words: Sequence[str], text: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)

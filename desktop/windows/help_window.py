"""Help: its pages, a search over all of them, and the way back and forward."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.composition.manual import FIRST, KEYS, REFERENCE, Manual
from desktop.presentation.appearance import dress_window
from desktop.presentation.theme import Theme
from desktop.windows.help_text import HelpText, page_of
from desktop.windows.panel import push_button

_SIZE = (1080, 760)
_LIST_WIDTH = 300
_PAGE = Qt.ItemDataRole.UserRole
_GUIDE, _FIELDS = "Guide", "Every field"


class HelpWindow(QWidget):
    """A window of its own beside the desk: it can stay open while the trader works, and over any dialog.

    Attributes:
        text: The page that is shown.
        contents: All pages in their chapters.
        hits: What the search found.
        search_line: Words to look for.
    """

    def __init__(self, theme: Theme, manual: Manual) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("help_window")
        self.setWindowTitle("Help")
        self.setAccessibleName("Help")
        self._manual = manual
        self._trail: list[str] = []
        self._place = -1
        self.text = HelpText(theme, self)
        self.text.anchorClicked.connect(self._follow)
        self.contents = self._tree("Contents")
        self.hits = self._tree("Found pages")
        self.search_line = QLineEdit(self)
        self.search_line.setPlaceholderText("Search all pages")
        self.search_line.setAccessibleName("Search all pages")
        self.search_line.setClearButtonEnabled(True)
        self.search_line.setProperty("finds", True)
        self.search_line.textChanged.connect(lambda _text: self._search())
        self.search_line.returnPressed.connect(self._open_first_hit)
        self._lists = QStackedWidget(self)
        self._lists.addWidget(self.contents)
        self._lists.addWidget(self.hits)
        self.back_button = push_button("Back", "Go to the page before (Alt+Left)", lambda: self._go(-1))
        self.forward_button = push_button("Forward", "Go to the page after (Alt+Right)", lambda: self._go(1))
        self.contents_button = push_button("Contents", "Go to the first page", lambda: self.show_page(FIRST))
        self._lay_out()
        self._fill_contents()
        self._take_keys()
        self.resize(*_SIZE)
        dress_window(self, theme)

    def page(self) -> str:
        """Return the id of the page that is shown; empty before the first."""
        return self._trail[self._place] if self._trail else ""

    def show_page(self, page_id: str, mark: str = "") -> None:
        """Show a page, from the field ``mark`` on where one is given. Raises KeyError for an unknown page."""
        if page_id != self.page():
            self._trail = [*self._trail[: self._place + 1], page_id]
            self._place = len(self._trail) - 1
        self._show(mark)

    def renew(self, manual: Manual) -> None:
        """Take pages that were written anew, after keys were changed say; what is shown stays."""
        self._manual = manual
        if self._trail:
            self._show("")

    # --- what is built once -----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(5)
        for button in (self.contents_button, self.back_button, self.forward_button):
            row.addWidget(button)
        row.addStretch(1)
        close: QPushButton = push_button("Close", "Close Help (Esc)", self._leave)
        row.addWidget(close)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.search_line)
        column.addWidget(self._lists, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self.text)
        splitter.setSizes([_LIST_WIDTH, _SIZE[0] - _LIST_WIDTH])
        splitter.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 8, 8, 8)
        whole.setSpacing(6)
        whole.addLayout(row)
        whole.addWidget(splitter, 1)

    def _tree(self, name: str) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setAccessibleName(name)
        tree.setHeaderHidden(True)
        tree.itemActivated.connect(lambda item, _column: self._open_item(item))
        tree.itemClicked.connect(lambda item, _column: self._open_item(item))
        return tree

    def _fill_contents(self) -> None:
        guide = self._heading(_GUIDE, expanded=True)
        for page_id in self._manual.chapters:
            self._entry(guide, page_id)
        if KEYS in self._manual.pages:
            self._entry(guide, KEYS)
        fields = self._heading(_FIELDS, expanded=False)
        for name in REFERENCE:
            page = self._entry(fields, name)
            for other in self._manual.pages.values():
                if other.part_of == name:
                    self._entry(page, other.id)

    def _heading(self, title: str, *, expanded: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.contents, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setExpanded(expanded)
        return item

    def _entry(self, above: QTreeWidgetItem | QTreeWidget, page_id: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([self._manual.pages[page_id].title])
        item.setData(0, _PAGE, page_id)
        if isinstance(above, QTreeWidget):
            above.addTopLevelItem(item)
        else:
            above.addChild(item)
        return item

    def _take_keys(self) -> None:
        for keys, act in (
            ("Alt+Left", lambda: self._go(-1)),
            ("Alt+Right", lambda: self._go(1)),
            ("Ctrl+F", self.search_line.setFocus),
            ("Esc", self.close),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(act)

    # --- going about ------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        self.close()

    def _go(self, step: int) -> None:
        if 0 <= self._place + step < len(self._trail):
            self._place += step
            self._show("")

    def _show(self, mark: str) -> None:
        page_id = self.page()
        self.text.show_page(self._manual.text(page_id), mark)
        self.setWindowTitle(f"Help: {self._manual.pages[page_id].title}")
        self.back_button.setEnabled(self._place > 0)
        self.forward_button.setEnabled(self._place < len(self._trail) - 1)
        self._mark_in_contents(page_id)

    def _mark_in_contents(self, page_id: str) -> None:
        found = self.contents.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
        item = next((one for one in found if one.data(0, _PAGE) == page_id), None)
        if item is not None:
            self.contents.setCurrentItem(item)

    def _follow(self, link: QUrl) -> None:
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
        elif (page_id := page_of(link)) in self._manual.pages:
            self.show_page(page_id)

    def _open_item(self, item: QTreeWidgetItem) -> None:
        page_id = item.data(0, _PAGE)
        if page_id and page_id != self.page():
            self.show_page(str(page_id))

    def _search(self) -> None:
        words = self.search_line.text()
        self._lists.setCurrentWidget(self.hits if words.strip() else self.contents)
        self.hits.clear()
        for hit in self._manual.search(words):
            item = self._entry(self.hits, hit.page.id)
            item.setToolTip(0, hit.said)
            said = QTreeWidgetItem(item, [hit.said])
            said.setData(0, _PAGE, hit.page.id)
            item.setExpanded(True)
        if words.strip() and not self.hits.topLevelItemCount():
            nothing = QTreeWidgetItem(self.hits, ["No page has all these words"])
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)

    def _open_first_hit(self) -> None:
        first = self.hits.topLevelItem(0)
        if first is not None and first.data(0, _PAGE):
            self._open_item(first)

"""The command palette: type what is meant, choose with the arrows, Enter does it."""

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.viewmodels.palette import Hit, PaletteIndex, Recency
from desktop.windows.dialog import DeskDialog

_SIZE = QSize(820, 520)
_FROM_TOP = 0.12  # of the window's height
_EXTRA_HEIGHT = 8
_PADDING, _GAP = 10, 12
_KIND_LETTERS = "Underlying  "
_SELECTED = QStyle.StateFlag.State_Selected.value
_DISPLAY, _ACCESSIBLE = Qt.ItemDataRole.DisplayRole.value, Qt.ItemDataRole.AccessibleTextRole.value
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NO_PARENT = QModelIndex()
_MOVES = {Qt.Key.Key_Up.value, Qt.Key.Key_Down.value, Qt.Key.Key_PageUp.value, Qt.Key.Key_PageDown.value}


class HitModel(QAbstractListModel):
    """The finds, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: list[Hit] = []

    def show_hits(self, hits: list[Hit]) -> None:
        """Show other finds."""
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return the number of finds."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> str | None:
        """Return a find in one line, for those who hear it; what is seen is painted."""
        if role not in (_DISPLAY, _ACCESSIBLE):
            return None
        hit = self.hits[index.row()]
        parts = [f"{hit.entry.kind.value}: {hit.title}", hit.keys, f"not now: {hit.why_not}" if hit.why_not else ""]
        return ", ".join(part for part in parts if part)


class HitDelegate(QStyledItemDelegate):
    """Paint kind, title, keys, and why something cannot be chosen."""

    def __init__(self, model: HitModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._colours = model, theme.colours
        self._font: QFont = ui_font(theme.metrics.font_pixels)
        self._height = theme.metrics.row_height + _EXTRA_HEIGHT

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give every line the same height."""
        return QSize(200, self._height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line."""
        hit, colours = self._model.hits[index.row()], self._colours
        if option.state.value & _SELECTED:
            painter.fillRect(option.rect, QColor(colours.selection))
            painter.fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())), QColor(colours.accent))
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        area = option.rect.adjusted(_PADDING, 0, -_PADDING, 0)
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(area, _LEFT, hit.entry.kind.value)
        area.setLeft(area.left() + metrics.horizontalAdvance(_KIND_LETTERS))
        if hit.keys:
            painter.setPen(QColor(colours.header))
            painter.drawText(area, _RIGHT, hit.keys)
            area.setRight(area.right() - metrics.horizontalAdvance(hit.keys) - _GAP)
        painter.setPen(QColor(colours.text_muted if hit.why_not else colours.text))
        title = metrics.elidedText(hit.title, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, _LEFT, title)
        area.setLeft(area.left() + metrics.horizontalAdvance(title) + _GAP)
        if hit.why_not and area.width() > 0:
            painter.setPen(QColor(colours.warning))
            why = metrics.elidedText(f"not now: {hit.why_not}", Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, _LEFT, why)


class CommandPalette(DeskDialog):
    """A line and a list over the window; it goes away when it is left.

    Attributes:
        line: Where words are typed; it keeps the focus.
        list: The finds.
        foot: How many more there are, and why a choice was not taken.
    """

    def __init__(
        self, parent: QWidget, theme: Theme, index: PaletteIndex, rest: Callable[[], PaletteIndex], recency: Recency
    ) -> None:
        """``rest`` answers what is only searched and never listed by itself; it is asked after the first frame."""
        super().__init__(parent, "Command palette")
        self.setObjectName("command_palette")
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self._theme = theme
        self._index, self._rest, self._recency = index, rest, recency
        self._complete = False
        self._was_active = False
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Type words or initials: square off, sq, nifty 24850 ce, condor …")
        self.line.setAccessibleName("What to do or to go to")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(lambda _text: self._search())
        self.model = HitModel(self)
        self.list = QListView(self)
        self.list.setAccessibleName("What was found")
        # The arrows move in it from the line; a second stop for Tab would lead nowhere.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setModel(self.model)
        self.list.setItemDelegate(HitDelegate(self.model, theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.clicked.connect(lambda _index: self._choose())
        self.foot = QLabel(self)
        self.foot.setProperty("muted", True)
        self.foot.setAccessibleName("About the finds")
        self.column.setContentsMargins(9, 9, 9, 7)
        self.column.addWidget(self.line)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.foot)
        self._search()

    def open_over(self, window: QWidget) -> None:
        """Show it over the upper middle of a window."""
        area = window.frameGeometry()
        size = _SIZE.boundedTo(area.size())
        self.resize(size)
        down = round(area.height() * _FROM_TOP)
        self.move(area.topLeft() + QPoint((area.width() - size.width()) // 2, down))
        self.show()
        self.raise_()
        self.activateWindow()
        self.line.setFocus()
        QTimer.singleShot(0, self, self._take_the_rest)

    def selected(self) -> Hit | None:
        """Return the find under the cursor."""
        row = self.list.currentIndex().row()
        return self.model.hits[row] if 0 <= row < len(self.model.hits) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Move in the list and choose from it while the line has the focus."""
        if watched is not self.line or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _MOVES:
            QApplication.sendEvent(self.list, event)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
            return True
        return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame it: it has no title bar, and lies over panels of its own colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.colours.accent))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Go away once another window is worked in."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            if self._was_active and not self.isActiveWindow() and self.isVisible():
                self.reject()
            self._was_active = self._was_active or self.isActiveWindow()

    def _take_the_rest(self) -> None:
        if not self._complete:
            self._complete = True
            self._index = self._index.with_many_of(self._rest())
            self._search(self.selected())

    def _search(self, keep: Hit | None = None) -> None:
        if self.line.text().strip() and not self._complete:
            self._take_the_rest()
            return
        found = self._index.search(self.line.text(), self._recency.ids())
        self.model.show_hits(found.hits)
        # What comes in by itself must not move the cursor.
        row = next((row for row, hit in enumerate(found.hits) if keep is not None and hit.id == keep.id), 0)
        self.list.setCurrentIndex(self.model.index(row, 0))
        if not found.hits:
            self._tell("Nothing fits these words.")
        elif found.left_out:
            self._tell(f"{found.left_out:,} more; type another word.")
        else:
            self._tell("Enter chooses, Esc leaves.")

    def _tell(self, words: str) -> None:
        self.foot.setText(words)

    def _choose(self) -> None:
        hit = self.selected()
        if hit is None:
            return
        if hit.why_not:
            self._tell(f"{hit.title} is not possible now: {hit.why_not}.")
            return
        self._recency.note(hit.id)
        self.accept()
        hit.act()

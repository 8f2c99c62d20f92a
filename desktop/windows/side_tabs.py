"""Tabs whose titles stand below each other at the side, all of them in sight however narrow the panel."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

from desktop.presentation.theme import Theme

_PADDING = 9
_ROW_EXTRA = 9
_EDGE = 2
_ROOM_FOR_MARKS = " ✕9"


class SideTabBar(QTabBar):
    """Draws the titles from left to right; Qt's own tabs at the side stand on their heads."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size = QSize(80, 20)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setDrawBase(False)

    def set_titles(self, titles: list[str]) -> None:
        """Set the titles without marks, by which the width is measured."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(title) for title in titles), default=80)
        width = widest + metrics.horizontalAdvance(_ROOM_FOR_MARKS) + 2 * _PADDING
        self._size = QSize(width, metrics.height() + _ROW_EXTRA)

    def tabSizeHint(self, _index: int) -> QSize:
        """Give every tab the width of the longest title with marks."""
        return self._size

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Never squeeze a title."""
        return self.tabSizeHint(index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw all tabs."""
        painter = QPainter(self)
        for index in range(self.count()):
            self._paint_tab(painter, index, self.tabRect(index))

    def _paint_tab(self, painter: QPainter, index: int, area: QRect) -> None:
        colours, text = self._theme.colours, self.tabText(index)
        current = index == self.currentIndex()
        painter.fillRect(area, QColor(colours.panel if current else colours.panel_raised))
        if current:
            painter.fillRect(area.left(), area.top(), _EDGE, area.height(), QColor(colours.accent))
        plain = colours.header if current else colours.text_muted
        painter.setPen(QColor(colours.down if "✕" in text else colours.warning if "⚠" in text else plain))
        inside = area.adjusted(_PADDING, 0, -2, 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if current and self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(area.adjusted(_EDGE, 1, -2, -2))


class SideTabs(QTabWidget):
    """Pages with their titles at the left."""

    def __init__(self, theme: Theme, titles: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bar = SideTabBar(theme, self)
        bar.set_titles(titles)
        self.setTabBar(bar)
        self.setTabPosition(QTabWidget.TabPosition.West)
        self.setDocumentMode(True)

"""Paint the cells of a table, and the lines above its groups."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align
from desktop.viewmodels.row_table import RowTableModel
from desktop.widgets.text_cache import TextCache, texts_in

_PADDING = 4
_SELECTED = QStyle.StateFlag.State_Selected.value
GROUP_MARK_WIDTH = 18
"""Room at the left of a line above a group where a click folds and unfolds it."""


class CellDelegate(QStyledItemDelegate):
    """Paint cells straight from the model's text cache, past the roles: half the cost of a plain view."""

    def __init__(self, model: RowTableModel[Any], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._plain = texts_in(ui_font(theme.metrics.font_pixels))
        self._bold = texts_in(ui_font(theme.metrics.font_pixels, bold=True))
        self._pens = [QPen(theme.tone_colour(tone)) for tone in Tone]
        self._zebra = (QColor(theme.colours.panel), QColor(theme.colours.panel_alternate))
        self._group = QColor(theme.colours.panel_raised)
        self._selection = QColor(theme.colours.selection)
        self._align = [column.align for column in model.columns]
        self._tones = [column.tone for column in model.columns]
        self._number = -1
        self._texts: Sequence[str] = ()
        self._row: Any = None

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        rect = option.rect
        number, column = index.row(), index.column()
        if number != self._number:
            # Cells come row by row; the model is asked once for each.
            self._number, (self._texts, self._row) = number, self._model.line(number)
        row = self._row
        plain = self._group if row is None else self._zebra[number & 1]
        painter.fillRect(rect, self._selection if option.state.value & _SELECTED else plain)
        text = self._texts[column]
        if text:
            tone = self._tones[column]
            pen = Tone.PLAIN if row is None or tone is None else tone(row)
            self._write(painter, rect, text, pen, self._align[column], self._bold if row is None else self._plain)

    def forget_line(self) -> None:
        """Ask the model anew for the next cell; for the view, before and after it paints."""
        self._number = -1

    def paint_group(self, painter: QPainter, row: int, rect: QRect) -> None:
        """Write the title of a group over the cells of its line that say nothing."""
        mark = "▸" if self._model.is_folded(row) else "▾"
        self._write(painter, rect, f"{mark} {self._model.group_title(row)}", Tone.HEADER, Align.LEFT, self._bold)

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the room the text wants, for a double click on a column's edge."""
        text, _tone = self._model.cell(index.row(), index.column())
        return QSize(self._plain.laid_out(text, 10_000).width + 2 * _PADDING, self._plain.line_height)

    def _write(self, painter: QPainter, rect: QRect, text: str, tone: Tone, align: Align, cache: TextCache) -> None:
        laid_out, width = cache.laid_out(text, rect.width() - 2 * _PADDING)
        if align == Align.RIGHT:
            x = rect.right() + 1 - _PADDING - width
        elif align == Align.LEFT:
            x = rect.left() + _PADDING
        else:
            x = rect.left() + (rect.width() - width) // 2
        painter.setFont(cache.font)
        painter.setPen(self._pens[tone])
        painter.drawStaticText(x, rect.top() + (rect.height() - cache.line_height) // 2, laid_out)

"""A fast painted grid for the chain, positions and ladders."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from desktop.presentation.theme import Theme
from desktop.viewmodels.columns import Heading
from desktop.viewmodels.grid_source import Expander, GridSource, SortableSource, fold_lines, folds_of
from desktop.viewmodels.row_order import runs
from desktop.viewmodels.table_look import AT_THE_END, TableLook
from desktop.widgets.column_header import ColumnHeader, HeadingModel
from desktop.widgets.grid_flash import STEP_MS, CellFlash
from desktop.widgets.grid_painter import EXPANDER_WIDTH, GridPainter, Span, indentation
from desktop.widgets.grid_selection import GridSelection, steps_by_key
from desktop.widgets.scroll_keeper import ScrollKeeper

_SETTLES_EVERY_MS = 1_000
"""Rows whose values changed take their places this often, so that none jumps away under the mouse."""
_REPAINT_ALL_ABOVE = 0.6  # of the visible rows; then one update is cheaper than many


class FastGrid(QAbstractScrollArea):
    """Paint a grid source's visible rows; call ``refresh`` once per frame.

    Signals:
        cell_clicked: Row number, column key. Any mouse button but the right one.
        cell_activated: Row number, column key. Double click or Enter.
        context_menu_requested: Row number, column key, global position.
        expander_toggled: Row number.
        sort_requested: Column key, ascending; the source, where it can be sorted, stands so already.
        selection_changed: Nothing; read ``selected_rows``.
    """

    cell_clicked = Signal(int, str)
    cell_activated = Signal(int, str)
    context_menu_requested = Signal(int, str, QPoint)
    expander_toggled = Signal(int)
    sort_requested = Signal(str, bool)
    selection_changed = Signal()

    def __init__(
        self,
        source: GridSource,
        headings: Sequence[Heading],
        theme: Theme,
        accessible_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._headings = tuple(headings)
        self._painter = GridPainter(theme, headings)
        self._flash = CellFlash(len(self._headings))
        self._selection = GridSelection()
        self._now_ms, self._settled_ms, self._faded_ms = 0, 0, 0
        self._row_count = 0
        self._centred = (-1, -1)
        """Which row was brought into the middle, and where the scroll bar stood then."""
        self.setAccessibleName(accessible_name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._background = theme.colours.panel
        self._place = ScrollKeeper(self.verticalScrollBar(), self._painter.row_height)
        self._build_header(theme)
        source.take_changes()
        self._take_new_rows()

    def refresh(self, now_ms: int) -> None:
        """Take the source's changes and repaint what is visible of them; ``now_ms`` is the frame clock's time."""
        # Whoever refreshes out of turn may not know the frame's time; glows must not end in the future.
        now_ms = self._now_ms = max(self._now_ms, now_ms)
        if self._header.sort_keys() and now_ms - self._settled_ms >= _SETTLES_EVERY_MS:
            self._settled_ms = now_ms
            self._sort_source()
        changes = self._source.take_changes()
        if changes.reset:
            self._take_new_rows()
            return
        self._flash.note(changes, now_ms)
        first, last = self._visible_rows()
        dirty = changes.rows
        if now_ms - self._faded_ms >= STEP_MS:
            # A glow fades step by step; between two steps it looks the same.
            self._faded_ms = now_ms
            dirty = np.union1d(dirty, self._flash.live_rows(now_ms))
        dirty = dirty[(dirty >= first) & (dirty < last)]
        if len(dirty) > _REPAINT_ALL_ABOVE * (last - first):
            self.viewport().update()
            return
        for start, end in runs(dirty.tolist()):
            self._update_rows(start, end)

    @property
    def source(self) -> GridSource:
        """What it paints."""
        return self._source

    def header(self) -> ColumnHeader:
        """Return the header, for saving and restoring columns."""
        return self._header

    def look(self) -> TableLook:
        """Return how the trader looks at the grid, for saving."""
        return TableLook(sort=self._header.sort_keys(), folded=folds_of(self._source), top=self._place.top())

    def apply_look(self, look: TableLook) -> None:
        """Sort and fold as it was saved, and scroll there once there are rows."""
        self._header.sort_by(look.sort)
        fold_lines(self._source, look.folded)
        if look.top != AT_THE_END:
            self._place.restore(look.top)

    def current_row(self) -> int | None:
        """Return the row of the current cell, or None."""
        return self._selection.row if 0 <= self._selection.row < self._row_count else None

    def current_column(self) -> str | None:
        """Return the key of the current cell's column, or None."""
        return self._headings[self._selection.column].key if self.current_row() is not None else None

    def selected_rows(self) -> list[int]:
        """Return the numbers of the selected rows, ascending."""
        return [row for row in self._selection.rows() if row < self._row_count]

    def cell_rect(self, row: int, key: str) -> QRect:
        """Return where the cell of a column stands in the viewport; raises StopIteration for an unknown column."""
        return self._cell_rect(row, next(n for n, heading in enumerate(self._headings) if heading.key == key))

    def select_row(self, row: int) -> None:
        """Select one row and bring it into view."""
        self._move_to(row, self._selection.column, extend=False)

    def select_cell(self, row: int, key: str) -> None:
        """Put the cursor on one cell, its row selected; raises StopIteration for an unknown column."""
        column = next(number for number, heading in enumerate(self._headings) if heading.key == key)
        self._move_to(row, column, extend=False)

    def centre_row(self, row: int) -> None:
        """Scroll so that ``row`` stands in the middle; it stays there while the grid is resized, until a scroll."""
        height, bar = self._painter.row_height, self.verticalScrollBar()
        bar.setValue(row * height - (self.viewport().height() - height) // 2)
        self._centred = (row, bar.value())

    def tab_separated(self) -> str:
        """Return the selected rows, or all when none is selected, as tab-separated text with headers."""
        columns = self._header.shown_columns()
        lines = ["\t".join(self._headings[c].header for c in columns)]
        for row in self.selected_rows() or range(self._row_count):
            texts = self._source.cells(row, row + 1)[0].texts
            lines.append("\t".join(texts[c] for c in columns))
        return "\n".join(lines)

    def copy_selection(self) -> None:
        """Put ``tab_separated`` on the clipboard."""
        QGuiApplication.clipboard().setText(self.tab_separated())

    def row_at(self, position: QPoint) -> int | None:
        """Return the row at a point of the viewport, or None below the last."""
        row = (position.y() + self.verticalScrollBar().value()) // self._painter.row_height
        return row if 0 <= row < self._row_count else None

    def column_at(self, position: QPoint) -> int | None:
        """Return the number of the column at a point of the viewport, or None beside the last."""
        column = self._header.logicalIndexAt(position.x())
        return column if column >= 0 else None

    def _build_header(self, theme: Theme) -> None:
        self._header = ColumnHeader(self._headings, theme.metrics, self)
        note = self._source.order_note if isinstance(self._source, SortableSource) else ""
        self._header.sortable = not note
        self._header.setModel(HeadingModel(self._headings, self._header, note=note))
        self._header.apply_defaults()
        self._header.sectionResized.connect(self._columns_changed)
        self._header.sectionMoved.connect(self._columns_changed)
        self._header.sectionCountChanged.connect(self._columns_changed)
        self._header.sort_changed.connect(self._sort_changed)
        self.setViewportMargins(0, self._header.height(), 0, 0)

    def _columns_changed(self) -> None:
        self._fit_scroll_bars()
        self.viewport().update()

    def _sort_changed(self, _sort: object) -> None:
        self._sort_source()
        self.refresh(self._now_ms)
        for first in self._header.sort_keys()[:1]:
            self.sort_requested.emit(first.key, not first.descending)

    def _sort_source(self) -> None:
        if isinstance(self._source, SortableSource):
            self._source.sort_by(self._header.sort_keys())

    def _take_new_rows(self) -> None:
        self._row_count = self._source.row_count()
        self._flash.reset(self._row_count)
        if self._selection.follow(self._source.row_keys()):
            self.selection_changed.emit()
        self._fit_scroll_bars()
        self.viewport().update()

    def _fit_scroll_bars(self) -> None:
        size, height = self.viewport().size(), self._painter.row_height
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setRange(0, max(0, self._row_count * height - size.height()))
        vertical.setPageStep(size.height())
        vertical.setSingleStep(height)
        horizontal.setRange(0, max(0, self._header.length() - size.width()))
        horizontal.setPageStep(size.width())
        horizontal.setSingleStep(20)

    def _visible_rows(self) -> tuple[int, int]:
        height, offset = self._painter.row_height, self.verticalScrollBar().value()
        first = offset // height
        return first, min(self._row_count, -(-(offset + self.viewport().height()) // height))

    def _update_rows(self, first: int, last: int) -> None:
        height = self._painter.row_height
        top = first * height - self.verticalScrollBar().value()
        self.viewport().update(0, top, self.viewport().width(), (last - first + 1) * height)

    def _spans(self, clip: QRect) -> list[Span]:
        header = self._header
        spans = []
        for column in header.shown_columns():
            left, width = header.sectionViewportPosition(column), header.sectionSize(column)
            if left + width > clip.left() and left <= clip.right():
                spans.append(Span(column, left, width))
        return spans

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows in the damaged region."""
        painter = QPainter(self.viewport())
        clip, height, offset = event.rect(), self._painter.row_height, self.verticalScrollBar().value()
        first = max(0, (clip.top() + offset) // height)
        last = min(self._row_count, (clip.bottom() + offset) // height + 1)
        spans, right = self._spans(clip), self.viewport().width()
        for number, row in enumerate(self._source.cells(first, last), start=first):
            self._painter.paint_row(
                painter,
                number,
                number * height - offset,
                row,
                spans,
                right,
                selected=number in self._selection,
                glow=self._flash.strengths(number, self._now_ms),
            )
        end = max(clip.top(), self._row_count * height - offset)
        painter.fillRect(0, end, right, max(0, clip.bottom() + 1 - end), self._background)
        if self.hasFocus() and self.current_row() is not None:
            self._painter.paint_focus(painter, self._cell_rect(self._selection.row, self._selection.column))
        painter.end()

    def _cell_rect(self, row: int, column: int) -> QRect:
        height = self._painter.row_height
        top = row * height - self.verticalScrollBar().value()
        return QRect(self._header.sectionViewportPosition(column), top, self._header.sectionSize(column), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the header as wide as the rows."""
        super().resizeEvent(event)
        area = self.viewport().geometry()
        self._header.setGeometry(area.left(), area.top() - self._header.height(), area.width(), self._header.height())
        self._header.fit(area.width())
        row, value = self._centred
        stands = self.verticalScrollBar().value() == value
        self._fit_scroll_bars()
        if stands and 0 <= row < self._row_count:
            self.centre_row(row)

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:  # noqa: N802 - Qt's name
        """Move the header with the rows."""
        self._header.setOffset(self.horizontalScrollBar().value())
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select, toggle an expander, or report the click."""
        position = event.position().toPoint()
        row, column = self.row_at(position), self.column_at(position)
        if row is None or column is None:
            return
        if event.button() == Qt.MouseButton.LeftButton and self._hits_expander(position, row, column):
            self.expander_toggled.emit(row)
            return
        modifiers = event.modifiers()
        if event.button() == Qt.MouseButton.RightButton and row in self._selection:
            return
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._selection.toggle(row, column, self._source.row_key)
            self._selection_moved()
        else:
            self._move_to(row, column, extend=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        if event.button() != Qt.MouseButton.RightButton:
            self.cell_clicked.emit(row, self._headings[column].key)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the release that belongs to a press."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activate the cell under the mouse."""
        position = event.position().toPoint()
        row, column = self.row_at(position), self.column_at(position)
        if row is not None and column is not None and not self._hits_expander(position, row, column):
            self.cell_activated.emit(row, self._headings[column].key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Report where a context menu is wanted: under the mouse, or by key at the current cell."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._report_menu_by_key()
            return
        row, column = self.row_at(event.pos()), self.column_at(event.pos())
        if row is not None and column is not None:
            self.context_menu_requested.emit(row, self._headings[column].key, event.globalPos())

    def _report_menu_by_key(self) -> None:
        if self._row_count == 0:
            return
        self._move_to(max(self._selection.row, 0), self._selection.column, extend=False)
        row, column = self._selection.row, self._selection.column
        at = self.viewport().mapToGlobal(self._cell_rect(row, column).bottomLeft())
        self.context_menu_requested.emit(row, self._headings[column].key, at)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the source's explanation of the cell under the mouse."""
        if isinstance(event, QHelpEvent):
            row, column = self.row_at(event.pos()), self.column_at(event.pos())
            text = "" if row is None or column is None else self._source.tooltip(row, column)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select, copy, fold and activate from the keyboard."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
            return
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._selection.select_all(self._row_count, self._source.row_key)
            self._selection_moved()
            return
        row, column = self._selection.row, self._selection.column
        page = max(1, self.viewport().height() // self._painter.row_height - 1)
        steps = steps_by_key(row, page, self._row_count)
        key = event.key()
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in steps:
            self._move_to(steps[key], column, extend=extend)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._step_sideways(1 if key == Qt.Key.Key_Right else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current_row() is not None:
            self.cell_activated.emit(row, self._headings[column].key)
        elif key == Qt.Key.Key_Space and self._has_expander(row):
            self.expander_toggled.emit(row)
        else:
            super().keyPressEvent(event)

    def _step_sideways(self, step: int) -> None:
        shown = self._header.shown_columns()
        here = shown.index(self._selection.column) if self._selection.column in shown else 0
        column = shown[min(max(here + step, 0), len(shown) - 1)]
        cell = self._cell_rect(max(self._selection.row, 0), column)
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() + min(cell.left(), 0) + max(cell.right() - self.viewport().width(), 0))
        self._move_to(self._selection.row, column, extend=False)

    def _move_to(self, row: int, column: int, *, extend: bool) -> None:
        if self._row_count == 0:
            return
        row, height, bar = min(max(row, 0), self._row_count - 1), self._painter.row_height, self.verticalScrollBar()
        self._selection.move(row, column, self._source.row_key, extend=extend)
        bar.setValue(min(max(bar.value(), (row + 1) * height - self.viewport().height()), row * height))
        self._selection_moved()

    def _selection_moved(self) -> None:
        self.viewport().update()
        self.selection_changed.emit()

    def _has_expander(self, row: int) -> bool:
        return 0 <= row < self._row_count and self._source.cells(row, row + 1)[0].expander is not Expander.NONE

    def _hits_expander(self, position: QPoint, row: int, column: int) -> bool:
        end = self._header.sectionViewportPosition(0) + indentation(self._source.cells(row, row + 1)[0])
        return column == 0 and self._has_expander(row) and end - EXPANDER_WIDTH <= position.x() < end

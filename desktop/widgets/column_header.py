"""A header whose columns the trader can widen, move, hide and sort by."""

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPalette, QPolygonF
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from desktop.presentation.theme import Metrics
from desktop.viewmodels.columns import Align, Heading
from desktop.viewmodels.row_table import ALIGNMENT_ROLE, ALIGNMENTS, DISPLAY_ROLE, TOOLTIP_ROLE
from desktop.viewmodels.table_look import SortBy

_NO_PARENT = QModelIndex()
_MARK, _RANK_PIXELS = 5, 8
"""Height of the arrow above a sorted title, and of the digit beside it: there the title needs no room for them."""
_MOST_KEYS = 4
"""Columns that a table is sorted by at once; nobody follows more with the eye."""
_MOST_WIDENED = 1.6
"""Times its own width that a column may grow; beyond that a line is hard to follow with the eye."""


class ColumnLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Where one column stands, as saved in a workspace; a list of these runs from left to right."""

    key: str
    width: int
    hidden: bool = False


class HeadingModel(QAbstractTableModel):
    """A table without rows, for a header that stands alone; ``note`` is added to the tip of every heading."""

    def __init__(self, headings: Sequence[Heading], parent: QObject | None = None, *, note: str = "") -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._note = f"\n{note}" if note else ""

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """There are no rows."""
        return 0

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return the number of headings."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, _index: QModelIndex | QPersistentModelIndex, _role: int = DISPLAY_ROLE) -> Any:
        """There are no cells."""
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY_ROLE) -> Any:
        """Answer Qt's question about one heading."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._headings):
            return None
        heading = self._headings[section]
        answers = {
            DISPLAY_ROLE: heading.header,
            TOOLTIP_ROLE: (heading.tooltip or heading.header) + self._note,
            ALIGNMENT_ROLE: ALIGNMENTS[heading.align],
        }
        return answers.get(role)


class ColumnHeader(QHeaderView):
    """The header of a painted grid or of a table view, with a column chooser in its context menu.

    Widths are declared, kept and saved for text of the usual size; on screen they grow and shrink with the text.
    A click sorts by a column, upwards, downwards, then no longer; with Shift it is sorted by after those before.

    Attributes:
        sortable: Whether a click sorts.
        gives_way: Whether columns of high rank disappear where there is no room; else all are scrolled to.

    Signals:
        sort_changed: list[SortBy], what the trader wants to be sorted by.
    """

    sort_changed = Signal(list)

    def __init__(self, headings: Sequence[Heading], metrics: Metrics, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._zoom = metrics.font_pixels / Metrics().font_pixels
        self._headings = tuple(headings)
        self._widths = [heading.width for heading in headings]
        self._unwanted = {number for number, heading in enumerate(headings) if heading.hidden}
        self.gives_way = True
        self._room: int | None = None
        self._scale = 1.0
        self._fitting = False
        self.sortable = True
        self._sort: list[SortBy] = []
        self._adds_key = False
        self.sectionClicked.connect(self._section_clicked)
        self.sectionResized.connect(self._note_width)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        self.setFixedHeight(metrics.row_height + 3)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_chooser)

    def apply_defaults(self) -> None:
        """Give every column its declared place, width and visibility; call once a model is set."""
        for number, heading in enumerate(self._headings):
            self.moveSection(self.visualIndex(number), number)
            self._widths[number] = heading.width
        self._unwanted = {number for number, heading in enumerate(self._headings) if heading.hidden}
        self._arrange()

    def fit(self, room: int) -> None:
        """Use the whole width: columns of the highest rank give way first, together; what is over widens the rest.

        A header that stretches its last column widens only that.
        """
        usual = int(room / self._zoom)
        if usual != self._room:
            self._room = usual
            self._arrange()

    def show_column(self, number: int, shown: bool) -> None:
        """Show or hide a column as the trader wants it; one that has no room waits for it."""
        self._unwanted = self._unwanted - {number} if shown else self._unwanted | {number}
        self._arrange()

    def column_layout(self) -> list[ColumnLayout]:
        """Return the columns from left to right as the trader left them."""
        result = []
        for place in range(self.count()):
            number = self.logicalIndex(place)
            hidden = number in self._unwanted
            width = self._headings[number].width if hidden else self._widths[number]
            result.append(ColumnLayout(key=self._headings[number].key, width=width, hidden=hidden))
        return result

    def apply_layout(self, layout: Sequence[ColumnLayout]) -> None:
        """Restore a saved arrangement; columns unknown to it keep their declared look, at the end."""
        numbers = {heading.key: number for number, heading in enumerate(self._headings)}
        known = [saved for saved in layout if saved.key in numbers]
        for place, saved in enumerate(known):
            number = numbers[saved.key]
            self.moveSection(self.visualIndex(number), place)
            least = max(self._headings[number].least, self.minimumSectionSize())
            self._widths[number] = min(max(saved.width, least), 2_000)
            self._unwanted = self._unwanted | {number} if saved.hidden else self._unwanted - {number}
        if len(self._unwanted) == self.count():
            self.apply_defaults()
        self._arrange()

    def title_of(self, key: str) -> str:
        """Return what a column is called on screen."""
        return next(heading.header or heading.key for heading in self._headings if heading.key == key)

    def shown_columns(self) -> list[int]:
        """Return the numbers of the visible columns from left to right."""
        places = (self.logicalIndex(place) for place in range(self.count()))
        return [number for number in places if not self.isSectionHidden(number)]

    def wanted_columns(self) -> list[int]:
        """Return the numbers of the columns that the trader wants from left to right, whether there is room or not."""
        places = (self.logicalIndex(place) for place in range(self.count()))
        return [number for number in places if number not in self._unwanted]

    def chooser(self, parent: QWidget) -> QMenu:
        """Return the menu by which columns are shown and hidden; the last visible one cannot be hidden."""
        menu = QMenu(parent)
        only_one = self.count() - len(self._unwanted) == 1
        for number, heading in enumerate(self._headings):
            shown = number not in self._unwanted
            action = menu.addAction((heading.header or heading.key).replace("&", "&&"))
            action.setToolTip(heading.tooltip)
            action.setCheckable(True)
            action.setChecked(shown)
            action.setEnabled(not (shown and only_one))
            action.toggled.connect(lambda checked, n=number: self.show_column(n, checked))
        menu.addSeparator()
        menu.addAction("Reset columns").triggered.connect(self.apply_defaults)
        return menu

    # --- sorting ------------------------------------------------------------------------------------------------------

    def sort_keys(self) -> list[SortBy]:
        """Return what is sorted by, the column that counts most first."""
        return list(self._sort)

    def sort_by(self, sort: Sequence[SortBy]) -> None:
        """Sort by these columns and tell; unknown ones count for nothing."""
        known = {heading.key for heading in self._headings}
        wanted = [one for one in sort if one.key in known][:_MOST_KEYS] if self.sortable else []
        if wanted != self._sort:
            self._sort = wanted
            self.viewport().update()
            self.sort_changed.emit(list(wanted))

    def turn(self, key: str, *, add: bool = False) -> None:
        """Sort by a column upwards, the next time downwards, then no longer; ``add`` keeps what it is sorted by."""
        before = next((one for one in self._sort if one.key == key), None)
        others = [one for one in self._sort if one.key != key]
        if before is None:
            self.sort_by([*(others if add else []), SortBy(key)])
        elif before.descending:
            self.sort_by(others if add else [])
        else:
            turned = SortBy(key, descending=True)
            self.sort_by([turned if one is before else one for one in self._sort] if add else [turned])

    def sorter(self, parent: QWidget) -> QMenu:
        """Return the menu by which a table is sorted without a mouse: by a column, or after those before."""
        menu = QMenu(parent)
        ranks = {one.key: (rank, one.descending) for rank, one in enumerate(self._sort, start=1)}
        then = menu.addMenu("Then by")
        then.setEnabled(bool(self._sort))
        menu.addSeparator()
        for number in self.shown_columns():
            heading = self._headings[number]
            title = (heading.header or heading.key).replace("&", "&&")
            rank, descending = ranks.get(heading.key, (0, False))
            mark = f"\t{rank} {'▼' if descending else '▲'}" if rank else ""
            menu.addAction(f"{title}{mark}").triggered.connect(lambda _on=False, key=heading.key: self.turn(key))
            then.addAction(title).triggered.connect(lambda _on=False, key=heading.key: self.turn(key, add=True))
        menu.addSeparator()
        plain = menu.addAction("As the lines come")
        plain.setEnabled(bool(self._sort))
        plain.triggered.connect(lambda _on=False: self.sort_by([]))
        return menu

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note whether a click sorts anew or after what it is sorted by."""
        self._adds_key = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mousePressEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802 - Qt's name
        """Draw an arrow above the title where it is sorted, and the rank where by several columns."""
        super().paintSection(painter, rect, section)
        key = self._headings[section].key
        rank = next((rank for rank, one in enumerate(self._sort) if one.key == key), None)
        if rank is None or not rect.isValid():
            return
        painter.save()
        tip, base = (_MARK, 1) if self._sort[rank].descending else (1, _MARK)
        # Opposite to where the title stands, so that a narrow column shows both.
        is_right = self._headings[section].align is Align.RIGHT
        middle, top = rect.left() + 2 + _MARK if is_right else rect.right() - 9 - _MARK, rect.top()
        colour = self.palette().color(QPalette.ColorRole.Accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        corners = ((middle - _MARK, base), (middle + _MARK, base), (middle, tip))
        painter.drawPolygon(QPolygonF([QPointF(x, top + y) for x, y in corners]))
        if len(self._sort) > 1:
            font = self.font()
            font.setPixelSize(_RANK_PIXELS)
            painter.setFont(font)
            painter.setPen(colour)
            painter.drawText(middle + _MARK + 2, top + _RANK_PIXELS - 1, str(rank + 1))
        painter.restore()

    def _section_clicked(self, section: int) -> None:
        if self.sortable:
            self.turn(self._headings[section].key, add=self._adds_key)

    # --- room ---------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        wanted = [number for number in range(self.count()) if number not in self._unwanted]
        shown, self._scale = wanted, 1.0
        if self._room is not None:
            shown = self._with_room(wanted, self._room)
            total = sum(self._widths[number] for number in shown)
            if not self.stretchLastSection():
                self._scale = min(max(self._room / total, 1.0), _MOST_WIDENED)
        self._fitting = True
        for number in range(self.count()):
            self.setSectionHidden(number, number not in shown)
            if number in shown:
                self.resizeSection(number, int(self._widths[number] * self._scale * self._zoom))
        self._fitting = False

    def _with_room(self, wanted: list[int], room: int) -> list[int]:
        if not self.gives_way:
            return wanted
        ranks = sorted({self._headings[number].rank for number in wanted} - {0}, reverse=True)
        for rank in ranks:
            if sum(self._widths[number] for number in wanted) <= room:
                break
            wanted = [number for number in wanted if self._headings[number].rank != rank]
        return wanted

    def _note_width(self, number: int, _before: int, width: int) -> None:
        if not self._fitting and width and not self._is_stretched(number):
            self._widths[number] = round(width / self._scale / self._zoom)

    def _is_stretched(self, number: int) -> bool:
        """Say whether a column is the last one shown and takes what room is left: that is nobody's choice."""
        return self.stretchLastSection() and self.shown_columns()[-1:] == [number]

    def _open_chooser(self, position: QPoint) -> None:
        menu = self.chooser(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(position))

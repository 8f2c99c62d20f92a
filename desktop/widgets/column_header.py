"""A header whose columns the trader can widen, move, hide and sort by."""

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from desktop.viewmodels.columns import Heading
from desktop.viewmodels.row_table import ALIGNMENT_ROLE, ALIGNMENTS, DISPLAY_ROLE, TOOLTIP_ROLE

_NO_PARENT = QModelIndex()


class ColumnLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Where one column stands, as saved in a workspace; a list of these runs from left to right."""

    key: str
    width: int
    hidden: bool = False


class HeadingModel(QAbstractTableModel):
    """A table without rows, for a header that stands alone."""

    def __init__(self, headings: Sequence[Heading], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)

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
            TOOLTIP_ROLE: heading.tooltip or heading.header,
            ALIGNMENT_ROLE: ALIGNMENTS[heading.align],
        }
        return answers.get(role)


class ColumnHeader(QHeaderView):
    """The header of a painted grid or of a table view, with a column chooser in its context menu."""

    def __init__(self, headings: Sequence[Heading], row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._headings = tuple(headings)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        self.setFixedHeight(row_height + 3)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_chooser)

    def apply_defaults(self) -> None:
        """Give every column its declared place, width and visibility; call once a model is set."""
        for number, heading in enumerate(self._headings):
            self.moveSection(self.visualIndex(number), number)
            self.resizeSection(number, heading.width)
            self.setSectionHidden(number, heading.hidden)

    def column_layout(self) -> list[ColumnLayout]:
        """Return the columns from left to right as the trader left them."""
        result = []
        for place in range(self.count()):
            number = self.logicalIndex(place)
            hidden = self.isSectionHidden(number)
            width = self._headings[number].width if hidden else self.sectionSize(number)
            result.append(ColumnLayout(key=self._headings[number].key, width=width, hidden=hidden))
        return result

    def apply_layout(self, layout: Sequence[ColumnLayout]) -> None:
        """Restore a saved arrangement; columns unknown to it keep their declared look, at the end."""
        numbers = {heading.key: number for number, heading in enumerate(self._headings)}
        known = [saved for saved in layout if saved.key in numbers]
        for place, saved in enumerate(known):
            number = numbers[saved.key]
            self.moveSection(self.visualIndex(number), place)
            self.resizeSection(number, min(max(saved.width, self.minimumSectionSize()), 2_000))
            self.setSectionHidden(number, saved.hidden)
        if self.hiddenSectionCount() == self.count():
            self.apply_defaults()

    def shown_columns(self) -> list[int]:
        """Return the numbers of the visible columns from left to right."""
        places = (self.logicalIndex(place) for place in range(self.count()))
        return [number for number in places if not self.isSectionHidden(number)]

    def chooser(self, parent: QWidget) -> QMenu:
        """Return the menu by which columns are shown and hidden; the last visible one cannot be hidden."""
        menu = QMenu(parent)
        only_one = len(self.shown_columns()) == 1
        for number, heading in enumerate(self._headings):
            shown = not self.isSectionHidden(number)
            action = menu.addAction(heading.header or heading.key)
            action.setToolTip(heading.tooltip)
            action.setCheckable(True)
            action.setChecked(shown)
            action.setEnabled(not (shown and only_one))
            action.toggled.connect(lambda checked, n=number: self.setSectionHidden(n, not checked))
        menu.addSeparator()
        menu.addAction("Reset columns").triggered.connect(self.apply_defaults)
        return menu

    def _open_chooser(self, position: QPoint) -> None:
        menu = self.chooser(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(position))

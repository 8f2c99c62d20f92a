"""What the draft changes of the portfolio that runs: field by field, before it is applied."""

from collections.abc import Sequence

from PySide6.QtGui import QBrush, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from desktop.presentation.tones import Tone
from desktop.viewmodels.draft_changes import ChangeGroup, change_groups
from desktop.windows.panel import Desk

_HEADERS = ("Field", "Running", "Draft")


class EditorChanges(QTreeWidget):
    """A line for each changed field under each account, and what may not change now, with the reason."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shown: Sequence[ChangeGroup] = ()
        self._muted = QBrush(desk.theme.tone_colour(Tone.MUTED))
        self._new = QBrush(desk.theme.tone_colour(Tone.ACCENT))
        self.setAccessibleName("What the draft changes")
        self.setHeaderLabels(list(_HEADERS))
        self.setRootIsDecorated(False)
        self.setWordWrap(True)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionsMovable(False)

    def look(self) -> None:
        """Show how things stand, while it can be seen."""
        if not self.isVisible():
            return
        groups = change_groups(self._desk.editor, self._desk.bridge.portfolios)
        if groups != self._shown:
            self._shown = groups
            self._write(groups)

    def showEvent(self, event: QShowEvent) -> None:
        """Write what was not worth writing out of sight."""
        super().showEvent(event)
        self.look()

    def _write(self, groups: Sequence[ChangeGroup]) -> None:
        self.clear()
        for group in groups:
            head = QTreeWidgetItem(self, [group.title])
            head.setFirstColumnSpanned(True)
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            for change in group.lines:
                line = QTreeWidgetItem(head, list(change))
                for place, text in enumerate(change):
                    line.setToolTip(place, text)
                line.setForeground(1, self._muted)
                line.setForeground(2, self._new)
                if not change.draft and change.running:
                    line.setFirstColumnSpanned(False)
            head.setExpanded(True)

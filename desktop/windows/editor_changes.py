"""What the draft changes of the portfolio that runs: field by field, before it is applied."""

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTextBrowser, QWidget

from desktop.viewmodels.draft_changes import Change, ChangeGroup, change_groups
from desktop.windows.panel import Desk


class EditorChanges(QTextBrowser):
    """A line for each changed field under each account, and what may not change now, with the reason."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shown: Sequence[ChangeGroup] = ()
        self.setAccessibleName("What the draft changes")
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)

    def look(self) -> None:
        """Show how things stand, while it can be seen."""
        if not self.isVisible():
            return
        groups = change_groups(self._desk.editor, self._desk.bridge.portfolios)
        if groups != self._shown:
            self._shown = groups
            place = self.verticalScrollBar().value()
            self.setHtml("".join(self._group(group) for group in groups))
            self.verticalScrollBar().setValue(place)

    def showEvent(self, event: QShowEvent) -> None:
        """Write what was not worth writing out of sight."""
        super().showEvent(event)
        self.look()

    def _group(self, group: ChangeGroup) -> str:
        colours = self._desk.theme.colours
        head = f'<p style="color:{colours.header};margin:6px 0 2px 0">{escape(group.title)}</p>'
        return head + "".join(self._line(change) for change in group.lines)

    def _line(self, change: Change) -> str:
        colours = self._desk.theme.colours
        field, running, draft = (escape(text) for text in change)
        if not draft:
            words = f'{field}: <span style="color:{colours.text_muted}">{running}</span>' if running else field
        else:
            before = f'<span style="color:{colours.text_muted}">{running}</span> → ' if running else ""
            words = f'{field}: {before}<span style="color:{colours.accent}">{draft}</span>'
        return f'<p style="margin:0 0 2px 10px">{words}</p>'

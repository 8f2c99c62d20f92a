"""A splitter whose parts keep their shares of the room until the trader moves a border."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget


class ShareSplit(QSplitter):
    """Gives each part its share, also of parts that are shown later; Qt alone would go by what they first asked for."""

    def __init__(self, orientation: Qt.Orientation, shares: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self._shares = tuple(shares)
        self._moved = False
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._note_move)

    def share_out(self) -> None:
        """Give the parts their shares, unless a border was moved."""
        if not self._moved:
            room = self.width() if self.orientation() == Qt.Orientation.Horizontal else self.height()
            self.setSizes([room * share // max(1, sum(self._shares)) for share in self._shares])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shares at another size."""
        super().resizeEvent(event)
        self.share_out()

    def showEvent(self, event: QShowEvent) -> None:
        """Keep the shares when what was hidden is shown."""
        super().showEvent(event)
        self.share_out()

    def _note_move(self, _position: int, _index: int) -> None:
        self._moved = True

"""The two halves of the multileg editor: its form, and beside or below it what the portfolio would be."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

_WIDE = 1_250
"""Pixels from which form and payoff stand side by side."""
_SHARES = {Qt.Orientation.Horizontal: 55, Qt.Orientation.Vertical: 66}
_NAMES = {Qt.Orientation.Horizontal: "form_share_beside", Qt.Orientation.Vertical: "form_share_above"}
_LEAST_SHARE = 20


class EditorSplit(QSplitter):
    """Give the form the larger share; where the trader drags the bar, that share stays, also in a saved workspace."""

    def __init__(
        self, form: QWidget, side: QWidget, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        """``context`` is what ``context()`` gave when the workspace was saved."""
        super().__init__(Qt.Orientation.Vertical, parent)
        self.addWidget(form)
        self.addWidget(side)
        self.setCollapsible(0, False)
        self._shares = {way: _read((context or {}).get(name)) for way, name in _NAMES.items()}
        self.splitterMoved.connect(lambda _at, _index: self._note_share())

    def context(self) -> Mapping[str, str]:
        """Return the shares of the form that the trader chose, in percent; empty while none was."""
        return {_NAMES[way]: str(share) for way, share in self._shares.items() if share is not None}

    @property
    def is_wide(self) -> bool:
        """Whether form and payoff stand side by side."""
        return self.orientation() == Qt.Orientation.Horizontal

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shares of the halves."""
        super().resizeEvent(event)
        self._share_out()

    def fit(self, width: int) -> None:
        """Stand the halves side by side where so many pixels give them room, else one above the other."""
        self.setOrientation(Qt.Orientation.Horizontal if width >= _WIDE else Qt.Orientation.Vertical)
        self._share_out()

    def _share_out(self) -> None:
        way = self.orientation()
        room = self.width() if self.is_wide else self.height()
        share = self._shares[way] or _SHARES[way]
        form = room * share // 100
        self.setSizes([form, room - form])

    def _note_share(self) -> None:
        form, side = self.sizes()
        if form + side:
            self._shares[self.orientation()] = max(_LEAST_SHARE, 100 * form // (form + side))


def _read(text: str | None) -> int | None:
    """Answer a saved share; None for one that cannot be meant."""
    if text is None or not text.isdecimal():
        return None
    share = int(text)
    return share if _LEAST_SHARE <= share <= 100 else None

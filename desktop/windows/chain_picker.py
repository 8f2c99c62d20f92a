"""Pick the contract of a leg from the live chain, by mouse or keys."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.forms.inputs import StillComboBox
from desktop.viewmodels.option_chain import CALL, PUT, ChainSource
from desktop.viewmodels.strike_picks import PickAs, pick_words, strike_rule
from desktop.widgets.data_grid import FastGrid
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import Desk, muted_label
from engine.domain.instrument import Instrument

_SIZE = (900, 560)
_REFRESH_MS = 100
_HIDDEN = ("volume", "bid_quantity", "ask_quantity", "change", "vega", "gamma", "theta")


class Picked(NamedTuple):
    """A contract and the rule by which the leg will choose it."""

    contract: Instrument
    strike: Mapping[str, Any]


class ChainPicker(DeskDialog):
    """Shows an expiry; the cell under the cursor is the contract. Enter or a double click takes it.

    Attributes:
        grid: The chain.
        expiry_box: Which expiry is shown.
        how_box: What of the contract is kept.
        words: What would be taken.
    """

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        underlying: str,
        expiry: date | None,
        title: str,
        take: Callable[[Picked], None],
        *,
        is_call: bool = True,
    ) -> None:
        """``expiry`` is shown first where it is listed, else the nearest; the cursor begins on calls or on puts."""
        super().__init__(parent, title)
        self._side = CALL if is_call else PUT
        self.setObjectName("chain_picker")
        self.resize(*_SIZE)
        self._desk, self._take = desk, take
        self._is_centred = False
        self._clock = QElapsedTimer()
        self._clock.start()
        self.source = ChainSource(desk.bridge)
        self.expiry_box, self.how_box = StillComboBox(), StillComboBox()
        self._fill_boxes(underlying, expiry)
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, f"Chain of {underlying}", self)
        for number, column in enumerate(self.source.columns):
            if column.key.removeprefix(CALL).removeprefix(PUT) in _HIDDEN:
                self.grid.header().show_column(number, False)
        self.words = self.add_text("")
        self.words.setAccessibleName("What would be taken")
        self.column.addWidget(self.grid, 1)
        self.column.addWidget(self.words)
        self._button = self.add_buttons("Take it", "Leave it")
        self.grid.selection_changed.connect(self._look)
        self.grid.cell_activated.connect(lambda _row, _column: self.accept())
        self.how_box.currentIndexChanged.connect(lambda _index: self._look())
        self.expiry_box.currentIndexChanged.connect(lambda _index: self._show(underlying))
        timer = QTimer(self)
        timer.timeout.connect(self.refresh)
        timer.start(_REFRESH_MS)
        self._show(underlying)
        self.grid.setFocus()

    def refresh(self) -> None:
        """Show the newest quotes."""
        self.source.refresh(0)
        self.grid.refresh(self._clock.elapsed())
        chain = self.source.chain
        if chain is not None and chain.at_the_money is not None and not self._is_centred and self.isVisible():
            self._is_centred = True
            if self.grid.current_row() is None:
                self.grid.select_cell(chain.at_the_money, f"{self._side}last")
            self.grid.centre_row(chain.at_the_money)
        self._look()

    def picked(self) -> Picked | None:
        """Return what the cursor stands on with its rule; None on a strike, and where the rule has no number now."""
        found = self._under_cursor()
        if found is None:
            return None
        contract, rule, _words = found
        return None if isinstance(rule, str) else Picked(contract, rule)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the contract on Enter, wherever the focus is in the dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
            return
        super().keyPressEvent(event)

    def accept(self) -> None:
        """Take the contract under the cursor."""
        picked = self.picked()
        if picked is not None:
            self._take(picked)
            super().accept()

    def _fill_boxes(self, underlying: str, expiry: date | None) -> None:
        today = self._desk.bridge.today()
        for one in self.source.expiries(underlying):
            self.expiry_box.addItem(f"{one:%d %b %Y} · {(one - today).days} d", one)
        place = self.expiry_box.findData(expiry) if expiry is not None else 0
        self.expiry_box.setCurrentIndex(max(0, place))
        for how in PickAs:
            self.how_box.addItem(how.value, how)
        row = QHBoxLayout()
        for title, box in (("Expiry", self.expiry_box), ("Keep", self.how_box)):
            label = muted_label(title)
            label.setBuddy(box)
            box.setAccessibleName(title)
            box.fit_entries()
            row.addWidget(label)
            row.addWidget(box)
        row.addWidget(muted_label("Left and right choose call or put · Enter takes it"))
        row.addStretch(1)
        self.column.addLayout(row)

    def _show(self, underlying: str) -> None:
        expiry = self.expiry_box.currentData()
        if isinstance(expiry, date):
            self._is_centred = False
            self.source.show_chain(underlying, expiry)
            self.refresh()

    def _under_cursor(self) -> tuple[Instrument, Mapping[str, Any] | str, str] | None:
        row, column, chain = self.grid.current_row(), self.grid.current_column(), self.source.chain
        if row is None or column is None or chain is None or row >= self.source.row_count():
            return None
        contract = self.source.contract_at(row, column)
        if contract is None:
            return None
        line = self.source.row(row)
        side = line.call if column.startswith(CALL) else line.put
        rule = strike_rule(chain, row, side, self.how_box.currentData())
        return contract, rule, pick_words(line, side, contract.kind.value, rule)

    def _look(self) -> None:
        found = self._under_cursor()
        self.words.setText("Put the cursor on a call or a put." if found is None else found[2])
        if self._button is not None:
            self._button.setEnabled(found is not None and not isinstance(found[1], str))

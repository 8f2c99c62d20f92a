"""The option chain: both sides of one expiry, live; a key or a click adds a leg to the editor."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QWidget

from desktop.presentation import formats
from desktop.viewmodels.option_chain import ChainSource
from desktop.widgets.column_header import ColumnHeader
from desktop.widgets.data_grid import FastGrid
from desktop.windows.contract_legs import add_contract
from desktop.windows.deeds import add_deed, add_table_deeds, cursor_menu
from desktop.windows.panel import Desk, Links, Panel, muted_label, push_button
from desktop.workspace.links import ExpiryChosen, InstrumentChosen, Subject, UnderlyingChosen
from engine.domain.contract_master import UnknownInstrumentError
from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Instrument
from engine.domain.order import Side
from engine.views.contracts import strike_text

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_RANKS = ("nearest", "next")
"""How a workspace names the first expiries, which are others next week."""


class OptionChainPanel(Panel):
    """One expiry of one underlying.

    B on a cell adds a bought leg of that contract to the editor, S a sold one; C brings the money into the middle.
    In a link group it follows underlyings, expiries and contracts.
    """

    linkable = True

    def __init__(
        self, desk: Desk, links: Links, context: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Option chain", parent)
        self._desk, self._links = desk, links
        self.source = ChainSource(desk.bridge)
        self._centred = False
        self._frame_ms = 0
        self._build_bar()
        self.grid = FastGrid(self.source, self.source.columns, desk.theme, "Option chain", self)
        self.grid.context_menu_requested.connect(self._open_menu)
        self.grid.cell_activated.connect(self._activate)
        self.grid.installEventFilter(self)
        self.column.addWidget(self.grid)
        self.underlying_box.addItems(list(self.source.underlyings()))
        self.underlying_box.currentTextChanged.connect(self._underlying_changed)
        self.expiry_box.currentIndexChanged.connect(lambda _index: self._expiry_changed())
        wanted = (context or {}).get("underlying", "NIFTY")
        if self.underlying_box.findText(wanted) >= 0:
            self.underlying_box.setCurrentText(wanted)
        self._underlying_changed(self.underlying_box.currentText())
        self._show_kept_expiry((context or {}).get("expiry", _RANKS[0]))
        # Only what the trader chose is told, not what followed it.
        self.underlying_box.activated.connect(
            lambda _index: self._links.choose(UnderlyingChosen(self.underlying_box.currentText()))
        )
        self.expiry_box.activated.connect(self._expiry_chosen)

    def first_stop(self) -> QWidget:
        """Return the grid, with the cursor at the money where it is nowhere yet."""
        self._begin_at_the_money()
        return self.grid

    def _begin_at_the_money(self) -> None:
        chain = self.source.chain
        if self.grid.current_row() is None and chain is not None and chain.at_the_money is not None:
            self.grid.select_row(chain.at_the_money)

    def table_header(self) -> ColumnHeader:
        """Return the header of the grid."""
        return self.grid.header()

    def context(self) -> Mapping[str, str]:
        """Return the underlying and the expiry: the first ones by their rank, others by their date."""
        place, expiry = self.expiry_box.currentIndex(), self.expiry_box.currentData()
        kept = _RANKS[place] if 0 <= place < len(_RANKS) else expiry.isoformat() if isinstance(expiry, date) else ""
        return {"underlying": self.underlying_box.currentText(), **({"expiry": kept} if kept else {})}

    def shows(self) -> str:
        """Return the underlying, and the expiry where it is not the nearest."""
        expiry = self.expiry_box.currentData()
        if self.expiry_box.currentIndex() <= 0 or not isinstance(expiry, date):
            return self.underlying_box.currentText()
        return f"{self.underlying_box.currentText()} {expiry.day:02d} {_MONTHS[expiry.month - 1]}"

    def follow(self, subject: Subject) -> None:
        """Show an underlying, an expiry, or the expiry of a contract with the contract in the middle."""
        match subject:
            case UnderlyingChosen(underlying):
                self._show(underlying)
            case ExpiryChosen(underlying, expiry):
                self._show(underlying, expiry)
            case InstrumentChosen(instrument):
                self._show_contract(instrument)
            case _:
                pass

    def refresh(self, now_ms: int) -> None:
        """Show the newest quotes."""
        self._frame_ms = now_ms
        self.source.refresh(now_ms)
        self.grid.refresh(now_ms)
        chain = self.source.chain
        if chain is None:
            return
        if not self._centred and chain.at_the_money is not None:
            self.centre()
        if self.grid.hasFocus():
            # The panel may have been gone to before there were quotes.
            self._begin_at_the_money()
        self._show_head()

    def centre(self) -> None:
        """Bring the strike at the money into the middle."""
        chain = self.source.chain
        if chain is not None and chain.at_the_money is not None:
            self.grid.centre_row(chain.at_the_money)
            self._centred = True

    def _show(self, underlying: str, expiry: date | None = None) -> None:
        if self.underlying_box.findText(underlying) < 0:
            return
        self.underlying_box.setCurrentText(underlying)
        place = next((i for i in range(self.expiry_box.count()) if self.expiry_box.itemData(i) == expiry), -1)
        if place >= 0:
            self.expiry_box.setCurrentIndex(place)

    def _show_contract(self, instrument: InstrumentId) -> None:
        try:
            contract = self._desk.bridge.master.by_id(instrument)
        except UnknownInstrumentError:
            return
        self._show(contract.underlying, contract.expiry)
        rows = range(self.source.row_count())
        row = next((row for row in rows if self.source.row(row).strike == contract.strike), None)
        if row is not None and self.expiry_box.currentData() == contract.expiry:
            self.grid.refresh(self._frame_ms)
            self.grid.centre_row(row)
            self.grid.select_row(row)
            self._centred = True

    def _show_kept_expiry(self, kept: str) -> None:
        place = _RANKS.index(kept) if kept in _RANKS else -1
        dates = [self.expiry_box.itemData(number) for number in range(self.expiry_box.count())]
        if place < 0:
            place = next((number for number, one in enumerate(dates) if one.isoformat() == kept), 0)
        if 0 <= place < len(dates):
            self.expiry_box.setCurrentIndex(place)

    def _expiry_chosen(self, _index: int) -> None:
        expiry = self.expiry_box.currentData()
        if isinstance(expiry, date):
            self._links.choose(ExpiryChosen(self.underlying_box.currentText(), expiry))

    def add_leg(self, contract: Instrument, side: Side) -> None:
        """Add one lot of a contract to the portfolio in the editor."""
        add_contract(self._desk, self._links, contract, side)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take B, S and C on the grid."""
        if watched is not self.grid or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        return event.modifiers() == Qt.KeyboardModifier.NoModifier and self._key(event.key())

    def _key(self, key: int) -> bool:
        if key == Qt.Key.Key_C:
            self.centre()
            return True
        side = {Qt.Key.Key_B.value: Side.BUY, Qt.Key.Key_S.value: Side.SELL}.get(int(key))
        if side is None:
            return False
        contract = self._current_contract()
        if contract is None:
            self._links.say("Put the cursor on a call or a put to add it as a leg.")
        else:
            self.add_leg(contract, side)
        return True

    def _current_contract(self) -> Instrument | None:
        row, column = self.grid.current_row(), self.grid.current_column()
        return None if row is None or column is None else self.source.contract_at(row, column)

    def _build_bar(self) -> None:
        bar = self.bar()
        self.underlying_box = QComboBox()
        self.underlying_box.setAccessibleName("Underlying")
        self.underlying_box.setMinimumWidth(88)
        self.expiry_box = QComboBox()
        self.expiry_box.setAccessibleName("Expiry")
        self.expiry_box.setMinimumWidth(132)
        self._spot = QLabel()
        self._spot.setToolTip("Last price of the underlying")
        self._figures = muted_label()
        # What has no room is cut, instead of pushing the rest over the edge.
        self._figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._figures.setToolTip(
            "Forward of this expiry from its own options · days to expiry · put-call ratio of the open interest · "
            "implied volatility at the money of the forward"
        )
        bar.addWidget(self.underlying_box)
        bar.addWidget(self.expiry_box)
        bar.addWidget(self._spot)
        bar.addWidget(self._figures, 1)
        bar.addWidget(push_button("ATM", "ATM by spot: bring it into the middle (C)", self.centre))
        bar.addWidget(push_button("Buy", "Add the contract under the cursor, bought (B)", lambda: self._press("B")))
        bar.addWidget(push_button("Sell", "Add the contract under the cursor, sold (S)", lambda: self._press("S")))

    def _press(self, key: str) -> None:
        self._key({"B": Qt.Key.Key_B.value, "S": Qt.Key.Key_S.value}[key])

    def _underlying_changed(self, underlying: str) -> None:
        self.expiry_box.blockSignals(True)
        self.expiry_box.clear()
        for expiry in self.source.expiries(underlying):
            days = (expiry - self._desk.bridge.today()).days
            self.expiry_box.addItem(f"{expiry.day:02d} {_MONTHS[expiry.month - 1]} {expiry.year} · {days} d", expiry)
        self.expiry_box.blockSignals(False)
        self._expiry_changed()

    def _expiry_changed(self) -> None:
        expiry = self.expiry_box.currentData()
        if isinstance(expiry, date):
            self._centred = False
            self.source.show_chain(self.underlying_box.currentText(), expiry)
            self.shows_changed.emit(self.shows())

    def _show_head(self) -> None:
        chain = self.source.chain
        if chain is None:
            return
        spot = f"<b>{formats.price(chain.spot)}</b>"
        if spot != self._spot.text():
            self._spot.setText(spot)
        words = f"F {formats.decimal(chain.forward, 2)} · {formats.decimal(chain.years * 365, 1)} d"
        if chain.put_call_ratio is not None:
            words += f" · PCR {formats.decimal(chain.put_call_ratio, 2)}"
        if chain.max_pain is not None:
            words += f" · Max pain {strike_text(chain.max_pain)}"
        words += f" · IV {formats.volatility(chain.volatility)} %"
        if words != self._figures.text():
            self._figures.setText(words)

    def _activate(self, row: int, column: str) -> None:
        contract = self.source.contract_at(row, column)
        if contract is not None:
            self._links.show_instrument(contract.id)

    def _open_menu(self, row: int, column: str, at: QPoint) -> None:
        contract = self.source.contract_at(row, column)
        menu = cursor_menu(self)
        if contract is not None:
            add_deed(menu, "buy_contract", lambda: self.add_leg(contract, Side.BUY), about=contract.symbol)
            add_deed(menu, "sell_contract", lambda: self.add_leg(contract, Side.SELL), about=contract.symbol)
            add_deed(menu, "show_in_chart", lambda: self._links.show_instrument(contract.id))
            menu.addSeparator()
        add_deed(menu, "centre_chain", self.centre)
        add_table_deeds(menu, self.grid, column, self._links.action)
        menu.popup(at)

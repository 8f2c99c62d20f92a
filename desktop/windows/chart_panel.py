"""Candles of an instrument from live ticks, or the combined premium of a portfolio."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from desktop.presentation.formats import axis_amount
from desktop.presentation.tones import Tone
from desktop.viewmodels.chart import INTERVALS, ChartModel
from desktop.widgets.candle_chart import CandleChart
from desktop.widgets.candle_series import Bar
from desktop.widgets.chart_overlay import AxisTag
from desktop.windows.deeds import add_deed, cursor_menu
from desktop.windows.panel import Desk, Links, Panel
from desktop.workspace.links import ExpiryChosen, InstrumentChosen, PortfolioChosen, Subject, UnderlyingChosen
from engine.domain.contract_master import UnknownInstrumentError
from engine.domain.identifiers import InstrumentId, PortfolioId

_DRAWN_EVERY_MS = 50
"""A chart that nobody works in is drawn twenty times a second; the one at the mouse or the keys with every frame."""

_LEVEL_TONES = {"stop": Tone.DOWN, "target": Tone.UP}


class ChartPanel(Panel):
    """A candle chart with a chooser of what it shows and of the length of its bars.

    In a link group it follows underlyings and contracts; that of a combined premium follows portfolios.
    """

    linkable = True

    def __init__(
        self,
        desk: Desk,
        links: Links,
        context: Mapping[str, str] | None = None,
        *,
        premium: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Combined premium" if premium else "Chart", parent)
        self._desk, self._links, self._premium = desk, links, premium
        self.model = ChartModel(desk.bridge, self)
        self.chart = CandleChart(desk.theme, "Combined premium chart" if premium else "Candle chart", self)
        self._build_bar()
        self.column.addWidget(self.chart)
        self.chart.context_menu_requested.connect(self._open_menu)
        self.model.history_replaced.connect(self.chart.set_bars)
        self.model.bar_changed.connect(lambda bar: self.chart.put_bar(Bar(*bar)))
        self.model.title_changed.connect(self._title.setText)
        self.model.levels_changed.connect(self._show_levels)
        self._shown = ""
        self._drawn_ms = -_DRAWN_EVERY_MS
        wanted = context or {}
        self._listed: set[PortfolioId] = set()
        self._kept_portfolio = wanted.get("portfolio") if premium else None
        self.interval_box.setCurrentIndex(max(self.interval_box.findText(f"{wanted.get('minutes', '')} min"), 0))
        if premium:
            self.chart.show_volume(False)
            desk.bridge.portfolios_changed.connect(self._list_portfolios)
            self._list_portfolios()
        else:
            underlying = wanted.get("underlying", "NIFTY")
            futures = desk.bridge.master.futures(underlying) if wanted.get("kind") == "future" else ()
            self._list_spots(futures[0].symbol if futures else underlying)
            if "instrument" in wanted:
                self.show_instrument(InstrumentId(wanted["instrument"]))
        self.chooser.activated.connect(self._chosen_by_hand)

    @property
    def is_premium(self) -> bool:
        """Whether it shows the combined premium of portfolios."""
        return self._premium

    def context(self) -> Mapping[str, str]:
        """Return what is shown, and the minutes of a bar."""
        if self._premium:
            portfolio_id = self._kept_portfolio or self._shown
            shown = {"portfolio": portfolio_id} if portfolio_id else {}
        else:
            shown = {"underlying": self._underlying(), "instrument": self._shown}
        return {**shown, "minutes": str(self.interval_box.currentData())}

    def shows(self) -> str:
        """Return the symbol, or the portfolio."""
        return self.chooser.currentText()

    def follow(self, subject: Subject) -> None:
        """Show the spot of an underlying, a contract, or the premium of a portfolio."""
        match subject:
            case PortfolioChosen(portfolio_id) if self._premium:
                self.show_portfolio(portfolio_id)
            case InstrumentChosen(instrument) if not self._premium:
                self.show_instrument(instrument)
            case UnderlyingChosen(underlying) | ExpiryChosen(underlying) if not self._premium:
                spot = self._desk.bridge.master.spot(underlying)
                # Another expiry is no reason to leave the contract that is looked at.
                if spot is not None and self._underlying() != underlying:
                    self.show_instrument(spot.id)
            case _:
                pass

    def refresh(self, now_ms: int) -> None:
        """Draw what changed since the last frame."""
        if now_ms - self._drawn_ms < _DRAWN_EVERY_MS and not (self.underMouse() or self.chart.hasFocus()):
            return
        self._drawn_ms = now_ms
        self.model.refresh(now_ms)
        self.chart.refresh(now_ms)

    def show_instrument(self, instrument: InstrumentId) -> None:
        """Show an instrument, and list it in the chooser."""
        place = self.chooser.findData(instrument)
        if place < 0:
            try:
                symbol = self._desk.bridge.master.by_id(instrument).symbol
            except UnknownInstrumentError:
                return
            self.chooser.addItem(symbol, instrument)
            place = self.chooser.count() - 1
        self.chooser.setCurrentIndex(place)

    def show_portfolio(self, portfolio_id: PortfolioId) -> None:
        """Show the combined premium of a portfolio."""
        place = self.chooser.findData(portfolio_id)
        if place >= 0:
            self.chooser.setCurrentIndex(place)

    def first_stop(self) -> QWidget:
        """Return the chart, in which keys scroll and zoom."""
        return self.chart

    def _open_menu(self, at: QPoint) -> None:
        menu = cursor_menu(self)
        add_deed(menu, "chart_latest", self.chart.show_home)
        lengths = menu.addMenu(self.interval_box.accessibleName())
        for place in range(self.interval_box.count()):
            entry = lengths.addAction(self.interval_box.itemText(place))
            entry.setCheckable(True)
            entry.setChecked(place == self.interval_box.currentIndex())
            entry.triggered.connect(lambda _checked=False, place=place: self.interval_box.setCurrentIndex(place))
        menu.popup(at)

    def _build_bar(self) -> None:
        bar = self.bar()
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Portfolio" if self._premium else "Instrument")
        self.chooser.setMinimumWidth(190)
        self.chooser.currentIndexChanged.connect(lambda _index: self._chosen())
        self.interval_box = QComboBox()
        self.interval_box.setAccessibleName("Length of a bar")
        for minutes in INTERVALS:
            self.interval_box.addItem(f"{minutes} min", minutes)
        self.interval_box.currentIndexChanged.connect(
            lambda _index: self.model.set_interval(int(self.interval_box.currentData()))
        )
        self._title = QLabel()
        bar.addWidget(self.chooser)
        bar.addWidget(self.interval_box)
        bar.addWidget(self._title, 1)

    def _list_spots(self, first: str) -> None:
        master = self._desk.bridge.master
        self.chooser.blockSignals(True)
        for underlying in master.underlyings():
            spot = master.spot(underlying)
            if spot is not None:
                self.chooser.addItem(underlying, spot.id)
            for future in master.futures(underlying)[:1]:
                self.chooser.addItem(future.symbol, future.id)
        self.chooser.setCurrentIndex(max(self.chooser.findText(first), 0))
        self.chooser.blockSignals(False)
        self._chosen()

    def _underlying(self) -> str:
        """Return the underlying of what is shown."""
        try:
            return self._desk.bridge.master.by_id(InstrumentId(self._shown)).underlying
        except UnknownInstrumentError:
            return ""

    def _chosen_by_hand(self, _index: int) -> None:
        wanted = self.chooser.currentData()
        if wanted is None:
            return
        subject = PortfolioChosen(PortfolioId(wanted)) if self._premium else InstrumentChosen(InstrumentId(wanted))
        self._links.choose(subject)

    def _list_portfolios(self, _rows: object = None) -> None:
        known = self._desk.bridge.portfolios
        new = [row for portfolio_id, row in known.items() if portfolio_id not in self._listed]
        if new:
            self._listed.update(row.portfolio_id for row in new)
            # The first entry of a chooser is taken at once; only the newest is to be shown.
            self.chooser.blockSignals(True)
            for row in new:
                self.chooser.addItem(f"{row.name} ({row.portfolio_id})", row.portfolio_id)
            self.chooser.blockSignals(False)
            if self._kept_portfolio is None or self._kept_portfolio not in known:
                self.chooser.setCurrentIndex(self.chooser.count() - 1)
                self._chosen()
        if known and self._kept_portfolio is not None:
            # Shown once; from then on the newest comes forward as it is started.
            self.show_portfolio(PortfolioId(self._kept_portfolio))
            self._kept_portfolio = None

    def _chosen(self) -> None:
        wanted = self.chooser.currentData()
        if wanted is None or wanted == self._shown:
            return
        self._shown = wanted
        self.chart.set_bars(np.empty(0, dtype=np.int64), np.empty((5, 0)))
        if self._premium:
            self.model.show_portfolio(PortfolioId(wanted))
        else:
            self.model.show_instrument(InstrumentId(wanted))
        self.shows_changed.emit(self.shows())

    def _show_levels(self, levels: list[tuple[float, str]]) -> None:
        written = axis_amount(2)
        self.chart.set_levels([AxisTag(value, written(value), _tone(caption), caption) for value, caption in levels])


def _tone(caption: str) -> Tone:
    words = caption.casefold()
    return next((tone for word, tone in _LEVEL_TONES.items() if word in words), Tone.ACCENT)

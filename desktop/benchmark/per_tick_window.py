"""The peer: the same engine under a window that is told every tick and every order by a signal of its own."""

from collections.abc import Sequence
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QTableWidget, QTableWidgetItem, QWidget

from desktop.benchmark.latencies import Latencies, tick_to_order_figures
from desktop.benchmark.load import Driver, portfolios_alive
from desktop.benchmark.stalls import StallGauge
from desktop.composition.desk import Desk, DeskChoice
from engine.api import Notice
from engine.domain.instant import Instant
from engine.domain.quote import QuoteColumn, QuoteFrame
from engine.views.orders import OrderRow

_COLUMNS = ("Contract", "LTP", "Bid", "Ask", "Volume", "OI")
_SHOWN = tuple(
    int(column)
    for column in (
        QuoteColumn.LAST_PRICE,
        QuoteColumn.BID,
        QuoteColumn.ASK,
        QuoteColumn.VOLUME,
        QuoteColumn.OPEN_INTEREST,
    )
)
_ORDER_COLUMNS = ("Order", "Contract", "Side", "Qty", "Filled", "Status")
_CHARTS = 3
_MOST_POINTS = 2_000
_SIZE = (1_920, 1_040)
_SETTLE_MS = 3_000


class Told(QObject):
    """What the engine's thread says, a signal for each thing.

    Signals:
        ticked: Row, and its quote as a list.
        ordered: OrderRow.
    """

    ticked = Signal(int, list)
    ordered = Signal(object)


class Market(Protocol):
    """A market that is asked for its next frame."""

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        ...

    def take_next(self) -> QuoteFrame:
        """Answer the next frame."""
        ...


class TickedMarket:
    """A market that says every tick of its frames."""

    def __init__(self, market: Market, told: Told) -> None:
        self._market, self._told = market, told

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        return self._market.next_at

    def take_next(self) -> QuoteFrame:
        """Answer the next frame, and say its ticks one by one."""
        frame = self._market.take_next()
        for row, values in zip(frame.rows.tolist(), frame.values.tolist(), strict=True):
            self._told.ticked.emit(row, values)
        return frame


class TickedDesk(Desk):
    """A desk whose market says every tick."""

    def __init__(self, choice: DeskChoice, told: Told) -> None:
        super().__init__(choice)
        self._told = told

    def _open_run(self) -> Any:
        run = super()._open_run()
        run.market = TickedMarket(run.market, self._told)
        return run


class Listener(Latencies):
    """Says every order, and collects latencies."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def take_notices(self, notices: Sequence[Notice]) -> None:
        """See notices, on the engine's thread."""
        super().take_notices(notices)
        for one in notices:
            if isinstance(one, OrderRow):
                self._told.ordered.emit(one)


class PerTickWindow(QWidget):
    """A chain, an order book and three charts that change a cell, a row and a curve with every signal."""

    def __init__(self, told: Told, contracts: int) -> None:
        super().__init__()
        self._chain = _table(contracts, _COLUMNS)
        self._orders = _table(0, _ORDER_COLUMNS)
        self._row_of: dict[str, int] = {}
        self._plots = [pg.PlotWidget() for _ in range(_CHARTS)]
        self._curves = [plot.plot() for plot in self._plots]
        self._points: list[float] = []
        grid = QGridLayout(self)
        grid.addWidget(self._chain, 0, 0, 2, 1)
        grid.addWidget(self._orders, 2, 0)
        for place, plot in enumerate(self._plots):
            grid.addWidget(plot, place, 1)
        told.ticked.connect(self._tick, Qt.ConnectionType.QueuedConnection)
        told.ordered.connect(self._order, Qt.ConnectionType.QueuedConnection)
        self.resize(*_SIZE)

    def orders(self) -> int:
        """Return how many orders it shows."""
        return len(self._row_of)

    def _tick(self, row: int, values: list[int]) -> None:
        for column, place in enumerate(_SHOWN, start=1):
            _cell(self._chain, row, column).setText(f"{values[place] / 10_000:.2f}")
        if row == 0:
            self._points = [*self._points[-_MOST_POINTS:], values[_SHOWN[0]] / 10_000]
            for curve in self._curves:
                curve.setData(self._points)

    def _order(self, order: OrderRow) -> None:
        row = self._row_of.setdefault(order.order_id, len(self._row_of))
        if row == self._orders.rowCount():
            self._orders.insertRow(row)
        texts = (
            order.order_id,
            order.contract,
            order.side.value,
            str(order.quantity),
            str(order.filled),
            order.status.value,
        )
        for column, text in enumerate(texts):
            _cell(self._orders, row, column).setText(text)


def _table(rows: int, headers: tuple[str, ...]) -> QTableWidget:
    table = QTableWidget(rows, len(headers))
    table.setHorizontalHeaderLabels(list(headers))
    return table


def _cell(table: QTableWidget, row: int, column: int) -> QTableWidgetItem:
    cell = table.item(row, column)
    if cell is None:
        cell = QTableWidgetItem()
        table.setItem(row, column, cell)
    return cell


def per_tick_window(choice: DeskChoice, first_portfolio: int, seconds: float) -> dict[str, Any]:
    """Run the peer on a desk for some seconds and answer the figures that the workstation is asked for too."""
    application = QApplication.instance() or QApplication(["legwork"])
    told = Told()
    desk, listener = TickedDesk(choice, told), Listener(told)
    try:
        # Built before the engine starts, so that it is told every order so far.
        window = PerTickWindow(told, 2_000)
        desk.client.start(listener)
        window.show()
        driver, stalls = (
            Driver(desk.client.submit, lambda: portfolios_alive(listener), first_portfolio),
            StallGauge(window),
        )
        driver.start()
        _wait(_SETTLE_MS)
        listener.found.clear()
        stalls.begin()
        _wait(round(seconds * 1_000))
        figures = {
            "platform": QApplication.platformName(),
            "stalls": stalls.end(),
            "tick_to_order": tick_to_order_figures(listener.found),
            "quotes_per_second": 0 if listener.status is None else listener.status.figures.quotes_per_second,
            "orders_in_the_book": window.orders(),
        }
        driver.stop()
    finally:
        desk.close()
    window.close()
    del application
    return figures


def _wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()

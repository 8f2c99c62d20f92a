"""Measure what quotes cost the window: the painted grid fed by frames, against a table fed by a signal per tick."""

import os
from collections.abc import Callable
from threading import Event, Thread
from time import perf_counter_ns, thread_time_ns

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QApplication, QTableWidget, QTableWidgetItem, QWidget

from desktop.presentation.fonts import register_fonts
from desktop.presentation.theme import built_in_theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.grid_source import RowGridSource
from desktop.widgets.data_grid import FastGrid

RATES = (1_000, 5_000, 20_000)
"""Ticks per second."""

_ROWS = 400
_SIZE = (1_000, 760)
_FRAME_MS = 33
_BATCH_SECONDS = 0.005
_HEADERS = ("Contract", "LTP", "Change", "Bid", "Ask", "Volume", "OI", "Delta", "Gamma", "Theta", "Vega", "IV")


class Shown(msgspec.Struct, frozen=True, gc=False):
    """One row of the grid."""

    number: int
    last: int
    volume: int


class QuoteColumns:
    """Latest numbers per row as a feed leaves them; ``version`` rises with every change of a row."""

    def __init__(self) -> None:
        self.last: NDArray[np.int64] = np.full(_ROWS, 100_00)
        self.volume: NDArray[np.int64] = np.zeros(_ROWS, np.int64)
        self.version: NDArray[np.int64] = np.zeros(_ROWS, np.int64)


class TickSignal(QObject):
    """Tells the table about one tick.

    Signals:
        ticked: Row number, last price in paise, volume.
    """

    ticked = Signal(int, int, int)


def painting_benchmark(rates: tuple[int, ...] = RATES, seconds: float = 1.5) -> dict[str, object]:
    """Return the share of the GUI thread's time that each way takes at each rate, in percent, and their ratio.

    400 rows of 12 columns, some 40 of them visible, drawn by Qt's offscreen platform where there is no display; a
    feed thread makes the ticks. The peer is a QTableWidget that gets one signal per tick and sets the five cells that
    changed, with their colour. ``late_ticks`` says how many of the peer's ticks were not yet handled at the end.
    """
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["legwork"])
    register_fonts()
    found = {str(rate): _measured(rate, seconds) for rate in rates}
    del application
    return {
        "platform": QApplication.platformName(),
        "rows": _ROWS,
        "seconds": seconds,
        "peer": "a QTableWidget with a signal per tick",
        "rates": found,
    }


def _measured(rate: int, seconds: float) -> dict[str, float]:
    frames, _ = _share(*_framed(), rate, seconds)
    ticks, late = _share(*_ticked(), rate, seconds)
    return {
        "frames_percent": round(frames, 1),
        "per_tick_percent": round(ticks, 1),
        "late_ticks": late,
        "ratio": round(ticks / max(frames, 0.1), 1),
    }


Feed = Callable[[NDArray[np.int64]], None]
"""Takes a batch of ticks, as row numbers, on the feed thread."""


def _framed() -> tuple[QWidget, Feed, Callable[[], int]]:
    """Answer our grid, its feed, and how many ticks it has taken."""
    columns = QuoteColumns()
    source = RowGridSource(_columns(), lambda row: row.number)
    rows = [Shown(number, 0, 0) for number in range(_ROWS)]
    source.set_rows(rows)
    grid = FastGrid(source, _columns(), built_in_theme("dark"), "Quotes")
    shown = columns.version.copy()
    taken = 0

    def feed(batch: NDArray[np.int64]) -> None:
        nonlocal taken
        columns.last[batch] += np.where(batch & 1, 5, -5)
        columns.volume[batch] += 65
        columns.version[batch] += 1
        taken += len(batch)

    def frame() -> None:
        changed = np.flatnonzero(columns.version != shown)
        shown[changed] = columns.version[changed]
        for number in changed.tolist():
            rows[number] = Shown(number, columns.last.item(number), columns.volume.item(number))
        source.set_rows(rows)
        grid.refresh(perf_counter_ns() // 1_000_000)

    timer = QTimer(grid)
    timer.timeout.connect(frame)
    timer.start(_FRAME_MS)
    return grid, feed, lambda: taken


def _columns() -> tuple[Column[Shown], ...]:
    text: tuple[Callable[[Shown], str], ...] = (
        lambda row: f"NIFTY 24{row.number:03d} CE",
        lambda row: f"{row.last / 100:.2f}",
        lambda row: f"{row.last / 100 - 100:+.2f}",
        lambda row: f"{row.last / 100 - 0.05:.2f}",
        lambda row: f"{row.last / 100 + 0.05:.2f}",
        lambda row: f"{row.volume:,}",
    )
    return tuple(
        Column[Shown](
            key=header,
            header=header,
            text=text[number] if number < len(text) else _constant,
            align=Align.RIGHT if number else Align.LEFT,
            flash=(lambda row: row.last) if number == 1 else None,
        )
        for number, header in enumerate(_HEADERS)
    )


def _constant(row: Shown) -> str:
    return "0.5000" if row.number else "0.0000"


def _ticked() -> tuple[QWidget, Feed, Callable[[], int]]:
    """Answer the peer, its feed, and how many ticks it has taken."""
    table = QTableWidget(_ROWS, len(_HEADERS))
    table.setHorizontalHeaderLabels(list(_HEADERS))
    cells = [[QTableWidgetItem("0.0000") for _ in _HEADERS] for _ in range(_ROWS)]
    for row in range(_ROWS):
        for column, cell in enumerate(cells[row]):
            table.setItem(row, column, cell)
    colours = built_in_theme("dark")
    brushes = [QBrush(colours.tone_colour(tone)) for tone in (Tone.DOWN, Tone.UP)]
    signal = TickSignal(table)
    taken = 0

    def tick(row: int, last: int, volume: int) -> None:
        nonlocal taken
        taken += 1
        rupees = last / 100
        texts = (f"{rupees:.2f}", f"{rupees - 100:+.2f}", f"{rupees - 0.05:.2f}", f"{rupees + 0.05:.2f}", f"{volume:,}")
        for column, text in enumerate(texts, start=1):
            cells[row][column].setText(text)
            cells[row][column].setForeground(brushes[row & 1])

    signal.ticked.connect(tick)
    prices, volumes = np.full(_ROWS, 100_00), np.zeros(_ROWS, np.int64)

    def feed(batch: NDArray[np.int64]) -> None:
        for row in batch.tolist():
            prices[row] += 5 if row & 1 else -5
            volumes[row] += 65
            signal.ticked.emit(row, int(prices[row]), int(volumes[row]))

    return table, feed, lambda: taken


def _share(widget: QWidget, feed: Feed, taken: Callable[[], int], rate: int, seconds: float) -> tuple[float, int]:
    """Answer the percent of the GUI thread that a widget takes at a rate, and the ticks it still owes at the end."""
    widget.resize(*_SIZE)
    widget.show()
    QApplication.processEvents()
    stop, made = Event(), [0]
    thread = Thread(target=_make_ticks, args=(feed, rate, stop, made), name="benchmark feed")
    began, used = perf_counter_ns(), thread_time_ns()
    thread.start()
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1_000), loop.quit)
    loop.exec()
    used, took = thread_time_ns() - used, perf_counter_ns() - began
    late = max(0, made[0] - taken())
    stop.set()
    thread.join()
    QApplication.processEvents()
    widget.close()
    widget.deleteLater()
    QApplication.processEvents()
    return 100.0 * used / took, late


def _make_ticks(feed: Feed, rate: int, stop: Event, made: list[int]) -> None:
    """Hand batches of random rows to ``feed`` at a steady rate until told to stop."""
    dice = np.random.default_rng(rate)
    began = perf_counter_ns()
    while not stop.wait(_BATCH_SECONDS):
        wanted = int((perf_counter_ns() - began) / 1e9 * rate) - made[0]
        if wanted > 0:
            feed(dice.integers(0, _ROWS, wanted))
            made[0] += wanted

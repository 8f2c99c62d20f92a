"""The workstation under load: a steady stretch, then what single deeds in it cost the engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop.benchmark.crowded import crowded_workspace
from desktop.benchmark.latencies import Added, Latencies, tick_to_order_figures
from desktop.benchmark.load import Driver, portfolios_alive
from desktop.benchmark.stalls import StallGauge
from desktop.bootstrap import open_workstation
from desktop.bridge import EngineBridge
from desktop.composition.desk import DeskChoice
from desktop.composition.display import Display, ThemeName
from desktop.composition.table_conversion import TableForm
from desktop.windows.main_window import MainWindow
from desktop.windows.table_export import lines_of
from desktop.workspace.layouts import open_workspace
from engine.schema.declared import replace

_FRAMES_PER_SECOND = 60
_SETTLE_MS = 3_000
_DEED_MS = 3_000
"""Time for the requests around a deed; the status tells of them twice a second."""


class MeasuredWindow(QObject):
    """Takes a window through its stretches and closes it.

    Attributes:
        figures: What was found; whole when the window is closed.
    """

    def __init__(self, bridge: EngineBridge, folder: Path, first_portfolio: int, seconds: float) -> None:
        super().__init__(bridge)
        self._bridge, self._folder, self._seconds = bridge, folder, seconds
        self._driver = Driver(bridge.submit, lambda: portfolios_alive(bridge), first_portfolio)
        self._latencies = Latencies()
        self._stalls = StallGauge(self)
        self._deeds: list[tuple[str, Callable[[], None]]] = [
            ("nothing", lambda: None),
            ("export", self._export),
            ("workspace_switch", self._switch_workspace),
            ("theme_switch", self._switch_theme),
        ]
        self._quiet_us = 0
        self.figures: dict[str, Any] = {}
        bridge.latencies_added.connect(self._latencies.take)

    def begin(self) -> None:
        """Load the engine, wait until the window has settled, and measure."""
        self._driver.start()
        self._after(_SETTLE_MS, self._measure)

    def _measure(self) -> None:
        self._latencies.found.clear()
        self._stalls.begin()
        self._after(round(self._seconds * 1_000), self._measured)

    def _measured(self) -> None:
        told, health, status = _window().clock.newest, _window().clock.health(), self._bridge.status
        self.figures = {
            "stalls": self._stalls.end(),
            "frames": {
                "hertz": health.hertz,
                "p50_ms": round(health.median_ms, 1),
                "p99_ms": round(health.p99_ms, 1),
                # Panels take turns: how often a second the one was brought up to date that had the fewest.
                "panel_hertz": None if told is None or told.panel_hertz is None else round(told.panel_hertz, 1),
            },
            "tick_to_order": tick_to_order_figures(self._latencies.found),
            "quotes_per_second": 0 if status is None else status.figures.quotes_per_second,
            "orders_in_the_book": len(self._bridge.orders),
        }
        self._next_deed()

    def _next_deed(self) -> None:
        if not self._deeds:
            self._driver.stop()
            _window().close_without_asking()
            return
        name, deed = self._deeds.pop(0)
        self._latencies.found.clear()
        self._stalls.begin()
        self._after(_DEED_MS // 3, deed)
        self._after(_DEED_MS, lambda: self._deed_done(name))

    def _deed_done(self, name: str) -> None:
        worst = max((one.tick_to_order for one in self._latencies.found), default=0)
        if name == "nothing":
            self._quiet_us = worst
        else:
            added = Added(worst, self._quiet_us)
            self.figures[name] = {"added_ms": added.milliseconds, "window_stall_ms": self._stalls.end()["worst_ms"]}
        self._next_deed()

    def _export(self) -> None:
        window = _window()
        lines = lines_of(window.panels["orders"])
        assert lines is not None  # The crowded workspace has an order book.
        window.table_export.write(lines, self._folder / "orders.xlsx", TableForm.XLSX)

    def _switch_workspace(self) -> None:
        _window().workspaces.show(open_workspace("multileg").workspace)

    def _switch_theme(self) -> None:
        window = _window()
        window.display_chosen.emit(replace(window.desk.display, theme=ThemeName.LIGHT))

    def _after(self, milliseconds: int, then: Callable[[], None]) -> None:
        QTimer.singleShot(milliseconds, self, then)


def _window() -> MainWindow:
    """Answer the main window of the moment: another theme builds it anew."""
    shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
    return shown[-1]


def measured_window(choice: DeskChoice, folder: Path, first_portfolio: int, seconds: float) -> dict[str, Any]:
    """Open the workstation on a desk, measure it for some seconds, and answer the figures."""
    measured: list[MeasuredWindow] = []

    def opened(window: MainWindow, bridge: EngineBridge) -> None:
        window.keep_arrangement = False
        window.clock.use_pace(_FRAMES_PER_SECOND)
        measured.append(MeasuredWindow(bridge, folder, first_portfolio, seconds))
        measured[0].begin()

    open_workstation(choice, None, opened, crowded_workspace(folder), Display())
    return {"platform": QApplication.platformName(), **measured[0].figures}

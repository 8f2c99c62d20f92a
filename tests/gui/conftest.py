"""A whole desk for tests of windows: the real engine on the simulated market, in memory, and its main window."""

import asyncio
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from desktop.bootstrap import build_window
from desktop.bridge import EngineBridge
from desktop.composition.desk import Desk, DeskChoice
from desktop.composition.markets import MarketChoice
from desktop.presentation.theme import built_in_theme
from desktop.redress import redressed
from desktop.workspace.layouts import open_workspace
from engine.domain.instant import SECOND, instant_of

WAIT_MS = 20_000


class WholeDesk:
    """An engine with a window on it.

    Attributes:
        bridge: The way to the engine.
        window: The main window.
    """

    def __init__(self, qtbot, choice, workspace):
        self._qtbot = qtbot
        self._composed = Desk(choice)
        self.bridge = EngineBridge(self._composed.client)
        self.bridge.start()
        self.window = build_window(
            self.bridge, open_workspace(workspace), built_in_theme(), curves=self._composed.curves
        )
        self.window.keep_arrangement = False
        self.window.display_chosen.connect(self._redress)
        self.window.show()
        self.wait_until(lambda: self.bridge.status is not None)

    def _redress(self, display):
        self.window = redressed(self.window, display, self._rebuilt)

    def _rebuilt(self, found, display, theme):
        window = build_window(self.bridge, found, theme, None, display, self.window.desk.editor, self._composed.curves)
        window.display_chosen.connect(self._redress)
        return window

    def wait_until(self, condition):
        self._qtbot.waitUntil(condition, timeout=WAIT_MS)

    def panel(self, panel_id):
        return self.window.panels[panel_id]

    def dialog(self, kind):
        """Return the open dialog of a kind."""
        self.wait_until(lambda: any(one.isVisible() for one in self.window.findChildren(kind)))
        return next(one for one in self.window.findChildren(kind) if one.isVisible())

    def close(self):
        if isValid(self.window):
            self.window.close_without_asking()
            self.window.deleteLater()
            # Its panels have timers, which go with it.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self.bridge.stop()
        self._composed.close()


@pytest.fixture(autouse=True)
def _no_window_left(request):
    """Fail a test that leaves a window on the screen, an asyncio task, or a mistake that nobody caught.

    Threads, timers and QThreads are watched for every test; Qt's own warnings fail a test by themselves.
    """
    if request.node.get_closest_marker("real_window"):
        yield
        return
    before, hook = _shown_windows(), sys.excepthook
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [f"window {window!r}" for window in _shown_windows() if window not in before]
    left += [f"task {task.get_name()}" for task in _tasks_left()]
    left += ["the exception hook"] if sys.excepthook is not hook else []
    if left:
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)


def _shown_windows():
    if QApplication.instance() is None:
        return []
    return [window for window in QApplication.topLevelWidgets() if isValid(window) and window.isVisible()]


def _tasks_left():
    """Tasks of a loop that this thread still has; none where it has no loop."""
    try:
        return [task for task in asyncio.all_tasks(asyncio.get_running_loop()) if not task.done()]
    except RuntimeError:
        return []


@pytest.fixture
def open_desk(qtbot):
    """Open a desk: ``open_desk(begin="2026-08-19T09:19:57", speed=60, workspace="start", journal=None)``.

    ``hierarchy`` declares accounts and tags; ``engine_process`` runs the engine in a process of its own.
    """
    from datetime import datetime

    opened = []

    def opening(begin="2026-08-19T09:30", *, speed=1.0, workspace="start", **chosen):
        moment = None if begin is None else instant_of(datetime.fromisoformat(f"{begin}+05:30"))
        market = MarketChoice(begin=moment, underlyings=("NIFTY",), step=SECOND)
        desk = WholeDesk(qtbot, DeskChoice(market=market, speed=speed, **chosen), workspace)
        opened.append(desk)
        return desk

    yield opening
    for desk in opened:
        desk.close()


@pytest.fixture
def desk_that_keeps(open_desk, tmp_path, monkeypatch):
    """A desk whose window writes to a folder of its own."""
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    desk = open_desk()
    desk.window.keep_arrangement = True
    return desk

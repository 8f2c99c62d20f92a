"""Detached panels say what they hold, stay on top when asked, go back where they stood, and obey the lock."""

import zlib

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow

from desktop.presentation.theme import built_in_theme
from desktop.workspace.areas import Area
from desktop.workspace.dock_state import panels_named
from desktop.workspace.docking import DockHost

# The offscreen platform says this for every floating window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def host(qtbot):
    window = QMainWindow()
    window.setObjectName("main")
    qtbot.addWidget(window)
    window.resize(1_000, 600)
    host = DockHost(window, built_in_theme("dark"))
    host.add("chain", "Chain", QLabel("chain"))
    host.add("chart", "Chart", QLabel("chart"), area=Area.RIGHT, relative_to="chain", share=0.3)
    host.add("orders", "Orders", QLabel("orders"), area=Area.BOTTOM, share=0.25)
    host.add("log", "Log", QLabel("log"), relative_to="orders")
    window.show()
    qtbot.waitUntil(lambda: host.panel("chart").width() < 400)
    return host


def drag_out(host, panel_id):
    """Drag the tab of a panel far out of its window."""
    tab = host.panel(panel_id).parentWidget().tabWidget()
    start = tab.rect().center()
    QTest.mousePress(tab, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 15):
        to = start + QPoint(30 * step, 40 * step)
        QCursor.setPos(tab.mapToGlobal(to))
        QTest.mouseMove(tab, to)
    QTest.mouseRelease(tab, Qt.MouseButton.LeftButton, pos=start + QPoint(420, 560))


def is_on_top(window):
    return bool(window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint)


def test_the_title_of_a_window_names_the_panels_in_it(host, qtbot):
    host.float_panel("chart")
    alone = host.window_of("chart").windowTitle()

    host.float_panel("log")
    host.dock_panel("log", Area.CENTRE, "chart")
    host.rename("chart", "Chart · NIFTY")

    window = host.window_of("chart")
    qtbot.waitUntil(lambda: host.floating_windows() and window.windowTitle() == "Chart · NIFTY, Log · Legwork")
    assert alone == "Chart · Legwork"
    assert window.objectName() == "floating:chart"


def test_all_panels_of_a_window_stay_on_top_together(host):
    host.float_panel("chart")
    host.float_panel("log")
    host.dock_panel("log", Area.CENTRE, "chart")

    host.set_on_top("log", on=True)
    pinned = is_on_top(host.window_of("chart")), host.is_on_top("chart")
    host.set_on_top("chart", on=False)

    assert pinned == (True, True)
    assert not is_on_top(host.window_of("chart"))


def test_a_pinned_panel_is_on_top_again_whenever_it_is_detached(host):
    host.set_on_top("chart", on=True)

    host.float_panel("chart")
    first = is_on_top(host.window_of("chart"))
    host.dock_back("chart")
    host.float_panel("chart")

    assert first
    assert is_on_top(host.window_of("chart"))


def test_a_detached_tab_goes_back_among_its_tabs(host):
    host.float_panel("log")

    host.dock_back("log")

    area = host.panel("orders").parentWidget().dockAreaWidget()
    assert [dock.objectName() for dock in area.dockWidgets()] == ["orders", "log"]


def test_a_detached_panel_goes_back_beside_its_neighbour_with_its_share(host, qtbot):
    before = host.panel("chart").width()

    host.float_panel("chart")
    host.dock_back("chart")
    qtbot.waitUntil(lambda: abs(host.panel("chart").width() - before) < 15)

    assert host.panel("chart").mapTo(host.parent(), QPoint()).x() > host.panel("chain").width() - 15


def test_a_panel_whose_neighbours_are_gone_is_docked_all_the_same(host):
    host.float_panel("log")
    for other in ("orders", "chain", "chart"):
        host.remove(other)

    host.dock_back("log")

    assert not host.is_floating("log")


def test_a_tab_is_dragged_out_by_mouse_unless_the_panels_are_locked(host):
    host.set_locked(True)
    drag_out(host, "chart")
    while_locked = host.is_floating("chart")
    host.set_locked(False)

    drag_out(host, "chart")

    assert not while_locked
    assert host.is_floating("chart")


def test_locked_panels_have_no_way_to_be_closed_by_mouse_and_say_so(host):
    tab = host.panel("chart").parentWidget().tabWidget()

    host.set_locked(True)
    closable, told = tab.isClosable(), not tab.icon().isNull()
    QTest.mouseClick(tab, Qt.MouseButton.MiddleButton)

    assert (closable, told) == (False, True)
    assert host.is_open("chart")


def test_keys_and_menus_still_move_locked_panels(host):
    host.set_locked(True)

    host.float_panel("chart")
    host.close_panel("orders")

    assert host.is_floating("chart")
    assert not host.is_open("orders")
    assert host.is_locked


def test_a_panel_added_while_locked_is_locked_too(host):
    host.set_locked(True)

    host.add("late", "Late", QLabel("late"))

    assert not host.panel("late").parentWidget().tabWidget().isClosable()


def test_clearing_takes_every_panel_and_window_away(host, qtbot):
    host.float_panel("chart")
    window = host.window_of("chart")

    with qtbot.waitSignal(window.destroyed):
        host.clear()
    host.add("chart", "Chart", QLabel("chart"))

    assert host.panel_ids() == ("chart",)
    assert host.floating_windows() == []


def test_a_state_of_other_panels_does_not_close_these(host, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    foreign = DockHost(window, built_in_theme("dark"))
    foreign.add("elsewhere", "Elsewhere", QLabel())

    assert not host.restore(foreign.save())
    assert all(host.is_open(panel_id) for panel_id in host.panel_ids())


def test_a_state_that_would_unpack_without_end_is_not_unpacked():
    bomb = b"\x00\x00\x00\x00" + zlib.compress(b"QtAdvancedDockingSystem" + b'<Widget Name="chart"' * 1_000_000)

    assert len(bomb) < 200_000
    assert panels_named(bomb) == set()

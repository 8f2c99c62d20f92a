"""Every window, panel and dialog has a test, opens and closes without leaving anything, and asks nobody outside."""

import gc
import re
import socket
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.windows.command_palette import CommandPalette
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import Panel
from tests.gui.every_class import classes_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

GUI_TESTS = Path(__file__).parent
ROUNDS = 20
REACHED = {
    "ChartPanel": 'panel("chart")',
    "CopiesDialog": "Copies",
    "FundsPanel": 'panel("funds")',
    "LatencyPanel": 'panel("latency")',
    "RiskPanel": 'panel("risk")',
    "TradeHistoryPanel": 'panel("trades")',
    "MainWindow": "desk.window",
    "MessagesPanel": 'panel("messages")',
    "MultilegPanel": 'panel("editor")',
    "OptionChainPanel": 'panel("chain")',
    "OrderBookPanel": 'panel("orders")',
    "PortfoliosPanel": 'panel("portfolios")',
    "PositionsPanel": 'panel("positions")',
    "AccountsPanel": 'panels["accounts"]',
    "TagsPanel": 'panels["tags"]',
}
"""How tests name what they reach by an id instead of a class."""

OPENED = (
    "settings",
    "help",
    "keys",
    "shortcuts",
    "about",
    "kill_switch",
    "start_demonstration",
    "new_portfolio",
    "paste_legs",
    "command_palette",
    "tour",
)
"""Actions that open something."""


def test_every_window_panel_and_dialog_has_a_test():
    texts = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted(GUI_TESTS.rglob("test_*.py"))
        if path.name != Path(__file__).name
    )
    ours = {
        name: kind
        for name, kind in classes_of(QWidget).items()
        if kind.__module__.startswith("desktop.windows.")
        and (issubclass(kind, DeskDialog | Panel) or kind.__module__.endswith("_window"))
    }

    untested = [name for name in ours if name not in texts and REACHED.get(name, name) not in texts]

    assert sorted(set(untested) - {"Panel", "DeskDialog", "LiveQuestion"}) == []
    assert len(ours) > 20


def settled_count():
    """Return how many widgets live once everything that goes has gone."""
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
    return len(QApplication.allWidgets())


def opened_and_closed(desk, name):
    desk.window.act(name)
    QApplication.processEvents()
    if name == "tour":
        desk.window.tour.end()
    desk.window.help_desk.close()
    for dialog in desk.window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.reject() if not isinstance(dialog, CommandPalette) else dialog.close()


@pytest.mark.parametrize("name", OPENED)
def test_opening_and_closing_leaves_no_widget_behind(open_desk, name):
    desk = open_desk()
    for _ in range(2):
        opened_and_closed(desk, name)
    before = settled_count()

    for _ in range(ROUNDS):
        opened_and_closed(desk, name)

    assert settled_count() <= before + 2


def test_panels_are_closed_opened_detached_and_docked_without_growing(open_desk):
    desk = open_desk()
    host = desk.window.host

    def around():
        for panel_id in host.panel_ids():
            host.close_panel(panel_id)
            desk.window.workspaces.show_panel(panel_id)
        host.float_panel("messages")
        host.dock_back("messages")

    around()
    before = settled_count()
    for _ in range(ROUNDS):
        around()

    # Docks keep a place for what may be detached again.
    assert settled_count() <= before + 10


def test_workspaces_are_switched_without_growing(open_desk):
    desk = open_desk()
    names = ("multileg", "risk", "start")

    def around():
        for name in names:
            desk.window.act(f"workspace_{name}")
            QApplication.processEvents()

    for _ in range(2):
        around()
    before = settled_count()
    for _ in range(4):
        around()

    assert settled_count() <= before * 1.02


def test_the_desk_opens_no_connection_by_itself(open_desk, monkeypatch):
    asked = []

    def connecting(_self, address):
        asked.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked_for, **_more: asked.append(asked_for) or [])
    desk = open_desk("2026-08-19T09:19:58", speed=20)

    for name in OPENED:
        opened_and_closed(desk, name)
    desk.wait_until(lambda: len(desk.bridge.messages) > 2)

    assert asked == []


def test_nothing_of_the_program_asks_for_updates():
    root = GUI_TESTS.parents[1]
    asking = re.compile(r"urllib\.request|http\.client|requests\.(get|post)|QNetworkAccessManager")

    files = [path for part in ("desktop", "engine", "brokers") for path in (root / part).rglob("*.py")]

    # A practice server is asked for its clock and for logins.
    assert [path.name for path in files if asking.search(path.read_text(encoding="utf-8"))] == ["practice_login.py"]

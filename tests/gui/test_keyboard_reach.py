"""Every window and dialog can be worked with by keyboard alone, and says what each control is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QToolBar,
    QWidget,
)

from desktop.actions import ACTIONS
from desktop.viewmodels.keymap import KeyMap
from desktop.widgets.chart_frame import ChartFrame
from desktop.widgets.data_grid import FastGrid
from desktop.windows.command_palette import CommandPalette
from desktop.windows.crash_dialog import EngineStoppedDialog
from desktop.windows.deeds import DEEDS
from desktop.windows.dialog import QuestionDialog, SentenceDialog
from desktop.windows.help_window import HelpWindow
from desktop.windows.live_actions import keyed_actions
from desktop.windows.order_details import OrderDetails
from desktop.windows.settings_window import SettingsWindow
from engine.domain.multileg.states import PortfolioState
from engine.domain.multileg.tabs import TABS
from engine.views.status import EngineStopped

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    FastGrid,
    ChartFrame,
)
INSIDE_OTHERS = (QComboBox, QAbstractSpinBox, QTabBar, QAbstractItemView)
DIALOGS = (
    "command_palette",
    "settings",
    "notifications",
    "performance",
    "new_portfolio",
    "paste_legs",
    "start_demonstration",
    "kill_switch",
    "keys",
    "shortcuts",
    "about",
)


def unreachable(root):
    """Name what is seen and worked with below a widget, and has no name or no way to it by Tab."""
    found = []
    for control in root.findChildren(QWidget):
        if not isinstance(control, CONTROLS) or isinstance(control, QHeaderView) or not control.isVisibleTo(root):
            continue
        if belongs_to_another(control):
            continue
        what = f"{type(control).__name__} {control.objectName() or control.accessibleName() or text_of(control)!r}"
        if not (control.accessibleName() or text_of(control)):
            found.append(f"{what} below {names_above(control)} has no name")
        policy = control.focusPolicy()
        proxied = control.focusProxy() is not None
        moved_by_arrows = isinstance(control, QAbstractItemView) and isinstance(control.window(), CommandPalette)
        if not (policy & Qt.FocusPolicy.TabFocus or proxied or moved_by_arrows):
            found.append(f"{what} below {names_above(control)} cannot be reached by Tab")
    return found


def belongs_to_another(control):
    """Whether it is a part of a control that is checked itself, or of Qt's and the docks' own frames."""
    parent = control.parentWidget()
    if control.objectName().startswith("qt_") and isinstance(parent, (*INSIDE_OTHERS, QToolBar, QLineEdit)):
        return True
    if isinstance(parent, (*INSIDE_OTHERS, QLineEdit)) or type(parent).__name__ == "QKeySequenceEdit":
        return True
    return type(control).__module__.startswith("PySide6QtAds") or type(parent).__module__.startswith("PySide6QtAds")


def text_of(control):
    """What a control that has no other name is called by: the words on it."""
    return control.text() if isinstance(control, QAbstractButton) else ""


def names_above(control):
    names = []
    while (control := control.parentWidget()) is not None:
        names.append(control.accessibleName() or (control.title() if isinstance(control, QGroupBox) else ""))
    return " < ".join(name for name in names if name)


@pytest.mark.parametrize("workspace", ["start", "multileg"])
def test_every_control_of_the_panels_has_a_name_and_is_reached_by_tab(open_desk, workspace):
    desk = open_desk(workspace=workspace)

    found = [problem for panel in desk.window.panels.values() for problem in unreachable(panel)]

    assert found == []


def test_every_control_of_every_page_of_the_editor_is_reached(open_desk):
    desk = open_desk()
    forms = desk.panel("editor").forms

    found = []
    for page in range(len(TABS)):
        forms.setCurrentIndex(page)
        found += unreachable(forms)

    assert found == []


def test_the_status_bar_is_reached(open_desk):
    desk = open_desk()

    assert unreachable(desk.window.statusBar()) == []


@pytest.mark.parametrize("name", DIALOGS)
def test_every_control_of_a_dialog_is_reached(open_desk, name):
    desk = open_desk()

    desk.window.act(name)

    assert unreachable(desk.dialog(QDialog)) == []


@pytest.mark.parametrize(
    ("panel", "deed"), [("accounts", "add"), ("accounts", "edit"), ("accounts", "exit_only"), ("tags", "add")]
)
def test_every_control_of_the_settings_is_reached(open_desk, panel, deed):
    desk = open_desk()
    desk.window.act(f"show_{panel}")
    desk.wait_until(lambda: desk.panel(panel).model.rowCount())

    getattr(desk.panel(panel), deed)()

    assert unreachable(desk.dialog(QDialog)) == []


def test_every_control_of_every_page_of_the_settings_window_is_reached(open_desk):
    desk = open_desk()
    desk.window.act("settings")
    window = desk.dialog(SettingsWindow)

    found = []
    for page in window.pages:
        window.show_page(page.title)
        found += unreachable(window)

    assert found == []


def test_every_control_of_help_and_of_the_tour_is_reached(open_desk):
    desk = open_desk()
    desk.window.act("help")
    desk.window.act("tour")
    shown = next(one for one in QApplication.topLevelWidgets() if isinstance(one, HelpWindow) and one.isVisible())

    assert unreachable(shown) == []
    assert unreachable(desk.window.tour.balloon) == []


def test_every_control_of_the_dialogs_of_trouble_is_reached(open_desk, monkeypatch, tmp_path):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    desk = open_desk()
    stopped = EngineStopped(at=desk.bridge.now(), sentence="The engine stopped", detail="why")

    desk.window.crash_desk.engine_stopped(stopped)

    assert unreachable(desk.dialog(EngineStoppedDialog)) == []


@pytest.fixture
def running(open_desk):
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )
    return desk


def test_every_control_of_a_running_desk_is_reached(running):
    portfolios = running.panel("portfolios")
    running.wait_until(lambda: portfolios.source.row_count() > 1)
    portfolios.grid.select_row(1)

    assert unreachable(portfolios) == []


def test_enter_in_the_order_book_opens_the_details(running, qtbot):
    running.window.act("show_orders")
    view = running.panel("orders").table.view
    running.wait_until(lambda: running.panel("orders").model.rowCount() >= 4)
    view.selectRow(0)

    qtbot.keyClick(view, Qt.Key.Key_Return)

    assert unreachable(running.dialog(OrderDetails)) == []


def test_enter_in_the_message_log_opens_the_order_or_the_message(running, qtbot):
    running.window.act("show_messages")
    panel = running.panel("messages")
    rows = panel.model.shown_rows()
    of_order = next(place for place, row in enumerate(rows) if row.tag in running.bridge.orders)
    of_none = next(place for place, row in enumerate(rows) if row.tag not in running.bridge.orders)

    panel.table.view.selectRow(of_order)
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Return)
    running.dialog(OrderDetails).reject()
    panel.table.view.selectRow(of_none)
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Return)

    assert rows[of_none].sentence in running.dialog(SentenceDialog).findChild(QLabel).text()


def open_menu():
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible()), None)


def entries(menu):
    return [entry.objectName() for entry in menu.actions() if entry.objectName()]


MENUS = {
    "portfolios": {"start_selected", "edit_selected", "say_in_words", "copy_table", "panic_selected"},
    "orders": {"order_details", "modify_order", "cancel_orders", "show_in_chart", "sort_column", "copy_table"},
    "positions": {"square_off_leg", "square_off_selected", "copy_table"},
    "messages": {"message_details", "sort_column", "copy_table"},
    "accounts": {"edit_account", "exit_only", "add_account", "copy_table"},
    "tags": {"edit_tag", "remove_tag", "add_tag"},
    "chain": {"buy_contract", "sell_contract", "centre_chain", "copy_table"},
    "chart": {"chart_latest"},
}


@pytest.mark.parametrize("panel_id", MENUS)
def test_the_menu_at_the_cursor_opens_by_key(running, panel_id, qtbot):
    running.window.activateWindow()
    panel = running.panel(panel_id)
    running.wait_until(lambda: has_lines(panel))
    running.window.act(f"show_{panel_id}")
    running.wait_until(lambda: has_focus(panel))
    if panel_id == "chain":
        qtbot.keyClick(panel.grid, Qt.Key.Key_Down)

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: open_menu() is not None)
    menu = open_menu()
    found = set(entries(menu))
    menu.close()

    assert found >= MENUS[panel_id]


def test_menus_are_built_from_what_is_declared(running):
    declared = {spec.name for spec in ACTIONS} | {deed.name for deed in DEEDS}

    for names in MENUS.values():
        assert names <= declared


def test_the_menu_of_a_list_in_a_form_offers_its_deeds(open_desk, qtbot):
    desk = open_desk()
    desk.window.activateWindow()
    lines = desk.panel("editor").forms._legs().lines
    lines.setFocus()
    desk.wait_until(lambda: has_focus(desk.panel("editor")))
    legs = lines.rowCount()

    qtbot.keyClick(lines, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = open_menu()
    texts = [entry.text() for entry in menu.actions()]
    menu.actions()[1].trigger()
    menu.close()

    assert texts == ["Add", "Duplicate", "Delete", "Up", "Down", "Paste…"]
    assert lines.rowCount() == legs + 1


def test_a_dialog_rises_above_a_window_that_stays_on_top(open_desk, qtbot):
    desk = open_desk()
    pinned = QWidget()
    qtbot.addWidget(pinned)
    pinned.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
    pinned.show()

    desk.window.act("kill_switch")

    assert desk.dialog(QDialog).windowFlags() & Qt.WindowType.WindowStaysOnTopHint


def test_the_chain_is_entered_at_the_money(open_desk):
    desk = open_desk()
    source = desk.panel("chain").source
    desk.window.activateWindow()
    desk.wait_until(lambda: source.chain is not None and source.chain.at_the_money is not None)

    desk.window.act("show_chain")
    grid = desk.panel("chain").grid
    desk.wait_until(lambda: grid.hasFocus() and grid.current_row() is not None)

    assert grid.current_row() == source.chain.at_the_money


def test_panels_are_gone_to_one_after_the_other_and_back(open_desk):
    desk = open_desk()
    keys, ids = desk.window.panel_keys, list(desk.window.host.panel_ids())
    desk.window.host.show_panel(ids[0])
    desk.wait_until(lambda: keys.current() == ids[0])

    visited = []
    for _ in ids:
        desk.window.act("next_panel")
        visited.append(keys.current())
        assert desk.panel(visited[-1]).isVisible()
        assert desk.panel(visited[-1]).isAncestorOf(QApplication.focusWidget())
    desk.window.act("previous_panel")

    assert visited == [*ids[1:], ids[0]]
    assert keys.current() == ids[-1]


def test_a_closed_panel_is_left_out_and_comes_back_by_its_key(open_desk):
    desk = open_desk()
    desk.window.act("show_positions")
    desk.wait_until(lambda: desk.window.panel_keys.current() == "positions")

    desk.window.act("close_panel")
    closed = not desk.window.host.is_open("positions")
    desk.window.act("show_positions")

    assert closed
    assert desk.window.host.is_open("positions")


def test_keys_work_in_a_detached_window(open_desk, qtbot):
    desk = open_desk()
    desk.window.host.float_panel("positions")
    window = desk.panel("positions").window()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)

    qtbot.keyClick(desk.panel("positions").grid, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)

    assert desk.dialog(CommandPalette).isVisible()


def test_find_goes_to_the_line_of_words(open_desk):
    desk = open_desk()
    desk.window.act("show_orders")
    desk.wait_until(lambda: desk.window.panel_keys.current() == "orders")

    desk.window.act("find")

    assert QApplication.focusWidget() is desk.panel("orders").table.filter_line


def test_signs_typed_into_a_field_never_reach_an_action(open_desk, qtbot):
    desk = open_desk()
    line = desk.panel("orders").table.filter_line
    desk.window.act("show_orders")
    line.setFocus()

    qtbot.keyClicks(line, "bs")
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert line.text() == ""


def test_the_chart_is_scrolled_and_zoomed_by_keys(open_desk, qtbot):
    desk = open_desk()
    chart = desk.panel("chart").chart
    desk.window.act("show_chart")
    before = chart.visible_range()

    qtbot.keyClick(chart, Qt.Key.Key_Left)
    scrolled = chart.visible_range()
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    zoomed = chart.visible_range()
    qtbot.keyClick(chart, Qt.Key.Key_Home)

    assert scrolled.left() < before.left()
    assert zoomed.width() < scrolled.width()
    assert chart.visible_range().width() > zoomed.width()


def test_no_deed_of_a_panel_takes_an_actions_key():
    keymap = KeyMap(keyed_actions())

    assert [deed.keys for deed in DEEDS if deed.keys and keymap.owner(deed.keys)] == []


def has_focus(panel):
    """Whether what has the focus stands in a panel."""
    focused = QApplication.focusWidget()
    return focused is not None and panel.isAncestorOf(focused)


def has_lines(panel):
    """Whether there is something for a menu to be about."""
    if hasattr(panel, "grid"):
        return panel.source.row_count() > 0
    return not hasattr(panel, "table") or panel.model.rowCount() > 0

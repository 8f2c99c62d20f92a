"""How every table is looked at survives a switch of the workspace, another display and a restart; grids are sorted."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from desktop.composition.display import Display, ThemeName
from desktop.redress import dress_application
from desktop.viewmodels.table_look import SortBy, TableLook
from desktop.workspace.layouts import open_workspace
from desktop.workspace.saved_views import SavedView, ViewFile
from tests.gui.test_windows import running_demonstration
from tests.gui.workspace_steps import opened

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(open_desk, tmp_path, monkeypatch, qapp):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    desk.window.keep_arrangement = True
    running_demonstration(desk)
    yield desk
    dress_application(qapp, Display())


def click_title(qtbot, grid, key, modifier=Qt.KeyboardModifier.NoModifier):
    header = grid.header()
    number = next(n for n in range(header.count()) if header.model().headerData(n, Qt.Orientation.Horizontal) == key)
    x = header.sectionViewportPosition(number) + header.sectionSize(number) // 2
    qtbot.mouseClick(header.viewport(), CLICK, modifier, QPoint(x, 8))


def names(panel):
    return [panel.grid.source.row(n).name for n in range(panel.grid.source.row_count())]


def look_at_orders(desk):
    panel = desk.panel("orders")
    panel.table.filter_line.setText("side:sell")
    panel.table.group_by("contract")
    panel.table.header().sort_by([SortBy("quantity", descending=True), SortBy("contract")])
    panel.days_box.setCurrentIndex(panel.days_box.findData("all"))


def looked_at(desk):
    panel = desk.panel("orders")
    look = panel.table_look()
    return look.filter, look.group, look.sort, panel.context(), panel.group_box.currentData(), panel.model.rowCount()


def test_the_look_of_the_order_book_survives_a_switch_and_another_display(desk):
    look_at_orders(desk)
    before = looked_at(desk)

    opened(desk, "risk")
    opened(desk, "start")
    after_switch = looked_at(desk)
    old = desk.window
    desk.window.display_chosen.emit(Display(theme=ThemeName.LIGHT))
    desk.wait_until(lambda: desk.window is not old)

    assert before[5] == 4
    assert after_switch == before
    assert looked_at(desk) == before


def test_the_look_is_in_the_file_for_the_next_start(desk, tmp_path):
    look_at_orders(desk)

    desk.window.save_workspace()

    kept = open_workspace("start", tmp_path / "workspaces")
    placed = next(panel for panel in kept.workspace.panels if panel.id == "orders")
    assert kept.warning is None
    assert (placed.look.filter, placed.look.group) == ("side:sell", "contract")
    assert placed.look.sort == [SortBy("quantity", descending=True), SortBy("contract")]
    assert placed.context == {"days": "all"}


@pytest.mark.parametrize("panel_id", ["positions", "portfolios"])
def test_what_is_folded_of_a_tree_stays_folded_in_another_display_and_a_switch(desk, panel_id):
    desk.window.workspaces.switch("multileg")
    desk.wait_until(lambda: desk.window.workspaces.current.name == "multileg")
    place = 1 if panel_id == "positions" else 0
    source = desk.panel(panel_id).source
    desk.wait_until(lambda: source.row_count() >= 5)
    whole = source.row_count()
    source.toggle(place)
    folded = source.folded()

    desk.window.display_chosen.emit(Display(theme=ThemeName.LIGHT))
    desk.wait_until(lambda: 0 < desk.panel(panel_id).source.row_count() < whole)
    after_display = desk.panel(panel_id).source.folded()
    desk.window.workspaces.switch("start")
    desk.window.workspaces.switch("multileg")
    desk.wait_until(lambda: 0 < desk.panel(panel_id).source.row_count() < whole)

    assert len(folded) == 1
    assert folded == after_display == desk.panel(panel_id).source.folded()
    desk.panel(panel_id).source.toggle(place)
    assert desk.panel(panel_id).source.row_count() == whole


def test_positions_are_sorted_among_their_siblings(desk, qtbot):
    panel = desk.panel("positions")
    desk.wait_until(lambda: panel.source.row_count() >= 8)
    declared = names(panel)
    desk.bridge.set_paused(True)

    click_title(qtbot, panel.grid, "Net qty")
    upwards = [panel.source.row(n).net_quantity for n in range(4, 8)]
    click_title(qtbot, panel.grid, "Net qty")
    downwards = [panel.source.row(n).net_quantity for n in range(4, 8)]
    head = names(panel)[:4]
    click_title(qtbot, panel.grid, "Net qty")

    assert upwards == sorted(upwards)
    assert downwards == sorted(downwards, reverse=True)
    assert head == declared[:4]
    assert names(panel) == declared


def test_rows_of_a_sorted_grid_take_their_places_once_a_second(desk, qtbot):
    panel = desk.panel("portfolios")
    desk.wait_until(lambda: panel.source.row_count() >= 5)
    desk.bridge.set_paused(True)
    panel.refresh(10_000)

    panel.grid.header().sort_by([SortBy("profit", descending=True)])
    panel.refresh(11_500)

    profits = [panel.source.row(n).leg_mark.profit for n in range(1, 5)]
    assert panel.source.row(0).leg is None
    assert profits == sorted(profits, reverse=True)


def test_the_chain_stays_in_the_order_of_its_strikes(desk, qtbot):
    panel = desk.panel("chain")
    desk.wait_until(lambda: panel.source.row_count() > 5)
    header = panel.grid.header()
    strikes = [panel.source.row(n).strike for n in range(panel.source.row_count())]

    qtbot.mouseClick(header.viewport(), CLICK, pos=QPoint(30, 8))

    assert [panel.source.row(n).strike for n in range(panel.source.row_count())] == strikes
    assert not header.sort_keys()
    tip = header.model().headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole.value)
    assert "order of its strikes" in tip


def test_every_table_but_the_chain_is_sorted_from_the_menu(desk):
    desk.window.activateWindow()
    for panel_id, panel in desk.window.panels.items():
        if panel.table_widget() is None or panel_id == "chain":
            continue
        desk.window.act(f"show_{panel_id}")
        panel.first_stop().setFocus()
        desk.wait_until(lambda panel_id=panel_id: desk.window.panel_keys.current() == panel_id)

        desk.window.act("sort_table")
        menu = next(one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible())
        next(one for one in menu.actions() if one.text() and one.menu() is None).trigger()
        menu.close()

        assert len(panel.table_header().sort_keys()) == 1, panel_id


def test_a_saved_view_is_found_in_the_palette(desk, tmp_path):
    ViewFile(tmp_path, "order_book").save(
        SavedView(name="Sold", table="order_book", look=TableLook(filter="side:sell"), context={"days": "all"})
    )

    (entry,) = desk.window.order_desk.view_entries()
    entry.act("")

    panel = desk.panel("orders")
    assert entry.title == "Order book: Sold"
    assert panel.table.filter_line.text() == "side:sell"
    assert panel.context() == {"days": "all"}


def test_the_portfolio_of_an_order_is_gone_to(desk):
    desk.panel("orders").table.view.selectRow(2)
    desk.window.select_portfolio(None)

    desk.window.act("order_portfolio")

    portfolios = desk.panel("portfolios")
    assert desk.window.portfolio_desk.selected().portfolio_id == "P1"
    assert portfolios.source.row(portfolios.grid.current_row()).portfolio.portfolio_id == "P1"

"""Workspaces are switched, saved, named and locked; nothing of the trader's is lost on the way."""

import gc
import weakref

import pytest

from desktop.actions import ACTIONS
from desktop.actions.window import WINDOW_ACTIONS
from desktop.workspace.layouts import BUILT_IN, open_workspace, read_workspace
from desktop.workspace.preferences import Preferences, read_preferences
from tests.gui.workspace_steps import opened, told_by

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(desk_that_keeps):
    return desk_that_keeps


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workspaces"


def test_every_built_in_workspace_has_its_key_and_opens_with_all_its_panels(desk):
    keys = {spec.name: spec.shortcut for spec in ACTIONS}

    for number, name in enumerate(BUILT_IN, start=1):
        opened(desk, name)
        declared = [panel.id for panel in open_workspace(name).workspace.panels]

        assert keys[f"workspace_{name}"] == f"Ctrl+Alt+{number}"
        assert list(desk.window.panels) == declared
        assert all(desk.window.host.is_open(panel_id) for panel_id in declared)
        assert desk.window.actions_by_name[f"workspace_{name}"].isChecked()


def test_no_two_entries_of_the_window_menu_share_a_mnemonic():
    letters = [
        title[title.index("&") + 1].casefold() for title in (one.title for one in WINDOW_ACTIONS) if "&" in title
    ]

    assert len(set(letters)) == len(letters)


def test_twin_panels_are_told_apart_by_their_tabs(desk):
    opened(desk, "analysis")

    host = desk.window.host
    titles = [host.title(panel_id) for panel_id in host.panel_ids()]

    assert len(set(titles)) == len(titles)
    assert "Option chain 2 · NIFTY" in titles


def test_panels_keep_what_they_show_in_each_workspace(desk):
    desk.panel("chart").interval_box.setCurrentText("15 min")

    opened(desk, "multileg")
    opened(desk, "start")

    assert desk.panel("chart").interval_box.currentText() == "15 min"


def test_a_switch_saves_where_the_panels_of_the_old_one_stand(desk, folder):
    desk.window.host.close_panel("messages")

    opened(desk, "risk")
    kept = (folder / "start.toml").is_file()
    opened(desk, "start")

    assert kept
    assert not desk.window.host.is_open("messages")


def test_a_switch_saves_nothing_where_the_trader_saves_by_hand(desk, folder):
    desk.window.act("autosave_workspaces")

    opened(desk, "risk")
    by_itself = (folder / "start.toml").exists()
    desk.window.act("save_workspace")

    assert not by_itself
    assert (folder / "risk.toml").is_file()
    assert not read_preferences(folder.parent)[0].autosave


def test_the_workspace_open_last_is_remembered(desk, tmp_path):
    opened(desk, "review")

    assert read_preferences(tmp_path) == (Preferences(last="review"), None)


def test_of_several_wishes_at_once_the_last_one_counts(desk):
    shown = []
    desk.window.workspaces.opened.connect(shown.append)

    for name in ("risk", "risk", "review", "scalping"):
        desk.window.act(f"workspace_{name}")
    desk.wait_until(lambda: shown == ["scalping"])

    assert desk.window.workspaces.current.name == "scalping"


def test_a_second_click_on_the_open_workspace_changes_nothing(desk, qtbot):
    chain = desk.panel("chain")

    desk.window.act("workspace_start")
    qtbot.wait(20)

    assert desk.panel("chain") is chain
    assert desk.window.actions_by_name["workspace_start"].isChecked()


def test_a_close_while_a_switch_waits_ends_the_window_and_keeps_the_old_one(desk, folder, qtbot):
    desk.window.act("workspace_risk")

    desk.window.close_without_asking()
    qtbot.wait(20)

    assert desk.window.workspaces.current.name == "start"
    assert [panel.id for panel in read_workspace(folder / "start.toml").workspace.panels] == list(desk.window.panels)


def test_panels_of_the_old_workspace_are_gone_and_hear_nothing_more(desk, qtbot):
    old = [weakref.ref(panel) for panel in desk.window.panels.values()]

    opened(desk, "risk")
    qtbot.wait(50)
    gc.collect()
    desk.bridge.portfolios_changed.emit([])
    desk.bridge.orders_changed.emit([])

    assert [reference() for reference in old if reference() is not None] == []


def test_a_panel_that_a_workspace_lacks_is_added_by_its_key(desk):
    opened(desk, "risk")

    desk.window.act("show_editor")

    assert desk.window.host.is_open("editor")
    assert "editor" in [panel.id for panel in desk.window.workspace().panels]


def test_a_broken_own_copy_is_told_and_kept_when_the_workspace_is_saved(desk, folder):
    folder.mkdir()
    (folder / "risk.toml").write_text("format = 99", encoding="utf-8")

    opened(desk, "risk")
    told = told_by(desk)
    desk.window.act("save_workspace")

    assert any("newer version" in sentence and "shown instead" in sentence for sentence in told)
    assert (folder / "risk.toml.kept-1").read_text(encoding="utf-8") == "format = 99"
    assert read_workspace(folder / "risk.toml").warning is None


def test_a_workspace_whose_file_vanished_is_not_opened(desk, folder):
    desk.window.workspaces.switch("evening")
    desk.wait_until(lambda: any('no workspace "evening"' in one for one in told_by(desk)))

    assert desk.window.workspaces.current.name == "start"


def test_a_folder_that_cannot_be_written_is_told_once(desk, folder):
    folder.write_text("a file", encoding="utf-8")

    desk.window.workspaces.keep()
    desk.window.workspaces.keep()

    assert sum("cannot be saved" in one for one in told_by(desk)) == 1


# --- lock and pin -----------------------------------------------------------------------------------------------------


def test_the_lock_is_shown_kept_with_the_workspace_and_leaves_keys_alone(desk):
    desk.window.act("lock_panels")
    opened(desk, "risk")
    elsewhere = desk.window.host.is_locked
    opened(desk, "start")

    desk.window.host.float_panel("chart")

    assert not elsewhere
    assert desk.window.host.is_locked
    assert desk.window.actions_by_name["lock_panels"].isChecked()
    assert desk.window.host.is_floating("chart")


def test_a_panel_is_closed_from_the_menu_of_its_tab_and_comes_back_by_its_key(desk):
    menu = desk.window.workspace_menu.tab_menu("orders")
    names = [action.objectName() for action in menu.actions()]

    desk.window.act("close_panel")
    closed = not desk.window.host.is_open("orders")
    menu.deleteLater()
    desk.window.act("show_orders")

    assert names == ["float_panel", "dock_back", "close_panel", "keep_on_top", "lock_panels"]
    assert closed
    assert desk.window.host.is_open("orders")


def test_a_panel_is_pinned_and_docked_back_from_the_menu_of_its_tab(desk):
    host, window = desk.window.host, desk.window

    menu = window.workspace_menu.tab_menu("chart")
    window.act("float_panel")
    window.act("keep_on_top")
    pinned = host.is_on_top("chart"), window.workspace().panels
    window.act("dock_back")
    menu.deleteLater()

    assert pinned[0]
    assert next(panel for panel in pinned[1] if panel.id == "chart").on_top
    assert not host.is_floating("chart")

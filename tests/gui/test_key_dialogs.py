"""Keys are changed while the window runs, kept in the trader's folder, listed and printed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPdfWriter
from PySide6.QtWidgets import QWidget

from desktop.actions import ACTIONS, Menu
from desktop.composition.folders import data_folder
from desktop.composition.keys_file import read_keys, write_keys
from desktop.viewmodels.keymap import KeyMap
from desktop.windows.dialog import QuestionDialog
from desktop.windows.key_desk import KeyDesk
from desktop.windows.key_sheet import KeySheet, key_lines, print_keys, printed
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.live_actions import keyed_actions, menu_letters
from desktop.windows.shortcut_editor import ShortcutEditor

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def keymap():
    return KeyMap(keyed_actions(), menu_letters())


@pytest.fixture
def editor(keymap, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.kept = []
    dialog = ShortcutEditor(parent, keymap, lambda: parent.kept.append(keymap.table()) or "")
    dialog.open()
    return dialog


def test_every_declared_key_may_be_an_actions_key(keymap):
    for spec in ACTIONS:
        for key in spec.keys:
            assert keymap.check(spec.name, key) == key
            assert KeyMap(keyed_actions(), menu_letters()).keys(spec.name) == spec.keys


def test_no_menu_has_two_entries_with_one_letter():
    for menu in Menu:
        letters = [spec.title.split("&")[1][0].upper() for spec in ACTIONS if spec.menu is menu and "&" in spec.title]
        assert len(letters) == len(set(letters)), menu


def test_typed_keys_are_used_and_kept(editor, keymap, qtbot):
    editor.select("about")
    qtbot.keyClick(editor.fields[0], Qt.Key.Key_F9, Qt.KeyboardModifier.ControlModifier)
    editor.set_button.click()

    assert keymap.keys("about") == ("Ctrl+F9",)
    assert editor.parent().kept == [{"about": ["Ctrl+F9"]}]
    assert "Ctrl+F9" in editor.sentence.text()


def test_a_conflict_is_named_and_the_key_taken_away_on_demand(editor, keymap):
    editor.select("about")
    editor.type_keys("Ctrl+E")
    asked = editor.sentence.text()
    could_be_used = editor.set_button.isEnabled()
    editor.take_button.click()

    assert "Ctrl+E already is Edit…: take it away there?" in asked
    assert not could_be_used
    assert keymap.keys("about") == ("Ctrl+E",)
    assert keymap.keys("edit_selected") == ()


def test_the_only_key_of_an_emergency_is_not_taken(editor, keymap):
    editor.select("about")
    editor.type_keys("Ctrl+Shift+K")

    assert "only key of Kill switch" in editor.sentence.text()
    assert not editor.set_button.isEnabled()
    assert not editor.take_button.isVisible()


def test_an_emergency_keeps_a_key(editor, keymap):
    editor.select("kill_switch")
    editor.clear_button.click()

    assert "never be without" in editor.sentence.text()
    assert keymap.keys("kill_switch") == ("Ctrl+Shift+K",)


def test_one_is_reset_and_all_after_a_question(editor, keymap):
    keymap.give("about", ["F9"])
    keymap.give("quit", [])
    editor.select("quit")
    editor.reset_button.click()
    after_one = keymap.table()
    editor.reset_all_button.click()
    editor.findChild(QuestionDialog).accept()

    assert after_one == {"about": ["F9"]}
    assert keymap.table() == {}


def test_actions_are_searched_by_words_and_by_keys(editor):
    editor.search_line.setText("kill")
    by_words = editor.selected()
    editor.search_line.setText("ctrl+shift+q")
    by_keys = editor.selected()
    editor.search_line.setText("no such action")

    assert (by_words, by_keys) == ("kill_switch", "square_off_selected")
    assert editor.selected() is None
    assert not editor.set_button.isEnabled()


def test_tab_leaves_the_field_of_keys(editor, qtbot):
    editor.select("about")
    editor.fields[0].setFocus()

    qtbot.keyClick(editor.fields[0], Qt.Key.Key_Tab)

    assert editor.fields[0].keySequence().isEmpty()
    assert not editor.fields[0].hasFocus()


def test_a_new_key_works_at_once_and_after_the_next_start(open_desk, own_folder):
    desk = open_desk()
    keymap = desk.window.key_desk.keymap
    keymap.give("kill_switch", ["F12"])
    desk.window.key_desk.keep()
    button_tip = desk.window.status.kill_button.toolTip()
    desk.close()

    again = open_desk()

    assert "(F12)" in button_tip
    assert [key.toString() for key in again.window.actions_by_name["kill_switch"].shortcuts()] == ["F12"]
    assert read_keys(data_folder() / "keys.toml") == {"kill_switch": ["F12"]}


def test_a_changed_key_opens_the_kill_switch_over_a_dialog(open_desk, qtbot):
    desk = open_desk()
    desk.window.key_desk.keymap.give("kill_switch", ["F12"])
    desk.window.act("about")

    qtbot.keyClick(desk.window, Qt.Key.Key_F12)

    assert desk.dialog(KillSwitchDialog).isVisible()


def test_a_file_of_a_newer_format_is_said_and_never_written_over(qtbot, own_folder):
    window = QWidget()
    qtbot.addWidget(window)
    path = own_folder / "keys.toml"
    path.write_text('format = 9\n[keys]\nabout = ["F9"]\n')
    said = []

    desk = KeyDesk(window, path, said.append)
    desk.keymap.give("about", ["F12"])
    trouble = desk.keep()

    assert "newer version" in said[0]
    assert "hold until Legwork is closed" in trouble
    assert path.read_text().startswith("format = 9")


def test_entries_that_are_kept_out_stay_in_the_file(qtbot, own_folder):
    window = QWidget()
    qtbot.addWidget(window)
    path = own_folder / "keys.toml"
    write_keys(path, {"gone_action": ["F9"], "about": ["Q"]})
    said = []

    desk = KeyDesk(window, path, said.append)
    desk.keymap.give("undo", ["F12"])
    desk.keep()

    assert len(said) == 2
    assert read_keys(path) == {"gone_action": ["F9"], "about": ["Q"], "undo": ["F12"]}


def test_the_list_of_keys_follows_changes_and_searches(keymap, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = KeySheet(parent, keymap, lambda: None)
    sheet.open()
    keymap.give("about", ["Ctrl+F9"])

    sheet.search_line.setText("ctrl+f9")

    shown = [
        item.text(1)
        for item in sheet.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
        if item.parent() is not None and not item.isHidden()
    ]
    assert shown == ["About Legwork"]


def test_the_list_names_every_key_of_menus_and_panels(keymap):
    lines = key_lines(keymap)

    groups = [line.group for line in lines]
    assert {"Desk", "Help", "Option chain", "Charts", "Grids and tables", "Everywhere"} <= set(groups)
    assert ("Option chain", "S") in {(line.group, line.keys) for line in lines}
    for spec in ACTIONS:
        assert not spec.keys or any(spec.tip == line.tip for line in lines)


def test_the_list_is_printed(keymap, tmp_path):
    lines = key_lines(keymap)

    print_keys(lines, QPdfWriter(str(tmp_path / "keys.pdf")))

    assert (tmp_path / "keys.pdf").read_bytes().startswith(b"%PDF")
    assert "Ctrl+Shift+K" in printed(lines)
    assert "&lt;" not in printed([])

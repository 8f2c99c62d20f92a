"""Workspaces are named, exported and imported; whatever a file says, nothing of the trader's is lost."""

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel

from desktop.windows.dialog import QuestionDialog, SentenceDialog
from desktop.windows.main_window import MainWindow
from desktop.windows.workspace_files import NameDialog
from desktop.workspace.layouts import open_workspace, own_names, read_workspace, save_workspace
from desktop.workspace.preferences import Preferences, read_preferences, write_preferences
from desktop.workspace.workspace import LayoutError, PlacedPanel
from tests.gui.workspace_steps import opened, save_as, told_by

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(desk_that_keeps):
    return desk_that_keeps


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workspaces"


def test_a_workspace_is_saved_as_renamed_and_deleted(desk, folder):
    save_as(desk, "My evening")
    first = own_names(folder)
    desk.window.act("rename_workspace")
    dialog = desk.dialog(NameDialog)
    dialog.line.setText("Night & day")
    dialog.accept()
    second = own_names(folder), desk.window.workspaces.current.title
    desk.window.act("delete_workspace")
    desk.dialog(QuestionDialog).accept()

    assert first == ("my-evening",)
    assert second == (("night-day",), "Night & day")
    assert own_names(folder) == ()
    assert desk.window.workspaces.current.name == "start"


def test_own_workspaces_stand_in_the_menu_below_the_built_in_ones(desk):
    save_as(desk, "My evening")
    menu = desk.window.workspace_menu.menu

    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    own = next(action for action in menu.actions() if action.text() == "My evening")

    assert texts.index("My evening") == texts.index("Review") + 1
    assert own.isChecked()


@pytest.mark.parametrize(
    ("title", "sentence"), [("", "needs a name"), ("Multileg", "came with the program"), ("multi-LEG", "came with")]
)
def test_a_name_that_cannot_be_is_refused_beside_the_field(desk, title, sentence):
    dialog = save_as(desk, title)

    assert dialog.isVisible()
    assert sentence in dialog.error.text()
    assert desk.window.workspaces.current.name == "start"


def test_titles_in_other_scripts_are_workspaces_of_their_own(desk, folder):
    save_as(desk, "विश्लेषण")
    save_as(desk, "जोखिम")

    assert len(own_names(folder)) == 2
    assert sorted(open_workspace(name, folder).workspace.title for name in own_names(folder)) == ["जोखिम", "विश्लेषण"]


def test_no_workspace_is_switched_under_an_open_dialog(desk, qtbot):
    desk.window.act("save_workspace_as")
    dialog = desk.dialog(NameDialog)

    desk.window.act("workspace_risk")
    desk.wait_until(lambda: any("Close the open dialog" in one for one in told_by(desk)))
    dialog.reject()

    assert desk.window.workspaces.current.name == "start"
    assert desk.window.actions_by_name["workspace_start"].isChecked()


def test_what_stands_as_it_was_saved_is_not_written_again(desk, folder):
    desk.window.workspaces.keep()
    (folder / "start.toml").unlink()

    desk.window.workspaces.keep()
    unchanged = (folder / "start.toml").exists()
    desk.window.host.close_panel("chart")
    desk.window.workspaces.keep()

    assert not unchanged
    assert (folder / "start.toml").is_file()


def test_the_keys_of_the_window_work_in_detached_windows_too(desk):
    desk.window.host.float_panel("chart")

    window = desk.window.host.window_of("chart")

    assert set(desk.window.actions_by_name.values()) <= set(window.actions())


def test_a_window_is_built_again_from_what_it_reads_back(desk, qtbot, tmp_path):
    desk.panel("chart").chip.group_chosen.emit(4)
    desk.window.act("lock_panels")
    desk.window.host.float_panel("messages")
    read_back = desk.window.workspace()

    second = MainWindow(desk.window.desk, read_back, tmp_path)
    second.keep_arrangement = False
    qtbot.addWidget(second, before_close_func=lambda window: window.close_without_asking())
    second.show()

    assert second.host.is_locked
    assert second.host.is_floating("messages")
    assert second.panels["chart"].chip.shown_group == 4


def test_a_taken_name_asks_and_what_is_replaced_is_kept(desk, folder):
    save_as(desk, "Evening")
    before = (folder / "evening.toml").read_text(encoding="utf-8")
    opened(desk, "risk")

    save_as(desk, "Evening")
    desk.dialog(QuestionDialog).accept()

    assert (folder / "evening.toml.kept-1").read_text(encoding="utf-8") == before
    assert desk.window.workspaces.current.title == "Evening"
    assert "accounts" in desk.window.panels


@pytest.mark.parametrize("action", ["rename_workspace", "delete_workspace"])
def test_built_in_workspaces_are_neither_renamed_nor_deleted(desk, action):
    desk.window.act(action)

    assert any("came with the program" in one for one in told_by(desk))


def test_an_own_workspace_is_reset_to_the_one_it_was_made_from(desk):
    save_as(desk, "Evening")
    desk.window.host.close_panel("chain")

    desk.window.act("reset_workspace")

    assert desk.window.host.is_open("chain")
    assert desk.window.workspaces.current.title == "Evening"


def test_a_workspace_is_exported_and_imported_under_a_name_that_is_asked_for(desk, tmp_path, folder):
    desk.window.host.close_panel("messages")
    desk.window.workspace_menu.files.write(tmp_path / "mine.toml")

    desk.window.workspace_menu.files.read(tmp_path / "mine.toml")
    dialog = desk.dialog(NameDialog)
    offered = dialog.line.text()
    dialog.accept()

    assert offered == "Start 2"
    assert own_names(folder) == ("start-2",)
    assert not desk.window.host.is_open("messages")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "not valid TOML"),
        (b"format = 3", "newer version"),
        (b"[portfolio]\nname = 'x'", "names no format"),
        (b"#" * 1_000_001, "too large"),
        (b"format = 2\nname = 'x'\ntitle = '%s'\npanels = []" % (b"x" * 80), "is not a workspace"),
    ],
)
def test_a_foreign_file_is_refused_with_its_sentence_and_the_open_workspace_stays(desk, tmp_path, content, sentence):
    before = desk.window.workspaces.current.name, list(desk.window.panels)
    (tmp_path / "bad.toml").write_bytes(content)

    desk.window.workspace_menu.files.read(tmp_path / "bad.toml")
    dialog = desk.dialog(SentenceDialog)

    assert sentence in " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert (desk.window.workspaces.current.name, list(desk.window.panels)) == before


def test_an_imported_workspace_opens_with_what_is_left_of_it(desk, tmp_path, folder):
    text = """
        format = 2
        name = "foreign"
        title = "Foreign"
        [[panels]]
        id = "chart"
        type = "chart"
        [[panels]]
        id = "chart"
        type = "chart"
        [[panels]]
        id = "orders"
        type = "order_book"
        area = "right"
        relative_to = "nowhere"
        share = 1e300
        link = 77
        [[panels]]
        id = "depth"
        type = "market_depth"
    """
    (tmp_path / "foreign.toml").write_text(text, encoding="utf-8")

    desk.window.workspace_menu.files.read(tmp_path / "foreign.toml")
    told = " ".join(told_by(desk))
    desk.window.act("save_workspace")

    assert list(desk.window.panels) == ["chart", "orders"]
    assert all(words in told for words in ("used twice", "not an earlier panel", "share of", "link group", "not known"))
    # A later version of the program may know the kind that this one left out.
    assert "depth" in [panel.id for panel in read_workspace(folder / "foreign.toml").workspace.panels]


def test_settings_that_cannot_be_read_are_told_and_kept(tmp_path):
    (tmp_path / "workspaces.toml").write_text("last = 3", encoding="utf-8")

    found, sentence = read_preferences(tmp_path)
    write_preferences(Preferences(last="risk"), tmp_path)

    assert found == Preferences()
    assert "usual settings" in sentence
    assert (tmp_path / "workspaces.toml.kept-1").read_text(encoding="utf-8") == "last = 3"
    assert read_preferences(tmp_path) == (Preferences(last="risk"), None)


def test_a_copied_file_is_known_by_its_own_name(tmp_path):
    save_workspace(replace(open_workspace("start").workspace, name="evening"), tmp_path)
    (tmp_path / "evening.toml").rename(tmp_path / "morning.toml")

    assert open_workspace("morning", tmp_path).workspace.name == "morning"


def test_a_workspace_with_a_wrong_panel_is_not_saved(tmp_path):
    wrong = replace(open_workspace("start").workspace, panels=[PlacedPanel(id="", type="chart")])

    with pytest.raises(LayoutError, match="not saved: The panel id"):
        save_workspace(wrong, tmp_path)

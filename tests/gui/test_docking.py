"""Panels dock, float, come back and survive foreign files."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QMainWindow

from desktop.composition.folders import layout_path
from desktop.presentation.theme import built_in_theme
from desktop.widgets.column_header import ColumnLayout
from desktop.workspace.areas import Area
from desktop.workspace.arrangement import build_panels, read_back, restore_window
from desktop.workspace.docking import DockHost, UnknownPanelError
from desktop.workspace.layouts import (
    BUILT_IN,
    open_workspace,
    read_workspace,
    save_workspace,
    workspace_names,
    workspace_text,
)
from desktop.workspace.workspace import (
    FORMAT,
    Arrangement,
    LayoutError,
    PlacedPanel,
    Workspace,
    as_bytes,
    as_text,
)

# The offscreen platform says this for every floating window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    window.setObjectName("main")
    qtbot.addWidget(window)
    window.resize(1_000, 600)
    return window


@pytest.fixture
def host(window):
    return DockHost(window, built_in_theme("dark"))


def three_panels(host, qtbot):
    host.add("chain", "Chain", QLabel("chain"))
    host.add("chart", "Chart", QLabel("chart"), area=Area.RIGHT, relative_to="chain", share=0.3)
    host.add("orders", "Orders", QLabel("orders"), area=Area.BOTTOM, share=0.25)
    host.parent().show()
    qtbot.waitUntil(lambda: host.panel("chart").width() < 400)


def test_panels_get_the_room_they_were_given(qtbot, host):
    three_panels(host, qtbot)

    assert host.panel("chart").width() == pytest.approx(300, abs=12)
    assert host.panel("orders").width() == pytest.approx(1_000, abs=12)
    assert host.panel("orders").height() == pytest.approx(150, abs=35)


def test_a_panel_floats_and_returns(qtbot, host):
    three_panels(host, qtbot)

    host.float_panel("chart", QRect(50, 60, 400, 300))
    floating, windows = host.is_floating("chart"), host.floating_windows()
    host.dock_panel("chart", Area.RIGHT, "chain")

    assert floating
    assert [w.objectName() for w in windows] == ["floating:chart"]
    assert not host.is_floating("chart")


def test_closing_a_panel_keeps_it(qtbot, host):
    three_panels(host, qtbot)

    with qtbot.waitSignal(host.panel_closed) as closed:
        host.close_panel("orders")
    was_open = host.is_open("orders")
    host.show_panel("orders")

    assert closed.args == ["orders"]
    assert (was_open, host.is_open("orders")) == (False, True)


def test_a_saved_arrangement_comes_back_with_its_floating_window(qtbot, host):
    three_panels(host, qtbot)
    host.float_panel("chart")
    host.close_panel("orders")
    state = host.save()

    host.dock_panel("chart", Area.LEFT)
    host.show_panel("orders")
    restored = host.restore(state)

    assert restored
    assert (host.is_floating("chart"), host.is_open("orders")) == (True, False)


def test_a_panel_newer_than_the_saved_arrangement_stays_open(qtbot, host):
    three_panels(host, qtbot)
    state = host.save()
    host.add("new", "New", QLabel("new"))

    host.restore(state, saved_panels=["chain", "chart", "orders"])

    assert host.is_open("new")


@pytest.mark.parametrize("state", [b"", b"garbage", b"\x00\x00\x01\x00" + b"x" * 40, "ऄ".encode()])
def test_a_foreign_arrangement_changes_nothing(qtbot, host, state):
    three_panels(host, qtbot)

    assert not host.restore(state)
    assert all(host.is_open(panel_id) for panel_id in host.panel_ids())


def test_a_restore_without_one_of_its_panels_arranges_the_others(qtbot, host, window):
    three_panels(host, qtbot)
    state = host.save()
    host.remove("chart")

    assert host.restore(state)
    assert host.panel_ids() == ("chain", "orders")


def test_an_unknown_panel_and_a_taken_id_are_refused(host):
    host.add("chain", "Chain", QLabel())

    with pytest.raises(UnknownPanelError, match='no panel "orders"'):
        host.close_panel("orders")
    with pytest.raises(ValueError, match='already a panel "chain"'):
        host.add("chain", "Chain", QLabel())


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_workspaces_open_and_every_panel_is_docked(qtbot, host, window, name):
    workspace = open_workspace(name).workspace

    sentences = build_panels(host, workspace, lambda placed: (placed.id.title(), QLabel(placed.id)))
    window.show()

    assert sentences == []
    assert host.panel_ids() == tuple(panel.id for panel in workspace.panels)
    assert all(host.is_open(panel.id) for panel in workspace.panels)
    qtbot.waitUntil(lambda: all(host.panel(panel_id).isVisible() for panel_id in workspace.front))


def test_a_workspace_is_saved_and_opened_again_as_it_stood(qtbot, host, window, tmp_path):
    workspace = open_workspace("start").workspace
    build_panels(host, workspace, lambda placed: (placed.id, QLabel(placed.id)))
    window.show()
    host.close_panel("messages")
    host.float_panel("chart")
    panels = {panel.id: panel for panel in workspace.panels}
    panels["orders"] = replace(panels["orders"], columns=[ColumnLayout(key="price", width=90)])
    save_workspace(read_back(window, host, workspace, panels), tmp_path)

    again = open_workspace("start", tmp_path)
    other_window = QMainWindow()
    qtbot.addWidget(other_window)
    other = DockHost(other_window, built_in_theme("dark"))
    sentences = build_panels(other, again.workspace, lambda placed: (placed.id, QLabel(placed.id)))

    assert (again.warning, sentences) == (None, [])
    assert (other.is_open("messages"), other.is_floating("chart")) == (False, True)
    assert restore_window(other_window, again.workspace)
    orders = next(panel for panel in again.workspace.panels if panel.id == "orders")
    assert orders.columns == [ColumnLayout(key="price", width=90)]


def test_an_unknown_kind_of_panel_is_left_out_with_a_sentence(host):
    workspace = open_workspace("start").workspace

    sentences = build_panels(
        host, workspace, lambda placed: None if placed.id == "portfolios" else (placed.id, QLabel(placed.id))
    )

    assert len(sentences) == 1
    assert '"portfolios" of kind "portfolios" is not known' in sentences[0]
    assert "orders" in host.panel_ids()


def test_a_damaged_arrangement_falls_back_to_the_declared_one(host):
    workspace = replace(open_workspace("start").workspace, arrangements=[Arrangement(dock_state="not base64!")])

    sentences = build_panels(host, workspace, lambda placed: (placed.id, QLabel(placed.id)))

    assert ["not understood" in sentence for sentence in sentences] == [True]
    assert len(host.panel_ids()) == len(workspace.panels)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("format = ", "not valid TOML"),
        ('format = 99\nname = "start"', "newer version"),
        ('format = 1\nname = "start"\ntitle = "S"\npanels = 3', "is not a workspace"),
        ('format = 1\nname = "start"\ntitle = "S"\npanels = []\ncolour = "red"', "unknown field"),
        ('format = 1\nname = "../x"\ntitle = "S"\npanels = []', "is not a name"),
        ('format = -1\nname = "start"\ntitle = "S"\npanels = []', "names no format"),
        ('name = "start"\ntitle = "S"\npanels = []', "names no format"),
        ("#" * 1_000_001, "too large"),
    ],
)
def test_a_broken_own_copy_gives_the_built_in_workspace_and_a_sentence(tmp_path, text, sentence):
    (tmp_path / "start.toml").write_text(text, encoding="utf-8")

    opened = open_workspace("start", tmp_path)

    assert opened.workspace == open_workspace("start").workspace
    assert sentence in opened.warning
    assert "shown instead" in opened.warning
    assert (tmp_path / "start.toml").read_text(encoding="utf-8") == text


def test_a_broken_copy_of_an_own_workspace_falls_back_to_start(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")

    opened = open_workspace("mine", tmp_path)

    assert opened.workspace.name == "start"
    assert "mine.toml" in opened.warning


@pytest.mark.parametrize("name", ["none", "../start", ""])
def test_an_unknown_workspace_is_refused_with_the_choices(tmp_path, name):
    with pytest.raises(LayoutError, match=r"Choose one of: start, multileg, scalping, analysis, risk, review\."):
        open_workspace(name, tmp_path)


def test_own_workspaces_are_listed_with_the_built_in_ones(tmp_path):
    save_workspace(Workspace(format=FORMAT, name="evening", title="Evening", panels=[]), tmp_path)

    assert workspace_names(tmp_path) == (*BUILT_IN, "evening")


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")

    with pytest.raises(LayoutError, match="cannot be saved"):
        save_workspace(open_workspace("start").workspace, blocked)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)), at=st.integers(0, 400))
def test_no_file_however_damaged_raises_anything_but_a_sentence(tmp_path, junk, at):
    whole = layout_path("workspaces", "start.toml").read_bytes()
    path = tmp_path / "start.toml"
    path.write_bytes(whole[:at] + junk + whole[at:])

    try:
        workspace = read_workspace(path).workspace
    except LayoutError as e:
        assert str(e).endswith(".")  # noqa: PT017 - either outcome is right, a traceback is not
    else:
        assert workspace.format == FORMAT


@given(st.binary(max_size=60))
def test_saved_states_survive_as_text(state):
    assert as_bytes(as_text(state)) == state


def test_a_workspace_survives_being_written(tmp_path):
    workspace = Workspace(
        format=FORMAT,
        name="mine",
        title="Meine ₹",
        panels=[PlacedPanel(id="a", type="chart", context={"underlying": "NIFTY"}, share=0.4, area=Area.LEFT)],
    )

    path = save_workspace(workspace, tmp_path)

    assert read_workspace(path).workspace == workspace
    assert "share = 0.4" in workspace_text(workspace)

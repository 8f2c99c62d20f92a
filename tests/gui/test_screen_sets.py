"""A workspace stands on each set of screens as it stood there last, and near that where a set is new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QRect

from desktop.workspace.layouts import open_workspace
from desktop.workspace.screen_sets import arrangement_for, likeness, present_screens, with_arrangement
from desktop.workspace.workspace import MOST_ARRANGEMENTS, Arrangement, ScreenPlace

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def screen(name, x=0, y=0, width=1920, height=1080):
    return ScreenPlace(name=name, x=x, y=y, width=width, height=height)


LAPTOP, LEFT, RIGHT = screen("eDP-1"), screen("DP-1", 1920), screen("DP-2", 3840)
EMPTY = replace(open_workspace("start").workspace, panels=[], front=[])


def arranged(*screens, state="c3RhdGU="):
    return Arrangement(screens=list(screens), dock_state=state)


def test_the_arrangement_of_the_same_screens_is_found():
    alone, desk = arranged(LAPTOP), arranged(LAPTOP, LEFT)
    workspace = replace(EMPTY, arrangements=[alone, desk])

    assert arrangement_for(workspace, [LAPTOP, LEFT]) == desk
    assert arrangement_for(workspace, [LAPTOP]) == alone


@pytest.mark.parametrize(
    ("screens", "nearest"),
    [
        ([LAPTOP, screen("HDMI-1", 1920)], 1),
        ([LAPTOP, LEFT, screen("HDMI-1", 3840)], 2),
        ([screen("eDP-1", width=1280, height=720)], 0),
        ([screen("VNC-0", width=1280, height=720)], 0),
    ],
)
def test_a_set_never_seen_gets_the_arrangement_of_the_one_most_like_it(screens, nearest):
    kept = [arranged(LAPTOP), arranged(LAPTOP, LEFT), arranged(LAPTOP, LEFT, RIGHT)]

    assert arrangement_for(replace(EMPTY, arrangements=kept), screens) == kept[nearest]


def test_a_workspace_that_never_stood_anywhere_has_no_arrangement():
    assert arrangement_for(EMPTY, [LAPTOP]) is None


def test_a_new_arrangement_replaces_that_of_its_screens_and_leaves_the_others():
    workspace = with_arrangement(EMPTY, arranged(LAPTOP, state="MQ=="))
    workspace = with_arrangement(workspace, arranged(LAPTOP, LEFT, state="Mg=="))

    workspace = with_arrangement(workspace, arranged(LAPTOP, state="Mw=="))

    assert [(len(one.screens), one.dock_state) for one in workspace.arrangements] == [(1, "Mw=="), (2, "Mg==")]


def test_the_set_not_seen_for_longest_is_forgotten_first():
    workspace = EMPTY
    for number in range(MOST_ARRANGEMENTS + 3):
        workspace = with_arrangement(workspace, arranged(screen(f"S{number}")))

    names = [one.screens[0].name for one in workspace.arrangements]
    assert names == [f"S{number}" for number in range(MOST_ARRANGEMENTS + 2, 2, -1)]


places = st.builds(
    screen, st.sampled_from("ABC"), st.sampled_from([0, 1920]), st.just(0), st.sampled_from([1280, 1920])
)


@given(st.lists(places, min_size=1, max_size=4, unique=True), st.lists(places, max_size=4, unique=True))
def test_no_set_is_more_like_another_than_like_itself(screens, others):
    assert likeness(screens, screens) >= likeness(screens, others)


def test_an_arrangement_of_an_older_format_is_opened_on_whatever_screens(tmp_path):
    text = 'format = 1\nname = "start"\ntitle = "S"\npanels = []\ndock_state = "QQ=="\nwindow_geometry = "Qg=="'
    (tmp_path / "start.toml").write_text(text, encoding="utf-8")

    workspace = open_workspace("start", tmp_path).workspace

    assert arrangement_for(workspace, [LAPTOP]) == Arrangement(dock_state="QQ==", window_geometry="Qg==")
    assert with_arrangement(workspace, arranged(LAPTOP)).arrangements == [arranged(LAPTOP)]


# --- the window -------------------------------------------------------------------------------------------------------


def test_a_panel_saved_outside_every_screen_comes_home(open_desk):
    desk = open_desk()
    desk.window.host.float_panel("chart", QRect(60_000, 50_000, 500, 400))

    desk.window.workspaces.show(desk.window.workspace())
    window = desk.window.host.window_of("chart")

    desk.wait_until(lambda: desk.window.screen().availableGeometry().intersects(window.geometry()))
    assert desk.window.host.is_floating("chart")


def test_screens_that_were_there_before_bring_their_arrangement_back(open_desk):
    desk = open_desk()
    workspaces = desk.window.workspaces
    desk.window.host.float_panel("chart")
    workspaces.keeper.remember()
    here = workspaces.current.arrangements[0]

    desk.window.host.dock_back("chart")
    workspaces.keeper.screens_changed.emit()

    assert here.screens == present_screens()
    assert desk.window.host.is_floating("chart")

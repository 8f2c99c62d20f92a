"""The main window keeps its arrangement, asks before it leaves positions alone, and survives mistakes."""

import sys

import pytest

from desktop.bootstrap import check_display
from desktop.composition.failures import FailureError
from desktop.windows.dialog import QuestionDialog
from desktop.workspace.layouts import BUILT_IN, open_workspace
from engine.domain.instant import MINUTE
from engine.domain.multileg.states import PortfolioState

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def running_demonstration(desk):
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    # A leg that is filled in part is open already: only a running portfolio holds all it wanted.
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )


@pytest.mark.parametrize("workspace", BUILT_IN)
def test_a_built_in_workspace_opens_with_all_its_panels(open_desk, workspace):
    desk = open_desk(workspace=workspace)

    declared = [panel.id for panel in open_workspace(workspace).workspace.panels]

    assert list(desk.window.panels) == declared
    assert all(desk.window.host.is_open(panel_id) for panel_id in declared)


def test_an_empty_desk_invites_to_the_demonstration(open_desk):
    desk = open_desk()

    invitation = desk.panel("portfolios").invite_button
    desk.wait_until(invitation.isVisible)

    assert invitation.isEnabled()
    assert desk.panel("editor").isVisible()


def test_closing_with_open_positions_asks_once(open_desk, qtbot):
    desk = open_desk("2026-08-19T09:19:58", speed=20)
    running_demonstration(desk)

    desk.window.close()
    question = desk.dialog(QuestionDialog)
    still_open = desk.window.isVisible()
    with qtbot.waitSignal(desk.window.closed):
        question.accept()

    assert question.windowTitle() == "Positions are open"
    assert still_open


def test_closing_without_positions_asks_nothing(open_desk, qtbot):
    desk = open_desk()

    with qtbot.waitSignal(desk.window.closed):
        desk.window.close()

    assert not desk.window.isVisible()


def test_positions_come_back_protected_after_a_restart(open_desk, tmp_path):
    journal = str(tmp_path / "journal.sqlite")
    first = open_desk("2026-08-19T09:19:58", speed=20, journal=journal)
    running_demonstration(first)
    first.bridge.set_paused(True)
    before = first.bridge.portfolios["P1"]
    first.close()

    second = open_desk(None, journal=journal)
    second.wait_until(lambda: "P1" in second.bridge.portfolios)
    after = second.bridge.portfolios["P1"]

    assert [leg.net_quantity for leg in after.legs] == [leg.net_quantity for leg in before.legs]
    assert [leg.stop for leg in after.legs] == [leg.stop for leg in before.legs]
    assert 0 <= second.bridge.now() - before.running_since < 10 * MINUTE


def test_the_arrangement_is_written_with_contexts_and_columns(open_desk):
    desk = open_desk()
    header = desk.panel("positions").table_header()
    header.resizeSection(0, 333)

    saved = desk.window.workspace()

    panels = {panel.id: panel for panel in saved.panels}
    assert panels["chain"].context == {"underlying": "NIFTY", "expiry": "nearest"}
    # What is saved is the width before all columns were widened to fill the panel.
    header.apply_defaults()
    header.apply_layout(panels["positions"].columns)
    assert header.sectionSize(0) == pytest.approx(333, abs=1)
    assert saved.arrangements[0].dock_state


def test_a_panel_is_detached_and_docked_again_by_a_reset(open_desk, qtbot):
    desk = open_desk()

    desk.window.host.float_panel("chart")
    floated = desk.window.host.is_floating("chart")
    desk.window.act("reset_workspace")
    desk.wait_until(lambda: "chart" in desk.window.host.panel_ids() and "chart" in desk.window.panels)

    assert floated
    assert not desk.window.host.is_floating("chart")


def test_the_status_bar_shows_clock_feed_and_frames(open_desk):
    desk = open_desk()

    status = desk.window.status
    desk.wait_until(lambda: "quotes/s" in status.lamp("feed").text)

    assert "19 Aug" in status.lamp("clock").text
    assert status.kill_button.isEnabled()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_refusal_says_what_to_do(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(FailureError, match=r"no display.*run --headless"):
        check_display()


def _words(dialog):
    from PySide6.QtWidgets import QLabel

    return " ".join(label.text() for label in dialog.findChildren(QLabel))

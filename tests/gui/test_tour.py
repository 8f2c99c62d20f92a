"""The tour: it points at the real panels, goes on when things were done, and is never in the way."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from desktop.actions import ACTIONS
from desktop.composition.display import Display, ThemeName
from desktop.composition.first_start import tour_is_known
from desktop.composition.manual import action_names
from desktop.windows.dialog import QuestionDialog
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.panel_kinds import KIND_OF_ID
from desktop.windows.tour_balloon import TourBalloon
from desktop.windows.tour_steps import KILL_BUTTON, STEPS
from engine.domain.multileg.states import KillLevel, PortfolioState

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(open_desk, tmp_path, monkeypatch):
    """A desk with a folder of its own, on which nobody was shown around."""
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return open_desk("2026-08-19T09:19:58", speed=20)


def titled(title):
    return next(number for number, step in enumerate(STEPS) if step.title == title)


def at(desk, title):
    desk.window.tour.go(titled(title))
    return desk.window.tour


def test_every_action_and_panel_of_the_tour_exists():
    declared = {spec.name for spec in ACTIONS}
    named = {name for step in STEPS for name in (*action_names(step.text), *filter(None, [step.deed]))}

    assert named <= declared
    assert {step.panel for step in STEPS} - {"", KILL_BUTTON} <= KIND_OF_ID.keys()
    assert 6 <= len(STEPS) <= 8


def test_it_is_offered_once_and_again_from_the_menu(desk):
    desk.window.tour.offer_once()
    first = desk.window.tour.number()
    desk.window.tour.end()

    desk.window.tour.offer_once()
    offered_again = desk.window.tour.number()
    desk.window.act("tour")

    assert (first, offered_again, desk.window.tour.number()) == (0, None, 0)
    assert tour_is_known()


def test_every_step_can_be_gone_through_by_key_and_esc_ends_it(desk, qtbot):
    desk.window.activateWindow()
    desk.window.act("tour")
    tour = desk.window.tour
    desk.wait_until(tour.balloon.next_button.hasFocus)

    shown = []
    for _ in STEPS[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        shown.append(tour.number())
        desk.wait_until(tour.balloon.next_button.hasFocus)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)

    assert shown == list(range(1, len(STEPS)))
    assert tour.number() is None


def test_the_demonstration_is_started_and_the_tour_goes_on(desk, qtbot):
    tour = at(desk, "Start the demonstration")

    qtbot.mouseClick(tour.balloon.deed_button, Qt.MouseButton.LeftButton)
    desk.dialog(QuestionDialog).accept()

    desk.wait_until(lambda: tour.number() == titled("See why it waits"))


def test_a_stop_is_moved_and_the_tour_goes_on(desk):
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )
    tour = at(desk, "Move a stop")
    row = desk.bridge.portfolios["P1"]
    leg = next(one for one in row.legs if one.net_quantity < 0)
    protection = desk.panel("portfolios").protection
    protection.show_leg(row, leg)

    protection.stop_line.setText("400")
    protection.apply()

    desk.wait_until(lambda: tour.number() == titled("Detach a panel"))


def test_a_panel_is_detached_and_the_balloon_comes_along_and_back(desk, qtbot):
    tour = at(desk, "Detach a panel")

    qtbot.mouseClick(tour.balloon.deed_button, Qt.MouseButton.LeftButton)
    desk.wait_until(lambda: tour.number() == titled("Every decision is written down"))
    detached = tour.balloon.window()
    tour.balloon.back_button.click()
    tour.balloon.back_button.click()

    assert detached is desk.panel("messages").window()
    assert tour.balloon.window() is desk.window


def test_the_kill_switch_is_seen_and_works_all_the_time(desk):
    tour = at(desk, "Stop everything")

    desk.window.act("kill_switch")
    desk.dialog(KillSwitchDialog).accept()
    desk.wait_until(lambda: tour.number() == titled("Find anything"))

    desk.wait_until(lambda: desk.bridge.status.kill_level is KillLevel.NO_OPENINGS)


def test_a_panel_that_was_closed_is_opened(desk):
    desk.window.host.close_panel("portfolios")
    tour = at(desk, "Start the demonstration")
    opened = desk.window.host.is_open("portfolios")

    desk.window.host.close_panel("portfolios")
    tour.look()

    assert opened
    assert tour.balloon.isVisible()


def test_another_workspace_and_another_look_leave_it_where_it_was(desk):
    tour = at(desk, "Start the demonstration")
    desk.window.act("workspace_risk")
    tour.look()
    before = desk.window

    desk.window.display_chosen.emit(Display(theme=ThemeName.LIGHT))

    assert desk.window is not before
    assert desk.window.tour.number() == titled("Start the demonstration")
    assert desk.window.tour.balloon.isVisible()
    desk.window.display_chosen.emit(Display())


def test_a_detached_window_that_is_closed_does_not_take_the_tour_along(desk):
    tour = at(desk, "Every decision is written down")
    desk.window.host.float_panel("messages")
    tour.look()

    desk.window.host.dock_back("messages")
    desk.wait_until(lambda: desk.window.findChild(TourBalloon) is not None and tour.balloon.isVisible())

    assert tour.number() == titled("Every decision is written down")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_every_balloon_stands_whole_inside_its_window(desk, size):
    desk.window.showNormal()
    desk.window.resize(*size)
    tour = desk.window.tour

    for number in range(len(STEPS)):
        tour.go(number)
        QApplication.processEvents()
        tour.look()
        balloon = tour.balloon
        assert balloon.window().rect().contains(balloon.geometry()), STEPS[number].title
        for button in (balloon.next_button, balloon.back_button, balloon.deed_button):
            if button.isVisible():
                assert button.width() >= button.sizeHint().width()
                assert balloon.rect().contains(button.mapTo(balloon, QPoint(0, 0)))

"""Windows stay reachable, and the frame clock paces and measures."""

from functools import partial

import pytest
from PySide6.QtCore import QElapsedTimer, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from desktop.presentation.tones import Tone
from desktop.workspace.frame_clock import _ROOM_MS, REDUCED_HERTZ, FrameClock
from desktop.workspace.screens import ScreenKeeper, moved_home, visible_share

LEFT, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 1920, 1080)


@pytest.mark.parametrize(
    ("window", "share"),
    [
        (QRect(100, 100, 400, 300), 1.0),
        (QRect(1720, 100, 400, 300), 0.5),
        (QRect(1856, 0, 640, 1080), 0.1),
        (QRect(5000, 0, 100, 100), 0.0),
        (QRect(0, 0, 0, 0), 0.0),
    ],
)
def test_the_visible_share_counts_the_area_on_the_screen(window, share):
    assert visible_share(window, [LEFT]) == pytest.approx(share)


def test_a_window_across_two_screens_is_wholly_visible():
    assert visible_share(QRect(1720, 100, 400, 300), [LEFT, RIGHT]) == pytest.approx(1.0)


def test_a_window_moved_home_fits_the_screen():
    assert LEFT.contains(moved_home(QRect(3000, 200, 800, 600), LEFT))
    assert moved_home(QRect(3000, 200, 9_000, 600), LEFT).width() == 1920


@pytest.fixture
def window(qtbot):
    window = QWidget()
    window.setObjectName("main")
    qtbot.addWidget(window)
    window.setGeometry(40, 50, 300, 200)
    window.show()
    return window


@pytest.fixture
def keeper(window):
    keeper = ScreenKeeper(lambda: [window])
    yield keeper
    keeper.stop()
    keeper.deleteLater()


def test_a_window_out_of_sight_comes_to_the_primary_screen(window, keeper):
    window.setGeometry(90_000, 90_000, 300, 200)

    keeper.screens_settled()

    assert QGuiApplication.primaryScreen().availableGeometry().contains(window.geometry())


def test_a_window_returns_to_where_it_was_with_these_screens(window, keeper):
    keeper.remember()
    window.setGeometry(90_000, 90_000, 300, 200)

    keeper.screens_settled()

    assert window.geometry() == QRect(40, 50, 300, 200)


def test_a_visible_window_stays_where_it_is(window, keeper):
    window.setGeometry(10, 20, 200, 100)

    keeper.screens_settled()

    assert window.geometry() == QRect(10, 20, 200, 100)


@pytest.fixture
def clock(qapp):
    clock = FrameClock()
    yield clock
    clock.stop()
    clock.deleteLater()


def test_visible_panels_are_called_with_rising_times(qtbot, clock, window):
    times = []
    clock.subscribe(window, times.append)

    clock.start()
    qtbot.waitUntil(lambda: len(times) >= 3)

    assert times == sorted(times)


def test_hidden_panels_are_not_called(clock, window):
    calls = []
    clock.subscribe(window, calls.append)
    window.hide()

    clock.run_frame()

    assert calls == []


def test_destroyed_and_unsubscribed_panels_are_forgotten(clock, window):
    calls = []
    other = QWidget()
    other.show()
    clock.subscribe(other, calls.append)
    clock.subscribe(window, calls.append)

    Shiboken.delete(other)
    clock.unsubscribe(window)
    clock.run_frame()

    assert calls == []


def test_a_panel_may_leave_during_a_frame(clock, window):
    clock.subscribe(window, lambda _now: clock.unsubscribe(window))

    clock.run_frame()
    clock.run_frame()

    assert clock.health().frames == 0


def test_panels_that_cost_much_take_turns_and_none_waits_for_ever(qtbot, clock, window):
    busy = QElapsedTimer()
    calls = []
    panels = [QWidget(window) for _ in range(3)]
    for number, panel in enumerate(panels):
        panel.show()
        clock.subscribe(panel, partial(_work, busy, calls, number))

    clock.start()
    qtbot.waitUntil(lambda: len(calls) >= 6)
    clock.stop()

    assert [number for number, _now in calls[:6]] == [0, 1, 2, 0, 1, 2]
    assert len({now for _number, now in calls}) == len(calls)


def test_panels_that_cost_little_are_all_called_with_every_frame(qtbot, clock, window):
    times = {number: [] for number in range(3)}
    for heard in times.values():
        panel = QWidget(window)
        panel.show()
        clock.subscribe(panel, heard.append)

    clock.start()
    qtbot.waitUntil(lambda: len(times[2]) >= 5)
    clock.stop()

    assert times[0][:5] == times[1][:5] == times[2][:5]


def _work(busy, calls, number, now):
    """Keep the window busy for longer than a frame has room."""
    calls.append((number, now))
    busy.start()
    while busy.elapsed() < _ROOM_MS + 1:
        pass


def test_a_slow_frame_reduces_the_pace_until_frames_are_calm_again(clock):
    clock.note_frame(25.0)
    slow = clock.health()
    for _ in range(3):
        clock.note_frame(5.0)

    assert (slow.hertz, slow.tone) == (REDUCED_HERTZ, Tone.WARNING)
    assert clock.health().hertz == 30


def test_health_tells_median_and_worst(clock):
    for milliseconds in (2.0, 4.0, 9.0):
        clock.note_frame(milliseconds)

    health = clock.health()

    assert (health.frames, health.median_ms, health.worst_ms) == (3, 4.0, 9.0)


def test_health_is_reported_about_once_a_second(clock):
    reports = []
    clock.health_changed.connect(reports.append)

    for _ in range(2 * 30):
        clock.note_frame(1.0)

    assert [report.frames for report in reports] == [30, 2 * 30]

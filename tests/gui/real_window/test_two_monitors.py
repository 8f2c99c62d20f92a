"""A panel is torn off by mouse, put on the second monitor, found there after a restart, and comes home without it."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.real_window,
    pytest.mark.leaves_running(reason="pipes of the started programs are closed by their own objects"),
]

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 90.0
BETWEEN_LOOKS = 0.1
UNTIL_SHOWN = 5.0
"""Seconds a dragged panel gets to show its window: a second drag before that would tear off the next tab."""
PAUSE = threading.Event()
LEFT = ("--setmonitor", "LEFT", "1920/508x1080/286+0+0", "screen")
RIGHT = ("--setmonitor", "RIGHT", "1920/508x1080/286+1920+0", "none")
PUT = (2200, 300)
"""A place on the second monitor, in pixels of the whole desktop."""
TORN = "Order book · Legwork"
TAB = (40, 40)
"""Where review, maximised, has the tab of the order book: the first one below the menus."""


@pytest.fixture
def screens(open_screen):
    """Two monitors of a display of their own with a window manager on it; answers the environment."""

    def two_monitors(environment):
        for monitor in (LEFT, RIGHT):
            run(environment, "xrandr", *monitor)

    return open_screen(3840, two_monitors)


@pytest.fixture
def start(screens, tmp_path):
    """Open the program on its review workspace, on a journal and a folder of its own; answers how."""
    environment = {**screens, "LEGWORK_HOME": str(tmp_path)}
    started = []

    def starting(*words):
        program = subprocess.Popen(
            [sys.executable, "-m", "desktop", "--from", "2026-08-19T09:30", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(program)
        until(lambda: titled(environment, "Legwork · paper"), program)
        return program

    yield starting, environment, tmp_path
    for program in started:
        if program.poll() is None:
            program.kill()
        program.wait(timeout=10)
        program.stdout.close()


def test_a_torn_off_panel_stays_on_its_monitor_and_comes_home_without_it(start):
    starting, environment, folder = start
    first = starting("--workspace", "review")

    tear_off(environment, first)
    put_on_the_right(environment, first)
    ended(first)
    kept = (folder / "workspaces" / "review.toml").read_text(encoding="utf-8")

    second = starting()
    until(lambda: titled(environment, TORN), second)
    until(lambda: where_it_was_put(place(environment, TORN)), second)
    run(environment, "xrandr", "--delmonitor", "RIGHT")
    until(lambda: on_the_left(place(environment, TORN)), second)
    run(environment, "xrandr", *RIGHT)
    until(lambda: where_it_was_put(place(environment, TORN)), second)
    ended(second)

    assert "RIGHT" in kept


def test_a_panel_saved_on_a_monitor_that_is_gone_opens_on_the_one_that_is_there(start):
    starting, environment, _folder = start
    first = starting("--workspace", "review")
    tear_off(environment, first)
    put_on_the_right(environment, first)
    ended(first)

    run(environment, "xrandr", "--delmonitor", "RIGHT")
    second = starting("--workspace", "review")
    until(lambda: titled(environment, TORN), second)
    until(lambda: on_the_left(place(environment, TORN)), second)
    ended(second)


def tear_off(environment, program):
    """Drag the tab of the order book out of the main window, onto nothing."""
    window = titled(environment, "Legwork · paper")
    xdotool(environment, "windowactivate", "--sync", window)
    until(lambda: size(environment, window)[0] > 1_800, program)

    def dragged():
        if titled(environment, TORN):
            return True
        xdotool(environment, "mousemove", "--window", window, *map(str, TAB))
        xdotool(environment, "mousedown", "1")
        for step in range(1, 13):
            xdotool(environment, "mousemove", "--window", window, str(TAB[0] + 60 * step), str(TAB[1] + 25 * step))
        for x in (2500, 2510):
            xdotool(environment, "mousemove", str(x), "500")
        xdotool(environment, "mouseup", "1")
        end = time.monotonic() + UNTIL_SHOWN
        while not titled(environment, TORN) and time.monotonic() < end:
            PAUSE.wait(BETWEEN_LOOKS)
        return bool(titled(environment, TORN))

    until(dragged, program)


def put_on_the_right(environment, program):
    """Move the torn-off panel to its place; again where the window was still being placed at the first move."""

    def moved():
        xdotool(environment, "windowmove", "--sync", titled(environment, TORN), *map(str, PUT))
        return where_it_was_put(place(environment, TORN))

    until(moved, program)


def ended(program):
    """End the program as the system does, and see it go in peace."""
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout=PATIENCE) == 0


def where_it_was_put(at):
    """Say whether a window stands where the test put it, but for the width of its frame."""
    return all(abs(one - other) < 60 for one, other in zip(at, PUT, strict=True))


def on_the_left(at):
    """Say whether a window was brought home to the first monitor; the window manager alone leaves it at the edge."""
    return 0 <= at[0] < 1_300 and 0 <= at[1] < 1_060


def place(environment, title):
    """Return x and y of a window by its title; far away where there is none."""
    lines = geometry(environment, titled(environment, title))
    return int(lines.get("X", -99_999)), int(lines.get("Y", -99_999))


def size(environment, window):
    """Return the width and height of a window in pixels."""
    lines = geometry(environment, window)
    return int(lines.get("WIDTH", 0)), int(lines.get("HEIGHT", 0))


def geometry(environment, window):
    """Return what xdotool says of a window."""
    if not window:
        return {}
    said = xdotool(environment, "getwindowgeometry", "--shell", window)
    return dict(line.split("=") for line in said.split() if "=" in line)


def titled(environment, title):
    """Return the number of a visible window with a title, or an empty text."""
    found = xdotool(environment, "search", "--onlyvisible", "--name", title)
    return found.split()[-1] if found else ""


def xdotool(environment, *words):
    """Run xdotool and return what it says."""
    return run(environment, "xdotool", *words)


def run(environment, *words):
    """Run a program and return what it says."""
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip()


def until(condition, program):
    """Look until a condition holds; fail with the program's last words when it ends or takes too long."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if program.poll() is not None:
            pytest.fail(f"the program ended with status {program.returncode}: {program.stdout.read().decode()[-2000:]}")
        if time.monotonic() > end:
            pytest.fail("nothing happened on the screen in time")
        PAUSE.wait(BETWEEN_LOOKS)

"""The program itself on a real X server: the demonstration is started by mouse and keyboard and fills its orders."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.real_window,
    pytest.mark.leaves_running(reason="pipes of the started programs are closed by their own objects"),
]

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 90.0
BETWEEN_LOOKS = 0.1
PAUSE = threading.Event()


@pytest.fixture
def screen(open_screen):
    """A display of its own with a window manager on it; answers its environment."""
    return open_screen(1920)


@pytest.fixture
def workstation(screen, tmp_path):
    """The program, opened on a journal of its own shortly before the demonstration enters."""
    environment = {**screen, "LEGWORK_HOME": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "-m", "desktop", "--from", "2026-08-19T09:19:30", "--speed", "5"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    yield program, environment, tmp_path
    if program.poll() is None:
        program.kill()
    program.wait(timeout=10)
    program.stdout.close()


def test_the_demonstration_is_started_by_hand_and_fills_its_orders(workstation):
    program, environment, folder = workstation
    window = the_window(environment, program)

    press(environment, window, "ctrl+d")
    until(lambda: titled(environment, "Start the demonstration"), program)
    press(environment, titled(environment, "Start the demonstration"), "Return")
    until(lambda: fills(folder) >= 4, program)
    press(environment, window, "F3")
    picture = folder / "window.png"
    taken = pictured(environment, window, picture)
    press(environment, window, "ctrl+q")
    until(lambda: titled(environment, "Positions are open"), program)
    press(environment, titled(environment, "Positions are open"), "Tab", "space")
    left = program.wait(timeout=PATIENCE)

    assert left == 0
    assert not taken or picture.stat().st_size > 50_000
    assert (folder / "workspaces" / "start.toml").is_file()


def test_what_is_wanted_is_found_by_words_and_the_keys_are_listed(workstation):
    program, environment, _folder = workstation
    window = the_window(environment, program)

    press(environment, window, "ctrl+k")
    until(lambda: titled(environment, "Command palette"), program)
    xdotool(environment, "type", "--delay", "20", "all keys")
    xdotool(environment, "key", "Return")
    until(lambda: titled(environment, "Keys"), program)
    gone = not titled(environment, "Command palette")
    press(environment, titled(environment, "Keys"), "Escape")
    program.send_signal(signal.SIGTERM)

    assert gone
    assert program.wait(timeout=PATIENCE) == 0


def test_the_mouse_reaches_the_kill_switch(workstation):
    program, environment, _folder = workstation
    window = the_window(environment, program)
    width, height = size(environment, window)

    xdotool(environment, "mousemove", "--window", window, str(width - 50), str(height - 12), "click", "1")
    until(lambda: titled(environment, "Kill switch"), program)
    press(environment, titled(environment, "Kill switch"), "Escape")
    program.send_signal(signal.SIGTERM)

    assert program.wait(timeout=PATIENCE) == 0


def the_window(environment, program):
    """Return the main window's number once it is on the screen."""
    until(lambda: titled(environment, "Legwork · paper"), program)
    window = titled(environment, "Legwork · paper")
    xdotool(environment, "windowactivate", "--sync", window)
    return window


def titled(environment, title):
    """Return the number of a visible window with a title, or an empty text."""
    found = xdotool(environment, "search", "--onlyvisible", "--name", title)
    return found.split()[-1] if found else ""


def press(environment, window, *keys):
    """Give a window the focus and press keys in it."""
    xdotool(environment, "windowactivate", "--sync", window)
    xdotool(environment, "key", "--clearmodifiers", *keys)


def size(environment, window):
    """Return the width and height of a window in pixels."""
    lines = dict(
        line.split("=") for line in xdotool(environment, "getwindowgeometry", "--shell", window).split() if "=" in line
    )
    return int(lines["WIDTH"]), int(lines["HEIGHT"])


def pictured(environment, window, path):
    """Take a picture of a window where the program for it is installed; return whether it is."""
    try:
        subprocess.run(["import", "-window", window, str(path)], env=environment, check=True, timeout=30)
    except FileNotFoundError:
        return False
    return True


def xdotool(environment, *words):
    """Run xdotool and return what it says."""
    done = subprocess.run(["xdotool", *words], env=environment, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip()


def fills(folder):
    """Return how many fills the journal holds so far."""
    journal = folder / "journal.sqlite"
    if not journal.is_file():
        return 0
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        return database.execute("select count(*) from facts where kind = 'order_filled'").fetchone()[0]


def until(condition, program):
    """Look until a condition holds; fail with the program's last words when it ends or takes too long."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if program.poll() is not None:
            pytest.fail(f"the program ended with status {program.returncode}: {program.stdout.read().decode()[-2000:]}")
        if time.monotonic() > end:
            pytest.fail("nothing happened on the screen in time")
        PAUSE.wait(BETWEEN_LOOKS)

"""A display of its own for the tests that open the program on a real X server, with a window manager on it."""

import os
import subprocess

import pytest


@pytest.fixture
def open_screen():
    """Open a display: ``open_screen(width)`` in pixels, 1,080 high; answers the environment that programs need."""
    running = []

    def opening(width, prepare=lambda _environment: None):
        reading, writing = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x1080x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(server)
        os.close(writing)
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        environment = {**os.environ, "DISPLAY": f":{number}"}
        prepare(environment)
        manager = subprocess.Popen(["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        running.append(manager)
        return environment

    yield opening
    for program in reversed(running):
        program.terminate()
        program.wait(timeout=10)

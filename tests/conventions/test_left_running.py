"""A test that leaves something running fails and is told what; an excused one does not."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LEAVING = """
import threading

import pytest
from PySide6.QtCore import QThread, QTimer

kept = []


def forever() -> threading.Event:
    stop = threading.Event()
    threading.Thread(target=stop.wait, name="feed", daemon=True).start()
    return stop


def test_thread() -> None:
    kept.append(forever())


@pytest.mark.leaves_running(reason="shown here")
def test_excused() -> None:
    kept.append(forever())


def test_ended() -> None:
    forever().set()


def test_timer(qapp) -> None:
    timer = QTimer()
    timer.start(1000)
    kept.append(timer)


def test_stopped_timer(qapp) -> None:
    timer = QTimer()
    timer.start(1000)
    timer.stop()
    kept.append(timer)


def test_qthread(qapp) -> None:
    thread = QThread()
    thread.start()
    kept.append(thread)


def test_ended_qthread(qapp) -> None:
    thread = QThread()
    thread.start()
    thread.quit()
    thread.wait()


@pytest.fixture(scope="module", autouse=True)
def _end_everything():
    yield
    for it in kept:
        match it:
            case threading.Event():
                it.set()
            case QThread():
                it.quit()
                it.wait()
            case _:
                it.stop()
"""


def test_a_test_that_leaves_something_running_fails_and_is_told_what(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "test_leaving.py").write_text(LEAVING, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-rA", "test_leaving.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)

    told = [line for line in run.stdout.splitlines() if line.startswith("ERROR ")]
    assert "7 passed, 3 errors" in run.stdout, run.stdout + run.stderr
    assert [line.split("::")[1].split(" ")[0] for line in told] == ["test_thread", "test_timer", "test_qthread"]
    assert [word in line for word, line in zip(("thread feed", "QTimer", "QThread"), told, strict=True)] == [True] * 3

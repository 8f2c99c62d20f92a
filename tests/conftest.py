"""What every test starts from: no screen, no home of a real user, nothing left running."""

import os
import shutil
import sys
import tempfile
import threading
import traceback
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
JOIN_SECONDS = 1.0
REAL_WINDOW_PROGRAMS = ("Xvfb", "openbox", "xdotool", "xrandr")

# Qt reads its platform once per process, so it is decided before any test imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

_HOME = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give this run (and each of its workers) an application-data folder of its own, never the user's."""
    config.stash[_HOME] = tempfile.mkdtemp(prefix="legwork-test-home-")
    os.environ["LEGWORK_HOME"] = config.stash[_HOME]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the application-data folder of this run away again."""
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what reads recorded data, and skip real-window tests where their programs are missing."""
    absent = [name for name in REAL_WINDOW_PROGRAMS if shutil.which(name) is None]
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")
        if absent and item.get_closest_marker("real_window"):
            item.add_marker(pytest.mark.skip(reason=f"a real window needs {', '.join(absent)}"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of recorded market data: ``LEGWORK_DATA``, else ``shared/data`` beside the checkout."""
    folder = Path(os.environ.get("LEGWORK_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no recorded market data; set LEGWORK_DATA to the folder that holds it")
    return folder


@pytest.fixture(autouse=True)
def _platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programs that a real-window test starts choose the real platform."""
    if request.node.get_closest_marker("real_window"):
        monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a thread, a QThread or an active QTimer behind.

    ``@pytest.mark.leaves_running(reason="...")`` excuses a test, with its reason.
    """
    excuse = request.node.get_closest_marker("leaves_running")
    if excuse is not None and not excuse.kwargs.get("reason"):
        pytest.fail("leaves_running needs a reason")
    threads_before = set(threading.enumerate())
    started_in_qt = _StartedInQt(monkeypatch) if _uses_qt(request) else None
    yield
    if excuse is not None:
        return
    left = started_in_qt.still_running() if started_in_qt else []
    left += [f"thread {thread.name}" for thread in _threads_left(threads_before)]
    if left:
        pytest.fail("left running: " + "; ".join(left), pytrace=False)


def _uses_qt(request: pytest.FixtureRequest) -> bool:
    """Whether the test can start anything of Qt; others must not pay for importing it."""
    return "PySide6.QtCore" in sys.modules or "qapp" in request.fixturenames


def _threads_left(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads that were not there before and do not end within a moment."""
    new = [thread for thread in threading.enumerate() if thread not in before]
    # Qt's own threads show up as dummies once they run Python; they are watched as QThreads.
    new = [thread for thread in new if not isinstance(thread, threading._DummyThread)]
    for thread in new:
        thread.join(JOIN_SECONDS)
    return [thread for thread in new if thread.is_alive()]


class _StartedInQt:
    """Every QTimer and QThread that a test starts, with the line that started it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from PySide6.QtCore import QThread, QTimer

        self._started: list[tuple[weakref.ref[object], str]] = []
        for kind in (QTimer, QThread):
            monkeypatch.setattr(kind, "start", self._remembering(kind.start))

    def _remembering(self, start: Callable[..., None]) -> Callable[..., None]:
        def remembered(instance: object, *arguments: object) -> None:
            frame = traceback.extract_stack(limit=2)[0]
            self._started.append((weakref.ref(instance), f"{Path(frame.filename).name}:{frame.lineno}"))
            start(instance, *arguments)

        return remembered

    def still_running(self) -> list[str]:
        """What is active now, after deferred deletions have been carried out."""
        from PySide6.QtCore import QCoreApplication, QEvent

        if QCoreApplication.instance() is not None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        found = ((reference(), line) for reference, line in self._started)
        return [f"{type(it).__name__} started at {line}" for it, line in found if it is not None and _is_running(it)]


def _is_running(instance: object) -> bool:
    """Whether a QTimer is active or a QThread still runs; a deleted one does not."""
    from PySide6.QtCore import QThread, QTimer
    from shiboken6 import isValid

    if not isValid(instance):
        return False
    match instance:
        case QTimer():
            return instance.isActive()
        case QThread():
            return not instance.wait(int(JOIN_SECONDS * 1000))
        case _:
            return False

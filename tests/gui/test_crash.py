"""Trouble: a mistake in a panel, an engine that stops, a process that is killed; the journal is whole after each."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from desktop.composition.notifier import Notifier
from desktop.windows.crash_dialog import CrashDialog, EngineStoppedDialog
from desktop.windows.dialog import QuestionDialog
from desktop.windows.exception_hook import QtExceptionHook
from engine.domain.multileg.states import PortfolioState
from engine.domain.settings.notifications import Notifications, Service

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(open_desk, tmp_path, monkeypatch):
    """A desk with a folder of its own for reports."""
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return open_desk("2026-08-19T09:19:58", speed=20)


@pytest.fixture
def hook(desk):
    found = QtExceptionHook()
    found.install(desk.window)
    yield found
    found.remove()


def raised(hook, error):
    try:
        raise error
    except type(error) as caught:
        hook.take(type(caught), caught, caught.__traceback__)


def words(dialog):
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def button(dialog, text):
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


def reports(folder):
    return sorted((folder / "logs").glob("report-*.txt"))


def test_a_mistake_in_a_window_is_told_and_reported(desk, hook, tmp_path, capsys):
    raised(hook, ZeroDivisionError("a panel divided by nothing"))

    dialog = desk.dialog(CrashDialog)
    assert "engine and the journal are not touched" in words(dialog)
    assert str(reports(tmp_path)[0]) in words(dialog)
    text = reports(tmp_path)[0].read_text(encoding="utf-8")
    assert "divided by nothing" in text
    assert "Qt 6" in text
    assert "test_crash.py" in text
    assert "divided by nothing" in capsys.readouterr().err


def test_a_mistake_that_comes_every_frame_is_told_once_and_fills_no_disk(desk, hook, tmp_path):
    for _ in range(30):
        raised(hook, ZeroDivisionError("thirty times a second"))

    assert desk.window.crash_desk.said == 30
    assert len(reports(tmp_path)) == 1
    assert len(desk.window.findChildren(CrashDialog)) == 1


def test_the_report_can_be_copied_and_holds_no_secret_of_the_desk(desk, hook):
    service = Service(url="tgram://T0kenOfTheBot/12345678")
    notifier = Notifier(Notifications(channels=(service,)), lambda _sentence: None)
    desk.window.crash_desk._desk = replace(desk.window.desk, notifier=notifier)

    raised(hook, ValueError("the service said T0kenOfTheBot is wrong"))
    button(desk.dialog(CrashDialog), "Copy the report").click()
    notifier.close()

    assert "the service said … is wrong" in QGuiApplication.clipboard().text()
    assert "T0kenOfTheBot" not in QGuiApplication.clipboard().text()


def test_a_task_of_the_windows_loop_that_fails_is_told_too(desk, hook, tmp_path):
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(hook.take_from_loop)

    loop.call_soon(lambda: 1 / 0)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert "ZeroDivisionError" in words(desk.dialog(CrashDialog))
    assert len(reports(tmp_path)) == 1


def test_the_buttons_close_and_start_again(desk, hook, qtbot):
    raised(hook, ZeroDivisionError("by nothing"))
    dialog = desk.dialog(CrashDialog)

    with qtbot.waitSignals([desk.window.start_again, desk.window.closed]):
        button(dialog, "Start again").click()


class Broken(msgspec.Struct):
    """What breaks the engine: it cannot be stamped with the time at which it is taken."""

    at: int = 0

    def __post_init__(self):
        if self.at:
            raise ArithmeticError("two and two are five")


def test_an_engine_that_stopped_names_what_is_open_and_what_to_do(desk, tmp_path):
    desk.window.act("start_demonstration")
    question = desk.dialog(QuestionDialog)
    question.accept()
    desk.wait_until(
        lambda: "P1" in desk.bridge.portfolios and desk.bridge.portfolios["P1"].state is PortfolioState.RUNNING
    )

    desk.bridge.submit(lambda _at: Broken())
    dialog = desk.dialog(EngineStoppedDialog)

    still_open = dialog.findChild(QPlainTextEdit).toPlainText()
    assert still_open.count("NIFTY") == 4
    assert "Start again: the journal is read" in words(dialog)
    text = reports(tmp_path)[0].read_text(encoding="utf-8")
    assert "two and two are five" in text
    assert still_open.splitlines()[0] in text
    assert dialog.again_button.isDefault()


# --- real processes -------------------------------------------------------------------------------------------------

PROGRAM = """
import os, signal, sys
import msgspec
from datetime import datetime
from PySide6.QtCore import QTimer
from desktop import bootstrap
from desktop.composition.desk import DeskChoice
from desktop.composition.markets import MarketChoice
from engine.domain.commands import AddPortfolio
from engine.domain.instant import SECOND, instant_of
from engine.domain.multileg.states import PortfolioState

how, journal = sys.argv[1:]
begin = instant_of(datetime.fromisoformat("2026-08-19T09:19:57+05:30"))
choice = DeskChoice(
    market=MarketChoice(begin=begin if how != "look" else None, underlyings=("NIFTY",), step=SECOND),
    journal=journal, speed=30 if how != "look" else 1,
)

class Broken(msgspec.Struct):
    at: int = 0
    def __post_init__(self):
        if self.at:
            raise ArithmeticError("two and two are five")

def act(window, bridge):
    match how:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hard":
            import ctypes
            ctypes.string_at(0)
        case "slot":
            QTimer.singleShot(0, lambda: 1 / 0)
            QTimer.singleShot(500, window.close_without_asking)
        case "engine":
            bridge.engine_stopped.connect(lambda _stopped: QTimer.singleShot(300, window.close_without_asking))
            bridge.submit(lambda _at: Broken())

def opened(window, bridge):
    window.keep_arrangement = False
    if how == "look":
        legs = sum(row.open_legs for row in bridge.portfolios.values())
        QTimer.singleShot(300, lambda: print("SAID", [
            row.sentence for row in bridge.messages if "without goodbye" in row.sentence], legs, flush=True))
        QTimer.singleShot(500, window.close_without_asking)
        return
    demonstration = window.desk.templates[0].portfolio
    bridge.submit(lambda at: AddPortfolio(at=at, portfolio=demonstration, start=True))
    timer = QTimer(window)
    def look():
        rows = list(bridge.portfolios.values())
        if rows and rows[0].state is PortfolioState.RUNNING:
            timer.stop()
            act(window, bridge)
    timer.timeout.connect(look)
    timer.start(50)

sys.exit(bootstrap.open_workstation(choice, "start", opened))
"""


def process(home, how, journal):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, how, str(journal)],
        cwd=ROOT,
        env={"LEGWORK_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("how", "status", "written"),
    [("slot", 0, "window"), ("engine", 0, "engine"), ("kill", -9, ""), ("hard", -11, "hard")],
)
def test_the_journal_is_whole_after_each_and_the_next_start_goes_on(tmp_path, how, status, written):
    journal = tmp_path / "journal.sqlite"

    ended = process(tmp_path, how, journal)
    verified = subprocess.run(
        [sys.executable, "-m", "desktop", "journal", "verify", str(journal), "--json"],
        cwd=ROOT, env={"LEGWORK_HOME": str(tmp_path), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = process(tmp_path, "look", journal)

    assert json.loads(verified.stdout)["ok"], verified.stderr
    assert ended.returncode == status, ended.stderr
    assert after.returncode == 0, after.stderr
    assert "] 4" in after.stdout, after.stdout + after.stderr
    assert ("4 legs are open" in after.stdout) is (status != 0)
    assert [place.stem.rpartition("-")[2] for place in reports(tmp_path)] == ([written] if written else [])
    assert "string_at" in reports(tmp_path)[0].read_text(encoding="utf-8") if how == "hard" else True

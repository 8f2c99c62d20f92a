"""Open the workstation: Qt, the engine, the main window, and a clean end."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import qasync
from PySide6.QtCore import QProcess, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from desktop.bridge import EngineBridge
from desktop.composition.curves import Curves
from desktop.composition.desk import Desk as Composed
from desktop.composition.desk import DeskChoice, templates
from desktop.composition.desk_choice import ZERODHA
from desktop.composition.display import Display, load_display
from desktop.composition.failures import EXPECTED, FailureError, is_misuse
from desktop.composition.folders import data_folder
from desktop.composition.grid_log import GridLog, MessageLog, load_message_log
from desktop.composition.last_run import RunMark
from desktop.composition.notifier import Notifier
from desktop.composition.own_templates import OwnTemplates
from desktop.composition.questions import Questions
from desktop.composition.saved_portfolios import desk_cautions
from desktop.composition.starting_again import command_again
from desktop.presentation.appearance import dress_window
from desktop.presentation.qt_messages import quiet_known_messages
from desktop.presentation.theme import Theme
from desktop.redress import dress_application, redressed
from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.windows.dialog import SentenceDialog
from desktop.windows.exception_hook import QtExceptionHook
from desktop.windows.first_login import log_in_first
from desktop.windows.main_window import MainWindow
from desktop.windows.panel import Desk
from desktop.workspace.layouts import OpenedWorkspace, open_workspace, workspace_names
from desktop.workspace.preferences import read_preferences
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.other_portfolios import unknown_tag
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import FieldError

DEFAULT_WORKSPACE = "start"

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
_WITHOUT_SCREEN = ("offscreen", "minimal", "vnc")

_FAILURE, _MISUSE = 1, 2

Opened = Callable[[MainWindow, EngineBridge], None]
"""Told once the window is on the screen."""


def open_workstation(
    choice: DeskChoice,
    workspace: str | None = None,
    opened: Opened | None = None,
    arranged: OpenedWorkspace | None = None,
    display: Display | None = None,
) -> int:
    """Open the window on an engine and return the exit status when both have ended.

    ``arranged`` and ``display`` are shown instead of what the trader saved; without a name the workspace that was open
    last is shown.

    Raises FailureError where there is no display, LayoutError for an unknown workspace.
    """
    check_display()
    found = arranged or open_workspace(workspace or _last_workspace(), data_folder() / "workspaces")
    application = _application()
    if display is None:
        display, found = _kept_display(found)
    theme = dress_application(application, display)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        status, again = loop.run_until_complete(_session(choice, found, display, theme, opened))
    if again is not None:
        program, *words = command_again(broker=again)
        # Only now: the journal is closed, and the new process can have it.
        QProcess.startDetached(program, words)
    return int(status)


def _kept_display(found: OpenedWorkspace) -> tuple[Display, OpenedWorkspace]:
    """Answer what the trader chose to see; where it cannot be read, the workspace carries the sentence."""
    try:
        return load_display(), found
    except EXPECTED as error:
        said = str(error) if found.warning is None else f"{found.warning} {error}"
        return Display(), OpenedWorkspace(found.workspace, said)


def _last_workspace() -> str:
    """Return the name of the workspace that was open last, where it is still there."""
    last = read_preferences(data_folder())[0].last
    return last if last in workspace_names(data_folder() / "workspaces") else DEFAULT_WORKSPACE


def check_display() -> None:
    """Raise FailureError with a sentence where a window cannot be shown."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.startswith(_WITHOUT_SCREEN) or not sys.platform.startswith("linux"):
        return
    if not any(os.environ.get(name) for name in _DISPLAYS):
        raise FailureError(
            "There is no display to open a window on. Log in at a screen, or set DISPLAY; without a window use: "
            "legwork run --headless"
        )
    # Wayland tells no program where its windows stand, so arrangements on several monitors need X.
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb")


def build_window(
    bridge: EngineBridge,
    found: OpenedWorkspace,
    theme: Theme,
    notifier: Notifier | None = None,
    display: Display | None = None,
    editor: MultilegEditor | None = None,
    curves: Curves | None = None,
    grid_log: GridLog | None = None,
    choice: DeskChoice | None = None,
) -> MainWindow:
    """Build the main window on a started engine; without a notifier alerts stay in the window.

    ``editor`` is the draft of a window before this one, ``grid_log`` writes the message log for scrapers, ``choice`` is
    what the engine stands on; None for paper trading.
    """
    rules, master = bridge.rules, bridge.master
    shipped = templates()

    def against(portfolio: MultilegPortfolio) -> list[FieldError]:
        found = refusals(portfolio, rules, master, bridge.today())
        if bridge.status is not None:
            found += unknown_tag(portfolio, [row.declared.name for row in bridge.status.tags])
        return found

    if editor is None:
        told = desk_cautions(rules, bridge.today, lambda: [row.portfolio for row in bridge.portfolios.values()])
        editor = MultilegEditor(against, desk_cautions=told)
        demonstration = next((one for one in shipped if one.id == "demonstration"), None)
        if demonstration is not None:
            editor.open_portfolio(demonstration.portfolio)
    stands_on = choice or DeskChoice()
    desk = Desk(
        bridge=bridge,
        theme=theme,
        editor=editor,
        templates=shipped,
        account=stands_on.account,
        broker=stands_on.broker,
        real_money=stands_on.broker == ZERODHA,
        # The one account of a practice server is none of the trader's.
        keeps_settings=not stands_on.practises,
        notifier=notifier,
        display=display or Display(),
        curves=curves,
        grid_log=grid_log,
        own_templates=OwnTemplates(data_folder() / "templates"),
        questions=Questions(data_folder() / "questions.toml"),
    )
    window = MainWindow(desk, found.workspace, data_folder())
    if found.warning:
        window.toasts.show_message(found.warning)
    return window


async def _session(
    choice: DeskChoice, found: OpenedWorkspace, display: Display, theme: Theme, opened: Opened | None
) -> tuple[int, str | None]:
    """Show the window until it is closed; answer the exit status, and the broker at which to start again.

    The broker is None where the program is not to be started again, and empty for the broker of before.
    """
    if choice.broker == ZERODHA and choice.hierarchy is not None:
        await log_in_first(choice.hierarchy.accounts, theme)
    composed = Composed(choice)
    bridge = EngineBridge(composed.client)
    splash = _splash(theme)
    try:
        # The engine opens its files and catches up with its market on its own thread; the splash stays alive.
        await asyncio.to_thread(bridge.start)
    except EXPECTED as error:
        splash.close()
        composed.close()
        await _refuse(str(error), theme)
        return _MISUSE if is_misuse(error) else _FAILURE, None
    mark = None if choice.journal is None else RunMark(choice.journal)
    hook = QtExceptionHook()
    grid_log = None if choice.journal is None else _grid_log(bridge, composed)
    asyncio.get_running_loop().set_exception_handler(hook.take_from_loop)
    ended = asyncio.Event()
    again: list[str] = []
    shown: list[MainWindow] = []

    def build(found: OpenedWorkspace, display: Display, theme: Theme) -> MainWindow:
        notifier = None if choice.journal is None else composed.notifier
        editor = shown[-1].desk.editor if shown else None
        window = build_window(bridge, found, theme, notifier, display, editor, composed.curves, grid_log, choice)
        window.closed.connect(ended.set)
        window.start_again.connect(again.append)
        window.display_chosen.connect(lambda chosen: redressed(shown[-1], chosen, build))
        hook.install(window)
        shown[:] = [window]
        return window

    try:
        window = build(found, display, theme)
        dress_window(window, theme)
        splash.close()
        _close_on_signals(lambda: shown[-1] if shown else None)
        window.show()
        composed.words.attach(bridge.take_notices)
        for warning in (*composed.warnings, *_about_last_run(mark, bridge, composed.words.say)):
            window.toasts.show_message(warning)
        if opened is not None:
            opened(window, bridge)
        elif choice.journal is not None:
            window.tour.offer_once()
        await ended.wait()
        shown.pop().deleteLater()
    finally:
        hook.remove()
        bridge.stop()
        if grid_log is not None:
            grid_log.close()
        trouble = _closing_trouble(composed)
        if mark is not None:
            mark.end()
    if trouble is not None:
        await _refuse(trouble, theme)
        return _FAILURE, None
    return 0, again[-1] if again else None


def _about_last_run(mark: RunMark | None, bridge: EngineBridge, say: Callable[[str], None]) -> list[str]:
    """Note that this run began; say it for good where the last one ended without goodbye, and what is known again.

    Answers what could not be noted, a sentence each.
    """
    if mark is None:
        return []
    try:
        lost = mark.begin()
    except OSError as error:
        return [f"Whether this run ends well cannot be noted in {data_folder() / 'logs'}: {error.strerror}."]
    if lost is not None:
        alive = [row for row in bridge.portfolios.values() if not row.is_done]
        legs = sum(row.open_legs for row in alive)
        say(lost.sentence(f"The journal knows everything: {len(alive)} portfolios are alive, {legs} legs are open."))
    return []


def _grid_log(bridge: EngineBridge, composed: Composed) -> GridLog:
    """Begin the copy of the message log for scrapers; a wrong file of settings is said and keeps nothing from it."""
    try:
        settings = load_message_log()
    except EXPECTED as error:
        composed.words.say(str(error))
        settings = MessageLog()
    log = GridLog(data_folder(), settings, composed.words.say)

    def begin(_status: object) -> None:
        # The first status comes behind all that was told before: only now is it known which session is this one.
        bridge.status_changed.disconnect(begin)
        log.begin(bridge.messages)
        bridge.messages_added.connect(log.take)

    bridge.status_changed.connect(begin)
    return log


def _closing_trouble(composed: Composed) -> str | None:
    """Close what stands behind the window and answer what went wrong with it, in a sentence."""
    try:
        composed.close()
    except EXPECTED as error:
        return str(error)
    return None


def _application() -> QApplication:
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    quiet_known_messages()
    application.setApplicationName("Legwork")
    application.setDesktopFileName("legwork")
    # Closing the last window must not end the loop under the engine; the session ends it on purpose.
    application.setQuitOnLastWindowClosed(False)
    return application


def _splash(theme: Theme) -> QLabel:
    splash = QLabel(
        "Legwork is opening: contracts, journal, broker's books, market …\n"
        "A day that is gone on with is played again up to its last fact: late in the day some twenty seconds."
    )
    splash.setWindowTitle("Legwork")
    splash.setWindowFlag(Qt.WindowType.SplashScreen)
    splash.setStyleSheet(
        f"background: {theme.colours.panel_raised}; color: {theme.colours.header}; padding: 26px 40px;"
    )
    splash.show()
    return splash


async def _refuse(sentence: str, theme: Theme) -> None:
    """Show why the workstation cannot open, on screen and on the terminal."""
    sys.stderr.write(f"{sentence}\n")
    dialog = SentenceDialog(None, "Legwork cannot open", [sentence])
    dress_window(dialog, theme)
    closed = asyncio.Event()
    dialog.finished.connect(lambda _result: closed.set())
    dialog.open()
    await closed.wait()


def _close_on_signals(shown: Callable[[], MainWindow | None]) -> None:
    """Close without asking when the system ends the program; Python looks at signals when the frame clock ticks."""

    def close(_number: int, _frame: Any) -> None:
        window = shown()
        # Without a window everything is being closed already, and must not be disturbed.
        if window is not None:
            QTimer.singleShot(0, window, window.close_without_asking)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)

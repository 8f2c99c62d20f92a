"""Open the workstation: Qt, the engine, the main window, and a clean end."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import qasync
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.bridge import EngineBridge
from desktop.composition.curves import Curves
from desktop.composition.desk import BROKER, DeskChoice, templates
from desktop.composition.desk import Desk as Composed
from desktop.composition.display import Display, load_display
from desktop.composition.failures import EXPECTED, FailureError, is_misuse
from desktop.composition.folders import data_folder
from desktop.composition.grid_log import GridLog, MessageLog, load_message_log
from desktop.composition.notifier import Notifier
from desktop.composition.opening import PAPER
from desktop.composition.saved_portfolios import desk_cautions
from desktop.presentation.qt_messages import quiet_known_messages
from desktop.presentation.theme import Theme
from desktop.redress import dress_application, redressed
from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.windows.dialog import SentenceDialog
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
        return int(loop.run_until_complete(_session(choice, found, display, theme, opened)))


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
) -> MainWindow:
    """Build the main window on a started engine; without a notifier alerts stay in the window.

    ``editor`` is the draft of a window before this one, ``grid_log`` writes the message log for scrapers.
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
    desk = Desk(
        bridge=bridge,
        theme=theme,
        editor=editor,
        templates=shipped,
        account=PAPER,
        broker=BROKER,
        notifier=notifier,
        display=display or Display(),
        curves=curves,
        grid_log=grid_log,
    )
    window = MainWindow(desk, found.workspace, data_folder())
    if found.warning:
        window.toasts.show_message(found.warning)
    return window


async def _session(
    choice: DeskChoice, found: OpenedWorkspace, display: Display, theme: Theme, opened: Opened | None
) -> int:
    composed = Composed(choice)
    bridge = EngineBridge(composed.client)
    splash = _splash(theme)
    try:
        # The engine opens its files and catches up with its market on its own thread; the splash stays alive.
        await asyncio.to_thread(bridge.start)
    except EXPECTED as error:
        splash.close()
        composed.close()
        await _refuse(str(error))
        return _MISUSE if is_misuse(error) else _FAILURE
    hook = QtExceptionHook(data_folder() / "logs" / "window.log")
    grid_log = None if choice.journal is None else _grid_log(bridge, composed)
    ended = asyncio.Event()
    shown: list[MainWindow] = []

    def build(found: OpenedWorkspace, display: Display, theme: Theme) -> MainWindow:
        notifier = None if choice.journal is None else composed.notifier
        editor = shown[-1].desk.editor if shown else None
        window = build_window(bridge, found, theme, notifier, display, editor, composed.curves, grid_log)
        window.closed.connect(ended.set)
        window.display_chosen.connect(lambda chosen: redressed(shown[-1], chosen, build))
        hook.install(window)
        shown[:] = [window]
        return window

    try:
        window = build(found, display, theme)
        splash.close()
        _close_on_signals(lambda: shown[-1] if shown else None)
        window.show()
        composed.words.attach(bridge.take_notices)
        for warning in composed.warnings:
            window.toasts.show_message(warning)
        if opened is not None:
            opened(window, bridge)
        await ended.wait()
        shown.pop().deleteLater()
    finally:
        hook.remove()
        bridge.stop()
        if grid_log is not None:
            grid_log.close()
        trouble = _closing_trouble(composed)
    if trouble is not None:
        await _refuse(trouble)
        return _FAILURE
    return 0


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


class QtExceptionHook:
    """The desktop's one broad net: a mistake in a window is told and logged, and the engine trades on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._window: QWidget | None = None
        self._before = sys.excepthook
        self._open: SentenceDialog | None = None

    def install(self, window: QWidget) -> None:
        """Take every exception that nobody caught on Qt's thread."""
        self._window = window
        sys.excepthook = self.take

    def remove(self) -> None:
        """Give the hook back."""
        sys.excepthook = self._before

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log the exception and say what happened; an interrupt goes its own way."""
        if not isinstance(error, Exception):
            self._before(kind, error, trace)
            return
        detail = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(detail)
        place = self._written(detail)
        if self._open is not None or self._window is None:
            return
        self._open = SentenceDialog(
            self._window,
            "Something in the window went wrong",
            [
                (
                    "A panel could not do what was asked. The engine and the journal are not touched and trade on; if "
                    "the window behaves oddly, close it and start Legwork again."
                ),
                f"{kind.__name__}: {error}. The details are in {place}.",
            ],
        )
        self._open.finished.connect(self._closed)
        self._open.open()

    def _closed(self) -> None:
        self._open = None

    def _written(self, detail: str) -> str:
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8") as file:
                file.write(f"{detail}\n")
        except OSError as error:
            return f"the terminal only, because {self._log} cannot be written ({error.strerror})"
        return str(self._log)


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


async def _refuse(sentence: str) -> None:
    """Show why the workstation cannot open, on screen and on the terminal."""
    sys.stderr.write(f"{sentence}\n")
    dialog = SentenceDialog(None, "Legwork cannot open", [sentence])
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

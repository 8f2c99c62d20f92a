"""Open the workstation to take pictures of its workspaces, and close it again."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, QTimer

from desktop.bootstrap import open_workstation
from desktop.bridge import EngineBridge
from desktop.composition.desk import DeskChoice
from desktop.composition.display import Display
from desktop.windows.main_window import MainWindow
from desktop.workspace.layouts import OpenedWorkspace, open_workspace
from engine.domain.commands import AddPortfolio

_SETTLE_SECONDS = 4.0
"""A picture is taken at the pace of life, as a trader sees the desk; the way there may be hurried."""


class Shot(msgspec.Struct, frozen=True):
    """A picture to take: of which built-in workspace, how many pixels wide and high, and where it goes."""

    workspace: str
    size: tuple[int, int]
    out: Path


class Photographer:
    """Takes one picture after the other of a window, then closes it.

    Attributes:
        failed: Shots whose file could not be written.
    """

    def __init__(self, shots: Sequence[Shot], seconds: float, *, demonstration: bool) -> None:
        self._left = list(shots)
        self._seconds, self._demonstration = seconds, demonstration
        self.failed: list[Shot] = []

    def opened(self, window: MainWindow, bridge: EngineBridge) -> None:
        """Let the desk run for the given seconds, then begin."""
        window.keep_arrangement = False
        window.setWindowState(Qt.WindowState.WindowNoState)
        self._arrange(window)
        portfolio = window.desk.editor.value()
        if self._demonstration and portfolio is not None:
            bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, start=True))
        settling = min(_SETTLE_SECONDS, self._seconds / 2)
        QTimer.singleShot(round((self._seconds - settling) * 1_000), window, lambda: bridge.set_speed(1.0))
        QTimer.singleShot(round(self._seconds * 1_000), window, lambda: self._take(window))

    def _arrange(self, window: MainWindow) -> None:
        window.resize(*self._left[0].size)
        if self._demonstration and "chart" in window.panels:
            window.act("show_chart")

    def _take(self, window: MainWindow) -> None:
        shot = self._left.pop(0)
        if not window.pictures.save(shot.out):
            self.failed.append(shot)
        if not self._left:
            window.close_without_asking()
            return
        following = self._left[0]
        if following.workspace != shot.workspace:
            window.workspaces.show(open_workspace(following.workspace).workspace)
        self._arrange(window)
        QTimer.singleShot(round(_SETTLE_SECONDS * 1_000), window, lambda: self._take(window))


def take_pictures(
    choice: DeskChoice, shots: Sequence[Shot], seconds: float, display: Display, *, demonstration: bool
) -> list[Shot]:
    """Take pictures of built-in workspaces and return those that could not be written.

    Raises FailureError where there is no display, LayoutError for an unknown workspace.
    """
    first = OpenedWorkspace(open_workspace(shots[0].workspace).workspace)
    photographer = Photographer(shots, seconds, demonstration=demonstration)
    open_workstation(choice, shots[0].workspace, photographer.opened, first, display)
    return photographer.failed

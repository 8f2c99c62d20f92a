"""One start of the workstation, timed to the first frame in which the chain is alive."""

import json
import sys

import msgspec
from PySide6.QtCore import QObject, QTimer

from desktop.benchmark.start_up import Start
from desktop.bootstrap import open_workstation
from desktop.bridge import EngineBridge
from desktop.composition.clock import nanoseconds
from desktop.composition.desk import DeskChoice
from desktop.windows.main_window import MainWindow

_LOOK_MS = 5


class FirstFrame(QObject):
    """Waits until the window has painted a frame of a living engine, notes the moment and closes it.

    Attributes:
        seconds: From the command until then; None before.
    """

    def __init__(self, window: MainWindow, bridge: EngineBridge, asked_at: int) -> None:
        super().__init__(window)
        self._window, self._bridge, self._asked_at = window, bridge, asked_at
        self.seconds: float | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        # One whole frame, paint included, after the first status: then chain and charts show a market.
        if self._bridge.status is None or not self._window.clock.health().frames or not self._window.isVisible():
            return
        self._timer.stop()
        self.seconds = (nanoseconds() - self._asked_at) / 1e9
        self._window.close_without_asking()


def main() -> None:
    """Start as the first argument says, as JSON, and print the seconds as a line of JSON."""
    start = msgspec.json.decode(sys.argv[1], type=Start)
    seen: list[FirstFrame] = []
    open_workstation(
        DeskChoice(journal=start.journal),
        opened=lambda window, bridge: seen.append(FirstFrame(window, bridge, start.asked_at)),
    )
    sys.stdout.write(json.dumps({"seconds": seen[0].seconds}) + "\n")


if __name__ == "__main__":
    main()

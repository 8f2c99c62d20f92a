"""A long run of the workstation at ten times the pace of life, its memory noted now and then."""

import json
import os
import sys
from pathlib import Path

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer

from desktop.benchmark.load import Driver, desk_choice, portfolios_alive
from desktop.benchmark.memory import LongRun
from desktop.bootstrap import open_workstation
from desktop.bridge import EngineBridge
from desktop.composition.markets import MarketChoice
from desktop.windows.main_window import MainWindow
from engine.domain.instant import SECOND

_SAMPLES = 120
_SPEED = 10.0
_PORTFOLIOS_PER_SECOND = 0.02
"""One in a little over eight minutes of the market: a busy trader."""


class Watch(QObject):
    """Notes the memory of this process at even intervals, and closes the window at the end.

    Attributes:
        megabytes: What was noted.
    """

    def __init__(self, window: MainWindow, bridge: EngineBridge, seconds: float) -> None:
        super().__init__(window)
        self._window, self._left = window, _SAMPLES
        self._driver = Driver(bridge.submit, lambda: portfolios_alive(bridge), 0, _PORTFOLIOS_PER_SECOND)
        self._driver.start()
        self.megabytes: list[float] = []
        self._timer = QTimer(self, interval=max(1, round(seconds * 1_000 / _SAMPLES)))
        self._timer.timeout.connect(self._note)
        self._timer.start()

    def _note(self) -> None:
        self.megabytes.append(resident_megabytes())
        self._left -= 1
        if not self._left:
            self._timer.stop()
            self._driver.stop()
            self._window.close_without_asking()


def resident_megabytes() -> float:
    """Answer this process's memory; where the system does not tell the present one, the most it ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        import resource  # Windows has none of it.

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Run as the first argument says, as JSON, and print the samples as a line of JSON."""
    run = msgspec.json.decode(sys.argv[1], type=LongRun)
    watches: list[Watch] = []

    def opened(window: MainWindow, bridge: EngineBridge) -> None:
        window.keep_arrangement = False
        watches.append(Watch(window, bridge, run.seconds))

    choice = replace(desk_choice(Path(run.journal)), speed=_SPEED, market=MarketChoice(step=SECOND))
    open_workstation(choice, "multileg", opened)
    sys.stdout.write(json.dumps({"megabytes": watches[0].megabytes}) + "\n")


if __name__ == "__main__":
    main()

"""One way of running the desk, measured in a process of its own: ``python -m desktop.benchmark.way WAY …``."""

import json
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from desktop.benchmark.latencies import Latencies, tick_to_order_figures
from desktop.benchmark.load import Driver, desk_choice, portfolios_alive
from desktop.composition.desk import Desk, DeskChoice
from engine.domain.instant import Instant

_SETTLE_SECONDS = 3.0


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure. ``journal`` has the orders of the day so far, which goes on at ``begin``."""

    name: str
    journal: str
    begin: int
    first_portfolio: int
    seconds: float


def measure(way: Way) -> dict[str, Any]:
    """Answer the figures of one way: ``headless``, ``window``, ``process`` or ``per_tick``."""
    choice = desk_choice(Path(way.journal), Instant(way.begin))
    match way.name:
        case "headless":
            return _headless(choice, way)
        case "window" | "process":
            from desktop.benchmark.measured_window import measured_window

            choice = replace(choice, engine_process=way.name == "process")
            return measured_window(choice, Path(way.journal).parent, way.first_portfolio, way.seconds)
        case "per_tick":
            from desktop.benchmark.per_tick_window import per_tick_window

            return per_tick_window(choice, way.first_portfolio, way.seconds)
        case _:
            raise ValueError(f"there is no way {way.name}")


def _headless(choice: DeskChoice, way: Way) -> dict[str, Any]:
    desk, listener, pause = Desk(choice), Latencies(), threading.Event()
    try:
        desk.client.start(listener)
        driver = Driver(desk.client.submit, lambda: portfolios_alive(listener), way.first_portfolio)
        driver.start()
        pause.wait(_SETTLE_SECONDS)
        listener.found.clear()
        pause.wait(way.seconds)
        found = list(listener.found)
        driver.stop()
    finally:
        desk.close()
    rate = 0 if listener.status is None else listener.status.figures.quotes_per_second
    return {"tick_to_order": tick_to_order_figures(found), "quotes_per_second": rate}


def main() -> None:
    """Measure what the first argument says, as JSON, and print the figures as one line of JSON."""
    sys.stdout.write(json.dumps(measure(msgspec.json.decode(sys.argv[1], type=Way))) + "\n")


if __name__ == "__main__":
    main()

"""The benchmark of the window draws both ways and leaves nothing running."""

from typing import Any

from PySide6.QtWidgets import QApplication

from desktop.benchmark.painting import painting_benchmark


def test_both_ways_are_measured_at_a_rate(qapp: QApplication) -> None:
    figures: Any = painting_benchmark(rates=(1_000,), seconds=0.1)

    assert figures["rates"]["1000"]["frames_percent"] > 0
    assert figures["rates"]["1000"]["per_tick_percent"] > 0

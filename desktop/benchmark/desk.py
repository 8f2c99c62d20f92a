"""The desktop under load beside the same engine without a window, and beside a window with a signal per tick."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from desktop.benchmark.load import QUOTES_PER_SECOND, prepare
from desktop.benchmark.screen import screen
from desktop.benchmark.way import Way
from desktop.composition.failures import FailureError

ORDERS = 5_000
"""Rows in the order book."""

_WAYS = ("headless", "window", "process", "per_tick", "headless")
"""In this order; the ways without a window stand at both ends, so that a machine that grows busier shows."""

_FIRST_PORTFOLIO = 100_000
_MOST_SECONDS = 180.0


def desk_benchmark(seconds: float = 20.0, orders: int = ORDERS) -> dict[str, Any]:
    """Answer stalls and frames of the window, and tick to order of every way, under 20,000 quotes a second.

    Each way runs in a process of its own on a copy of the same journal with so many orders of the day. The peer is a
    window of QTableWidgets and plots that is told every tick by a signal. Raises FailureError where a way fails.
    """
    with tempfile.TemporaryDirectory(prefix="legwork-bench-") as scratch, screen() as environment:
        folder = Path(scratch)
        prepared = folder / "prepared"
        prepared.mkdir()
        begin = prepare(prepared / "journal.sqlite", orders)
        found: dict[str, list[dict[str, Any]]] = {}
        for turn, name in enumerate(_WAYS):
            place = folder / f"{turn}-{name}"
            shutil.copytree(prepared, place)
            way = Way(
                name=name,
                journal=str(place / "journal.sqlite"),
                begin=begin,
                first_portfolio=_FIRST_PORTFOLIO,
                seconds=seconds,
            )
            found.setdefault(name, []).append(run_way(way, environment, place))
    headless, window = _calmest(found["headless"]), found["window"][0]
    ours, alone = window["tick_to_order"], headless["tick_to_order"]
    return {
        "quotes_per_second_wanted": QUOTES_PER_SECOND,
        "seconds": seconds,
        "peer": "QTableWidgets and plots with a signal per tick and order",
        "headless": headless,
        "window": window,
        "process": found["process"][0],
        "per_tick": found["per_tick"][0],
        "p50_ratio_to_headless": round(ours["p50_us"] / max(1, alone["p50_us"]), 2),
    }


def _calmest(turns: list[dict[str, Any]]) -> dict[str, Any]:
    return min(turns, key=lambda figures: figures["tick_to_order"]["p50_us"])


def run_way(way: msgspec.Struct, environment: Mapping[str, str], home: Path, module: str = "way") -> dict[str, Any]:
    """Measure one way in a process of its own and answer its figures; ``home`` stands in for the trader's folder.

    Raises FailureError with the end of what it said where it failed, or where it did not end.
    """
    argument = msgspec.json.encode(way).decode()
    patience = _MOST_SECONDS + float(getattr(way, "seconds", 0))
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"desktop.benchmark.{module}", argument],
            capture_output=True,
            text=True,
            timeout=patience,
            env={**environment, "LEGWORK_HOME": str(home / "home"), "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FailureError(
            f"a way of the desktop benchmark did not end in {patience:.0f} s; close what strains this machine, and try "
            "again"
        ) from error
    if done.returncode:
        raise FailureError(f"a way of the desktop benchmark failed: {done.stderr.strip()[-600:]}")
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures

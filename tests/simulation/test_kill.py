"""A run that is killed at any moment and started again with the same arguments loses nothing and doubles nothing."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from desktop.composition.journals import JournalError, open_for_reading

ROOT = Path(__file__).resolve().parents[2]
KILLS = 6
LEGS = ("09:17:00", "09:18:00", "09:20:00", "09:22:00", "09:24:00")

PORTFOLIO = """
schema = 1
name = "At {start}"
after_restart = "finish"
schedule = {{ start = {start}, end = 09:40:00, square_off = 09:42:00 }}
[[legs]]
side = "BUY"
kind = "CE"
strike = {{ type = "atm", steps = 8 }}
[[legs]]
kind = "CE"
stop_loss = {{ distance = "4" }}
[[legs]]
kind = "PE"
stop_loss = {{ distance = "4" }}
"""


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _facts(journal: Path) -> int:
    try:
        with open_for_reading(str(journal)) as reader:
            return reader.count()
    except JournalError:
        return 0


def _killed_after(command: list[str], journal: Path, facts: int) -> bytes | None:
    """Kill the run once its journal holds so many facts; its output where it was faster."""
    child = _start(command)
    try:
        while _facts(journal) < facts:
            try:
                said, complained = child.communicate(timeout=0.02)
            except subprocess.TimeoutExpired:
                continue
            assert child.returncode == 0, complained.decode()
            return said
    finally:
        child.kill()
        child.communicate()
    return None


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_run_killed_again_and_again_ends_flat_with_nothing_lost_or_doubled(tmp_path: Path) -> None:
    dice = np.random.default_rng(20_260_819)
    journal = tmp_path / "journal.sqlite"
    files = []
    for start in LEGS:
        files.append(tmp_path / f"{start[:5].replace(':', '')}.toml")
        files[-1].write_text(PORTFOLIO.format(start=start), encoding="utf-8")
    command = [sys.executable, "-m", "desktop", "run", "--headless", "--json", "--until", "2026-08-19T09:45"]
    command += [*(f"--portfolio={file}" for file in files), f"--journal={journal}", "--speed=400"]

    said = None
    for _ in range(KILLS):
        said = said or _killed_after(command, journal, _facts(journal) + int(dice.integers(3, 25)))
    said = said or _start([*command[:-1], "--speed=max"]).communicate(timeout=120)[0]

    document = json.loads(said)
    assert [portfolio["state"] for portfolio in document["portfolios"]] == ["COMPLETED"] * len(LEGS)
    held, ours = _journal_orders(journal)
    theirs = _exchange_orders(journal.with_name(f"{journal.name}.paper"))
    # A request on its way when the process dies may never arrive: then the journal knows it and the exchange does not.
    assert {order: filled for order, filled in ours.items() if filled or order in theirs} == theirs
    assert set(held.values()) == {0}


def _journal_orders(journal: Path) -> tuple[Counter[str], dict[str, int]]:
    """Net quantity of each contract, and filled quantity of each order that left, by what the journal says."""
    held: Counter[str] = Counter()
    filled: dict[str, int] = {}
    terms: dict[str, tuple[str, int]] = {}
    with open_for_reading(str(journal)) as reader:
        assert reader.verify().is_sound
        for entry in reader.entries():
            fact = json.loads(entry.body)
            match entry.kind:
                case "order_requested":
                    assert fact["order_id"] not in terms
                    terms[fact["order_id"]] = (fact["instrument"], 1 if fact["side"] == "BUY" else -1)
                case "order_moved" if fact["status"] == "SENT":
                    filled.setdefault(fact["order_id"], 0)
                case "order_filled":
                    instrument, sign = terms[fact["order_id"]]
                    filled[fact["order_id"]] = filled.get(fact["order_id"], 0) + fact["quantity"]
                    held[instrument] += sign * fact["quantity"]
    return held, filled


def _exchange_orders(books: Path) -> dict[str, int]:
    """Filled quantity of each order by what the paper exchange's own books say."""
    filled: dict[str, int] = {}
    for line in books.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line.partition(" ")[2])
        if entry["type"] == "order":
            order = entry["order"]
            filled[order["order_id"]] = order["filled"]
    return filled

"""Portfolios replayed on real recorded days: legs fill, stops fire, everything is flat, the same every time."""

from pathlib import Path
from typing import Any

import pytest

from tests.simulation.headless_runs import document_of

STRADDLE = """
schema = 1
name = "Replay straddle"
schedule = {{ start = {start}, end = {end}, square_off = {square_off} }}
stop = {{ type = "loss", amount = "9000" }}
move_to_cost = {{ }}
[[legs]]
side = "BUY"
kind = "PE"
strike = {{ type = "atm", steps = -10 }}
[[legs]]
side = "BUY"
kind = "CE"
strike = {{ type = "atm", steps = 10 }}
[[legs]]
kind = "CE"
stop_loss = {{ distance = "25" }}
[[legs]]
kind = "PE"
stop_loss = {{ distance = "25" }}
"""

EXPIRY_DAYS = ("2019-05-30", "2019-07-25", "2019-08-29")
STOPS = {"LEG_SL", "LEG_COST"}


def _portfolio(folder: Path, start: str, end: str, square_off: str) -> Path:
    path = folder / "straddle.toml"
    path.write_text(STRADDLE.format(start=start, end=end, square_off=square_off), encoding="utf-8")
    return path


def _replayed(recording: Path, folder: Path, day: str) -> dict[str, Any]:
    portfolio = _portfolio(folder, "09:20:00", "15:00:00", "15:10:00")
    times = ("--from", f"{day}T09:15", "--until", f"{day}T15:30")
    return document_of("--market", recording, "--portfolio", portfolio, *times)


@pytest.mark.parametrize("day", EXPIRY_DAYS)
def test_a_real_expiry_day_fills_every_leg_and_ends_flat(real_chain: Path, tmp_path: Path, day: str) -> None:
    document = _replayed(real_chain, tmp_path, day)

    (portfolio,) = document["portfolios"]
    assert portfolio["state"] == "COMPLETED"
    assert [leg["quantity"] for leg in portfolio["legs"]] == [75] * 4
    assert all(leg["entry_price"] and leg["exit_price"] for leg in portfolio["legs"])
    assert document["market"]["from"] == f"{day}T09:15:00+05:30"


def test_a_stop_fires_on_real_expiry_days(real_chain: Path, tmp_path: Path) -> None:
    reasons = {
        leg["exit_reason"]
        for day in EXPIRY_DAYS
        for leg in _replayed(real_chain, tmp_path, day)["portfolios"][0]["legs"]
    }

    assert "LEG_SL" in reasons
    assert reasons <= STOPS | {"TIME"}


def test_a_replay_of_a_real_day_is_the_same_every_time(real_chain: Path, tmp_path: Path) -> None:
    first, second = (_replayed(real_chain, tmp_path, EXPIRY_DAYS[0]) for _ in range(2))

    assert first == second


def test_the_real_minutes_of_2026_fill_and_square_off_on_time(real_minutes: Path, tmp_path: Path) -> None:
    portfolio = _portfolio(tmp_path, "11:30:00", "12:00:00", "13:05:00")

    first, second = (document_of("--market", real_minutes, "--portfolio", portfolio) for _ in range(2))

    (straddle,) = first["portfolios"]
    assert first == second
    assert straddle["state"] == "COMPLETED"
    assert [leg["exit_reason"] for leg in straddle["legs"]] == ["TIME"] * 4
    assert {leg["exit_time"][:16] for leg in straddle["legs"]} == {"2026-08-19T13:05"}


def test_a_start_before_the_first_record_enters_at_the_first_usable_quote(real_minutes: Path, tmp_path: Path) -> None:
    portfolio = _portfolio(tmp_path, "09:20:00", "12:00:00", "13:05:00")

    (straddle,) = document_of("--market", real_minutes, "--portfolio", portfolio)["portfolios"]

    assert {leg["entry_time"][:16] for leg in straddle["legs"]} == {"2026-08-19T11:27"}

"""A headless run is the same every time, on any journal, and tells a person and a machine what came of it."""

import json
import subprocess
import sys
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from desktop.commands.reading import demonstration
from desktop.composition.headless import HeadlessRun, play
from desktop.composition.journals import open_for_reading
from desktop.composition.markets import DEMONSTRATION_DAY, MarketChoice
from engine.domain.instant import SECOND, ist_instant
from engine.runtime.engine_journal import EngineJournal
from engine.runtime.journal.memory import MemoryJournal
from tests.simulation.headless_runs import MORNING, document_of, run_headless

ROOT = Path(__file__).resolve().parents[2]


def test_two_runs_in_two_processes_are_byte_equal() -> None:
    command = [sys.executable, "-m", "desktop", "run", "--headless", "--json", *MORNING]

    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout for _ in range(2))

    assert first == second
    assert len(json.loads(first)["journal_sha256"]) == 64


def test_another_seed_is_another_day() -> None:
    one, other = (document_of(*MORNING, "--seed", seed)["journal_sha256"] for seed in (1, 2))

    assert one != other


def test_a_journal_on_disk_has_the_same_head_as_one_in_memory(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"

    in_memory, on_disk = document_of(*MORNING), document_of(*MORNING, "--journal", place)

    assert on_disk == in_memory
    with open_for_reading(str(place)) as reader:
        assert reader.head() == in_memory["journal_sha256"]
        assert reader.verify().is_sound


@pytest.fixture(scope="module")
def whole_day() -> dict[str, Any]:
    return document_of()


def test_the_demonstration_day_ends_flat_with_every_leg_closed_for_a_reason(whole_day: dict[str, Any]) -> None:
    (portfolio,) = whole_day["portfolios"]

    assert (portfolio["state"], portfolio["exit_detail"]) == ("COMPLETED", "square-off time 15:15:00")
    assert [leg["side"] for leg in portfolio["legs"]] == ["BUY", "BUY", "SELL", "SELL"]
    assert all(leg["exit_time"] and leg["exit_price"] and leg["exit_reason"] for leg in portfolio["legs"])
    assert whole_day["market"]["notes"] == []
    assert whole_day["orders"] == whole_day["trades"] == 8


def test_what_the_legs_say_adds_up_to_the_realised_profit(whole_day: dict[str, Any]) -> None:
    (portfolio,) = whole_day["portfolios"]

    signs = {"BUY": 1, "SELL": -1}
    gains = [
        signs[leg["side"]] * leg["quantity"] * (Decimal(leg["exit_price"]) - Decimal(leg["entry_price"]))
        for leg in portfolio["legs"]
    ]
    assert sum(gains) == Decimal(portfolio["realised_pnl"])


def test_data_that_ends_early_leaves_the_portfolio_in_its_state_and_says_so() -> None:
    document = document_of(*MORNING)

    assert document["portfolios"][0]["state"] == "RUNNING"
    assert document["portfolios"][0]["legs"][0]["exit_time"] is None
    assert document["market"]["notes"] == [
        "Demonstration is RUNNING: the data ends at 2026-08-19T09:45:00+05:30, before it is done"
    ]


def test_a_finished_day_goes_on_where_the_journal_ends_and_begins_nothing_twice(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    half = document_of(*MORNING, "--journal", place)

    whole = document_of("--until", "2026-08-19T10:00:00", "--journal", place)

    assert len(whole["portfolios"]) == 1
    assert whole["orders"] == half["orders"]
    assert whole["portfolios"][0]["legs"] == half["portfolios"][0]["legs"]


def test_a_journal_that_goes_further_than_from_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    document_of(*MORNING, "--journal", place)

    status, said, complained = run_headless("--journal", place, "--from", "2026-08-19T09:15")

    assert (status, said) == (2, "")
    assert "--from 2026-08-19T09:15:00+05:30 is earlier" in complained


def test_the_table_fits_a_hundred_columns_and_cuts_no_symbol() -> None:
    status, said, _ = run_headless(*MORNING)

    assert status == 0
    assert "NFO:NIFTY26AUG24000CE" in said
    assert "…" not in said
    assert max(len(line) for line in said.splitlines()) <= 100


EARLY = """
schema = 1
name = "Early"
schedule = { start = 09:16:00, end = 09:17:00, square_off = 09:18:00 }
[[legs]]
side = "BUY"
kind = "CE"
"""


def test_a_portfolio_that_is_done_is_not_begun_again_on_the_same_day(tmp_path: Path) -> None:
    place, portfolio = tmp_path / "journal.sqlite", tmp_path / "early.toml"
    portfolio.write_text(EARLY, encoding="utf-8")
    words = ("--portfolio", portfolio, "--journal", place)
    done = document_of(*words, "--until", "2026-08-19T09:20")

    again = document_of(*words, "--until", "2026-08-19T09:25")

    assert [one["state"] for one in done["portfolios"]] == ["COMPLETED"]
    assert again["portfolios"] == done["portfolios"]
    assert again["orders"] == done["orders"] == 2


GAP = """
schema = 1
name = "Gap"
schedule = {{ start = 09:16:00, end = 09:17:00, square_off = 09:18:00 }}
extra_conditions = {{ gap_up = {{ low = "{0}", high = "{1}" }}, gap_down = {{ low = "{0}", high = "{1}" }} }}
[[legs]]
side = "BUY"
kind = "CE"
"""


@pytest.mark.parametrize(("bounds", "orders"), [(("0", "5"), 2), (("5", "9"), 0)], ids=["lets in", "keeps out"])
def test_a_gap_is_tested_on_the_first_day_of_the_simulated_market(
    tmp_path: Path, bounds: tuple[str, str], orders: int
) -> None:
    portfolio = tmp_path / "gap.toml"
    portfolio.write_text(GAP.format(*bounds), encoding="utf-8")

    done = document_of("--portfolio", portfolio, "--until", "2026-08-19T09:20")

    assert done["orders"] == orders


class DiskUsage(NamedTuple):
    """What shutil says of a disk, in bytes."""

    total: int
    used: int
    free: int


def test_a_journal_that_fills_is_the_trouble_of_the_run_and_its_first_note() -> None:
    full = EngineJournal(MemoryJournal(room=6, reserve=10_000), None)
    market = MarketChoice(until=ist_instant(DEMONSTRATION_DAY, time(9, 30)), underlyings=("NIFTY",), step=SECOND)

    report = play(HeadlessRun(market=market, portfolios=(demonstration(),)), open_journal=lambda _address: full)

    assert report.trouble is not None
    assert report.trouble.startswith("The journal failed during the run, and nothing new was opened meanwhile: ")
    assert report.document["market"]["notes"][0] == report.trouble
    assert report.document["denials"] > 0
    assert report.document["trades"] == 0


def test_a_disk_without_room_is_loud_and_status_one_after_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: DiskUsage(total=10**9, used=10**9, free=10**6))
    words = ("--journal", tmp_path / "journal.sqlite", "--json")

    first, again = (run_headless("--until", f"2026-08-19T09:{end}", *words) for end in (25, 30))

    for (status, said, complained), sentence in ((first, "Only 1 MB are free"), (again, "failed in an earlier run")):
        document = json.loads(said)
        assert status == 1
        assert sentence in complained
        assert document["market"]["notes"][0] in complained
        assert document["orders"] == 0

"""What the named scenarios and scenario files do to the simulated market."""

from pathlib import Path

import numpy as np
import pytest

from brokers.simulated.market import SimulatedMarket
from brokers.simulated.named_scenarios import NAMED_SCENARIOS, scenario_of
from brokers.simulated.scenario import (
    ContractPick,
    FeedGap,
    FreakPrint,
    Halt,
    Scenario,
    ScenarioError,
    scenario_from_toml,
)
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.quote import QuoteColumn
from tests.unit.brokers.simulated_world import at, board_after, market

HALF_PAST_TEN = at(10, 30)


def spots(simulated: SimulatedMarket, until: Instant) -> np.ndarray:
    last = []
    for frame in simulated.frames(until):
        (found,) = np.nonzero(frame.rows == 0)
        if len(found):
            last.append(frame.values[found[0], QuoteColumn.LAST_PRICE])
    return np.array(last) / 10_000


def volatility_index(simulated: SimulatedMarket, until: Instant) -> int:
    board = board_after(simulated, until)
    return board.number(simulated.master.row(simulated.master.instruments[-1].id), QuoteColumn.LAST_PRICE)


@pytest.mark.parametrize(("name", "least", "most"), [("trend-up", 0.01, 0.026), ("trend-down", -0.028, -0.012)])
def test_a_trend_carries_the_spot(name: str, least: float, most: float) -> None:
    calm = spots(market(), at(15, 30))
    trending = spots(market(scenario=scenario_of(name)), at(15, 30))

    carried = trending[-1] / calm[-1] - 1

    assert least < carried < most


@pytest.mark.parametrize(("name", "gap"), [("gap-up", 1.012), ("gap-down", 0.986)])
def test_a_gap_moves_the_open(name: str, gap: float) -> None:
    calm = spots(market(), at(9, 15))
    gapped = spots(market(scenario=scenario_of(name)), at(9, 15))

    assert gapped[0] / calm[0] == pytest.approx(gap, abs=1e-4)


def test_a_crash_takes_five_percent_and_lifts_volatility() -> None:
    crash = scenario_of("crash")

    fallen = spots(market(scenario=crash), at(10, 0))
    quiet = volatility_index(market(), at(10, 0))
    afraid = volatility_index(market(scenario=crash), at(10, 0))

    assert fallen[-1] / fallen[0] < 0.97
    assert afraid > 1.5 * quiet


def test_a_burst_moves_the_spot_more_and_makes_options_dearer() -> None:
    burst = scenario_of("volatility-burst")
    until = at(10, 29)

    calm_moves = np.diff(np.log(spots(market(), until)))[60:]
    wild_moves = np.diff(np.log(spots(market(scenario=burst), until)))[60:]

    assert np.std(wild_moves) > 2 * np.std(calm_moves)
    assert volatility_index(market(scenario=burst), until) > 1.15 * volatility_index(market(), until)


def test_a_halt_stops_quotes_and_trades_for_its_minutes() -> None:
    simulated = market(scenario=scenario_of("halt"))

    stamps = [frame.at for frame in simulated.frames(HALF_PAST_TEN)]

    gaps = np.diff(stamps)
    assert gaps.max() == 15 * MINUTE + 30 * SECOND
    assert stamps[int(np.argmax(gaps))] == at(9, 35) - 30 * SECOND
    assert np.sum(gaps > 30 * SECOND) == 1


def test_volume_stands_still_in_a_halt_and_runs_on_in_a_feed_gap() -> None:
    halt = Scenario(name="halt", events=(Halt(after_minutes=5, minutes=10),))
    gap = Scenario(name="gap", events=(FeedGap(after_minutes=5, minutes=10),))

    volumes = []
    for scenario in (halt, gap):
        simulated = market(scenario=scenario)
        before = board_after(simulated, at(9, 20)).values[:, QuoteColumn.VOLUME]
        after = board_after(simulated, at(9, 31)).values[:, QuoteColumn.VOLUME]
        volumes.append(int(np.sum(after - before)))

    assert volumes[1] > 2 * volumes[0]


def test_one_stale_contract_is_silent_while_the_others_move() -> None:
    stale = Scenario(name="stale", events=(FeedGap(after_minutes=5, minutes=10, contract=ContractPick()),))
    simulated = market(scenario=stale)
    for _ in simulated.frames(Instant(at(9, 20) - 1)):
        pass

    seen = {row for frame in simulated.frames(Instant(at(9, 30) - 1)) for row in frame.rows.tolist()}

    silent = [simulated.master.instruments[row] for row in range(len(simulated.master)) if row not in seen]
    assert len(silent) == 1
    assert silent[0].kind.value == "CE"


def quotes_by_time(simulated: SimulatedMarket, until: Instant) -> dict[Instant, dict[int, list[int]]]:
    return {
        frame.at: dict(zip(frame.rows.tolist(), frame.values.tolist(), strict=True))
        for frame in simulated.frames(until)
    }


@pytest.mark.parametrize(("factor", "least"), [(3.4, 3.0), (None, 20.0)])
def test_a_freak_print_lasts_for_one_frame(factor: float | None, least: float) -> None:
    freak = Scenario(name="freak", events=(FreakPrint(after_minutes=5, factor=factor),))

    wrong = quotes_by_time(market(scenario=freak), at(9, 25))
    right = quotes_by_time(market(), at(9, 25))

    (row,) = (row for row, quote in wrong[at(9, 20)].items() if quote != right[at(9, 20)].get(row))
    printed, restored = wrong[at(9, 20)][row], wrong[Instant(at(9, 20) + 30 * SECOND)][row]
    assert printed[QuoteColumn.LAST_PRICE] > least * restored[QuoteColumn.LAST_PRICE]
    assert printed[QuoteColumn.BID] < restored[QuoteColumn.LAST_PRICE] * 1.2
    assert all(wrong[stamp] == right[stamp] for stamp in right if not at(9, 20) <= stamp <= at(9, 21))


def test_a_whipsaw_goes_both_ways_and_returns() -> None:
    calm = spots(market(), at(12, 0))
    swung = spots(market(scenario=scenario_of("whipsaw")), at(12, 0))

    assert swung[30:270].max() > calm[30:270].max() * 1.003
    assert swung[30:270].min() < calm[30:270].min() * 0.997


def test_a_pinned_spot_stays_at_a_strike() -> None:
    path = spots(market(scenario=scenario_of("pin"), step=60 * SECOND), at(15, 0))

    late = path[90:]
    strike = round(float(np.median(late)) / 50) * 50
    assert np.abs(late - strike).max() < 12


def test_scenarios_start_by_the_market_s_own_time_wherever_it_starts() -> None:
    simulated = market(at(14, 0), scenario=scenario_of("halt"))

    stamps = [frame.at for frame in simulated.frames(at(14, 50))]

    assert np.diff(stamps).max() == 15 * MINUTE + 30 * SECOND


def test_minutes_of_trading_run_on_into_the_next_day() -> None:
    simulated = market(at(15, 30), scenario=Scenario(name="late", events=(Halt(after_minutes=20, minutes=5),)))

    stamps = [frame.at for frame in simulated.frames(Instant(at(9, 40) + 24 * 60 * MINUTE))]

    silent_from = stamps[int(np.argmax(np.diff(stamps)[21:])) + 21]
    assert silent_from == at(9, 25) + 24 * 60 * MINUTE - 30 * SECOND


def test_a_scenario_file_is_read_with_its_times(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\n[[events]]\nevent = "halt"\nat = 09:25:00\nminutes = 3\n', encoding="utf-8")

    simulated = market(scenario=scenario_of(str(file)))

    stamps = [frame.at for frame in simulated.frames(at(9, 40))]
    assert stamps[int(np.argmax(np.diff(stamps)))] == at(9, 25) - 30 * SECOND


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "not valid TOML"),
        ("name = 3", "Expected `str`"),
        ('name = "x"\nlots = 1', "unknown field `lots`"),
        ('name = "x"\n[[events]]\nevent = "flood"\nat = 10:00:00', "flood"),
        ('name = "x"\n[[events]]\nevent = "halt"\nminutes = 3', "either `at`"),
        ('name = "x"\n[[events]]\nevent = "halt"\nat = 10:00:00\nafter_minutes = 1', "not both"),
        ('name = "x"\n[[events]]\nevent = "move"\nat = 10:00:00\npercent = 900', "<= 100"),
        ('name = "x"\n[[events]]\nevent = "move"\nat = 10:00:00\npercent = nan', "percent"),
        ('name = "x"\n[[events]]\nevent = "move"\nat = 10:00:00\npercent = 1\nunderlyings = ["DOW"]', "DOW"),
        ("a = " + "[" * 3000 + "]" * 3000, "the scenario"),
    ],
)
def test_a_broken_scenario_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        scenario_from_toml(text)


def test_an_unknown_scenario_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="choose from calm, trend-up"):
        scenario_of("boom")
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenario_of(str(tmp_path / "absent.toml"))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="UTF-8"):
        scenario_of(str(binary))


@pytest.mark.parametrize("name", NAMED_SCENARIOS)
def test_every_named_scenario_runs(name: str) -> None:
    simulated = market(scenario=scenario_of(name), step=120 * SECOND, strikes_each_side=3)

    frames = list(simulated.frames(at(12, 0)))

    assert len(frames) > 60

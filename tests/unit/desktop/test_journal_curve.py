"""`legwork journal curve`: what a portfolio made over time, read from beside the journal."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desktop.commands.journal import app
from desktop.composition.curves import curve_file, curves_of
from desktop.composition.headless import HeadlessRun, play
from desktop.composition.markets import MarketChoice
from engine.domain.instant import SECOND
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import dump, load
from tests.helpers.simulated_desk import at, portfolio


def curve(*words: object) -> Result:
    return CliRunner().invoke(app, ["curve", *map(str, words)])


def played(journal: Path, every: int | None = 5) -> Path:
    """A journal of the hedged straddle from its entry to a quarter of an hour later."""
    declared = load({**dump(portfolio()), "monitoring": {"curve_every": every}}, MultilegPortfolio)
    market = MarketChoice(begin=at(9, 19, 50), until=at(9, 35), underlyings=("NIFTY",), expiries=1, step=5 * SECOND)
    play(HeadlessRun(market=market, portfolios=(declared,), journal=str(journal)))
    return journal


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("curves") / "run.sqlite")


def test_peak_trough_and_drawdown_are_those_of_the_samples(journal: Path) -> None:
    (found,) = json.loads(curve("Straddle", journal, "--json").stdout)["curves"]

    profits = [Decimal(profit) for _, profit in found["samples"]]
    assert len(profits) > 100
    assert Decimal(found["peak"]) == max(0, *profits)
    assert Decimal(found["trough"]) == min(0, *profits)
    highest = [max(0, *profits[: number + 1]) for number in range(len(profits))]
    assert Decimal(found["drawdown"]) == max(high - now for high, now in zip(highest, profits, strict=True))
    assert [leg["leg"] for leg in found["legs"]] == [1, 2, 3, 4]


def test_people_are_shown_figures_legs_and_some_points(journal: Path) -> None:
    lines = curve("P1", journal, "--points", 5).stdout.splitlines()

    assert lines[0].startswith("P1, execution 1: ")
    assert [line.split()[0] for line in lines[1:5]] == ["at", "peak", "trough", "max"]
    assert len([line for line in lines if line.startswith("  leg ")]) == 4
    assert len([line for line in lines if line.startswith("  09:")]) == 5


def test_an_unknown_portfolio_is_named_with_those_that_are_there(journal: Path) -> None:
    found = curve("Straddel", journal)

    assert found.exit_code == 2
    assert "there are Straddle" in found.stderr


def test_a_portfolio_without_a_curve_says_why(tmp_path: Path) -> None:
    place = played(tmp_path / "run.sqlite", every=None)

    found = curve("Straddle", place)

    assert found.exit_code == 2
    assert "its Monitoring says that no curve is kept" in found.stderr


def test_a_damaged_file_of_curves_is_a_sentence_and_no_run_depends_on_it(tmp_path: Path) -> None:
    place = tmp_path / "run.sqlite"
    curve_file(str(place)).write_bytes(b"no curves " * 500)

    played(place)
    found = curve("Straddle", place)

    assert found.exit_code == 1
    assert "move the file aside" in found.stderr


def test_a_second_session_adds_to_the_curve_of_the_first(tmp_path: Path) -> None:
    place = played(tmp_path / "run.sqlite")
    (before,) = curves_of(str(place), ["P1"])
    market = MarketChoice(begin=at(9, 35), until=at(9, 45), underlyings=("NIFTY",), expiries=1, step=5 * SECOND)

    play(HeadlessRun(market=market, portfolios=(), journal=str(place)))
    (after,) = curves_of(str(place), ["P1"])

    assert list(after.at)[: len(before.at)] == list(before.at)
    assert len(after.at) > len(before.at) + 50
    assert after.at[-1] > at(9, 44)

"""`legwork journal statistics`: the figures of the trade history, from a journal alone."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desktop.commands.journal import app
from desktop.composition.headless import HeadlessRun, play
from desktop.composition.journals import JournalEntry, open_journal
from desktop.composition.markets import MarketChoice
from engine.domain.instant import SECOND, Instant
from tests.helpers.simulated_desk import at, portfolio


def statistics(*words: object) -> Result:
    return CliRunner().invoke(app, ["statistics", *map(str, words)])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A journal of a whole day of the hedged straddle, and the report of that run."""
    place = tmp_path_factory.mktemp("trades") / "run.sqlite"
    market = MarketChoice(begin=at(9, 19, 50), until=at(15, 25), underlyings=("NIFTY",), expiries=1, step=30 * SECOND)
    report = play(HeadlessRun(market=market, portfolios=(portfolio(),), journal=str(place)))
    return place, report.document


def test_the_figures_are_those_of_the_runs_own_report(run: tuple[Path, dict[str, object]]) -> None:
    journal, report = run
    (held,) = report["portfolios"]  # type: ignore[misc]

    found = json.loads(statistics(journal, "--json").stdout)

    figures = found["statistics"]
    assert len(found["trades"]) == figures["trades"] == len(held["legs"])
    assert Decimal(figures["gross"]) == Decimal(held["realised_pnl"])
    assert Decimal(figures["charges"]) == pytest.approx(Decimal(held["charges"]), abs=Decimal("0.01"))
    assert Decimal(figures["net"]) == Decimal(figures["gross"]) - Decimal(figures["charges"])
    assert {trade["symbol"] for trade in found["trades"]} == {leg["symbol"] for leg in held["legs"]}
    for sums in ("days", "weekdays", "hours", "reasons"):
        assert sum(Decimal(one["net"]) for one in figures[sums]) == Decimal(figures["net"])


def test_people_are_shown_the_figures_and_the_sums_they_ask_for(run: tuple[Path, dict[str, object]]) -> None:
    lines = statistics(run[0], "--by", "reason").stdout.splitlines()

    assert lines[0].startswith("4 trades, ")
    assert any(line.split()[:2] == ["max", "drawdown"] for line in lines)
    assert any(line.split()[0] == "reason" for line in lines if line.strip())


@pytest.mark.parametrize(
    ("words", "trades"),
    [
        (("--portfolio", "Straddle"), 4),
        (("--account", "PAPER", "--tag", "Default"), 4),
        (("--account", "OTHER"), 0),
        (("--from", "2026-08-20"), 0),
        (("--until", "2026-08-19", "--from", "2026-08-19"), 4),
    ],
)
def test_trades_are_chosen_by_what_they_belong_to(
    run: tuple[Path, dict[str, object]], words: tuple[str, ...], trades: int
) -> None:
    assert json.loads(statistics(run[0], "--json", *words).stdout)["statistics"]["trades"] == trades


def test_a_date_that_is_none_is_refused_with_an_example(run: tuple[Path, dict[str, object]]) -> None:
    found = statistics(run[0], "--from", "19/08/2026")

    assert found.exit_code == 2
    assert "write it like 2026-08-19" in found.stderr


def test_a_fact_of_a_newer_program_is_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    with open_journal(str(place)) as journal:
        journal.append([JournalEntry(Instant(1), "of_tomorrow", b'{"type":"of_tomorrow","at":1}')])

    found = statistics(place)

    assert found.exit_code == 1
    assert "Fact 1 of the journal cannot be read" in found.stderr

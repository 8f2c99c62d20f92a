"""Profits are noted every few seconds, kept beside the journal, and outlive a kill of the process."""

import itertools
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from engine.core.readings import market_data
from engine.domain.commands import SquareOffPortfolio
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Money
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.profit_curve import LegExtremes, Noted, ProfitSample
from engine.runtime.curve_store import CurveFile, CurveFileError, read_curves
from engine.runtime.curve_writer import CurveBook, CurveWriter
from engine.runtime.run import SimulatedRun
from engine.schema.load import dump, load
from tests.helpers.simulated_desk import at, facts_of, portfolio, run_until, simulated_run

P1 = PortfolioId("P1")


def watched(
    until: Instant, *, every: int | None = 5, run: SimulatedRun | None = None
) -> tuple[SimulatedRun, list[Noted]]:
    """A straddle's run until some time, and what was noted of it."""
    declared = load({**dump(portfolio()), "monitoring": {"curve_every": every}}, MultilegPortfolio)
    run = run or simulated_run(step=SECOND, portfolios=(declared,), start=at(9, 19, 50))
    noted: list[Noted] = []
    run.keep_profits(noted.append)
    run_until(run, until)
    return run, noted


def samples_of(noted: list[Noted]) -> list[ProfitSample]:
    return [sample for one in noted for sample in one.samples]


def sample(second: int, profit: int, portfolio_id: PortfolioId = P1, execution: int = 1) -> ProfitSample:
    return ProfitSample(portfolio_id, execution, Instant(second * SECOND), Money(profit))


def extremes(best: int, worst: int, second: int) -> LegExtremes:
    return LegExtremes(P1, LegId(1), Money(best), Instant(second * SECOND), Money(worst), Instant(second * SECOND))


def test_the_profit_is_noted_on_the_declared_grid_from_the_first_fill_on() -> None:
    run, noted = watched(at(9, 22))
    samples = samples_of(noted)

    assert samples[0].at > at(9, 20)
    assert {one.at % (5 * SECOND) for one in samples[1:]} == {0}
    assert {later.at - before.at for before, later in itertools.pairwise(samples[1:])} == {5 * SECOND}
    assert samples[-1].profit == market_data.profit(run.state, run.state.books.portfolios[P1])


def test_a_portfolio_that_wants_no_curve_has_none() -> None:
    _, noted = watched(at(9, 22), every=None)

    assert noted == []


def test_noting_decides_nothing() -> None:
    declared = load({**dump(portfolio()), "monitoring": {"curve_every": 5}}, MultilegPortfolio)
    without = simulated_run(step=SECOND, portfolios=(declared,), start=at(9, 19, 50))
    run_until(without, at(9, 25))

    run, _ = watched(at(9, 25))

    assert facts_of(run) == facts_of(without)


def test_the_last_sample_is_what_the_execution_came_to_and_none_follows() -> None:
    run, noted = watched(at(9, 22), every=600)
    run.submit(lambda now: SquareOffPortfolio(at=now, portfolio_id=P1))
    run_until(run, at(9, 23))
    held = run.state.books.portfolios[P1]

    samples = samples_of(noted)

    assert samples[-1].profit == sum(leg.cash for leg in held.legs)
    assert samples[-1].at - (held.closed_at or 0) <= SECOND


def test_legs_are_told_when_they_go_beyond_what_they_had_come_to() -> None:
    _, noted = watched(at(9, 40))
    book = CurveBook()
    for one in noted:
        book.take(one)

    curve = book.curve(P1, 1)
    assert curve is not None
    told = [leg for one in noted for leg in one.legs if leg.leg_id == 3]
    assert [leg.leg_id for leg in curve.legs] == [1, 2, 3, 4]
    assert all(later.best >= before.best and later.worst <= before.worst for before, later in itertools.pairwise(told))
    assert all(leg.worst <= 0 <= leg.best for leg in curve.legs)
    assert curve.legs[2] == told[-1]


def test_what_is_kept_is_read_again_and_extremes_of_two_sessions_are_merged(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite.curves"
    file = CurveFile(path, "one")
    file.append([Noted((sample(1, 100), sample(6, -50)), (extremes(100, -50, 6),))])
    file.close()
    file = CurveFile(path, "one")
    file.append([Noted((sample(11, 20), sample(12, 7, execution=2)), (extremes(20, -80, 11),))])
    file.close()

    first, second = read_curves(path, [P1])

    assert (first.execution, list(first.at), list(first.profit)) == (
        1, [1 * SECOND, 6 * SECOND, 11 * SECOND], [100, -50, 20],
    )  # fmt: skip
    assert (second.execution, list(second.profit)) == (2, [7])
    assert first.legs == (LegExtremes(P1, LegId(1), Money(100), Instant(6 * SECOND), Money(-80), Instant(11 * SECOND)),)


def test_what_is_seen_again_after_a_restart_takes_the_place_of_what_was_seen() -> None:
    book = CurveBook()
    book.take(Noted((sample(1, 100), sample(6, -50), sample(11, 70)), ()))

    book.take(Noted((sample(6, -40), sample(9, 10)), ()))

    curve = book.curve(P1, 1)
    assert curve is not None
    assert (list(curve.at), list(curve.profit)) == ([1 * SECOND, 6 * SECOND, 9 * SECOND], [100, -40, 10])


def test_the_curves_of_another_journal_are_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite.curves"
    file = CurveFile(path, "the old journal")
    file.append([Noted((sample(1, 100),), ())])
    file.close()

    CurveFile(path, "a new journal").close()

    assert read_curves(path, [P1]) == []
    assert [one.profit for one in read_curves(tmp_path / "journal.sqlite.curves-1", [P1])] == [[100]]


def test_a_file_that_is_no_file_of_curves_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite.curves"
    path.write_text("These are no curves at all, and it is long enough to look at.\n" * 20, encoding="utf-8")

    with pytest.raises(CurveFileError, match="move the file aside; trading does not need it"):
        CurveFile(path, "one")
    with pytest.raises(CurveFileError, match="cannot be read"):
        read_curves(path, [P1])


def test_no_file_has_no_curves(tmp_path: Path) -> None:
    assert read_curves(tmp_path / "nothing", [P1]) == []


class FullDisk(CurveFile):
    """A file that refuses what is appended while ``is_full``."""

    is_full = True

    def append(self, noted: object) -> None:
        if self.is_full:
            raise CurveFileError("The disk is full")
        super().append(noted)  # type: ignore[arg-type]


def test_a_full_disk_is_told_once_and_the_next_that_has_room_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    file = FullDisk(tmp_path / "curves", "one")
    writer = CurveWriter(file, told.append)
    for second in range(5):
        writer._append([Noted((sample(second, 1),), ())])
    file.is_full = False

    writer.take(Noted((sample(9, 2),), ()))
    writer.close()
    writer.close()

    assert len(told) == 1
    assert [one.profit for one in read_curves(tmp_path / "curves", [P1])] == [[2]]


_WRITER = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from engine.domain.identifiers import PortfolioId
    from engine.domain.instant import Instant
    from engine.domain.money import Money
    from engine.domain.profit_curve import Noted, ProfitSample
    from engine.runtime.curve_store import CurveFile

    file = CurveFile(Path(sys.argv[1]), "one")
    for number in range(100_000):
        file.append([Noted((ProfitSample(PortfolioId("P1"), 1, Instant(number), Money(number)),), ())])
        os.write(1, b"%d\\n" % number)
""")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_kill_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "curves"
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    with writer.stdout:
        for _ in range(50):
            written = int(writer.stdout.readline())
        writer.kill()
        writer.wait(timeout=30)

    (curve,) = read_curves(path, [P1])

    assert curve.at[: written + 1] == list(range(written + 1))


def test_the_extremes_grow_with_the_curve_and_go_back_with_a_replay() -> None:
    book = CurveBook()
    for second, profit in enumerate((100, 500, -200, 300), start=1):
        book.take(Noted((sample(second, profit),), ()))

    figures = book.curve(P1, 1)
    assert figures is not None
    assert book.extremes(P1, 1) == (500, -200, 700)
    assert (figures.figures().peak, figures.figures().trough, figures.figures().drawdown) == (500, -200, 700)  # type: ignore[union-attr]

    book.take(Noted((sample(2, 50),), ()))
    assert book.extremes(P1, 1) == (100, 0, 50)
    assert book.extremes(P1, 2) is None

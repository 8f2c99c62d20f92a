"""The file of past volatilities: read whole, only added to, wrong lines named and kept."""

from datetime import date
from decimal import Decimal

import pytest

from engine.domain.instant import DAY, Instant
from engine.domain.instrument import Exchange
from engine.domain.volatility_history import DayVolatility
from engine.runtime.volatility_store import VolatilityFileError, append_volatility, read_volatility
from engine.runtime.volatility_watch import VolatilityWatch
from tests.helpers.simulated_desk import rules, run_at

DAYS = [
    DayVolatility(date(2026, 8, 18), "NIFTY", Decimal("12.5")),
    DayVolatility(date(2026, 8, 18), "SENSEX", Decimal(11)),
]


def test_what_is_added_is_read_back_and_a_new_file_has_its_first_line(tmp_path):
    path = tmp_path / "own" / "volatility.csv"

    append_volatility(path, DAYS[:1])
    append_volatility(path, DAYS[1:])

    assert path.read_text().splitlines() == [
        "date,underlying,volatility",
        "2026-08-18,NIFTY,12.5",
        "2026-08-18,SENSEX,11",
    ]
    assert read_volatility(path).days == tuple(DAYS)


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert read_volatility(tmp_path / "none.csv").days == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("19/08/2026,NIFTY,12", "is no date; write it like"),
        ("2026-08-19,NIFTY", "this one has 2 parts"),
        ("2026-08-19,,12", "underlying is missing"),
        ("2026-08-19,NIFTY,much", "is no number"),
        ("2026-08-19,NIFTY,0", "cannot be"),
        ("2026-08-19,NIFTY,NaN", "cannot be"),
        ("2026-08-19,NIFTY,1e9", "cannot be"),
    ],
)
def test_a_wrong_line_is_named_with_its_number_and_nothing_is_lost(tmp_path, line, words):
    path = tmp_path / "volatility.csv"
    path.write_text(f"date,underlying,volatility\n2026-08-17,NIFTY,12\n{line}\n\n2026-08-18,nifty,13.5 %\n")
    before = path.read_text()

    found = read_volatility(path)

    assert [one.percent for one in found.days] == [12, Decimal("13.5")]
    (problem,) = found.problems
    assert problem.startswith("volatility.csv, line 3: ")
    assert words in problem
    append_volatility(path, DAYS[:1])
    assert path.read_text() == f"{before}2026-08-18,NIFTY,12.5\n"


def test_a_line_that_was_cut_off_does_not_swallow_the_next_one(tmp_path):
    path = tmp_path / "volatility.csv"
    path.write_text("date,underlying,volatility\n2026-08-17,NIF")

    append_volatility(path, DAYS[:1])

    found = read_volatility(path)
    assert found.days == tuple(DAYS[:1])
    assert len(found.problems) == 1


def test_of_a_day_that_is_there_twice_the_later_line_counts(tmp_path):
    path = tmp_path / "volatility.csv"
    path.write_text("2026-08-17,NIFTY,12\n2026-08-17,NIFTY,14\n")

    assert read_volatility(path).history.on("NIFTY", date(2026, 8, 17)) == 14


def test_what_is_no_text_or_cannot_be_written_is_a_sentence(tmp_path):
    path = tmp_path / "volatility.csv"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(VolatilityFileError, match="not text in UTF-8"):
        read_volatility(path)
    with pytest.raises(VolatilityFileError, match="cannot be written"):
        append_volatility(path / "below", DAYS)


def test_the_day_is_noted_once_at_the_close_and_the_state_knows_it_from_then_on():
    kept = []
    run = run_at(15, 29)
    watch = VolatilityWatch(run.state, kept.append)
    close = rules().session_instants(Exchange.NFO, date(2026, 8, 19))[-1][1]
    while (due := run.next_due()) is not None and due < close:
        run.step(due)

    assert watch.next_due(run.now) == close
    watch.look(Instant(close - 1))
    assert kept == []
    watch.look(close)
    watch.look(Instant(close + 1))

    ((noted,),) = kept
    assert (noted.day, noted.underlying) == (date(2026, 8, 19), "NIFTY")
    assert 5 < noted.percent < 50
    assert run.state.volatility.on("NIFTY", noted.day) == noted.percent
    assert watch.next_due(close) is None


def test_a_day_that_is_known_or_whose_quotes_are_missing_is_not_noted():
    kept = []
    run = run_at(9, 30)
    close = rules().session_instants(Exchange.NFO, date(2026, 8, 19))[-1][1]
    run.state.volatility = run.state.volatility.with_days([DayVolatility(date(2026, 8, 19), "NIFTY", Decimal(12))])
    known = VolatilityWatch(run.state, kept.append)

    assert known.next_due(run.now) is None
    known.look(close)
    known.look(Instant(close + DAY))

    assert kept == []

"""Days on which no window was open at the close are found again in a recording, with the value of the close."""

from datetime import date

import pytest

from desktop.composition.markets import OpenMarket
from desktop.composition.volatility import volatility_history, with_recorded_days
from engine.domain.instant import SECOND, ist_date
from engine.domain.volatility_history import DayVolatility, VolatilityHistory
from engine.runtime.recording.errors import RecordingError
from engine.runtime.volatility_filling import found_again
from engine.runtime.volatility_watch import VolatilityWatch, close_of
from tests.helpers.simulated_desk import DAY, at, rules, run_until, simulated_run

TOMORROW = date(2026, 8, 20)


class RecordedDay:
    """A recording of the last minutes of a day."""

    def __init__(self, master, frames, *, damaged=False):
        self.master, self._frames, self._damaged = master, frames, damaged
        self.reads = 0

    def days(self):
        return tuple(sorted({ist_date(frame.at) for frame in self._frames}))

    def frames(self, from_=None, until=None):
        self.reads += 1
        if self._damaged:
            raise RecordingError("part of it cannot be read")
        return (frame for frame in self._frames if from_ <= frame.at <= until)


@pytest.fixture(scope="module")
def close():
    """What the simulated market shows before its close, and what an open window noted of that day."""
    run, noted, frames = simulated_run(at(15, 25), until=at(15, 41)), [], []
    take = run.market.take_next

    def taken():
        frames.append(take())
        return frames[-1]

    run.market.take_next = taken
    run_until(run, at(15, 41))
    VolatilityWatch(run.state, noted.extend).look(close_of(rules(), "NIFTY", DAY))
    return run.state.master, frames, noted


def test_the_day_has_the_value_that_an_open_window_would_have_noted(close):
    master, frames, noted = close

    found = found_again(RecordedDay(master, frames), rules(), VolatilityHistory(), TOMORROW)

    assert found == noted
    assert [(one.day, one.underlying) for one in found] == [(DAY, "NIFTY")]


def test_a_day_that_is_known_or_not_over_is_not_looked_for(close):
    master, frames, noted = close
    recording = RecordedDay(master, frames)

    assert found_again(recording, rules(), VolatilityHistory(noted), TOMORROW) == []
    assert found_again(recording, rules(), VolatilityHistory(), DAY) == []
    assert recording.reads == 0


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return tmp_path


def market_of(recording):
    until = at(15, 40, day=TOMORROW)
    return OpenMarket(
        name="day.parquet",
        master=recording.master,
        frames=iter(()),
        begin=at(9, 15, day=TOMORROW),
        until=until,
        stale_after=5 * SECOND,
        recording=recording,
    )


def test_what_is_found_is_kept_for_the_next_start(close, home):
    master, frames, noted = close
    recording = RecordedDay(master, frames)

    first = with_recorded_days(volatility_history(), market_of(recording), rules(), TOMORROW, keep=True)
    reads = recording.reads
    second = with_recorded_days(volatility_history(), market_of(recording), rules(), TOMORROW, keep=True)

    assert first.days == second.days == tuple(noted)
    assert recording.reads == reads
    assert (home / "volatility.csv").read_text(encoding="utf-8").count("NIFTY") == 1


def test_without_keeping_no_file_is_made_and_a_damaged_recording_adds_nothing(close, home):
    master, frames, _ = close
    known = volatility_history()

    found = with_recorded_days(known, market_of(RecordedDay(master, frames)), rules(), TOMORROW, keep=False)
    damaged = RecordedDay(master, frames, damaged=True)

    assert isinstance(found.days[0], DayVolatility)
    assert with_recorded_days(known, market_of(damaged), rules(), TOMORROW, keep=True) == known
    assert list(home.iterdir()) == []

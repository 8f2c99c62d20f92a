"""Simulated time follows the wall at a speed, and jumps where it is told to."""

import pytest

from engine.domain.instant import MINUTE, SECOND, Instant
from engine.runtime import clock
from engine.runtime.clock import PacedClock, SystemClock, stopwatch

NOW = Instant(1_787_111_400_000_000)


class Wall:
    """The monotonic clock, moved by hand."""

    def __init__(self):
        self.seconds = 1_000.0

    def monotonic(self):
        """Answer seconds."""
        return self.seconds

    def time_ns(self):
        """Answer nanoseconds of wall time."""
        return NOW * 1_000 + 999

    def perf_counter_ns(self):
        """Answer nanoseconds."""
        return int(self.seconds * 1_000_000_000)


@pytest.fixture
def wall(monkeypatch):
    """The wall that the clocks look at."""
    wall = Wall()
    monkeypatch.setattr(clock, "time", wall)
    return wall


def test_time_runs_so_many_times_faster_than_the_wall(wall):
    paced = PacedClock(NOW, speed=60)
    assert paced.now() == NOW

    wall.seconds += 2

    assert paced.now() == NOW + 2 * MINUTE


def test_the_wait_is_in_seconds_of_the_wall(wall):
    paced = PacedClock(NOW, speed=4)

    assert paced.seconds_until(Instant(NOW + 10 * SECOND)) == 2.5
    assert paced.seconds_until(Instant(NOW - SECOND)) == 0.0


def test_a_jump_goes_on_from_there(wall):
    paced = PacedClock(NOW, speed=2)
    wall.seconds += 5
    paced.jump_to(Instant(NOW + 60 * MINUTE))
    assert paced.now() == NOW + 60 * MINUTE

    wall.seconds += 1

    assert paced.now() == NOW + 60 * MINUTE + 2 * SECOND


def test_the_system_clock_answers_microseconds(wall):
    assert SystemClock().now() == NOW


def test_the_stopwatch_counts_nanoseconds(wall):
    assert stopwatch() == 1_000_000_000_000

"""Signals of a run without a window: how they are read, and when they arrive."""

from datetime import date

import pytest

from desktop.commands.reading import read_signals
from desktop.composition.failures import MisuseError
from desktop.composition.timed_signals import SignalQueue
from engine.domain.instant import Instant, clock_text, ist_date
from engine.domain.multileg.states import SignalAction

DAY = date(2026, 8, 19)


def written(tmp_path, text):
    path = tmp_path / "signals.toml"
    path.write_text(text, encoding="utf-8")
    return path


TWO = """
[[signals]]
at = 11:00:00
name = "Straddle"
token = "s3cret-word"
action = "exit"
[[signals]]
at = "10:05:00"
on = 2026-08-20
name = "Straddle"
token = "s3cret-word"
key = "a-1"
"""


def test_signals_arrive_in_the_order_of_their_times(tmp_path):
    queue = SignalQueue(read_signals(written(tmp_path, TWO)), DAY)

    first = queue.next_due(None)
    released = [command(first) for command in queue.release(first)]
    second = queue.next_due(None)

    assert (clock_text(first), ist_date(first)) == ("11:00:00", DAY)
    assert [(one.name, one.action, one.key, one.at) for one in released] == [("Straddle", SignalAction.EXIT, "", first)]
    assert (clock_text(second), ist_date(second)) == ("10:05:00", date(2026, 8, 20))
    assert queue.release(first) == []


def test_the_run_goes_on_between_signals(tmp_path):
    queue = SignalQueue(read_signals(written(tmp_path, TWO)), DAY)

    assert queue.next_due(Instant(5)) == 5
    queue.release(Instant(2**62))
    assert queue.next_due(Instant(5)) == 5
    assert queue.next_due(None) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("signals = [", "write each as"),
        ('[[signals]]\nat = 25\nname = "A"\ntoken = "x"', "signals[0].at"),
        ('[[signals]]\nat = 10:00:00\nname = "A"\ntoken = "x"\naction = "go"', "signals[0].action"),
        ('[[signals]]\nat = 10:00:00\ntoken = "x"', "signals[0].name"),
        ("", "signals"),
    ],
)
def test_a_wrong_file_is_said_field_by_field(tmp_path, text, words):
    with pytest.raises(MisuseError) as caught:
        read_signals(written(tmp_path, text))

    assert words in str(caught.value)

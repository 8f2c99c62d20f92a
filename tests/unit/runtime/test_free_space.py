"""Nothing is said above a gigabyte, a warning below it, and openings stop below 300 MB."""

import pytest

from engine.runtime.free_space import FreeSpace, free_space_beside


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (None, None),
        (10**12, None),
        (1_000_000_000, None),
        (999_999_999, False),
        (300_000_000, False),
        (299_999_999, True),
        (0, True),
    ],
)
def test_the_room_decides_whether_to_warn_or_to_stop(free, expected):
    shortage = FreeSpace("journal.sqlite", lambda: free).shortage()

    assert (None if shortage is None else shortage.blocks) is expected


def test_openings_go_on_only_with_some_room_above_the_floor():
    answers = iter([299_000_000, 349_000_000, 350_000_000, 301_000_000, 299_000_000])
    space = FreeSpace("journal.sqlite", lambda: next(answers))

    assert [space.shortage().blocks for _ in range(5)] == [True, True, False, False, True]


def test_the_sentences_say_what_where_and_what_to_do():
    stop = FreeSpace("/data/journal.sqlite", lambda: 120_000_000).shortage()
    warning = FreeSpace("/data/journal.sqlite", lambda: 800_000_000).shortage()

    assert stop.sentence == (
        "Only 120 MB are free where the journal lies (/data/journal.sqlite). "
        "Nothing new is opened until 350 MB are free; exits go on."
    )
    assert warning.sentence == (
        "Only 800 MB are free where the journal lies (/data/journal.sqlite): make room; "
        "below 300 MB nothing new is opened."
    )


def test_a_disk_that_cannot_be_asked_says_nothing(tmp_path):
    assert free_space_beside(tmp_path / "nowhere" / "journal.sqlite").shortage() is None

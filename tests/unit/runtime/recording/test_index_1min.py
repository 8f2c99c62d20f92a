"""Bars of an index become quotes stamped when they became known."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.domain.money import price_of
from engine.runtime.recording.errors import RecordingMisuseError
from engine.runtime.recording.index_1min import BarLabel
from engine.runtime.recording.report import Rule
from tests.unit.runtime.recording.sources import bar, end_labelled_day, imported, instant, wall, write_bars


def told(recording, count: int) -> list[tuple[int, int]]:
    """Stamp and last price of the first quotes."""
    frames = [frame for frame, _ in zip(recording.frames(), range(count), strict=False)]
    return [(frame.at, frame.values.item(0, 0)) for frame in frames]


def test_a_rising_bar_is_told_open_low_high_close_and_closes_at_the_end_of_its_minute(tmp_path: Path) -> None:
    day = [bar(wall(9, 16), (11300.0, 11310.0, 11290.0, 11305.0)), *end_labelled_day()[1:]]
    source = write_bars(tmp_path / "bars.parquet", day)

    header, recording = imported("index-1min", source)

    prices = [price_of(text) for text in ("11300", "11290", "11310", "11305")]
    assert told(recording, 4) == [
        (instant(9, 15, 15 * (n + 1)) if n < 3 else instant(9, 16), p) for n, p in enumerate(prices)
    ]
    assert header.report.notes == ("bars.parquet: bars are labelled with the end of their minute",)
    assert (recording.first, recording.last) == (instant(9, 15, 15), instant(15, 30))


def test_a_falling_bar_is_told_open_high_low_close(tmp_path: Path) -> None:
    source = write_bars(tmp_path / "bars.parquet", [bar(wall(10, 0), (11300.0, 11310.0, 11290.0, 11295.0))])

    _, recording = imported("index-1min", source, labels=BarLabel.END)

    assert [price for _, price in told(recording, 4)] == [price_of(p) for p in ("11300", "11310", "11290", "11295")]
    assert recording.last == instant(10, 0)


def test_start_labels_are_found_out(tmp_path: Path) -> None:
    day = [one | {"ts": one["ts"] - timedelta(minutes=1)} for one in end_labelled_day()]
    source = write_bars(tmp_path / "bars.parquet", day)

    header, recording = imported("index-1min", source)

    assert header.report.notes == ("bars.parquet: bars are labelled with the start of their minute",)
    assert (recording.first, recording.last) == (instant(9, 15, 15), instant(15, 30))


def test_bars_that_do_not_show_their_labelling_are_refused(tmp_path: Path) -> None:
    source = write_bars(tmp_path / "bars.parquet", [bar(wall(10, 0), (1.0, 1.0, 1.0, 1.0))])

    with pytest.raises(RecordingMisuseError, match="--labels"):
        imported("index-1min", source)


def test_the_closing_print_and_the_pre_open_are_outside_the_session(tmp_path: Path) -> None:
    extra = [bar(wall(9, 8), (11300.0,) * 4), bar(wall(15, 31), (11300.0,) * 4)]
    source = write_bars(tmp_path / "bars.parquet", end_labelled_day() + extra)

    report = imported("index-1min", source)[0].report

    assert report.of(Rule.OUTSIDE_SESSION) == 2
    assert report.quotes_kept == 4 * 375


def test_another_instrument_spliced_in_is_left_out(tmp_path: Path) -> None:
    days = [date(2019, 7, 22), date(2019, 7, 23), date(2019, 7, 24)]
    bars = [one for day in days for one in end_labelled_day(30000.0, day)]
    for one in bars[375 + 40 : 750]:
        one.update(open=1578.0, high=1579.0, low=1577.0, close=1578.0)
    source = write_bars(tmp_path / "bars.parquet", bars)

    report = imported("index-1min", source)[0].report

    assert report.of(Rule.SPLICE) == 335
    assert report.quotes_kept == 4 * (3 * 375 - 335)


def test_impossible_bars_repeats_and_dates_without_rules_are_counted(tmp_path: Path) -> None:
    day = end_labelled_day()
    rows = [
        *day,
        day[5],
        bar(wall(9, 16, date(2014, 7, 24)), (7800.0,) * 4),
        bar(wall(10, 0, date(2019, 7, 25)), (11300.0, 11299.0, 11290.0, 11295.0)),
        bar(wall(10, 1, date(2019, 7, 25)), (0.0, 11310.0, 0.0, 11295.0)),
    ]
    source = write_bars(tmp_path / "bars.parquet", rows)

    report = imported("index-1min", source)[0].report

    assert report.of(Rule.DUPLICATE) == 1
    assert report.of(Rule.OUT_OF_ORDER) == 2
    assert report.of(Rule.NO_MARKET_RULE) == 1
    assert report.of(Rule.BAD_BAR) == 2
    assert report.quotes_kept == 4 * 375

"""Kite's full packets kept as text become frames with depth."""

import json
from datetime import date
from pathlib import Path

import pytest

from engine.domain.instant import SECOND
from engine.domain.money import price_of
from engine.domain.quote import QuoteColumn
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.kite_full_ticks import read_tick
from engine.runtime.recording.report import Rule
from tests.unit.runtime.recording.sources import TICK_FILE, imported, instant, tick, write_ticks

DAY = date(2021, 8, 20)


def test_a_packet_becomes_a_frame_with_five_levels(tmp_path: Path) -> None:
    source = write_ticks(tmp_path / TICK_FILE, [tick("2021-08-20T10:00:00")])

    header, recording = imported("kite-full-ticks", source)
    (frame,) = recording.frames()

    (option,) = header.contracts
    assert (option.id, option.expiry, option.lot_size) == ("NFO:BANKNIFTY21SEP35300PE", date(2021, 9, 30), 25)
    assert option.token == 12612866
    at = instant(10, 0, day=DAY)
    assert frame.at == at
    book = [price_of("99.95"), 25, price_of("100.05"), 25]
    assert frame.values[0].tolist() == [price_of("100"), *book, 100, 4650, at]
    assert frame.depth is not None
    assert frame.depth.shape == (1, 5, 4)
    assert frame.depth[0, 0].tolist() == book
    assert frame.depth[0, 4].tolist() == [price_of("99.75"), 125, price_of("100.25"), 125]
    assert any("no index level" in note for note in header.report.notes)


def test_a_file_written_newest_first_is_read_from_its_end(tmp_path: Path) -> None:
    stamps = ["2021-08-20T10:00:02", "2021-08-20T10:00:01", "2021-08-20T10:00:01", "2021-08-20T10:00:00"]
    ticks = [tick(at, volume=volume) for at, volume in zip(stamps, (130, 120, 110, 100), strict=True)]
    source = write_ticks(tmp_path / TICK_FILE, ticks)

    header, recording = imported("kite-full-ticks", source)
    frames = list(recording.frames())

    assert [frame.values.item(0, QuoteColumn.VOLUME) for frame in frames] == [100, 110, 120, 130]
    start = instant(10, 0, day=DAY)
    assert [frame.at - start for frame in frames] == [0, SECOND, SECOND + SECOND // 2, 2 * SECOND]
    assert header.report.counts == {"out_of_order": 2, "same_second": 1}
    assert any("newest first" in note for note in header.report.notes)


def test_dirty_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    good = tick("2021-08-20T10:00:00")
    ticks = [
        good,
        good,
        tick("1970-01-01T05:30:00"),
        tick("2021-08-20T10:00:01", bid=0, ask=0),
        tick("2021-08-20T10:00:02", volume=90),
        tick("2021-08-20T10:00:03", token=99),
        "{'instrument_token': 1",
        "__import__('os').getcwd()",
        json.dumps(tick("2021-08-20T10:00:04", volume=101)),
    ]
    source = write_ticks(tmp_path / TICK_FILE, ticks)

    header, recording = imported("kite-full-ticks", source)

    assert header.report.counts == {
        "unreadable": 2,
        "impossible_stamp": 1,
        "duplicate": 1,
        "wrong_instrument": 1,
        "empty_book": 1,
        "volume_fell": 1,
    }
    assert [frame.values.item(0, QuoteColumn.VOLUME) for frame in recording.frames()] == [100, 100, 101]


def test_a_crossed_book_loses_its_whole_depth(tmp_path: Path) -> None:
    source = write_ticks(tmp_path / TICK_FILE, [tick("2021-08-20T10:00:00", bid=101.0, ask=100.0)])

    header, recording = imported("kite-full-ticks", source)
    (frame,) = recording.frames()

    assert header.report.of(Rule.CROSSED) == 1
    assert frame.depth is not None
    assert not frame.depth.any()


@pytest.mark.parametrize("line", ["", "[]", "null", "{}", "[" * 10_000, "{'a': " * 5_000, "x" * 70_000, "{'depth': 1}"])
def test_text_that_is_no_tick_is_none(line: str) -> None:
    assert read_tick(line) is None


def test_a_file_not_named_after_an_option_is_refused(tmp_path: Path) -> None:
    source = write_ticks(tmp_path / "ticks.txt.gz", [tick("2021-08-20T10:00:00")])

    with pytest.raises(RecordingMisuseError, match="named after an option"):
        imported("kite-full-ticks", source)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    source = write_ticks(tmp_path / TICK_FILE, [tick(f"2021-08-20T10:00:{n:02}") for n in range(60)])
    source.write_bytes(source.read_bytes()[:-20])

    with pytest.raises(RecordingError, match="cut short"):
        imported("kite-full-ticks", source)

"""A recording comes back as it was written, or is refused with a sentence."""

import errno
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.domain.money import price_of
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.importing import import_recording
from engine.runtime.recording.layout import HEADER_KEY, QuoteRows, row_groups
from engine.runtime.recording.reader import open_recording
from engine.runtime.recording.writer import write_recording
from tests.unit.runtime.recording.sources import imported, instant, nse_row, rules, wall, write_nse

FILE = "nse_chain_2019_NIFTY.parquet"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four pages of two strikes, a quarter of an hour apart."""
    rows = [
        nse_row(wall(10, minute), strike, CallLTP=100.0 + minute)
        for minute in (0, 15, 30, 45)
        for strike in (11300.0, 11350.0)
    ]
    return write_nse(tmp_path / FILE, rows)


def with_header(path: Path, **changes: object) -> Path:
    """Write the recording again with another description."""
    table = pq.read_table(path)
    header = msgspec.json.decode(table.schema.metadata[HEADER_KEY]) | changes
    pq.write_table(table.replace_schema_metadata({HEADER_KEY: msgspec.json.encode(header)}), path)
    return path


def test_importing_twice_gives_the_same_bytes(source: Path) -> None:
    first, second = source.with_name("a.parquet"), source.with_name("b.parquet")

    for out in (first, second):
        import_recording("nse-chain", [source], out, rules())

    assert first.read_bytes() == second.read_bytes()


def test_frames_are_bounded_by_both_ends_included(source: Path) -> None:
    _, recording = imported("nse-chain", source)

    stamps = [frame.at for frame in recording.frames(instant(10, 15), instant(10, 30))]

    assert stamps == [instant(10, 15), instant(10, 30)]
    assert recording.spacing == 15 * 60 * 1_000_000
    assert [day.isoformat() for day in recording.days()] == ["2019-07-24"]
    assert list(recording.frames(instant(11, 0), None)) == []


def test_the_values_of_a_frame_cannot_be_overwritten(source: Path) -> None:
    frame = next(imported("nse-chain", source)[1].frames())

    with pytest.raises(ValueError, match="read-only"):
        frame.values[0, 0] = 1


def test_options_of_another_underlying_are_refused_with_a_sentence(source: Path) -> None:
    _, recording = imported("nse-chain", source)

    assert recording.refusal("NIFTY") is None
    assert recording.refusal("BANKNIFTY") == (
        "out.parquet is a recording of NIFTY, not of BANKNIFTY; choose a recording of BANKNIFTY"
    )


@pytest.mark.parametrize("kept", [0, 1, 4, 100, 0.5, -1])
def test_a_file_cut_short_is_refused(source: Path, kept: float) -> None:
    _, recording = imported("nse-chain", source)
    whole = recording.path.read_bytes()
    recording.path.write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])

    with pytest.raises(RecordingError, match=r"not a whole Parquet file"):
        open_recording(recording.path)


def test_a_parquet_file_that_is_no_recording_is_refused(source: Path) -> None:
    with pytest.raises(RecordingError, match="not a recording"):
        open_recording(source)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"layout": 2}, "has layout 2"),
        ({"contracts": []}, "not among its contracts"),
        ({"contracts": 5}, "damaged description"),
        ({"surprise": 1}, "damaged description"),
        ({"quotes": 3}, "where 3 belong"),
        ({"has_depth": True}, "other columns"),
    ],
)
def test_a_damaged_description_is_refused(source: Path, changes: dict[str, object], sentence: str) -> None:
    path = with_header(imported("nse-chain", source)[1].path, **changes)

    with pytest.raises(RecordingError, match=sentence):
        list(open_recording(path).frames())


def test_a_flipped_bit_in_the_quotes_is_noticed(source: Path) -> None:
    path = imported("nse-chain", source)[1].path
    content = bytearray(path.read_bytes())
    first_column = pq.ParquetFile(path).metadata.row_group(0).column(2)
    content[first_column.data_page_offset + first_column.total_compressed_size - 1] ^= 1
    path.write_bytes(content)

    with pytest.raises(RecordingError, match="cannot be read"):
        list(open_recording(path).frames())


def test_an_empty_recording_is_refused(source: Path) -> None:
    path = imported("nse-chain", source)[1].path
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 0), path)

    with pytest.raises(RecordingError, match="empty recording"):
        open_recording(path)


def test_quotes_out_of_order_are_refused(source: Path) -> None:
    path = imported("nse-chain", source)[1].path
    table = pq.read_table(path)
    pq.write_table(table.take(pa.array(range(table.num_rows))[::-1]), path)

    with pytest.raises(RecordingError, match="out of order"):
        list(open_recording(path).frames())


def test_a_missing_recording_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(RecordingMisuseError, match="is not a file"):
        open_recording(tmp_path / "nothing.parquet")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(source: Path) -> None:
    header, recording = imported("nse-chain", source)
    before = recording.path.read_bytes()

    def groups():
        yield QuoteRows(np.array([1]), np.array([0]), np.zeros((1, 8), dtype=np.int64))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(RecordingError, match="No space left on device"):
        write_recording(recording.path, header, groups())

    assert recording.path.read_bytes() == before
    assert sorted(path.name for path in source.parent.iterdir()) == sorted([FILE, "out.parquet"])


def test_row_groups_end_with_a_day() -> None:
    at = np.repeat(np.arange(40), 1000)
    rows = QuoteRows(at, np.tile(np.arange(1000), 40), np.zeros((40_000, 8), dtype=np.int64))

    groups = list(row_groups(rows, at // 10))

    assert [len(group) for group in groups] == [40_000]
    assert [len(group) for group in row_groups(rows, at // 35)] == [35_000, 5_000]


def test_prices_up_to_a_lakh_keep_their_paise_through_single_precision(tmp_path: Path) -> None:
    source = write_nse(tmp_path / FILE, [nse_row(wall(10, 0), 82000.0, spot=81999.95)])

    (frame,) = imported("nse-chain", source)[1].frames()

    assert frame.values.item(0, 0) == price_of("81999.95")

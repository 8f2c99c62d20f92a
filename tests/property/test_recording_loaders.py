"""Whatever bytes or cells a loader is given, it answers with quotes in order or with a sentence."""

import contextlib
import gzip
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.quote import QuoteColumn
from engine.runtime.recording.errors import RecordingError
from engine.runtime.recording.importing import KINDS, ImportOptions, import_recording
from engine.runtime.recording.index_1min import BarLabel
from engine.runtime.recording.kite_full_ticks import Tick, read_tick
from engine.runtime.recording.reader import open_recording
from tests.unit.runtime.recording.sources import (
    TICK_FILE,
    bar,
    chain_row,
    imported,
    nse_row,
    rules,
    tick,
    wall,
    write_bars,
    write_chain,
    write_nse,
    write_ticks,
)

# One folder serves all examples: each replaces the files of the one before.
FUZZ = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPTIONS = {"index-1min": ImportOptions(labels=BarLabel.END)}

cells = st.one_of(st.none(), st.floats(width=32), st.sampled_from([0.0, -1.0, 100.05, 1e12]))
stamps = st.one_of(
    st.builds(lambda minutes: wall(9, 0) + timedelta(minutes=minutes), st.integers(0, 500)),
    st.sampled_from([datetime(1, 1, 1), datetime(1970, 1, 1, 5, 30), datetime(9999, 12, 31)]),  # noqa: DTZ001
)
rows_of_chain = st.lists(
    st.builds(
        lambda at, strike, spot, bid, ask, last, volume: nse_row(
            at, strike, spot=spot, CallBidPrice=bid, CallAskPrice=ask, CallLTP=last, CallVolume=volume
        ),
        stamps,
        st.one_of(cells, st.sampled_from([11300.0, 11350.0])),
        cells,
        cells,
        cells,
        cells,
        cells,
    ),
    min_size=1,
    max_size=12,
)


def accepted(kind: str, source: Path) -> None:
    """Import a source; what is accepted must read back in order, on the tick and without a crossed book."""
    out = source.with_name("out.parquet")
    options = OPTIONS.get(kind, ImportOptions())
    try:
        header = import_recording(kind, [source], out, rules(), options=options, force=True)
    except RecordingError:
        return
    ticks = np.array([contract.tick_size for contract in header.contracts])
    before = 0
    quotes = 0
    for frame in open_recording(out).frames():
        assert frame.at > before
        before = frame.at
        quotes += len(frame.rows)
        assert np.all(np.diff(frame.rows) > 0)
        assert np.all(frame.values >= 0)
        prices = frame.values[:, [QuoteColumn.LAST_PRICE, QuoteColumn.BID, QuoteColumn.ASK]]
        assert np.all(prices % ticks[frame.rows][:, None] == 0)
        bid, ask = frame.values[:, QuoteColumn.BID], frame.values[:, QuoteColumn.ASK]
        assert np.all((ask == 0) | (bid <= ask))
    assert quotes == header.quotes == header.report.quotes_kept


@FUZZ
@given(rows_of_chain)
def test_any_scraped_chain_becomes_ordered_quotes_or_a_sentence(tmp_path: Path, rows: list[dict]) -> None:
    accepted("nse-chain", write_nse(tmp_path / "chain_NIFTY.parquet", rows))


@FUZZ
@given(st.lists(st.tuples(stamps, cells, cells, cells, cells), min_size=1, max_size=12))
def test_any_bars_become_ordered_quotes_or_a_sentence(tmp_path: Path, bars: list[tuple]) -> None:
    accepted("index-1min", write_bars(tmp_path / "bars.parquet", [bar(at, ohlc) for at, *ohlc in bars]))


texts = st.one_of(st.text(max_size=14), st.sampled_from(["202608191127", "202608191128", "25-Aug-2026", "NIFTY50"]))


@FUZZ
@given(st.lists(st.tuples(texts, texts, texts, cells, cells, cells, cells), min_size=1, max_size=8))
def test_any_minute_chain_becomes_ordered_quotes_or_a_sentence(tmp_path: Path, rows: list[tuple]) -> None:
    names = ("expiry", "symbol", "strike", "spot", "ltp", "volume")
    written = [chain_row(stamp) | dict(zip(names, rest, strict=True)) for stamp, *rest in rows]
    whole = [chain_row("202608191127") | {"strike": 24000.0 + n} for n in range(2)]
    accepted("chain-1min", write_chain(tmp_path / "chain.parquet", written + whole))


@FUZZ
@given(st.lists(st.one_of(st.text(max_size=60), st.builds(
    lambda second, bid, ask, volume: tick(f"2021-08-20T10:00:{second:02}", bid=bid, ask=ask, volume=volume),
    st.integers(0, 59), st.floats(-10, 200), st.floats(-10, 200), st.integers(-5, 10**18),
)), min_size=1, max_size=12))  # fmt: skip
def test_any_lines_become_ordered_ticks_or_a_sentence(tmp_path: Path, lines: list[dict | str]) -> None:
    accepted("kite-full-ticks", write_ticks(tmp_path / TICK_FILE, [tick("2021-08-20T10:00:00"), *lines]))


@FUZZ
@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300))
def test_random_bytes_are_refused_with_a_sentence(tmp_path: Path, kind: str, content: bytes) -> None:
    name = TICK_FILE if kind == "kite-full-ticks" else "chain_NIFTY.parquet"
    source = tmp_path / name
    source.write_bytes(content)

    with pytest.raises(RecordingError):
        import_recording(kind, [source], tmp_path / "out.parquet", rules(), options=OPTIONS.get(kind, ImportOptions()))

    source.write_bytes(gzip.compress(content, mtime=0))
    accepted(kind, source)


@FUZZ
@given(st.data())
def test_a_recording_with_flipped_or_missing_bytes_reads_or_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    out = tmp_path / "out.parquet"
    if not out.exists():
        imported("nse-chain", write_nse(tmp_path / "c_NIFTY.parquet", [nse_row(wall(10, m)) for m in (0, 15)]))
    content = bytearray(out.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])

    with contextlib.suppress(RecordingError):
        list(open_recording(damaged).frames())


@given(st.text(max_size=200))
def test_any_line_is_a_tick_or_none(line: str) -> None:
    assert isinstance(read_tick(line), Tick | None)


@FUZZ
@given(st.lists(st.sampled_from(["ts", "expiry", "symbol", "open", "strike"]), unique=True, min_size=1), st.data())
def test_columns_of_other_types_are_refused(tmp_path: Path, names: list[str], data: st.DataObject) -> None:
    kinds = [pa.array([1]), pa.array(["x"]), pa.array([None]), pa.array([b"x"]), pa.array([[1]]), pa.array([True])]
    wanted = ["symbol", "ts", "open", "high", "low", "close", *names]
    table = {name: data.draw(st.sampled_from(kinds)) for name in wanted}
    source = tmp_path / "bars.parquet"
    pq.write_table(pa.table(table), source)

    with pytest.raises(RecordingError):
        import_recording("index-1min", [source], tmp_path / "out.parquet", rules(), options=OPTIONS["index-1min"])

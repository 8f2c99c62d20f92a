"""The real recordings import with the counts that their inventory states, and the same way twice."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.domain.instant import MINUTE, SECOND
from engine.domain.quote import QuoteColumn
from engine.runtime.recording.importing import import_recording
from engine.runtime.recording.layout import Header
from engine.runtime.recording.reader import Recording, open_recording
from engine.runtime.recording.report import Rule
from tests.unit.runtime.recording.sources import instant, rules

HOLIDAYS_RECORDED = {date(2019, 6, 5), date(2019, 9, 2), date(2019, 9, 10)}


def real(folder: Path, kind: str, name: str, out: Path) -> tuple[Header, Recording]:
    """Import one real file, or skip where this set lacks it."""
    source = folder / name
    if not source.is_file():
        pytest.skip(f"the recorded market data has no {name}")
    return import_recording(kind, [source], out, rules(), force=True), open_recording(out)


def test_the_scraped_chain_of_2019_keeps_its_63_trading_days(real_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "nse.parquet"
    header, recording = real(real_data, "nse-chain", "optionchain/nse_chain_2019_NIFTY.parquet", out)
    once = out.read_bytes()

    again, _ = real(real_data, "nse-chain", "optionchain/nse_chain_2019_NIFTY.parquet", out)

    assert out.read_bytes() == once
    assert again == header
    report = header.report
    assert report.rows_read == 558_784
    assert (report.of(Rule.TOTAL_ROW), report.of(Rule.CROSSED), report.of(Rule.CONFLICTING)) == (0, 0, 0)
    assert report.of(Rule.NO_SPOT) == 2
    assert report.quotes_kept > 800_000
    days = recording.days()
    # 66 days were scraped; the website served old pages on three holidays among them.
    assert len(days) == 63
    assert not HOLIDAYS_RECORDED & set(days)
    assert len({contract.expiry for contract in header.contracts if contract.expiry}) == 19
    assert recording.spacing == 15 * MINUTE


def test_the_scraped_index_agrees_with_independent_minutes(
    chain_of_2019: Recording, real_data: Path, tmp_path: Path
) -> None:
    name = "minute/nifty_banknifty_1min_2012_2023.parquet"
    bars = real(real_data, "index-1min", name, tmp_path / "i.parquet")[1]
    row = [contract.underlying for contract in bars.master.instruments].index("NIFTY")
    minutes = [
        (frame.at, frame.values.item(int(np.flatnonzero(frame.rows == row)[0]), 0))
        for frame in bars.frames(chain_of_2019.first, chain_of_2019.last)
        if row in frame.rows
    ]
    at, level = np.array(minutes).T

    for frame in chain_of_2019.frames():
        if frame.rows[0] != 0:
            continue
        near = level[np.searchsorted(at, frame.at - 3 * MINUTE) : np.searchsorted(at, frame.at + 6 * MINUTE)]
        spot = frame.values.item(0, 0)

        assert near.min() * 0.999 <= spot <= near.max() * 1.001


@pytest.fixture(scope="module")
def chain_of_2019(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The scraped chain, imported once for the tests that only read it."""
    out = tmp_path_factory.mktemp("recorded") / "chain.parquet"
    return real(real_data, "nse-chain", "optionchain/nse_chain_2019_NIFTY.parquet", out)[1]


@pytest.mark.parametrize("expiry", [date(2019, 5, 30), date(2019, 7, 25), date(2019, 8, 29)])
def test_expiry_days_of_2019_are_covered_from_open_to_close(chain_of_2019: Recording, expiry: date) -> None:
    frames = list(chain_of_2019.frames(instant(9, 15, day=expiry), instant(15, 30, day=expiry)))

    assert len(frames) >= 20
    assert frames[-1].at >= instant(15, 15, day=expiry)


def test_the_minutes_of_19_august_2026_are_all_there(real_data: Path, tmp_path: Path) -> None:
    name = "optionchain/nifty_chain_20260819.parquet"
    header, recording = real(real_data, "chain-1min", name, tmp_path / "c.parquet")
    stamps = [frame.at for frame in recording.frames()]

    day = date(2026, 8, 19)
    assert header.report.rows_read == 46_502
    assert header.report.quotes_kept == 46_502 + 102
    assert header.report.counts == {"volume_fell": header.report.of(Rule.VOLUME_FELL)}
    assert stamps == [instant(11, 27, day=day) + n * MINUTE for n in range(102)]
    assert not recording.has_books


def test_the_bars_of_2024_are_start_labelled_and_those_to_2023_end_labelled(real_data: Path, tmp_path: Path) -> None:
    later = real(
        real_data, "index-1min", "minute/nifty_banknifty_1min_20240101_20240823.parquet", tmp_path / "l.parquet"
    )
    earlier = real(real_data, "index-1min", "minute/nifty_banknifty_1min_2012_2023.parquet", tmp_path / "e.parquet")

    assert later[0].report.notes[0].endswith("the start of their minute")
    assert earlier[0].report.notes[0].endswith("the end of their minute")
    assert later[0].report.rows_read == 116_254
    assert later[0].report.quotes_kept == 4 * (116_254 - later[0].report.of(Rule.OUTSIDE_SESSION))
    assert len(later[1].days()) == 156
    assert earlier[0].report.rows_read == 1_863_115
    assert (earlier[0].report.of(Rule.BAD_BAR), earlier[0].report.of(Rule.CONFLICTING)) == (0, 0)
    first = next(later[1].frames())
    assert first.at == instant(9, 15, 15, day=date(2024, 1, 1))


def test_the_ticks_of_20_august_2021_come_in_order_and_none_is_lost(real_data: Path, tmp_path: Path) -> None:
    name = "ticks/kite_full_20210820/BANKNIFTY21SEP35300PE_2021_08_20.txt.gz"
    header, recording = real(real_data, "kite-full-ticks", name, tmp_path / "k.parquet")
    frames = list(recording.frames())
    volumes = np.array([frame.values.item(0, QuoteColumn.VOLUME) for frame in frames])

    report = header.report
    assert (report.rows_read, report.of(Rule.DUPLICATE), report.of(Rule.IMPOSSIBLE_STAMP)) == (15_504, 560, 1)
    # Read from its end the volume of the whole file never falls.
    assert report.of(Rule.VOLUME_FELL) == 0
    assert np.all(np.diff(volumes) >= 0)
    assert len(frames) == 15_504 - 560 - 1 - report.of(Rule.EMPTY_BOOK) - report.of(Rule.OUTSIDE_SESSION)
    assert frames[0].depth is not None
    assert recording.spacing <= SECOND

"""One-minute chains of 2026 become quotes with a last price only."""

from pathlib import Path

import pytest

from engine.domain.instant import MINUTE
from engine.domain.money import price_of
from engine.domain.quote import QuoteColumn
from engine.runtime.recording.errors import RecordingError
from engine.runtime.recording.report import Rule
from tests.unit.runtime.recording.sources import chain_row, imported, write_chain


def test_a_row_becomes_a_last_price_without_books(tmp_path: Path) -> None:
    source = write_chain(tmp_path / "chain.parquet", [chain_row("202608191127"), chain_row("202608191128")])

    header, recording = imported("chain-1min", source)
    first, _ = recording.frames()

    assert [contract.id for contract in header.contracts] == ["NSE:NIFTY 50", "NFO:NIFTY26AUG24000CE"]
    assert first.values.item(0, QuoteColumn.LAST_PRICE) == price_of("24052.40")
    # Volume and open interest count contracts at the source: lots of 65.
    assert first.values[1].tolist() == [price_of("150.25"), 0, 0, 0, 0, 195, 9945, 0]
    assert not recording.has_books
    assert recording.spacing == MINUTE
    assert any("no bid and ask" in note for note in header.report.notes)


def test_unreadable_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        chain_row("202608191127"),
        chain_row("202608191127", option_type="XX"),
        chain_row("202608191127", expiry="someday"),
        chain_row("202608191127", strike=-1.0),
        chain_row("not a stamp"),
        chain_row("202608211127", expiry="20-Aug-2026"),
    ]
    source = write_chain(tmp_path / "chain.parquet", rows)

    report = imported("chain-1min", source)[0].report

    assert report.of(Rule.UNREADABLE) == 3
    assert report.of(Rule.IMPOSSIBLE_STAMP) == 1
    assert report.of(Rule.EXPIRED) == 1
    assert report.quotes_kept == 2


def test_an_index_that_is_not_known_is_refused(tmp_path: Path) -> None:
    source = write_chain(tmp_path / "chain.parquet", [chain_row("202608191127", symbol="NIKKEI")])

    with pytest.raises(RecordingError, match="NIKKEI"):
        imported("chain-1min", source)

"""Scraped chains of 2019 become quotes that can be trusted."""

from datetime import date
from pathlib import Path

import pytest

from engine.domain.instrument import Exchange, Kind
from engine.domain.money import price_of
from engine.domain.quote import QuoteColumn
from engine.runtime.recording.errors import RecordingError, RecordingMisuseError
from engine.runtime.recording.report import Rule
from tests.unit.runtime.recording.sources import imported, instant, nse_row, wall, write_nse

FILE = "nse_chain_2019_NIFTY.parquet"


def test_a_row_becomes_the_index_and_a_call_and_a_put_of_the_listed_contract(tmp_path: Path) -> None:
    source = write_nse(tmp_path / FILE, [nse_row(wall(10, 0))])

    header, recording = imported("nse-chain", source)
    (frame,) = recording.frames()

    assert [contract.id for contract in header.contracts] == [
        "NSE:NIFTY 50",
        "NFO:NIFTY19JUL11300CE",
        "NFO:NIFTY19JUL11300PE",
    ]
    call = recording.master.by_symbol(Exchange.NFO, "NIFTY19JUL11300CE")
    assert (call.kind, call.expiry, call.strike) == (Kind.CALL, date(2019, 7, 25), price_of("11300"))
    assert (call.lot_size, call.tick_size) == (75, price_of("0.05"))
    assert frame.at == instant(10, 0)
    assert frame.rows.tolist() == [0, 1, 2]
    assert frame.values[0].tolist() == [price_of("11271.30"), 0, 0, 0, 0, 0, 0, 0]
    # Volume counts contracts at the source, so ten lots of 75; open interest counts units already.
    expected = [price_of("100.30"), price_of("100.05"), 75, price_of("100.55"), 150, 750, 750, 0]
    assert frame.values[1].tolist() == expected


def test_holidays_hours_totals_and_1970_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        nse_row(wall(10, 0)),
        nse_row(wall(9, 0), CallLTP=90.0),
        nse_row(wall(16, 44), CallLTP=91.0),
        nse_row(wall(10, 0, date(2019, 6, 5)), CallLTP=92.0),
        nse_row(wall(5, 30, date(1970, 1, 1)), CallLTP=93.0),
        nse_row(wall(10, 0), strike=None),
        nse_row(wall(10, 0, date(2019, 7, 26)), CallLTP=94.0),
    ]
    source = write_nse(tmp_path / FILE, rows)

    report = imported("nse-chain", source)[0].report

    assert report.rows_read == 7
    assert report.quotes_kept == 3
    assert report.of(Rule.OUTSIDE_SESSION) == 3
    assert report.of(Rule.IMPOSSIBLE_STAMP) == 1
    assert report.of(Rule.TOTAL_ROW) == 1
    assert report.of(Rule.EXPIRED) == 1


def test_crossed_half_and_off_tick_sides_follow_their_rules(tmp_path: Path) -> None:
    rows = [
        nse_row(wall(10, 0), 11200.0, CallBidPrice=101.0, CallAskPrice=100.0),
        nse_row(wall(10, 0), 11250.0, CallBidPrice=100.02, CallAskPrice=100.52, CallLTP=100.23),
        nse_row(wall(10, 0), 11300.0, CallBidQty=None),
        nse_row(wall(10, 0), 11350.0, CallLTP=-5.0),
    ]
    source = write_nse(tmp_path / FILE, rows)

    header, recording = imported("nse-chain", source)
    (frame,) = recording.frames()
    calls = {
        contract.strike: dict(zip(QuoteColumn, frame.values[row].tolist(), strict=True))
        for row, contract in enumerate(header.contracts)
        if contract.kind is Kind.CALL
    }

    crossed, rounded, half, negative = (calls[price_of(str(strike))] for strike in (11200, 11250, 11300, 11350))
    assert (crossed[QuoteColumn.BID], crossed[QuoteColumn.ASK], crossed[QuoteColumn.ASK_QUANTITY]) == (0, 0, 0)
    assert rounded[QuoteColumn.BID] == price_of("100.00")
    assert rounded[QuoteColumn.ASK] == price_of("100.55")
    assert rounded[QuoteColumn.LAST_PRICE] == price_of("100.25")
    assert (half[QuoteColumn.BID], half[QuoteColumn.BID_QUANTITY]) == (0, 0)
    assert negative[QuoteColumn.LAST_PRICE] == 0
    counts = header.report.counts
    assert counts == {"impossible_price": 1, "half_side": 1, "off_tick": 3, "crossed": 1}


def test_a_page_served_again_is_left_out(tmp_path: Path) -> None:
    rows = [nse_row(wall(10, 0)), nse_row(wall(10, 15)), nse_row(wall(10, 30), CallVolume=11.0)]
    source = write_nse(tmp_path / FILE, rows)

    header, recording = imported("nse-chain", source)

    assert [frame.at for frame in recording.frames()] == [instant(10, 0), instant(10, 30)]
    assert header.report.of(Rule.OLD_PAGE) == 1


def test_pages_of_another_day_mixed_into_one_are_left_out(tmp_path: Path) -> None:
    genuine = [nse_row(wall(10, minute), spot=11600.0 + minute) for minute in (0, 10, 20, 30)]
    foreign = [nse_row(wall(10, minute), spot=11300.0 + minute) for minute in (15, 25)]
    source = write_nse(tmp_path / FILE, genuine + foreign)

    header, recording = imported("nse-chain", source)

    assert [frame.at for frame in recording.frames()] == [instant(10, minute) for minute in (0, 10, 20, 30)]
    assert header.report.of(Rule.SPLICE) == 2
    assert header.report.of(Rule.OUT_OF_ORDER) == 1


def test_the_nearest_expiry_gives_the_index_level_of_a_stamp(tmp_path: Path) -> None:
    later = wall(0, 0, date(2019, 8, 1))
    rows = [nse_row(wall(10, 0), spot=11280.0) | {"expiry": later}, nse_row(wall(10, 0), spot=11271.3)]
    source = write_nse(tmp_path / FILE, rows)

    header, recording = imported("nse-chain", source)
    (frame,) = recording.frames()

    assert frame.values.item(0, 0) == price_of("11271.30")
    assert header.report.of(Rule.SEVERAL_SPOTS) == 1


def test_duplicates_are_told_apart_from_conflicts_and_volume_never_falls(tmp_path: Path) -> None:
    rows = [
        nse_row(wall(10, 0), CallVolume=10.0),
        nse_row(wall(10, 0), CallVolume=12.0),
        nse_row(wall(10, 15), CallVolume=11.0, spot=11280.0),
    ]
    source = write_nse(tmp_path / FILE, rows)

    header, recording = imported("nse-chain", source)
    volumes = [frame.values.item(1, QuoteColumn.VOLUME) for frame in recording.frames()]

    assert volumes == [12 * 75, 12 * 75]
    assert header.report.of(Rule.CONFLICTING) == 1
    assert header.report.of(Rule.DUPLICATE) == 1
    assert header.report.of(Rule.VOLUME_FELL) == 1


def test_an_empty_book_is_left_out_and_its_stamp_gives_no_index(tmp_path: Path) -> None:
    nothing = dict.fromkeys([side + field for side in ("Call", "Put") for field in ("LTP", "BidPrice", "AskPrice")])
    rows = [nse_row(wall(10, 0)), nse_row(wall(10, 15), spot=11280.0, **nothing)]
    source = write_nse(tmp_path / FILE, rows)

    header, recording = imported("nse-chain", source)

    assert [frame.at for frame in recording.frames()] == [instant(10, 0)]
    assert header.report.of(Rule.EMPTY_BOOK) == 2


def test_a_file_not_named_after_its_index_needs_the_underlying(tmp_path: Path) -> None:
    source = write_nse(tmp_path / "chain.parquet", [nse_row(wall(10, 0))])

    with pytest.raises(RecordingMisuseError, match="--underlying"):
        imported("nse-chain", source)

    assert imported("nse-chain", source, underlying="nifty")[1].underlyings == ("NIFTY",)


def test_a_source_with_nothing_in_trading_hours_is_refused(tmp_path: Path) -> None:
    source = write_nse(tmp_path / FILE, [nse_row(wall(8, 0))])

    with pytest.raises(RecordingError, match="Nothing is left"):
        imported("nse-chain", source)

"""Binary frames of the feed as columns, and as quotes of the engine."""

import json
import struct
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from brokers.zerodha.frames import FrameReader, token_rows
from brokers.zerodha.ticks import EVERYTHING, QUOTES, Packets
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import IST, SECOND, Instant, instant_of
from engine.domain.quote import QuoteColumn
from tests.unit.brokers.paper_world import CE, INDEX, PE

NOW = Instant(1_787_025_000 * SECOND)
QUOTE_VECTOR = bytes.fromhex(
    "0001002c00063a010002668300000001000265690011f1b20003e9ff00058037000264f30002673c000261c90002646c"
)
"""A quote packet whose values the vendor's own tests give (protocol sheet §12.6)."""


def frame(*packets: bytes) -> bytes:
    return struct.pack(">H", len(packets)) + b"".join(struct.pack(">H", len(packet)) + packet for packet in packets)


def price_packet(token: int, paise: int) -> bytes:
    return struct.pack(">Ii", token, paise)


def value(packets: Packets, name: str) -> int:
    return int(packets.values[0, EVERYTHING.column(name)])


def test_a_quote_packet_says_what_the_vendor_says() -> None:
    (packets,) = EVERYTHING.decode(QUOTE_VECTOR).packets

    said = {name: value(packets, name) for name in EVERYTHING.columns}

    assert packets.tokens.tolist() == [408065]
    assert said == {
        "last_price": 15_731_500,
        "last_quantity": 1,
        "average_price": 15_703_300,
        "volume": 1_175_986,
        "total_buy_quantity": 256_511,
        "total_sell_quantity": 360_503,
        "open": 15_691_500,
        "high": 15_750_000,
        "low": 15_610_500,
        "close": 15_678_000,
        "traded_at": 0,
        "open_interest": 0,
        "open_interest_high": 0,
        "open_interest_low": 0,
        "exchange_at": 0,
    }


def test_an_index_says_high_low_open_close() -> None:
    packet = struct.pack(">8i", 256265, 2_465_000, 2_470_000, 2_440_000, 2_450_000, 2_445_000, 20_000, 1_625_461_887)

    (packets,) = EVERYTHING.decode(frame(packet)).packets

    prices = [value(packets, name) for name in ("open", "high", "low", "close")]
    assert prices == [245_000_000, 247_000_000, 244_000_000, 244_500_000]
    assert value(packets, "exchange_at") == instant_of(datetime(2021, 7, 5, 10, 41, 27, tzinfo=IST))


@pytest.mark.parametrize(
    ("segment", "raw", "units"),
    [
        (2, 18_435, 1_843_500),
        (3, 842_525_000, 842_525),  # ₹84.2525 in the ten-millionths that currencies are counted in
        (6, 842_525, 842_525),
        (12, 842_525, 842_525),
        (7, -3_763_00, -37_630_000),  # oil below nothing
    ],
)
def test_prices_are_counted_by_segment_and_may_be_negative(segment: int, raw: int, units: int) -> None:
    token = 4_000 * 256 + segment

    one = EVERYTHING.decode(frame(price_packet(token, raw))).packets
    many = EVERYTHING.decode(frame(*[price_packet(token, raw)] * 3)).packets

    assert [value(packets, "last_price") for packets in (*one, *many)] == [units, units]


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x00\x01", b"\x00\x00\x00\x00"])
def test_heartbeats_hold_nothing(content: bytes) -> None:
    assert EVERYTHING.decode(content).packets == ()


def test_a_packet_of_unknown_length_is_skipped_and_counted() -> None:
    decoded = EVERYTHING.decode(frame(price_packet(770, 100), b"x" * 11, price_packet(1026, 200)))

    assert decoded.packets[0].tokens.tolist() == [770, 1026]
    assert (decoded.unknown, decoded.damaged) == (1, False)


def test_a_frame_that_ends_too_early_keeps_its_whole_packets() -> None:
    decoded = EVERYTHING.decode(frame(price_packet(770, 100), price_packet(1026, 200))[:-3])

    assert decoded.packets[0].tokens.tolist() == [770]
    assert decoded.damaged


def test_large_quantities_are_not_negative() -> None:
    packet = struct.pack(">IiIiIIIiiii", 770, 100, 0, 0, 4_000_000_000, 0, 0, 0, 0, 0, 0)

    (packets,) = EVERYTHING.decode(frame(packet)).packets

    assert value(packets, "volume") == 4_000_000_000


MASTER = ContractMaster(
    [msgspec.structs.replace(one, token=token) for one, token in ((INDEX, 256265), (CE, 770), (PE, 1026))]
)


def full_packet(token: int, bid: int, ask: int) -> bytes:
    head = struct.pack(">IiIiIIIiiii5I", token, 10_000, 65, 0, 1_000, 0, 0, 0, 0, 0, 0, 1_787_025_000, 77, 0, 0, 0)
    levels = [(65 * (level + 1), bid - 5 * level) for level in range(5)]
    levels += [(130 * (level + 1), ask + 5 * level) for level in range(5)]
    return head + b"".join(struct.pack(">IiHH", quantity, price, 3, 0) for quantity, price in levels)


def test_a_full_packet_becomes_a_quote_with_its_depth() -> None:
    quotes = FrameReader(token_rows(MASTER)).read(frame(full_packet(770, 9_995, 10_005)), NOW)

    assert quotes is not None
    assert quotes.at == NOW
    assert quotes.rows.tolist() == [1]
    assert quotes.values.tolist() == [[1_000_000, 999_500, 65, 1_000_500, 130, 1_000, 77, NOW]]
    assert quotes.depth is not None
    assert quotes.depth[0, 4].tolist() == [997_500, 325, 1_002_500, 650]


def test_several_packets_become_one_frame_and_no_row_comes_twice() -> None:
    reader = FrameReader(token_rows(MASTER))

    quotes = reader.read(
        frame(full_packet(1026, 900, 905), price_packet(770, 100), full_packet(999_938, 1, 2), price_packet(770, 200)),
        NOW,
    )

    assert quotes is not None
    last = dict(zip(quotes.rows.tolist(), quotes.values[:, QuoteColumn.LAST_PRICE].tolist(), strict=True))
    assert last == {1: 20_000, 2: 1_000_000}
    assert len(quotes.rows) == 2
    assert quotes.depth is not None
    assert quotes.depth.shape == (2, 5, 4)
    assert reader.strangers == 1


def test_a_frame_of_strangers_is_no_frame() -> None:
    reader = FrameReader(token_rows(MASTER))

    assert reader.read(frame(price_packet(9_999_938, 100)), NOW) is None
    assert reader.read(frame(*[price_packet(9_999_938, 100)] * 3), NOW) is None
    assert reader.strangers == 4


@pytest.mark.parametrize(
    "name",
    [
        "bfo_full_184_x3",
        "index_full_32",
        "index_quote_28",
        "mixed_40",
        "never_traded_full_184",
        "nfo_full_184",
        "nfo_ltp_8",
        "nfo_quote_44",
    ],
)
def test_recorded_frames_say_what_their_description_says(real_data: Path, name: str) -> None:
    folder = real_data / "wire" / "kite" / "synthetic"
    described = json.loads((folder / f"{name}.json").read_text())
    described = described if isinstance(described, list) else [described]

    decoded = EVERYTHING.decode((folder / f"{name}.bin").read_bytes())

    said = {
        int(token): (packets, row) for packets in decoded.packets for row, token in enumerate(packets.tokens.tolist())
    }
    assert not decoded.damaged
    for tick in described:
        packets, row = said[tick["instrument_token"]]
        assert packets.values[row, EVERYTHING.column("last_price")] == round(tick["last_price"] * 10_000)
        for side in ("open", "high", "low", "close"):
            if "ohlc" in tick:
                assert packets.values[row, EVERYTHING.column(side)] == round(tick["ohlc"][side] * 10_000)
        if "depth" in tick:
            assert packets.depth is not None
            for level, (bid, ask) in enumerate(zip(tick["depth"]["buy"], tick["depth"]["sell"], strict=True)):
                told = [round(bid["price"] * 10_000), bid["quantity"], round(ask["price"] * 10_000), ask["quantity"]]
                assert packets.depth[row, level].tolist() == told


def test_the_layout_of_quotes_is_that_of_the_board() -> None:
    decoded = QUOTES.decode(frame(full_packet(770, 9_995, 10_005)))

    assert decoded.packets[0].values.shape == (1, len(QuoteColumn))
    assert decoded.packets[0].values.dtype == np.int64

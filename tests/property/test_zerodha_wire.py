"""Whatever Zerodha sends: frames, answers, rows and lists are read or refused, never guessed, and nothing crashes."""

import struct
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.errors import BooksUnreadableError
from brokers.zerodha import instruments, ticks
from brokers.zerodha.answers import DEFINITE, DOUBTFUL, Accepted, Refused, Unsure, read_answer
from brokers.zerodha.figures import FigureError
from brokers.zerodha.order_story import OrderStories
from brokers.zerodha.rows import KiteOrder, read_order, read_positions, read_trades
from brokers.zerodha.words import STATUSES, UnknownWordError
from engine.domain.instant import IST, instant_of
from engine.domain.order import TERMINAL, OrderStatus

LENGTHS = (8, 28, 32, 44, 184)
SEGMENTS = st.sampled_from((1, 2, 3, 4, 5, 6, 7, 9, 12))


@st.composite
def packets(draw: st.DrawFn) -> list[bytes]:
    kinds = draw(st.lists(st.sampled_from(LENGTHS), min_size=1, max_size=40))
    found = []
    for length in kinds:
        token = draw(st.integers(1, 1_000_000)) * 256 + draw(SEGMENTS)
        # The vendor's parser has no signs, so prices stay below 2**31 here.
        words = draw(st.lists(st.integers(0, 2**31 - 1), min_size=length // 4 - 1, max_size=length // 4 - 1))
        found.append(struct.pack(f">I{len(words)}I", token, *words))
    return found


def framed(parts: list[bytes]) -> bytes:
    return struct.pack(">H", len(parts)) + b"".join(struct.pack(">H", len(part)) + part for part in parts)


@pytest.fixture(scope="module")
def vendor() -> Any:
    """The vendor's own parser, as an independent source."""
    from kiteconnect import KiteTicker

    return KiteTicker("key", "token")


@given(parts=packets())
def test_frames_are_read_as_the_vendors_parser_reads_them(vendor: Any, parts: list[bytes]) -> None:
    ours = ticks.EVERYTHING.decode(framed(parts))

    theirs: dict[int, list[dict[str, Any]]] = {}
    for part, tick in zip(parts, vendor._parse_binary(framed(parts)), strict=True):
        theirs.setdefault(len(part), []).append(tick)
    assert not ours.damaged
    assert sum(len(group.tokens) for group in ours.packets) == len(parts)
    for group in ours.packets:
        for row, tick in enumerate(theirs[group.length]):
            _same(group, row, tick)


def _same(group: ticks.Packets, row: int, tick: dict[str, Any]) -> None:
    names = {"last_traded_quantity": "last_quantity", "average_traded_price": "average_price"}
    names |= {"volume_traded": "volume", "oi": "open_interest", "oi_day_high": "open_interest_high"}
    names |= {"oi_day_low": "open_interest_low", "last_price": "last_price"}
    names |= {"total_buy_quantity": "total_buy_quantity", "total_sell_quantity": "total_sell_quantity"}
    flat = {**tick, **tick.get("ohlc", {})}
    columns = {names.get(name, name): number for name, number in flat.items()}
    prices = {"last_price", "average_price", "open", "high", "low", "close"}
    said = dict(zip(ticks.EVERYTHING.columns, group.values[row].tolist(), strict=True))
    assert group.tokens[row] == tick["instrument_token"]
    for name in said.keys() & columns.keys() - {"exchange_at", "traded_at"}:
        told = columns[name]
        assert abs(said[name] - told * 10_000) <= 0.51 if name in prices else said[name] == told
    if tick.get("exchange_timestamp") is not None:
        assert said["exchange_at"] == instant_of(tick["exchange_timestamp"].astimezone(IST))
    for level, (bid, ask) in enumerate(zip(*_sides(tick), strict=True)):
        assert group.depth is not None
        bid_price, bid_quantity, ask_price, ask_quantity = group.depth[row, level].tolist()
        assert (bid_quantity, ask_quantity) == (bid["quantity"], ask["quantity"])
        assert abs(bid_price - bid["price"] * 10_000) <= 0.51
        assert abs(ask_price - ask["price"] * 10_000) <= 0.51


def _sides(tick: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    depth = tick.get("depth", {"buy": [], "sell": []})
    return depth["buy"], depth["sell"]


@given(content=st.binary(max_size=600))
def test_no_bytes_break_the_reading_of_frames(content: bytes) -> None:
    decoded = ticks.QUOTES.decode(content)

    assert sum(len(group.tokens) for group in decoded.packets) * 8 <= len(content)


@given(parts=packets(), cut=st.integers(1, 200))
def test_a_frame_cut_anywhere_keeps_only_whole_packets(parts: list[bytes], cut: int) -> None:
    content = framed(parts)[:-cut]

    decoded = ticks.QUOTES.decode(content)

    assert decoded.damaged or len(content) < 4
    assert sum(len(group.tokens) for group in decoded.packets) <= len(parts) - 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(status=st.integers(100, 599), body=st.binary(max_size=200))
def test_an_answer_of_any_bytes_is_never_a_yes(status: int, body: bytes) -> None:
    assert isinstance(read_answer(status, body), Refused | Unsure)


@given(
    status=st.sampled_from((200, 400, 403, 404, 429, 500, 502, 503, 504)),
    kind=st.sampled_from(("InputException", "OrderException", "NetworkException", "GeneralException", "")),
    words=st.text(max_size=40),
    doubt=st.sampled_from(DOUBTFUL),
)
def test_words_of_doubt_are_never_a_no(status: int, kind: str, words: str, doubt: str) -> None:
    document = {"status": "error", "error_type": kind, "message": f"{words} {doubt.upper()} {words}"}

    assert isinstance(read_answer(status, msgspec.json.encode(document)), Unsure)


@given(
    kind=st.sampled_from(("InputException", "OrderException", "GeneralException", "DataException", "Novel")),
    status=st.sampled_from((400, 500, 502, 503, 504)),
    words=st.text(st.sampled_from("xyz ,."), max_size=40),
)
def test_words_that_nobody_knows_are_never_a_no(kind: str, status: int, words: str) -> None:
    document = {"status": "error", "error_type": kind, "message": words}

    assert isinstance(read_answer(status, msgspec.json.encode(document)), Unsure)


@given(sentence=st.sampled_from([sentence for sentence, _ in DEFINITE]), status=st.sampled_from((500, 502, 503, 504)))
def test_a_server_in_trouble_never_says_no(sentence: str, status: int) -> None:
    document = {"status": "error", "error_type": "NetworkException", "message": sentence}

    assert isinstance(read_answer(status, msgspec.json.encode(document)), Unsure)


@given(data=JSON)
def test_a_success_without_an_order_number_is_not_a_yes(data: Any) -> None:
    body = msgspec.json.encode({"status": "success", "data": _finite(data)})

    answer = read_answer(200, body)

    assert isinstance(answer, Unsure | Accepted)
    if isinstance(answer, Accepted):
        assert "order_id" in body.decode()


def _finite(data: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(data))


ROW: dict[str, Any] = {
    "order_id": "1999911122233344455",
    "status": "OPEN",
    "status_message": None,
    "order_timestamp": "2026-11-20 11:03:41",
    "exchange_update_timestamp": "2026-11-20 11:03:41",
    "variety": "regular",
    "exchange": "NFO",
    "tradingsymbol": "NIFTY26D0124500CE",
    "order_type": "LIMIT",
    "transaction_type": "SELL",
    "product": "NRML",
    "quantity": 130,
    "price": 186.5,
    "trigger_price": 0,
    "average_price": 0,
    "filled_quantity": 0,
    "tag": "LW7Q2K9F0001",
    "tags": ["LW7Q2K9F0001"],
}


def ours(tag: str) -> bool:
    return tag.startswith("LW")


def read_or_refused(read: Any) -> Any:
    """Answer what was read, or the sentence of the refusal."""
    try:
        return read()
    except (FigureError, UnknownWordError) as error:
        return str(error) or None


@given(field=st.sampled_from(sorted(ROW)), value=JSON)
def test_a_row_with_any_damage_is_read_or_refused_with_a_sentence(field: str, value: Any) -> None:
    order = read_or_refused(lambda: read_order({**ROW, field: value}, ours))

    assert order is None or isinstance(order, str) or (order.quantity >= 0 and order.filled >= 0)


@given(value=JSON)
def test_books_of_any_shape_are_read_or_refused_with_a_sentence(value: Any) -> None:
    for read in (read_trades, read_positions):
        assert read_or_refused(lambda read=read: read(value)) is not None


@given(content=st.binary(max_size=300))
def test_a_contract_list_of_any_bytes_is_refused_with_a_sentence(content: bytes) -> None:
    header = instruments.HEADER.encode() + b"\n"

    for body in (content, header + content):
        with pytest.raises(BooksUnreadableError):
            instruments.checked(body, "NFO", date(2026, 11, 20), 1_000)


NEWS = st.builds(
    lambda status, filled, second: {
        **ROW,
        "status": status,
        "filled_quantity": filled,
        "average_price": 186.5 if filled else 0,
        "exchange_update_timestamp": f"2026-11-20 11:03:{second:02}",
    },
    st.sampled_from([*sorted(STATUSES), "UPDATE", "MODIFY PENDING", "SOMETHING NEW"]),
    st.sampled_from((0, 65, 130)),
    st.integers(0, 59),
)


@given(news=st.lists(NEWS, max_size=12))
def test_news_in_any_order_never_takes_a_fill_back_or_revives_an_order(news: list[dict[str, Any]]) -> None:
    stories = OrderStories()
    told: list[KiteOrder] = []

    for row in news:
        order = read_order(row, ours)
        assert order is not None
        merged = stories.take(order)
        if merged is not None:
            told.append(merged)

    fills = [order.filled for order in told]
    assert fills == sorted(fills)
    for before, after in pairwise(told):
        if before.status in TERMINAL:
            assert after.status in TERMINAL
        if before.status is OrderStatus.COMPLETE:
            assert after.status is OrderStatus.COMPLETE


@given(news=st.lists(NEWS, min_size=1, max_size=8), again=st.randoms(use_true_random=False))
def test_repeated_and_shuffled_news_end_where_straight_news_do(news: list[dict[str, Any]], again: Any) -> None:
    def end(rows: list[dict[str, Any]]) -> tuple[OrderStatus, int]:
        stories = OrderStories()
        for row in rows:
            order = read_order(row, ours)
            assert order is not None
            stories.take(order)
        (order,) = stories.orders.values()
        return (order.status, order.filled) if order.status in TERMINAL else (OrderStatus.OPEN, order.filled)

    straight = end(news)
    doubled = [*news, *news]
    again.shuffle(doubled)
    shuffled = end(doubled)

    assert shuffled[1] == straight[1]
    assert (shuffled[0] in TERMINAL) == (straight[0] in TERMINAL)

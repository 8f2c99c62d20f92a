"""Further things that Zerodha sends: conversions, postbacks, logins, funds, texts of the feed, damaged lists."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokers.errors import BooksUnreadableError
from brokers.zerodha import instruments
from brokers.zerodha.answers import DEFINITE, DOUBTFUL, Done, Refused, Unsure, read_conversion
from brokers.zerodha.books import read_funds
from brokers.zerodha.feed import Feed
from brokers.zerodha.feed_line import Watch
from brokers.zerodha.figures import FigureError
from brokers.zerodha.frames import FrameReader
from brokers.zerodha.order_story import read_postback
from brokers.zerodha.rows import read_positions
from brokers.zerodha.session import session_of
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.quote import QuoteFrame
from engine.runtime.contract_file import DamagedFileError
from engine.runtime.instrument_store import load_contracts
from tests.helpers.kite_server import contract_dump
from tests.helpers.practice_desk import rules
from tests.property.test_zerodha_wire import JSON, framed, packets, read_or_refused

NOW = Instant(1_787_025_000_000_000)
TODAY = date(2026, 11, 20)


def answer(**fields: Any) -> bytes:
    """An answer of Kite's; what JSON cannot say is left to its writer."""
    import json

    return json.dumps(fields).encode()


@given(status=st.integers(100, 599), body=st.binary(max_size=200))
def test_a_conversion_answered_by_any_bytes_is_never_done(status: int, body: bytes) -> None:
    assert isinstance(read_conversion(status, body), Refused | Unsure)


@given(data=JSON)
def test_only_true_is_a_conversion_that_was_done(data: Any) -> None:
    assert isinstance(read_conversion(200, answer(status="success", data=data)), Done) == (data is True)


@given(
    status=st.integers(400, 599),
    kind=st.text(max_size=20),
    words=st.text(max_size=30),
    doubt=st.sampled_from(DOUBTFUL),
)
def test_words_of_doubt_about_a_conversion_are_never_a_no(status: int, kind: str, words: str, doubt: str) -> None:
    said = answer(status="error", error_type=kind, message=f"{words} {doubt}")

    assert isinstance(read_conversion(status, said), Unsure)


@given(sentence=st.sampled_from([sentence for sentence, _ in DEFINITE]), status=st.sampled_from((500, 502, 503, 504)))
def test_a_server_in_trouble_never_refuses_a_conversion(sentence: str, status: int) -> None:
    said = answer(status="error", error_type="OrderException", message=sentence)

    assert isinstance(read_conversion(status, said), Unsure)


@given(body=st.binary(max_size=300))
def test_a_postback_of_any_bytes_is_refused_with_a_sentence(body: bytes) -> None:
    assert isinstance(read_or_refused(lambda: read_postback(body, "secret")), str)


@given(fields=st.dictionaries(st.sampled_from(("order_id", "order_timestamp", "checksum", "status")), JSON))
def test_a_postback_that_is_not_proven_is_refused_whatever_it_says(fields: dict[str, Any]) -> None:
    assert isinstance(read_or_refused(lambda: read_postback(answer(**fields), "secret")), str)


@given(
    value=JSON, fields=st.dictionaries(st.sampled_from(("access_token", "user_id", "login_time", "exchanges")), JSON)
)
def test_a_login_of_any_shape_is_a_session_or_a_sentence(value: Any, fields: dict[str, Any]) -> None:
    for document in (value, fields):
        session = read_or_refused(lambda document=document: session_of(document, "key", NOW))

        assert isinstance(session, str) or (session.access_token and session.expires_at > session.logged_in_at)


@given(value=JSON, field=st.sampled_from(("net", "available", "utilised")))
def test_funds_of_any_shape_are_read_or_refused(value: Any, field: str) -> None:
    sound = {"net": 5, "available": {"live_balance": 5}, "utilised": {"debits": 1}}

    assert read_or_refused(lambda: read_funds({**sound, field: value})) is not None


@given(value=JSON)
def test_what_is_carried_is_a_whole_number_or_a_sentence(value: Any) -> None:
    row = {"exchange": "NFO", "tradingsymbol": "X", "product": "NRML", "quantity": 65, "overnight_quantity": value}

    holdings = read_or_refused(lambda: read_positions({"net": [row]}))

    assert isinstance(holdings, str) or all(isinstance(one, int) for one in holdings.carried.values())


@given(parts=packets(), noise=st.binary(max_size=60))
def test_the_engine_gets_each_known_contract_once_a_frame_and_no_strangers(parts: list[bytes], noise: bytes) -> None:
    known = {int.from_bytes(part[:4], "big"): row for row, part in enumerate(parts[::2])}
    reader = FrameReader(known)

    for frame in (framed(parts), framed(parts) + noise, noise, framed(parts)[: -len(noise) - 1]):
        quotes = reader.read(frame, NOW)
        if quotes is not None:
            rows = quotes.rows.tolist()
            assert len(set(rows)) == len(rows)
            assert set(rows) <= set(known.values())


class Deaf:
    """Hears what a feed tells, and forgets it."""

    def __init__(self) -> None:
        self.rows: list[object] = []

    def report(self, report: object) -> None:
        raise AssertionError(report)

    def quotes(self, frame: QuoteFrame) -> None:
        raise AssertionError(frame)

    def notice(self, at: Instant, sentence: str) -> None:
        assert isinstance(sentence, str)

    def order_row(self, row: object) -> None:
        self.rows.append(row)

    def joined(self) -> None:
        raise AssertionError

    def session_lost(self, detail: str) -> None:
        raise AssertionError(detail)

    def now(self) -> Instant:
        return NOW


def feed_of(deaf: Deaf) -> Feed:
    watch = Watch(trades_now=lambda _at: True)
    door: Any = None
    return Feed(AccountId("Z1"), door, {}, deaf, deaf, watch, deaf, np.random.default_rng(1))


@given(text=st.text(max_size=200))
def test_a_text_of_the_feed_that_is_no_message_of_kites_says_nothing(text: str) -> None:
    deaf = Deaf()

    feed_of(deaf).text(text)

    assert deaf.rows == []


@given(kind=st.sampled_from(("order", "error", "message", "instruments_meta", "weather")), data=JSON)
def test_a_message_of_the_feed_with_any_content_is_taken(kind: str, data: Any) -> None:
    deaf = Deaf()

    feed_of(deaf).text(answer(type=kind, data=data).decode())

    assert len(deaf.rows) == (kind == "order") or "Infinity" in str(data) or "nan" in str(data).lower()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=st.integers(1, 5), column=st.integers(0, 11), cell=st.text(max_size=12))
def test_a_contract_list_with_one_damaged_cell_is_refused_or_its_contract_left_out(
    tmp_path: Path, line: int, column: int, cell: str
) -> None:
    lines = contract_dump("NFO", 5).decode().splitlines()
    fields = lines[line].split(",")
    before, fields[column] = fields[column], cell
    lines[line] = ",".join(fields)
    body = "\n".join([*lines, ""]).encode()

    try:
        rows, _ = instruments.checked(body, "NFO", TODAY, 5)
        path = tmp_path / "contracts.csv"
        path.write_bytes(instruments.HEADER.encode() + b"\n" + rows)
        loaded = load_contracts(path, rules(), TODAY)
    except (BooksUnreadableError, DamagedFileError):
        return

    sound = {f"NFO:NIFTY26D01{24_000 + row}CE" for row in range(5) if row != line - 1}
    assert sound <= {str(one.id) for one in loaded.master.instruments} or before == cell


def test_a_figure_that_is_none_is_said_in_a_sentence() -> None:
    with pytest.raises(FigureError, match="free funds"):
        read_funds({"net": "much", "available": {}, "utilised": {"debits": 0}})

"""Whatever a client sends to the practice Kite, it is answered, and never with a failure that is not meant."""

import json
from functools import cache
from urllib.parse import quote, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.practice.zerodha.routes import ROUTES
from brokers.practice.zerodha.wire import Fate
from engine.domain.instant import SECOND
from tests.helpers.practice_desk import CALL, VirtualClient

FIELDS = (
    *("exchange", "tradingsymbol", "transaction_type", "quantity", "product", "order_type"),
    *("price", "trigger_price", "validity", "validity_ttl", "disclosed_quantity", "iceberg_legs"),
    *("iceberg_quantity", "market_protection", "autoslice", "tag", "variety", "order_id"),
    *("i", "from", "to", "oi", "interval", "api_key"),
    *("request_token", "checksum", "access_token", "type", "condition", "orders"),
    *("name", "lhs_exchange", "lhs_tradingsymbol", "lhs_attribute", "operator", "rhs_type"),
    *("rhs_constant", "uuid", "status", "basket", "old_product", "new_product"),
    *("position_type", "mode", "consider_positions", "parent_order_id"),
)
WORDS = st.sampled_from(
    [
        *(
            "NFO",
            "NSE",
            CALL,
            "NIFTY 50",
            f"NFO:{CALL}",
            "BUY",
            "SELL",
            "65",
            "130",
            "-1",
            "0",
            "1e9",
            "NaN",
            "Infinity",
        ),
        *("NRML", "MIS", "CNC", "MARKET", "LIMIT", "SL", "SL-M", "DAY", "IOC", "TTL", "100", "100.05", "1.03", "true"),
        *("2026-08-18", "2026-08-19 10:00:00", "9999-99-99", "single", "two-leg", "{}", "[]", '{"trigger_values":[1]}'),
        *("regular", "iceberg", "co", "amo", "practicekey", "256265", "99999999999999999999", "\u0967", "²", "compact"),
    ]
)
VALUES = WORDS | st.text(max_size=20)
FORMS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=16)
HOLES = st.sampled_from(["regular", "co", "NFO", "256265", "minute", "day", "buy", "equity", "1", "4711001"]) | st.text(
    min_size=1, max_size=12
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=12,
)
MEANT = {200, 302, 307, 400, 403, 404, 405, 429}


@cache
def client() -> VirtualClient:
    one = VirtualClient(pause=SECOND // 5).log_in()
    one.place(one.limit(80))
    return one


def answered(method: str, target: str, body: bytes, content_type: str) -> None:
    one = client()
    one.wait(one.pause)
    headers = {**one.headers, "Content-Type": content_type}
    answer = one.kite.answer(method, target, headers, body, one.now)
    assert answer.status in MEANT
    assert answer.fate is Fate.DELIVERED
    if answer.headers.get("Content-Type") == "application/json":
        assert json.loads(answer.body)["status"] in ("success", "error")


@given(route=st.sampled_from(ROUTES), holes=st.lists(HOLES, min_size=2, max_size=2), query=FORMS, form=FORMS)
@settings(max_examples=150)
def test_any_form_is_answered(route: object, holes: list[str], query: dict[str, str], form: dict[str, str]) -> None:
    assert hasattr(route, "path")
    path = route.path
    for hole in holes:
        start, end = path.find("{"), path.find("}")
        if start >= 0:
            path = path[:start] + quote(hole, safe="", errors="replace") + path[end + 1 :]
    encoded = urlencode(form, errors="replace").encode()
    target = f"{path}?{urlencode(query, errors='replace')}"
    method = route.method

    # A session that ends would make every later example the same.
    if path != "/session/token":
        answered(method, target, encoded, "application/x-www-form-urlencoded")


@given(path=st.sampled_from(["/margins/orders", "/margins/basket", "/charges/orders"]), document=DOCUMENTS)
@settings(max_examples=80)
def test_any_document_is_answered(path: str, document: object) -> None:
    answered("POST", path, json.dumps(document).encode(), "application/json")
    answered("POST", path, json.dumps([document]).encode(), "application/json")


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    target=st.text(max_size=30),
    body=st.binary(max_size=60),
)
@settings(max_examples=100)
def test_any_bytes_are_answered(method: str, target: str, body: bytes) -> None:
    answered(method, f"/{target}", body, "text/plain")


@given(texts=st.lists(st.text(max_size=40) | DOCUMENTS.map(json.dumps), max_size=5))
@settings(max_examples=80)
def test_any_text_on_a_socket_leaves_it_open(texts: list[str]) -> None:
    one = client()
    line = one.socket()

    for text in texts:
        line.receive(text, one.now)
        line.receive(json.dumps({"a": "mode", "v": ["full", text]}), one.now)
    one.frames(line, 1)

    assert line.is_open
    line.is_open = False


@given(tokens=DOCUMENTS)
@settings(max_examples=80)
def test_any_token_can_be_asked_for(tokens: object) -> None:
    one = client()
    line = one.socket()

    for name in ("ltp", "quote", "full"):
        line.receive(json.dumps({"a": "mode", "v": [name, [tokens, 256265]]}), one.now)
        line.receive(json.dumps({"a": "unsubscribe", "v": [tokens]}), one.now)

    assert one.frames(line, 1)
    line.is_open = False

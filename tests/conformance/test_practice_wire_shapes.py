"""Fields and types of the practice Kite's answers against the recorded samples of the official clients."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from brokers.practice.zerodha.instruments import HEADER
from engine.domain.instant import SECOND
from tests.helpers.practice_desk import CALL, VirtualClient

GONE = {
    "orders.json": {"auction_number"},
    "trades.json": {"instrument_token"},
    "gtt_get_orders.json": {
        *("account_id", "parent_order_id", "validity", "disclosed_quantity", "trigger_price", "ltp_atp", "meta"),
        *("squareoff_abs_tick", "stoploss_abs_tick", "squareoff", "stoploss", "trailing_stoploss", "guid"),
    },
}
"""Fields of the old samples that newer ones do not have, or whose type changed: auction_number was a
number in 2021, the token of a trade a text in 2015."""

FREE = {"meta", "authorisation"}
"""Objects whose fields are not fixed."""


@pytest.fixture(scope="module")
def samples(real_data: Path) -> Path:
    folder = real_data / "wire" / "kite" / "dotnetkiteconnect-test"
    if not folder.is_dir():
        pytest.skip("no recorded samples of the official clients")
    return folder


@pytest.fixture(scope="module")
def client() -> VirtualClient:
    one = VirtualClient().log_in()
    one.place(one.order())
    one.place(one.limit(80))
    form = {
        "type": "single",
        "condition": json.dumps(
            {"exchange": "NFO", "tradingsymbol": CALL, "trigger_values": [0.05], "last_price": one.last()}
        ),
        "orders": json.dumps([one.order(order_type="LIMIT", price=1.0, transaction_type="SELL")]),
    }
    one.call("POST", "/gtt/triggers", form)
    one.wait(SECOND)
    return one


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "switch"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def differences(sample: Any, ours: Any, gone: set[str], where: str = "") -> Iterator[str]:
    """What a sample has and ours has not, or has in another type; None fits everything."""
    if sample is None or ours is None:
        return
    if kind(sample) != kind(ours):
        yield f"{where}: {kind(sample)} became {kind(ours)}"
    elif isinstance(sample, dict):
        for name, value in sample.items():
            if name in gone:
                continue
            if name not in ours:
                yield f"{where}.{name} is missing"
            elif name not in FREE:
                yield from differences(value, ours[name], gone, f"{where}.{name}")
    elif isinstance(sample, list) and sample and ours:
        yield from differences(sample[0], ours[0], gone, f"{where}[]")


ASKED = {
    "orders.json": ("/orders", {}),
    "trades.json": ("/trades", {}),
    "positions.json": ("/portfolio/positions", {}),
    "holdings.json": ("/portfolio/holdings", {}),
    "profile.json": ("/user/profile", {}),
    "margins.json": ("/user/margins", {}),
    "gtt_get_orders.json": ("/gtt/triggers", {}),
    "historical.json": (
        "/instruments/historical/256265/minute",
        {"from": "2026-08-18 09:15:00", "to": "2026-08-18 10:00:00"},
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_has_the_fields_and_types_of_the_recorded_one(
    samples: Path, client: VirtualClient, name: str
) -> None:
    path, query = ASKED[name]
    sample = json.loads((samples / name).read_text(encoding="utf-8-sig"))["data"]

    ours = client.call("GET", path, **query)

    assert list(differences(sample, ours, GONE.get(name, set()))) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("order_margins.json", "/margins/orders"),
        ("order_margins_compact.json", "/margins/orders?mode=compact"),
        ("basket_margins.json", "/margins/basket?consider_positions=true"),
        ("basket_margins_compact.json", "/margins/basket?consider_positions=true&mode=compact"),
    ],
)
def test_margins_have_the_fields_and_types_of_the_recorded_ones(
    samples: Path, client: VirtualClient, name: str, path: str
) -> None:
    sample = json.loads((samples / name).read_text(encoding="utf-8-sig"))["data"]
    orders = [client.order(variety="regular", order_type="LIMIT", price=100, transaction_type="SELL")]

    assert list(differences(sample, client.call("POST", path, orders), set())) == []


@pytest.mark.parametrize(("name", "call"), [("quote.json", "quote"), ("ohlc.json", "ohlc"), ("ltp.json", "ltp")])
def test_quotes_have_the_fields_and_types_of_the_recorded_ones(
    samples: Path, client: VirtualClient, name: str, call: str
) -> None:
    sample = json.loads((samples / name).read_text(encoding="utf-8-sig"))["data"]
    path = "/quote" if call == "quote" else f"/quote/{call}"

    ours = client.call("GET", path, i=f"NFO:{CALL}")

    assert list(differences(next(iter(sample.values())), ours[f"NFO:{CALL}"], set())) == []


def test_an_order_history_an_autoslice_and_an_error_look_like_the_recorded_ones(
    samples: Path, client: VirtualClient
) -> None:
    history = json.loads((samples / "orderinfo.json").read_text(encoding="utf-8-sig"))["data"]
    slices = json.loads((samples / "autoslice_response.json").read_text(encoding="utf-8-sig"))["data"]
    error = json.loads((samples / "error.json").read_text(encoding="utf-8-sig"))
    rich = VirtualClient(funds=300_000).log_in()
    order_id = client.call("GET", "/orders")[0]["order_id"]

    ours = rich.call("POST", "/orders/regular", rich.limit(90, quantity=65 * 60, autoslice="true"))

    assert list(differences(history, client.call("GET", f"/orders/{order_id}"), set())) == []
    assert list(differences(slices, ours, set())) == []
    failed = [child["error"] for child in ours["children"] if "error" in child]
    assert list(differences([child["error"] for child in slices["children"] if "error" in child], failed, set())) == []
    assert set(json.loads(client.send("GET", "/nowhere").body)) == set(error)


def test_the_dump_has_the_columns_of_the_recorded_one(samples: Path) -> None:
    header = next(csv.reader(StringIO((samples / "instruments_all.csv").read_text(encoding="utf-8-sig"))))

    assert tuple(header) == HEADER

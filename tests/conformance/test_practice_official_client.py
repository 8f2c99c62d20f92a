"""The official Python client, unmodified but for its root address, against the practice Kite: one test per method."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.helpers.practice_desk import CALL, FUTURE
from tests.helpers.practice_server import practice_server

kiteconnect = pytest.importorskip("kiteconnect", reason="the official client is not installed")

MOST_LOOKS = 600
"""How often a book is read before a test gives up; every read lets simulated time pass."""


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with practice_server() as card:
        yield card


@pytest.fixture(scope="module")
def kite(server: dict[str, str]) -> Iterator[Any]:
    client = kiteconnect.KiteConnect(server["api_key"], root=server["root"])
    client.generate_session(server["request_token"], server["api_secret"])
    yield client
    client.reqsession.close()


def buy(kite: Any, **changes: Any) -> str:
    form = {
        "variety": "regular",
        "exchange": "NFO",
        "tradingsymbol": CALL,
        "transaction_type": "BUY",
        "quantity": 65,
        "product": "NRML",
        "order_type": "MARKET",
        "market_protection": -1,
        "tag": "official",
    }
    order_id: str = kite.place_order(**(form | changes))
    return order_id


def low_limit(kite: Any, **changes: Any) -> str:
    price = round(kite.ltp(f"NFO:{CALL}")[f"NFO:{CALL}"]["last_price"] * 0.7 / 0.05) * 0.05
    return buy(kite, order_type="LIMIT", price=round(price, 2), market_protection=None, **changes)


def until(read: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    for _ in range(MOST_LOOKS):
        found = read()
        if is_so(found):
            return found
    pytest.fail(f"never came about: {found}")


def row(kite: Any, order_id: str) -> dict[str, Any]:
    return next(one for one in kite.orders() if one["order_id"] == order_id)


def settled(kite: Any, order_id: str, *statuses: str) -> dict[str, Any]:
    found: dict[str, Any] = until(lambda: row(kite, order_id), lambda one: one["status"] in statuses)
    return found


def orders_of(kite: Any) -> list[dict[str, Any]]:
    last = kite.ltp(f"NFO:{CALL}")[f"NFO:{CALL}"]["last_price"]
    return [
        {
            "exchange": "NFO",
            "tradingsymbol": CALL,
            "transaction_type": "SELL",
            "variety": "regular",
            "product": "NRML",
            "order_type": "LIMIT",
            "quantity": 65,
            "price": last,
            "trigger_price": 0,
        }
    ]


def test_generate_session_sets_the_access_token(kite: Any) -> None:
    assert kite.access_token


def test_login_url_is_the_one_of_the_documentation(kite: Any) -> None:
    assert kite.login_url() == f"https://kite.zerodha.com/connect/login?api_key={kite.api_key}&v=3"


def test_profile(kite: Any) -> None:
    assert kite.profile()["user_id"] == "ZX0001"


def test_margins_of_all_and_of_one_segment(kite: Any) -> None:
    assert kite.margins()["equity"]["available"]["cash"] == kite.margins("equity")["available"]["cash"]


def test_place_order_and_order_history(kite: Any) -> None:
    order_id = buy(kite)
    settled(kite, order_id, "COMPLETE")

    history = kite.order_history(order_id)

    assert [one["status"] for one in history][:1] == ["PUT ORDER REQ RECEIVED"]
    assert isinstance(history[-1]["order_timestamp"], datetime)


def test_modify_order_and_cancel_order(kite: Any) -> None:
    order_id = low_limit(kite)
    settled(kite, order_id, "OPEN")

    assert kite.modify_order("regular", order_id, quantity=130) == order_id
    until(lambda: row(kite, order_id), lambda one: one["status"] == "OPEN" and one["quantity"] == 130)
    assert kite.cancel_order("regular", order_id) == order_id
    assert settled(kite, order_id, "CANCELLED")["cancelled_quantity"] == 130


def test_exit_order_leaves_a_cover_order(kite: Any) -> None:
    stop = round(kite.ltp(f"NFO:{FUTURE}")[f"NFO:{FUTURE}"]["last_price"] - 300)
    parent = buy(kite, variety="co", tradingsymbol=FUTURE, product="MIS", trigger_price=stop)
    (child,) = until(
        lambda: [one for one in kite.orders() if one["parent_order_id"] == parent], lambda found: len(found) == 1
    )

    assert kite.exit_order("co", child["order_id"], parent_order_id=parent) == child["order_id"]
    settled(kite, child["order_id"], "COMPLETE")


def test_place_autoslice_order(kite: Any) -> None:
    form = {"exchange": "NFO", "tradingsymbol": CALL, "transaction_type": "BUY", "product": "NRML"}
    price = round(kite.ltp(f"NFO:{CALL}")[f"NFO:{CALL}"]["last_price"] * 0.7 / 0.05) * 0.05

    answer = kite.place_autoslice_order("regular", quantity=65 * 30, order_type="LIMIT", price=round(price, 2), **form)

    assert answer["order_id"]
    assert len(answer["children"]) == 2


def test_trades_and_order_trades(kite: Any) -> None:
    order_id = buy(kite)
    settled(kite, order_id, "COMPLETE")

    trades = kite.order_trades(order_id)

    assert sum(trade["quantity"] for trade in trades) == 65
    assert trades[0]["trade_id"] in {trade["trade_id"] for trade in kite.trades()}


def test_positions_and_convert_position(kite: Any) -> None:
    settled(kite, buy(kite, tradingsymbol="NIFTY26AUG24200CE", product="MIS"), "COMPLETE")
    assert set(kite.positions()) == {"net", "day"}

    done = kite.convert_position("NFO", "NIFTY26AUG24200CE", "BUY", "day", 65, "MIS", "NRML")

    assert done is True


def test_holdings_and_auction_instruments(kite: Any) -> None:
    assert kite.holdings()[0]["tradingsymbol"] == "INFY"
    assert kite.get_auction_instruments() == []


def test_quote_ohlc_and_ltp(kite: Any) -> None:
    keys = [f"NFO:{CALL}", "NSE:NIFTY 50"]

    assert set(kite.quote(keys)) == set(kite.ohlc(keys)) == set(kite.ltp(*keys)) == set(keys)
    assert isinstance(kite.quote(keys)[keys[0]]["timestamp"], datetime)


def test_historical_data(kite: Any) -> None:
    candles = kite.historical_data(
        256265, "2026-08-18 09:15:00", datetime.fromisoformat("2026-08-18 15:30"), "5minute", oi=True
    )

    assert len(candles) >= 75
    assert {"date", "open", "high", "low", "close", "volume", "oi"} == set(candles[0])


def test_instruments_of_all_and_of_one_exchange(kite: Any) -> None:
    every, derivatives = kite.instruments(), kite.instruments("NFO")

    assert {one["exchange"] for one in derivatives} == {"NFO"}
    assert len(every) > len(derivatives)


def test_trigger_range(kite: Any) -> None:
    assert kite.trigger_range("BUY", f"NFO:{FUTURE}")[f"NFO:{FUTURE}"]["instrument_token"] > 0


def test_place_get_modify_and_delete_gtt(kite: Any) -> None:
    last = kite.ltp(f"NFO:{CALL}")[f"NFO:{CALL}"]["last_price"]
    leg = {"transaction_type": "SELL", "quantity": 65, "order_type": "LIMIT", "product": "NRML", "price": 1.0}
    number = kite.place_gtt("two-leg", CALL, "NFO", [1.0, 9_000.0], last, [leg, leg])["trigger_id"]

    kite.modify_gtt(number, "single", CALL, "NFO", [9_500.0], last, [leg])
    changed = kite.get_gtt(number)
    kite.delete_gtt(number)

    assert (changed["type"], changed["status"]) == ("single", "active")
    assert [one["status"] for one in kite.get_gtts() if one["id"] == number] == ["deleted"]


def test_order_margins_basket_margins_and_the_contract_note(kite: Any) -> None:
    orders = orders_of(kite)

    assert kite.order_margins(orders)[0]["total"] > 0
    assert kite.basket_order_margins(orders, consider_positions=False)["final"]["total"] > 0
    assert set(kite.basket_order_margins(orders, mode="compact")["initial"]) == {
        *("type", "tradingsymbol", "exchange", "total")
    }
    note = kite.get_virtual_contract_note([orders[0] | {"order_id": "1", "average_price": 100}])
    assert note[0]["charges"]["total"] > 20


def test_mutual_funds_are_empty(kite: Any) -> None:
    assert kite.mf_orders() == kite.mf_sips() == kite.mf_holdings() == kite.mf_instruments() == []


def sell_until_refused(kite: Any) -> None:
    for _ in range(6):
        buy(kite, transaction_type="SELL", quantity=65 * 27)


def test_refusals_become_the_exceptions_of_the_client(kite: Any) -> None:
    with pytest.raises(kiteconnect.exceptions.InputException, match="Market orders without market protection"):
        buy(kite, market_protection=None)
    with pytest.raises(kiteconnect.exceptions.GeneralException, match="Insufficient funds"):
        sell_until_refused(kite)


def test_a_session_that_ended_calls_the_expiry_hook(server: dict[str, str]) -> None:
    other = kiteconnect.KiteConnect(server["api_key"], access_token="stale", root=server["root"])
    called: list[bool] = []
    other.set_session_expiry_hook(lambda: called.append(True))

    with pytest.raises(kiteconnect.exceptions.TokenException):
        other.profile()
    other.reqsession.close()

    assert called == [True]


def test_invalidate_access_token_and_renewal(server: dict[str, str]) -> None:
    with practice_server() as card:
        other = kiteconnect.KiteConnect(card["api_key"], root=card["root"])
        other.generate_session(card["request_token"], card["api_secret"])

        assert other.invalidate_access_token() is True
        for call in (other.profile, lambda: other.renew_access_token("x", card["api_secret"])):
            with pytest.raises(kiteconnect.exceptions.TokenException):
                call()
        other.reqsession.close()


TICKER = """
import json, sys
from kiteconnect import KiteConnect, KiteTicker

card, symbol = json.loads(sys.argv[1]), sys.argv[2]
kite = KiteConnect(card["api_key"], root=card["root"])
session = kite.generate_session(card["request_token"], card["api_secret"])
token = kite.ltp("NFO:" + symbol)["NFO:" + symbol]["instrument_token"]
ticker = KiteTicker(card["api_key"], session["access_token"], root=card["websocket"])
seen, errors = {}, []

def on_connect(ws, response):
    ws.subscribe([256265, 264969, token])
    ws.set_mode(ws.MODE_FULL, [token])
    ws.set_mode(ws.MODE_LTP, [264969])
    ws.subscribe([1])

def on_ticks(ws, ticks):
    for tick in ticks:
        seen.setdefault(tick["instrument_token"], []).append(tick)
    if len(seen.get(token, [])) == 3:
        seen[token].append(None)
        kite.place_order("regular", "NFO", symbol, "BUY", 65, "NRML", "MARKET", market_protection=-1, tag="socket")

def on_order_update(ws, update):
    tick = seen[token][0]
    told = {"modes": {key: every[0]["mode"] for key, every in seen.items()}, "update": update, "errors": errors,
            "depth": len(tick["depth"]["buy"]), "last": tick["last_price"], "close": tick["ohlc"]["close"],
            "quote": kite.ohlc("NFO:" + symbol)["NFO:" + symbol]}
    print(json.dumps(told, default=str), flush=True)
    ws.stop_retry()
    ws.close()

ticker.on_connect, ticker.on_ticks, ticker.on_order_update = on_connect, on_ticks, on_order_update
ticker.on_error = lambda ws, code, reason: errors.append([code, str(reason)])
ticker.on_close = lambda ws, code, reason: ws.stop()
ticker.connect()
"""


def test_the_official_ticker_gets_ticks_of_every_mode_and_order_updates() -> None:
    with practice_server() as card:
        arguments = [sys.executable, "-c", TICKER, json.dumps(card), CALL]
        ran = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)

    told = json.loads(ran.stdout)
    assert sorted(told["modes"].values()) == ["full", "ltp", "quote"]
    assert (told["depth"], told["close"]) == (5, told["quote"]["ohlc"]["close"])
    assert (told["update"]["tag"], told["update"]["status"]) == ("socket", "COMPLETE")
    assert told["errors"] == []

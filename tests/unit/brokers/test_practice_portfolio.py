"""Positions, holdings, margins, triggers and alerts of the practice Kite (kite protocol sheet §8 to §10)."""

import json
from typing import Any

from engine.domain.instant import SECOND
from tests.helpers.practice_desk import CALL, FUTURE, VirtualClient, at


def rounded(value: float) -> float:
    return round(value, 4)


def position(client: VirtualClient, kind: str = "net", place: int = 0) -> dict[str, Any]:
    row: dict[str, Any] = client.call("GET", "/portfolio/positions")[kind][place]
    return row


def test_the_arithmetic_of_a_position_holds() -> None:
    client = VirtualClient().log_in()
    client.place(client.order(quantity=195))
    client.place(client.order(transaction_type="SELL"))

    row = position(client)

    assert (row["quantity"], row["buy_quantity"], row["sell_quantity"]) == (130, 195, 65)
    assert rounded(row["value"]) == rounded(row["sell_value"] - row["buy_value"])
    assert rounded(row["pnl"]) == rounded(row["value"] + row["quantity"] * row["last_price"])
    assert rounded(row["m2m"]) == rounded(row["sell_m2m"] - row["buy_m2m"] + row["quantity"] * row["last_price"])
    assert row["average_price"] == row["buy_price"]


def test_a_flat_position_stays_listed_with_an_average_of_nothing() -> None:
    client = VirtualClient().log_in()
    client.place(client.order())
    client.place(client.order(transaction_type="SELL"))

    row = position(client)

    assert (row["quantity"], row["average_price"]) == (0, 0)


def test_a_position_is_carried_over_night_at_what_it_cost() -> None:
    client = VirtualClient(start=at(15, 29)).log_in()
    client.place(client.order())
    bought = position(client)["average_price"]

    client.wait(at(0, 1) + 24 * 3_600 * SECOND - client.now)

    carried = position(client)
    assert (carried["overnight_quantity"], carried["day_buy_quantity"]) == (65, 0)
    assert carried["average_price"] == bought
    assert client.call("GET", "/portfolio/positions")["day"] == []
    assert client.call("GET", "/orders") == []


def test_a_converted_position_moves_to_the_other_product() -> None:
    client = VirtualClient().log_in()
    client.place(client.order(product="MIS"))
    form = {
        "exchange": "NFO",
        "tradingsymbol": CALL,
        "transaction_type": "BUY",
        "position_type": "day",
        "quantity": 65,
        "old_product": "MIS",
        "new_product": "NRML",
    }

    done = client.call("PUT", "/portfolio/positions", form)

    assert done is True
    rows = client.call("GET", "/portfolio/positions")["net"]
    assert [(row["product"], row["quantity"]) for row in rows] == [("MIS", 0), ("NRML", 65)]
    assert client.refused("PUT", "/portfolio/positions", form)[0] == 400


def test_a_share_can_be_sold_from_the_holdings_and_no_more_than_that() -> None:
    client = VirtualClient().log_in()
    share = {"exchange": "NSE", "tradingsymbol": "INFY", "product": "CNC", "transaction_type": "SELL"}

    refused = client.refused("POST", "/orders/regular", client.order(**share, quantity=26))
    client.place(client.order(**share, quantity=25))
    client.wait(30 * SECOND)

    assert refused[1] == "HoldingException"
    holding = client.call("GET", "/portfolio/holdings")[-1]
    assert (holding["quantity"], holding["used_quantity"], holding["opening_quantity"]) == (0, 25, 25)
    assert client.refused("POST", "/orders/regular", client.order(**share, quantity=1))[1] == "HoldingException"


def test_shares_that_were_traded_are_holdings_on_the_next_day() -> None:
    client = VirtualClient(start=at(15, 20)).log_in()
    share = {"exchange": "NSE", "tradingsymbol": "INFY", "product": "CNC"}
    client.place(client.order(**share, quantity=5))
    client.wait(20 * SECOND)
    today = position(client)["quantity"]

    client.wait(at(0, 1) + 24 * 3_600 * SECOND - client.now)

    assert today == 5
    assert client.call("GET", "/portfolio/positions")["net"] == []
    holding = client.call("GET", "/portfolio/holdings")[-1]
    assert (holding["quantity"], holding["used_quantity"]) == (30, 0)


def test_funds_fall_by_what_orders_block() -> None:
    client = VirtualClient().log_in()
    before = client.call("GET", "/user/margins/equity")

    client.place(client.order(transaction_type="SELL"))

    after = client.call("GET", "/user/margins")["equity"]
    assert before["net"] == before["available"]["cash"] == 5_000_000
    assert after["net"] == after["available"]["live_balance"] < before["net"]
    assert rounded(after["net"]) == rounded(after["available"]["cash"] - after["utilised"]["debits"])


def test_a_hedged_basket_needs_less_than_its_orders_by_themselves() -> None:
    client = VirtualClient().log_in()
    orders = [
        client.order(transaction_type="SELL", variety="regular", price=100, order_type="LIMIT"),
        client.order(tradingsymbol="NIFTY26AUG24300CE", variety="regular", price=40, order_type="LIMIT"),
    ]

    client.pause = 0
    full = client.call("POST", "/margins/basket?consider_positions=True", orders)
    compact = client.call("POST", "/margins/basket?consider_positions=true&mode=compact", orders)
    single = client.call("POST", "/margins/orders", orders)

    assert full["final"]["total"] < full["initial"]["total"]
    assert set(compact["final"]) == {"type", "tradingsymbol", "exchange", "total"}
    assert [row["total"] for row in single] == [row["total"] for row in full["orders"]]


def test_the_contract_note_adds_up() -> None:
    client = VirtualClient().log_in()
    order = client.order(transaction_type="SELL", variety="regular", order_id="1", average_price=182.4)

    (row,) = client.call("POST", "/charges/orders", [order])

    charges = row["charges"]
    parts = ("transaction_tax", "exchange_turnover_charge", "sebi_turnover_charge", "brokerage", "stamp_duty")
    assert rounded(charges["total"]) == rounded(sum(charges[part] for part in parts) + charges["gst"]["total"])
    assert (row["price"], charges["brokerage"]) == (182.4, 20)


def gtt_form(client: VirtualClient, *triggers: float) -> dict[str, str]:
    last = client.last(FUTURE)
    condition = {"exchange": "NFO", "tradingsymbol": FUTURE, "trigger_values": list(triggers), "last_price": last}
    order = client.order(tradingsymbol=FUTURE, order_type="LIMIT", price=round(last + 30), market_protection=None)
    kind = "single" if len(triggers) == 1 else "two-leg"
    return {"type": kind, "condition": json.dumps(condition), "orders": json.dumps([order] * len(triggers))}


def test_a_trigger_fires_once_and_its_order_is_an_ordinary_one() -> None:
    client = VirtualClient().log_in()
    near = client.last(FUTURE) + 1
    number = client.call("POST", "/gtt/triggers", gtt_form(client, near))["trigger_id"]

    for _ in range(300):
        if client.call("GET", f"/gtt/triggers/{number}")["status"] == "triggered":
            break

    result = client.call("GET", "/gtt/triggers")[0]["orders"][0]["result"]
    assert result["order_result"]["status"] == "success"
    assert client.row(result["order_result"]["order_id"])["tradingsymbol"] == FUTURE


def test_a_trigger_can_be_replaced_and_deleted() -> None:
    client = VirtualClient().log_in()
    last = client.last(FUTURE)
    number = client.call("POST", "/gtt/triggers", gtt_form(client, last - 900, last + 900))["trigger_id"]

    client.call("PUT", f"/gtt/triggers/{number}", gtt_form(client, last + 800))
    changed = client.call("GET", f"/gtt/triggers/{number}")
    client.call("DELETE", f"/gtt/triggers/{number}")

    assert (changed["type"], changed["status"]) == ("single", "active")
    assert client.call("GET", f"/gtt/triggers/{number}")["status"] == "deleted"
    assert client.refused("DELETE", f"/gtt/triggers/{number}")[0] == 400
    assert client.refused("GET", "/gtt/triggers/9")[0] == 404


def test_a_trigger_with_the_wrong_number_of_values_is_refused() -> None:
    client = VirtualClient().log_in()
    form = gtt_form(client, 100.0, 200.0) | {"type": "single"}

    assert "trigger_values" in client.refused("POST", "/gtt/triggers", form)[2]
    assert client.refused("POST", "/gtt/triggers", {"type": "single", "condition": "{", "orders": "["})[0] == 400


def test_an_alert_with_a_basket_places_its_orders() -> None:
    client = VirtualClient().log_in()
    order = client.order(tag=None)
    params = {name: order[name] for name in order if name not in ("exchange", "tradingsymbol")}
    item = {"exchange": "NFO", "tradingsymbol": CALL, "weight": 1, "params": params}
    form = {
        "name": "buy",
        "type": "ato",
        "lhs_exchange": "NFO",
        "lhs_tradingsymbol": CALL,
        "lhs_attribute": "LastTradedPrice",
        "operator": ">",
        "rhs_type": "constant",
        "rhs_constant": "0.05",
        "basket": json.dumps({"name": "b", "items": [item]}),
    }

    uuid = client.call("POST", "/alerts", form)["uuid"]
    client.wait(3 * SECOND)

    (fired,) = client.call("GET", f"/alerts/{uuid}/history")
    assert client.row(fired["order_meta"][0]["order_id"])["tradingsymbol"] == CALL
    assert client.refused("POST", "/alerts", form | {"basket": "{}"})[2] == "Invalid `basket`."


def test_an_alert_fires_and_can_be_changed_and_deleted() -> None:
    client = VirtualClient().log_in()
    form = {
        "name": "high",
        "type": "simple",
        "lhs_exchange": "INDICES",
        "lhs_tradingsymbol": "NIFTY 50",
        "lhs_attribute": "LastTradedPrice",
        "operator": ">=",
        "rhs_type": "constant",
        "rhs_constant": "100",
    }

    uuid = client.call("POST", "/alerts", form)["uuid"]
    client.wait(3 * SECOND)
    fired = client.call("GET", f"/alerts/{uuid}/history")
    changed = client.call("PUT", f"/alerts/{uuid}", form | {"name": "low", "status": "disabled"})
    client.call("DELETE", "/alerts", uuid=[uuid])

    assert len(fired) == 1
    assert (changed["name"], changed["status"]) == ("low", "disabled")
    assert client.call("GET", "/alerts") == []
    assert client.refused("POST", "/alerts", form | {"operator": "~"})[0] == 400

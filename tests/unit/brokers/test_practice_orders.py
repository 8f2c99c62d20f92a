"""Orders at the practice Kite (kite protocol sheet §7)."""

from datetime import date

import pytest

from brokers.practice.zerodha.settings import (
    AutosliceShape,
    EmptyBook,
    MarginRefusal,
    ModifyQuantity,
    ProtectedStop,
    Step,
)
from engine.domain.instant import SECOND
from engine.domain.instrument import Kind
from tests.helpers.practice_desk import CALL, FUTURE, VirtualClient, at

WAY = ["PUT ORDER REQ RECEIVED", "VALIDATION PENDING", "OPEN PENDING", "OPEN"]


def test_a_protected_market_order_is_listed_as_a_limit_with_its_tags() -> None:
    client = VirtualClient().log_in()

    row = client.row(client.place(client.order()))

    assert (row["order_type"], row["market_protection"], row["status"]) == ("LIMIT", 0, "COMPLETE")
    assert (row["tag"], row["tags"]) == ("T1", ["T1", "mktp", "mktp:2.00"])
    assert row["price"] >= row["average_price"]


@pytest.mark.parametrize("protection", [None, 0])
def test_a_market_order_without_protection_is_refused_and_leaves_no_row(protection: int | None) -> None:
    client = VirtualClient().log_in()

    status, kind, words = client.refused("POST", "/orders/regular", client.order(market_protection=protection))

    assert (status, kind) == (400, "InputException")
    assert words.startswith("Market orders without market protection are not allowed via API.")
    assert client.call("GET", "/orders") == []


def test_an_order_goes_through_its_statuses() -> None:
    client = VirtualClient().log_in()
    order_id = client.place(client.limit(80))

    client.call("PUT", f"/orders/regular/{order_id}", {"price": client.limit(82)["price"]})
    client.call("DELETE", f"/orders/regular/{order_id}")

    changed = ["MODIFY VALIDATION PENDING", "MODIFY PENDING", "MODIFIED", "OPEN"]
    assert client.statuses(order_id) == [*WAY, *changed, "CANCEL PENDING", "CANCELLED"]


def test_skipped_steps_never_show() -> None:
    client = VirtualClient(skipped_steps=(Step.VALIDATION, Step.OPEN)).log_in()

    assert client.statuses(client.place(client.limit(80))) == ["PUT ORDER REQ RECEIVED", "OPEN"]


def test_an_order_id_is_a_text_of_19_digits_and_never_the_same() -> None:
    client = VirtualClient().log_in()

    numbers = [client.place(client.limit(80)) for _ in range(5)]

    assert len(set(numbers)) == 5
    assert all(len(number) == 19 and number.isdigit() for number in numbers)


def test_an_ioc_order_that_cannot_trade_is_cancelled_at_once() -> None:
    client = VirtualClient().log_in()

    row = client.row(client.place(client.limit(80, validity="IOC")))

    assert (row["status"], row["pending_quantity"], row["cancelled_quantity"]) == ("CANCELLED", 65, 65)


def test_a_ttl_order_ends_after_its_minutes() -> None:
    client = VirtualClient().log_in()
    order_id = client.place(client.limit(70, validity="TTL", validity_ttl=2))

    client.wait(100 * SECOND)
    before = client.row(order_id)["status"]
    client.wait(30 * SECOND)

    assert (before, client.row(order_id)["status"]) == ("OPEN", "CANCELLED")


def test_a_day_order_lapses_at_the_close() -> None:
    client = VirtualClient(start=at(15, 29, 30)).log_in()
    order_id = client.place(client.limit(70))

    client.wait(11 * 60 * SECOND)

    assert client.row(order_id)["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tag": "A" * 21}, "Invalid `tag`"),
        ({"quantity": 66}, "multiples of 65"),
        ({"quantity": 0}, "Invalid `quantity`"),
        ({"quantity": 65 * 40}, "is higher than the maximum quantity of 1800 (27 lots) allowed"),
        ({"product": ""}, "Missing or empty field `product`"),
        ({"product": "CNC"}, "Product CNC is not allowed"),
        ({"tradingsymbol": "NIFTY26AUG1CE"}, "Invalid tradingsymbol"),
        ({"tradingsymbol": "NIFTY 50", "exchange": "NSE"}, "Invalid tradingsymbol"),
        ({"order_type": "LIMIT", "price": "100.03"}, "Tick size for this script is 0.05"),
        ({"order_type": "SL-M", "trigger_price": "1"}, "SL-M orders are blocked for options"),
        ({"market_protection": "True"}, "failed to decode market_protection, got: True (expected decimal)"),
        ({"transaction_type": "HOLD"}, "Invalid `transaction_type`"),
    ],
)
def test_an_order_that_cannot_be_taken_is_refused_with_its_reason(changes: dict[str, object], words: str) -> None:
    client = VirtualClient().log_in()

    status, kind, message = client.refused("POST", "/orders/regular", client.order(**changes))

    assert (status, kind) == (400, "InputException")
    assert words in message


def test_a_stop_order_waits_for_its_trigger_and_then_trades() -> None:
    client = VirtualClient().log_in()
    last = client.last(FUTURE)
    trigger, price = f"{last + 2:.1f}", f"{last + 40:.1f}"
    stop = client.order(
        tradingsymbol=FUTURE, order_type="SL", trigger_price=trigger, price=price, market_protection=None
    )
    order_id = client.place(stop)
    waiting = client.row(order_id)["status"]

    for _ in range(600):
        if client.row(order_id)["status"] == "COMPLETE":
            break

    assert waiting == "TRIGGER PENDING"
    assert client.statuses(order_id)[3:5] == ["TRIGGER PENDING", "OPEN"]


def test_a_trigger_on_the_wrong_side_is_refused() -> None:
    client = VirtualClient().log_in()
    last = client.last(FUTURE)
    prices = {"trigger_price": f"{last - 50:.1f}", "price": f"{last:.1f}"}
    stop = client.order(tradingsymbol=FUTURE, order_type="SL", market_protection=None, **prices)

    _, _, words = client.refused("POST", "/orders/regular", stop)

    assert words.startswith("Trigger price for stoploss buy orders should be higher than the last traded price")


def test_a_protected_stop_is_listed_as_it_is_set() -> None:
    for setting in ProtectedStop:
        client = VirtualClient(protected_stop=setting).log_in()
        trigger = f"{client.last(FUTURE) + 90:.1f}"
        stop = client.order(tradingsymbol=FUTURE, order_type="SL-M", trigger_price=trigger, market_protection="0.5")

        row = client.row(client.place(stop))

        assert (row["order_type"], row["status"], row["tags"][-1]) == (setting.value, "TRIGGER PENDING", "mktp:0.50")


def test_funds_that_are_short_are_told_in_the_answer_or_in_a_row() -> None:
    big = {"quantity": 65 * 27, "transaction_type": "SELL"}
    poor = VirtualClient(funds=100_000).log_in()
    status, kind, words = poor.refused("POST", "/orders/regular", poor.order(**big))
    rowed = VirtualClient(funds=100_000, margin_refusal=MarginRefusal.ROW).log_in()

    row = rowed.row(rowed.place(rowed.order(**big)))

    assert (status, kind) == (400, "MarginException")
    assert words.startswith("Insufficient funds. Required margin is ")
    assert (row["status"], row["status_message_raw"][:19]) == ("REJECTED", "RMS:Margin Exceeds,")


def test_an_order_can_be_modified_25_times() -> None:
    client = VirtualClient().log_in()
    order_id = client.place(client.limit(70))
    for turn in range(25):
        client.call("PUT", f"/orders/regular/{order_id}", {"quantity": 65 * (turn % 3 + 1)})

    refused = client.refused("PUT", f"/orders/regular/{order_id}", {"quantity": 65})

    assert refused == (429, "NetworkException", "Maximum allowed order modifications exceeded.")


def test_an_order_on_its_way_cannot_be_modified() -> None:
    client = VirtualClient(pause=0).log_in()
    order_id = client.place(client.limit(70))

    refused = client.refused("PUT", f"/orders/regular/{order_id}", {"quantity": 130})

    assert refused[2] == "Order cannot be modified as it is being processed. Try later."


def test_a_modified_quantity_means_what_is_set() -> None:
    for setting, total in ((ModifyQuantity.TOTAL, 130), (ModifyQuantity.REMAINING, 130)):
        client = VirtualClient(modify_quantity=setting).log_in()
        order_id = client.place(client.limit(70))

        client.call("PUT", f"/orders/regular/{order_id}", {"quantity": 130})
        client.wait(SECOND)

        assert client.row(order_id)["quantity"] == total


def test_an_autosliced_order_answers_a_parent_and_its_children() -> None:
    client = VirtualClient(funds=50_000_000).log_in()
    form = client.limit(70, quantity=65 * 60, autoslice="true")

    answer = client.call("POST", "/orders/regular", form)

    rows = [client.row(child["order_id"]) for child in answer["children"]]
    assert [row["quantity"] for row in rows] == [1755, 1755, 390]
    assert all(row["tags"] == ["T1", "autoslice", f"autoslice:{answer['order_id']}"] for row in rows)


def test_an_autosliced_order_may_succeed_in_part_and_in_the_flat_shape() -> None:
    client = VirtualClient(funds=300_000, autoslice_shape=AutosliceShape.FLAT).log_in()
    form = client.limit(90, quantity=65 * 60, autoslice="true")

    answer = client.call("POST", "/orders/regular", form)

    kinds = ["order_id" if "order_id" in child else child["error"]["error_type"] for child in answer]
    assert sorted(set(kinds)) == ["MarginException", "order_id"]


def test_the_legs_of_an_iceberg_follow_each_other() -> None:
    client = VirtualClient().log_in()
    form = client.limit(105, quantity=65 * 4, iceberg_legs=4, iceberg_quantity=65)
    client.place(form, "iceberg")

    client.wait(20 * SECOND)

    rows = client.call("GET", "/orders")
    assert [row["meta"]["iceberg"]["leg"] for row in rows] == [1, 2, 3, 4]
    assert len({row["order_id"] for row in rows}) == 4
    assert all((row["quantity"], row["variety"]) == (65, "iceberg") for row in rows)


def test_a_cover_order_has_a_second_leg_that_is_left_with_both_ids() -> None:
    client = VirtualClient().log_in()
    stop = f"{client.last(FUTURE) - 80:.1f}"
    form = client.order(tradingsymbol=FUTURE, product="MIS", trigger_price=stop)
    parent = client.place(form, "co")
    client.wait(5 * SECOND)
    child = next(row for row in client.call("GET", "/orders") if row["parent_order_id"] == parent)

    client.call("DELETE", f"/orders/co/{child['order_id']}", parent_order_id=parent)
    client.wait(5 * SECOND)

    assert child["status"] == "TRIGGER PENDING"
    assert client.row(child["order_id"])["status"] == "COMPLETE"
    assert client.call("GET", "/portfolio/positions")["net"][0]["quantity"] == 0


def test_an_after_market_order_waits_for_the_open() -> None:
    client = VirtualClient(start=at(9, 15), now=at(8, 30)).log_in()
    form = client.order(order_type="LIMIT", price="1.00", market_protection=None)
    refused = client.refused("POST", "/orders/regular", form)
    order_id = client.place(form, "amo")
    before = client.row(order_id)["status"]

    client.wait(at(9, 16) - client.now)

    assert refused[0] == 400
    assert (before, client.row(order_id)["variety"]) == ("AMO REQ RECEIVED", "amo")
    assert client.statuses(order_id)[0:3] == ["AMO REQ RECEIVED", "VALIDATION PENDING", "OPEN PENDING"]


def test_an_upper_case_variety_is_sent_to_the_lower_case_one() -> None:
    client = VirtualClient().log_in()

    answer = client.send("POST", "/orders/CO", client.order())

    assert (answer.status, answer.headers["Location"]) == (307, "/orders/co")


def test_an_empty_book_is_answered_as_it_is_set() -> None:
    assert VirtualClient(empty_book=EmptyBook.NULL).log_in().call("GET", "/orders") is None
    assert VirtualClient().log_in().call("GET", "/trades") == []


def test_an_order_outside_the_price_protection_is_cancelled_by_the_exchange() -> None:
    client = VirtualClient().log_in()
    last = client.last()
    form = client.order(order_type="LIMIT", market_protection=None, price=f"{last * 0.53 // 0.05 * 0.05:.2f}")

    row = client.row(client.place(form))

    assert row["status"] == "CANCELLED"
    assert "limit price protection" in row["status_message"]


def test_what_is_traded_by_hand_carries_no_tag() -> None:
    client = VirtualClient().log_in()

    order_id = client.call("POST", "/sim/orders", client.order())["order_id"]

    assert client.row(order_id)["tag"] is None
    assert client.call("GET", "/portfolio/positions")["net"][0]["tradingsymbol"] == CALL


def test_a_stop_at_market_keeps_its_protection_when_its_trigger_moves() -> None:
    client = VirtualClient().log_in()
    last = client.last(FUTURE)
    form = client.order(tradingsymbol=FUTURE, order_type="SL-M", trigger_price=f"{last + 200:.0f}", market_protection=1)
    order_id = client.place(form)

    client.call("PUT", f"/orders/regular/{order_id}", {"trigger_price": f"{last + 100:.0f}"})
    client.wait(SECOND)

    row = client.row(order_id)
    assert row["trigger_price"] == round(last + 100)
    assert abs(row["price"] / row["trigger_price"] - 1.01) < 0.0001
    assert row["tags"].count("mktp") == 1


def test_a_limit_becomes_a_market_order_only_with_protection() -> None:
    client = VirtualClient().log_in()
    order_id = client.place(client.limit(80))

    refused = client.refused("PUT", f"/orders/regular/{order_id}", {"order_type": "MARKET"})
    client.call("PUT", f"/orders/regular/{order_id}", {"order_type": "MARKET", "market_protection": -1})
    client.wait(5 * SECOND)

    assert "without market protection" in refused[2]
    assert client.row(order_id)["status"] == "COMPLETE"


def test_intraday_positions_are_squared_off_before_the_close() -> None:
    client = VirtualClient(start=at(15, 24)).log_in()
    client.place(client.order(product="MIS", quantity=65 * 3))
    client.place(client.order())
    resting = client.place(client.limit(80, product="MIS"))

    client.wait(3 * 60 * SECOND)

    net = {row["product"]: row["quantity"] for row in client.call("GET", "/portfolio/positions")["net"]}
    assert net == {"MIS": 0, "NRML": 65}
    assert client.row(resting)["status"] == "CANCELLED"
    assert [row["tag"] for row in client.call("GET", "/orders")][-1] is None


def test_an_expired_contract_is_settled_over_night() -> None:
    expiry = date(2026, 8, 25)
    client = VirtualClient(start=at(15, 28, day=expiry)).log_in()
    listed = client.kite.broker.market.master.instruments
    symbol = next(one.symbol for one in listed if one.expiry == expiry and one.kind is Kind.CALL)
    client.place(client.order(tradingsymbol=symbol))
    client.wait(SECOND)
    spot, strike = client.last("NIFTY 50", "NSE"), float(symbol[10:15])
    before = client.call("GET", "/user/margins/equity")["net"]

    client.wait(24 * 3_600 * SECOND)

    client.log_in_again()
    after = client.call("GET", "/user/margins/equity")["net"]
    assert client.call("GET", "/portfolio/positions")["net"] == []
    assert abs(after - before - 65 * max(spot - strike, 0)) < 65 * 60
    assert client.refused("POST", "/orders/regular", client.order(tradingsymbol=symbol))[2] == "Invalid tradingsymbol."

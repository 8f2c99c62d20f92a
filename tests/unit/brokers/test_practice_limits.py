"""Rate limits of the practice Kite (kite protocol sheet §4)."""

from typing import Any

from engine.domain.instant import MINUTE, SECOND
from tests.helpers.practice_desk import VirtualClient

TOO_MANY = (429, "NetworkException", "Too many requests")


def limited(**changes: Any) -> VirtualClient:
    client = VirtualClient(**changes).log_in()
    client.wait(SECOND - client.now % SECOND)
    client.pause = 0
    return client


def test_the_eleventh_order_of_a_calendar_second_is_refused() -> None:
    client = limited(orders_per_second=10)
    form = client.limit(70)
    answers = [client.send("POST", "/orders/regular", form).status for _ in range(11)]

    client.wait(SECOND)

    assert answers == [200] * 10 + [429]
    assert client.send("POST", "/orders/regular", form).status == 200


def test_changes_and_cancellations_count_with_new_orders() -> None:
    client = limited(orders_per_second=3)
    order_id = client.place(client.limit(70))
    client.send("PUT", f"/orders/regular/{order_id}", {"quantity": 130})
    client.send("DELETE", f"/orders/regular/{order_id}")

    assert client.refused("DELETE", f"/orders/regular/{order_id}") == TOO_MANY


def test_orders_of_a_minute_are_limited_whatever_their_seconds() -> None:
    client = limited(orders_per_minute=5)
    client.wait(MINUTE - client.now % MINUTE)
    form = client.limit(70)
    client.pause = 2 * SECOND

    answers = [client.send("POST", "/orders/regular", form).status for _ in range(6)]

    assert answers == [200] * 5 + [429]


def test_refused_orders_count_towards_the_day() -> None:
    client = VirtualClient(orders_per_day=2).log_in()
    client.refused("POST", "/orders/regular", client.order(quantity=1))
    client.place(client.limit(70))

    refused = client.refused("POST", "/orders/regular", client.limit(70))

    assert refused == (429, "NetworkException", "Maximum allowed order requests exceeded")


def test_quote_calls_share_one_limit_or_have_their_own() -> None:
    together = limited(quotes_per_second=1)
    together.call("GET", "/quote/ltp", i="NSE:NIFTY 50")
    apart = limited(quotes_per_second=1, shares_quote_limit=False)
    apart.call("GET", "/quote/ltp", i="NSE:NIFTY 50")

    assert together.refused("GET", "/quote/ohlc", i="NSE:NIFTY 50") == TOO_MANY
    assert apart.send("GET", "/quote/ohlc", i="NSE:NIFTY 50").status == 200


def test_history_and_all_other_calls_have_their_own_limits() -> None:
    client = limited(history_per_second=3, others_per_second=10)
    span = {"from": "2026-08-18", "to": "2026-08-19"}
    path = "/instruments/historical/256265/day"

    history = [client.send("GET", path, **span).status for _ in range(4)]
    others = [client.send("GET", "/orders").status for _ in range(11)]

    assert history == [200] * 3 + [429]
    assert others == [200] * 10 + [429]
